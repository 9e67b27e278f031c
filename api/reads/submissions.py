"""Submissions as somebody may read them: which of them, and which rows of a receipt.

In: a connection, the registry, who reads and an instant. Out: receipts. Which stations a submission has is known by who
handed it in: a key by the stations it may speak for, a source by those it declares. Of a sender that may speak for any
station everybody who may read some station sees the head; of every receipt only the rows of stations that he may read,
and those of stations nobody knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from api.reads.reader import Reader
from api.reads.sources import stations_of_source
from basin.registry import Registry
from monitoring_ingest.access.store import Access, keys
from monitoring_ingest.doors.requests import PUSH
from monitoring_ingest.readings.receipts import ROW_FIELDS, Receipt
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records.history_store import Handed, receipt_rows

ALL_ROWS = 2**31  # of one receipt


@dataclass(frozen=True)
class Page:
    """How many submissions are looked at, the newest first, from before a number; None: from the newest of all."""

    most: int
    before: int | None = None


@dataclass(frozen=True)
class Listed:
    """The submissions of a page that may be read; the next page is `before` a number, None on the last one.

    A page holds fewer than were looked at where some may not be read.
    """

    receipts: Sequence[Receipt]
    before: int | None


def submissions(connection: Connection, registry: Registry, reader: Reader, now: datetime, asked: Page) -> Listed:
    """A page of what was handed in, the newest first, as far as it may be read."""
    sent_by = Handed(PUSH, reader.key) if reader.key is not None and reader.reads_nothing else None
    newest = history.submissions(connection, now, limit=asked.most + 1, before=asked.before, by=sent_by)
    looked_at = newest[: asked.most]
    before = looked_at[-1].id if len(newest) > asked.most else None
    if reader.reads_all:
        return Listed(looked_at, before)
    by_name = {key.name: key for key in keys(connection)}
    return Listed([receipt for receipt in looked_at if _may_read(receipt, registry, reader, by_name)], before)


def refuse_unreadable(connection: Connection, registry: Registry, reader: Reader, identity: int) -> None:
    """Refuse a submission that may not be read.

    Raises
    ------
    NotFound : no such submission. NotSignedIn, Refused : it may not be read.
    """
    if reader.reads_all:
        return
    handed = history.handed_in_by(connection, identity)
    by_name = {key.name: key for key in keys(connection)}
    if not _of_sender(handed, registry, reader, by_name):
        stations = stations_of_sender(handed, registry, by_name)
        what = f"回执 {identity}"
        raise reader.refusal("id", what, lambda readable: not readable.stations.isdisjoint(stations))


def receipt(connection: Connection, reader: Reader, identity: int, now: datetime) -> Receipt:
    """The receipt of one submission that may be read, with the rows that may be.

    Raises
    ------
    NotFound : no submission has that identity.
    """
    whole = history.receipt(connection, identity, now)
    handed = Handed(whole.door, whole.sender)
    if reader.reads_all or _sent(reader, handed):
        return whole
    rows, _ = receipt_rows(connection, identity, None, ALL_ROWS)
    readable = [{name: row[name] for name in ROW_FIELDS} for row in readable_rows(reader, handed, rows)]
    return replace(whole, rows=readable)


def readable_rows(reader: Reader, handed: Handed, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a receipt that somebody may read: those of his stations and of stations nobody knows."""
    if _sent(reader, handed):
        return list(rows)
    return [row for row in rows if not row["station"] or reader.station(row["station"])]


def stations_of_sender(handed: Handed, registry: Registry, by_name: Mapping[str, Access]) -> Collection[str]:
    """The stations that a sender may speak for; none: any of all.

    Parameters
    ----------
    by_name : every key ever made.
    """
    if handed.door == PUSH:
        key = by_name.get(handed.sender)
        return () if key is None or key.stations is None else key.stations
    source = registry.sources.get(handed.sender)
    return () if source is None else stations_of_source(source)


def _may_read(receipt: Receipt, registry: Registry, reader: Reader, by_name: Mapping[str, Access]) -> bool:
    return _of_sender(Handed(receipt.door, receipt.sender), registry, reader, by_name)


def _of_sender(handed: Handed, registry: Registry, reader: Reader, by_name: Mapping[str, Access]) -> bool:
    return _sent(reader, handed) or reader.any_station(stations_of_sender(handed, registry, by_name))


def _sent(reader: Reader, handed: Handed) -> bool:
    """Whether the reader's key handed it in."""
    return reader.key is not None and handed == Handed(PUSH, reader.key)
