"""Opening a database to read from it: where there is none, none is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from basin.errors import NoDatabase
from monitoring_ingest.database.engine import open_existing


def test_a_missing_file_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="这里还没有数据库") as refused:
        open_existing(f"sqlite:///{tmp_path / 'folder' / 'hengjie.sqlite'}")
    assert refused.value.file == str(tmp_path / "folder" / "hengjie.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.proof
def test_a_server_without_our_tables_is_named_and_gets_none(postgresql: Engine) -> None:
    with pytest.raises(NoDatabase, match="这里还没有数据库") as refused:
        open_existing(postgresql.url.render_as_string(hide_password=False))
    assert refused.value.file == postgresql.url.render_as_string()
    with postgresql.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_one_that_is_there_is_opened(engine: Engine) -> None:
    opened = open_existing(engine.url.render_as_string(hide_password=False))
    with opened.connect() as connection:
        assert "submissions" in inspect(connection).get_table_names()
    opened.dispose()
