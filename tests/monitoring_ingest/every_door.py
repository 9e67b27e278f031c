"""The doors readings can come by, for tests that say the same of all: a further door is one row of `DOORS`.

A door takes an engine, rows, a folder of its own and an instant, and hands the rows in as one submission. What comes
by one of `DOORS` is the same observation, whichever it is. `SPEAKING` doors say something more of a value or leave
something unsaid: the same values count, and nothing else is the same. What comes by one of `LABORATORIES` is of another
origin: neither it nor what comes by the others revises the other. Everything here is invented; the network is that
of `makers`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import nanoarrow
import pandas as pd
from nanoarrow.ipc import StreamWriter
from sqlalchemy import Engine

from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import INBOX, NATIONAL_RELEASE, READINGS, Door, ingest
from monitoring_ingest.doors.inbox import ingest_inbox
from monitoring_ingest.doors.pulling import run_source
from monitoring_ingest.doors.requests import PUSH, Pushed, Terms, push
from monitoring_ingest.formats import pushed
from monitoring_ingest.formats.laboratory import COLUMNS
from monitoring_ingest.formats.laboratory_template import TITLE
from tests.clocks import stopped
from tests.monitoring_ingest import telegram_makers as telegrams
from tests.monitoring_ingest.makers import THIS_MACHINE, csv, network, original, release, served, xlsx

NETWORK = network()
COLUMN = {"ph": "pH(无量纲)", "nh3n": "氨氮(mg/L)"}
UNIT = {"ph": "无量纲", "nh3n": "mg/L"}
FACTOR = {"ph": "w01001", "nh3n": "w21003"}
_files = count()


class Sent(NamedTuple):
    """One value of one key; `hour` is of the year 2025, in China, within half a year of the date of `a_release`."""

    station: str
    indicator: str
    hour: int
    value: str

    @property
    def key(self) -> tuple[str, str, int]:
        return self.station, self.indicator, self.hour

    @property
    def local(self) -> str:
        """The time as a wall clock in China shows it."""
        return f"{pd.Timestamp('2025-01-01') + pd.Timedelta(hours=self.hour):%Y-%m-%d %H:%M}"

    @property
    def time(self) -> datetime:
        return pd.Timestamp(self.local, tz="Asia/Shanghai").tz_convert(UTC).to_pydatetime()


Rows = Sequence[Sent]
Hand = Callable[[Engine, Rows, Path, datetime], object]


def long_csv(rows: Rows) -> bytes:
    """The rows as a long CSV, each time with its zone."""
    return csv(*(f"{r.station},{r.local}+08:00,{r.indicator},{r.value},{UNIT[r.indicator]},正常" for r in rows))


def a_release(rows: Rows, *, with_status: bool = True) -> bytes:
    """The rows as a reply of the national release, one table row each; the other cell was not measured."""
    told = ([*_release_row(row), *(["正常"] if with_status else [])] for row in rows)
    return release(*told, measured=list(COLUMN.values()), with_status=with_status)


def _release_row(row: Sent) -> list[str]:
    station = NETWORK.stations[row.station]
    cells = (original(row.value, row.value) if code == row.indicator else "--" for code in COLUMN)
    return [NETWORK.parties[station.province].name_zh, station.name_zh, row.local[5:], *cells]


def _files_of(write: Callable[[Rows], bytes], name: str, door: str) -> Hand:
    def hand(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
        return ingest(engine, NETWORK, [(name, write(rows))], door, stopped(now))

    return hand


def _two_files(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
    """One submission of two files in different forms."""
    half = len(rows) // 2
    files = [("a.csv", long_csv(rows[:half])), ("2025-06-15.json", a_release(rows[half:]))]
    return ingest(engine, NETWORK, files, INBOX, stopped(now))


def _through_inbox(write: Callable[[Rows], bytes], suffix: str) -> Hand:
    def hand(engine: Engine, rows: Rows, folder: Path, now: datetime) -> object:
        (folder / f"2025-06-15-{next(_files)}{suffix}").write_bytes(write(rows))
        return ingest_inbox(engine, NETWORK, folder, stopped(now))

    return hand


def _pushed(write: Callable[[Rows], bytes], media_type: str) -> Hand:
    """By the push API: each request under a claim of its own."""

    def read(raw: bytes, *, name: str) -> object:
        return pushed.read_pushed(raw, media_type, NETWORK, most_rows=1000)

    def hand(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
        through = Door(PUSH, read, "省监测中心")
        return push(engine, NETWORK, Pushed("push", write(rows)), through, Terms(claim=f"{next(_files)}"), lambda: now)

    return hand


def _objects(rows: Rows) -> list[dict[str, str]]:
    names = ("station", "time", "indicator", "value", "unit", "mark")
    cells = ((r.station, f"{r.local}+08:00", r.indicator, r.value, UNIT[r.indicator], "正常") for r in rows)
    return [dict(zip(names, each, strict=True)) for each in cells]


def _json_rows(rows: Rows) -> bytes:
    return json.dumps({"rows": _objects(rows)}).encode()


def _json_columns(rows: Rows) -> bytes:
    listed = _objects(rows)
    return json.dumps({"columns": {name: [row[name] for row in listed] for name in listed[0]}}).encode()


def _arrow(rows: Rows) -> bytes:
    """An Arrow stream: values as float64, everything else as text."""
    listed = _objects(rows)
    kinds = {name: nanoarrow.float64() if name == "value" else nanoarrow.string() for name in listed[0]}
    cells = {name: [float(row[name]) if name == "value" else row[name] for row in listed] for name in kinds}
    children = [nanoarrow.c_array(cells[name], kind) for name, kind in kinds.items()]
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as writer:
        whole = nanoarrow.struct(kinds)
        writer.write_stream(nanoarrow.c_array_from_buffers(whole, len(rows), buffers=[None], children=children))
    return out.getvalue()


# --- what is declared ------------------------------------------------------------------------------------------------


def _declared(source: Source, name: str, write: Callable[[Rows], bytes]) -> Hand:
    """A file read as its source declares it."""

    def hand(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
        return ingest(engine, NETWORK, [(name, write(rows))], source_door(source), stopped(now))

    return hand


WIDE = Source(
    code="hand", title="手工表（虚构）", format="table", columns={"station": "点位", "time": "时间", "mark": "情况"},
    indicators={COLUMN[code]: code for code in COLUMN}, stations={"老桥桥下": "qiaotou"}, ignored=("天气",),
)  # fmt: skip
NAMES = {"qiaotou": "老桥桥下"}  # of stations the table calls by another name


def _wide_csv(rows: Rows) -> bytes:
    """A column for each indicator, a row for each value, times on the clock of the source's zone."""
    lines = [f"{NAMES.get(r.station, r.station)},晴,{','.join(_cells(r))},{r.local},正常" for r in rows]
    return csv(*lines, header=f"点位,天气,{','.join(COLUMN.values())},时间,情况")


def _cells(row: Sent) -> list[str]:
    return [row.value if code == row.indicator else "" for code in COLUMN]


LONG = Source(
    code="office", title="台账（虚构）", format="table", indicators={"酸碱度": "ph"},
    columns={"station": "站", "date": "日期", "time": "时刻", "indicator": "项目", "value": "结果", "unit": "单位",
             "mark": "备注"},
)  # fmt: skip


def _long_xlsx(rows: Rows) -> bytes:
    """A workbook with numbers and dates as cells, below a title."""
    written = {"ph": "酸碱度", "nh3n": "氨氮"}
    lines = [
        [r.station, pd.Timestamp(r.local[:10]).date(), r.local[11:], written[r.indicator], float(r.value),
         UNIT[r.indicator], "正常"]
        for r in rows
    ]  # fmt: skip
    return xlsx(["台账（虚构）"], list(LONG.columns.values()), *lines)


LABORATORY = Source(code="lab", title="化验单（虚构）", format="laboratory")


def _laboratory(rows: Rows, **more: str) -> bytes:
    """The workbook of results, as its template has it."""
    filled = [
        {"station": f"{r.station} 站", "time": pd.Timestamp(r.local).to_pydatetime(), "indicator": r.indicator,
         "value": float(r.value), "unit": UNIT[r.indicator], **more}
        for r in rows
    ]  # fmt: skip
    return xlsx([TITLE], [], list(COLUMNS.values()), *([one.get(name) for name in COLUMNS] for one in filled))


BULLETIN = Source(
    code="daily", title="日报（虚构）", format="bulletin", columns={"station": "站名", "date": "日期"}, at="08:00",
    indicators={COLUMN[code]: code for code in COLUMN},
)  # fmt: skip


def _bulletin(rows: Rows) -> bytes:
    """A row for each value at eight o'clock of its day; what was not measured is a dash."""
    lines = [f"{r.station},{r.local[:10]},{','.join(cell or '-' for cell in _cells(r))}" for r in rows]
    return csv(*lines, header=f"站名,日期,{','.join(COLUMN.values())}")


def _fetched(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
    """From a web address: a release of the moment at which it is fetched, once more after that."""
    with served((200, a_release(rows), "")) as address:
        source = Source(code="web", title="虚构", format="national-release", place=f"{address}/realtime.json")
        return [run_source(engine, NETWORK, source, stopped(now), THIS_MACHINE) for _ in range(2)]


def _telegrams(engine: Engine, rows: Rows, _folder: Path, now: datetime) -> object:
    """Over the wire: a telegram for each value, each a request of its own, all sent once more as if unanswered."""
    devices = [telegrams.source(f"D-{code}", station=code) for code in NETWORK.stations]
    frames = [
        telegrams.frame(
            telegrams.value(r.value, f"{pd.Timestamp(r.local):%Y%m%d%H%M%S}", FACTOR[r.indicator]),
            qn=f"20260101{next(_files):09d}", MN=f"D-{r.station}",
        )
        for r in rows
    ]  # fmt: skip
    known = telegrams.World(engine, NETWORK, telegrams.devices(devices))
    answered = [telegrams.sent(known, *frames, now=now) for _ in range(2)]
    assert all(map(all, answered)), "a telegram was refused"
    return answered


DOORS: Mapping[str, Hand] = {
    "long CSV": _files_of(long_csv, "readings.csv", READINGS),
    "national release": _files_of(a_release, "2025-06-15.json", NATIONAL_RELEASE),
    "inbox, CSV": _through_inbox(long_csv, ".csv"),
    "inbox, release": _through_inbox(a_release, ".json"),
    "two files at once": _two_files,
    "push, JSON rows": _pushed(_json_rows, pushed.JSON),
    "push, JSON columns": _pushed(_json_columns, pushed.JSON),
    "push, CSV": _pushed(long_csv, pushed.CSV),
    "push, Arrow": _pushed(_arrow, pushed.ARROW),
    "declared table, CSV": _declared(WIDE, "手工表.csv", _wide_csv),
    "declared table, XLSX": _declared(LONG, "台账.xlsx", _long_xlsx),
    "release, fetched": _fetched,
    "telegrams": _telegrams,
}
SAMPLE = {"sample": "S-01", "side": "上游 upstream", "method": "HJ 535-2009", "sampler": "张三"}
LABORATORIES: Mapping[str, Hand] = {
    "laboratory workbook without numbers of samples": _declared(
        LABORATORY, "化验单.xlsx", partial(_laboratory, mark="正常")
    ),
    "laboratory workbook of a sample": _declared(LABORATORY, "化验单.xlsx", partial(_laboratory, **SAMPLE)),
}
SPEAKING: Mapping[str, Hand] = {
    "hydrology bulletin": _declared(BULLETIN, "日报.csv", _bulletin),
    "release without states": _files_of(partial(a_release, with_status=False), "2025-06-15.json", NATIONAL_RELEASE),
}
HANDS: Mapping[str, Hand] = {**DOORS, **SPEAKING, **LABORATORIES}
OF_STATIONS = {**DOORS, **SPEAKING}
HALF_A_YEAR = 24 * 182
# What the shape of a door cannot carry: a bulletin speaks of eight o'clock, and a release that is fetched states no
# year. The instants at which the tests hand in are less than a month after the year 2025.
CARRIES: Mapping[str, Callable[[Sent], bool]] = {
    "hydrology bulletin": lambda row: row.hour % 24 == 8,
    "release, fetched": lambda row: row.hour > 24 * (365 + 31) - HALF_A_YEAR,
}


def carrying(doors: Iterable[str], rows: Rows) -> list[str]:
    """Those of the doors that can carry all the rows."""
    return sorted(door for door in doors if door not in CARRIES or all(map(CARRIES[door], rows)))


def newest(rows: Iterable[Sent]) -> dict[tuple[str, str, int], Sent]:
    """The last row of each key."""
    return {row.key: row for row in rows}
