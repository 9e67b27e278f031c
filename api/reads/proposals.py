"""Proposals as the API and the pages tell them: people and offices by name, what is proposed in words.

In: stored proposals, and everybody as of now. Out: plain rows with instants as text. Who may do what is decided in
`settlement.people`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from basin.errors import UsageError
from settlement.people.acts import ACTS
from settlement.people.appointing import END
from settlement.people.persons import Staff
from settlement.people.proposals import WORDS, Matter, TwoPersonAct
from settlement.people.proposals_store import Proposal, Wanted
from settlement.people.statuses import STATUS
from settlement.people.watching import may_decide, seen_by
from settlement.statement.document import instant

State = Literal["open", "ended"]
OPEN = ("待批准", "waits for approval")


@dataclass(frozen=True)
class ProposalRow:
    """A proposal: what one person proposes and another approves, and what became of it.

    Attributes
    ----------
    kind : as it is proposed. payload : what is proposed.
    state : open, approved, refused, withdrawn or lapsed. may_decide : whether who asks may approve it or send it back.
    """

    number: int
    kind: str
    kind_zh: str
    kind_en: str
    office: str
    subject: str
    payload: dict[str, Any]
    reason: str
    proposed_by: str
    proposed_by_name: str
    recorded_at: str
    state: str
    state_zh: str
    state_en: str
    ended_by: str | None
    ended_by_name: str | None
    ended_because: str
    ended_at: str | None
    may_decide: bool


def proposal_row(proposal: Proposal, staff: Staff, person: int) -> ProposalRow:
    """A proposal as it is told to a person."""
    act = ACTS.get(proposal.kind)  # none of a kind that a later version has
    proposer = staff.people[proposal.person]
    ended_by = None if proposal.ended_by is None else staff.people[proposal.ended_by]
    state_words = OPEN if proposal.outcome is None else WORDS[proposal.outcome]
    return ProposalRow(
        number=proposal.number,
        kind=proposal.kind,
        kind_zh=proposal.kind if act is None else act.zh,
        kind_en=proposal.kind if act is None else act.en,
        office=proposal.office,
        subject=proposal.subject,
        payload=json.loads(proposal.payload),
        reason=proposal.reason,
        proposed_by=proposer.login,
        proposed_by_name=proposer.name,
        recorded_at=instant(proposal.recorded_at),
        state=proposal.outcome or "open",
        state_zh=state_words[0],
        state_en=state_words[1],
        ended_by=None if ended_by is None else ended_by.login,
        ended_by_name=None if ended_by is None else ended_by.name,
        ended_because=proposal.outcome_reason,
        ended_at=None if proposal.ended_at is None else instant(proposal.ended_at),
        may_decide=may_decide(ACTS, staff, person, proposal),
    )


def open_about_settlement(connection: Connection, staff: Staff, person: int, identity: str) -> list[Proposal]:
    """The open proposals about the status of a settlement that a person sees, the newest first.

    Parameters
    ----------
    person : the number of who asks. identity : of the settlement.
    """
    waiting = seen_by(connection, staff, person, Wanted(kind=STATUS.kind, is_open=True))
    return [proposal for proposal in waiting if json.loads(proposal.payload)["settlement"] == identity]


def wanted(kind: str | None, state: State | None) -> Wanted:
    """Which proposals a list holds.

    Raises
    ------
    UsageError : no such kind.
    """
    if kind is not None and kind not in ACTS:
        zh = f"没有这一类事项：{kind}"
        raise UsageError(zh, f"no such kind: {kind}", path="query.kind", remedy=f"可用：{'、'.join(ACTS)}")
    return Wanted(kind=kind, is_open=None if state is None else state == "open")


def matter(act: TwoPersonAct, office: str, payload: Mapping[str, Any], reason: str, subject: str = "") -> Matter:
    """What somebody proposes about people, with a subject in words where he wrote none."""
    about = f"第 {payload['appointment']} 号任命" if act is END else payload.get("name") or payload["login"]
    verb = "结束" if act is END else act.zh
    return Matter(office, payload, subject or f"{verb} {about}", reason)
