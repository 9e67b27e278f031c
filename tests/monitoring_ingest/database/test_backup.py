"""A backup is one moment of the database, and what is restored from it is the same evidence, or nothing."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import Engine, event, insert, select
from sqlalchemy.exc import DBAPIError

from basin.errors import Refused, Unavailable
from monitoring_ingest.coverage.tables import alarms
from monitoring_ingest.database import backup as module
from monitoring_ingest.database.backup import backup, restore
from monitoring_ingest.database.bulk import insert_columns
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.revisions import revision_ids
from monitoring_ingest.database.schema import create_schema, current_revision, stated_revision
from monitoring_ingest.database.shape import shape
from monitoring_ingest.records import tables
from tests.monitoring_ingest.database.rows import digests, every_row
from tests.monitoring_ingest.makers import NOW, sent

pytestmark = pytest.mark.proof  # every database is filled, written out and restored

MADE_AT = datetime(2026, 1, 31, tzinfo=UTC)
NEWEST = revision_ids()[-1]
LOCAL_HEADER = 30  # bytes before the name of a member of an archive
STRANGE = "制表\t换行\n回车\r反斜\\ \\N 引号'\" \b\f\v"


def unchecked(_connection: object) -> None:
    """Nothing to check."""


def rewritten(archive: Path, target: Path, **members: bytes | None) -> Path:
    """A copy of an archive in which some members say something else, or are left out."""
    with ZipFile(archive) as source, ZipFile(target, "w", ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = members.get(Path(name).stem, source.read(name))
            if content is not None:
                copy.writestr(name, content)
    return target


def execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture
def filled(old: Engine) -> Engine:
    """Everything that commit 5fd3776 wrote, at the newest revision, and texts that are hard to write down."""
    create_schema(old)
    with writing(old) as connection:
        instant = datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
        row = {"station": STRANGE, "event": "silent", "at": instant, "recorded_at": NOW, "source": None}
        connection.execute(insert(alarms).values(id=3, **row))
    return old


@pytest.fixture
def archive(filled: Engine, tmp_path: Path) -> Path:
    backup(filled, tmp_path / "b.zip", MADE_AT)
    return tmp_path / "b.zip"


class TestBackupAndRestore:
    """Proved by comparing the two databases."""

    def test_every_row_is_there_again(self, filled, archive, bare):
        target = bare()
        restore(target, archive, unchecked)
        assert every_row(target) == every_row(filled)

    def test_the_digests_of_the_documents_are_the_same(self, filled, archive, bare):
        target = bare()
        restore(target, archive, unchecked)
        restored = digests(target)
        assert restored == digests(filled)
        assert len(restored) == 4 and all(computed == stated for stated, computed in restored.values())

    def test_the_schema_is_the_same_and_evidence_refuses_change(self, filled, archive, bare):
        target = bare()
        restore(target, archive, unchecked)
        with target.connect() as restored, filled.connect() as original:
            assert shape(restored) == shape(original)
        for name in ("readings", "settlements", "entries", "alarms"):
            with pytest.raises(DBAPIError, match=f"{name} is append-only"):
                execute(target, f"DELETE FROM {name}")

    def test_the_next_numbers_go_on(self, filled, archive, bare):
        with writing(filled) as connection:
            given = connection.scalar(select(alarms.c.id).order_by(alarms.c.id.desc()))
        target = bare()
        restore(target, archive, unchecked)
        new = {"station": "a", "event": "silent", "at": NOW, "recorded_at": NOW, "source": None}
        with writing(target) as connection:
            connection.execute(insert(alarms).values(**new))
            numbers = connection.scalars(select(alarms.c.id).order_by(alarms.c.id)).all()
        assert given == 3 and numbers == [1, 2, 3, 4]

    def test_a_number_that_was_given_and_taken_back_is_not_given_again_on_postgresql(self, filled, bare, tmp_path):
        if filled.dialect.name == "sqlite":
            return
        with filled.begin() as connection:
            connection.exec_driver_sql("SELECT setval('alarms_id_seq', 41)")
        backup(filled, tmp_path / "b.zip", MADE_AT)
        target = bare()
        restore(target, tmp_path / "b.zip", unchecked)
        with target.begin() as connection:
            assert connection.exec_driver_sql("SELECT nextval('alarms_id_seq')").scalar() == 42

    def test_readings_can_be_taken_in_afterwards(self, archive, bare):
        target = bare()
        restore(target, archive, unchecked)
        receipt = sent(target, "qiaotou,2020-07-01 08:00,nh3n,0.2,mg/L")
        with target.connect() as connection:
            numbers = connection.scalars(select(tables.submissions.c.id)).all()
        assert max(numbers) == 4 and receipt is not None

    def test_a_database_without_rows_is_filled_as_well(self, filled, archive, bare):
        target = bare()
        create_schema(target)
        restore(target, archive, unchecked)
        assert every_row(target) == every_row(filled)

    def test_one_of_an_earlier_revision_is_backed_up_before_it_is_upgraded(self, old, bare, tmp_path):
        manifest = backup(old, tmp_path / "before.zip", MADE_AT)
        assert (manifest.revision, current_revision(old)) == ("0001", "0001")
        target = bare()
        restore(target, tmp_path / "before.zip", unchecked)
        create_schema(old)
        assert current_revision(target) == NEWEST
        assert every_row(target) == every_row(old)

    def test_tables_of_others_are_left_out(self, filled, bare, tmp_path):
        execute(filled, "CREATE TABLE notes (text TEXT)")
        manifest = backup(filled, tmp_path / "b.zip", MADE_AT)
        assert "notes" not in manifest.tables and "job_runs" in manifest.tables
        restore(bare(), tmp_path / "b.zip", unchecked)

    def test_the_archive_says_what_it_holds(self, filled, archive):
        with ZipFile(archive) as opened:
            manifest = json.loads(opened.read("manifest.json"))
            text = opened.read("tables/facts.tsv").decode()
        assert manifest["revision"] == NEWEST and manifest["made_at"] == "2026-01-31T00:00:00+00:00"
        assert manifest["tables"]["readings"]["rows"] == 65
        assert text.split("\t")[:5] == ["1", "qingxi-2", "2023-02", "dry", "1"]


@pytest.mark.proof
class TestFromOneDatabaseToTheOther:
    """The archive is the same text whatever wrote it."""

    def test_there_and_back_again_every_row_is_the_same(self, filled, archive, other_kind, bare, tmp_path):
        restore(other_kind, archive, unchecked)
        assert digests(other_kind) == digests(filled)
        backup(other_kind, tmp_path / "again.zip", MADE_AT)
        back = bare()
        restore(back, tmp_path / "again.zip", unchecked)
        assert every_row(back) == every_row(filled)

    def test_instants_and_truth_are_written_alike(self, filled, archive, other_kind, tmp_path):
        restore(other_kind, archive, unchecked)
        backup(other_kind, tmp_path / "again.zip", MADE_AT)
        frames = []
        for file in (archive, tmp_path / "again.zip"):
            with ZipFile(file) as opened:
                frames.append(sorted(opened.read("tables/telegram_frames.tsv").splitlines()))
        assert frames[0] == frames[1]
        assert frames[0][0].split(b"\t")[1].endswith(b"Z")


class TestOneMoment:
    """What is backed up while somebody writes."""

    def test_no_row_of_a_receipt_is_there_without_its_receipt(self, bare, tmp_path):
        source = bare()
        create_schema(source)
        stop = threading.Event()
        stored = threading.Semaphore(0)

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                with writing(source) as connection:
                    _a_submission(connection, number)
                stored.release()

        writer = threading.Thread(target=write)
        writer.start()
        manifests = []
        try:
            for attempt in range(4):
                for _ in range(5):
                    assert stored.acquire(timeout=60)
                manifests.append(backup(source, tmp_path / f"{attempt}.zip", MADE_AT))
        finally:
            stop.set()
            writer.join()
        assert manifests[0].tables["receipts"].rows < manifests[-1].tables["receipts"].rows
        for attempt, manifest in enumerate(manifests):
            rows = {name: table.rows for name, table in manifest.tables.items() if table.rows}
            submissions = rows["submissions"]
            assert rows == {
                "submissions": submissions, "submission_files": submissions, "receipts": submissions,
                "receipt_rows": 3 * submissions,
            }  # fmt: skip
            restored = bare()
            restore(restored, tmp_path / f"{attempt}.zip", unchecked)
            assert len(every_row(restored)["receipt_rows"]) == 3 * submissions


def _a_submission(connection: object, number: int) -> None:
    """A submission with one file, its receipt, and three rows that were refused."""
    of_file = {"submission": [number], "file": [0]}
    insert_columns(
        connection, tables.submissions,
        {"id": [number], "door": ["readings"], "name": ["a.csv"], "sha256": ["0"], "recorded_at": NOW},
    )  # fmt: skip
    insert_columns(connection, tables.submission_files, of_file | {"name": ["a.csv"], "sha256": ["0"], "bytes": [9]})
    fates = ("accepted", "duplicate", "revised", "quarantined", "rejected", "withheld", "absent")
    rows = {"submission": [number] * 3, "file": [0] * 3, "ordinal": [0, 1, 2], "row": [1, 2, 3]}
    texts = dict.fromkeys(("field", "code", "value", "fate"), "x")
    insert_columns(connection, tables.receipt_rows, rows | {name: [text] * 3 for name, text in texts.items()})
    counts = {fate: [3 if fate == "rejected" else 0] for fate in fates}
    insert_columns(connection, tables.receipts, of_file | counts | {"recorded_at": NOW})


class TestRefusals:
    """A restore that cannot be whole leaves nothing behind."""

    @pytest.fixture
    def target(self, bare) -> Engine:
        return bare()

    @pytest.mark.parametrize("part", [0.2, 0.5, 0.95])
    def test_a_truncated_archive(self, archive, target, tmp_path, part):
        content = archive.read_bytes()
        (tmp_path / "cut.zip").write_bytes(content[: int(len(content) * part)])
        self.refused(target, tmp_path / "cut.zip", "备份文件不完整或被改过")

    def test_a_flipped_bit(self, archive, target, tmp_path):
        content = bytearray(archive.read_bytes())
        with ZipFile(archive) as opened:
            largest = max(opened.infolist(), key=lambda member: member.compress_size)
        # in what is packed: in the middle of the file may be a size that nobody reads, as it stands in the index again
        packed_at = largest.header_offset + LOCAL_HEADER + len(largest.filename)
        content[packed_at + largest.compress_size // 2] ^= 1
        (tmp_path / "flipped.zip").write_bytes(content)
        self.refused(target, tmp_path / "flipped.zip", "备份文件不完整或被改过")

    def test_a_table_that_says_something_else(self, archive, target, tmp_path):
        with ZipFile(archive) as opened:
            changed = opened.read("tables/obligations.tsv").replace(b"50000000", b"90000000")
        self.refused(target, rewritten(archive, tmp_path / "x.zip", obligations=changed), "被改过：obligations")

    @pytest.mark.parametrize("member", ["obligations", "manifest"])
    def test_a_member_that_is_missing(self, archive, target, tmp_path, member):
        self.refused(target, rewritten(archive, tmp_path / "x.zip", **{member: None}), "被改过")

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"revision": "0999"}, "备份的结构版本是 0999，比本程序（到 0007）新"),
            ({"format": "another"}, "被改过：format another"),
            ({"tables": {}}, "被改过：tables of revision 0007"),
            ({"tables": []}, "备份文件不完整或被改过"),
            ({"made_at": "x" * 2**20}, "被改过：manifest.json is larger than"),
        ],
    )
    def test_a_manifest_that_does_not_fit(self, archive, target, tmp_path, change, why):
        with ZipFile(archive) as opened:
            manifest = json.loads(opened.read("manifest.json")) | change
        self.refused(target, rewritten(archive, tmp_path / "x.zip", manifest=json.dumps(manifest).encode()), why)

    def test_what_is_no_archive(self, target, tmp_path):
        (tmp_path / "x.zip").write_bytes(b"no archive")
        self.refused(target, tmp_path / "x.zip", "备份文件不完整或被改过")

    def test_what_the_check_refuses(self, archive, target):
        def check(connection):
            assert connection.exec_driver_sql("SELECT count(*) FROM readings").scalar() == 65
            raise Refused("指纹不符")

        with pytest.raises(Refused, match="指纹不符"):
            restore(target, archive, check)
        assert every_row(target) == {}

    def test_what_the_check_raises_is_told_as_it_is(self, archive, target):
        def check(connection):
            raise ValueError("a fault of the program that checks")

        with pytest.raises(ValueError, match="a fault of the program that checks"):
            restore(target, archive, check)
        assert every_row(target, without=()) == {}

    def test_the_check_is_handed_the_newest_schema_whatever_was_backed_up(self, old, target, tmp_path):
        backup(old, tmp_path / "old.zip", MADE_AT)
        revisions = []
        restore(target, tmp_path / "old.zip", lambda connection: revisions.append(stated_revision(connection)))
        assert revisions == [NEWEST]

    def test_a_row_that_stands_twice(self, archive, target, tmp_path):
        """As somebody would write it who also wrote the manifest."""
        with ZipFile(archive) as opened:
            text = opened.read("tables/facts.tsv")
            manifest = json.loads(opened.read("manifest.json"))
        twice = text + text.splitlines(keepends=True)[0]
        rows = {"rows": twice.count(b"\n"), "sha256": hashlib.sha256(twice).hexdigest()}
        manifest["tables"]["facts"] |= rows
        changed = {"facts": twice, "manifest": json.dumps(manifest).encode()}
        self.refused(target, rewritten(archive, tmp_path / "x.zip", **changed), "备份文件不完整或被改过")

    def test_an_archive_with_further_members(self, archive, target, tmp_path):
        changed = rewritten(archive, tmp_path / "x.zip")
        with ZipFile(changed, "a") as opened:
            opened.writestr("tables/notes.tsv", b"x")
        self.refused(target, changed, "被改过：members that are no tables")

    def test_an_archive_that_would_unpack_to_far_too_much(self, archive, target, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "SMALL", 2**20)
        bomb = rewritten(archive, tmp_path / "x.zip", flags=b"\n" * 2**25)
        self.refused(target, bomb, r"被改过：\d+ bytes that unpack to \d+")

    def test_a_line_that_no_row_can_have(self, archive, target, monkeypatch):
        monkeypatch.setattr(module, "LONGEST_LINE", 1000)
        monkeypatch.setattr(module, "BLOCK", 300)
        self.refused(target, archive, "a line of more than 1000 bytes")

    def test_another_compression(self, archive, target, tmp_path):
        with ZipFile(archive) as source, ZipFile(tmp_path / "x.zip", "w", ZIP_BZIP2) as copy:
            for name in source.namelist():
                copy.writestr(name, source.read(name))
        self.refused(target, tmp_path / "x.zip", "被改过：another compression")

    def test_a_backup_over_a_file_that_came_meanwhile(self, filled, tmp_path):
        file = tmp_path / "x.zip"

        def comes(*_: object) -> None:
            file.write_bytes(b"of somebody else")

        event.listen(filled, "before_cursor_execute", comes)
        with pytest.raises(Refused, match="已有这个文件"):
            backup(filled, file, MADE_AT)
        event.remove(filled, "before_cursor_execute", comes)
        assert file.read_bytes() == b"of somebody else"
        assert [other.name for other in tmp_path.iterdir() if other.name.startswith(".x.zip")] == []

    def test_a_backup_over_a_link_that_leads_nowhere(self, filled, tmp_path):
        (tmp_path / "x.zip").symlink_to("nowhere")
        with pytest.raises(Refused, match="已有这个文件"):
            backup(filled, tmp_path / "x.zip", MADE_AT)

    def test_a_backup_where_there_are_no_hard_links(self, filled, tmp_path, monkeypatch):
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "not here")))
        manifest = backup(filled, tmp_path / "x.zip", MADE_AT)
        with ZipFile(tmp_path / "x.zip") as opened:
            assert len(opened.namelist()) == len(manifest.tables) + 1
        assert [file.name for file in tmp_path.iterdir() if "x.zip" in file.name] == ["x.zip"]

    def test_a_database_with_rows(self, archive, target):
        create_schema(target)
        sent(target, "qiaotou,2020-07-01 08:00,nh3n,0.2,mg/L")
        before = every_row(target)
        with pytest.raises(Refused, match="数据库不是空的，备份只恢复到空库"):
            restore(target, archive, unchecked)
        assert every_row(target) == before and current_revision(target) == NEWEST

    def test_a_database_of_another_program(self, archive, target):
        execute(target, "CREATE TABLE customers (name TEXT)")
        with pytest.raises(Unavailable, match="数据库里已有表"):
            restore(target, archive, unchecked)
        assert list(every_row(target)) == ["customers"]

    def test_a_backup_over_a_file(self, filled, archive):
        before = archive.read_bytes()
        with pytest.raises(Refused, match="已有这个文件"):
            backup(filled, archive, MADE_AT)
        assert archive.read_bytes() == before

    def test_a_backup_of_nothing(self, target, tmp_path):
        with pytest.raises(Unavailable, match="数据库是空的"):
            backup(target, tmp_path / "x.zip", MADE_AT)
        assert not list(tmp_path.glob("*.zip"))

    def test_a_backup_that_fails_leaves_no_file(self, old, tmp_path):
        create_schema(old)
        execute(old, "DROP TABLE filled_slots")
        with pytest.raises(Unavailable, match="filled_slots"):
            backup(old, tmp_path / "x.zip", MADE_AT)
        assert [file.name for file in tmp_path.iterdir() if "x.zip" in file.name] == []

    def refused(self, target: Engine, file: Path, why: str) -> None:
        """Nothing was written: the database has no table."""
        with pytest.raises(Refused, match=why):
            restore(target, file, unchecked)
        assert every_row(target, without=()) == {}
