"""Taking data in by processes that are killed: one class per door, the same three questions to each.

In: a place (folder, address of the database), batches of rows and a source of chance. Out: the answers that came before
the kills. A further door is a further class in `DOORS`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

import httpx2 as httpx

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
FILES_AT_ONCE = 12
LONGEST_LOAD = 1.2  # [s] a server is under load before it is killed
CLIENTS = 2
UNITS = {"ph": "-"}

Row = tuple[str, str, str, str]  # station, time, indicator, value


@dataclass(frozen=True)
class Batch:
    """What is sent at once."""

    number: int
    rows: Sequence[Row]


@dataclass(frozen=True)
class Answer:
    """What a door said about one batch: its submission, and how many rows had which fate."""

    batch: int
    submission: int
    counts: Mapping[str, int]
    rows: int


@dataclass(frozen=True)
class Place:
    """Where a process works."""

    folder: Path
    url: str

    def started(self, *arguments: str, output: str = "output", **variables: str) -> subprocess.Popen[bytes]:
        """A `hengjie` process; what it prints goes to a file of the folder."""
        environment = os.environ | {
            "HENGJIE_DATA": str(self.folder), "HENGJIE_DATABASE_URL": self.url, "HENGJIE_WITH": str(FIXTURES),
            "PYTHONPATH": str(ROOT), **variables,
        }  # fmt: skip
        command = [sys.executable, "-c", "from api.cli import main; main()", *arguments]
        with (self.folder / output).open("wb") as out, (self.folder / "errors").open("ab") as errors:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=errors)

    def said(self, *arguments: str) -> dict[str, Any]:
        """What a command prints with ``--json``."""
        process = self.started(*arguments, "--json", output="said")
        process.wait()
        found: dict[str, Any] = json.loads((self.folder / "said").read_bytes())
        return found


def long_csv(rows: Sequence[Row]) -> bytes:
    """The rows as a long CSV."""
    lines = (f"{station},{at},{code},{value},{UNITS.get(code, 'mg/L')},正常" for station, at, code, value in rows)
    return "\n".join(["station,time,indicator,value,unit,mark", *lines, ""]).encode()


def taken_up(counts: Mapping[str, int]) -> int:
    """The rows a receipt says are in the store, now or before."""
    return counts["accepted"] + counts["duplicate"]


class ADoor(Protocol):
    """A way in that can be killed."""

    same_answer: bool  # whether a batch sent again is answered exactly as before

    def killed(self, place: Place, batches: Sequence[Batch], kills: int, r: Random) -> list[Answer]:
        """Send batches to processes that are killed so many times; the answers that came."""
        ...

    def sent_again(self, place: Place, batches: Sequence[Batch]) -> list[Answer]:
        """Send everything once more, undisturbed."""
        ...


class Files:
    """Processes of ``hengjie ingest readings``; a process that ends acknowledges all its files."""

    same_answer = False

    def killed(self, place: Place, batches: Sequence[Batch], kills: int, r: Random) -> list[Answer]:
        began = time.monotonic()
        answers = self._ended(place, self._process(place, batches[:FILES_AT_ONCE]), batches[:FILES_AT_ONCE])
        usual, at, done = time.monotonic() - began, FILES_AT_ONCE, 0
        while done < kills:
            chosen = batches[at : at + FILES_AT_ONCE] or r.sample(list(batches), FILES_AT_ONCE)
            process = self._process(place, chosen)
            try:
                process.wait(r.uniform(0.3, 1.05) * usual)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                done += 1
                at += r.choice([0, FILES_AT_ONCE // 2, FILES_AT_ONCE])  # some are sent again at once, some much later
            else:
                answers += self._ended(place, process, chosen)
                at += FILES_AT_ONCE
        return answers

    def sent_again(self, place: Place, batches: Sequence[Batch]) -> list[Answer]:
        return self._ended(place, self._process(place, batches), batches)

    def _process(self, place: Place, batches: Sequence[Batch]) -> subprocess.Popen[bytes]:
        files = [place.folder / f"{batch.number}.csv" for batch in batches]
        for file, batch in zip(files, batches, strict=True):
            file.write_bytes(long_csv(batch.rows))
        return place.started("ingest", "readings", *map(str, files), "--json")

    def _ended(self, place: Place, process: subprocess.Popen[bytes], batches: Sequence[Batch]) -> list[Answer]:
        if process.wait() != 0:
            raise RuntimeError((place.folder / "errors").read_text(encoding="utf-8")[-2000:])
        receipt = json.loads((place.folder / "output").read_bytes())
        rows = sum(len(batch.rows) for batch in batches)
        return [Answer(batch.number, receipt["id"], receipt["counts"], rows) for batch in batches]


class Push:
    """A server with two clients; each answer acknowledges its batch. What got no answer is sent again with its key."""

    same_answer = True

    def killed(self, place: Place, batches: Sequence[Batch], kills: int, r: Random) -> list[Answer]:
        key = place.said("key", "create", "杀进程试验")["key"]
        (place.folder / "key").write_text(key, encoding="utf-8")
        waiting, lock, answers = _endless(batches, r), threading.Lock(), list[Answer]()
        unanswered: list[Batch] = []

        def following() -> Batch:
            with lock:
                return unanswered.pop() if unanswered else next(waiting)

        for number in range(kills):
            with _Server(place) as server:
                if number % 5 == 4:  # while it starts
                    time.sleep(r.uniform(0, 2))
                    continue
                server.ready()
                threads = [
                    threading.Thread(target=_client, args=(server.address, key, following, answers, unanswered))
                    for _ in range(CLIENTS)
                ]
                for thread in threads:
                    thread.start()
                if number % 2 == 0:  # well under load; else perhaps at its first request
                    _wait_for_more(answers, threads[0])
                time.sleep(r.uniform(0, LONGEST_LOAD))
                server.kill()
                for thread in threads:
                    thread.join()
        return answers

    def sent_again(self, place: Place, batches: Sequence[Batch]) -> list[Answer]:
        key = (place.folder / "key").read_text(encoding="utf-8")
        with _Server(place) as server, httpx.Client(timeout=60) as client:
            server.ready()
            return [_pushed(client, server.address, key, batch) for batch in batches]


def _wait_for_more(answers: Sequence[Answer], client: threading.Thread) -> None:
    """Until one more answer has come, or the client has given up."""
    before = len(answers)
    while client.is_alive() and len(answers) == before:
        time.sleep(0.01)


class _Server:
    """One ``hengjie serve`` on a free port; leaving it kills it."""

    def __init__(self, place: Place) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address, self.place = f"http://127.0.0.1:{port}", place
        self.process = place.started("serve", PORT=str(port))

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def ready(self) -> None:
        """Wait until it answers."""
        while self.process.poll() is None:
            try:
                httpx.get(f"{self.address}/v1/basins", timeout=30)
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError((self.place.folder / "errors").read_text(encoding="utf-8")[-2000:])

    def kill(self) -> None:
        """SIGKILL, once; wait until it is gone."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def _endless(batches: Sequence[Batch], r: Random) -> Iterator[Batch]:
    """Every batch once in order, then any of them again, so that a server is never without load."""
    yield from batches
    while True:
        yield r.choice(batches)


def _client(
    address: str, key: str, following: Callable[[], Batch], answers: list[Answer], unanswered: list[Batch]
) -> None:
    """Push batch after batch until the server is gone."""
    with httpx.Client(timeout=60) as client:
        while True:
            batch = following()
            try:
                answers.append(_pushed(client, address, key, batch))
            except httpx.TransportError:
                unanswered.append(batch)
                return


def _pushed(client: httpx.Client, address: str, key: str, batch: Batch) -> Answer:
    rows = [
        {"station": station, "time": at, "indicator": code, "value": value, "unit": UNITS.get(code, "mg/L"),
         "mark": "正常"} for station, at, code, value in batch.rows
    ]  # fmt: skip
    headers = {"X-API-Key": key, "Idempotency-Key": f"batch-{batch.number}"}
    while True:
        answer = client.post(f"{address}/v1/submissions", json={"rows": rows}, headers=headers)
        if answer.status_code != 409:  # the first request with this key still runs
            break
        time.sleep(min(float(answer.headers["Retry-After"]), 1))
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{answer.status_code} {answer.text[:500]}")
    receipt = answer.json()
    return Answer(batch.number, receipt["id"], receipt["counts"], len(rows))


DOORS: Mapping[str, ADoor] = {"files": Files(), "push": Push()}
