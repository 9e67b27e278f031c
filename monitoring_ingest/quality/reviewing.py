"""Deciding about single values: release a quarantined reading or uphold the doubt, remove an observation, restore one.

In: an engine, which value, and a `Decision`. Out: the decision as stored. Every decision is a further row: what was
known before is still found `as_of`. A release makes an observation of the reading as it was sent; to uphold makes none.
"""

from __future__ import annotations

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
        return release_reading(Deciding(connection, decided, instant_to_record(connection, clock())), reading)


def release_reading(deciding: Deciding, reading: int) -> Review:
    """As `release`, within a transaction.

    Raises
    ------
    NotFound, Refused : as `release`.
    """
    connection = deciding.connection
    row = _quarantined(connection, reading)
    newest = _newest(connection, Key(row["station"], row["indicator"], row["time"].to_pydatetime()))
    revision = 1 if newest is None else int(newest["revision"]) + 1
    accepted = pd.DataFrame([{**row, "revision": revision}])
    intake.add_observations(connection, columns_of(accepted), deciding.now)
    store.note_due(connection, accepted)
    return _kept(deciding, row, revision, reading)


def uphold(engine: Engine, reading: int, decided: Decision, clock: Clock) -> Review:
    """Decide that the doubt about a quarantined reading stands: it waits no longer, and gives no observation.

    Raises
    ------
    NotFound : no such reading. Refused : it is not quarantined, its station is unknown, or it has been released or
    upheld.
    """
    with writing(engine) as connection:
        return uphold_reading(Deciding(connection, decided, instant_to_record(connection, clock())), reading)


def uphold_reading(deciding: Deciding, reading: int) -> Review:
    """As `uphold`, within a transaction.

    Raises
    ------
    NotFound, Refused : as `uphold`.
    """
    row = _quarantined(deciding.connection, reading)
    if UPHOLD in store.actions_about(deciding.connection, reading):
        zh = f"读数 {reading} 已维持隔离"
        en = f"reading {reading} has been upheld"
        raise Refused(zh, en, path="reading", remedy="无须再决定；后来证实可信的，用 release 放行")
    return _kept(deciding, row, NO_OBSERVATION, reading)


def _quarantined(connection: Connection, reading: int) -> dict[str, Any]:
    """The reading, if people can still decide about it as one that is quarantined."""
    rows = store.quarantined(connection, reading)
    if rows.empty:
        zh = f"没有隔离的读数 {reading}"
        en = f"no quarantined reading {reading}"
        raise NotFound(zh, en, path="reading", remedy="hengjie review list 列出待核的读数")
    row: dict[str, Any] = rows.to_dict("records")[0]  # type: ignore[assignment]  # named by texts
    if row["station"] is None:
        zh = f"读数 {reading} 的站点没有登记"
        en = f"the station of reading {reading} is unknown"
        remedy = "在登记表中加入别名；下次接收后自动采用，仍有疑问的以新编号列入待核"
        raise Refused(zh, en, path="reading", remedy=remedy)
    if RELEASE in store.actions_about(connection, reading):
        zh = f"读数 {reading} 已放行"
        en = f"reading {reading} has been released"
        raise Refused(zh, en, path="reading", remedy="已是观测，无须再放行；不应采用的，用 remove 剔除")
    return row


def decide(engine: Engine, key: Key, decided: Decision, clock: Clock) -> Review:
    """Remove the newest observation of a key, which stays where it is and counts no longer, or restore it.

    Raises
    ------
    NotFound : no such observation. Refused : it has been removed; there is nothing to restore.
    """
    with writing(engine) as connection:
        return decide_observation(Deciding(connection, decided, instant_to_record(connection, clock())), key)


def decide_observation(deciding: Deciding, key: Key) -> Review:
    """As `decide`, within a transaction.

    Raises
    ------
    NotFound, Refused : as `decide`.
    """
    newest = _newest(deciding.connection, key)
    action = deciding.decided.action
    if newest is None:
        zh = f"没有此观测：{key.station} {key.indicator} {key.time.isoformat()}"
        en = "no such observation"
        raise NotFound(zh, en, path="time", remedy="写明站点、指标与带时区的时刻；hengjie readings export 列出观测")
    if action == REMOVE and newest["test"] == DECIDED[REMOVE]:
        raise Refused("已剔除", "it has been removed", path="action", remedy="要恢复用 restore")
    if action == RESTORE and newest["quality"] < Quality.DOUBTFUL:
        remedy = "只有已剔除的，或检验标出的，才能恢复"
        raise Refused("没有标记，无须恢复", "nothing speaks against it", path="action", remedy=remedy)
    return _kept(deciding, newest, int(newest["revision"]), int(newest["reading"]))


def _newest(connection: Connection, key: Key) -> dict[str, Any] | None:
    """The newest observation of a key with its quality."""
    end = key.time + RESOLUTION
    rows = store.observations(connection, stations=[key.station], indicators=[key.indicator], start=key.time, end=end)
    return None if rows.empty else rows.to_dict("records")[0]  # type: ignore[return-value]  # named by texts


def _kept(deciding: Deciding, of: dict[str, Any], revision: int, reading: int) -> Review:
    """Store the row of a decision.

    Parameters
    ----------
    of : station, indicator and time of the value decided about.
    revision : of the observation, `NO_OBSERVATION` where the decision leaves none. reading : behind the observation.
    """
    key = {name: of[name] for name in ("station", "indicator")} | {"time": of["time"].to_pydatetime()}
    review = key | {"revision": revision, "reading": reading} | asdict(deciding.decided)
    return store.keep_review(deciding.connection, review, deciding.now, deciding.proposal)
