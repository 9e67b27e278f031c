"""Figures as they stand for a day and an element, each with where it comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

from basin.authoring.figures import stated_figures
from basin.dated import Hand


def stated(raw: Any, day: str = "2020-01-01", **codes: str) -> list[tuple[str, str]]:
    """(path, value) of the figures in force."""
    hand = Hand(date.fromisoformat(day), date.fromisoformat(day), codes)
    return [(one.path, one.value) for one in stated_figures(raw, hand, "c", "正文", ["1", "growth"])]


def test_words_are_no_figures():
    assert stated({"kind": "index", "cap": "1/3", "weights": {"tp": "28%"}}) == [
        ("c.cap", "1/3"),
        ("c.weights.tp", "28%"),
    ]


def test_a_ref_that_looks_like_a_number_is_no_figure_but_its_weight_is():
    assert stated({"of": ["1"], "times": ["1", "1.5"]}) == [("c.times.1", "1.5")]
    assert stated({"of": {"1": "-1"}}) == [("c.of.1", "-1")]


def test_a_dated_figure_is_the_one_in_force():
    cap = {"cap": {"2018-01-01": "75%", "2020-01-01": "83%", "2022-01-01": "90%"}}
    assert stated(cap) == [("c.cap", "83%")]
    assert stated(cap, "2017-01-01") == []


def test_by_element_gives_the_branch_of_the_element_else_the_rest_else_all():
    rate = {"rate": {"by": "section", "s1,s2": "5", "else": "7"}}
    assert stated(rate, section="s2") == [("c.rate", "5")]
    assert stated(rate, section="s9") == [("c.rate", "7")]
    assert stated(rate) == [("c.rate", "5"), ("c.rate", "7")]


def test_a_note_goes_to_every_figure_under_it():
    noted = {"weights": {"value": {"tp": "1/2", "tn": "1/2"}, "source": "第四条", "verified": "false", "note": "转述"}}
    hand = Hand(date(2020, 1, 1), date(2020, 1, 1), {})
    found = [(one.source, one.verified, one.note) for one in stated_figures(noted, hand, "c", "正文")]
    assert found == [("第四条", False, "转述")] * 2
