"""The whole OpenAPI description against the application, by requests made at random from it: nothing may differ.

Over both databases, and every other request with a header that no sound client sends.

No fault of the program, no status, content type or answer that is not described, nothing accepted that the description
forbids. A request that fits its schema may still be refused by a rule (a period outside the term): 400 and 422 are then
described answers. ``HENGJIE_FUZZ=500 … -m pytest tests/api/test_openapi_fuzz.py`` makes more of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.app import application
from api.web.login import COOKIE
from basin.registry import Registry
from monitoring_ingest.access.store import create_key
from tests.api import makers
from tests.api.makers import NOW
from tests.api.people import pair_of
from tests.api.test_hostile_requests import HEADERS, TEXTS

# What says how a body is sent, to whom and by whom is the test's own.
OWN = {
    "Authorization", "Content-Encoding", "Content-Length", "Content-Type", "Host", "Transfer-Encoding", "X-API-Key",
}  # fmt: skip
NAMES = st.sampled_from(sorted({*HEADERS} - OWN))
VALUES = st.sampled_from([text for text in TEXTS if text.isascii()])
DECIDES = re.compile("/v1/(settlements|assessments|reviews|facts)")  # about data and money, which no admin does
EXAMPLES = int(os.environ.get("HENGJIE_FUZZ", "4"))


@pytest.fixture
def described(engine: Engine, world: Registry) -> Iterator[Any]:
    """The description of a filled application of its own; a key that may write everything, and tokens of two people."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: make test installs it")
    here = makers.fill(makers.composed(engine, world))
    headers = {"X-API-Key": create_key(here.engine, "随机请求", NOW)}
    pair = pair_of(here)
    config = schemathesis.Config.from_dict(
        {
            "checks": {
                "positive_data_acceptance": {"expected-statuses": [200, 201, 202, 400, 401, 403, 404, 409, 422]}
            },
        }
    )
    app = application(replace(here, now=lambda: NOW))
    yield (
        schemathesis.openapi.from_asgi("/openapi.json", app, config=config),
        headers | pair.admin,
        headers | pair.preparer,
    )
    here.engine.dispose()


@pytest.mark.proof
def test_every_answer_is_one_that_is_described(described: tuple[Any, dict[str, str], dict[str, str]]) -> None:
    schema, admin, preparer = described
    operations, told = [found.ok() for found in schema.get_all_operations()], []
    for operation in operations:
        try:
            _answered_as_described(operation, preparer if DECIDES.match(operation.path) else admin)
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
        hostile = data.draw(st.one_of(st.just({}), st.builds(dict, st.tuples(st.tuples(NAMES, VALUES)))))
        case.cookies.pop(COOKIE, None)  # the token is given instead
        case.call_and_validate(headers=key | hostile)

    answered()
