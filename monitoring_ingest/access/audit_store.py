"""What was refused and what was decided, in the database: one row an act, added and never changed.

In: an act of a door, and the instant. Out: acts, the newest first. No secret gets here: whoever acted is named by his
key or by himself. Which acts are worth a row, and how many of a peer that is refused all the time, is decided by the
doors.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select

from monitoring_ingest.access.tables import audit
from monitoring_ingest.database.engine import writing

DONE = "done"


@dataclass(frozen=True)
class Act:
    """Something that was refused or decided.

    Attributes
    ----------
    act : what was asked for, as ``POST /v1/facts`` or ``key revoke``.
    who : the person, or the name of the key; blank for a stranger.
    address : where it came from; ``user@local`` for a command.
    outcome : `DONE`, or the code of the refusal.
    subject : what it was about: a settlement, a source, a key.
    times : how many such acts this one stands for.
    """

    act: str
    who: str
    address: str
    outcome: str
    subject: str = ""
    times: int = 1


@dataclass(frozen=True)
class RecordedAct(Act):
    """An act with the instant it was recorded at."""

    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """Which acts to list; None: whatever it is.

    Attributes
    ----------
    since : recorded then or later. refused : only those that were refused, or only those that were done.
    """

    since: datetime | None = None
    act: str | None = None
    who: str | None = None
    address: str | None = None
    refused: bool | None = None


def record_act(engine: Engine, act: Act, now: datetime) -> None:
    """Store an act."""
    with writing(engine) as connection:
        number = int(connection.scalar(select(func.max(audit.c.id))) or 0) + 1
        connection.execute(insert(audit).values(id=number, recorded_at=now, **asdict(act)))


def acts(connection: Connection, wanted: Wanted, limit: int) -> list[RecordedAct]:
    """Acts, the newest first, `limit` at most."""
    columns = [column for column in audit.c if column.name != "id"]
    query = select(*columns).order_by(audit.c.id.desc()).limit(limit)
    if wanted.since is not None:
        query = query.where(audit.c.recorded_at >= wanted.since)
    for column, text in ((audit.c.act, wanted.act), (audit.c.who, wanted.who), (audit.c.address, wanted.address)):
        if text is not None:
            query = query.where(column == text)
    if wanted.refused is not None:
        query = query.where((audit.c.outcome != DONE) if wanted.refused else (audit.c.outcome == DONE))
    return [RecordedAct(**row._mapping) for row in connection.execute(query)]
