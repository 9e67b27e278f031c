"""What a page of data or facts shows of proposals about them: those that are open, and whether one may propose another.

In: who looks at it, and the kind of act. Out: parts of view models. Nothing of it is shown to strangers.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.pages.names import Names
from api.pages.people import MOST_LISTED, proposal_rows
from settlement.people.proposals import TwoPersonAct
from settlement.people.proposals_store import Wanted
from settlement.people.sessions import Signed
from settlement.people.watching import offices_to_propose_for, seen_by


def proposing(connection: Connection, signed: Signed | None, act: TwoPersonAct, names: Names) -> dict[str, Any]:
    """The open proposals of a kind that somebody sees, and the offices for which he may propose one.

    Parameters
    ----------
    signed : who looks at the page; None: a stranger. act : what is proposed.
    """
    if signed is None:
        return {"open": [], "offices": [], "most": MOST_LISTED}
    person = signed.person.number
    waiting = seen_by(connection, signed.staff, person, Wanted(kind=act.kind, is_open=True))
    offices = offices_to_propose_for(act, signed.staff, person)
    return {
        "open": proposal_rows(waiting, signed, names),
        "offices": [{"code": office, "name": names.office(office)} for office in offices],
        "most": MOST_LISTED,
    }
