"""Late data, the shell: which settlements have data that came after them, and what settling again would change.

In: a connection, the registry and the instant it is. Out: documents, one per settlement. Nothing is stored: a person
decides to settle again. First one statement per agreement asks what was recorded since; only settlements with something
in their sections and window are computed again, from one read of the readings. That tells which of it the clauses read:
nothing else is late. An agreement counts as it was applied, so that what is told is what the data change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from basin import periods
from basin.agreement import Agreement
from basin.errors import HengjieError
from basin.network import Network
from basin.periods import Window
from basin.registry import Registry
from monitoring_ingest.database.instants import instant_known
from monitoring_ingest.known_store import changed_since, handed_in
from monitoring_ingest.quality import store as quality
from monitoring_ingest.readings.facts import Fact, is_payment
from monitoring_ingest.records import store as intake
from settlement import store
from settlement.applied import agreement_as_applied
from settlement.gathered import Gathered
from settlement.known import Account, known_of_all, stations_of, window_of_all, with_unpaid
from settlement.ledger.entries import Debt
from settlement.restating import difference
from settlement.restating.read_by_clauses import LateFact, Read, late_facts
from settlement.restating.rows import (
    LateDetail,
    LateEffect,
    LateReading,
    LateResult,
    LateRow,
    LateSettlement,
    Sent,
    SettledAgain,
)
from settlement.settling import Settlement, settlement_of
from settlement.statement.document import instant
from settlement.statement.rows import SettlementHeader, StoredSettlement
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL

VOUCHED_FOR = (IN_REVIEW, CONFIRMED)
OPEN = (TRIAL, *VOUCHED_FOR)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Standing:
    """A settlement that counts, with its agreement as it was applied."""

    header: SettlementHeader | StoredSettlement
    agreement: Agreement

    @property
    def span(self) -> pd.Period:
        """Its period."""
        return periods.period(self.header["period"])

    @property
    def window(self) -> Window:
        """The readings its agreement looks at for its period."""
        return self.agreement.window(self.span)

    @property
    def as_of(self) -> datetime:
        """The instant up to which the settlement knows what was recorded."""
        return datetime.fromisoformat(self.header["as_of"])


@dataclass(frozen=True)
class Since:
    """What was recorded since a settlement was made: keys of observations, facts, and debts that came or went."""

    keys: pd.DataFrame
    facts: Sequence[LateFact] = ()
    debts: Sequence[Debt] = ()

    def __bool__(self) -> bool:
        return bool(len(self.keys) or self.facts or self.debts)

    def read_by(self, read: Read) -> Since:
        """What of it the clauses read."""
        facts = [fact for fact in self.facts if read.answers(fact)]
        debts = [debt for debt in self.debts if read.counts_debt(debt)]
        return Since(read.readings(self.keys), facts, debts)


@dataclass(frozen=True)
class Late:
    """A settlement and what was recorded since it was made."""

    standing: Standing
    since: Since


def would_change(
    connection: Connection,
    registry: Registry,
    now: datetime,
    statuses: Collection[str] = VOUCHED_FOR,
    asked: Callable[[str], bool] | None = None,
) -> list[LateSettlement]:
    """Every standing settlement that has late data, and what settling it again as of now would change.

    Standing are the confirmed settlements and, of each agreement and period, the newest that is not withdrawn. A trial
    is not listed unless asked for: nobody vouches for it yet, and settling again replaces it at no cost.

    Parameters
    ----------
    now : the instant up to which late data count.
    statuses : which standing settlements to look at.
    asked : whether to look at the settlements of an agreement, by its code; None: at those of all.

    Returns
    -------
    The header of each (`settlement` is its identity) with `readings` (counts of new, revised, removed), `facts`,
    `ledger`, what `difference.effect` tells, `settled_again` (the same result, where it is stored already: id and
    status) and `problem` where it cannot be settled any more.
    """
    known_at = instant_known(connection, now)
    stored = store.settlements(connection)
    headers = [header for header in stored if asked is None or asked(header["agreement"])]
    results: list[LateResult] = []
    for group in _by_agreement(connection, registry, _standing(headers, statuses)):
        late = [of_one for of_one in _since(connection, registry.network, group, known_at) if of_one.since]
        compared = _compared(connection, registry, late, known_at)
        results += [of_one.outcome for of_one in compared if of_one.late.since]
    return [{**result, "settled_again": _again(result, headers)} for result in results]


def would_change_one(connection: Connection, registry: Registry, identity: str, now: datetime) -> LateDetail:
    """As `would_change` of one settlement of any status, with `late_readings` one by one; nothing late is counts of 0.

    Each late reading has station, indicator, time, change, was and value [canonical unit], when it was recorded, by
    which submission, door, sender and file, and its value and unit as sent.

    Parameters
    ----------
    identity : the settlement.
    now : the instant up to which late data count.

    Raises
    ------
    NotFound : no such settlement.
    """
    known_at = instant_known(connection, now)
    header = store.settlement(connection, identity)
    late = _of_one(connection, registry, header, known_at)
    (compared,) = _compared(connection, registry, [late], known_at)
    result = compared.outcome
    headers = store.settlements(connection, agreement=header["agreement"])
    readings = _with_senders(connection, compared.readings)
    return {**result, "settled_again": _again(result, headers), "late_readings": readings}


def came_late(connection: Connection, registry: Registry, identity: str, now: datetime) -> int:
    """How many readings and facts that its clauses read were recorded since a settlement was made.

    Parameters
    ----------
    identity : the settlement.
    now : the instant up to which late data count.

    Raises
    ------
    NotFound : no such settlement.
    """
    header = store.settlement(connection, identity)
    known_at = instant_known(connection, now)
    late = _of_one(connection, registry, header, known_at)
    if not late.since:
        return 0
    (compared,) = _compared(connection, registry, [late], known_at)
    since = compared.late.since
    return len(since.keys.drop_duplicates(difference.KEY)) + len(since.facts) + bool(since.debts)


def effect_of(connection: Connection, registry: Registry, extra: pd.DataFrame, now: datetime) -> list[LateEffect]:
    """What further observations would change for standing settlements, trials included; nothing is stored.

    Parameters
    ----------
    extra : the observations a submission would add or revise: station, indicator (codes), time [UTC], value [canonical
        unit], censored, status, mark. Of several rows of one key the last counts; unknown stations change nothing.
    now : the instant as of which both sides are settled.

    Returns
    -------
    For each standing settlement with such an observation in its sections and window: its header (`settlement` is its
    identity), `readings` (counts of new and revised that differ from what is stored) and what `difference.effect`
    tells. Both sides are settled as of now, so that data which were late already are on both.
    """
    effects: list[LateEffect] = []
    headers = _standing(store.settlements(connection), OPEN)
    for group in _by_agreement(connection, registry, headers):
        stations = _stations(group[0].agreement, registry.network)
        of_agreement = extra[extra["station"].isin(stations)]
        touched = [standing for standing in group if len(_in_window(of_agreement, standing))]
        if touched:
            world = _Now(connection, registry.network, touched, instant_known(connection, now))
            of_group = [_with_extra(world, standing, _in_window(of_agreement, standing)) for standing in touched]
            effects += [effect for effect in of_group if effect is not None]
    return effects


def _with_extra(world: _Now, standing: Standing, extra: pd.DataFrame) -> LateEffect | None:
    """The difference that the extra observations in its window make to one settlement; None where it reads none."""
    observations = difference.overlaid(world.readings.observations, extra)
    with_extra = replace(world.readings, observations=observations, kept={})
    changes = difference.changes(world.readings.observations, observations, standing.agreement.data.doubtful)
    late = Late(standing, Since(extra))
    try:
        before = world.settled(standing, world.readings)
        after = world.settled(standing, with_extra)
    except HengjieError as refusal:
        return _refused(_head(late, changes), refusal)
    read = Read.by(after, world.network)
    of_clauses = Late(standing, late.since.read_by(read))
    if not of_clauses.since:
        return None
    effect = difference.effect(before.document, after.document)
    return {**_head(of_clauses, read.readings(changes)), **effect, "problem": None}


class _Now:
    """What is known now of the sections of one agreement, read once for several of its settlements."""

    def __init__(self, connection: Connection, network: Network, group: Sequence[Standing], now: datetime) -> None:
        self.connection = connection
        self.network = network
        self.now = now
        spans = [standing.span for standing in group]
        self.readings = known_of_all(connection, network, [group[0].agreement], spans, now)

    def settled(self, standing: Standing, readings: Gathered) -> Settlement:
        """The settlement made again from some readings, not stored."""
        agreement = standing.agreement
        account = Account(agreement.code, self.now)
        of_window = readings.within(standing.window)
        with_debts = with_unpaid(self.connection, agreement, standing.span, of_window, account)
        return settlement_of(agreement, self.network, with_debts, standing.span, self.now)


def _standing(headers: Sequence[SettlementHeader], statuses: Collection[str]) -> list[SettlementHeader]:
    """What counts: the confirmed ones and the newest of each agreement and period; `headers` come newest first."""
    newest: dict[tuple[str, str], str] = {}
    for header in headers:
        if header["status"] != REVOKED:
            newest.setdefault((header["agreement"], header["period"]), header["id"])
    last = set(newest.values())
    counts = [header for header in headers if header["status"] == CONFIRMED or header["id"] in last]
    return [header for header in counts if header["status"] in statuses]


def _by_agreement(
    connection: Connection, registry: Registry, headers: Sequence[SettlementHeader | StoredSettlement]
) -> Iterator[Sequence[Standing]]:
    """The settlements in groups of one agreement's text."""

    def text_of(header: SettlementHeader | StoredSettlement) -> tuple[str, str]:
        return header["agreement"], header["agreement_sha256"]

    for (code, sha256), group in groupby(sorted(headers, key=text_of), text_of):
        agreement = agreement_as_applied(connection, registry, code, sha256)
        yield [Standing(header, agreement) for header in group]


def _stations(agreement: Agreement, network: Network) -> list[str]:
    return stations_of(network, agreement.reach.sections_in(network))


def _in_window(rows: pd.DataFrame, standing: Standing) -> pd.DataFrame:
    window = standing.window
    return rows[(rows["time"] >= pd.Timestamp(window.start)) & (rows["time"] < pd.Timestamp(window.end))]


def _of_one(connection: Connection, registry: Registry, header: StoredSettlement, now: datetime) -> Late:
    """One settlement, whatever its status, and what was recorded since."""
    group = next(_by_agreement(connection, registry, [header]))
    (late,) = _since(connection, registry.network, group, now)
    return late


def _since(connection: Connection, network: Network, group: Sequence[Standing], now: datetime) -> list[Late]:
    """What was recorded since each settlement of one agreement: one statement for the readings of all."""
    agreement = group[0].agreement
    earliest = min(standing.as_of for standing in group)
    around = window_of_all([agreement], [standing.span for standing in group])
    changed = changed_since(connection, earliest, _stations(agreement, network), around)
    subjects = _subjects(agreement, network)
    facts = [late for late in late_facts(intake.stored_facts(connection)) if late.fact.subject in subjects]
    return [Late(standing, _since_one(connection, standing, changed, facts, now)) for standing in group]


def _since_one(
    connection: Connection, standing: Standing, changed: pd.DataFrame, facts: Sequence[LateFact], now: datetime
) -> Since:
    """What was recorded since one settlement.

    Parameters
    ----------
    changed : keys of observations recorded since the earliest settlement of the agreement, each with its instant.
    facts : all facts that may matter to the agreement.
    now : the instant as of which the ledger counts.
    """
    keys = _in_window(changed[changed["recorded_at"] > pd.Timestamp(standing.as_of)], standing)
    came_after = [late for late in facts if _came_after(late.fact, standing)]
    return Since(keys, came_after, _other_debts(connection, standing, now))


def _other_debts(connection: Connection, standing: Standing, now: datetime) -> list[Debt]:
    """The debts that came or went since the settlement was made, where a clause asks what is unpaid."""
    agreement = standing.agreement
    if not agreement.reach.ledger:
        return []
    before = store.debts(connection, agreement.code, standing.as_of)
    after = store.debts(connection, agreement.code, now)
    return [debt for debt in (*before, *after) if (debt in before) != (debt in after)]


def _subjects(agreement: Agreement, network: Network) -> set[str]:
    """The codes that a fact may be about and still concern this agreement."""
    sections = agreement.reach.sections_in(network)
    return {agreement.code, agreement.basin, *agreement.reach.parties, *sections, *stations_of(network, sections)}


def _came_after(fact: Fact, standing: Standing) -> bool:
    """Whether a fact was recorded after the settlement and is about its window; a payment may be about any time."""
    if fact.recorded_at is None or fact.recorded_at <= standing.as_of:
        return False
    of = periods.period(fact.period)
    ended_before = periods.ends_on(of) < standing.window.start.date() and not is_payment(fact)
    return periods.starts_on(of) <= periods.ends_on(standing.span) and not ended_before


@dataclass(frozen=True)
class Compared:
    """A settlement, what of its late data the clauses read, and what settling it again would change.

    Attributes
    ----------
    late : with what the clauses read; all that was recorded since, where settling is refused now.
    readings : the late readings, as `difference.changes` lists them.
    outcome : as it is told.
    """

    late: Late
    readings: pd.DataFrame
    outcome: LateResult


def _compared(connection: Connection, registry: Registry, late: Sequence[Late], now: datetime) -> list[Compared]:
    """What settling each of several settlements of one agreement again would change, from one read of what is known."""
    if not late:
        return []
    world = _Now(connection, registry.network, [of_one.standing for of_one in late], now)
    return [_compared_one(world, registry, of_one) for of_one in late]


def _compared_one(world: _Now, registry: Registry, late: Late) -> Compared:
    """What was recorded since a settlement, and what settling it again now would change."""
    standing = late.standing
    stored = store.settlement(world.connection, standing.header["id"])
    readings = _late_readings(world.connection, late, world.now)
    declared = registry.agreements.get(standing.agreement.code)
    text_changed = declared is None or declared.sha256 != standing.agreement.sha256
    try:
        again = world.settled(standing, world.readings)
    except HengjieError as refusal:
        refused = _refused(_head(late, readings), refusal)
        return Compared(late, readings, {**refused, "text_changed": text_changed, "would_be": None})
    read = Read.by(again, world.network)
    of_clauses = Late(standing, late.since.read_by(read))
    of_cells = read.readings(readings)
    outcome: LateResult = {
        **_head(of_clauses, of_cells), **difference.effect(stored, again.document), "problem": None,
        "text_changed": text_changed, "would_be": again.document["id"],
    }  # fmt: skip
    return Compared(of_clauses, of_cells, outcome)


def _head(late: Late, changes: pd.DataFrame) -> LateRow:
    """The header of a settlement, with what was recorded since: readings counted by kind of change, facts, ledger."""
    header = late.standing.header
    kinds = (difference.NEW, difference.REVISED, difference.REMOVED)
    counts = {kind: int((changes["change"] == kind).sum()) for kind in kinds}
    rows = [late_fact.fact for late_fact in late.since.facts]
    facts = [asdict(fact) | {"recorded_at": instant(fact.recorded_at)} for fact in rows if fact.recorded_at]
    return {
        "settlement": header["id"], "agreement": header["agreement"], "title": header["title"],
        "basin": header["basin"], "period": header["period"], "kind": header["kind"], "status": header["status"],
        "as_of": instant(late.standing.as_of), "digest": header["digest"], "readings": counts, "facts": facts,
        "ledger": bool(late.since.debts),
    }  # fmt: skip


def _refused(head: LateRow, refusal: HengjieError) -> LateEffect:
    """The head, and why the settlement cannot be made any more."""
    return {
        **head, "changed": True, "kind_would_be": None, "transfers": [], "obligations": [], "stops_appear": [],
        "stops_vanish": [], "problem": {"message_zh": refusal.zh, "message_en": refusal.en},
    }  # fmt: skip


def _again(result: LateResult, headers: Sequence[SettlementHeader]) -> SettledAgain | None:
    """Where the same result is stored already: somebody has settled again."""
    if result["would_be"] == result["settlement"]:
        return None
    same = (header for header in headers if header["id"] == result["would_be"] and header["status"] != REVOKED)
    return next((SettledAgain(id=header["id"], status=header["status"]) for header in same), None)


def _late_readings(connection: Connection, late: Late, now: datetime) -> pd.DataFrame:
    """The readings in the settlement's window that differ between its instant and now."""
    keys = late.since.keys
    if keys.empty:
        nothing = quality.observations(connection, stations=[])
        return difference.changes(nothing, nothing)
    around: dict[str, Any] = {
        "stations": keys["station"].unique().tolist(),
        "indicators": keys["indicator"].unique().tolist(),
        "start": keys["time"].min().to_pydatetime(),
        "end": keys["time"].max().to_pydatetime() + INSTANT,
    }
    before = quality.observations(connection, **around, as_of=late.standing.as_of)
    after = quality.observations(connection, **around, as_of=now)
    return difference.changes(before, after, late.standing.agreement.data.doubtful)


def _with_senders(connection: Connection, listed: pd.DataFrame) -> list[LateReading]:
    """The late readings with the submission each came by."""
    readings = listed["reading"].dropna().astype("int64").unique().tolist()
    senders: dict[int, Sent] = handed_in(connection, readings).set_index("reading").to_dict("index")  # type: ignore[assignment]
    return [_reading(row, senders.get(row["reading"], {})) for row in listed.to_dict("records")]


def _reading(row: Mapping[Hashable, Any], sender: Sent) -> LateReading:
    return {
        "station": row["station"],
        "indicator": row["indicator"],
        "change": row["change"],
        "time": None if pd.isna(row["time"]) else instant(row["time"]),
        "recorded_at": None if pd.isna(row["recorded_at"]) else instant(row["recorded_at"]),
        "was": None if pd.isna(row["was"]) else float(row["was"]),
        "value": None if pd.isna(row["value"]) else float(row["value"]),
        **sender,
    }
