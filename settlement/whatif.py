"""What if the agreement were another: the same data under the agreement in force and under a proposed one.

In: two agreements, what was gathered, and years. Out: amounts of both per year and pair, who gains and who loses, how
much the sums swing from year to year, and the incentive: what 0.01 mg/L more at a section changes. Pure; nothing is
stored, and an answer is no settlement.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import POOL
from basin.draws import Number, floats
from basin.errors import UsageError
from basin.indicators import INDICATORS
from basin.network import Network
from basin.rounding import FEN_PER_WAN, yuan, yuan_fen
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.gathered import Gathered, measurements
from settlement.obligations.balances import balances
from settlement.obligations.compensation import Compensation, compensation
from settlement.settling import check_span

Pair = tuple[str, str]
STEP = 0.01  # mg/L: the unit in which the incentive is told
MG_PER_LITRE = "mg/L"


class PairComparison(TypedDict):
    """What one party owes another under both agreements [yuan]; None where a side stops and does not say."""

    payer: str
    payee: str
    in_force_yuan: str | None
    proposed_yuan: str | None
    difference_yuan: str | None


class Incentive(TypedDict):
    """What `STEP` more at a section changes for each party [yuan]; None where an agreement does not look at it."""

    section: str
    indicator: str
    in_force_yuan: dict[str, str] | None
    proposed_yuan: dict[str, str] | None


class Stops(TypedDict):
    """Why parts of either agreement stop: ``clause: reason``."""

    in_force: list[str]
    proposed: list[str]


class YearComparison(TypedDict):
    """One year under both agreements."""

    year: str
    pairs: list[PairComparison]
    stops: Stops
    incentives: list[Incentive]


class PartyComparison(TypedDict):
    """What a party receives net over the years counted [yuan], and how much that swings between years."""

    party: str
    in_force_yuan: str
    proposed_yuan: str
    difference_yuan: str
    in_force_volatility_yuan: str | None
    proposed_volatility_yuan: str | None


class WhatIf(TypedDict):
    """The answer: both agreements on the same data."""

    agreement: str
    proposed: str
    step: str
    years: list[YearComparison]
    years_counted: int
    parties: list[PartyComparison]
    winners: list[str]
    losers: list[str]


@dataclass(frozen=True)
class Outcome:
    """One agreement applied to one year: transfers [fen], reasons why something stopped, incentives.

    `slopes` : (section, indicator) → party → change of its net [fen] when the monthly means there rise by `STEP`.
    """

    transfers: Mapping[Pair, int]
    stops: tuple[str, ...]
    slopes: Mapping[Pair, Mapping[str, int]]


@dataclass(frozen=True)
class Year:
    """One year under both agreements: the one in force now, and then the proposed one."""

    of: pd.Period
    now: Outcome
    then: Outcome


def whatif(
    in_force: Agreement, proposed: Agreement, network: Network, readings: Gathered, years: Sequence[pd.Period]
) -> WhatIf:
    """Both agreements on the same data, year by year.

    Parameters
    ----------
    in_force, proposed, network : what is applied. readings : what was gathered for both. years : whole years.

    Returns
    -------
    ``years``: per year the pairs with both amounts and their difference, the stops and the incentives of both;
    ``parties``: over the years in which neither stops, the net received under both, the difference and the standard
    deviation between years (of a sample; None below two years); ``winners`` and ``losers``. All sums in yuan.

    Raises
    ------
    UsageError : a year outside the term of one of them.
    """
    priced = [
        Year(of, _outcome(in_force, network, readings, of), _outcome(proposed, network, readings, of)) for of in years
    ]
    counted = [year for year in priced if not year.now.stops and not year.then.stops]
    now = [net(year.now.transfers) for year in counted]
    then = [net(year.then.transfers) for year in counted]
    names = sorted({party for sums in (*now, *then) for party in sums})
    parties = [_party(name, _of_party(name, now), _of_party(name, then)) for name in names]
    return {
        "agreement": in_force.code, "proposed": proposed.code, "step": f"{STEP} {MG_PER_LITRE}",
        "years": [_year(year.of, year.now, year.then) for year in priced], "years_counted": len(counted),
        "parties": parties,
        "winners": [p["party"] for p in parties if yuan_fen(p["difference_yuan"]) > 0],
        "losers": [p["party"] for p in parties if yuan_fen(p["difference_yuan"]) < 0],
    }  # fmt: skip


def whole_years(text: str) -> tuple[pd.Period, ...]:
    """The years of a period written as ``2023`` or ``2023..2025``.

    Raises
    ------
    UsageError : it is not made of whole years.
    """
    span = periods.period(text)
    years = periods.periods_in(span, "year")
    if len(years) * 12 != len(periods.months(span)):
        raise UsageError(f"不是整年：{text}", "not whole years", path="years", remedy="写成 2023 或 2023..2025")
    return years


def _outcome(agreement: Agreement, network: Network, readings: Gathered, of: pd.Period) -> Outcome:
    """One agreement applied to one year.

    Parameters
    ----------
    agreement, network : what is applied. readings : what was gathered. of : the year.
    """
    check_span(agreement, of)
    data = measurements(agreement, network, readings.within(agreement.window(of)), of)
    decided = _decided(agreement, network, data, of)
    stops = tuple(dict.fromkeys(f"{stop.clause}: {stop.reason}" for stop in decided.stops))
    return Outcome(decided.transfers, stops, {} if stops else _slopes(agreement, network, data, of, decided))


def _decided(agreement: Agreement, network: Network, data: Measurements, of: pd.Period) -> Compensation:
    return compensation(Evaluator(agreement, network, data), of)


def _slopes(
    agreement: Agreement, network: Network, data: Measurements, of: pd.Period, decided: Compensation
) -> dict[Pair, dict[str, int]]:
    """What each section and indicator that was used changes when its monthly means of the year rise by `STEP`.

    All of them at once, one draw each. Where values are rounded before they are compared, or a ladder pays in steps,
    this is 0 or a whole step; where the rise makes something stop, there is no incentive to tell.
    """
    used = dict.fromkeys((s.section, s.indicator) for e in decided.evaluations for s in e.statistics)
    raised = [(section, code) for section, code in used if INDICATORS[code].unit == MG_PER_LITRE]
    if not raised:
        return {}
    now = balances(Evaluator(agreement, network, data), of)
    then = balances(Evaluator(agreement, network, shifted(data, raised, of)), of)
    changes = {party: _change(now[party], then[party], len(raised)) for party in sorted(now) if party != POOL}
    return {pair: _of_draw(changes, i) for i, pair in enumerate(raised)}


def _of_draw(changes: Mapping[str, Sequence[int]], draw: int) -> dict[str, int]:
    """What one draw changes, for each party for which it changes anything [fen]."""
    return {party: of_party[draw] for party, of_party in changes.items() if of_party[draw]}


def _change(now: Number | None, then: Number | None, draws: int) -> list[int]:
    """By how much each draw of a balance exceeds the balance as it is [fen]; 0 where a draw has none."""
    if now is None or then is None:
        return [0] * draws
    more = np.broadcast_to(floats(then - now) * FEN_PER_WAN, draws)
    return [round(change) for change in np.nan_to_num(more).tolist()]


def shifted(data: Measurements, raised: Sequence[Pair], of: pd.Period) -> Measurements:
    """The measurements in as many draws: in each the monthly means of one section, indicator and year rise by `STEP`.

    Loads rise by what that adds to every sample; days stay.
    """
    rises = dict(zip(raised, STEP * np.eye(len(raised)), strict=True))
    months = {
        (s, i, month): replace(read, mean=read.mean + rises[s, i])
        for (s, i, month), read in data.months.items()
        if (s, i) in rises and month.year == of.year and read.mean is not None
    }
    loads = {
        (s, i, month): replace(load, tonnes=load.tonnes + rises[s, i] * load.per_mg_l)
        for (s, i, month), load in data.loads.items()
        if (s, i) in rises and month.year == of.year and load.tonnes is not None
    }
    return replace(data, months={**data.months, **months}, loads={**data.loads, **loads})


def net(transfers: Mapping[Pair, int]) -> dict[str, int]:
    """What each party receives less what it pays [fen]."""
    sums: dict[str, int] = defaultdict(int)
    for (payer, payee), amount in transfers.items():
        sums[payer] -= amount
        sums[payee] += amount
    return dict(sums)


def _year(of: pd.Period, now: Outcome, then: Outcome) -> YearComparison:
    pairs = [_pair(pair, now, then) for pair in _pairs([*now.transfers, *then.transfers])]
    slopes: list[Incentive] = [
        {"section": section, "indicator": indicator, "in_force_yuan": _in_yuan(now.slopes.get((section, indicator))),
         "proposed_yuan": _in_yuan(then.slopes.get((section, indicator)))}
        for section, indicator in dict.fromkeys([*now.slopes, *then.slopes])
    ]  # fmt: skip
    stops: Stops = {"in_force": list(now.stops), "proposed": list(then.stops)}
    return {"year": periods.label(of), "pairs": pairs, "stops": stops, "incentives": slopes}


def _in_yuan(changes: Mapping[str, int] | None) -> dict[str, str] | None:
    """None where the agreement does not look at it, or stopped; empty where nothing changes."""
    return None if changes is None else {party: yuan(change) for party, change in changes.items()}


def _pairs(directed: Iterable[Pair]) -> list[Pair]:
    """Each pair of parties once, in the direction met first."""
    met: dict[frozenset[str], Pair] = {}
    for pair in directed:
        met.setdefault(frozenset(pair), pair)
    return list(met.values())


def _pair(pair: Pair, now: Outcome, then: Outcome) -> PairComparison:
    """Both amounts from payer to payee, negative where the money goes the other way; None where it is not known."""
    was = _between(pair, now)
    would_be = _between(pair, then)
    return {
        "payer": pair[0],
        "payee": pair[1],
        "in_force_yuan": None if was is None else yuan(was),
        "proposed_yuan": None if would_be is None else yuan(would_be),
        "difference_yuan": None if was is None or would_be is None else yuan(would_be - was),
    }


def _between(pair: Pair, side: Outcome) -> int | None:
    """What is owed, without the parts that stop; where nothing remains of a side that stops it is unknown, not 0."""
    back = (pair[1], pair[0])
    if side.stops and not side.transfers.keys() & {pair, back}:
        return None
    return side.transfers.get(pair, 0) - side.transfers.get(back, 0)


def _of_party(name: str, sums: Sequence[Mapping[str, int]]) -> list[int]:
    """What one party receives net in each year [fen]."""
    return [of_year.get(name, 0) for of_year in sums]


def _party(name: str, now: Sequence[int], then: Sequence[int]) -> PartyComparison:
    return {
        "party": name,
        "in_force_yuan": yuan(sum(now)),
        "proposed_yuan": yuan(sum(then)),
        "difference_yuan": yuan(sum(then) - sum(now)),
        "in_force_volatility_yuan": _volatility(now),
        "proposed_volatility_yuan": _volatility(then),
    }


def _volatility(yearly: Sequence[int]) -> str | None:
    return yuan(round(statistics.stdev(yearly))) if len(yearly) > 1 else None
