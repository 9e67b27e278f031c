"""A bound of what is counted in percent already has no percent sign: -10 is a fall by ten percent, -10% by a tenth."""

from __future__ import annotations

import pytest

from tests.basin.clauses import PAYS, assert_refused, found, lump, when

MEAN = "kind: concentration, section: s1, indicator: tp"
FALL = f"{MEAN}, against: previous_year, expressed: percent_change"
LINE = f"- {{ref: a, measure: {{{FALL}}}}}\n"
TREND = "kind: trend, section: s1, indicator: tp, significance: 0.05"


def paid_by(measure: str, pieces: str) -> str:
    """A clause with this measure and these pieces."""
    return f'- {{ref: "1", measure: {{{measure}}}, scale: [{pieces}], {PAYS}}}'


REFUSED = {
    "a piece up to a fall by ten percent": (
        paid_by(FALL, "{up_to: -10%, amount: 100}, {amount: 1}"), "clauses.1.scale.0.up_to", "-10% 小了一百倍",
    ),
    "a piece below it": (
        paid_by(FALL, "{below: -10%, amount: 100}, {amount: 1}"), "clauses.1.scale.0.below", "写 -10：",
    ),
    "a price by the percent": (
        paid_by(FALL, "{up_to: 0}, {rate: 5, per: 1%}"), "clauses.1.scale.1.per", "1% 小了一百倍",
    ),
    "where counting begins": (
        paid_by(FALL, "{up_to: 10}, {rate: 5, origin: 10%}"), "clauses.1.scale.1.origin", "10% 小了一百倍",
    ),
    "a test": (when(f"{FALL}, at_most: -30%"), "clauses.1.when.0.at_most", "-30% 小了一百倍"),
    "a test inside another": (
        when(f"kind: met, at_least: 1, any_of: [{{{MEAN}, at_most: 0.1}}, {{{FALL}, below: -30%}}]"),
        "clauses.1.when.0.any_of.1.below", "-30% 小了一百倍",
    ),
    "a line of a percent change": (
        LINE + paid_by("kind: result, of: [a]", "{up_to: -10%, amount: 100}, {amount: 1}"),
        "clauses.1.scale.0.up_to", "-10% 小了一百倍",
    ),
    "a trend in percent a year": (when(f"{TREND}, above: 5%"), "clauses.1.when.0.above", "5% 小了一百倍"),
    "a bound from a later year on": (
        when(f"{FALL}, at_most: {{2020-01-01: -30, 2021-01-01: -20%}}"),
        "clauses.1.when.0.at_most", "-20% 小了一百倍",
    ),
    "a bound with a note": (
        when(f"{FALL}, at_most: {{value: -30%, source: 第五条}}"), "clauses.1.when.0.at_most", "-30% 小了一百倍",
    ),
}  # fmt: skip
LAWFUL = {
    "a number of percent": paid_by(FALL, "{up_to: -10, amount: 100}, {amount: 1}"),
    "an amount as a share": paid_by(FALL, "{up_to: -10, amount: 50%}, {amount: 1}"),
    "a ratio": when(f"{MEAN}, against: previous_year, expressed: ratio, at_most: 90%"),
    "a share of days": when(
        f"kind: met, section: s1, over: month, take: mean, all_of: [{{{MEAN}, at_most: 0.2}}], at_least: 80%"
    ),
    "a line that pays by steps": (
        f"- {{ref: a, measure: {{{FALL}}}, scale: [{{up_to: -10, amount: 60%}}, {{amount: 40%}}]}}\n"
        + lump("when: [{kind: result, of: [a], at_least: 50%}]")
    ),
    "a line of percent as shares": LINE + when("kind: result, of: {a: 1/100}, at_most: -10%"),
    "a ratio of percents": LINE + when("kind: result, of: [a], against: previous_year, expressed: ratio, at_most: 90%"),
}


@pytest.mark.parametrize(("clauses", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_a_percent_sign_on_a_number_of_percent_is_refused(clauses: str, path: str, word: str) -> None:
    assert_refused(clauses, path, word)


@pytest.mark.parametrize("clauses", LAWFUL.values(), ids=LAWFUL)
def test_a_percent_sign_elsewhere_is_what_it_says(clauses: str) -> None:
    assert [str(refusal) for refusal in found(clauses)] == []
