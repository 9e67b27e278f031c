"""Commands for the quality of data: run the tests on what is new, and show which ran; decide about single values.

In: arguments. Out: text or JSON. What is judged and decided is in `monitoring_ingest.quality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from api.commands import AS_OF, Told, command, composed, example, now, say
from monitoring_ingest.quality import running, store

MOST_LISTED = 200


@click.group("quality")
def quality_group() -> None:
    """数据质控。Quality control of data."""


@quality_group.command("run", epilog=example("hengjie quality run"))
@click.option("--all", "everything", is_flag=True, help="全部重评，如参数改了之后。Judge all there is again.")
@command
def quality_run(everything: bool, extra: Sequence[Path]) -> Told:
    """评上次之后收到的数据及其可能影响的。Judge what came in since the last run."""
    here = composed(extra)
    say("质控 quality control …")
    ran = running.run(here.engine, now(), everything=everything)
    return asdict(ran), ran.told


@quality_group.command("history", epilog=example("hengjie quality history"))
@AS_OF
@command
def quality_history(as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """每次质控用了哪些检验、什么参数、标出多少。Which tests ran, with which arguments, and what they found."""
    here = composed(extra)
    with here.engine.connect() as connection:
        found = store.history(connection, as_of)
    times = {name: [time.isoformat() for time in found[name]] for name in ("recorded_at", "first", "last")}
    rows = found.assign(**times).to_dict("records")
    lines = [
        f"{r['run']} {r['indicator']} {r['test']} {r['arguments']}：{r['first']} – {r['last']}，{r['series']} 条序列，"
        f"评 {r['readings']}，未评 {r['not_evaluated']}，存疑 {r['doubtful']}，不可靠 {r['unreliable']}"
        for r in rows[:MOST_LISTED]
    ]
    more = [f"… 另有 {len(rows) - MOST_LISTED} 行 more"] if len(rows) > MOST_LISTED else []
    return {"tests": rows}, "\n".join([*lines, *more]) or "还没有质控 no run yet"
