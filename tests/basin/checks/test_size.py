"""How large an agreement may be: one tiny text for each bound, and each bound just kept."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from basin.checks.size import MOST_CHAINED, MOST_CLAUSES, MOST_LISTED
from tests.basin.clauses import assert_refused, found

PAYS = "scale: [{amount: 1}], pays: upstream, receives: downstream"
LINE = '- {{ref: "{ref}", source: x, measure: {{kind: result, of: ["{of}"]}}}}'


def payers(number: int) -> str:
    return "\n".join(f'- {{ref: "{ref}", source: x, {PAYS}}}' for ref in range(number))


def chain(length: int) -> str:
    """As many clauses, each of which uses the next; the first of them pays."""
    uses = 'source: x, measure: {kind: result, of: ["c1"]}, scale: [{rate: 1}], pays: upstream, receives: downstream'
    lines = [LINE.format(ref=f"c{n}", of=f"c{n + 1}") for n in range(1, length - 1)]
    last = f'- {{ref: "c{length - 1}", source: x, scale: [{{amount: 1}}]}}'
    return "\n".join([f'- {{ref: "pays", {uses}}}', *lines, last])


def days(number: int) -> str:
    """A value by date, with as many dates."""
    months = [f"{2000 + number // 12}-{number % 12 + 1:02}-01: 1" for number in range(number)]
    return f"{{{', '.join(months)}}}"


def listed(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


REFUSED = {
    "clauses": (payers(MOST_CLAUSES + 1), "clauses", "共 501，至多 500"),
    "pieces": (
        '- {ref: "1", source: x, measure: {kind: volume, section: s1}, pays: upstream, receives: downstream, '
        f"scale: {listed([*(f'{{up_to: {n}}}' for n in range(MOST_LISTED)), '{}'])}}}",
        "clauses.1", "至多 1000",
    ),
    "tests": (
        f'- {{ref: "1", source: x, when: {listed(["{kind: volume, section: s1, above: 1}"] * 1001)}, {PAYS}}}',
        "clauses.1", "至多 1000",
    ),
    "multipliers": (f'- {{ref: "1", source: x, times: {listed(["2"] * 1001)}, {PAYS}}}', "clauses.1", "至多 1000"),
    "dates": (f'- {{ref: "1", source: x, cap: {days(300)}, {PAYS}}}', "clauses", "至多 50000"),
    "dates of many clauses": (
        "\n".join(f'- {{ref: "{ref}", source: x, cap: {days(30)}, {PAYS}}}' for ref in range(60)),
        "clauses", "至多 50000",
    ),
    "clauses that all use each other": (
        "\n".join(
            f'- {{ref: "c{ref}", source: x, measure: {{kind: result, of: {listed(f"c{n}" for n in range(230))}}}}}'
            for ref in range(230)
        ),
        "clauses", "至多 50000",
    ),
    "elements": (
        f'- {{ref: "1", source: x, {PAYS}, measure: {{kind: concentration}}, '
        f"each: {{section: {listed(f's{n}' for n in range(400))}, indicator: {listed(f'i{n}' for n in range(400))}}}}}",
        "clauses.1.each", "至多 100000",
    ),
    "a chain": (chain(MOST_CHAINED + 1), "clauses.pays", "条款一条用一条，共 51，至多 50"),
    "an element given twice": (
        f'- {{ref: "1", source: x, each: {{section: [s1, s1]}}, measure: {{kind: volume}}, {PAYS}}}',
        "clauses.1.each.section", "s1 写了两次",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "path", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_too_large_is_refused(clauses: str, path: str, said: str) -> None:
    assert_refused(clauses, path, said)


def test_sections_are_counted() -> None:
    sheets = f"{{{', '.join(f's{n}: {{}}' for n in range(5_001))}}}"
    assert [refusal.path for refusal in found(payers(1), sections=sheets)] == ["sections"]


@pytest.mark.parametrize(
    "clauses", [payers(MOST_CLAUSES), chain(MOST_CHAINED), f'- {{ref: "1", source: x, cap: {days(60)}, {PAYS}}}'],
    ids=["clauses", "a chain", "dates"],
)  # fmt: skip
def test_what_is_just_not_too_large_is_accepted(clauses: str) -> None:
    assert [refusal.zh for refusal in found(clauses) if "太大" in refusal.zh] == []


def test_lines_that_each_use_two_before_are_looked_at_once() -> None:
    """Looked at along every way, forty lines would be looked at a billion times."""
    lines = ['- {ref: "c0", source: x, measure: {kind: exceedance, section: s1, indicator: tp}}']
    lines += [f'- {{ref: "c{n}", source: x, measure: {{kind: result, of: ["c{n - 1}", "c{max(n - 2, 0)}"]}}}}'
              .replace('["c0", "c0"]', '["c0"]') for n in range(1, 40)]  # fmt: skip
    pays = '- {ref: "p", source: x, measure: {kind: result, of: ["c39"]}, scale: [{amount: 1}], '
    assert_refused(
        "\n".join([*lines, pays + "pays: upstream, receives: downstream}"]), "clauses.p.scale", "超标倍数为 0"
    )


def test_lines_that_use_each_other_are_a_circle_and_nothing_worse() -> None:
    lines = [LINE.format(ref="a", of="b"), LINE.format(ref="b", of="a")]
    assert_refused("\n".join(lines), "clauses.a", "循环引用")
