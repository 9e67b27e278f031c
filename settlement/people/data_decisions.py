"""Decisions on data by two people (数据复核): one proposal names one reading, or the many of an incident.

In: an action with reason and document, and either readings (release, uphold) or observations (remove, restore). Out:
one decision for each, all or none, in the transaction that stores the approval. What may be decided is in
`monitoring_ingest.quality.decisions`; how each decision is stored in `quality.reviewing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from basin.errors import Refused, UsageError
from basin.indicators import indicator
from monitoring_ingest.quality import reviewing, store
from monitoring_ingest.quality.decisions import GROUNDS, RELEASE, UPHOLD, Decision, proposed_decision
from monitoring_ingest.readings.frames import Columns, Key, in_reach
from settlement.people import concerns, performing, roles
from settlement.people.proposals import Payload, Setting, TwoPersonAct

OF_READINGS = {RELEASE: reviewing.release_readings, UPHOLD: reviewing.uphold_readings}
READINGS = "readings"
VALUES = "values"
KEY = ("station", "indicator", "time")
_NOTHING = ""  # that the act shows once


def readings_payload(action: str, reason: str, document: str, readings: Sequence[int]) -> Payload:
    """What to propose to release or uphold readings, by their numbers."""
    return {"action": action, "reason": reason, "document": document, READINGS: list(readings)}


def values_payload(action: str, reason: str, document: str, values: Sequence[Key]) -> Payload:
    """What to propose to remove or restore the newest observations of some keys."""
    named = [
        {"station": key.station, "indicator": key.indicator, "time": key.time.astimezone(UTC).isoformat()}
        for key in values
    ]
    return {"action": action, "reason": reason, "document": document, VALUES: named}


def _check(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse what could not be decided; it rests on the values and on what was decided about them so far."""
    decision = _decision(payload)
    network = setting.registry.network
    keys = _keys(setting, decision, payload)
    for station in sorted(set(keys["station"].tolist())):
        if station not in network.stations:
            remedy = "改正代码；或在 stations.csv 里登记"
            raise Refused(f"站点 {station} 没有登记", f"no station {station}", path="station", remedy=remedy)
        able = concerns.of_station(network, station)
        concerns.refuse_other_office(setting.staff.offices, office, able, f"站点 {station} 的数据")
    if setting.proposal is None:
        with performing.attempt(setting):
            _decide(setting, decision, payload)
    standing = store.standing_of(setting.connection, keys)
    return performing.fingerprint(vars(standing))


def _perform(setting: Setting, _office: str, payload: Payload) -> str:
    _decide(setting, _decision(payload), payload)
    return _NOTHING


def _decision(payload: Payload) -> Decision:
    action = str(payload.get("action"))
    decision = proposed_decision(action, payload)
    performing.refuse_other_keys(payload, "action", *GROUNDS, READINGS if action in OF_READINGS else VALUES)
    return decision


def _decide(setting: Setting, decision: Decision, payload: Payload) -> None:
    """Decide about all values, or about none."""
    people = performing.decided(setting)
    by_people = replace(decision, proposed_by=people.proposed_by, approved_by=people.approved_by)
    deciding = reviewing.Deciding(setting.connection, by_people, setting.now, setting.proposal)
    if decision.action in OF_READINGS:
        OF_READINGS[decision.action](deciding, _readings(payload))
    else:
        reviewing.decide_observations(deciding, list(_values(payload)))


def _keys(setting: Setting, decision: Decision, payload: Payload) -> Columns:
    if decision.action in OF_READINGS:
        return store.keys_of_readings(setting.connection, _readings(payload))
    return store.columns_of_keys(list(_values(payload)))


def _readings(payload: Payload) -> list[int]:
    readings = performing.several(payload, READINGS)
    numbers = [reading for reading in readings if isinstance(reading, int) and not isinstance(reading, bool)]
    if len(set(numbers)) != len(readings):
        zh = "读数应是编号，每个写一次"
        raise UsageError(zh, "numbers of readings, each once", path=READINGS, remedy="hengjie review list 列出编号")
    return numbers


def _values(payload: Payload) -> Iterator[Key]:
    """The keys of the observations; each once, so that nothing is decided about one twice."""
    named: set[Key] = set()
    for place, value in enumerate(performing.several(payload, VALUES)):
        path = f"{VALUES}.{place}"
        if not isinstance(value, Mapping):
            raise UsageError("不是键值表", "no mapping", path=path, remedy=f"写 {'、'.join(KEY)}")
        performing.refuse_other_keys(value, *KEY)
        key = Key(performing.text(value, "station"), indicator(performing.text(value, "indicator")).code, _time(value))
        if key in named:
            raise UsageError("同一观测写了两次", "the same observation twice", path=path, remedy="删去一处")
        named.add(key)
        yield key


def _time(value: Mapping[str, object]) -> datetime:
    written = performing.text(value, "time")
    try:
        time = datetime.fromisoformat(written)
        if time.tzinfo is None or in_reach(time) is None:
            raise ValueError(written)
    except ValueError as problem:
        zh = f"不是带时区的时刻：{written}"
        remedy = "写成 2026-03-01T08:00:00+08:00"
        raise UsageError(zh, "no instant with a zone", path="time", remedy=remedy) from problem
    return time.astimezone(UTC)


DECISION = TwoPersonAct(
    "decision", "数据复核", "decision on data", frozenset({roles.PREPARE}), frozenset({roles.APPROVE}), _check, _perform
)
ACTS: Mapping[str, TwoPersonAct] = {DECISION.kind: DECISION}
