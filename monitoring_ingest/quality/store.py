"""What is stored of quality control and of people's decisions, and observations with what is known of their quality.

All reads take an `as_of`. Of one test the newest row stands; of several tests the highest quality (`flags.combined`);
and what two people decided about a value outranks every test.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

import numpy as np
import pandas as pd
from sqlalchemy import (
    Connection,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
    text,
    true,
)

from monitoring_ingest.database.bulk import insert_frame
from monitoring_ingest.database.dialects import one_of
from monitoring_ingest.database.engine import key_parameters, of_keys, read_columns, read_frame
from monitoring_ingest.quality.decisions import NO_OBSERVATION, standing
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.tables import (
    QUARANTINED,
    SAMPLED,
    decided,
    flags,
    quality_due,
    quality_runs,
    quality_tests,
    reviews,
)
from monitoring_ingest.readings.frames import Columns, Key, frame_of, objects, utc, utc_array
from monitoring_ingest.readings.observing import becomes_observation
from monitoring_ingest.records import store
from monitoring_ingest.records.store import Selected, selects
from monitoring_ingest.records.tables import observations as observed
from monitoring_ingest.records.tables import readings

KEY = ["station", "indicator", "time", "revision"]
NO_TEST = ""


# --- what is to be judged --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """What came in since the last run.

    Attributes
    ----------
    spans : station, first and last instant of what came in.
    until_reading : the number of the last reading looked at.
    noted : the numbers of the notes in `quality_due` that the run takes off the list.
    began_at : when the run began.
    """

    spans: pd.DataFrame
    until_reading: int
    noted: tuple[int, ...]
    began_at: datetime


def due(connection: Connection, now: datetime, *, everything: bool = False) -> Due:
    """The stations with observations that no run has seen, and from when to when; or all there are.

    Notes are read in one statement: a note that is added meanwhile is either read with its span, or stays for the next
    run.

    Parameters
    ----------
    now : when the run begins. everything : all there is, whatever earlier runs have seen.
    """
    until = int(connection.scalar(select(func.max(readings.c.id))) or 0)
    seen = 0 if everything else int(connection.scalar(select(func.max(quality_runs.c.until_reading))) or 0)
    new = select(readings.c.station, _first(readings), _last(readings)).group_by(readings.c.station)
    new = new.where(readings.c.id > seen, readings.c.id <= until, becomes_observation(readings.c.revision))
    noted = read_frame(connection, select(quality_due))
    spans = pd.concat([frame for frame in (read_frame(connection, new), noted) if len(frame)] or [noted])
    spans = spans.groupby("station", as_index=False).agg({"first": "min", "last": "max"})
    return Due(spans, until, tuple(noted["id"].tolist()), now)


def _first(table: Table) -> Any:
    return func.min(table.c.time).label("first")


def _last(table: Table) -> Any:
    return func.max(table.c.time).label("last")


def note_due(connection: Connection, accepted: pd.DataFrame) -> None:
    """Note observations made of readings that came earlier: no run would look for them (station, time)."""
    spans = accepted.groupby("station")["time"].agg(["min", "max"]).reset_index()
    for station, first, last in spans.itertuples(index=False, name=None):
        row = {"station": station, "first": first.to_pydatetime(), "last": last.to_pydatetime()}
        connection.execute(insert(quality_due).values(row))


def samples(connection: Connection) -> pd.DataFrame:
    """Where and when laboratories sampled: station, time, each once; also what has been corrected since."""
    query = select(observed.c.station, observed.c.time).where(text(SAMPLED.format("observations.")))
    return read_frame(connection, query.distinct())


def spreads(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """Between which values the readings above 0 of each series lie, with those corrected since and the laboratories'.

    Returns
    -------
    station, indicator, lowest, highest [canonical unit].
    """
    of = observed.c
    ends = (func.min(of.value).label("lowest"), func.max(of.value).label("highest"))
    query = select(of.station, of.indicator, *ends).where(selects(observed, selected), of.value > 0)
    return read_frame(connection, query.group_by(of.station, of.indicator))


# --- runs and flags --------------------------------------------------------------------------------------------------


def next_run(connection: Connection) -> int:
    """The number of the next run; the number of a run that was cut off after storing flags is not given again."""
    highest = (connection.scalar(select(func.max(column))) or 0 for column in (quality_runs.c.id, flags.c.run))
    return max(map(int, highest)) + 1


def keep_flags(connection: Connection, run: int, changes: pd.DataFrame, now: datetime) -> None:
    """Store the flags that differ from those of the run before.

    Parameters
    ----------
    run : the number of the run. changes : `FAULTS`; reliable means that no fault is found any more.
    now : the instant of the transaction.
    """
    rows = changes.assign(run=run, recorded_at=pd.Timestamp(now))
    insert_frame(connection, flags, rows[[column.name for column in flags.c]])


def keep_run(connection: Connection, run: int, of: Due, tests: pd.DataFrame, now: datetime) -> None:
    """Store that a run is done, with a row for each test, and delete the notes that the run has dealt with.

    Parameters
    ----------
    run : the number of the run. of : what was due. tests : a row for each test.
    now : the instant of the transaction.
    """
    row = {"id": run, "until_reading": of.until_reading, "began_at": of.began_at, "recorded_at": now}
    connection.execute(insert(quality_runs).values(row))
    insert_frame(connection, quality_tests, tests.assign(run=run)[[column.name for column in quality_tests.c]])
    if of.noted:
        connection.execute(delete(quality_due).where(quality_due.c.id.in_(of.noted)))


def faults(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """The faults that stand: station, indicator, time, revision, test, quality; by test, decisions of people apart."""
    return _standing_faults(_flagged(connection, selected))


def _flagged(connection: Connection, selected: Selected) -> Columns:
    """Every flag by key and test, those of later runs later."""
    query = select(*(flags.c[name] for name in (*KEY, "test", "quality"))).where(selects(flags, selected))
    return read_columns(connection, query.order_by(*(flags.c[name] for name in (*KEY, "test", "run"))))


def _standing_faults(flagged: Columns) -> pd.DataFrame:
    newest = frame_of(flagged).drop_duplicates([*KEY, "test"], keep="last")
    return newest[newest["quality"] > Quality.RELIABLE].reset_index(drop=True)


def history(connection: Connection, as_of: datetime | None = None) -> pd.DataFrame:
    """Every test of every run, newest run first: arguments, source, span and counts."""
    columns = [column for column in quality_tests.c if column.name != "run"]
    query = select(quality_tests.c.run, quality_runs.c.recorded_at, *columns).join_from(quality_tests, quality_runs)
    if as_of is not None:
        query = query.where(quality_runs.c.recorded_at <= as_of)
    return read_frame(connection, query.order_by(quality_tests.c.run.desc(), *list(quality_tests.c)[1:4]))


# --- decisions -------------------------------------------------------------------------------------------------------


def decisions(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """What people decided, oldest first: every column of the table `reviews` but the proposal, which some have not."""
    columns = (column for column in reviews.c if column.name != "proposal")
    return read_frame(connection, select(*columns).where(selects(reviews, selected)).order_by(reviews.c.id))


def keep_reviews(
    connection: Connection, decided_about: Sequence[dict[str, Any]], now: datetime, proposal: int | None = None
) -> list[dict[str, Any]]:
    """Store decisions; each with its identity and the instant it was recorded at.

    Parameters
    ----------
    decided_about : the decisions, each with the value it is about. now : the instant of the transaction.
    proposal : the number of what they were approved by; None where they came without one.
    """
    last = int(connection.scalar(select(func.max(reviews.c.id))) or 0)
    rows = [{"id": number, **row, "recorded_at": now} for number, row in enumerate(decided_about, last + 1)]
    connection.execute(insert(reviews), [row | {"proposal": proposal} for row in rows])
    return rows


def keys_of_readings(connection: Connection, identities: Collection[int]) -> Columns:
    """Station, indicator and time of readings of known stations; a reading that is not there has no row."""
    key = (readings.c[name] for name in KEY[:3])
    query = select(*key).where(readings.c.id.in_(identities), readings.c.station.is_not(None))
    return read_columns(connection, query.order_by(readings.c.id))


def columns_of_keys(keys: Sequence[Key]) -> Columns:
    """Keys as columns: station, indicator and time."""
    return {
        "station": objects([key.station for key in keys]),
        "indicator": objects([key.indicator for key in keys]),
        "time": utc_array(utc([key.time for key in keys])),
    }


def newest_revisions(connection: Connection, keys: Columns) -> dict[Key, int]:
    """The newest revision of each of some keys that has an observation."""
    dialect = connection.dialect.name
    query = of_keys(dialect, select(*(observed.c[name] for name in KEY)), observed)
    rows = frame_of(read_columns(connection, query, key_parameters(dialect, keys)))
    newest: dict[Key, int] = {}
    for station, indicator, time, revision in rows.itertuples(index=False, name=None):
        key = Key(station, indicator, time.to_pydatetime())
        newest[key] = max(revision, newest.get(key, 0))
    return newest


@dataclass(frozen=True)
class Standing:
    """What stands of some values: revision and reading of each observation, number and action of each decision."""

    observations: list[list[int]]
    decisions: list[list[Any]]


def standing_of(connection: Connection, keys: Columns) -> Standing:
    """What stands of the values of some keys (station, indicator, time), in a fixed order."""
    dialect = connection.dialect.name
    parameters = key_parameters(dialect, keys)
    values = of_keys(dialect, select(observed.c.reading, observed.c.revision), observed)
    about = of_keys(dialect, select(reviews.c.id, reviews.c.action), reviews)
    return Standing(
        sorted([int(row.reading), int(row.revision)] for row in connection.execute(values, parameters)),
        sorted([int(row.id), str(row.action)] for row in connection.execute(about, parameters)),
    )


def actions_about(connection: Connection, identities: Collection[int]) -> dict[int, set[str]]:
    """What people have decided about readings so far, and about the observations they gave, by reading."""
    actions: dict[int, set[str]] = {}
    query = select(reviews.c.reading, reviews.c.action).where(reviews.c.reading.in_(identities))
    for row in connection.execute(query):
        actions.setdefault(row.reading, set()).add(row.action)
    return actions


def quarantined(connection: Connection, identities: Collection[int]) -> pd.DataFrame:
    """The quarantined among some readings, as `store.add_observations` wants them, in the order of their identities."""
    return read_frame(connection, _set_aside().where(readings.c.id.in_(identities)).order_by(readings.c.id))


def queue(
    connection: Connection,
    limit: int | None = None,
    as_of: datetime | None = None,
    stations: Collection[str] | None = None,
) -> pd.DataFrame:
    """The quarantined readings of known stations that nobody has decided about, now or at `as_of`, newest first, and
    why they wait (`code`).

    Parameters
    ----------
    limit : at most so many. stations : only of these; None: of all.
    """
    of_station = readings.c.station.is_not(None) if stations is None else one_of(readings.c.station, stations)
    waiting = of_station, ~decided(readings.c.id, as_of), selects(readings, {"as_of": as_of})
    return read_frame(connection, _set_aside().where(*waiting).order_by(readings.c.id.desc()).limit(limit))


def _set_aside() -> Select[Any]:
    """The index of quarantined readings serves this: it states its condition in the same words."""
    names = (
        "id", "station", "indicator", "time", "number", "censored", "unit", "mark", "status", "code", "value_text",
        "recorded_at",
    )  # fmt: skip
    return select(*(readings.c[name] for name in names)).where(text(f"readings.{QUARANTINED}"))


# --- observations with their quality ---------------------------------------------------------------------------------


def observations(connection: Connection, **selected: Unpack[Selected]) -> pd.DataFrame:
    """`store.observations` with two columns more: `quality` (`flags.Quality`) and `test`, which decided it."""
    columns = store.observation_columns(connection, **selected)
    quality, test = judged(connection, columns, **selected)
    return frame_of({**columns, "quality": quality, "test": test})


def judged(connection: Connection, rows: Columns, **selected: Unpack[Selected]) -> tuple[np.ndarray, np.ndarray]:
    """The quality of each observation (`flags.Quality`), and the test that decided the quality.

    The test is the name of a QC test, or what people decided (`decisions.DECIDED`); ``""`` where no fault was found.

    Parameters
    ----------
    rows : station, indicator, time, revision, reading, recorded_at of observations, all within `selected`.
    """
    quality = np.where(_judged(connection, rows, selected), Quality.RELIABLE, Quality.NOT_EVALUATED).astype(np.int64)
    test = objects([NO_TEST] * len(quality))
    flagged = _flagged(connection, selected)
    decided = _decided(connection, selected)
    if not len(flagged["test"]) and not len(decided["action"]):
        return quality, test
    verdicts = pd.concat([_deciding(_standing_faults(flagged)), standing(frame_of(decided))])
    verdicts = verdicts.drop_duplicates(KEY, keep="last")  # decisions come after the tests, and outrank them
    all_keys = pd.MultiIndex.from_frame(frame_of({name: rows[name] for name in KEY}))
    places = all_keys.get_indexer(pd.MultiIndex.from_frame(verdicts[KEY]))
    is_asked = places >= 0
    quality[places[is_asked]] = verdicts["quality"].to_numpy()[is_asked]
    test[places[is_asked]] = verdicts["test"].to_numpy()[is_asked]
    return quality, test


def _decided(connection: Connection, selected: Selected) -> Columns:
    """The key and the action of every decision about an observation, oldest first."""
    query = select(*(reviews.c[name] for name in (*KEY, "action"))).where(selects(reviews, selected))
    query = query.where(reviews.c.revision != NO_OBSERVATION)
    return read_columns(connection, query.order_by(reviews.c.id))


def _deciding(faults: pd.DataFrame) -> pd.DataFrame:
    """The fault of the highest quality of each observation; among equals the first in the order of `TESTS`."""
    from monitoring_ingest.quality.settings import TESTS  # the tests themselves take long to load

    order = faults["test"].map({name: place for place, name in enumerate(TESTS)})
    ranked = faults.assign(order=order).sort_values(["quality", "order"], ascending=[True, False], kind="stable")
    return ranked.drop_duplicates(KEY, keep="last")[[*KEY, "quality", "test"]]


def _judged(connection: Connection, rows: Columns, selected: Selected) -> np.ndarray:
    """Whether a run has judged each observation.

    That is so where the observation was there when the newest run began, and its indicator has a test.

    Parameters
    ----------
    rows : indicator, reading and recorded_at of the observations. selected : of which only `as_of` matters.
    """
    as_of = selected.get("as_of")
    so_far = true() if as_of is None else quality_runs.c.recorded_at <= as_of
    began = func.coalesce(quality_runs.c.began_at, quality_runs.c.recorded_at)
    columns = (quality_runs.c.id, quality_runs.c.until_reading, began)
    last: list[Any] = [func.max(column) for column in columns]
    run, until, began_at = connection.execute(select(*last).where(so_far)).one()
    if run is None:
        return np.zeros(len(rows["reading"]), dtype=bool)
    ran = quality_tests.c.run <= run
    tested = [
        code
        for code in set(rows["indicator"].tolist())
        if connection.scalar(select(func.min(quality_tests.c.run)).where(quality_tests.c.indicator == code, ran))
    ]
    there = (rows["reading"] <= until) & (rows["recorded_at"] <= np.datetime64(began_at.replace(tzinfo=None)))
    return there & pd.Series(rows["indicator"], dtype=object).isin(tested).to_numpy()
