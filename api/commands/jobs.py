"""Commands for the jobs of the schedule: what ran, when, and what came of it.

In: options. Out: the runs as they are stored, newest first. What a job does is in `monitoring_ingest.schedule.job`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.commands.shared import Told, command, database_to_read, example
from api.composition import utc_now
from monitoring_ingest.database.engine import reading
from monitoring_ingest.schedule.store import listed_runs, runs_ahead

FEW = 20
COLUMNS = ("job", "slot", "started_at", "finished_at", "outcome", "holder")


@click.group("jobs")
def jobs_group() -> None:
    """定时任务的运行记录。Runs of the scheduled jobs."""


@jobs_group.command("list", epilog=example("hengjie jobs list --job inbox --limit 100"))
@click.option("--job", help="只看一个任务。One job only.")
@click.option("--limit", type=click.IntRange(min=1), default=FEW, show_default=True, help="最近几次。How many.")
@command
def runs(job: str | None, limit: int, extra: Sequence[Path]) -> Told:
    """最近的运行：时次、起止、结果、执行者。Latest runs: slot, begin, end, outcome, holder."""
    now = utc_now()
    with reading(database_to_read()) as connection:
        rows = [_row(run) for run in listed_runs(connection, job, limit, now)]
        ahead = runs_ahead(connection, job, now)
    lines = ["  ".join(str(row[name] or "—") for name in COLUMNS) for row in rows]
    lines = lines or ["还没有运行过 nothing has run yet"]
    if ahead:
        lines.append(f"另有 {ahead} 个时次由走快的时钟占用，不算做过，到时重做 claimed by a clock that ran ahead")
    return {"runs": rows, "ahead": ahead}, "\n".join(lines)


def _row(run: dict[str, Any]) -> dict[str, Any]:
    return {name: run[name].isoformat() if isinstance(run[name], datetime) else run[name] for name in COLUMNS}
