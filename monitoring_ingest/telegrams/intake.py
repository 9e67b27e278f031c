"""Taking in frames that wait at one moment: kept first, then their values through the one gate, then they are answered.

One transaction keeps all frames of a batch; `submissions.ingest` makes one submission of all telegrams of a source that
are whole, a file each; a last transaction links frames and receipt. A frame is answered only after that. A run that is
killed leaves kept frames without receipt: they are finished when the listener starts again, or when the peer, which got
no answer, sends them again. It is blocking, and reads no clock.
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
from monitoring_ingest.telegrams.store import Arrival, StoredFrame

DOOR = "telegrams"
AT_ONCE = 500
LINE_END = b"\r\n"


class World(NamedTuple):
    """What frames are taken into: the database, the stations, and the devices that may speak for them."""

    engine: Engine
    network: Network
    devices: Devices


def take_in(world: World, arrivals: Sequence[Arrival], clock: Clock) -> list[bool]:
    """Take in frames in the order they came.

    Returns
    -------
    For each whether it is stored for good, values and all: then its answer may be given. A refused frame is not.
    """
    with writing(world.engine) as connection:
        kept = _keep(connection, arrivals)
        waiting = store.waiting(connection, {_request(arrival.frame) for arrival in kept})
    _finish(world, waiting, clock)
    stored = {id(arrival) for arrival in kept}
    return [id(arrival) in stored for arrival in arrivals]


def finish_waiting(world: World, clock: Clock) -> int:
    """Take in the values of kept frames that an earlier run did not come to; how many telegrams."""
    with world.engine.connect() as connection:
        waiting = store.waiting(connection)
    return _finish(world, waiting, clock)


def _keep(connection: Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Keep what is new; the arrivals that are good, repeats included. A second text of one request is a conflict."""
    good = [arrival for arrival in arrivals if not arrival.frame.error]
    known = set(store.identities(connection, {arrival.frame.sha256 for arrival in good}))
    spoken: dict[tuple[str, str, str], list[Telegram]] = defaultdict(list)
    for row in store.of_requests(connection, {_request(arrival.frame) for arrival in good}):
        spoken[row.mn, row.qn, row.cn].append(_telegram(row.kept))
    new = []
    refused = []
    taken = []
    for arrival in arrivals:
        frame = arrival.frame
        if frame.telegram is None or frame.error:
            refused.append(arrival)
            continue
        if frame.sha256 not in known:
            said = spoken[*_request(frame), frame.of("CN")]
            if frame.of("QN") and any(contradict(frame.telegram, one) for one in said):
                refused.append(arrival._replace(frame=replace(frame, error=CONFLICT)))
                continue
            said.append(frame.telegram)
            known.add(frame.sha256)
            new.append(arrival)
        taken.append(arrival)
    store.keep(connection, new)
    store.keep_refused(connection, refused)
    return taken


def _request(frame: Frame) -> tuple[str, str]:
    return frame.of("MN"), frame.of("QN")


def _telegram(kept: bytes) -> Telegram:
    found = read_data(data_of(kept))
    assert isinstance(found, Telegram), "a frame was kept as good that cannot be read"
    return found


def _finish(world: World, waiting: Sequence[StoredFrame], clock: Clock) -> int:
    """The values of all whole telegrams through the gate, a file each, and the frames linked to the receipt."""
    whole = [frames for frames in _whole(waiting) if frames[0].mn in world.devices]
    for source, batch in _by_source(whole, world.devices):
        files = [(f"{one[0].mn} {one[0].qn}".strip(), LINE_END.join(each.kept for each in one)) for one in batch]
        through = Door(DOOR, partial(read_telegrams, known=world.devices), source)
        receipt = ingest(world.engine, world.network, files, through, clock)
        assert receipt.id is not None
        with writing(world.engine) as connection:
            store.link(connection, receipt.id, [[each.id for each in one] for one in batch])
    return len(whole)


def _by_source(whole: Sequence[list[StoredFrame]], known: Devices) -> Iterator[tuple[str, Sequence[list[StoredFrame]]]]:
    """Telegrams by source, so many at once: who sent a value does not hang on what else was waiting when it came."""
    of: dict[str, list[list[StoredFrame]]] = defaultdict(list)
    for frames in whole:
        of[known[frames[0].mn].code].append(frames)
    for source, theirs in of.items():
        yield from ((source, theirs[at : at + AT_ONCE]) for at in range(0, len(theirs), AT_ONCE))


def _whole(waiting: Sequence[StoredFrame]) -> Iterator[list[StoredFrame]]:
    """The frames of each telegram all of whose parts are there, in the order in which they were completed."""
    parts: dict[tuple[str, str, str, int], dict[int, StoredFrame]] = defaultdict(dict)
    for frame in waiting:
        if frame.parts == 1:
            yield [frame]
            continue
        known = parts[frame.mn, frame.qn, frame.cn, frame.parts]
        known.setdefault(frame.part, frame)
        if frame.qn and len(known) == frame.parts:
            yield [known[part] for part in sorted(known)]
