"""Commands about proposals: what waits, and approving, refusing or withdrawing one.

In: options, and whoever is signed in. Out: proposals. Who may do what is decided in `settlement.people.proposals`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from api.commands.shared import Told, audited, command, composed, example
from api.commands.signed_in import signed_in
from settlement.people import proposals, proposals_store
from settlement.people.acts import ACTS
from settlement.people.proposals import WORDS
from settlement.people.proposals_store import Proposal, Wanted
from settlement.people.sessions import Signed

FEW = 100
_WHY = click.option("--reason", default="", help="理由。Why.")


@click.group("proposal")
def proposal_group() -> None:
    """提议：待办、批准、退回、撤回。Proposals: what waits; approve, refuse, withdraw."""


@proposal_group.command("list", epilog=example("hengjie proposal list"))
@click.option("--all", "ended", is_flag=True, help="连同已办结的。Those that ended, too.")
@click.option("--limit", type=click.IntRange(min=1, max=10_000), default=FEW, show_default=True, help="最近几项。")
@command
def proposal_list(ended: bool, limit: int, extra: Sequence[Path]) -> Told:
    """本人各机构的提议，最新的在前。Proposals of one's own offices, the newest first."""
    composition = composed(extra)
    signed = signed_in(composition)
    staff = signed.staff
    sides = {staff.side(appointment.office) for appointment in staff.in_force(signed.person.number)}
    offices = [code for code in staff.offices if staff.side(code) in sides]
    with composition.engine.connect() as connection:
        rows = proposals_store.listed(connection, Wanted(offices, is_open=None if ended else True), limit)
    lines = [_line(proposal, signed) for proposal in rows]
    return {"proposals": [_row(proposal, signed) for proposal in rows]}, "\n".join(lines) or "没有待办 nothing waits"


@proposal_group.command("show", epilog=example("hengjie proposal show 12"))
@click.argument("number", type=int)
@command
def proposal_show(number: int, extra: Sequence[Path]) -> Told:
    """一项提议的全部内容。All of a proposal."""
    composition = composed(extra)
    signed = signed_in(composition)
    with composition.engine.connect() as connection:
        proposal = proposals.readable(connection, signed.staff, signed.person.number, number)
    row = _row(proposal, signed)
    return row, "\n".join(f"{name}：{value}" for name, value in row.items())


@proposal_group.command("approve", epilog=example("hengjie proposal approve 12"))
@click.argument("number", type=int)
@_WHY
@command
def proposal_approve(number: int, reason: str, extra: Sequence[Path]) -> Told:
    """批准他人提出的一项，随即生效。Approve what somebody else proposed; it is done at once."""
    composition = composed(extra)
    signed = signed_in(composition)
    with audited(composition, "proposal approve", signed.person.login, str(number)):
        approved = proposals.approve(composition.desk, ACTS, signed.person.number, number, reason=reason)
    row = _row(approved.proposal, signed) | {"shown_once": approved.shown_once}
    secret = f"\n只显示这一次 shown once：{approved.shown_once}" if approved.shown_once else ""
    return row, f"已批准第 {number} 项 approved：{approved.proposal.subject}{secret}"


@proposal_group.command("refuse", epilog=example("hengjie proposal refuse 12 --reason 附件不全"))
@click.argument("number", type=int)
@click.option("--reason", required=True, help="理由。Why.")
@command
def proposal_refuse(number: int, reason: str, extra: Sequence[Path]) -> Told:
    """退回他人提出的一项。Send back what somebody else proposed."""
    composition = composed(extra)
    signed = signed_in(composition)
    with audited(composition, "proposal refuse", signed.person.login, str(number)):
        proposal = proposals.refuse(composition.desk, ACTS, signed.person.number, number, reason=reason)
    return _row(proposal, signed), f"已退回第 {number} 项 sent back：{proposal.subject}"


@proposal_group.command("withdraw", epilog=example("hengjie proposal withdraw 12"))
@click.argument("number", type=int)
@_WHY
@command
def proposal_withdraw(number: int, reason: str, extra: Sequence[Path]) -> Told:
    """撤回自己提出的一项。Take back what one proposed."""
    composition = composed(extra)
    signed = signed_in(composition)
    with audited(composition, "proposal withdraw", signed.person.login, str(number)):
        proposal = proposals.withdraw(composition.desk, signed.person.number, number, reason=reason)
    return _row(proposal, signed), f"已撤回第 {number} 项 withdrawn：{proposal.subject}"


def _line(proposal: Proposal, signed: Signed) -> str:
    row = _row(proposal, signed)
    return "  ".join(str(row[name]) for name in ("number", "kind_zh", "office", "subject", "proposed_by", "state"))


def _row(proposal: Proposal, signed: Signed) -> dict[str, Any]:
    """A proposal with people by name."""
    people = signed.staff.people
    return {
        "number": proposal.number, "kind": proposal.kind, "kind_zh": ACTS[proposal.kind].zh, "office": proposal.office,
        "subject": proposal.subject, "payload": json.loads(proposal.payload), "reason": proposal.reason,
        "proposed_by": people[proposal.person].name, "recorded_at": proposal.recorded_at.isoformat(),
        "state": "待批准" if proposal.outcome is None else WORDS[proposal.outcome][0],
        "ended_by": people[proposal.ended_by].name if proposal.ended_by is not None else None,
        "ended_because": proposal.outcome_reason,
        "ended_at": proposal.ended_at.isoformat() if proposal.ended_at is not None else None,
    }  # fmt: skip
