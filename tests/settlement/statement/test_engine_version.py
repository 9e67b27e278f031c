"""The version of the engine: in every document, forced up when a stored result moves, silent about nothing else."""

from __future__ import annotations

from itertools import pairwise

import pytest

from settlement.statement.canonical import digest
from settlement.statement.engine_version import (
    ENGINE_VERSION,
    VERSIONS,
    as_made_by,
    made_by,
    version_of,
    version_text,
)
from tests.settlement import corpus
from tests.settlement.corpus import Entry
from tests.settlement.documents import demo_assessment, lushui_2020


class TestTheVersion:
    """`ENGINE_VERSION` is the last of a dated list."""

    def test_the_newest_of_the_list_is_the_version(self) -> None:
        assert VERSIONS[-1].number == ENGINE_VERSION

    def test_versions_count_up_and_each_has_its_date_and_reasons(self) -> None:
        assert [version.number for version in VERSIONS] == [str(place) for place in range(1, len(VERSIONS) + 1)]
        assert all(earlier.since <= later.since for earlier, later in pairwise(VERSIONS))
        assert all(version.reason_zh and version.reason_en for version in VERSIONS)


class TestAsMadeBy:
    """`as_made_by` changes the stamp, and with it digest and identity, and nothing else."""

    def test_without_a_version_the_document_is_that_of_before(self) -> None:
        document = lushui_2020()
        before = as_made_by(document, None)
        plain = {key: value for key, value in document.items() if key not in ("engine_version", "digest", "id")}
        assert {key: value for key, value in before.items() if key not in ("digest", "id")} == plain
        assert before["digest"] == digest(plain) != document["digest"]
        assert before["id"] == f"lushui-jiangxi-hunan-2019-2020-{before['digest'][:12]}"

    def test_there_and_back_is_the_same_document(self) -> None:
        document = lushui_2020()
        assert as_made_by(as_made_by(document, None), ENGINE_VERSION) == document

    def test_the_document_handed_in_is_left_alone(self) -> None:
        document = lushui_2020()
        as_made_by(document, "2")
        assert document == lushui_2020()


class TestInWords:
    """What people are told of the version."""

    def test_a_version_is_its_number(self) -> None:
        assert version_text(version_of(as_made_by(lushui_2020(), "7"))) == "7"

    def test_a_document_of_before_says_so_in_both_languages(self) -> None:
        assert version_of(demo_assessment()) is None
        assert version_text(version_of(demo_assessment())) == "版本开始记录之前所作 made before versions were kept"

    def test_who_made_it_is_told_beside_the_version_that_runs(self) -> None:
        assert made_by(as_made_by(lushui_2020(), "0")) == {
            "message_zh": f"由引擎版本 0 所作，现在是版本 {ENGINE_VERSION}",
            "message_en": f"made by engine version 0, now version {ENGINE_VERSION}",
        }
        assert made_by(as_made_by(lushui_2020(), None)) == {
            "message_zh": f"版本开始记录之前所作，现在是版本 {ENGINE_VERSION}",
            "message_en": f"made before versions were kept, now version {ENGINE_VERSION}",
        }


class TestTheCorpus:
    """`digests.json` holds what this engine decides."""

    @pytest.mark.proof
    def test_no_document_moved_without_a_new_version(self) -> None:
        version, kept = corpus.read()
        now = corpus.documents()
        moved = corpus.moved(kept, now)
        assert moved == [] or version != ENGINE_VERSION, (
            f"raise ENGINE_VERSION (settlement/statement/engine_version.py), with date and reason: {moved} moved"
        )
        assert (moved, corpus.changed_inputs(kept, now), version) == ([], [], ENGINE_VERSION), (
            "write the corpus anew: python -m tests.settlement.corpus"
        )

    def test_what_moved_is_named_and_a_changed_fixture_is_no_change_of_the_engine(self) -> None:
        kept = {"a 2020": Entry("1", "x"), "b 2020": Entry("2", "x"), "c 2020": Entry("3", "x")}
        now = {"a 2020": Entry("1", "x"), "b 2020": Entry("9", "x"), "c 2020": Entry("9", "y"), "d": Entry("4", "x")}
        assert corpus.moved(kept, now) == ["b 2020"]
        assert corpus.changed_inputs(kept, now) == ["c 2020", "d"]
