"""The whole OpenAPI description against the application, by requests made at random from it: nothing may differ.

No fault of the program, no status, content type or answer that is not described, nothing accepted that the description
forbids. A request that fits its schema may still be refused by a rule (a period outside the term): 400 and 422 are then
described answers. ``HENGJIE_FUZZ=500 … -m pytest tests/api/test_openapi_fuzz.py`` makes more of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import application
from basin.registry import Registry
from monitoring_ingest.operations.store import create_key
from tests.api import makers
from tests.api.makers import NOW

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: run make install")

EXAMPLES = int(os.environ.get("HENGJIE_FUZZ", "4"))


@pytest.fixture(scope="module")
def described(world: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description of a filled application of its own, and a key that may write everything."""
    here = makers.filled(world, tmp_path_factory.mktemp("fuzz"))
    key = create_key(here.engine, "随机请求", NOW)
    config = schemathesis.Config.from_dict(
        {
            "headers": {"X-API-Key": key},
            "checks": {"positive_data_acceptance": {"expected-statuses": [200, 201, 400, 401, 403, 404, 409, 422]}},
        }
    )
    yield schemathesis.openapi.from_asgi("/openapi.json", application(here, lambda: NOW), config=config)
    here.engine.dispose()


def operations(described: Any) -> Iterator[Any]:
    """Every operation of the description; one that cannot be read raises."""
    for found in described.get_all_operations():
        yield found.ok()


def test_every_answer_is_one_that_is_described(described: Any) -> None:
    told = []
    for operation in operations(described):
        try:
            _answered_as_described(operation)
        except Exception as difference:  # all operations are tried, so that one run tells everything
            told.append(f"{operation.label}: {difference!r:.2000}")
    assert told == []
    assert len(list(operations(described))) > 30


def _answered_as_described(operation: Any) -> None:
    modes = st.sampled_from(list(schemathesis.GenerationMode))

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def answered(data: st.DataObject) -> None:
        data.draw(operation.as_strategy(generation_mode=data.draw(modes))).call_and_validate()

    answered()
