"""Values by date or by element, tried for every period of the term (2020–2022) and every element before any data."""

from __future__ import annotations

import pytest

from tests.basin.clauses import FACT, LUMP, PAYS, assert_refused, found, lump

YEARLY = f"scale: [{{amount: {{2020-01-01: 1, 2021-07-01: 2}}}}], {PAYS}"
LATE = f"scale: [{{amount: {{2021-01-01: 1, 2022-01-01: 2}}}}], {PAYS}"
S1_ONLY = f"scale: [{{amount: {{by: section, s1: 1}}}}], {PAYS}"
TARGETS = f'scale: {{by: target, "3": [{{amount: 1}}]}}, {PAYS}'
CLASS = "kind: quality_class, against: target, expressed: difference"
CHANGES = "{s1: {target: {2020-01-01: 4, 2021-07-01: 3}}}"
AMOUNT, SCALE, TARGET = "clauses.1.scale.0.amount", "clauses.1.scale", "sections.s1.target"
CHANGED = "数值在评价期内变更：2021-07-01"


def paying(amount: str, more: str = "") -> str:
    """A clause that pays this amount."""
    return f'- {{ref: "1", {more + ", " if more else ""}scale: [{{amount: {amount}}}], {PAYS}}}'


REFUSED: dict[str, tuple[str, dict[str, str], str, str]] = {
    # by date
    "a change inside a year": (f'- {{ref: "1", {YEARLY}}}', {}, AMOUNT, CHANGED),
    "a change inside a quarter": (
        paying("{2020-01-01: 1, 2021-08-01: 2}", "every: quarter"),
        {},
        AMOUNT,
        "变更：2021-08-01",
    ),
    "a change inside the term": (f'- {{ref: "1", every: term, {YEARLY}}}', {}, AMOUNT, CHANGED),
    "a change inside a week": (
        paying("{2020-01-01: 1, 2021-07-01: 2}", "every: week"),
        {},
        AMOUNT,
        CHANGED,  # a Thursday
    ),
    "a change after the term": (
        f'- {{ref: "1", {YEARLY}}}',
        {"ends": "2021-06-30"},
        AMOUNT,
        "2021-07-01 在协议终止（2021-06-30）之后",
    ),
    "a target after the term": (
        lump("measure: {kind: quality_class, section: s1}"),
        {"sections": "{s1: {target: {2020-01-01: 3, 2032-01-01: 2}}}"},
        "sections.s1.target",
        "2032-01-01 在协议终止",
    ),
    "nothing in force when the term starts": (f'- {{ref: "1", {LATE}}}', {}, AMOUNT, "2020-01-01 尚无生效的数值"),
    "nothing in force on the first day of a broken quarter": (
        paying("{2020-07-01: 1}", "every: quarter"),
        {"starts": "2020-05-01"},
        AMOUNT,
        "2020-05-01 尚无生效的数值",
    ),
    "a bound of a test": (
        lump("when: [{kind: reported, fact: x, at_least: {2021-01-01: 1}}]"),
        {},
        "clauses.1.when.0.at_least",
        "尚无生效的数值",
    ),
    "a dated value in the branch of one section": (
        paying("{by: section, s1: 1, s2: {2021-01-01: 2}}", "each: {section: all}"),
        {},
        AMOUNT,
        "尚无生效的数值",
    ),
    "axes that change": (
        lump("each: {2020-01-01: {section: all}, 2021-01-01: {section: [s1]}}"),
        {},
        "clauses.1.each",
        "变更：2020-01-01",
    ),
    "how often it pays that changes": (
        lump("every: {2020-01-01: year, 2021-01-01: month}"),
        {},
        "clauses.1.every",
        "变更：2020-01-01",
    ),
    "a day that is none": (paying("{2020-02-30: 1}"), {}, AMOUNT, "不存在的日期"),
    # by element
    "a section without a value": (f'- {{ref: "1", each: {{section: all}}, {S1_ONLY}}}', {}, AMOUNT, "section=s2"),
    "no section in hand": (f'- {{ref: "1", {S1_ONLY}}}', {}, AMOUNT, "没有适用于 section=None 的数值"),
    "an indicator without a value": (
        paying("{by: indicator, tp: 1}", "each: {indicator: [tp, tn]}"),
        {},
        AMOUNT,
        "indicator=tn",
    ),
    "an indicator of the standard without a value": (
        paying("{by: indicator, tp: 1}", "each: {indicator: all}"),
        {},
        AMOUNT,
        "indicator=codmn",
    ),
    "a party without a value": (
        '- {ref: "1", each: {party: all}, scale: [{amount: {by: party, up: 1}}], pays: party, receives: pool}',
        {},
        AMOUNT,
        "party=down",
    ),
    "a target without a value": (
        f'- {{ref: "1", each: {{section: all}}, {TARGETS}}}',
        {"sections": "{s1: {target: 3}, s2: {target: 4}}"},
        SCALE,
        "target=4",
    ),
    "a target of a later year without a value": (
        f'- {{ref: "1", each: {{section: [s1]}}, measure: {{{CLASS}}}, {TARGETS}}}',
        {"sections": "{s1: {target: {2020-01-01: 3, 2022-01-01: 2}}}"},
        SCALE,
        "没有适用于 target=2 的数值",
    ),
    # section sheets, by the clauses that look into them
    "a target that changes inside a year": (
        f'- {{ref: "1", each: {{section: [s1]}}, measure: {{{CLASS}}}, {LUMP}}}',
        {"sections": CHANGES},
        TARGET,
        CHANGED,
    ),
    "one looked into by a test": (
        f'- {{ref: "1", when: [{{{CLASS}, section: s1, at_most: 0}}], {LUMP}}}',
        {"sections": CHANGES},
        TARGET,
        CHANGED,
    ),
    "one looked into for all months and for the year": (
        f'- {{ref: "1", each: {{section: [s1]}}, measure: {{{CLASS}, over: month, take: sum}}, {LUMP}}}',
        {"sections": CHANGES},
        TARGET,
        CHANGED,
    ),
    "the sheet of a section to compare with": (
        lump("measure: {kind: quality_class, section: s2, against: {section: s1}, expressed: ratio}"),
        {"sections": f"{{s2: {{}}, {CHANGES[1:]}"},
        TARGET,
        CHANGED,
    ),
    "the sheet of an inflow": (
        lump("measure: {kind: quality_class, section: s2, against: inflow, expressed: ratio}"),
        {"sections": f"{{s2: {{inflow: s1}}, {CHANGES[1:]}"},
        TARGET,
        CHANGED,
    ),
    "parties of a section that change inside a year": (
        f'- {{ref: "1", each: {{section: [s1]}}, {LUMP}}}',
        {"sections": "{s1: {upstream: {2020-01-01: up, 2021-07-01: third}}}"},
        "sections.s1.upstream",
        CHANGED,
    ),
    "a baseline not yet in force": (
        f'- {{ref: "1", measure: {{kind: volume, section: s1, against: baseline, expressed: ratio}}, {LUMP}}}',
        {"sections": "{s1: {baseline: {volume: {2021-01-01: 5}}}}"},
        "sections.s1.baseline.volume",
        "2020-01-01 尚无生效的数值",
    ),
    "a figure of a sheet by what no sheet is asked for": (
        f'- {{ref: "1", each: {{section: [s1]}}, {LUMP}}}',
        {"sections": "{s1: {target: {by: indicator, tp: 3, else: 4}}}"},
        TARGET,
        "没有适用于 indicator=None 的数值",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "header", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_refused(clauses: str, header: dict[str, str], path: str, word: str) -> None:
    assert_refused(clauses, path, word, **header)


def test_every_element_without_a_value_is_told() -> None:
    clause = paying("{by: section, s1: 1}", "each: {section: all, party: all}")
    sheets = "{s1: {}, s2: {}, both: {mean_of: [s1, s2]}}"
    assert [refusal.zh for refusal in found(clause, sections=sheets)] == [
        "没有适用于 section=s2 的数值",
        "没有适用于 section=both 的数值",
    ]


ALLOWED: dict[str, tuple[str, dict[str, str]]] = {
    "a change on the first day of a year": (
        paying("{2020-01-01: 1, 2021-01-01: 2}"), {},
    ),
    "a change on the first day of a month, paid yearly": (f'- {{ref: "1", each: {{month: all}}, {YEARLY}}}', {}),
    "a change on the first day of a quarter": (f'- {{ref: "1", every: quarter, {YEARLY}}}', {}),
    "a change on the last day of the term": (
        f'- {{ref: "1", every: month, {YEARLY}}}', {"ends": "2021-07-01"},
    ),
    "a change on the day the term starts": (f'- {{ref: "1", {YEARLY}}}', {"starts": "2021-07-01"}),
    "values from the first of the months listed": (
        f'- {{ref: "1", each: {{month: [2021-01, 2021-02]}}, {LATE}}}', {},
    ),
    "a value for every other section": (
        paying("{by: section, s1: 1, else: 2}", "each: {section: all}"), {},
    ),
    "a value for each section listed": (f'- {{ref: "1", each: {{section: [s1]}}, {S1_ONLY}}}', {}),
    "a target of the network": (f'- {{ref: "1", each: {{section: all}}, {TARGETS}}}', {}),
    "a sheet that changes between months": (
        f'- {{ref: "1", each: {{section: [s1], month: all}}, measure: {{{CLASS}}}, {LUMP}}}', {"sections": CHANGES},
    ),
    "a sheet looked into month by month": (
        f"- {{ref: a, measure: {{{CLASS}, section: s1, over: month, take: sum}}}}\n"
        f'- {{ref: "1", measure: {{kind: result, of: [a]}}, {LUMP}}}', {"sections": CHANGES},
    ),
    "a volume alone asks for nothing in the sheet": (
        f"- {{ref: a, measure: {{kind: volume, section: s1}}}}\n"
        f'- {{ref: "1", measure: {{kind: result, of: [a]}}, {LUMP}}}', {"sections": CHANGES},
    ),
    "a sheet nobody looks into": (f'- {{ref: "1", {FACT}, {LUMP}}}', {"sections": CHANGES}),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "header"), ALLOWED.values(), ids=ALLOWED)
def test_not_refused(clauses: str, header: dict[str, str]) -> None:
    assert [str(refusal) for refusal in found(clauses, **header)] == []
