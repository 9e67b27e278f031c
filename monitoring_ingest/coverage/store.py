"""From when to when stations have data, when each station and source was last heard, and how full a month is.

In: a connection and codes. Out: instants and frames. Every question is one statement for many series, answered from the
key; what is due, and who is silent, is decided in `slots` and `health`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.types import TypeEngine

from basin.indicators import INDICATORS
from basin.network import Network
from basin.periods import Window
from monitoring_ingest.coverage.health import Change, Subject, due
from monitoring_ingest.coverage.slots import Run, by_slots, runs
from monitoring_ingest.coverage.tables import ASIDE, alarms, filled_slots
from monitoring_ingest.database.bulk import insert_frame
from monitoring_ingest.database.dialects import INSTANT_FORMAT, seconds
from monitoring_ingest.database.engine import read_columns, read_frame
from monitoring_ingest.quality.tables import not_removed
from monitoring_ingest.records.store import LEFT_OUT
from monitoring_ingest.records.tables import OF_SOURCES, observations, readings, receipts, submissions
from monitoring_ingest.telegrams.tables import GOOD, telegram_frames, telegram_receipts

_AT_ONCE = 400  # stations counted by one statement
SERIES = ["station", "indicator"]
_SOURCE = func.coalesce(alarms.c.source, "").label("source")
_NOBODY_HAD = receipts.c.accepted + receipts.c.revised + receipts.c.quarantined


def extents(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str]
) -> dict[str, Window]:
    """The instants of the first and the last observation of each of `stations` that has any.

    Two look-ups in the key for every station and indicator, however many observations there are.
    """
    ends = read_columns(connection, _series_ends(connection, stations, indicators, ("first", "last")))
    spans: dict[str, Window] = {}
    for code, first, last in zip(*(ends[name].tolist() for name in ("station", "first", "last")), strict=True):
        span = Window(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))
        spans[code] = span.around(spans.get(code, span))
    return spans


_END: dict[str, Any] = {"first": func.min, "last": func.max}


def series_ends(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str], ends: Sequence[str]
) -> pd.DataFrame:
    """The instants of the first or the last observation, or of both, of every series that has any.

    Returns
    -------
    station, indicator, and a column for each of `ends` (first, last).
    """
    return read_frame(connection, _series_ends(connection, stations, indicators, ends))


def _series_ends(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str], ends: Sequence[str]
) -> Select[Any]:
    """The query of `series_ends`."""
    pairs = _ends(_codes(connection, "station", stations), _codes(connection, "indicator", indicators), ends)
    looked_up = pairs.cte().prefix_with("MATERIALIZED")  # or each look-up is made twice, once for the null
    return select(looked_up).where(looked_up.c[ends[0]].is_not(None))


def _ends(stations: CTE, indicators: CTE, ends: Sequence[str]) -> Select[Any]:
    """The asked ends of every pair of a station and an indicator."""
    mine = and_(observations.c.station == stations.c.station, observations.c.indicator == indicators.c.indicator)
    found = (select(_END[end](observations.c.time)).where(mine).scalar_subquery().label(end) for end in ends)
    return select(stations.c.station, indicators.c.indicator, *found).select_from(stations.join(indicators, true()))


def _codes(connection: Connection, name: str, values: Sequence[str]) -> CTE:
    return _listed(connection, [[value] for value in values], **{name: Text()})


# --- heard -----------------------------------------------------------------------------------------------------------


def last_set_aside(connection: Connection, stations: Sequence[str]) -> pd.DataFrame:
    """What each station last gave that is no observation, of those that gave any.

    Returns
    -------
    station, valued (the newest value withheld or quarantined), last (the newest of these and of cells left blank for a
    stated reason), and the mark and status of that one.
    """
    aside = read_frame(connection, _newest_aside(_codes(connection, "station", stations)))
    return aside.drop_duplicates("station", ignore_index=True)


def _newest_aside(stations: CTE) -> Select[Any]:
    mine = select(func.max(readings.c.time)).where(readings.c.station == stations.c.station, text(ASIDE))
    valued, last = mine.where(readings.c.fate.in_(LEFT_OUT)), mine
    ends = (valued.scalar_subquery().label("valued"), last.scalar_subquery().label("last"))
    at = select(stations.c.station, *ends).subquery()
    same = and_(readings.c.station == at.c.station, readings.c.time == at.c.last, text(ASIDE))
    said = (readings.c.mark, readings.c.status)
    return select(*at.c, *said).join_from(at, readings, same).order_by(readings.c.mark.desc(), readings.c.status.desc())


def said_with(connection: Connection, newest: pd.DataFrame) -> pd.DataFrame:
    """The mark and status of some observations, and when they arrived.

    Parameters
    ----------
    newest : station, indicator, last.
    """
    rows = list(newest[[*SERIES, "last"]].itertuples(index=False, name=None))
    these = _listed(connection, rows, station=Text(), indicator=Text(), time=observations.c.time.type)
    same = and_(*(observations.c[name] == these.c[name] for name in (*SERIES, "time")))
    columns = (observations.c[name] for name in ("station", "mark", "status"))
    query = select(*columns, readings.c.recorded_at).join_from(these, observations, same)
    query = query.join(readings, readings.c.id == observations.c.reading)  # it arrived when the reading did
    said = read_frame(connection, query.order_by(observations.c.revision))
    return said.drop_duplicates("station", keep="last", ignore_index=True)


def last_heard(connection: Connection, stations: Sequence[str], indicators: Sequence[str]) -> pd.DataFrame:
    """When each station was last heard; stations that never were are not there.

    Returns
    -------
    station, good (newest accepted value), arrived (when that came in), heard (newest value at all), mark and status of
    the newest value, or of a newer cell that was left blank for a stated reason.
    """
    ends = series_ends(connection, stations, indicators, ["last"])
    newest = ends.sort_values("last", kind="stable").drop_duplicates("station", keep="last")
    good = newest.merge(said_with(connection, newest), on="station", how="left")
    good = good.rename(columns={"last": "good", "recorded_at": "arrived"}).drop(columns="indicator")
    both = good.merge(last_set_aside(connection, stations), on="station", how="outer", suffixes=("", "_aside"))
    both["heard"] = both["good"].where(~(both["valued"].notna() & ~(both["good"] >= both["valued"])), both["valued"])
    aside = both["last"].notna() & ~(both["good"] >= both["last"])
    for name in ("mark", "status"):
        both[name] = both[name].where(~aside, both[f"{name}_aside"])
    return both[["station", "good", "arrived", "heard", "mark", "status"]]


def last_brought(connection: Connection, doors: Collection[str], until: datetime) -> dict[str, datetime]:
    """When something new last came by each door of a declared source; doors by which nothing did are not there.

    New is a value nobody had, and one of a later instant than all that came by this door: another door may have brought
    it first. The same values in another file are not. What is recorded after `until` is left aside.
    """
    latest = func.max(receipts.c.newest).over(partition_by=submissions.c.door).label("latest")
    named = (submissions.c.door, submissions.c.recorded_at, receipts.c.newest, _NOBODY_HAD.label("new"), latest)
    query = select(*named).join_from(submissions, receipts, receipts.c.submission == submissions.c.id)
    known = (text(OF_SOURCES), submissions.c.door.in_(doors), submissions.c.recorded_at <= until)
    came = query.where(*known).subquery()
    new = func.max(case((came.c.new > 0, came.c.recorded_at)))
    first_of_latest = func.min(case((came.c.newest == came.c.latest, came.c.recorded_at)))
    by_door = connection.execute(select(came.c.door, new, first_of_latest).group_by(came.c.door))
    found = {door: [at for at in ends if at] for door, *ends in by_door}
    return {door: max(ends) for door, ends in found.items() if ends}


def last_telegrams(connection: Connection, devices: Sequence[str], until: datetime) -> dict[str, datetime]:
    """When each device last sent a value, were it known already or withheld; those that never did are not there.

    A packet sent again is no telegram of its own. What is received after `until` is left aside.
    """
    asked = _codes(connection, "mn", devices)
    valued = _NOBODY_HAD + receipts.c.duplicate + receipts.c.withheld > 0
    same = and_(receipts.c.submission == telegram_receipts.c.submission, receipts.c.file == telegram_receipts.c.file)
    sent = select(telegram_frames.c.received_at).select_from(
        telegram_frames.join(telegram_receipts, telegram_receipts.c.frame == telegram_frames.c.id).join(receipts, same)
    )
    sent = sent.where(telegram_frames.c.mn == asked.c.mn, text(GOOD), telegram_frames.c.received_at <= until, valued)
    last = sent.order_by(telegram_frames.c.received_at.desc()).limit(1).correlate(asked).scalar_subquery()
    found = connection.execute(select(asked.c.mn, last.label("last")))
    return {mn: at for mn, at in found if at is not None}


# --- how full a month is ---------------------------------------------------------------------------------------------


def filled(connection: Connection, series: pd.DataFrame, runs: Sequence[Run]) -> pd.DataFrame:
    """In how many slots of some runs each series has a value that counts (`not_removed`): station, indicator, accepted.

    Parameters
    ----------
    series : station, indicator; counted are the pairs of any of its stations with any of its indicators.
    """
    stations, indicators = series["station"].unique().tolist(), series["indicator"].unique().tolist()
    parts = [(stations[at : at + _AT_ONCE], run) for at in range(0, len(stations), _AT_ONCE) for run in runs]
    found = [read_frame(connection, _filled(part, indicators, run)) for part, run in parts]
    columns = (*SERIES, "accepted")
    counted = pd.concat(found) if found else pd.DataFrame({name: [] for name in columns}, dtype=object)
    return counted.groupby(SERIES).agg({"accepted": "sum"}).reset_index()


def month_filled(
    connection: Connection, network: Network, month: pd.Period, now: datetime, stations: Sequence[str] | None = None
) -> pd.DataFrame:
    """The slots of a month that ended by `now`, with an accepted value and due, by series.

    Returns
    -------
    station, indicator, accepted, due; of series that had a value by then, of all stations or of some.
    """
    found = []
    for slots, codes in by_slots(network, network.stations if stations is None else stations).items():
        begins = slots.of_month(month, until=now)
        ends = series_ends(connection, codes, list(INDICATORS), ["first"])
        ends = ends[ends["first"] < pd.Timestamp(begins[-1])]
        counted = ends.merge(filled(connection, ends, runs(begins, slots.hours)), on=SERIES, how="left")
        found.append(counted.assign(due=due(counted["first"], begins)))
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*SERIES, "accepted", "due"])
    whole["accepted"] = whole["accepted"].fillna(0).astype("int64")
    return whole[[*SERIES, "accepted", "due"]]


def _filled(stations: Sequence[str], indicators: Sequence[str], run: Run) -> Select[Any]:
    columns = observations.c
    counted = select(columns.station, columns.indicator, func.count(slot_number(run).distinct()).label("accepted"))
    these = (columns.station.in_(stations), columns.indicator.in_(indicators))
    during = (columns.time >= run.start, columns.time < run.end)
    return counted.where(*these, *during, not_removed()).group_by(columns.station, columns.indicator)


def slot_number(run: Run) -> ColumnElement[int]:
    """Which slot of a run an observation is of, from 0; the last one takes what is left over."""
    number = (seconds(observations.c.time) - int(run.start.timestamp())) // (run.hours * 3600)
    return case((number >= run.slots, run.slots - 1), else_=number)


def keep_filled(connection: Connection, month: str, counted: pd.DataFrame, now: datetime) -> None:
    """Keep the counts of a month (station, indicator, accepted, due) in place of earlier ones."""
    connection.execute(delete(filled_slots).where(filled_slots.c.month == month))
    insert_frame(connection, filled_slots, counted.assign(month=month, counted_at=pd.Timestamp(now)))


def kept_filled(connection: Connection, month: str) -> pd.DataFrame:
    """The counts of a month as last kept: station, indicator, accepted, due, counted_at; none where never counted."""
    columns = [column for column in filled_slots.c if column.name != "month"]
    return read_frame(connection, select(*columns).where(filled_slots.c.month == month))


# --- alarms ----------------------------------------------------------------------------------------------------------


def last_events(connection: Connection) -> dict[Subject, Change]:
    """The newest event of every station and source that ever had one."""
    newest = select(func.max(alarms.c.id)).group_by(alarms.c.station, _SOURCE)
    query = select(alarms.c.station, _SOURCE, alarms.c.event, alarms.c.at).where(alarms.c.id.in_(newest))
    return {(found.station, found.source): found for found in (Change(*row) for row in connection.execute(query))}


def add_alarms(connection: Connection, events: Sequence[Change], now: datetime) -> None:
    """Record what changed, in `database.writing`."""
    first = int(connection.scalar(select(func.max(alarms.c.id))) or 0) + 1
    rows = [{"id": first + number, **one._asdict(), "recorded_at": now} for number, one in enumerate(events)]
    if rows:
        connection.execute(insert(alarms), rows)


def listed_alarms(connection: Connection, limit: int | None = None, **of: str) -> list[dict[str, Any]]:
    """Alarms, newest first: id, station, event, at, recorded_at, source.

    Parameters
    ----------
    of : `station` or `source`, where only those of one are wanted.
    """
    columns = [column for column in alarms.c if column.name != "source"]
    query = select(*columns, _SOURCE).order_by(alarms.c.id.desc()).limit(limit)
    query = query.where(*(alarms.c[name] == code for name, code in of.items()))
    return [dict(row) for row in connection.execute(query).mappings()]


def _listed(connection: Connection, rows: Sequence[Sequence[Any]], **columns: TypeEngine[Any]) -> CTE:
    """Given rows as a table to join, however many: they go to the database as one JSON text.

    Parameters
    ----------
    rows : texts, numbers and aware instants in the order of `columns`.
    columns : name and type of each.
    """
    text = json.dumps([list(map(_in_json, row)) for row in rows])
    if connection.dialect.name == "sqlite":
        each = func.json_each(text).table_valued("value")
        cells = [func.json_extract(each.c.value, f"$[{at}]") for at in range(len(columns))]
    else:
        each = func.json_array_elements(cast(literal(text, Text()), JSON)).table_valued("value")
        cells = [func.json_extract_path_text(each.c.value, str(at)) for at in range(len(columns))]
    named = zip(cells, columns.items(), strict=True)
    query = select(*(cast(cell, kind).label(name) for cell, (name, kind) in named))
    return query.cte().prefix_with("MATERIALIZED")  # taken out of the JSON once, not at every look-up


def _in_json(value: Any) -> Any:
    return value.astimezone(UTC).strftime(INSTANT_FORMAT) if isinstance(value, datetime) else value
