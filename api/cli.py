"""The command line ``hengjie``: every door of the program for people and scripts.

In: arguments and files. Out: text for people, or with ``--json`` exactly one JSON object on standard output; progress
and messages go to standard error. Exit 0 done, 1 refused, or a case or slot failed, 2 usage. It decides nothing: each
command parses, calls one function of the packages, and tells; how that is printed is in `api.commands.shared`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from api.commands import settlements
from api.commands.agreements import agreement_group
from api.commands.database import database_group
from api.commands.jobs import jobs_group
from api.commands.keys import key_group
from api.commands.quality import quality_group, review_group
from api.commands.readings import ingest_group, readings_group, record
from api.commands.shared import Commands, Told, command, composed, example, now, say
from api.commands.sources import ingest_laboratory, laboratory_group, source_group
from api.commands.telegrams import listen, telegram_group
from api.composition import Composition

FIXTURES = Path(__file__).parents[1] / "fixtures"


@click.group(cls=Commands, epilog=example("hengjie settle lushui-jiangxi-hunan-2019 2020"))
def main() -> None:
    """衡界：跨省流域生态补偿的结算。Settling river compensation between provinces."""


main.add_command(ingest_group)
main.add_command(readings_group)
main.add_command(record)
for settling in settlements.COMMANDS:
    main.add_command(settling)
main.add_command(agreement_group)
main.add_command(source_group)
main.add_command(laboratory_group)
ingest_group.add_command(ingest_laboratory)
main.add_command(telegram_group)
main.add_command(listen)
main.add_command(jobs_group)
main.add_command(key_group)
main.add_command(database_group)
main.add_command(quality_group)
main.add_command(review_group)


@main.command("serve", epilog=example("PORT=8080 hengjie serve"))
@command
def serve_pages(extra: Sequence[Path]) -> Told:
    """提供网页与接口，并运行定时任务。Serve pages and API, with the schedule inside."""
    return _serving(composed(extra, upgrade=True))


def _serving(here: Composition) -> Told:
    """The address, told before the server starts and only when it can be used."""
    from api import serving  # the web framework takes a second to load, which no other command needs

    serving.check_port(here.settings)
    address = here.settings.address
    return {"address": address}, f"衡界 {address} （Ctrl-C 停止 to stop）", lambda: serving.serve(here)


@main.command("schedule", epilog=example("hengjie schedule --once"))
@click.option("--once", is_flag=True, help="只补做到期的时段，然后结束。Run the slots that are due, then end.")
@command
def schedule_jobs(once: bool, extra: Sequence[Path]) -> Told:
    """只运行定时任务。Run the scheduled jobs."""
    from api import serving

    here = composed(extra, upgrade=True)
    if once:
        ran = serving.run_due(here)
        slots = [{"job": one.job, "slot": one.slot.isoformat(), "failure": one.failure} for one in ran]
        lines = [f"{one.job} {one.slot.isoformat()} {one.failure or '完成 done'}" for one in ran]
        told = {"ran": slots, "failed": sum(one.failure is not None for one in ran)}
        return told, "\n".join(lines) or "没有到期的时段 nothing is due"
    inbox, day = here.settings.inbox, here.settings.settling_day
    text = f"定时任务 schedule：{inbox}，每月 {day} 日结算（Ctrl-C 停止 to stop）"
    return {"inbox": str(inbox), "settling_day": day}, text, lambda: serving.schedule(here)


@main.command("run", epilog=example("make run"))
@command
def run_demonstration(extra: Sequence[Path]) -> Told:
    """建库、载入虚构示例、接收、结算、评价，然后提供网页。Build the demonstration and serve it."""
    from api.demonstration import build

    here = composed([FIXTURES, *extra], upgrade=True)
    build(here, say, now)
    return _serving(here)


if __name__ == "__main__":
    main()
