"""A served world for the tests of the API and the pages: built once, read by many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.composition import Composition
from basin.registry import Registry
from monitoring_ingest.database import open_engine
from monitoring_ingest.operations.store import create_key
from settlement import run
from tests.api import makers
from tests.api.makers import NOW


@pytest.fixture(scope="session")
def world() -> Registry:
    """The declared world, loaded once."""
    return makers.registry()


@pytest.fixture(scope="session")
def here(world: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """A filled database: two months of one border, settled and assessed; one submission with rows that did not pass."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('api') / 'hengjie.sqlite'}")
    here = makers.composed(engine, world)
    makers.send(here, makers.month_rows("demo-qx2", "2025-11"), "november.csv")
    august = [
        *makers.month_rows("demo-qx2", "2025-08", tp="0.25"),
        makers.row("demo-qx2", "2025-08-29 08:00", "tp", "0.11", "维护"),
        makers.row("demo-qx2", "2025-08-29 12:00", "nh3n", "<0.02"),
        makers.row("demo-qx2", "2025-08-30 08:00", "codmn", "9999"),
        makers.row("demo-nowhere", "2025-08-30 08:00", "codmn", "3.0"),
        makers.row("demo-qx2", "2025-08-30 12:00", "codmn", "<script>alert(1)</script>"),
        *makers.month_rows("demo-qx3", "2025-08", codmn="3.0", tp="0.08"),
    ]
    makers.send(here, august, "august.csv")
    for period in ("2025-08", "2025-11"):
        run.settle(engine, world, "demo-monthly-class", period, now=NOW)
    run.settle(engine, world, "xinan-anhui-zhejiang-2018", "2020-08", now=NOW)
    run.assess(engine, world, "demo-qingxi", "2025", now=NOW)
    yield here
    engine.dispose()


@pytest.fixture(scope="session")
def client(here: Composition) -> Iterator[TestClient]:
    """A client that only reads."""
    with makers.client_of(here) as opened:
        yield opened


@pytest.fixture(scope="session")
def key(here: Composition) -> dict[str, str]:
    """The header with a writing key."""
    return {"X-API-Key": create_key(here.engine, "测试", NOW)}


@pytest.fixture(scope="session")
def august(client: TestClient) -> str:
    """The identity of the settlement of August 2025."""
    return client.get("/v1/settlements", params={"period": "2025-08"}).json()[0]["id"]
