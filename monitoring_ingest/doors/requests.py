"""Taking in requests (报送): one request in, its receipt out; what waits at one moment is stored together.

What costs time and needs no turn, taking the body apart, judging its rows and writing them out for the database, every
request does by itself. Then it waits for its turn, and whoever has it stores all that wait in one transaction. Each
keeps its own submission, receipt and claim, and all of it is stored or nothing. Parsing is in `formats.pushed`,
judging in `validation` and `revisions`, deciding in `taking_in`, storing in `records.store`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from basin.network import Network
from monitoring_ingest.database.engine import Clash, at_once, writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.doors.claims_store import claim_request, give_up, keep_answer
from monitoring_ingest.doors.files import Door
from monitoring_ingest.doors.taking_in import decided_as_new, decided_by_comparison, seem_new
from monitoring_ingest.readings.frames import Columns, columns_of, frame_of, joined, rows_at
from monitoring_ingest.readings.receipts import (
    COMPLETE,
    DRY_RUN,
    REFUSED,
    FileReceipt,
    Receipt,
    count_fates,
    explained,
    newest_told,
)
from monitoring_ingest.readings.revisions import Key, decide, within_file
from monitoring_ingest.readings.validation import FATES, validate
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store
from monitoring_ingest.schedule.leases import Clock
from monitoring_ingest.schedule.store import release

PUSH = "push"
STOPPING = ("quarantined", "rejected")
ROWS_TOGETHER = 8_000  # of requests that are stored in one transaction; a longer one is stored alone


class Pushed(NamedTuple):
    """One request: what it is called, and its body, unpacked."""

    name: str
    raw: bytes


class Terms(NamedTuple):
    """How a request is to be taken: all or nothing, only to look, and under which claim it may be repeated."""

    atomic: bool = False
    dry_run: bool = False
    claim: str | None = None


class _Read(NamedTuple):
    """A request that was read: as sent, its SHA-256, and the readings in it."""

    sent: Pushed
    digest: str
    readings: Columns


@dataclass
class _Request:
    """A request whose rows are judged, and what becomes of it: a receipt, or why there is none."""

    sent: Pushed
    digest: str
    within: Columns
    through: Door
    terms: Terms
    keys: frozenset[Key]  # what its rows speak of
    new: bool = False  # whether nothing seems to be stored for them
    receipt: Receipt | None = None
    failure: Exception | None = None

    def __len__(self) -> int:
        return len(self.within["row"])

    @property
    def who(self) -> tuple[str, str, str]:
        """Door, sender, name."""
        return self.through.name, self.through.sender, self.sent.name

    @property
    def file(self) -> tuple[str, str, int]:
        """Name, SHA-256 and length of its body: it is hashed once, before others have to wait."""
        return self.sent.name, self.digest, len(self.sent.raw)


class _Outcome(NamedTuple):
    """What becomes of a request whose rows are decided."""

    state: str
    counts: Mapping[str, int]


def push(engine: Engine, network: Network, sent: Pushed, through: Door, terms: Terms, clock: Clock) -> Receipt:
    """Take in one request; everything that costs time and needs nothing stored is done before others have to wait.

    `recorded_at` is read while the write lock is held, so it is later than any instant already answered: an `as_of`
    query never gains rows afterwards.

    Returns
    -------
    The receipt. Its state is ``dry_run`` or, where `terms.atomic` and a row is quarantined or rejected, ``refused``:
    then it has no number, for nothing is stored. The same body under the same claim gets the receipt it got before.

    Raises
    ------
    HengjieError : what `through.read` refuses as a whole, or a claim that cannot be had (`claims_store`).
    """
    read = _Read(sent, store.sha256(sent.raw), columns_of(through.read(sent.raw, name=sent.name)))
    now = clock()
    if terms.dry_run:
        return _looked_at(engine, _judged(network, read, through, terms, now), clock)
    if terms.claim is None:
        return _stored(engine, _judged(network, read, through, terms, now), clock)
    earlier = claim_request(engine, terms.claim, read.digest, now)
    if earlier is not None:
        with engine.connect() as connection:
            return history.receipt(connection, int(earlier), now)
    receipt = None
    try:
        receipt = _stored(engine, _judged(network, read, through, terms, now), clock)
    finally:
        if receipt is None or receipt.id is None:
            give_up(engine, terms.claim)
    return receipt


def observed_if_taken(engine: Engine, network: Network, sent: Pushed, through: Door, now: datetime) -> pd.DataFrame:
    """The observations a request would add or revise, with nothing stored.

    Returns
    -------
    station, indicator, time [UTC], value [canonical unit], censored, status, mark; each key once.
    """
    read = _Read(sent, store.sha256(sent.raw), columns_of(through.read(sent.raw, name=sent.name)))
    request = _judged(network, read, through, Terms(dry_run=True), now)
    with engine.connect() as connection:
        decided = _compared(connection, request)
    taken = rows_at(decided, np.isin(decided["fate"].astype(str), ["accepted", "revised"]))
    names = ("station", "indicator", "time", "number", "censored", "status", "mark")
    return frame_of({name: taken[name] for name in names}).rename(columns={"number": "value"})


def _judged(network: Network, read: _Read, through: Door, terms: Terms, now: datetime) -> _Request:
    """A request with its rows judged."""
    within = within_file(validate(read.readings, network, now, through.rights))
    return _Request(read.sent, read.digest, within, through, terms, frozenset(within["key"].tolist()))


def _looked_at(engine: Engine, request: _Request, clock: Clock) -> Receipt:
    with engine.connect() as connection:
        decided = _compared(connection, request)
    return _receipts([request], decided, _outcomes([request], decided), {}, clock())[0]


# --- by turns --------------------------------------------------------------------------------------------------------


class _Waiting:
    """The requests that wait to be stored in one database, in the order they came."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._requests: deque[_Request] = deque()

    def stored(self, engine: Engine, request: _Request, clock: Clock) -> Receipt:
        """The receipt of a request, once it or another has stored it."""
        self._requests.append(request)
        with self._turn:
            while request.receipt is None and request.failure is None:
                _store(engine, self._next() or [request], clock)
        if request.failure is not None:
            raise request.failure
        assert request.receipt is not None
        return request.receipt

    def _next(self) -> list[_Request]:
        requests: list[_Request] = []
        while self._requests and (not requests or sum(map(len, (*requests, self._requests[0]))) <= ROWS_TOGETHER):
            requests.append(self._requests.popleft())
        return requests


_waiting: WeakKeyDictionary[Engine, _Waiting] = WeakKeyDictionary()


def _stored(engine: Engine, request: _Request, clock: Clock) -> Receipt:
    request.within["said"] = store.said(engine, request.within)
    request.new = seem_new(engine, request.within)
    return _waiting.setdefault(engine, _Waiting()).stored(engine, request, clock)


def _store(engine: Engine, together: Sequence[_Request], clock: Clock) -> None:
    """Store requests in one transaction; where that cannot be done, each alone, so that none suffers for another."""
    try:
        receipts = _stored_together(engine, together, clock)
    except Exception as failure:
        if len(together) == 1:
            together[0].failure = failure
            return
        receipts = None
    if receipts is None:
        for request in together:
            _store(engine, [request], clock)
        return
    for request, receipt in zip(together, receipts, strict=True):
        request.receipt = receipt


def _stored_together(engine: Engine, together: Sequence[_Request], clock: Clock) -> list[Receipt] | None:
    """The receipts of requests stored in one transaction; None where several have to be compared, each with what the
    one before it left.
    """
    within = _within(together)
    if _may_be_new(together):
        try:
            with writing(engine) as connection:
                decided = decided_as_new(connection, within)
                if decided is not None:
                    return _keep(connection, together, decided, instant_to_record(connection, clock()))
        except Clash:
            pass  # one is not the first of its key: nothing is stored, and all of them are compared
    if len(together) > 1:
        return None
    with writing(engine) as connection:
        decided = decided_by_comparison(connection, within, [together[0].digest])
        return _keep(connection, together, decided, instant_to_record(connection, clock()))


def _may_be_new(together: Sequence[_Request]) -> bool:
    """Whether all seem new, no two speak of the same, and none is to be refused: it would be told what it repeats."""
    refused = any(request.terms.atomic and np.isin(request.within["fate"], STOPPING).any() for request in together)
    keys = [request.keys for request in together]
    if refused or not all(request.new for request in together):
        return False
    return sum(map(len, keys)) == len(frozenset().union(*keys))


def _keep(connection: Connection, together: Sequence[_Request], decided: Columns, now: datetime) -> list[Receipt]:
    """Store requests whose rows are decided, but those that are refused; the receipts."""
    outcomes = _outcomes(together, decided)
    then = store.next_numbers(connection)
    taken = [place for place, outcome in enumerate(outcomes) if outcome.state == COMPLETE]
    numbers = {place: then.submission + nth for nth, place in enumerate(taken)}
    if taken:
        handed = {}
        for place, number in numbers.items():
            request = together[place]
            handed[number] = store.Handed(store.Origin(*request.who), [store.Sent(*request.file)])
        with at_once(connection):
            store.record_submissions(connection, handed, now)
        rows = _numbered(decided, [len(request) for request in together], numbers)
        readings = store.keep_readings(connection, rows, then.reading, now)
        store.keep_rows(connection, rows)
        newest = newest_told(decided)
        counts = {(number, 0): (outcomes[place].counts, newest.get(place)) for place, number in numbers.items()}
        with at_once(connection):
            store.observe(connection, readings)
            store.keep_counts(connection, counts, now)
            for place, number in numbers.items():
                _answer(connection, together[place], number, now)
    return _receipts(together, decided, outcomes, numbers, now)


def _numbered(decided: Columns, lengths: Sequence[int], numbers: Mapping[int, int]) -> Columns:
    """The rows of the requests that have a number, with it; each is one file, its rows told in the order they came."""
    starts = np.cumsum(lengths) - lengths
    rows = decided | {
        "submission": np.repeat([numbers.get(place, 0) for place in range(len(lengths))], lengths),
        "file": np.zeros(sum(lengths), dtype="int64"),
        "ordinal": np.arange(sum(lengths)) - np.repeat(starts, lengths),
    }
    return rows if len(numbers) == len(lengths) else rows_at(rows, rows["submission"] > 0)


def _answer(connection: Connection, request: _Request, number: int, now: datetime) -> None:
    """End the claim of a request with its answer."""
    if request.terms.claim:
        keep_answer(connection, request.terms.claim, request.digest, str(number), now)
        release(connection, request.terms.claim)


def _compared(connection: Connection, request: _Request) -> Columns:
    """The rows of a request compared with what is stored."""
    within = _within([request])
    return decide(within, store.stored_readings(connection, within, [request.digest]))


def _within(together: Sequence[_Request]) -> Columns:
    """The rows of several requests; `file` is the place of theirs."""
    return joined([request.within | {"file": np.full(len(request), place)} for place, request in enumerate(together)])


def _outcomes(together: Sequence[_Request], decided: Columns) -> list[_Outcome]:
    """What becomes of each of several requests."""
    counts = count_fates({place: dict.fromkeys(FATES, 0) for place in range(len(together))}, decided)
    return [_Outcome(_state(counts[place], request.terms), counts[place]) for place, request in enumerate(together)]


def _receipts(
    together: Sequence[_Request],
    decided: Columns,
    outcomes: Sequence[_Outcome],
    numbers: Mapping[int, int],
    now: datetime,
) -> list[Receipt]:
    """What the sender of each of several requests is told; those that have a number are stored."""
    aside = rows_at(decided, decided["fate"] != "accepted")
    explanations = explained(aside, [request.sent.name for request in together])
    requests = aside["file"].tolist()
    receipts = []
    for place, (request, outcome) in enumerate(zip(together, outcomes, strict=True)):
        file = FileReceipt(request.sent.name, request.digest, outcome.counts)
        rows = [row for of_request, row in zip(requests, explanations, strict=True) if of_request == place]
        receipts.append(Receipt(numbers.get(place), *request.who, request.digest, outcome.state, now, [file], rows))
    return receipts


def _state(counts: Mapping[str, int], terms: Terms) -> str:
    if terms.dry_run:
        return DRY_RUN
    return REFUSED if terms.atomic and any(counts[fate] for fate in STOPPING) else COMPLETE
