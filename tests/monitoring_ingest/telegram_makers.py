"""Small things to listen to: a declared device or two, frames of theirs, the six frames given to this project."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select

from basin.sources import Source
from monitoring_ingest.database.engine import read_frame
from monitoring_ingest.records import tables
from monitoring_ingest.telegrams.frames import judged
from monitoring_ingest.telegrams.intake import World, take_in
from monitoring_ingest.telegrams.profiles import devices
from monitoring_ingest.telegrams.store import Arrival
from tests.clocks import stopped
from tests.monitoring_ingest.makers import network
from tests.monitoring_ingest.telegram_mutations import framed

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TIME = "20260301040000"
SECRET = "123456"
UNITS = {
    "w01001": "-", "w01003": "NTU", "w01009": "mg/L", "w01010": "degC", "w01014": "uS/cm", "w01019": "mg/L",
    "w21001": "mg/L", "w21003": "mg/L", "w21011": "mg/L", "w23002": "mg/L", "w01008": "mg/L",
}  # fmt: skip

STANDARD = (
    b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80"
)
REALTIME = (
    b"##0435QN=20210301111100112;ST=21;CN=2011;PW=123456;MN=ZLDSZ20210127;Flag=8;CP=&&DataTime=20210301111100;"
    b"w01001-Rtd=8.33,w01001-Flag=N;w01009-Rtd=10.15,w01009-Flag=N;w01010-Rtd=9.7,w01010-Flag=N;"
    b"w01014-Rtd=1425,w01014-Flag=N;w01003-Rtd=13.10,w01003-Flag=N;w21011-Rtd=0,w21011-Flag=N;"
    b"w21001-Rtd=3.563168,w21001-Flag=N;w21003-Rtd=0.09055002,w21003-Flag=N;w01019-Rtd=4.102818,w01019-Flag=N;"
    b"w01008-Rtd=0,w01008-Flag=N;w23002-Rtd=0,w23002-Flag=N&&7d00"
)
MODBUS = (
    b"##0137ST=32;CN=2011;PW=123456;MN=C201801010001;Flag=5;CP=&&DataTime=20180611090000;"
    b"a34002-Rtd=30.1,a34002-Flag=N;a21026-Rtd=0.5,a21026-Flag=N&&ED94"
)
HOURLY = (
    b"##0370QN=20260301050000123;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=5;CP=&&DataTime=20260301040000;"
    b"w01010-Avg=9.8,w01010-Flag=N;w01001-Avg=7.62,w01001-Flag=N;w01009-Avg=9.14,w01009-Flag=N;"
    b"w01014-Avg=286.0,w01014-Flag=N;w01003-Avg=12.4,w01003-Flag=N;w01019-Avg=2.31,w01019-Flag=N;"
    b"w21003-Avg=0.118,w21003-Flag=N;w21011-Avg=0.047,w21011-Flag=N;w21001-Avg=1.36,w21001-Flag=N&&BE01"
)
FIRST_OF_TWO = (
    b"##0141QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=7;PNUM=2;PNO=1;"
    b"CP=&&DataTime=20260301040000;w01019-Avg=2.31,w01019-Flag=N&&3FC0"
)
SECOND_OF_TWO = (
    b"##0142QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=7;PNUM=2;PNO=2;"
    b"CP=&&DataTime=20260301040000;w21011-Avg=0.047,w21011-Flag=N&&CC01"
)
VECTORS = (STANDARD, REALTIME, MODBUS, HOURLY, FIRST_OF_TWO, SECOND_OF_TWO)


def source(*numbers: str, station: str = "qiaotou", **declared: Any) -> Source:
    """A source of telegrams whose devices stand for one station."""
    numbers = numbers or ("A",)
    told: dict[str, Any] = {"code": f"from-{numbers[0]}", "title": "虚构", "units": UNITS, **declared}
    return Source(format="telegrams", stations=dict.fromkeys(numbers, station), **told)


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def world(engine: Engine, *sources: Source) -> World:
    """What frames are taken into; without sources, device A at 桥头."""
    return World(engine, network(), devices(sources or (source(),)))


OF_VECTORS = (
    source("S000000_0001", password_sha256=fingerprint(SECRET)),
    source("ZLDSZ20210127", "C201801010001", station="shangyou"),
    source("010000A8900016F000169DC0", station="utc"),
)


def text(cp: str, qn: str = "20260301050000001", **header: str) -> str:
    """A data segment of device A: hourly data, answer wanted."""
    fields = {"QN": qn, "ST": "21", "CN": "2061", "PW": SECRET, "MN": "A", "Flag": "5"} | header
    return "".join(f"{name}={value};" for name, value in fields.items() if value) + f"CP=&&{cp}&&"


def frame(cp: str, qn: str = "20260301050000001", **header: str) -> bytes:
    return framed(text(cp, qn, **header))


def value(number: str, time: str = TIME, code: str = "w01019", mark: str = "N") -> str:
    """The CP of one hourly mean."""
    return f"DataTime={time};{code}-Avg={number},{code}-Flag={mark}"


def part(number: int, of: int, cp: str, qn: str = "20260301050000001", **header: str) -> bytes:
    return frame(cp, qn, **{"Flag": "7", "PNUM": str(of), "PNO": str(number)} | header)


def sent(known: World, *frames: bytes, now: datetime = NOW, peer: str = "10.0.0.1:4711") -> list[bool]:
    """Take frames in as one batch; which of them may be answered."""
    return take_in(known, [Arrival(judged(one, known.devices), peer, now) for one in frames], stopped(now))


def stored(engine: Engine) -> list[tuple[object, ...]]:
    """Every observation: station, indicator, time in UTC, value as sent, unit, status, mark, revision."""
    observed, read = tables.observations, tables.readings
    names = (observed.c.station, observed.c.indicator, observed.c.time, read.c.value_text, read.c.unit)
    query = select(*names, observed.c.status, observed.c.mark, observed.c.revision)
    query = query.join_from(observed, read, observed.c.reading == read.c.id)
    query = query.order_by(observed.c.station, observed.c.indicator, observed.c.time, observed.c.revision)
    with engine.connect() as connection:
        found = read_frame(connection, query)
    found["time"] = found["time"].dt.strftime("%dT%H:%M")
    return list(found.itertuples(index=False, name=None))


def said(engine: Engine) -> list[tuple[object, ...]]:
    """Station, indicator and value of every observation."""
    return [(row[0], row[1], row[3]) for row in stored(engine)]


def texts(rows: Sequence[tuple[object, ...]]) -> set[object]:
    """The values as sent."""
    return {row[-1] for row in rows}
