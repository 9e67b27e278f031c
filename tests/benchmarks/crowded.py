"""Pushes while a thousand strangers a second ask for something, beside the same pushes while all is quiet.

A process of its own asks for one address after another, a thousand times a second over a hundred connections, without
a key or with one that opens nothing; most of it is answered with 429. Meanwhile one client pushes a batch of 1 000 rows
several times a second. Printed are the slowest hundredth of the pushes, quiet just before and beside the strangers,
their ratio, which should stay below five, and what the strangers were answered.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import islice

from tests.benchmarks.ingest_speed import ROOT, Fresh, empty, postgresql, sqlite
from tests.benchmarks.push_speed import Server, batches, json_columns, pushed, served

A_SECOND, CONNECTIONS = 1_000, 1_000
PUSHES, PAUSE = 100, 0.1  # seconds between two of them
MOST = 5  # times the quiet p99
KIND = "application/json"
ADDRESSES = {
    "late data": "GET /v1/late?status=all",
    "first page": "GET /",
    "10 000 readings": "GET /v1/readings?limit=10000",
    "API description": "GET /openapi.json",
    "file": "GET /static/style.css",
    "nothing": "GET /nowhere",
    "fact without key": "POST /v1/facts",
    "fact with wrong key": "POST /v1/facts wrong",
}


async def _ask(port: int, request: bytes, answers: Counter[str], gate: asyncio.Semaphore) -> None:
    """Ask whenever the gate opens, over one connection; over a new one where the server has ended it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        await gate.acquire()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            await reader.readexactly(int(lengths[0].split(b":")[1]) if lengths else 0)
            answers[head[9:12].decode()] += 1
            if b"connection: close" not in head.lower():
                continue
        except (OSError, asyncio.IncompleteReadError):
            answers["cut off"] += 1
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)


async def _crowd(port: int, request: bytes) -> None:
    """Ask at an even pace until standard input ends; then tell what was answered."""
    gate, answers = asyncio.Semaphore(0), Counter[str]()
    tasks = [asyncio.create_task(_ask(port, request, answers, gate)) for _ in range(CONNECTIONS)]
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    started, asked = time.monotonic(), 0
    while not ended.done():
        due = int((time.monotonic() - started) * A_SECOND)
        for _ in range(due - asked):
            gate.release()
        asked = due
        await asyncio.sleep(0.005)
    seconds = time.monotonic() - started
    for task in tasks:
        task.cancel()
    print(json.dumps({"seconds": seconds, "answers": answers}))


def crowd(port: int, what: str) -> subprocess.Popen[str]:
    """A process of strangers that ask for something until its standard input is closed."""
    method, path, *wrong = what.split()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n" + ("Content-Length: 0\r\n" if method == "POST" else "")
    request = head + ("X-API-Key: wrong\r\n" if wrong else "") + "\r\n"
    command = [sys.executable, "-m", "tests.benchmarks.crowded", str(port), request]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def slowest(server: Server, bodies: Iterable[bytes]) -> float:
    """Push one by one, with a pause between: the slowest hundredth [ms]."""
    taken = []
    for body in bodies:
        _, (seconds,) = pushed(server, KIND, [body], clients=1)
        taken.append(seconds)
        time.sleep(PAUSE)
    return sorted(taken)[int(len(taken) * 0.99) - 1] * 1e3


def compare(database: str, fresh: Fresh, names: Collection[str] = ADDRESSES) -> None:
    """For every address, or those named: quiet pushes, then pushes beside strangers."""
    print(f"\nPush beside {A_SECOND:,} strangers a second, {database}: {PUSHES} batches of 1,000 rows", flush=True)
    engine = empty(fresh)
    number = (2 * len(ADDRESSES) + 1) * PUSHES
    given = map(json_columns, batches(number, first_year=1950))
    with served(engine) as server:
        slowest(server, islice(given, PUSHES))  # the first ones pay for what is made once
        for name in names:
            quiet = slowest(server, islice(given, PUSHES))
            strangers = crowd(server.ports[0], ADDRESSES[name])
            time.sleep(1)
            beside = slowest(server, islice(given, PUSHES))
            told = json.loads(strangers.communicate("")[0])
            answers = "  ".join(f"{status} {count:,}" for status, count in sorted(told["answers"].items()))
            a_second = sum(told["answers"].values()) / told["seconds"]
            ratio = beside / quiet
            much = "" if ratio <= MOST else f" (more than {MOST})"
            print(
                f"  {name:<22} p99 quiet {quiet:7.1f} ms, beside {beside:7.1f} ms  × {ratio:.2f}{much}"
                f"   {a_second:,.0f} answers a second: {answers}",
                flush=True,
            )
    engine.dispose()


def main() -> None:
    """Both databases."""
    for database, open_ in (("PostgreSQL", postgresql), ("SQLite", sqlite)):
        with open_() as fresh:
            compare(database, fresh)


if __name__ == "__main__":
    asyncio.run(_crowd(int(sys.argv[1]), sys.argv[2].encode()))
