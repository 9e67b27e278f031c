"""Frames of telegrams in the database: kept once, linked to the receipt of their values, refused ones up to a quota.

What a frame is was judged in `frames`, what is to be kept is decided in `intake`. Nothing here knows a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, func, insert, select, true, update

from monitoring_ingest.telegrams.frames import Frame
from monitoring_ingest.telegrams.tables import telegram_frames as frames
from monitoring_ingest.telegrams.tables import telegram_receipts as receipts
from monitoring_ingest.telegrams.tables import telegram_refusals as refusals

KEPT_A_DAY = 5_000
KEPT_OF_ONE_PEER = 200  # refused frames that are kept; what comes beyond is counted
PEERS_A_DAY = 1_000  # peers whose refused frames are counted apart; those of all others together
OTHER_PEERS = "…"
LISTED = ("id", "received_at", "peer", "error", "mn", "qn", "cn", "part", "parts", "readings", "size", "sha256")
GOOD = frames.c.error == ""


class Arrival(NamedTuple):
    """A frame, where it came from (address and port) and when."""

    frame: Frame
    peer: str
    received_at: datetime


class StoredFrame(NamedTuple):
    """What is needed of a stored frame to put telegrams together."""

    id: int
    mn: str
    qn: str
    cn: str
    part: int
    parts: int
    kept: bytes


_STORED = [frames.c[name] for name in StoredFrame._fields]


# --- taking in -------------------------------------------------------------------------------------------------------


def identities(connection: Connection, digests: Collection[str]) -> dict[str, int]:
    """The good frames that are stored already, by the fingerprint of what is kept of them."""
    query = select(frames.c.sha256, frames.c.id).where(GOOD, frames.c.sha256.in_(digests))
    return {row.sha256: row.id for row in connection.execute(query)}


def of_requests(connection: Connection, requests: Collection[tuple[str, str]]) -> list[StoredFrame]:
    """The good frames with one of these (MN, QN); none with a blank QN, which names no request."""
    named = {(mn, qn) for mn, qn in requests if qn}
    query = select(*_STORED).where(GOOD, frames.c.mn.in_({mn for mn, _ in named}))
    query = query.where(frames.c.qn.in_({qn for _, qn in named}))
    found = [StoredFrame(*row) for row in connection.execute(query)]
    return [row for row in found if (row.mn, row.qn) in named]


def keep(connection: Connection, arrivals: Sequence[Arrival]) -> list[int]:
    """Store frames; their identities. Asked inside `database.writing` only, where nobody else can be given the same."""
    first = int(connection.scalar(select(func.max(frames.c.id))) or 0) + 1
    rows = [{"id": first + at, **_row(arrival)} for at, arrival in enumerate(arrivals)]
    if rows:
        connection.execute(insert(frames), rows)
    return [row["id"] for row in rows]


def _row(arrival: Arrival) -> dict[str, Any]:
    frame = arrival.frame
    told = arrival.frame.telegram
    header = {name.lower(): frame.of(name) for name in ("MN", "QN", "ST", "CN")}
    parts = {"part": told.part if told else 1, "parts": told.parts if told else 1}
    what = {"error": frame.error, "readings": frame.readings, "size": frame.size}
    came = {"received_at": arrival.received_at, "peer": arrival.peer}
    return {**came, **what, **header, **parts, "sha256": frame.sha256, "kept": frame.kept}


def keep_refused(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Count refused frames, and keep those within the quota of their peer and of the day (UTC) of the first."""
    if not arrivals:
        return
    day = arrivals[0].received_at.date().isoformat()
    counted = {
        (row.peer, row.error): (row.seen, row.kept)
        for row in connection.execute(select(refusals).where(refusals.c.day == day))
    }
    of_peer: Counter[str] = Counter()
    for (peer, _), (_, kept) in counted.items():
        of_peer[peer] += kept
    seen: Counter[tuple[str, str]] = Counter()
    kept_now: Counter[tuple[str, str]] = Counter()
    keeping = []
    for arrival in arrivals:
        peer = _host(arrival.peer)
        if peer not in of_peer and len(of_peer) >= PEERS_A_DAY:
            peer = OTHER_PEERS
        seen[peer, arrival.frame.error] += 1
        if of_peer[peer] < KEPT_OF_ONE_PEER and of_peer.total() < KEPT_A_DAY:
            of_peer[peer] += 1
            kept_now[peer, arrival.frame.error] += 1
            keeping.append(arrival)
    keep(connection, keeping)
    for (peer, error), more in seen.items():
        _count(connection, (day, peer, error), counted.get((peer, error)), (more, kept_now[peer, error]))


def _count(
    connection: Connection, key: tuple[str, str, str], before: tuple[int, int] | None, more: tuple[int, int]
) -> None:
    """Add to the counts (seen, kept) of one day, peer and error."""
    day, peer, error = key
    if before is None:
        row = {"day": day, "peer": peer, "error": error, "seen": more[0], "kept": more[1]}
        connection.execute(insert(refusals).values(row))
        return
    this = and_(refusals.c.day == day, refusals.c.peer == peer, refusals.c.error == error)
    sums = {"seen": before[0] + more[0], "kept": before[1] + more[1]}
    connection.execute(update(refusals).where(this).values(sums))


def _host(peer: str) -> str:
    """An address without its port: each connection has another one."""
    return peer.rpartition(":")[0] or peer


def waiting(connection: Connection, requests: Collection[tuple[str, str]] | None = None) -> list[StoredFrame]:
    """Good frames whose values are to be taken and have no receipt yet, in order: of some (MN, QN), or all."""
    linked = exists().where(receipts.c.frame == frames.c.id)
    query = select(*_STORED).where(GOOD, frames.c.readings.is_(true()), ~linked).order_by(frames.c.id)
    if requests is not None:
        query = query.where(frames.c.mn.in_({mn for mn, _ in requests}), frames.c.qn.in_({qn for _, qn in requests}))
    found = [StoredFrame(*row) for row in connection.execute(query)]
    return found if requests is None else [row for row in found if (row.mn, row.qn) in requests]


def link(connection: Connection, submission: int, files: Sequence[Sequence[int]]) -> None:
    """Note which frames (identities, per file in order) went into the files of a submission."""
    rows = [{"frame": frame, "submission": submission, "file": file} for file, ids in enumerate(files) for frame in ids]
    connection.execute(insert(receipts), rows)


# --- reading back ----------------------------------------------------------------------------------------------------


def newest(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest frames first, each with the submission its values went into (None: none yet, or none taken)."""
    submission = select(func.min(receipts.c.submission)).where(receipts.c.frame == frames.c.id).scalar_subquery()
    query = select(*(frames.c[name] for name in LISTED), submission.label("submission"))
    return [dict(row._mapping) for row in connection.execute(query.order_by(frames.c.id.desc()).limit(limit))]


def last_heard(connection: Connection, devices: Collection[str]) -> dict[str, datetime]:
    """When each device last sent a good frame; those that never did are left out."""
    query = select(frames.c.received_at).where(GOOD).order_by(frames.c.received_at.desc()).limit(1)
    found = {mn: connection.scalar(query.where(frames.c.mn == mn)) for mn in devices}
    return {mn: at for mn, at in found.items() if at is not None}


def refused(connection: Connection, day: str) -> list[dict[str, Any]]:
    """How many frames were refused on a day (UTC), by peer and error, most first."""
    query = select(refusals).where(refusals.c.day == day).order_by(refusals.c.seen.desc(), *refusals.primary_key)
    return [dict(row._mapping) for row in connection.execute(query)]
