"""The command ``hengjie whatif``: an agreement in force beside a changed or proposed one, on the stored readings.

In: a code, changes, perhaps a file, years. Out: the answer of `settlement.proposing` and its lines for a terminal.
Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from api.commands.shared import AS_OF, Told, command, composed_to_read, example
from monitoring_ingest.database.instants import instant_known
from settlement import proposing
from settlement.whatif import WhatIf, YearComparison


@click.command(epilog=example("hengjie whatif lushui-jiangxi-hunan-2019 --set clauses.1.cap=5000 --years 2020..2021"))
@click.argument("agreement")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="改一处，可重复。Change one value.")
@click.option("--with-agreement", "file", type=click.Path(dir_okay=False, path_type=Path), help="拟议的协议文件。")
@click.option("--years", required=True, help="2023 或 2023..2025。")
@AS_OF
@command
def whatif(
    agreement: str, changes: Sequence[str], file: Path | None, years: str, as_of: datetime | None, extra: Sequence[Path]
) -> Told:
    """同样的数据，换一份协议会怎样。The same data under a changed or proposed agreement."""
    composition = composed_to_read(extra)
    proposed = proposing.proposal(composition.registry, agreement, changes, file)
    with composition.engine.connect() as connection:
        known_at = as_of or instant_known(connection, composition.now())
        answer = proposing.answered(connection, composition.registry, agreement, proposed, years, known_at)
    return answer, "\n".join(lines(answer))


def lines(answer: WhatIf) -> Iterator[str]:
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


def _year_lines(year: YearComparison, step: str) -> Iterator[str]:
    yield f"{year['year']}："
    for pair in year["pairs"]:
        sums = f"{pair['in_force_yuan'] or '—'} → {pair['proposed_yuan'] or '—'}"
        yield f"    {pair['payer']} → {pair['payee']}：{sums}（差 difference {pair['difference_yuan'] or '—'}） 元"
    yield from (f"    中止 stopped（现行 in force）{stop}" for stop in year["stops"]["in_force"])
    yield from (f"    中止 stopped（拟议 proposed）{stop}" for stop in year["stops"]["proposed"])
    for incentive in year["incentives"]:
        slopes = f"{_slope(incentive['in_force_yuan'])} → {_slope(incentive['proposed_yuan'])}"
        yield f"    {incentive['section']} {incentive['indicator']} 升高 up {step}：{slopes}"


def _slope(changes: dict[str, str] | None) -> str:
    if changes is None:
        return "不适用 none"
    return "，".join(f"{party} {change}" for party, change in changes.items()) or "0"
