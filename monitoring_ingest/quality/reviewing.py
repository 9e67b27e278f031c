"""Deciding about single values: release a quarantined reading or uphold the doubt, remove an observation, restore one.

In: an engine, which value, and a `Decision`. Out: the decision as stored. Every decision is a further row: what was
known before is still found `as_of`. A release makes an observation of the reading as it was sent; to uphold makes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from basin.errors import NotFound, Refused
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.quality import store
from monitoring_ingest.quality.decisions import (
    DECIDED,
    NO_OBSERVATION,
    RELEASE,
    REMOVE,
    RESTORE,
    UPHOLD,
    Decision,
)
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.readings.frames import Key, columns_of
from monitoring_ingest.records import store as intake
from monitoring_ingest.schedule.leases import Clock

Review = dict[str, Any]
RESOLUTION = timedelta(microseconds=1)


@dataclass(frozen=True)
class Deciding:
    """A decision that is being stored: in which write transaction, at which instant, and by which proposal.

    Attributes
    ----------
    proposal : the number of what two people agreed on; None where both are named in the decision itself.
    """

    connection: Connection
    decided: Decision
    now: datetime
    proposal: int | None = None


def release(engine: Engine, reading: int, decided: Decision, clock: Clock) -> Review:
    """Make an observation of a quarantined reading: the next revision of its key, with the value as sent.

    A reading that was upheld may be released all the same: it is a new decision, of two people of its own.

    Raises
    ------
    NotFound : no such reading. Refused : it is not quarantined, its station is unknown, or it has been released.
    """
    with writing(engine) as connection:
        deciding = Deciding(connection, decided, instant_to_record(connection, clock()))
        return release_readings(deciding, [reading])[0]


def release_readings(deciding: Deciding, identities: Sequence[int]) -> list[Review]:
    """As `release`, of readings that each stand once in the list, within a transaction.

    Raises
    ------
    NotFound, Refused : as `release`, of the first reading that cannot be released.
    """
    connection = deciding.connection
    rows = _quarantined(connection, identities)
    keys = _keys(rows)
    newest = store.newest_revisions(connection, store.columns_of_keys(keys))
    revisions = []
    for key in keys:
        newest[key] = newest.get(key, 0) + 1
        revisions.append(newest[key])
    accepted = rows.assign(revision=revisions)
    intake.add_observations(connection, columns_of(accepted), deciding.now)
    store.note_due(connection, accepted)
    about = zip(keys, revisions, identities, strict=True)
    return _kept(deciding, [About(key, revision, reading) for key, revision, reading in about])


def uphold(engine: Engine, reading: int, decided: Decision, clock: Clock) -> Review:
    """Decide that the doubt about a quarantined reading stands: it waits no longer, and gives no observation.

    Raises
    ------
    NotFound : no such reading. Refused : it is not quarantined, its station is unknown, or it has been released or
    upheld.
    """
    with writing(engine) as connection:
        deciding = Deciding(connection, decided, instant_to_record(connection, clock()))
        return uphold_readings(deciding, [reading])[0]


def uphold_readings(deciding: Deciding, identities: Sequence[int]) -> list[Review]:
    """As `uphold`, of readings that each stand once in the list, within a transaction.

    Raises
    ------
    NotFound, Refused : as `uphold`, of the first reading that cannot be upheld.
    """
    rows = _quarantined(deciding.connection, identities)
    actions = store.actions_about(deciding.connection, identities)
    for reading in identities:
        if UPHOLD in actions.get(reading, ()):
            zh = f"读数 {reading} 已维持隔离"
            en = f"reading {reading} has been upheld"
            raise Refused(zh, en, path="reading", remedy="无须再决定；后来证实可信的，用 release 放行")
    about = zip(_keys(rows), identities, strict=True)
    return _kept(deciding, [About(key, NO_OBSERVATION, reading) for key, reading in about])


def _quarantined(connection: Connection, identities: Sequence[int]) -> pd.DataFrame:
    """The readings in their order, if people can still decide about each as one that is quarantined."""
    rows = store.quarantined(connection, identities).set_index("id", drop=False)
    actions = store.actions_about(connection, identities)
    for reading in identities:
        if reading not in rows.index:
            zh = f"没有隔离的读数 {reading}"
            en = f"no quarantined reading {reading}"
            raise NotFound(zh, en, path="reading", remedy="hengjie review list 列出待核的读数")
        if rows.at[reading, "station"] is None:
            zh = f"读数 {reading} 的站点没有登记"
            en = f"the station of reading {reading} is unknown"
            remedy = "在登记表中加入别名；下次接收后自动采用，仍有疑问的以新编号列入待核"
            raise Refused(zh, en, path="reading", remedy=remedy)
        if RELEASE in actions.get(reading, ()):
            zh = f"读数 {reading} 已放行"
            en = f"reading {reading} has been released"
            raise Refused(zh, en, path="reading", remedy="已是观测，无须再放行；不应采用的，用 remove 剔除")
    return rows.loc[list(identities)].reset_index(drop=True)


def _keys(rows: pd.DataFrame) -> list[Key]:
    """The key of each row: of its station, indicator and time."""
    times = rows["time"].dt.to_pydatetime()
    return [Key(*key) for key in zip(rows["station"], rows["indicator"], times, strict=True)]


def decide(engine: Engine, key: Key, decided: Decision, clock: Clock) -> Review:
    """Remove the newest observation of a key, which stays where it is and counts no longer, or restore it.

    Raises
    ------
    NotFound : no such observation. Refused : it has been removed; there is nothing to restore.
    """
    with writing(engine) as connection:
        deciding = Deciding(connection, decided, instant_to_record(connection, clock()))
        return decide_observations(deciding, [key])[0]


def decide_observations(deciding: Deciding, keys: Sequence[Key]) -> list[Review]:
    """As `decide`, of keys that each stand once in the list, within a transaction.

    Raises
    ------
    NotFound, Refused : as `decide`, of the first observation that cannot be decided about.
    """
    newest = _newest(deciding.connection, keys)
    action = deciding.decided.action
    about = []
    for key in keys:
        observation = newest.get(key)
        if observation is None:
            zh = f"没有此观测：{key.station} {key.indicator} {key.time.isoformat()}"
            en = "no such observation"
            raise NotFound(zh, en, path="time", remedy="写明站点、指标与带时区的时刻；hengjie readings export 列出观测")
        if action == REMOVE and observation["test"] == DECIDED[REMOVE]:
            raise Refused("已剔除", "it has been removed", path="action", remedy="要恢复用 restore")
        if action == RESTORE and observation["quality"] < Quality.DOUBTFUL:
            remedy = "只有已剔除的，或检验标出的，才能恢复"
            raise Refused("没有标记，无须恢复", "nothing speaks against it", path="action", remedy=remedy)
        about.append(About(key, int(observation["revision"]), int(observation["reading"])))
    return _kept(deciding, about)


def _newest(connection: Connection, keys: Sequence[Key]) -> dict[Key, dict[Any, Any]]:
    """The newest observation of each key with its quality; a series is read once, from the first key to the last."""
    times: dict[tuple[str, str], list[datetime]] = {}
    for key in keys:
        times.setdefault((key.station, key.indicator), []).append(key.time)
    newest: dict[Key, dict[Any, Any]] = {}
    for (station, indicator), of_series in times.items():
        end = max(of_series) + RESOLUTION
        rows = store.observations(connection, stations=[station], indicators=[indicator], start=min(of_series), end=end)
        for row in rows[rows["time"].isin(of_series)].to_dict("records"):
            newest[Key(station, indicator, row["time"].to_pydatetime())] = row
    return newest


@dataclass(frozen=True)
class About:
    """The value a decision is about.

    Attributes
    ----------
    revision : of the observation, `NO_OBSERVATION` where the decision leaves none.
    reading : the number of the reading behind it.
    """

    key: Key
    revision: int
    reading: int


def _kept(deciding: Deciding, values: Sequence[About]) -> list[Review]:
    """Store one decision about each value."""
    decision = asdict(deciding.decided)
    rows = [value.key._asdict() | {"revision": value.revision, "reading": value.reading} | decision for value in values]
    return store.keep_reviews(deciding.connection, rows, deciding.now, deciding.proposal)
