"""A served world for the tests of the API and the pages: built once, read by many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.composition import Composition
from basin.registry import Registry
from monitoring_ingest.access.store import create_key
from tests.api import makers
from tests.api.makers import NOW


@pytest.fixture(scope="session")
def world() -> Registry:
    """The declared world, loaded once."""
    return makers.registry()


@pytest.fixture(scope="session")
def here(world: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """The filled database."""
    filled = makers.filled(world, tmp_path_factory.mktemp("api"))
    yield filled
    filled.engine.dispose()


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


@pytest.fixture
def blank(engine: Engine, world: Registry) -> Composition:
    """The declared world over an empty database of each kind."""
    return makers.composed(engine, world)


@pytest.fixture
def pushing(blank: Composition) -> Iterator[TestClient]:
    """A client with a key for all stations over an empty database."""
    with makers.client_of(blank) as opened:
        opened.headers["X-API-Key"] = create_key(blank.engine, "示例监测中心", NOW)
        yield opened
