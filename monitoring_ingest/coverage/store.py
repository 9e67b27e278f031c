"""From when to when stations have data, when each station and source was last heard, and how full a month is.

In: a connection and codes. Out: instants and frames. Every question is one statement for many series, answered from the
key. `slots` and `health` decide what is due and who is silent.
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
from monitoring_ingest.quality.tables import not_removed, of_station
from monitoring_ingest.records.store import LEFT_OUT
from monitoring_ingest.records.tables import OF_SOURCES, observations, readings, receipts, submissions
from monitoring_ingest.telegrams.tables import GOOD, telegram_frames, telegram_receipts

_AT_ONCE = 400  # stations counted by one statement
SERIES = ["station", "indicator"]
_SOURCE = func.coalesce(alarms.c.source, "").label("source")
_NOBODY_HAD = receipts.c.accepted + receipts.c.revised + receipts.c.quarantined


def extents(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str], until: datetime | None = None
) -> dict[str, Window]:
    """The instants of the first and the last observation of each of `stations` that has any.

    Two look-ups in the key for every station and indicator, however many observations there are.

    Parameters
    ----------
    stations, indicators : by code. until : observations of a later instant are left out; a clock that ran ahead may
        have let them in.
    """
    ends = read_columns(connection, _series_ends(connection, stations, indicators, ("first", "last"), until))
    spans: dict[str, Window] = {}
    for code, first, last in zip(*(ends[name].tolist() for name in ("station", "first", "last")), strict=True):
        span = Window(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))
        spans[code] = span.around(spans.get(code, span))
    return spans


_END: dict[str, Any] = {"first": func.min, "last": func.max}


def series_ends(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str], ends: Sequence[str],
    until: datetime | None = None, *, of_stations: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """The instants of the first or the last observation, or of both, of every series that has any.

    Parameters
    ----------
    stations, indicators : by code. ends : first, last. until : observations of a later instant are left out.
    of_stations : results of laboratories are left out, too.

    Returns
    -------
    station, indicator, and a column for each of `ends`.
    """
    return read_frame(connection, _series_ends(connection, stations, indicators, ends, until, of_stations=of_stations))


def _series_ends(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str], ends: Sequence[str],
    until: datetime | None, *, of_stations: bool = False,
) -> Select[Any]:  # fmt: skip
    """The query of `series_ends`."""
    codes = (_codes(connection, "station", stations), _codes(connection, "indicator", indicators))
    pairs = _ends(*codes, ends, until, of_stations=of_stations)
    looked_up = pairs.cte().prefix_with("MATERIALIZED")  # or each look-up is made twice, once for the null
    return select(looked_up).where(looked_up.c[ends[0]].is_not(None))


def _ends(
    stations: CTE, indicators: CTE, ends: Sequence[str], until: datetime | None, *, of_stations: bool
) -> Select[Any]:  # fmt: skip
    """The first or last instants, or both, of every pair of a station and an indicator."""
    of_pair = and_(observations.c.station == stations.c.station, observations.c.indicator == indicators.c.indicator)
    if until is not None:
        of_pair = and_(of_pair, observations.c.time <= until)
    if of_stations:
        of_pair = and_(of_pair, of_station())
    instants = (select(_END[end](observations.c.time)).where(of_pair).scalar_subquery().label(end) for end in ends)
    return select(stations.c.station, indicators.c.indicator, *instants).select_from(stations.join(indicators, true()))


def _codes(connection: Connection, name: str, values: Sequence[str]) -> CTE:
    return _listed(connection, [[value] for value in values], **{name: Text()})


# --- heard -----------------------------------------------------------------------------------------------------------


def last_set_aside(connection: Connection, stations: Sequence[str], until: datetime) -> pd.DataFrame:
    """The newest reading of each station that gave no observation; stations without such readings are not there.

    Parameters
    ----------
    stations : by code. until : readings of a later instant are left out.

    Returns
    -------
    station, valued (the newest instant withheld or quarantined), last (the newest of these and of cells left blank for
    a stated reason), and the mark and status at `last`.
    """
    aside = read_frame(connection, _newest_aside(_codes(connection, "station", stations), until))
    return aside.drop_duplicates("station", ignore_index=True)


def _newest_aside(stations: CTE, until: datetime) -> Select[Any]:
    last = select(func.max(readings.c.time)).where(readings.c.station == stations.c.station, text(ASIDE))
    last = last.where(readings.c.time <= until)
    valued = last.where(readings.c.fate.in_(LEFT_OUT))
    ends = (valued.scalar_subquery().label("valued"), last.scalar_subquery().label("last"))
    newest = select(stations.c.station, *ends).subquery()
    same = and_(readings.c.station == newest.c.station, readings.c.time == newest.c.last, text(ASIDE))
    remarks = (readings.c.mark, readings.c.status)
    query = select(*newest.c, *remarks).join_from(newest, readings, same)
    return query.order_by(readings.c.mark.desc(), readings.c.status.desc())


def remarks_on(connection: Connection, newest: pd.DataFrame) -> pd.DataFrame:
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
    query = query.join(readings, readings.c.id == observations.c.reading)  # the value arrived with the reading
    remarks = read_frame(connection, query.order_by(observations.c.revision))
    return remarks.drop_duplicates("station", keep="last", ignore_index=True)


def last_heard(
    connection: Connection, stations: Sequence[str], indicators: Sequence[str], until: datetime
) -> pd.DataFrame:
    """When each station was last heard; stations never heard are not there.

    Parameters
    ----------
    stations, indicators : by code. until : values of a later instant are left out: a station is not heard before their
        time, and they must not hide its silence.

    Returns
    -------
    station, good (instant of the newest accepted value), arrived (when that value came in, where that is known), heard
    (instant of the newest value at all), mark and status of the newest value, or of a newer cell left blank for a
    stated reason.
    """
    ends = series_ends(connection, stations, indicators, ["last"], until)
    newest = ends.sort_values("last", kind="stable").drop_duplicates("station", keep="last")
    good = newest.merge(remarks_on(connection, newest), on="station", how="left")
    good = good.rename(columns={"last": "good", "recorded_at": "arrived"}).drop(columns="indicator")
    both = good.merge(last_set_aside(connection, stations, until), on="station", how="outer", suffixes=("", "_aside"))
    both["arrived"] = both["arrived"].where(both["arrived"] <= until)  # none is known where the clock was set back
    both["heard"] = both["good"].where(~(both["valued"].notna() & ~(both["good"] >= both["valued"])), both["valued"])
    aside = both["last"].notna() & ~(both["good"] >= both["last"])
    for name in ("mark", "status"):
        both[name] = both[name].where(~aside, both[f"{name}_aside"])
    return both[["station", "good", "arrived", "heard", "mark", "status"]]


def last_brought(connection: Connection, doors: Collection[str], until: datetime) -> dict[str, datetime]:
    """When something new last came by each door of a declared source; doors without anything new are not there.

    A value is new where nobody had it before, or where its instant is later than all that came by this door before,
    even if another door brought it first. The same values in another file are not new.

    What was recorded ahead of the clock, because the clock was set back, came at the time of its newest value: no
    better instant is known, and without one the source would be taken for silent until the clock has caught up.

    Parameters
    ----------
    doors : by name. until : the instant of the look; nothing that came later is looked at.
    """
    latest = func.max(receipts.c.newest).over(partition_by=submissions.c.door).label("latest")
    recorded_at = submissions.c.recorded_at
    came_at = case((recorded_at <= until, recorded_at), (receipts.c.newest <= until, receipts.c.newest)).label("at")
    named = (submissions.c.door, came_at, receipts.c.newest, _NOBODY_HAD.label("new"), latest)
    query = select(*named).join_from(submissions, receipts, receipts.c.submission == submissions.c.id)
    came = query.where(text(OF_SOURCES), submissions.c.door.in_(doors), came_at.is_not(None)).subquery()
    new = func.max(case((came.c.new > 0, came.c.at)))
    first_of_latest = func.min(case((came.c.newest == came.c.latest, came.c.at)))
    by_door = connection.execute(select(came.c.door, new, first_of_latest).group_by(came.c.door))
    brought: dict[str, datetime] = {}
    for door, *instants in by_door:
        newest = max(filter(None, instants), default=None)
        if newest is not None:
            brought[door] = newest
    return brought


def last_telegrams(connection: Connection, devices: Sequence[str], until: datetime) -> dict[str, datetime]:
    """When each device last sent a value, also a repeated or withheld value; devices that never did are not there.

    A packet sent again is no telegram of its own.

    Parameters
    ----------
    devices : by number. until : nothing received later is looked at.
    """
    asked = _codes(connection, "mn", devices)
    valued = _NOBODY_HAD + receipts.c.duplicate + receipts.c.withheld > 0
    same = and_(receipts.c.submission == telegram_receipts.c.submission, receipts.c.file == telegram_receipts.c.file)
    sent = select(telegram_frames.c.received_at).select_from(
        telegram_frames.join(telegram_receipts, telegram_receipts.c.frame == telegram_frames.c.id).join(receipts, same)
    )
    sent = sent.where(telegram_frames.c.mn == asked.c.mn, text(GOOD), telegram_frames.c.received_at <= until, valued)
    last = sent.order_by(telegram_frames.c.received_at.desc()).limit(1).correlate(asked).scalar_subquery()
    rows = connection.execute(select(asked.c.mn, last.label("last")))
    return {device: received_at for device, received_at in rows if received_at is not None}


# --- how full a month is ---------------------------------------------------------------------------------------------


def filled(connection: Connection, series: pd.DataFrame, runs: Sequence[Run]) -> pd.DataFrame:
    """In how many slots of some runs each series has a value that counts (`not_removed`): station, indicator, accepted.

    Parameters
    ----------
    series : station, indicator; every pair of any of the stations and any of the indicators is counted.
    runs : the slots.
    """
    stations = series["station"].unique().tolist()
    indicators = series["indicator"].unique().tolist()
    counts: list[pd.DataFrame] = []
    for place in range(0, len(stations), _AT_ONCE):
        part = stations[place : place + _AT_ONCE]
        counts += [read_frame(connection, _filled(part, indicators, run)) for run in runs]
    columns = (*SERIES, "accepted")
    counted = pd.concat(counts) if counts else pd.DataFrame({name: [] for name in columns}, dtype=object)
    return counted.groupby(SERIES).agg({"accepted": "sum"}).reset_index()


def month_filled(
    connection: Connection, network: Network, month: pd.Period, now: datetime, stations: Sequence[str] | None = None
) -> pd.DataFrame:
    """By series, the slots of a month that ended by `now`: how many have an accepted value, and how many are due.

    Parameters
    ----------
    network, stations : the stations to count, all of the network unless given. month, now : the slots to count.

    Returns
    -------
    station, indicator, accepted, due; only series that the station measured by then. A result of a laboratory fills no
    slot, and what only laboratories measured is due in none.
    """
    counts = []
    for slots, codes in by_slots(network, network.stations if stations is None else stations).items():
        begins = slots.of_month(month, until=now)
        ends = series_ends(connection, codes, list(INDICATORS), ["first"], of_stations=True)
        ends = ends[ends["first"] < pd.Timestamp(begins[-1])]
        counted = ends.merge(filled(connection, ends, runs(begins, slots.hours)), on=SERIES, how="left")
        counts.append(counted.assign(due=due(counted["first"], begins)))
    whole = pd.concat(counts, ignore_index=True) if counts else pd.DataFrame(columns=[*SERIES, "accepted", "due"])
    whole["accepted"] = whole["accepted"].fillna(0).astype("int64")
    return whole[[*SERIES, "accepted", "due"]]


def _filled(stations: Sequence[str], indicators: Sequence[str], run: Run) -> Select[Any]:
    columns = observations.c
    counted = select(columns.station, columns.indicator, func.count(slot_number(run).distinct()).label("accepted"))
    these = (columns.station.in_(stations), columns.indicator.in_(indicators))
    during = (columns.time >= run.start, columns.time < run.end)
    return counted.where(*these, *during, not_removed(), of_station()).group_by(columns.station, columns.indicator)


def slot_number(run: Run) -> ColumnElement[int]:
    """The number of the slot of a run that an observation lies in, from 0; the last slot takes what is left over."""
    number = (seconds(observations.c.time) - int(run.start.timestamp())) // (run.hours * 3600)
    return case((number >= run.slots, run.slots - 1), else_=number)


def keep_filled(connection: Connection, month: str, counted: pd.DataFrame, now: datetime) -> None:
    """Replace the counts of a month.

    Parameters
    ----------
    month : as text. counted : station, indicator, accepted, due. now : when they were counted.
    """
    connection.execute(delete(filled_slots).where(filled_slots.c.month == month))
    insert_frame(connection, filled_slots, counted.assign(month=month, counted_at=pd.Timestamp(now)))


def kept_filled(connection: Connection, month: str) -> pd.DataFrame:
    """The counts of a month as last kept: station, indicator, accepted, due, counted_at; none where never counted."""
    columns = [column for column in filled_slots.c if column.name != "month"]
    return read_frame(connection, select(*columns).where(filled_slots.c.month == month))


# --- alarms ----------------------------------------------------------------------------------------------------------


def last_events(connection: Connection) -> dict[Subject, Change]:
    """The newest event of every station and source that ever had an event."""
    newest = select(func.max(alarms.c.id)).group_by(alarms.c.station, _SOURCE)
    query = select(alarms.c.station, _SOURCE, alarms.c.event, alarms.c.at).where(alarms.c.id.in_(newest))
    events = [Change(*row) for row in connection.execute(query)]
    return {Subject(event.station, event.source): event for event in events}


def add_alarms(connection: Connection, events: Sequence[Change], now: datetime) -> None:
    """Record what changed, in `database.writing`."""
    first = int(connection.scalar(select(func.max(alarms.c.id))) or 0) + 1
    rows = [{"id": first + number, **event._asdict(), "recorded_at": now} for number, event in enumerate(events)]
    if rows:
        connection.execute(insert(alarms), rows)


def listed_alarms(connection: Connection, limit: int | None = None, **of: str) -> list[dict[str, Any]]:
    """Alarms, newest first: id, station, event, at, recorded_at, source.

    Parameters
    ----------
    limit : how many at most. of : `station` or `source`, where only the alarms of that code are wanted.
    """
    columns = [column for column in alarms.c if column.name != "source"]
    query = select(*columns, _SOURCE).order_by(alarms.c.id.desc()).limit(limit)
    query = query.where(*(alarms.c[name] == code for name, code in of.items()))
    return [dict(row) for row in connection.execute(query).mappings()]


def _listed(connection: Connection, rows: Sequence[Sequence[Any]], **columns: TypeEngine[Any]) -> CTE:
    """Rows as a table to join, however many: they are sent to the database as a single JSON text.

    Parameters
    ----------
    rows : texts, numbers and aware instants in the order of `columns`.
    columns : name and type of each.
    """
    text = json.dumps([list(map(_in_json, row)) for row in rows])
    places = range(len(columns))
    if connection.dialect.name == "sqlite":
        elements = func.json_each(text).table_valued("value")
        cells = [func.json_extract(elements.c.value, f"$[{place}]") for place in places]
    else:
        elements = func.json_array_elements(cast(literal(text, Text()), JSON)).table_valued("value")
        cells = [func.json_extract_path_text(elements.c.value, str(place)) for place in places]
    named = zip(cells, columns.items(), strict=True)
    query = select(*(cast(cell, kind).label(name) for cell, (name, kind) in named))
    return query.cte().prefix_with("MATERIALIZED")  # taken out of the JSON once, not at every look-up


def _in_json(value: Any) -> Any:
    return value.astimezone(UTC).strftime(INSTANT_FORMAT) if isinstance(value, datetime) else value
