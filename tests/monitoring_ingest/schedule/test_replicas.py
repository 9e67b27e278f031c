"""Real processes on one database: no slot runs twice, and a holder that is killed is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitoring_ingest.schedule.job import Job, catch_up
from monitoring_ingest.schedule.store import Leadership, listed_runs

pytestmark = [pytest.mark.alone, pytest.mark.proof]
ROOT = Path(__file__).parents[3]
SLOTS = 200
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(hours=4 * SLOTS)

# A replica: its database, the file it notes its work in, and the number of the slot at which it stands still for good.
REPLICA = """
import os, sys, threading
from datetime import timedelta
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.schedule.job import catch_up
from monitoring_ingest.schedule.store import Leadership
from tests.monitoring_ingest.schedule.test_replicas import NOW, SLOTS, START, slots

url, notes, stands_still = sys.argv[1], sys.argv[2], int(sys.argv[3])
engine = open_engine(url)
lead = Leadership(engine)
assert stands_still < 0 or lead.held(NOW)
print("ready", flush=True)
sys.stdin.readline()

def work(slot, clock):
    number = round((slot - START) / timedelta(hours=4))
    if number == stands_still:
        print("stands still", flush=True)
        threading.Event().wait()
    with open(notes, "a") as file:
        file.write(f"{number} {os.getpid()}\\n")
    return "done"

catch_up(engine, [slots(work)], NOW)
"""


def slots(work) -> Job:
    """Two hundred slots, all of them due."""
    due = [START + number * timedelta(hours=4) for number in range(SLOTS)]
    return Job("replicas", lambda last, now: [one for one in due if last is None or one > last], work)


@pytest.fixture
def replica(engine, tmp_path):
    """Starts a replica, which waits for a line before it looks for slots; ends those that still run."""
    started = []

    def start(stands_still: int = -1) -> subprocess.Popen[str]:
        url = engine.url.render_as_string(hide_password=False)
        told = [sys.executable, "-c", REPLICA, url, str(tmp_path / "notes"), str(stands_still)]
        process = subprocess.Popen(told, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def notes(folder: Path) -> list[tuple[int, int]]:
    """What was worked on: the number of the slot and the process, in the order of the notes."""
    lines = (folder / "notes").read_text(encoding="utf-8").splitlines()
    return [(int(number), int(process)) for number, process in map(str.split, lines)]


def test_two_replicas_share_two_hundred_slots_and_run_none_twice(engine, replica, tmp_path):
    both = [replica(), replica()]
    for process in both:
        go(process)
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    worked = notes(tmp_path)
    assert Counter(number for number, _ in worked) == dict.fromkeys(range(SLOTS), 1)
    with engine.connect() as connection:
        assert {run["outcome"] for run in listed_runs(connection, "replicas")} == {"done"}


def test_a_holder_killed_in_the_middle_is_replaced_at_once_in_lead_and_slot(engine, replica, tmp_path):
    """Nothing ends its claim but that the process is gone: no clock moves."""
    holder = replica(stands_still=100)
    go(holder)
    assert holder.stdout.readline() == "stands still\n"
    lead = Leadership(engine)
    assert not lead.held(NOW)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    done = []
    catch_up(engine, [slots(lambda slot, clock: done.append(slot) or "done")], NOW)
    assert done == [START + number * timedelta(hours=4) for number in range(100, SLOTS)]
    assert [number for number, _ in notes(tmp_path)] == list(range(100))
    while not lead.held(NOW):  # the server hears of the broken session a moment later
        continue
    lead.resign()
