"""Stored readings as tables: the long CSV that `formats.station_files` reads, and the wide one that `classify` reads.

In: what `store` holds. Out: data frames of text, ready for `to_csv`. The long form holds unrounded values as sent, the
wide form unrounded values in canonical units; quarantined and rejected readings are in neither.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from basin.indicators import INDICATORS
from basin.network import Network
from monitoring_ingest.coverage.missing import missing_slots
from monitoring_ingest.formats.spreadsheet_cells import no_formula
from monitoring_ingest.formats.station_files import OPTIONAL, REQUIRED
from monitoring_ingest.quality import store as quality
from monitoring_ingest.quality.flags import Origin, Quality, to_qartod
from monitoring_ingest.readings.frames import NOT_EQUIPPED
from monitoring_ingest.readings.origins import of_laboratory
from monitoring_ingest.readings.station_statuses import SEPARATOR, marks_and_status
from monitoring_ingest.records.history_store import newest_readings
from monitoring_ingest.records.store import Selected, left_out_readings

LONG_COLUMNS = (*REQUIRED, OPTIONAL[0])
STATUS = "status"
KEY = ["station", "time", "indicator"]
DESCRIBING = ("section", "time", "water_body")


def long_readings(connection: Connection, network: Network, **selected: Unpack[Selected]) -> pd.DataFrame:
    """``station,time,indicator,value,unit,mark`` of the newest readings, ordered by station, time, indicator.

    The time is that of the station with its offset. The value is the unrounded text as sent, ``--`` or ``*`` where no
    value was sent. The mark is the source's marks and status joined by ``|``; where the two could not be told apart
    again (a status that is not among `STATUSES`) there is a further column ``status``. Read in again, every row is a
    duplicate, except a mark with the word of a status and no status beside it, which a release or a laboratory may
    have: that row is a revision.
    """
    readings = newest_readings(connection, **selected)
    pairs = list(zip(readings["mark"], readings["status"], strict=True))
    marks = [SEPARATOR.join(filter(None, pair)) for pair in pairs]
    clear = all(marks_and_status(text) == pair for text, pair in set(zip(marks, pairs, strict=True)))
    frame = pd.DataFrame(
        {
            "station": readings["station"],
            "time": local_times(readings["time"], readings["station"], network),
            "indicator": readings["indicator"],
            "value": readings["value_text"].where(readings["value_text"] != "", readings["printed"]),
            "unit": readings["unit"],
            "mark": pd.Series(marks, dtype=object),
            STATUS: readings["status"],
        }
    )
    order = readings.sort_values(["station", "time", "indicator"], kind="stable").index
    return frame.loc[order, [*LONG_COLUMNS, *([] if clear else [STATUS])]].reset_index(drop=True)


def csv_text(frame: pd.DataFrame) -> str:
    """A table as CSV; a text that a spreadsheet would run as a formula has an apostrophe in front."""
    safe = {}
    for name, column in frame.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz"]).items():
        safe[str(name)] = [no_formula(cell) if isinstance(cell, str) else cell for cell in column]
    return frame.assign(**safe).rename(columns=no_formula).to_csv(index=False, lineterminator="\n")


def with_flags(connection: Connection, network: Network, **selected: Unpack[Selected]) -> pd.DataFrame:
    """`long_readings` with four more columns: `origin`, `quality`, the `test` behind the quality, the `qartod` code.

    A blank cell (withheld, not measured) is missing: no test judges an absent value.
    """
    frame = long_readings(connection, network, **selected)
    judged = quality.observations(connection, **selected)
    judged["time"] = local_times(judged["time"], judged["station"], network)
    flagged = frame[KEY].merge(judged[[*KEY, "revision", "quality", "test"]], on=KEY, how="left")
    qualities = flagged["quality"].fillna(Quality.MISSING).to_numpy(np.int8)
    corrected = flagged["revision"].gt(1)
    return frame.assign(
        origin=corrected.map({True: Origin.CORRECTED.name.lower(), False: Origin.ORIGINAL.name.lower()}),
        quality=[Quality(code).name.lower() for code in qualities],
        test=flagged["test"].fillna(""),
        qartod=to_qartod(qualities),
    )


def with_missing_slots(connection: Connection, network: Network, **selected: Unpack[Selected]) -> pd.DataFrame:
    """`with_flags`, and a row for every slot in which nothing came: without value, missing, test `gaps`.

    The slots are those of the station, from the series' first selected observation to its last. A slot in which a blank
    cell or a reading that was set aside came is not missing. Laboratory results are never due.
    """
    frame = with_flags(connection, network, **selected)
    observed = quality.observations(connection, **selected)
    observed = observed[~of_laboratory(observed)]
    blank = frame.assign(time=pd.to_datetime(frame["time"], utc=True))
    left_out = left_out_readings(connection, **selected)
    arrived = [rows[KEY] for rows in (blank, left_out) if len(rows)]
    absent = missing_slots(observed, pd.concat(arrived) if arrived else observed[:0], network)
    if absent.empty:
        return frame
    code = int(to_qartod(np.array([Quality.MISSING], dtype=np.int8))[0])
    rows = absent.assign(time=local_times(absent["time"], absent["station"], network), value="", unit="", mark="",
                         origin=Origin.ORIGINAL.name.lower(), quality=Quality.MISSING.name.lower(), test="gaps",
                         qartod=code)  # fmt: skip
    both = pd.concat([frame, rows[frame.columns]], ignore_index=True)
    instants = both.assign(time=pd.to_datetime(both["time"], utc=True))
    return both.loc[instants.sort_values(KEY, kind="stable").index].reset_index(drop=True)


def wide_readings(connection: Connection, network: Network, **selected: Unpack[Selected]) -> pd.DataFrame:
    """``section,time,water_body,<indicators>,water_class`` of the newest readings: a row per station and instant.

    Blank is missing, ``*`` not equipped; a value below detection is ``<`` and its detection limit, in the unit of the
    indicator. `water_class` is the class the source published, for comparison. Stations outside the network are left
    out.
    """
    readings = newest_readings(connection, **selected)
    readings = readings[readings["station"].isin(list(network.stations))]
    equipped = readings["printed"].ne(NOT_EQUIPPED) | readings["number"].notna()
    numbers = readings["number"].map(lambda number: "" if pd.isna(number) else repr(float(number))).astype(object)
    below = readings["censored"].astype(bool) & (numbers != "")
    cells = readings.assign(shown=("<" + numbers).where(below, numbers).where(equipped, NOT_EQUIPPED))
    wide = cells.pivot(index=["station", "time"], columns="indicator", values="shown").fillna("")
    classes = cells[cells["water_class"] != ""].groupby(["station", "time"])["water_class"].last()
    wide["water_class"] = classes.reindex(wide.index).fillna("")
    return _with_sections(wide.reset_index(), network)


def _with_sections(wide: pd.DataFrame, network: Network) -> pd.DataFrame:
    sections = [network.sections[network.stations[code].section] for code in wide["station"]]
    wide["section"] = [section.code for section in sections]
    wide["water_body"] = [section.water_body for section in sections]
    wide = wide.sort_values(["section", "time", "station"], ignore_index=True)
    wide["time"] = local_times(wide["time"], wide["station"], network)
    measured = [code for code in INDICATORS if code in wide.columns]
    return wide[[*DESCRIBING, *measured, "water_class"]].rename_axis(columns=None)


def local_times(times: pd.Series, stations: pd.Series, network: Network) -> pd.Series:
    """Instants as ISO text in the zone of each row's station, with offset; UTC where the network lacks the station.

    Parameters
    ----------
    times, stations : (row) of one index. network : the zone of each station.
    """
    texts = pd.Series("", index=times.index, dtype=object)
    zones = {code: network.stations[code].timezone if code in network.stations else "UTC" for code in stations.unique()}
    for zone, instants in times.groupby(stations.map(zones)):
        local = instants.dt.tz_convert(str(zone))
        written = {instant: instant.isoformat() for instant in local.unique()}
        texts[instants.index] = local.map(written)
    return texts
