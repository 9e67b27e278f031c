"""Readings pushed over HTTP to a server of one process or two, all on this machine, beside a bare insert.

Batches of 1 000 rows, each validated, compared with what is stored, kept with a receipt and a revision chain. The
control inserts the very same rows into the same tables of an empty database, a transaction for each batch: on
PostgreSQL by ``INSERT … SELECT unnest(…)``, on SQLite by `executemany`. The readings are invented, for demonstration
stations.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import nanoarrow
import numpy as np
import pandas as pd
from nanoarrow.ipc import StreamWriter
from sqlalchemy import Engine, Table, func, select

from monitoring_ingest.access.store import create_key
from monitoring_ingest.database.dialects import Instant
from monitoring_ingest.records.tables import observations, readings, receipts, submission_files, submissions
from tests.benchmarks.ingest_speed import LEVELS, ROOT, STATIONS, Fresh, empty, postgresql, sqlite

ROWS, BATCHES, CLIENTS = 1_000, 240, 4
WRITTEN = (submissions, submission_files, receipts, readings, observations)
NAMES = ("station", "time", "indicator", "value", "unit")
Cells = Mapping[str, Sequence[Any]]


def batches(number: int, first_year: int = 2000) -> list[Cells]:
    """So many batches of invented readings, no key twice."""
    rng = np.random.default_rng(7)
    slots = number * ROWS // (len(STATIONS) * len(LEVELS)) + 1
    times = pd.date_range(f"{first_year}-01-01", periods=slots, freq="4h").strftime("%Y-%m-%d %H:%M").tolist()
    rows = [
        (station, at, indicator, round(level * rng.uniform(0.8, 1.2), 4), unit)
        for at in times
        for station in STATIONS
        for indicator, (unit, level) in LEVELS.items()
    ]
    cut = (rows[at * ROWS : (at + 1) * ROWS] for at in range(number))
    return [dict(zip(NAMES, zip(*part, strict=True), strict=True)) for part in cut]


def json_rows(cells: Cells) -> bytes:
    rows = zip(*cells.values(), strict=True)
    return json.dumps({"rows": [dict(zip(NAMES, row, strict=True)) for row in rows]}, ensure_ascii=False).encode()


def json_columns(cells: Cells) -> bytes:
    return json.dumps({"columns": cells}, ensure_ascii=False).encode()


def long_csv(cells: Cells) -> bytes:
    lines = (",".join(map(str, row)) for row in zip(*cells.values(), strict=True))
    return "\n".join([",".join(NAMES), *lines]).encode()


def arrow(cells: Cells) -> bytes:
    kinds = {name: nanoarrow.float64() if name == "value" else nanoarrow.string() for name in NAMES}
    children = [nanoarrow.c_array(list(cells[name]), kind) for name, kind in kinds.items()]
    whole, rows = nanoarrow.struct(kinds), len(cells["value"])
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as writer:
        writer.write_stream(nanoarrow.c_array_from_buffers(whole, length=rows, buffers=[None], children=children))
    return out.getvalue()


FORMS: Mapping[str, tuple[str, Callable[[Cells], bytes]]] = {
    "JSON columns": ("application/json", json_columns),
    "JSON rows": ("application/json", json_rows),
    "Arrow": ("application/vnd.apache.arrow.stream", arrow),
    "CSV": ("text/csv", long_csv),
}


@dataclass(frozen=True)
class Server:
    """Where the processes of a server listen, the secret they take, and their numbers."""

    ports: Sequence[int]
    secret: str
    processes: Sequence[int]


@contextmanager
def served(engine: Engine, processes: int = 1) -> Iterator[Server]:
    """So many processes of `hengjie serve` over one database, once nothing of the schedule is due any more.

    A server settles what was missed when it starts: that is no part of a push.
    """
    secret, address = create_key(engine, "benchmark", datetime.now(UTC)), engine.url.render_as_string(False)
    command = [sys.executable, "-c", "from api.cli import main; main()"]
    with ExitStack() as running:
        data = running.enter_context(tempfile.TemporaryDirectory())
        told = {"HENGJIE_DATABASE_URL": address, "HENGJIE_DATA": data, "HENGJIE_WITH": str(ROOT / "fixtures")}
        quiet = {"cwd": data, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        world = {**os.environ, **told, "PYTHONPATH": str(ROOT)}
        subprocess.run([*command, "schedule", "--once"], check=True, env=world, **quiet)  # type: ignore[call-overload]
        ports = [_free_port() for _ in range(processes)]
        numbers = []
        for port in ports:
            process = subprocess.Popen([*command, "serve"], env={**world, "PORT": str(port)}, **quiet)  # type: ignore[call-overload]
            numbers.append(process.pid)
            running.callback(process.wait)
            running.callback(process.terminate)
        for port in ports:
            _wait_for(port)
        yield Server(ports, secret, numbers)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server does not come up")


def pushed(server: Server, kind: str, bodies: Sequence[bytes], clients: int = CLIENTS) -> tuple[float, list[float]]:
    """Push bodies by several clients at once: the seconds it took, and of each body the seconds to its receipt.

    The clients are spread over the processes of the server.
    """

    def one_client(number: int) -> list[float]:
        mine = bodies[number::clients]
        connection = http.client.HTTPConnection("127.0.0.1", server.ports[number % len(server.ports)])
        headers = {"Content-Type": kind, "X-API-Key": server.secret}
        taken = []
        for body in mine:
            started = time.perf_counter()
            connection.request("POST", "/v1/submissions", body, headers)
            answer = connection.getresponse()
            receipt = json.loads(answer.read())
            taken.append(time.perf_counter() - started)
            assert answer.status == 201 and receipt["counts"]["accepted"] == ROWS, receipt.get("counts", receipt)
        connection.close()
        return taken

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        found = list(pool.map(one_client, range(clients)))
    return time.perf_counter() - started, sorted(taken for mine in found for taken in mine)


def told(title: str, seconds: float, taken: Sequence[float], own: float | None = None) -> None:
    """One line: rows a second, the median and the slowest hundredth of the batches, and the ratio to the first."""
    rate, middle, slow = len(taken) * ROWS / seconds, taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    ratio = "" if own is None else f"   × {seconds / own:.2f}"
    line = f"  {title:<38}{rate:>9,.0f} rows/s   batch: median {middle * 1e3:6.1f} ms, p99 {slow * 1e3:6.1f} ms{ratio}"
    print(line, flush=True)


def stored(engine: Engine) -> dict[Table, list[list[tuple[Any, ...]]]]:
    """The rows of each table, submission by submission, as the driver gives them out."""
    with engine.connect() as connection:
        found = {table: list(connection.exec_driver_sql(f"SELECT * FROM {table.name}")) for table in WRITTEN}
    of_reading = {row[0]: row[1] for row in found[readings]}
    at = {submissions: 0, submission_files: 0, receipts: 0, readings: 1}
    numbers = sorted(row[0] for row in found[submissions])
    parts: dict[Table, list[list[tuple[Any, ...]]]] = {}
    for table, rows in found.items():
        named = [column.name for column in table.columns]
        mine: dict[int, list[tuple[Any, ...]]] = {number: [] for number in numbers}
        for row in rows:
            number = of_reading[row[named.index("reading")]] if table is observations else row[at[table]]
            mine[number].append(tuple(row))
        parts[table] = list(mine.values())
    return parts


def inserted(engine: Engine, parts: Mapping[Table, Sequence[Sequence[tuple[Any, ...]]]]) -> list[float]:
    """The bare insert: one transaction a batch, one statement a table; the seconds of each batch."""
    unnest = engine.dialect.name == "postgresql"
    ready = {
        table: [list(map(list, zip(*rows, strict=True))) if unnest else list(rows) for rows in of_batches]
        for table, of_batches in parts.items()
    }
    statements = {table: (_unnest if unnest else _many)(table) for table in parts}
    driver = engine.raw_connection()
    cursor, taken = driver.cursor(), []
    for at in range(len(parts[submissions])):
        started = time.perf_counter()
        if not unnest:
            cursor.execute("BEGIN IMMEDIATE")
        for table, statement in statements.items():
            (cursor.execute if unnest else cursor.executemany)(statement, ready[table][at])
        driver.commit() if unnest else cursor.execute("COMMIT")
        taken.append(time.perf_counter() - started)
    driver.close()
    return sorted(taken)


def _unnest(table: Table) -> str:
    kinds = {"BIGINT": "bigint", "INTEGER": "integer", "FLOAT": "float8", "BOOLEAN": "boolean", "TEXT": "text"}
    casts = ["timestamptz" if isinstance(c.type, Instant) else kinds[str(c.type)] for c in table.columns]
    names = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({', '.join(f'%s::{cast}[]' for cast in casts)})"


def _many(table: Table) -> str:
    return f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"


def compare_pushes(database: str, fresh: Fresh) -> None:
    """Every format into a database of its own, by one process of the server or two; then a bare insert of the same."""
    print(f"\nPush, {database}: {BATCHES} batches of {ROWS:,} rows, {CLIENTS} clients", flush=True)
    given, own = batches(BATCHES + CLIENTS), 0.0
    ways = [(form, 1) for form in FORMS] + [("JSON columns", 2)]
    for form, processes in ways:
        kind, written = FORMS[form]
        engine, bodies = empty(fresh), [written(cells) for cells in given]
        with served(engine, processes) as server:
            pushed(server, kind, bodies[:CLIENTS])  # the first of each connection pays for what is made once
            seconds, taken = pushed(server, kind, bodies[CLIENTS:])
        told(f"hengjie, {form}, {processes} process(es)", seconds, taken, own or seconds)
        own = own or seconds
        if form == "JSON columns":
            parts = {table: rows[CLIENTS:] for table, rows in stored(engine).items()}
        engine.dispose()
    engine = empty(fresh)
    taken = inserted(engine, parts)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(observations)) == BATCHES * ROWS
    engine.dispose()
    told("bare insert (one connection)", sum(taken), taken, own)


def main() -> None:
    """Both databases."""
    for database, open_ in (("PostgreSQL", postgresql), ("SQLite", sqlite)):
        with open_() as fresh:
            compare_pushes(database, fresh)
