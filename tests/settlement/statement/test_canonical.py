"""What the canonical text and the fingerprint of a document promise."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.errors import UsageError
from settlement.statement.canonical import canonical_json, digest, first_difference
from tests.settlement.documents import lushui_2020


def test_keys_are_sorted_and_chinese_stays_readable() -> None:
    assert (
        canonical_json({"状态": "试算", "b": [1, None, True], "a": "1/3"})
        == '{"a":"1/3","b":[1,null,true],"状态":"试算"}'
    )


@pytest.mark.parametrize("inexact", [0.1, float("nan"), Fraction(1, 3), {1: "x"}, b"1"], ids=repr)
def test_what_is_not_exact_text_is_refused_with_its_path(inexact: object) -> None:
    with pytest.raises(UsageError) as refused:
        canonical_json({"evaluations": [{"value": "1"}, {"value": inexact}]})
    assert refused.value.path == "evaluations[1].value"


def test_the_fingerprint_leaves_out_when_and_how_far_it_is_decided() -> None:
    document = lushui_2020()
    later = document | {"id": "x", "as_of": "2030-01-01T00:00:00Z", "status": "已确认", "digest": ""}
    assert digest(later) == digest(document) == document["digest"]


def test_any_other_change_changes_the_fingerprint() -> None:
    document = lushui_2020()
    document["evaluations"][11]["working"][0]["value"] = "2"
    assert digest(document) != document["digest"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) |
                    st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=8))  # fmt: skip
def test_a_document_does_not_differ_from_itself(document: object) -> None:
    assert first_difference(document, document) is None


@pytest.mark.parametrize(
    ("stated", "recomputed", "difference"),
    [
        ({"a": [{"b": "1.9"}]}, {"a": [{"b": "2.0"}]}, "a[0].b: 1.9 ≠ 2.0"),
        ({"a": "1"}, {"a": 1}, "a: 1 ≠ 1"),
        ({"a": True}, {"a": 1}, "a: true ≠ 1"),
        ({"a": []}, {"a": ["x"]}, "a[0]: （无 missing） ≠ x"),
        ({"a": "x"}, {}, "a: x ≠ （无 missing）"),
        ({"a": None}, {}, "a: null ≠ （无 missing）"),
        ({"obligations": "1", "statistics": "1"}, {"obligations": "2", "statistics": "2"}, "statistics: 1 ≠ 2"),
        ({"status": "已确认"}, {"status": "试算"}, None),
    ],
    ids=["inner", "text is no number", "truth is no number", "longer", "key gone", "null is something", "cause first",
         "a status may change"],
)  # fmt: skip
def test_the_first_difference_is_named(stated: object, recomputed: object, difference: str | None) -> None:
    assert first_difference(stated, recomputed) == difference
