"""The question ``hengjie whatif``: an agreement in force beside a changed or proposed one, on the stored readings.

In: registry and connection, a code, changes, perhaps a file, years. Out: the answer of `settlement.whatif` and its
lines for a terminal. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from basin.agreement import Agreement
from basin.agreement_files import file_text, tree
from basin.authoring.change import with_changes
from basin.errors import UsageError
from basin.registry import Registry, checked
from settlement.gathered import sections_of
from settlement.run import gathered, window, with_unpaid
from settlement.whatif import whatif, whole_years

Document = dict[str, Any]


def proposal(registry: Registry, code: str, changes: Sequence[str], file: Path | None) -> Agreement:
    """The proposed agreement: that of the file, else the one in force, with every ``path=value`` applied.

    Raises
    ------
    UsageError : no change at all, one without ``=``, or a path that leads nowhere.
    AgreementError : what came out is refused by the grammar.
    """
    if not changes and file is None:
        remedy = "加 --set clauses.2.2.cap=5000 或 --with-agreement 草案.yaml"
        raise UsageError("没有说要改什么", "nothing is changed", path="set", remedy=remedy)
    base = registry.agreement(code) if file is None else _of_file(file, registry)
    split = [change.partition("=") for change in changes]
    wrong = next((path for path, sign, _ in split if not sign), None)
    if wrong is not None:
        raise UsageError(f"--set 缺少等号：{wrong}", "no = in --set", path="set", remedy="写成 路径=数值")
    return with_changes(base, [(path.strip(), value.strip()) for path, _, value in split], registry.network)


def _of_file(file: Path, registry: Registry) -> Agreement:
    text = file_text(file)
    return checked(tree(text, file), text, str(file), registry.network)


def answered(
    connection: Connection, registry: Registry, code: str, proposed: Agreement, years: str, as_of: datetime
) -> Document:
    """Both agreements on what was known at `as_of`."""
    in_force, spans = registry.agreement(code), whole_years(years)
    sections = {section for one in (in_force, proposed) for section in sections_of(one, registry.network)}
    windows = [window(one, span) for one in (in_force, proposed) for span in spans]
    between = min(start for start, _ in windows), max(end for _, end in windows)
    found = gathered(connection, registry.network, sorted(sections), between, as_of)
    for one, span in product((in_force, proposed), spans):  # the ledger is that of the agreement in force for both
        found = with_unpaid(connection, one, span, found, (in_force.code, as_of))
    return whatif(in_force, proposed, registry.network, found, spans)


def lines(answer: Document) -> Iterator[str]:
    """The answer as text: each year's pairs and incentives, then the parties over the years."""
    head = f"{answer['agreement']}：现行 in force → 拟议 proposed {answer['proposed']}"
    yield f"{head}；只作比较，不保存 nothing is stored"
    for year in answer["years"]:
        yield from _year_lines(year, answer["step"])
    yield f"{answer['years_counted']} 个可比的年份 years in which neither stops；净收 net received（元 yuan）："
    for p in answer["parties"]:
        swings = f"{p['in_force_volatility_yuan'] or '—'} → {p['proposed_volatility_yuan'] or '—'}"
        sums = f"{p['in_force_yuan']} → {p['proposed_yuan']}（差 difference {p['difference_yuan']}）"
        yield f"    {p['party']}：{sums}，年际标准差 volatility {swings}"
    yield f"得益 winners：{'、'.join(answer['winners']) or '—'}；受损 losers：{'、'.join(answer['losers']) or '—'}"


def _year_lines(year: Document, step: str) -> Iterator[str]:
    yield f"{year['year']}："
    for pair in year["pairs"]:
        was, would_be, difference = (pair[f"{key}_yuan"] or "—" for key in ("in_force", "proposed", "difference"))
        yield f"    {pair['payer']} → {pair['payee']}：{was} → {would_be}（差 difference {difference}） 元"
    for side, name in (("in_force", "现行 in force"), ("proposed", "拟议 proposed")):
        yield from (f"    中止 stopped（{name}）{stop}" for stop in year["stops"][side])
    for one in year["incentives"]:
        sides = " → ".join(_slope(one[f"{side}_yuan"]) for side in ("in_force", "proposed"))
        yield f"    {one['section']} {one['indicator']} 升高 up {step}：{sides}"


def _slope(changes: dict[str, str] | None) -> str:
    if changes is None:
        return "不适用 none"
    return "，".join(f"{party} {change}" for party, change in changes.items()) or "0"
