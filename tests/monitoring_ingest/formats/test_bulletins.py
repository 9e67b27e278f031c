"""Hydrology bulletins: level and flow at the clock time of the bulletin; storages in the flow column are no flow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.network import Station
from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.records.store import observations
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network, rows_of

HEADER = "date,river,station,level_m,flow_m3s,sediment_kgm3"


def bulletin(**stations: str) -> Source:
    declared: dict[str, Any] = {
        "columns": {"station": "station", "date": "date"},
        "indicators": {"level_m": "level", "flow_m3s": "flow"},
        "units": {"level_m": "m", "flow_m3s": "m³/s"},
        "ignored": ("river", "sediment_kgm3"),
    }
    return Source(code="daily", title="水情日报", format="bulletin", at="08:00", stations=stations, **declared)


def text(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def test_flow_and_level_are_those_of_eight_oclock():
    frame = read_table(text("2012-01-01,黄河,唐乃亥,2670.87,271,-"), name="a.csv", source=bulletin(唐乃亥="qiaotou"))
    eight = datetime(2012, 1, 1, 0, 0, tzinfo=UTC)
    assert rows_of(frame, "station_text", "indicator_text", "time", "value_text", "unit") == [
        ("qiaotou", "level", eight, "2670.87", "m"),
        ("qiaotou", "flow", eight, "271", "m³/s"),
    ]


def test_a_dash_is_absent_and_a_storage_no_flow(engine: Engine):
    raw = text("2012-01-01,黄河,水库,2585.71,(195)亿,-", "2012-01-02,黄河,水库,-,12,-")
    receipt = ingest(engine, network(), [("a.csv", raw)], source_door(bulletin(水库="qiaotou")), stopped(NOW))
    assert fates(receipt) == {"accepted": 2, "absent": 2}
    assert [(row["field"], row["value"], row["code"]) for row in receipt.rows or ()] == [
        ("flow_m3s", "(195)亿", "no_value"),
        ("level_m", "-", "no_value"),
    ]


@pytest.mark.proof
def test_a_year_of_the_yellow_river(engine: Engine, shared_data: Path):
    """Two points of the 53: no flow or level of theirs is lost, and sending it again stores nothing."""
    raw = (shared_data / "yellow_river" / "daily_bulletin_2012.csv.gz").read_bytes()
    known = network()
    stations = {code: Station(code, "qiaotou", "anhui", code, (), "Asia/Shanghai") for code in ("tongguan", "lijin")}
    known = type(known)(known.basins, known.parties, known.sections, {**known.stations, **stations})
    door = source_door(bulletin(潼关="tongguan", 利津="lijin"))
    first = ingest(engine, known, [("daily_bulletin_2012.csv.gz", raw)], door, stopped(NOW))
    assert sum(first.counts.values()) == 53 * 366 * 2
    assert first.counts["rejected"] == 0
    with engine.connect() as connection:
        stored = observations(connection)
    assert stored.groupby(["station", "indicator"]).size().to_dict() == {
        ("lijin", "flow"): 366, ("lijin", "level"): 366, ("tongguan", "flow"): 366, ("tongguan", "level"): 366,
    }  # fmt: skip
    again = ingest(engine, known, [("daily_bulletin_2012.csv.gz", raw)], door, stopped(NOW))
    assert (again.counts["accepted"], again.counts["revised"]) == (0, 0)
