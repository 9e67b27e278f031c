"""Commands for the quality of data: run the tests on what is new, and show which ran; decide about single values.

In: arguments. Out: text or JSON. What is judged and decided is in `monitoring_ingest.quality`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

import click

from api.commands.shared import AS_OF, Told, command, composed, composed_to_read, example, say
from api.commands.signed_in import acting, no_author, told
from api.reads import reviews
from api.reads.reviews import DecisionWanted, ReviewRow, ValueWanted, WaitingRow
from monitoring_ingest.quality import running, store
from monitoring_ingest.quality.decisions import REASONS, REASONS_FOR, RELEASE, REMOVE, RESTORE, UPHOLD

MOST_LISTED = 200


class Grounds(TypedDict):
    """The options of every decision."""

    reason: str
    document: str
    office: str


class About(TypedDict, total=False):
    """The arguments of a decision: either of them."""

    readings: Sequence[int]
    values: Sequence[ValueWanted]


@click.group("quality")
def quality_group() -> None:
    """数据质控。Quality control of data."""


@quality_group.command("run", epilog=example("hengjie quality run"))
@click.option("--all", "everything", is_flag=True, help="全部重评，如参数改了之后。Judge all there is again.")
@command
def quality_run(everything: bool, extra: Sequence[Path]) -> Told:
    """评上次之后收到的数据及其可能影响的。Judge what came in since the last run."""
    composition = composed(extra)
    thresholds = composition.thresholds
    for message in thresholds.messages:
        say(message)
    say("质控 quality control …")
    ran = running.run(
        composition.engine,
        composition.now,
        network=composition.registry.network,
        tests=thresholds.tests,
        everything=everything,
    )
    return asdict(ran), ran.told


@quality_group.command("history", epilog=example("hengjie quality history"))
@AS_OF
@command
def quality_history(as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """每次质控用了哪些检验、什么参数、标出多少。Which tests ran, with which arguments, and what they found."""
    composition = composed_to_read(extra)
    with composition.engine.connect() as connection:
        tests = store.history(connection, as_of)
    times = {name: [time.isoformat() for time in tests[name]] for name in ("recorded_at", "first", "last")}
    rows = tests.assign(**times).to_dict("records")
    names = ("indicator", "test", "section", "arguments")
    lines = [
        f"{r['run']} {' '.join(r[name] for name in names if r[name])}：{r['first']} – {r['last']}，"
        f"{r['series']} 条序列，评 {r['readings']}，未评 {r['not_evaluated']}，"
        f"存疑 {r['doubtful']}，不可靠 {r['unreliable']}"
        for r in rows[:MOST_LISTED]
    ]
    more = [f"… 另有 {len(rows) - MOST_LISTED} 行 more"] if len(rows) > MOST_LISTED else []
    return {"tests": rows}, "\n".join([*lines, *more]) or "还没有质控 no run yet"


@click.group("review")
def review_group() -> None:
    """复核单个数据：放行、维持隔离、剔除、恢复。Deciding about single values: release, uphold, remove, restore."""


@review_group.command("list", epilog=example("hengjie review list"))
@AS_OF
@command
def review_list(as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """待核的读数和已作的决定，可按当时。Quarantined readings that wait, and the decisions so far, or as of then."""
    composition = composed_to_read(extra)
    with composition.engine.connect() as connection:
        waiting = reviews.queue(connection, as_of=as_of)
        decided = reviews.history(connection, as_of)
    lines = [f"待核 waiting（{len(waiting)}）："]
    lines += [f"  {_waiting(row)}" for row in waiting[:MOST_LISTED]]
    lines += [f"决定 decisions（{len(decided)}）：", *(f"  {_decided(row)}" for row in decided[:MOST_LISTED])]
    return {"waiting": waiting, "decisions": decided}, "\n".join(lines)


def _waiting(row: WaitingRow) -> str:
    value = f"{row['value']} {row['unit']}".rstrip()
    return f"{row['reading']} {row['station']} {row['indicator']} {row['time']} {value}：{row['message_zh']}"


def _decided(row: ReviewRow) -> str:
    who = f"{row['proposed_by']} 提出，{row['approved_by']} 批准"
    who += f"，以密钥 {row['recorded_by']} 登记" if row["recorded_by"] else ""
    which = f"第 {row['revision']} 版" if row["revision"] else f"读数 {row['reading']}"
    value = f"{row['station']} {row['indicator']} {row['time']} {which}"
    return f"{row['recorded_at']} {row['action']} {value}：{row['reason_zh']}（{row['document']}；{who}）"


def _grounds(action: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options every decision takes, with the reasons that an action may have."""

    def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in ("--proposed-by", "--approved-by"):
            function = no_author(option)(function)
        office = "以哪个机构提出；只在一处任经办的不必写。For which office."
        function = click.option("--office", default="", help=office)(function)
        function = click.option("--document", required=True, help="依据文件的编号或名称。")(function)
        reasons = "；".join(f"{code} {REASONS[code].zh}" for code in REASONS_FOR[action])
        return click.option("--reason", required=True, help=f"理由代码：{reasons}。")(function)

    return with_options


def _proposed(extra: Sequence[Path], action: str, grounds: Grounds, about: About) -> Told:
    """Propose a decision as who is signed in."""
    wanted = DecisionWanted(action, **grounds, **about)
    composition = composed(extra)
    with acting(composition, f"review {wanted.action}", wanted.subject) as signed:
        proposal = reviews.propose(composition.desk, signed, wanted)
    return told(proposal)


_READINGS = click.argument("readings", nargs=-1, required=True, type=click.IntRange(min=1))


@review_group.command("release", epilog=example(
    "hengjie review release 1234 1235 --reason laboratory_confirms --document 复核单7"
))  # fmt: skip
@_READINGS
@_grounds(RELEASE)
@command
def review_release(readings: tuple[int, ...], extra: Sequence[Path], **grounds: Unpack[Grounds]) -> Told:
    """提出放行隔离的读数，批准后按原值成为观测。Propose that quarantined readings become observations."""
    return _proposed(extra, RELEASE, grounds, {"readings": readings})


@review_group.command("uphold", epilog=example("hengjie review uphold 1234 --reason not_confirmed --document 复核单8"))
@_READINGS
@_grounds(UPHOLD)
@command
def review_uphold(readings: tuple[int, ...], extra: Sequence[Path], **grounds: Unpack[Grounds]) -> Told:
    """提出维持隔离：疑问成立，不再待核，不成为观测。Propose that the doubt stands: no observation."""
    return _proposed(extra, UPHOLD, grounds, {"readings": readings})


@review_group.command("remove", epilog=example(
    "hengjie review remove jiekou nh3n 2020-08-31T08:00+08:00 --reason instrument_fault --document 维修单"
))  # fmt: skip
@click.argument("station")
@click.argument("indicator")
@click.argument("times", nargs=-1, required=True)
@_grounds(REMOVE)
@command
def review_remove(
    station: str, indicator: str, times: tuple[str, ...], extra: Sequence[Path], **grounds: Unpack[Grounds]
) -> Told:  # fmt: skip
    """提出剔除观测：不删除，不再采用。Propose that observations count no longer; they are not deleted."""
    return _proposed(extra, REMOVE, grounds, {"values": _values(station, indicator, times)})


@review_group.command("restore", epilog=example(
    "hengjie review restore jiekou nh3n 2020-08-31T08:00+08:00 --reason real_event --document 核查报告"
))  # fmt: skip
@click.argument("station")
@click.argument("indicator")
@click.argument("times", nargs=-1, required=True)
@_grounds(RESTORE)
@command
def review_restore(
    station: str, indicator: str, times: tuple[str, ...], extra: Sequence[Path], **grounds: Unpack[Grounds]
) -> Told:  # fmt: skip
    """提出恢复已剔除的、或检验标出的观测。Propose that observations removed or flagged count again."""
    return _proposed(extra, RESTORE, grounds, {"values": _values(station, indicator, times)})


def _values(station: str, indicator: str, times: Sequence[str]) -> list[ValueWanted]:
    return [ValueWanted(station, indicator, time) for time in times]
