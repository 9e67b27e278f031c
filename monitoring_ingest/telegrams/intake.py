"""Taking in a batch of frames: the frames are stored, their values pass the one gate, then the frames are answered.

One transaction stores all frames of a batch; `doors.files.ingest` makes one submission of all whole telegrams of a
source, a file per telegram; a last transaction links frames and receipt. Only then is a frame answered. A run that is
killed leaves stored frames without receipt: their values are taken in when the listener starts again, or when the peer,
which got no answer, sends the frames again. The functions block, and read no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from basin.network import Network
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import Door, ingest
from monitoring_ingest.formats.station_telegrams import Telegram, contradict, data_of, read_data
from monitoring_ingest.schedule.leases import Clock
from monitoring_ingest.telegrams import store
from monitoring_ingest.telegrams.frames import CONFLICT, Frame
from monitoring_ingest.telegrams.profiles import Devices, read_telegrams
from monitoring_ingest.telegrams.store import Arrival, Request, StoredFrame

DOOR = "telegrams"
AT_ONCE = 500  # telegrams in one submission
LINE_END = b"\r\n"


class World(NamedTuple):
    """What frames are taken into: the database, the stations, and the declared devices that report for them."""

    engine: Engine
    network: Network
    devices: Devices


def take_in(world: World, arrivals: Sequence[Arrival], clock: Clock) -> list[bool]:
    """Take in frames in the order of their arrival.

    Parameters
    ----------
    world : database, stations and devices.
    arrivals : judged frames.
    clock : stamps the submission of their values.

    Returns
    -------
    For each arrival, whether frame and values are committed, so that its answer may be sent; false for a refused frame.
    """
    with writing(world.engine) as connection:
        good = _keep(connection, arrivals)
        waiting = store.waiting(connection, {_request(arrival.frame) for arrival in good})
    _finish(world, waiting, clock)
    stored = {id(arrival) for arrival in good}
    return [id(arrival) in stored for arrival in arrivals]


def finish_waiting(world: World, clock: Clock) -> int:
    """Take in the values of stored frames that an earlier run did not reach; returns how many telegrams."""
    with world.engine.connect() as connection:
        waiting = store.waiting(connection)
    return _finish(world, waiting, clock)


def _keep(connection: Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Store the new frames; return the good arrivals, repeats included.

    A frame that contradicts an earlier telegram of the same request is refused as a conflict.
    """
    good = [arrival for arrival in arrivals if not arrival.frame.error]
    stored = set(store.identities(connection, {arrival.frame.sha256 for arrival in good}))
    earlier: dict[tuple[str, str, str], list[Telegram]] = defaultdict(list)  # by MN, QN, CN
    for row in store.of_requests(connection, {_request(arrival.frame) for arrival in good}):
        earlier[row.mn, row.qn, row.cn].append(_telegram(row.kept))
    new = []
    refused = []
    taken = []
    for arrival in arrivals:
        frame = arrival.frame
        if frame.telegram is None or frame.error:
            refused.append(arrival)
            continue
        if frame.sha256 not in stored:
            of_request = earlier[*_request(frame), frame.of("CN")]
            if frame.of("QN") and any(contradict(frame.telegram, telegram) for telegram in of_request):
                refused.append(arrival._replace(frame=replace(frame, error=CONFLICT)))
                continue
            of_request.append(frame.telegram)
            stored.add(frame.sha256)
            new.append(arrival)
        taken.append(arrival)
    store.keep(connection, new)
    store.keep_refused(connection, refused)
    return taken


def _request(frame: Frame) -> Request:
    return Request(frame.of("MN"), frame.of("QN"))


def _telegram(frame: bytes) -> Telegram:
    telegram = read_data(data_of(frame))
    assert isinstance(telegram, Telegram), "a stored frame is marked good but cannot be read"
    return telegram


def _finish(world: World, waiting: Sequence[StoredFrame], clock: Clock) -> int:
    """Pass the values of all whole telegrams through the gate, a file each, and link the frames to the receipt.

    Parameters
    ----------
    world : database, stations and devices.
    waiting : stored frames without receipt, in the order of arrival.
    clock : stamps the submissions.

    Returns
    -------
    How many telegrams were whole.
    """
    whole = [frames for frames in _whole(waiting) if frames[0].mn in world.devices]
    for source, batch in _by_source(whole, world.devices):
        files = [(_file_name(frames), _file_bytes(frames)) for frames in batch]
        through = Door(DOOR, partial(read_telegrams, declared=world.devices), source)
        receipt = ingest(world.engine, world.network, files, through, clock)
        assert receipt.id is not None
        with writing(world.engine) as connection:
            store.link(connection, receipt.id, batch)
    return len(whole)


def _file_name(frames: Sequence[StoredFrame]) -> str:
    """The name under which a telegram is submitted: device and request."""
    return f"{frames[0].mn} {frames[0].qn}".strip()


def _file_bytes(frames: Sequence[StoredFrame]) -> bytes:
    """The frames of a telegram as one file, a frame a line."""
    return LINE_END.join(frame.kept for frame in frames)


class _Batch(NamedTuple):
    """Whole telegrams of one source that make one submission, each as its frames."""

    source: str
    telegrams: Sequence[list[StoredFrame]]


def _by_source(whole: Sequence[list[StoredFrame]], devices: Devices) -> Iterator[_Batch]:
    """Telegrams by source, `AT_ONCE` in a batch: a value's sender never depends on what else was waiting."""
    telegrams_of: dict[str, list[list[StoredFrame]]] = defaultdict(list)
    for frames in whole:
        telegrams_of[devices[frames[0].mn].code].append(frames)
    for source, telegrams in telegrams_of.items():
        for start in range(0, len(telegrams), AT_ONCE):
            yield _Batch(source, telegrams[start : start + AT_ONCE])


def _whole(waiting: Sequence[StoredFrame]) -> Iterator[list[StoredFrame]]:
    """The frames of each complete telegram, in the order in which the telegrams were completed."""
    parts_of: dict[tuple[str, str, str, int], dict[int, StoredFrame]] = defaultdict(dict)
    for frame in waiting:
        if frame.parts == 1:
            yield [frame]
            continue
        parts = parts_of[frame.mn, frame.qn, frame.cn, frame.parts]
        parts.setdefault(frame.part, frame)
        if frame.qn and len(parts) == frame.parts:
            yield [parts[number] for number in sorted(parts)]
