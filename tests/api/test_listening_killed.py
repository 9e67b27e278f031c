"""The listener killed in the middle of its work: what it answered is stored, and sending all again doubles nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from monitoring_ingest.formats.station_telegrams import Telegram, decode
from tests.api.live_listener import Live, Peer
from tests.monitoring_ingest.telegram_makers import frame, stored

pytestmark = [pytest.mark.alone, pytest.mark.proof]
ROOT = Path(__file__).parents[2]
HOURS = [f"202601{day:02}{hour:02}0000" for day in range(1, 7) for hour in range(24)]
DEVICE = {"MN": "DEMO_QX3_0001", "PW": "demo-2026"}
FRAMES = {
    f"{hour}500": frame(f"DataTime={hour};w01019-Avg={value},w01019-Flag=N", f"{hour}500", **DEVICE)
    for value, hour in enumerate(HOURS, start=1)
}


@contextmanager
def command(engine: Engine, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Live]]:
    """``hengjie listen`` over a database, ready to be talked to."""
    address = engine.url.render_as_string(hide_password=False)
    told = {"HENGJIE_DATA": str(folder), "HENGJIE_WITH": str(ROOT / "fixtures"), "HENGJIE_DATABASE_URL": address}
    line = [sys.executable, "-c", "from api.cli import main; main()", "listen", "--port", "0", "--json"]
    with subprocess.Popen(line, cwd=ROOT, env=os.environ | told, stdout=subprocess.PIPE) as process:
        assert process.stdout
        host, port = json.loads(process.stdout.readline())["address"].split(":")
        running = Live.__new__(Live)
        running.address = (host, int(port))
        try:
            yield process, running
        finally:
            process.kill()


def answered(station: Peer) -> str | None:
    """The request of the next answer; None where no whole one comes any more."""
    found = decode(station.answer())
    return found.header["QN"] if isinstance(found, Telegram) else None


def test_what_was_answered_before_a_kill_is_stored_and_the_rest_can_be_sent_again(engine, tmp_path):
    random, acknowledged = Random(212), set[str]()
    with command(engine, tmp_path) as (process, running), running.peer() as station, suppress(ConnectionError):
        moment = random.randrange(20, 100)
        for at in range(0, len(FRAMES), 5):
            station.send(*list(FRAMES.values())[at : at + 5])
            if at >= moment:
                process.kill()
            while len(acknowledged) < at and (request := answered(station)):
                acknowledged.add(request)
    assert 0 < len(acknowledged) < len(FRAMES)
    requests = dict(zip(FRAMES, map(str, range(1, len(HOURS) + 1)), strict=True))
    assert {requests[one] for one in acknowledged} <= {row[3] for row in stored(engine)}
    with command(engine, tmp_path) as (_, running), running.peer() as station:
        station.send(*FRAMES.values())
        assert {answered(station) for _ in FRAMES} == set(FRAMES)
    assert sorted((row[3], row[-1]) for row in stored(engine)) == sorted((value, 1) for value in requests.values())
