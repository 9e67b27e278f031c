"""The whole OpenAPI description against the application, by requests made at random from it: nothing may differ.

No fault of the program, no status, content type or answer that is not described, nothing accepted that the description
forbids. A request that fits its schema may still be refused by a rule (a period outside the term): 400 and 422 are then
described answers. ``HENGJIE_FUZZ=500 … -m pytest tests/api/test_openapi_fuzz.py`` makes more of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import application
from basin.registry import Registry
from monitoring_ingest.access.store import create_key
from tests.api import makers
from tests.api.makers import NOW

EXAMPLES = int(os.environ.get("HENGJIE_FUZZ", "4"))


@pytest.fixture(scope="module")
def described(world: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description of a filled application of its own, and a key that may write everything."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: make test installs it")
    here = makers.filled(world, tmp_path_factory.mktemp("fuzz"))
    key = create_key(here.engine, "随机请求", NOW)
    config = schemathesis.Config.from_dict(
        {
            "checks": {"positive_data_acceptance": {"expected-statuses": [200, 201, 400, 401, 403, 404, 409, 422]}},
        }
    )
    app = application(replace(here, now=lambda: NOW))
    yield schemathesis.openapi.from_asgi("/openapi.json", app, config=config), {"X-API-Key": key}
    here.engine.dispose()


@pytest.mark.proof
def test_every_answer_is_one_that_is_described(described: tuple[Any, dict[str, str]]) -> None:
    schema, key = described
    operations, told = [found.ok() for found in schema.get_all_operations()], []
    for operation in operations:
        try:
            _answered_as_described(operation, key)
        except Exception as difference:  # all operations are tried, so that one run tells everything
            told.append(f"{operation.label}: {_in_full(difference):.3000}")
    assert told == []
    assert len(operations) > 30


def _in_full(difference: BaseException) -> str:
    parts = getattr(difference, "exceptions", [])
    return "; ".join([str(difference), *map(_in_full, parts)])


def _answered_as_described(operation: Any, key: dict[str, str]) -> None:
    from schemathesis import GenerationMode  # which takes longer to import than most tests take

    modes = st.sampled_from(list(GenerationMode))

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def answered(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(modes)))
        case.call_and_validate(headers=key)

    answered()
