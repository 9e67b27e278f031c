"""The command line ``hengjie``: every door of the program for people and scripts.

In: arguments and files. Out: text for people, or with ``--json`` exactly one JSON object on standard output; progress
and messages go to standard error. Exit 0 done, 1 refused, or a case or slot failed, 2 usage. It decides nothing: each
command parses, calls one function of the packages, and tells; how that is printed is in `api.commands.shared`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.shared import Commands, Elsewhere, Told, command, composed_to_serve, example, say
from api.settings import OPEN

if TYPE_CHECKING:
    from api.composition import Composition

FIXTURES = Path(__file__).parents[1] / "fixtures"
# What `--help` says of each command, and where it is: it is imported when it is run, so that nobody waits for what
# another command needs. A test holds the words against those of the command itself.
COMMANDS = (
    Elsewhere(
        "agreement",
        "agreements:agreement_group",
        "编写协议：检查、比较、数值清单、编辑器用的模式。Writing agreements: check, diff, figures, schema.",
    ),
    Elsewhere("assess", "assessments:assess", "评价一个流域的绩效。Assess the performance of a basin."),
    Elsewhere(
        "audit",
        "audit:audit_group",
        "留痕：谁做了什么决定，谁被拒绝。What was decided and refused, by whom and from where.",
    ),
    Elsewhere("cases", "evidence:cases", "运行算例，打印不符处的计算过程；加 --all 打印全部。Run worked cases."),
    Elsewhere(
        "check",
        "check:check",
        "用存下的读数重算全部结算，指出第一处不符的行。Recompute what is stored; name the first row that differs.",
    ),
    Elsewhere(
        "classify",
        "assessments:classify",
        "评定水质类别；列名可带单位，如 总磷(μg/L)。Water-quality classes of a table.",
    ),
    Elsewhere(
        "database",
        "database:database_group",
        "数据库：结构版本、升级、备份、恢复。The database: revision, upgrade, backup, restore.",
    ),
    Elsewhere("evidence", "evidence:evidence_file", "导出一份结算的证据包。The evidence file of a settlement."),
    Elsewhere(
        "explain",
        "settlements:explain",
        "一份结算从应付款到读数的全部依据。A settlement unfolded, from obligations down to readings.",
    ),
    Elsewhere(
        "fact",
        "facts:fact_group",
        "密钥送来的事实：待采用的批次，采用。Facts that came by keys: batches that wait, and adopting one.",
    ),
    Elsewhere("ingest", "readings:ingest_group", "接收监测数据。Take in station data."),
    Elsewhere("jobs", "jobs:jobs_group", "定时任务的运行记录。Runs of the scheduled jobs."),
    Elsewhere("key", "keys:key_group", "写入用的密钥。Writing keys."),
    Elsewhere("laboratory", "sources:laboratory_group", "实验室化验单。Laboratory workbooks."),
    Elsewhere(
        "listen",
        "telegrams:listen",
        "接收站点报文（HJ 212-2017，TCP）：存下才应答。Take in telegrams of stations; answered means stored.",
    ),
    Elsewhere(
        "login",
        "people:login",
        "登录；此后的命令以此人的名义提出。Sign in: later commands propose in this person's name.",
    ),
    Elsewhere("logout", "people:logout", "退出登录。Sign out."),
    Elsewhere(
        "people",
        "people:people_group",
        "人员与任命：最初两人、列出、任命、停用。People and appointments: the first two, list, appoint, suspend.",
    ),
    Elsewhere(
        "proposal",
        "proposals:proposal_group",
        "提议：待办、批准、退回、撤回。Proposals: what waits; approve, refuse, withdraw.",
    ),
    Elsewhere("quality", "quality:quality_group", "数据质控。Quality control of data."),
    Elsewhere("readings", "readings:readings_group", "已接收的数据。Stored readings."),
    Elsewhere(
        "record",
        "facts:record",
        "提出登记一件事实（断流、事件、资金使用等），或一张表里的许多件。Propose to record a fact, or a table of them.",
    ),
    Elsewhere(
        "register",
        "register:register_group",
        "登记的主体、机构、断面、站点。Registered parties, offices, sections and stations.",
    ),
    Elsewhere(
        "review",
        "quality:review_group",
        "复核单个数据：放行、维持隔离、剔除、恢复。Deciding about single values: release, uphold, remove, restore.",
    ),
    Elsewhere("settle", "settlements:settle", "按协议结算一个期间。Settle an agreement for a period."),
    Elsewhere(
        "source",
        "sources:source_group",
        "数据来源：检查声明、列出、取数、试读。Declared sources: check, list, run, try.",
    ),
    Elsewhere(
        "status",
        "settlements:status",
        "提出结算的下一个状态：待复核、已确认、已撤销。Propose the next status of a settlement.",
    ),
    Elsewhere("telegram", "telegrams:telegram_group", "站点报文（HJ 212-2017）。Telegrams of stations."),
    Elsewhere(
        "verify",
        "evidence:verify_file",
        "不用数据库重算证据包，指出第一处不符。Recompute an evidence file without the database.",
    ),
    Elsewhere(
        "whatif",
        "whatif:whatif",
        "同样的数据，换一份协议会怎样。The same data under a changed or proposed agreement.",
    ),
)


@click.group(cls=Commands, epilog=example("hengjie settle lushui-jiangxi-hunan-2019 2020"))
def main() -> None:
    """衡界：跨省流域生态补偿的结算。Settling river compensation between provinces."""


for elsewhere in COMMANDS:
    main.add_command(elsewhere)


@main.command("serve", epilog=example("PORT=8080 hengjie serve"))
@command
def serve_pages(extra: Sequence[Path]) -> Told:
    """提供网页与接口，并运行定时任务。Serve pages and API, with the schedule inside."""
    return _serving(composed_to_serve(extra))


def _serving(composition: Composition) -> Told:
    """The address, told before the server starts and only when it can be used."""
    from api import serving  # the web framework takes a second to load, which no other command needs

    serving.check_port(composition.settings)
    address = composition.settings.address
    return {"address": address}, f"衡界 {address} （Ctrl-C 停止 to stop）", lambda: serving.serve(composition)


@main.command("schedule", epilog=example("hengjie schedule --once"))
@click.option("--once", is_flag=True, help="只补做到期的时段，然后结束。Run the slots that are due, then end.")
@command
def schedule_jobs(once: bool, extra: Sequence[Path]) -> Told:
    """只运行定时任务。Run the scheduled jobs."""
    from api import serving

    composition = composed_to_serve(extra)
    if once:
        ran = serving.run_due(composition)
        slots = [{"job": run.job, "slot": run.slot.isoformat(), "failure": run.failure} for run in ran]
        lines = [f"{run.job} {run.slot.isoformat()} {run.failure or '完成 done'}" for run in ran]
        summary = {"ran": slots, "failed": sum(run.failure is not None for run in ran)}
        return summary, "\n".join(lines) or "没有到期的时段 nothing is due"
    inbox = composition.settings.inbox
    day = composition.settings.settling_day
    text = f"定时任务 schedule：{inbox}，每月 {day} 日结算（Ctrl-C 停止 to stop）"
    return {"inbox": str(inbox), "settling_day": day}, text, lambda: serving.schedule(composition)


@main.command("run", epilog=example("make run"))
@command
def run_demonstration(extra: Sequence[Path]) -> Told:
    """建库、载入虚构示例、接收、结算、评价，然后提供网页。Build the demonstration and serve it."""
    from api.demonstration import build

    composition = composed_to_serve([FIXTURES, *extra])
    build(composition, say)
    openly = replace(composition.settings, reading=OPEN)  # what is invented is for everybody to look at
    return _serving(replace(composition, settings=openly))


if __name__ == "__main__":
    main()
