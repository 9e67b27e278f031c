"""Settling and assessing: gather – decide – write.

In: an engine, the registry and what is asked for. Out: the stored document. The shell of the package: it reads readings
and facts `as_of` an instant, calls the pure core, and writes what came out. `now` is an argument; it reads no clock.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import reduce

import pandas as pd
from sqlalchemy import Connection, Engine

from basin import periods
from basin.agreement import Agreement
from basin.errors import HengjieError, UnknownCode, UsageError
from basin.periods import Window
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.known_store import known_until
from monitoring_ingest.schedule.leases import Clock
from settlement import states, store
from settlement.assessment.scoring import assessed
from settlement.known import Account, gathered, known_of_all, with_unpaid
from settlement.settling import check_span, settled
from settlement.statement.document import instant
from settlement.statement.rows import AssessmentDocument, SettlementDocument

log = logging.getLogger(__name__)


def settle(
    engine: Engine, registry: Registry, code: str, period: str, *, as_of: datetime | None = None, now: datetime
) -> SettlementDocument:
    """Settle one agreement for one period and store the result.

    Parameters
    ----------
    code, period : the agreement, and the period as people write it.
    as_of : nothing recorded later counts; None for everything that is closed by `now`.
    now : the instant of storing.

    Returns
    -------
    The document. Where the same settlement is stored already, nothing is stored twice, and the status is today's.

    Raises
    ------
    HengjieError : an unknown agreement, a period outside its term, a rule that is used and not stated, an `as_of` at
    which not all is known yet.
    """
    [document] = settle_each(engine, registry, code, [period], lambda: now, as_of=as_of)
    return document


def settle_each(
    engine: Engine, registry: Registry, code: str, wanted: Sequence[str], clock: Clock, *, as_of: datetime | None = None
) -> Iterator[SettlementDocument]:
    """Settle one agreement for several periods, one after another, from one read of the database.

    Each document is the one that `settle` would give as of the instant at which the first was settled.

    Parameters
    ----------
    code, wanted : the agreement, and the periods as people write them.
    clock : gives the instant at which each is stored.
    as_of : nothing recorded later counts; None for everything that is closed when the first is settled.

    Yields
    ------
    The document of each period, stored.

    Raises
    ------
    HengjieError : as `settle`, before anything is stored where the agreement or one of the periods is refused.
    """
    agreement = registry.agreement(code)
    spans = [periods.period(text) for text in wanted]
    if not spans:
        return
    for span in spans:
        check_span(agreement, span)
    known_at = closed_instant(engine, as_of, clock())
    with engine.connect() as connection:
        all_readings = known_of_all(connection, registry.network, [agreement], spans, known_at)
    for span in spans:
        readings = all_readings.within(agreement.window(span))
        with engine.connect() as connection:
            readings = with_unpaid(connection, agreement, span, readings, Account(code, known_at))
        document = settled(agreement, registry.network, readings, span, known_at)
        yield _stored(engine, agreement, document, known_at, clock())


def _stored(
    engine: Engine, agreement: Agreement, document: SettlementDocument, known_at: datetime, now: datetime
) -> SettlementDocument:
    """Store a settlement unless it is stored already; the document with the status it has today.

    Parameters
    ----------
    agreement, document : what was applied, and what was decided.
    known_at : the instant up to which the settlement knows what was recorded.
    now : the instant of storing.
    """
    with writing(engine) as connection:
        recorded_at = instant_to_record(connection, now)
        if store.keep_settlement(connection, document, agreement.text, known_at, recorded_at):
            return document
        _reopen(connection, document["id"], recorded_at)
        return document | {"status": store.settlement(connection, document["id"])["status"]}


def all_known_at(engine: Engine, now: datetime) -> datetime:
    """The newest instant up to `now` at or before which nothing more can be recorded.

    It is read inside a write transaction, so every transaction that may still record an earlier instant has ended.
    """
    with writing(engine) as connection:
        return known_until(connection, now)


def closed_instant(engine: Engine, as_of: datetime | None, now: datetime) -> datetime:
    """The instant at which to settle: `as_of` or, where it is None, that of `all_known_at`.

    Raises
    ------
    UsageError : something may still be recorded at or before `as_of`. A settlement as of that instant could not be made
    again, and what is recorded meanwhile would never count as late.
    """
    closed = all_known_at(engine, now)
    if as_of is None or as_of <= closed:
        return as_of or closed
    zh = f"{instant(as_of)} 所知的还没有收齐"
    remedy = f"写 {instant(closed)} 或更早的时刻；不写则按此刻所知"
    raise UsageError(zh, "not all is known yet that will be known then", path="as_of", remedy=remedy)


def _reopen(connection: Connection, identity: str, now: datetime) -> None:
    """A revoked settlement that comes out the same again starts over as a trial; its history stays."""
    if store.settlement(connection, identity)["status"] == states.REVOKED:
        again = states.StatusChange(states.TRIAL, "衡界", "重新结算，结果相同")
        store.add_status(connection, identity, again, [], now)


def assess(
    engine: Engine, registry: Registry, basin: str, period: str, *, as_of: datetime | None = None, now: datetime
) -> AssessmentDocument:
    """Assess one basin for one period by the registry's scorecard and store the result.

    Parameters
    ----------
    basin, period : the basin's code, and the period as people write it.
    as_of : nothing recorded later counts; None for everything that is closed by `now`.
    now : the instant of storing.

    Raises
    ------
    HengjieError : an unknown basin, a period that is none, an `as_of` at which not all is known yet.
    """
    [document] = assess_each(engine, registry, basin, [period], lambda: now, as_of=as_of)
    return document


def assess_each(
    engine: Engine, registry: Registry, basin: str, wanted: Sequence[str], clock: Clock, *,
    as_of: datetime | None = None,
) -> Iterator[AssessmentDocument]:  # fmt: skip
    """Assess one basin for several periods, one after another, from one read of the database.

    Parameters
    ----------
    basin, wanted : the basin's code, and the periods as people write them.
    clock : gives the instant at which each is stored.
    as_of : nothing recorded later counts; None for everything that is closed when the first is assessed.

    Yields
    ------
    The document of each period, stored: the one that `assess` would give.

    Raises
    ------
    HengjieError : as `assess`, before anything is stored.
    """
    spans = [periods.period(text) for text in wanted]
    if not spans:
        return
    known_at = closed_instant(engine, as_of, clock())
    sections = [s.code for s in registry.network.sections.values() if s.basin == basin]
    if not sections:
        remedy = "可用：" + " ".join(registry.network.basins)
        raise UnknownCode(f"没有流域 {basin}，或流域没有断面", f"no basin {basin} with sections", remedy=remedy)
    windows = [registry.scorecard.agreement(basin, sections, span).window(span) for span in spans]
    with engine.connect() as connection:
        all_readings = gathered(connection, registry.network, sections, reduce(Window.around, windows), known_at)
    for span, window in zip(spans, windows, strict=True):
        readings = all_readings.within(window)
        document = assessed(registry.scorecard, registry.network, basin, readings, span, known_at)
        with writing(engine) as connection:
            store.keep_assessment(connection, document, known_at, instant_to_record(connection, clock()))
        yield document


def settle_all(
    engine: Engine, registry: Registry, span: pd.Period, now: datetime, only: Collection[str] | None = None
) -> Iterator[tuple[str, SettlementDocument | Exception]]:
    """Settle the period for every agreement in force in it: the monthly job. No agreement stops the others.

    Parameters
    ----------
    span, now : the period, and the instant of storing.
    only : codes of the agreements to settle; None for all.

    Yields
    ------
    The code of each agreement, and its document; a `HengjieError` where the rules do not let it be settled, any other
    exception where the program failed, which is logged with its traceback.
    """
    for agreement in registry.in_force(span):
        if only is None or agreement.code in only:
            yield agreement.code, _settled_or_not(engine, registry, agreement.code, periods.label(span), now)


def _settled_or_not(
    engine: Engine, registry: Registry, code: str, period: str, now: datetime
) -> SettlementDocument | Exception:
    """The document of a settlement, or why there is none."""
    try:
        return settle(engine, registry, code, period, now=now)
    except HengjieError as refusal:
        return refusal
    except Exception as failure:  # whatever it is, the other agreements are settled
        log.exception("settling %s for %s failed", code, period)
        return failure
