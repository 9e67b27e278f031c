"""Settling and assessing: gather – decide – write.

In: an engine, the registry and what is asked for. Out: the stored document. The shell of the package: it reads readings
and facts `as_of` an instant, calls the pure core, and writes what came out. `now` is an argument; it reads no clock.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from basin import periods
from basin.agreement import Agreement
from basin.errors import HengjieError, UnknownCode, UsageError
from basin.network import CHINA, Network
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.known_store import known_until
from monitoring_ingest.quality import store as quality
from monitoring_ingest.readings.facts import is_payment
from monitoring_ingest.records import store as intake
from settlement import states, store
from settlement.assessment.scoring import assessed
from settlement.gathered import (
    LEFT_OUT,
    OBSERVED,
    QUALITY,
    Gathered,
    looks_at_weeks,
    looks_back,
    looks_through_the_term,
    sections_of,
)
from settlement.ledger.unpaid import unpaid
from settlement.settling import check_span, settled
from settlement.statement.document import instant

Document = dict[str, Any]
log = logging.getLogger(__name__)
YEARS_OF_TREND = 10


def settle(
    engine: Engine, registry: Registry, code: str, period: str, *, as_of: datetime | None = None, now: datetime
) -> Document:
    """Settle one agreement for one period and store the result.

    Raises
    ------
    HengjieError : an unknown agreement, a period outside its term, a rule that is used and not stated, an `as_of` at
    which not all is known yet.
    """
    agreement, span = registry.agreement(code), periods.period(period)
    check_span(agreement, span)
    known_at = closed_instant(engine, as_of, now)
    with engine.connect() as connection:
        found = known(connection, registry.network, agreement, span, known_at)
    document = settled(agreement, registry.network, found, span, known_at)
    with writing(engine) as connection:
        if store.keep_settlement(connection, document, agreement.text, known_at, now):
            return document
        _reopen(connection, document["id"], now)
        return document | {"status": store.settlement(connection, document["id"])["status"]}


def all_known_at(engine: Engine, now: datetime) -> datetime:
    """The newest instant up to `now` at which nothing more can come to be known: what is settled at it stays so.

    Whoever is storing finishes first; who stores later records a later instant.
    """
    with writing(engine) as connection:
        return known_until(connection, now)


def closed_instant(engine: Engine, as_of: datetime | None, now: datetime) -> datetime:
    """The instant at which to settle: the one asked for or, where none is, that of `all_known_at`.

    Raises
    ------
    UsageError : something may still come to be known at the one asked for. What is settled at it could not be made
    again, and what came by then would never count as late.
    """
    closed = all_known_at(engine, now)
    if as_of is None or as_of <= closed:
        return as_of or closed
    zh, en = f"{instant(as_of)} 所知的还没有收齐", "not all is known yet that will be known then"
    raise UsageError(zh, en, path="as_of", remedy=f"写 {instant(closed)} 或更早的时刻；不写则按此刻所知")


def _reopen(connection: Connection, identity: str, now: datetime) -> None:
    """A revoked settlement that comes out the same again starts over as a trial; its history stays."""
    if store.settlement(connection, identity)["status"] == states.REVOKED:
        store.add_status(connection, identity, (states.TRIAL, "衡界", "重新结算，结果相同"), [], now)


def assess(
    engine: Engine, registry: Registry, basin: str, period: str, *, as_of: datetime | None = None, now: datetime
) -> Document:
    """Assess one basin for one period by the registry's scorecard and store the result.

    Raises
    ------
    HengjieError : an unknown basin, a period that is none, an `as_of` at which not all is known yet.
    """
    card, span = registry.scorecard, periods.period(period)
    known_at = closed_instant(engine, as_of, now)
    sections = [s.code for s in registry.network.sections.values() if s.basin == basin]
    if not sections:
        remedy = "可用：" + " ".join(registry.network.basins)
        raise UnknownCode(f"没有流域 {basin}，或流域没有断面", f"no basin {basin} with sections", remedy=remedy)
    with engine.connect() as connection:
        found = gathered(connection, registry.network, sections, whole_years(span, YEARS_OF_TREND), known_at)
    document = assessed(card, registry.network, basin, found, span, known_at)
    with writing(engine) as connection:
        store.keep_assessment(connection, document, known_at, now)
    return document


def settle_all(
    engine: Engine, registry: Registry, span: pd.Period, now: datetime, only: Collection[str] | None = None
) -> Iterator[tuple[str, Document | Exception]]:
    """Settle the period for every agreement in force in it: the monthly job. No agreement stops the others.

    Parameters
    ----------
    only : codes of the agreements to settle; None for all.

    Yields
    ------
    The code of each agreement, and its document; a `HengjieError` where the rules do not let it be settled, any other
    exception where the program failed, which is logged with its traceback.
    """
    for agreement in registry.in_force(span):
        if only is None or agreement.code in only:
            yield agreement.code, _settled_or_not(engine, registry, agreement.code, periods.label(span), now)


def _settled_or_not(engine: Engine, registry: Registry, code: str, period: str, now: datetime) -> Document | Exception:
    """The document of a settlement, or why there is none."""
    try:
        return settle(engine, registry, code, period, now=now)
    except HengjieError as refusal:
        return refusal
    except Exception as failure:  # whatever it is, the other agreements are settled
        log.exception("settling %s for %s failed", code, period)
        return failure


def window(agreement: Agreement, span: pd.Period) -> tuple[datetime, datetime]:
    """The instants of the readings an agreement looks at for a period.

    From the start of its year, or of the term where a clause reaches through it; a year earlier where it compares; the
    first week whole.
    """
    year = span.start_time.year
    first = min(year, agreement.starts.year) if looks_through_the_term(agreement) else year
    start, end = whole_years(span, year - first + (1 if looks_back(agreement) else 0))
    return (start - timedelta(days=start.weekday()) if looks_at_weeks(agreement) else start), end


def whole_years(span: pd.Period, before: int) -> tuple[datetime, datetime]:
    """From the start of the year so many years `before` the period to the period's end, as instants."""
    first = datetime(span.start_time.year - before, 1, 1, tzinfo=CHINA)
    return first, datetime.combine(periods.ends_on(span), time.max, tzinfo=CHINA)


def known(connection: Connection, network: Network, agreement: Agreement, span: pd.Period, as_of: datetime) -> Gathered:
    """Everything known at `as_of` that an agreement is applied to for a period; where a clause asks, what is unpaid."""
    found = gathered(connection, network, sections_of(agreement, network), window(agreement, span), as_of)
    return with_unpaid(connection, agreement, span, found, (agreement.code, as_of))


def with_unpaid(
    connection: Connection, agreement: Agreement, span: pd.Period, found: Gathered, account: tuple[str, datetime]
) -> Gathered:
    """What was gathered, and what is unpaid where a clause asks for it.

    `account` : the agreement whose ledger and payments count, and the instant at which they do.
    """
    payments = [fact for fact in found.facts if fact.subject == account[0] and is_payment(fact)]
    told = unpaid(agreement, span, store.debts(connection, *account), payments)
    return replace(found, facts=[*found.facts, *told])


def gathered(
    connection: Connection, network: Network, sections: Collection[str], between: tuple[datetime, datetime],
    as_of: datetime,
) -> Gathered:  # fmt: skip
    """Everything known at `as_of` about the sections in the window, in an order that depends on nothing else."""
    stations = [station.code for station in network.stations.values() if station.section in set(sections)]
    selected: intake.Selected = {"stations": stations, "start": between[0], "end": between[1], "as_of": as_of}
    observations = quality.observations(connection, **selected)
    flagged = bool(observations["test"].ne("").any())
    observations = observations[OBSERVED + QUALITY if flagged else OBSERVED]
    left_out = intake.left_out_readings(connection, **selected)[LEFT_OUT]
    order = ["station", "indicator", "time"]
    return Gathered(
        observations.sort_values(order, kind="stable").reset_index(drop=True),
        left_out.sort_values([*order, "reason"], kind="stable").reset_index(drop=True),
        intake.facts(connection, as_of),
    )
