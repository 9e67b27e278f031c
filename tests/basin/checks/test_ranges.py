"""Every measure has a range: tests that never hold and pieces that are never reached; one tiny agreement each."""

from __future__ import annotations

import pytest

from tests.basin.clauses import FACT, LEAGUE, LUMP, PAYS, assert_refused, found, lump, measured, when

NEVER = "条件永远不成立"
UNREACHED = "此段永远用不到"
CLASS = "kind: quality_class, section: s1"
MEAN = "kind: concentration, section: s1, indicator: tp"
STEP = f"{CLASS}, against: target, expressed: difference"
MET = f"all_of: [{{{CLASS}, at_most: 3}}]"
SHARE = f"kind: met, over: month, take: mean, {MET}"
PLACES = f"- {{ref: a, each: {{party: all}}, {FACT}}}\n" + LEAGUE % "of: [a], ties: [same]"


def on(measure: str, pieces: str) -> str:
    """A clause with this measure on these pieces."""
    return f'- {{ref: "1", measure: {{{measure}}}, scale: [{pieces}], {PAYS}}}'


def on_line(line: str, use: str) -> str:
    """A line ``a`` and a clause that uses the line."""
    return f"- {{ref: a, {line}}}\n{use}"


REFUSED = {
    # tests
    "a share in percent without its sign": (when(f"{SHARE}, at_least: 75"), "clauses.1.when.0.at_least", "写 75%"),
    "worse than worse than class five": (when(f"{CLASS}, above: 6"), "clauses.1.when.0.above", NEVER),
    "better than class one": (when(f"{CLASS}, below: 1"), "clauses.1.when.0.below", "在 1 至 6"),
    "classes apart by more than there are": (when(f"{STEP}, above: 5"), "clauses.1.when.0.above", "在 -5 至 5"),
    "worse than class five by more than one": (
        when(f"{CLASS}, against: {{class: 5}}, expressed: difference, at_least: 2"),
        "clauses.1.when.0.at_least",
        "在 -4 至 1",
    ),
    "bounds that contradict each other": (
        when("kind: reported, fact: x, at_least: 1, at_most: 0"),
        "clauses.1.when.0",
        "界限互相矛盾",
    ),
    "bounds that leave out the only number between them": (
        when("kind: reported, fact: x, at_least: 1, below: 1"),
        "clauses.1.when.0",
        "界限互相矛盾",
    ),
    "a negative concentration": (
        when("kind: concentration, section: s1, indicator: tp, below: 0"),
        "clauses.1.when.0.below",
        "不小于 0",
    ),
    "a pH beyond its scale": (
        when("kind: concentration, section: s1, indicator: ph, above: 14"),
        "clauses.1.when.0.above",
        "在 0 至 14",
    ),
    "negative water": (when("kind: volume, section: s1, below: 0"), "clauses.1.when.0.below", NEVER),
    "a negative exceedance": (
        when("kind: exceedance, section: s1, indicator: tp, below: 0"),
        "clauses.1.when.0.below",
        NEVER,
    ),
    "a fall by more than all there is": (
        when("kind: concentration, section: s1, indicator: tn, against: previous_year, expressed: percent_change,"
             " below: -100"),
        "clauses.1.when.0.below",
        "不小于 -100",
    ),
    "thirteen months of a year": (
        when(f"kind: met, over: month, take: sum, {MET}, at_least: 13"),
        "clauses.1.when.0.at_least",
        "在 0 至 12",
    ),
    "more runs of five months than a year has": (
        when(f"kind: met, over: month, take: {{runs_of: 5}}, {MET}, at_least: 3"),
        "clauses.1.when.0.at_least",
        "在 0 至 2",
    ),
    "a sum of more classes than two sections have": (
        when("kind: quality_class, sections: [s1, s2], take: sum, above: 12"),
        "clauses.1.when.0.above",
        "在 1 至 12",
    ),
    "a test inside a test": (
        measured(f"kind: met, any_of: [{{{CLASS}, at_most: 3}}, {{{CLASS}, above: 6}}]"),
        "clauses.1.measure.any_of.1.above",
        NEVER,
    ),
    "an excuse that can never be": (
        lump(f"unless: [{{{CLASS}, above: 6, because: 第九条}}]"),
        "clauses.1.unless.0.above",
        NEVER,
    ),
    "a bound that a later year brings": (
        when(f"{SHARE}, at_least: {{2020-01-01: 75%, 2021-01-01: 83}}"),
        "clauses.1.when.0.at_least",
        "写 83%",
    ),
    "a result beyond the amounts of its line": (
        on_line("measure: {kind: reported, fact: x}, scale: [{below: 1, amount: 60%}, {amount: 80%}]",
                when("kind: result, of: [a], above: 1")),
        "clauses.1.when.0.above",
        "在 0.6 至 0.8",
    ),
    "a weighted sum of shares": (
        on_line(f"measure: {{{SHARE}}}", when("kind: result, of: {a: 40}, at_least: 60")),
        "clauses.1.when.0.at_least",
        "在 0 至 40",
    ),
    "a line beyond its cap": (
        on_line("measure: {kind: reported, fact: x}, scale: [{rate: 5}], cap: 100",
                when("kind: result, of: [a], above: 100")),
        "clauses.1.when.0.above",
        "在 -100 至 100",
    ),
    "more months than a line counts": (
        on_line(f"each: {{month: all}}, measure: {{kind: met, {MET}}}", when("kind: result, of: [a], at_least: 13")),
        "clauses.1.when.0.at_least",
        "在 0 至 12",
    ),
    # pieces
    "a piece above class six": (on(CLASS, "{up_to: 6, amount: 5}, {amount: 9}"), "clauses.1.scale.1", UNREACHED),
    "a piece below class one": (on(CLASS, "{below: 1, amount: 5}, {amount: 9}"), "clauses.1.scale.0", "Ⅰ类，最好"),
    "pieces of a difference on a class": (on(CLASS, "{up_to: 0}, {rate: 30}"), "clauses.1.scale.0", "against: target"),
    "a tier of a share in percent": (
        on(SHARE, "{below: 75}, {up_to: 100, amount: 50}, {amount: 90}"),
        "clauses.1.scale.1",
        "写 75%",
    ),
    "a place beyond the league": (
        PLACES.replace("[{rate: 1}]", "[{up_to: 1, amount: 6}, {up_to: 2, amount: 5}, {up_to: 3, amount: 4}, {}]"),
        "clauses.1.scale.2",
        "名次从 1 到 2",
    ),
    "a place before the first": (
        PLACES.replace("[{rate: 1}]", "[{below: 1, amount: 6}, {amount: 4}]"),
        "clauses.1.scale.0",
        UNREACHED,
    ),
    "a negative multiple": (
        on("kind: exceedance, section: s1, indicator: tp", "{below: 0}, {up_to: 0}, {rate: 5}"),
        "clauses.1.scale.0",
        UNREACHED,
    ),
    "an index below zero": (
        on("kind: index, section: s1, against: previous_year, weights: {tp: 1}", "{below: 0, rate: -10}, {rate: -100}"),
        "clauses.1.scale.0",
        "不小于 0",
    ),
    # whole numbers
    "a class between two and three": (when(f"{CLASS}, above: 2, below: 3"), "clauses.1.when.0", "界限之间没有整数"),
    "half a class": (when(f"{CLASS}, at_most: 2.5"), "clauses.1.when.0.at_most", "界限 2.5 不是整数"),
    "half a class of difference": (when(f"{STEP}, above: 0.5"), "clauses.1.when.0.above", "界限 0.5 不是整数"),
    "a share of a count": (
        when(f"kind: met, over: month, take: sum, {MET}, at_least: 75%"),
        "clauses.1.when.0.at_least",
        "份额写 take: mean",
    ),
    "a piece up to half a class": (
        on(CLASS, "{up_to: 2.5, amount: 5}, {amount: 1}"),
        "clauses.1.scale.0.up_to",
        "界限 2.5 不是整数",
    ),
    "a piece for no class": (
        on(CLASS, "{up_to: 2, amount: 9}, {below: 3, amount: 5}, {amount: 1}"),
        "clauses.1.scale.1",
        "此段之内没有整数",
    ),
    "a condition that is met twice": (when(f"kind: met, {MET}, at_least: 2"), "clauses.1.when.0.at_least", "是 0 或 1"),
    # tests beside each other
    "conditions that contradict each other": (
        lump(f"when: [{{{MEAN}, at_least: 0.9}}, {{{MEAN}, at_most: 0.5}}]"),
        "clauses.1.when.1",
        "与 clauses.1.when.0 矛盾",
    ),
    "tests of one measure that contradict each other": (
        measured(f"kind: met, all_of: [{{{MEAN}, above: 0.5}}, {{{CLASS}, at_most: 3}}, {{{MEAN}, at_most: 0.5}}]"),
        "clauses.1.measure.all_of.2",
        "与 clauses.1.measure.all_of.0 矛盾",
    ),
    "classes with none between them": (
        lump(f"when: [{{{CLASS}, above: 2}}, {{{CLASS}, below: 3}}]"),
        "clauses.1.when.1",
        "矛盾",
    ),
    "an empty last piece behind a class that is none": (
        on(CLASS, "{up_to: 7, amount: 5}, {}"),
        "clauses.1.scale.1",
        UNREACHED,
    ),
}  # fmt: skip
ACCEPTED = {
    "a class between two and four": when(f"{CLASS}, above: 2, below: 4"),
    "half a class on average": when("kind: quality_class, sections: [s1, s2], take: mean, at_most: 2.5"),
    "a piece for one class": on(CLASS, "{up_to: 2, amount: 9}, {below: 4, amount: 5}, {amount: 1}"),
    "conditions that meet in one number": lump(f"when: [{{{MEAN}, at_least: 0.5}}, {{{MEAN}, at_most: 0.5}}]"),
    "conditions of two sections": lump(
        f"when: [{{{MEAN}, at_least: 0.9}}, {{kind: concentration, section: s2, indicator: tp, at_most: 0.5}}]"
    ),
    "either of two that exclude each other": measured(
        f"kind: met, any_of: [{{{MEAN}, at_least: 0.9}}, {{{MEAN}, at_most: 0.5}}]"
    ),
    "bounds that move together": lump(
        f"when: [{{{MEAN}, at_least: {{2020-01-01: 0.9, 2021-01-01: 0.6, 2022-01-01: 0.1}}}},"
        f" {{{MEAN}, at_most: {{2020-01-01: 1, 2022-01-01: 0.5}}}}]"
    ),
    "the best class": when(f"{CLASS}, at_most: 1"),
    "the worst class": when(f"{CLASS}, at_least: 6"),
    "every month of a year": when(f"{SHARE}, at_least: 100%"),
    "none of a substance": when("kind: concentration, section: s1, indicator: tp, at_most: 0"),
    "a flow that turns with the tide": when("kind: flow, section: s1, below: 0"),
    "water below freezing": when("kind: concentration, section: s1, indicator: temperature, below: 0"),
    "five classes worse": when(f"{STEP}, at_least: 5"),
    "a fact of any sign": when("kind: reported, fact: x, below: -1000"),
    "a fact with its default": when("kind: reported, fact: x, otherwise: 0, at_least: 1"),
    "a concentration less another": on(
        "kind: concentration, section: s1, indicator: tp, against: target, expressed: difference",
        "{below: -1, rate: 5}, {up_to: 0}, {rate: 10}",
    ),
    "a trend that falls": when("kind: trend, section: s1, indicator: tn, significance: 0.05, below: -5"),
    "every class by name, and an empty piece that closes the scale": on(
        CLASS, "{up_to: 2, amount: 9}, {up_to: 6, amount: 5}, {}"
    ),
    "a share up to its end, and an empty piece that closes the scale": on(
        SHARE, "{below: 0.8}, {up_to: 1, amount: 5}, {}"
    ),
    "places up to the last, and an empty piece that closes the scale": PLACES.replace(
        "[{rate: 1}]", "[{up_to: 1, amount: 6}, {up_to: 2, amount: 5}, {}]"
    ),
    "months over years, counted over the term": lump(
        f"every: term, when: [{{kind: met, over: month, take: sum, {MET}, at_least: 36}}]"
    ),
    "a line that is raised by a factor": on_line(
        f"measure: {{{SHARE}}}, times: [100]", when("kind: result, of: [a], at_least: 75")
    ),
    "a line that grows by itself": on_line(
        "measure: {kind: result, of: [a], at: previous_year, otherwise: 1}, times: {2020-01-01: [], 2021-01-01: [2]}",
        when("kind: result, of: [a], above: 3"),
    ),
    "a line whose own condition makes it zero": on_line(
        f"when: [{{{CLASS}, at_most: 3}}], scale: [{{amount: 5}}]", when("kind: result, of: [a], at_most: 0")
    ),
    "a sum over the sections of a line": on_line(
        "each: {section: all}, measure: {kind: quality_class}", when("kind: result, of: [a], at_least: 12")
    ),
    "indicators of two kinds, each with its own bound": lump(
        "each: {indicator: [ph, tp]},"
        " when: [{kind: concentration, section: s1, at_most: {by: indicator, tp: 20, ph: 9}}]"
    ),
    "indicators and pieces by section, written in another order": (
        '- {ref: "1", each: {section: [s1, s2]},'
        " measure: {kind: concentration, indicator: {by: section, s1: ph, s2: cod}},"
        " scale: {by: section, s2: [{up_to: 20}, {up_to: 40, amount: 5}, {amount: 9}], s1: [{amount: 1}]},"
        f" {PAYS}}}"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_what_can_never_be_is_refused(clauses: str, path: str, word: str) -> None:
    assert_refused(clauses, path, word)


@pytest.mark.parametrize("clauses", ACCEPTED.values(), ids=ACCEPTED)
def test_what_can_be_is_not_refused(clauses: str) -> None:
    assert [str(refusal) for refusal in found(clauses)] == []


def test_one_slip_is_told_once() -> None:
    assert [refusal.path for refusal in found(when(f"{SHARE}, at_least: 75"))] == ["clauses.1.when.0.at_least"]


def test_a_class_that_is_none_is_told_as_such_alone() -> None:
    assert [refusal.zh for refusal in found(when(f"{CLASS}, at_least: 7"))] == ["类别 7 不在 1–6"]


def test_of_a_clause_that_does_not_fit_nothing_is_concluded() -> None:
    line = "measure: {kind: met, all_of: [{kind: reported, fact: x, atleast: 1}]}"
    assert [r.path for r in found(on_line(line, when("kind: result, of: [a], above: 5")))] == [
        "clauses.a.measure.all_of.0.atleast"
    ]


def test_a_lump_sum_has_no_tests_to_refuse() -> None:
    assert found(f'- {{ref: "1", {LUMP}}}') == []
