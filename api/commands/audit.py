"""The command that lists what was refused and what was decided.

In: options. Out: acts as they are stored, newest first. Which acts leave a row is decided by the doors:
`api.web.audit` and `api.commands.shared.audited`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from api.commands.shared import SINCE, Told, command, database_to_read, example
from monitoring_ingest.access.audit_store import RecordedAct, Wanted, acts
from monitoring_ingest.database.engine import reading

FEW = 100


@click.group("audit")
def audit_group() -> None:
    """留痕：谁做了什么决定，谁被拒绝。What was decided and refused, by whom and from where."""


@audit_group.command("list", epilog=example("hengjie audit list --refused --since 2026-01-01T00:00+08:00"))
@SINCE
@click.option("--act", help="只看一种动作，如 'POST /v1/facts'、'key revoke'。One kind of act only.")
@click.option("--who", help="只看一人或一个密钥。One person or key only.")
@click.option("--address", help="只看一个来访地址。One address only.")
@click.option("--refused/--done", default=None, help="只看被拒绝的，或做成的。Only what was refused, or done.")
@click.option("--limit", type=click.IntRange(min=1), default=FEW, show_default=True, help="最近几条。How many.")
@command
def audit_list(
    since: datetime | None,
    act: str | None,
    who: str | None,
    address: str | None,
    refused: bool | None,
    limit: int,
    extra: Sequence[Path],
) -> Told:
    """最近的留痕：时刻、动作、谁、从哪里、结果、关于什么。Latest acts: when, what, who, from where, outcome, about."""
    wanted = Wanted(since, act, who, address, refused)
    with reading(database_to_read()) as connection:
        rows = acts(connection, wanted, limit)
    listed = [_row(row) for row in rows]
    return {"acts": listed}, "\n".join(map(_line, listed)) or "没有留痕 nothing yet"


def _line(row: Mapping[str, str | int]) -> str:
    return "  ".join(str(cell or "—") for cell in row.values())


def _row(act: RecordedAct) -> dict[str, str | int]:
    assert act.recorded_at is not None
    recorded_at = act.recorded_at.isoformat()
    return {"recorded_at": recorded_at} | asdict(act) | {"recorded_at": recorded_at}
