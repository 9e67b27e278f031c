"""Live pushes while a long history is taken in, beside the same pushes while all is quiet.

`hengjie ingest readings` takes in four-hourly readings of nine indicators, a file for each station, in a process of its
own; meanwhile one client pushes a batch of 1 000 rows to the server several times a second. Printed are the slowest
hundredth of the pushes, quiet and during the backfill, and their ratio. By default a month of 30 stations; a year of
300 with ``HENGJIE_BACKFILL=full``. Stations and readings are invented.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from tests.benchmarks.ingest_speed import LEVELS, ROOT, Fresh, empty, postgresql, sqlite
from tests.benchmarks.push_speed import NAMES, Server, batches, json_columns, pushed, served

FULL = os.environ.get("HENGJIE_BACKFILL") == "full"
STATIONS, DAYS = (300, 365) if FULL else (30, 30)
QUIET, PAUSE = 150, 0.1  # pushes; seconds between two of them
LIVE = 4000 if FULL else 2 * QUIET
FIRST_YEAR = 1950  # of what is pushed: four thousand batches are forty years, and none may lie in the future
KIND = "application/json"


def invented(folder: Path) -> Path:
    """An outside directory with a basin of as many invented stations."""
    place = folder / "with" / "basins" / "bench"
    place.mkdir(parents=True)
    parties = ["bench-a,甲省（虚构）,,990000", "bench-b,乙省（虚构）,,980000"]
    sections = [f"bench-{n},{n}号断面（虚构）,,示例河,{n},bench-a,bench-b,river,3" for n in range(STATIONS)]
    stations = [f"bench-{n},bench-{n},bench-a,{n}号站（虚构）,,Asia/Shanghai" for n in range(STATIONS)]
    for name, head, rows in (
        ("parties", "code,name_zh,name_en,adcode", parties),
        ("sections", "code,name_zh,name_en,river,order,upstream,downstream,water_body,target_class", sections),
        ("stations", "code,section,province,name_zh,aliases,timezone", stations),
    ):
        (place / f"{name}.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return place.parents[1]


def history(folder: Path) -> list[Path]:
    """A long CSV for each station."""
    rng = np.random.default_rng(11)
    times = pd.date_range("2023-01-01", periods=DAYS * 6, freq="4h").strftime("%Y-%m-%d %H:%M")
    files = []
    for number in range(STATIONS):
        lines = [
            f"bench-{number},{at},{indicator},{level * rng.uniform(0.8, 1.2):.4f},{unit}"
            for at in times
            for indicator, (unit, level) in LEVELS.items()
        ]
        files.append(folder / f"{number:03d}.csv")
        files[-1].write_text("\n".join([",".join(NAMES), *lines, ""]), encoding="utf-8")
    return files


def steadily(server: Server, bodies: list[bytes], going: subprocess.Popen[bytes] | None = None) -> list[float]:
    """Push one body after the other with a pause between: `QUIET` of them, or as long as a process runs."""
    taken: list[float] = []
    while bodies and (len(taken) < QUIET if going is None else going.poll() is None):
        taken += pushed(server, KIND, [bodies.pop()], clients=1)[1]
        time.sleep(PAUSE)
    return sorted(taken)


def backfilling(engine: Engine, files: list[Path], outside: Path, data: str) -> subprocess.Popen[bytes]:
    """`hengjie ingest readings` of the files, begun."""
    url = engine.url.render_as_string(hide_password=False)
    told = {"HENGJIE_DATABASE_URL": url, "HENGJIE_DATA": data, "HENGJIE_WITH": str(outside), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from api.cli import main; main()", "ingest", "readings", *map(str, files)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env={**os.environ, **told}, **quiet)  # type: ignore[call-overload]


def told(title: str, taken: list[float]) -> float:
    middle, slow = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"  {title:<38}{len(taken):>6} pushes   median {middle * 1e3:6.1f} ms, p99 {slow * 1e3:6.1f} ms", flush=True)
    return slow


def compare_with_quiet(database: str, fresh: Fresh) -> None:
    """Quiet pushes, then the same during a backfill."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files, outside, engine = history(folder), invented(folder), empty(fresh)
        rows = STATIONS * DAYS * 6 * len(LEVELS)
        print(f"\nBackfill, {database}: {rows:,} readings of {STATIONS} stations beside live pushes", flush=True)
        bodies = [json_columns(cells) for cells in batches(LIVE, FIRST_YEAR)]
        with served(engine) as server:
            pushed(server, KIND, [bodies.pop()], clients=1)
            quiet = told("pushes while all is quiet", steadily(server, bodies))
            started = time.perf_counter()
            with backfilling(engine, files, outside, made) as going:
                during = told("pushes during the backfill", steadily(server, bodies, going))
                going.wait()
            seconds = time.perf_counter() - started
            print(f"  p99 × {during / quiet:.2f}   backfill {rows / seconds:,.0f} readings/s", flush=True)
            assert going.returncode == 0, "the backfill failed"
        engine.dispose()


def main() -> None:
    """Both databases."""
    for database, open_ in (("PostgreSQL", postgresql), ("SQLite", sqlite)):
        with open_() as fresh:
            compare_with_quiet(database, fresh)
