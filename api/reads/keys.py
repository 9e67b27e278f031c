"""Keys as the API and the pages tell them to somebody who is signed in: those of the sides that he sees.

In: stored keys, everybody as of now, and who asks. Out: plain rows with instants as text; no secret is among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from api.reads.people import sides_seen
from monitoring_ingest.access.store import VERBS, Access, keys
from settlement.people.office_keys import office_of
from settlement.people.persons import Staff
from settlement.statement.document import instant


@dataclass(frozen=True)
class KeyRow:
    """A key: whose it is, what it may do, and until when.

    Attributes
    ----------
    office : blank: made before people signed in, and the operator's.
    stations : it may speak for; null: all. maker, maker_name : who proposed it; null as `office` is blank.
    used_at : when it was noted last that it is in use, at most five minutes late.
    """

    name: str
    office: str
    stations: list[str] | None
    verbs: list[str]
    maker: str | None
    maker_name: str | None
    created_at: str
    used_at: str | None
    expires_at: str | None
    state: Literal["valid", "expired", "revoked"]


def key_rows(connection: Connection, staff: Staff, person: int) -> list[KeyRow]:
    """The keys that somebody sees, by name; one of an office that is declared no more is the operator's to see."""
    seen = sides_seen(staff, person)
    operator = staff.operator or ""
    rows = []
    for key in keys(connection):
        office = office_of(staff, key)
        side = staff.side(office if office in staff.offices else operator)
        if side in seen:
            rows.append(_row(key, staff))
    return rows


def _row(key: Access, staff: Staff) -> KeyRow:
    maker = None if key.maker is None else staff.people[key.maker]
    state: Literal["valid", "expired", "revoked"] = "valid"
    if key.revoked_at is not None:
        state = "revoked"
    elif key.over(staff.now):
        state = "expired"
    return KeyRow(
        name=key.name,
        office=key.office or "",
        stations=None if key.stations is None else sorted(key.stations),
        verbs=[verb for verb in VERBS if key.may(verb)],
        maker=None if maker is None else maker.login,
        maker_name=None if maker is None else maker.name,
        created_at=instant(key.created_at),
        used_at=None if key.used_at is None else instant(key.used_at),
        expires_at=None if key.expires_at is None else instant(key.expires_at),
        state=state,
    )
