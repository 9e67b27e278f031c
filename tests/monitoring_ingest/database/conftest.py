"""Databases without any tables, and one as it was written before there were revisions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitoring_ingest.database.engine import open_engine
from tests.databases import KINDS

WRITTEN = Path(__file__).parent / "written_before_revisions"
Bare = Callable[[], Engine]


@pytest.fixture(params=KINDS)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bare]:
    """A maker of databases without tables, all of one kind."""
    made: list[Engine] = []
    outside = None if request.param == "sqlite" else request.getfixturevalue("postgresql")

    def make() -> Engine:
        name = f"bare_{len(made)}"
        if outside is None:
            address = f"sqlite:///{tmp_path / name}.sqlite"
        else:
            with outside.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {name} STRATEGY file_copy")
            address = outside.url.set(database=name).render_as_string(hide_password=False)
        made.append(open_engine(address))
        return made[-1]

    yield make
    for number, engine in enumerate(made):
        engine.dispose()
        if outside is not None:
            with outside.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE bare_{number} WITH (FORCE)")


@pytest.fixture
def old(bare: Bare) -> Engine:
    """A small database as commit 5fd3776 wrote it: readings, a review, three settlements, one revoked twice."""
    engine = bare()
    statements = (WRITTEN / f"{engine.dialect.name}.sql").read_text(encoding="utf-8")
    if engine.dialect.name == "sqlite":  # a dump may have a row before the row it refers to
        with closing(sqlite3.connect(str(engine.url.database))) as connection:
            connection.executescript(statements)
        return engine
    with closing(engine.raw_connection()) as pooled:
        pooled.driver_connection.execute(statements)
        pooled.commit()
    return engine


@pytest.fixture
def other_kind(old: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables, of the kind that the old one is not."""
    if old.dialect.name == "postgresql":
        engine = open_engine(f"sqlite:///{tmp_path / 'other'}.sqlite")
        yield engine
        engine.dispose()
        return
    outside = request.getfixturevalue("postgresql")
    with outside.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE other STRATEGY file_copy")
    engine = open_engine(outside.url.set(database="other").render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with outside.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE other WITH (FORCE)")
