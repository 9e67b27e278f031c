"""Frames of telegrams in the database: stored once and linked to the receipt of their values; refused ones by quota.

`frames` judges a frame, `intake` decides what is stored. This module does not read values.
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

KEPT_A_DAY = 5_000  # refused frames that are stored; further ones are only counted
KEPT_OF_ONE_PEER = 200  # of them, from one peer
PEERS_A_DAY = 1_000  # peers whose refused frames are counted separately; all other peers are counted together
OTHER_PEERS = "…"
LISTED = ("id", "received_at", "peer", "error", "mn", "qn", "cn", "part", "parts", "readings", "size", "sha256")
GOOD = frames.c.error == ""


class Arrival(NamedTuple):
    """A frame, the peer that sent the frame (address and port), and when."""

    frame: Frame
    peer: str
    received_at: datetime


class Request(NamedTuple):
    """What identifies a request: device and request number; a blank QN identifies none."""

    mn: str
    qn: str


class StoredFrame(NamedTuple):
    """The parts of a stored frame that are needed to merge telegrams."""

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
    """Identities of the good frames stored already, by the fingerprint of their stored bytes."""
    query = select(frames.c.sha256, frames.c.id).where(GOOD, frames.c.sha256.in_(digests))
    return {row.sha256: row.id for row in connection.execute(query)}


def of_requests(connection: Connection, requests: Collection[Request]) -> list[StoredFrame]:
    """The good frames of these requests; a request with a blank QN matches no frame."""
    named = {request for request in requests if request.qn}
    query = select(*_STORED).where(GOOD, frames.c.mn.in_({request.mn for request in named}))
    query = query.where(frames.c.qn.in_({request.qn for request in named}))
    candidates = [StoredFrame(*row) for row in connection.execute(query)]
    return [row for row in candidates if (row.mn, row.qn) in named]


def keep(connection: Connection, arrivals: Sequence[Arrival]) -> list[int]:
    """Store frames and return their identities.

    Call this only inside `database.engine.writing`, whose lock keeps other processes from taking the same identities.
    """
    first = int(connection.scalar(select(func.max(frames.c.id))) or 0) + 1
    rows = [{"id": identity, **_row(arrival)} for identity, arrival in enumerate(arrivals, start=first)]
    if rows:
        connection.execute(insert(frames), rows)
    return [row["id"] for row in rows]


def _row(arrival: Arrival) -> dict[str, Any]:
    frame = arrival.frame
    telegram = frame.telegram
    header = {name.lower(): frame.of(name) for name in ("MN", "QN", "ST", "CN")}
    parts = {"part": telegram.part if telegram else 1, "parts": telegram.parts if telegram else 1}
    judgement = {"error": frame.error, "readings": frame.readings, "size": frame.size}
    arrived = {"received_at": arrival.received_at, "peer": arrival.peer}
    return {**arrived, **judgement, **header, **parts, "sha256": frame.sha256, "kept": frame.kept}


def keep_refused(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Count refused frames; store those within the quota of their peer and of the day.

    The day (UTC) of the first arrival counts for all.
    """
    if not arrivals:
        return
    day = arrivals[0].received_at.date().isoformat()
    counted = {
        _Kind(row.day, row.peer, row.error): _Refusals(row.seen, row.kept)
        for row in connection.execute(select(refusals).where(refusals.c.day == day))
    }
    of_peer: Counter[str] = Counter()
    for kind, before in counted.items():
        of_peer[kind.peer] += before.kept
    seen: Counter[_Kind] = Counter()
    stored: Counter[_Kind] = Counter()
    keeping = []
    for arrival in arrivals:
        peer = _host(arrival.peer)
        if peer not in of_peer and len(of_peer) >= PEERS_A_DAY:
            peer = OTHER_PEERS
        kind = _Kind(day, peer, arrival.frame.error)
        seen[kind] += 1
        if of_peer[peer] < KEPT_OF_ONE_PEER and of_peer.total() < KEPT_A_DAY:
            of_peer[peer] += 1
            stored[kind] += 1
            keeping.append(arrival)
    keep(connection, keeping)
    for kind, number in seen.items():
        _count(connection, kind, counted.get(kind), _Refusals(number, stored[kind]))


class _Kind(NamedTuple):
    """Refused frames that are counted together."""

    day: str
    peer: str
    error: str


class _Refusals(NamedTuple):
    """How many frames were refused, and how many of them were stored."""

    seen: int
    kept: int


def _count(connection: Connection, kind: _Kind, before: _Refusals | None, more: _Refusals) -> None:
    """Add `more` to the counts of a kind of refused frames.

    Parameters
    ----------
    kind : day (UTC), peer and error.
    before : the stored counts; None where there is no row yet.
    more : what to add.
    """
    if before is None:
        connection.execute(insert(refusals).values(kind._asdict() | more._asdict()))
        return
    row = and_(refusals.c.day == kind.day, refusals.c.peer == kind.peer, refusals.c.error == kind.error)
    sums = _Refusals(before.seen + more.seen, before.kept + more.kept)
    connection.execute(update(refusals).where(row).values(sums._asdict()))


def _host(peer: str) -> str:
    """An address without its port: every connection has another port."""
    return peer.rpartition(":")[0] or peer


def waiting(connection: Connection, requests: Collection[Request] | None = None) -> list[StoredFrame]:
    """Good frames whose values are taken but have no receipt yet, in the order of arrival: of some requests, or all."""
    linked = exists().where(receipts.c.frame == frames.c.id)
    query = select(*_STORED).where(GOOD, frames.c.readings.is_(true()), ~linked).order_by(frames.c.id)
    if requests is not None:
        query = query.where(frames.c.mn.in_({request.mn for request in requests}))
        query = query.where(frames.c.qn.in_({request.qn for request in requests}))
    candidates = [StoredFrame(*row) for row in connection.execute(query)]
    return candidates if requests is None else [row for row in candidates if (row.mn, row.qn) in requests]


def link(connection: Connection, submission: int, files: Sequence[Sequence[StoredFrame]]) -> None:
    """Record which frames went into which file of a submission.

    Parameters
    ----------
    submission : identity of the submission.
    files : the frames of each file, in the order of the files.
    """
    rows = [
        {"frame": frame.id, "submission": submission, "file": file}
        for file, members in enumerate(files)
        for frame in members
    ]
    connection.execute(insert(receipts), rows)


# --- reading back ----------------------------------------------------------------------------------------------------


def newest(connection: Connection, limit: int, devices: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Frames, newest first, with the submission of their values (None: not yet submitted, or no values taken).

    Parameters
    ----------
    limit : at most so many. devices : only the good frames of these, by number (MN); None: all frames.
    """
    submission = select(func.min(receipts.c.submission)).where(receipts.c.frame == frames.c.id).scalar_subquery()
    query = select(*(frames.c[name] for name in LISTED), submission.label("submission"))
    if devices is not None:
        query = query.where(GOOD, frames.c.mn.in_(list(devices)))
    return [dict(row._mapping) for row in connection.execute(query.order_by(frames.c.id.desc()).limit(limit))]


def last_heard(connection: Connection, devices: Collection[str], until: datetime | None = None) -> dict[str, datetime]:
    """When each device last sent a good frame; devices that never did are left out.

    Parameters
    ----------
    devices : by number (MN). until : frames that were received later are left out.
    """
    query = select(frames.c.received_at).where(GOOD).order_by(frames.c.received_at.desc()).limit(1)
    if until is not None:
        query = query.where(frames.c.received_at <= until)
    latest = {mn: connection.scalar(query.where(frames.c.mn == mn)) for mn in devices}
    return {mn: received_at for mn, received_at in latest.items() if received_at is not None}


def refused(connection: Connection, day: str) -> list[dict[str, Any]]:
    """How many frames were refused on a day (UTC), by peer and error, highest counts first."""
    query = select(refusals).where(refusals.c.day == day).order_by(refusals.c.seen.desc(), *refusals.primary_key)
    return [dict(row._mapping) for row in connection.execute(query)]
