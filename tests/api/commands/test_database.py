"""The commands for the database as a whole, on the embedded database that an earlier version wrote."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from api.cli import main

WRITTEN = Path(__file__).parents[2] / "monitoring_ingest" / "database" / "written_before_revisions" / "sqlite.sql"


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """The folder of an installation with a database of commit 5fd3776."""
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    monkeypatch.delenv("HENGJIE_DATABASE_URL", raising=False)
    (tmp_path / "var").mkdir()
    with closing(sqlite3.connect(tmp_path / "var" / "hengjie.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")  # as every database of this program
        connection.executescript(WRITTEN.read_text(encoding="utf-8"))
    return tmp_path


def hengjie(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def answer(*words: str) -> dict[str, object]:
    result = hengjie(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


class TestRevisions:
    def test_status_says_what_the_database_lacks_and_changes_nothing(self, data):
        before = (data / "var" / "hengjie.sqlite").read_bytes()
        told = answer("database", "status")
        assert (told["revision"], told["newest"], told["lacking"]) == (
            "0001",
            "0007",
            ["0002", "0003", "0004", "0005", "0006", "0007"],
        )
        assert (data / "var" / "hengjie.sqlite").read_bytes() == before

    def test_where_no_database_is_none_is_made(self, data, monkeypatch):
        monkeypatch.setenv("HENGJIE_DATA", str(data / "elsewhere"))
        for words in (["status"], ["backup", str(data / "b.zip")], ["downgrade", "0001"]):
            result = hengjie("database", *words)
            assert result.exit_code == 1 and "这里还没有数据库" in result.stderr
        assert list((data / "elsewhere").glob("*.sqlite")) == []

    def test_another_command_refuses_it_and_says_what_to_do(self, data):
        result = hengjie("jobs", "list")
        assert result.exit_code == 1
        assert "数据库的结构版本是 0001，本程序要 0007" in result.stderr and "hengjie database upgrade" in result.stderr

    def test_upgraded_it_answers_with_what_was_in_it(self, data):
        assert hengjie("database", "upgrade").stdout == "结构版本 revision 0001 → 0007\n"
        (run,) = answer("jobs", "list")["runs"]
        assert (run["job"], run["outcome"]) == ("inbox", "接收 0")

    def test_back_and_up_again(self, data):
        answer("database", "upgrade")
        assert answer("database", "downgrade", "0001") == {"before": "0007", "after": "0001"}
        assert answer("database", "upgrade") == {"before": "0001", "after": "0007"}
        refused = hengjie("database", "downgrade", "0009")
        assert refused.exit_code == 2 and "没有结构版本 0009" in refused.stderr


class TestBackupAndRestore:
    def test_what_was_backed_up_is_restored_elsewhere(self, data, monkeypatch):
        made = answer("database", "backup", str(data / "b.zip"))
        assert (made["revision"], made["tables"]["settlements"], made["tables"]["readings"]) == ("0001", 3, 65)
        monkeypatch.setenv("HENGJIE_DATA", str(data / "new"))
        result = hengjie("database", "restore", str(data / "b.zip"))
        assert result.exit_code == 0 and "结算与评价的指纹全部重算相符" in result.stdout
        assert answer("database", "status")["revision"] == "0007"
        again = hengjie("database", "restore", str(data / "b.zip"))
        assert again.exit_code == 1 and "备份只恢复到空库" in again.stderr

    def test_a_document_that_lost_its_digest_is_not_restored(self, data, monkeypatch):
        """Whoever alters an archive can make its sums fit; the digest of a document stands in the document's row."""
        file = data / "var" / "hengjie.sqlite"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("DROP TRIGGER settlements_refuses_UPDATE")
            altered = "replace(document, '500000.00', '900000.00')"
            connection.execute(f"UPDATE settlements SET document = {altered} WHERE period = '2023-02'")
            connection.execute(
                "CREATE TRIGGER settlements_refuses_UPDATE BEFORE UPDATE ON settlements "
                "BEGIN SELECT RAISE(ABORT, 'settlements is append-only'); END"
            )
            connection.commit()
        answer("database", "backup", str(data / "b.zip"))
        monkeypatch.setenv("HENGJIE_DATA", str(data / "new"))
        result = hengjie("database", "restore", str(data / "b.zip"))
        assert result.exit_code == 1
        assert "1 份文书的指纹与内容不符：demo-small-monthly-2023-02-cc0788b44b35" in result.stderr
        assert "这里还没有数据库" in hengjie("database", "status").stderr  # nothing was restored

    def test_a_backup_is_nobody_elses_to_read(self, data):
        answer("database", "backup", str(data / "b.zip"))
        assert (data / "b.zip").stat().st_mode & 0o077 == 0
        with ZipFile(data / "b.zip") as archive:
            assert archive.testzip() is None

    def test_a_file_that_is_there_is_not_overwritten(self, data):
        (data / "b.zip").write_text("mine")
        result = hengjie("database", "backup", str(data / "b.zip"))
        assert result.exit_code == 1 and "已有这个文件" in result.stderr
        assert (data / "b.zip").read_text() == "mine"
