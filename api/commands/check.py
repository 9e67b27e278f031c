"""The command that compares what is stored with the same made again.

In: a database. Out: how many settlements and assessments hold, of which settlements it cannot be told, and the first
row that differs. What is compared is in `settlement.review.checking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from api.commands.shared import Told, command, composed_to_read, example
from monitoring_ingest.database.engine import reading
from monitoring_ingest.database.schema import unguarded
from settlement.review.checking import Report
from settlement.review.checking import check as checked


@click.command(epilog=example("hengjie check"))
@command
def check(extra: Sequence[Path]) -> Told:
    """用存下的读数重算全部结算，指出第一处不符的行。Recompute what is stored; name the first row that differs."""
    composition = composed_to_read(extra)
    with reading(composition.engine) as connection:
        report = checked(connection, composition.registry)
        missing = unguarded(connection)
    failed = report.difference is not None or bool(missing)
    result = asdict(report) | {"triggers_missing": len(missing), "failed": int(failed)}
    return result, "\n".join(_lines(report, missing))


def _lines(report: Report, missing: Sequence[str]) -> list[str]:
    lines = [
        f"由较早的引擎版本所作，现在结果不同，无从核对 made otherwise by an earlier version：{row.row}：{row.words}"
        for row in report.otherwise
    ]
    if missing:
        lines.append(f"✗ 少了 {len(missing)} 个不许改动证据的触发器 triggers are missing；hengjie serve 会补上")
    if report.difference is not None:
        lines.append(f"✗ {report.difference.row}：{report.difference.words}")
    holding = f"{report.settlements} 份结算 settlements、{report.assessments} 份评价 assessments"
    if report.otherwise:
        return [*lines, f"{holding} 相符 hold，{len(report.otherwise)} 份结算无从核对 settlements cannot be told"]
    is_whole = report.difference is None and not missing
    return [*lines, f"{holding}，都相符 all hold" if is_whole else f"{holding} 相符 hold"]
