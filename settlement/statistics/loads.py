"""Loads: how many tonnes of a substance a river carried in a month or a year.

In: concentrations [mg/L] and flows [m³/s] with their instants, and the method an agreement names. Out: tonnes per month
and their sum, the flow-weighted mean [mg/L], and the share of the period that both were measured in. It fills no gap,
fits no rating curve and chooses no method: the methods differ several-fold on one set of data. What a clause makes of
them, and of published monthly figures, is in `settlement.clauses.tonnages`.

A period is cut into equal slots. A slot's concentration and flow are the means of the readings in it, nan without one;
a slot with both is a *pair*. K turns mg/L × m³/s into t: mg/L × m³/s = g/s; × seconds of the slot or period × 1e-6 = t.
Non-detects are the caller's (`counting.detected`): SL 219-2013 §12.2.5 takes zero in a load, half in a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from basin import periods
from basin.errors import UsageError
from basin.indicators import INDICATORS
from basin.network import CHINA

Array = NDArray[np.float64]
TONNES_PER_GRAM = 1e-6
MG_PER_LITRE = "mg/L"
M3_A_SECOND = "m³/s"
GRAMS_A_SECOND = "g/s"
# Where flows of both signs nearly cancel, as tides do, weights that sum to almost nothing turn any noise into a mean of
# any size. No agreement and no standard draws the line, so the line is ours: below a tenth, an error of 1 % in the
# flows is 10 % or more of the load.
LEAST_NET_SHARE = Fraction(1, 10)  # of |ΣQ| in Σ|Q|, for every method that divides by ΣQ


def tonnes(concentration: ArrayLike, volume_m3: ArrayLike) -> Array:
    """Load [t] of a volume of water [m³] at a concentration [mg/L = g/m³]."""
    return np.asarray(concentration, dtype=np.float64) * np.asarray(volume_m3, dtype=np.float64) * TONNES_PER_GRAM


def flow_weighted_mean(concentration: Array, flow: Array) -> Array:
    """ΣC·Q / ΣQ [mg/L] over the pairs of (…, slot); nan without a pair and where the flows cancel.

    The mean that loads rest on; a water-quality class rests on the time mean (环办〔2011〕22号).
    """
    carried = np.nansum(concentration * flow, axis=-1)
    return np.asarray(carried / _divisor(paired_flow(concentration, flow)))


@dataclass(frozen=True)
class PairedFlow:
    """The flows of the pairs added up [m³/s], (…): `net` with their signs, `gross` without."""

    net: Array
    gross: Array

    @property
    def cancels(self) -> NDArray[np.bool_]:
        """Whether so little remains of the flows that nothing can be weighted by them; where nothing flows, too."""
        return np.asarray(np.abs(self.net) < float(LEAST_NET_SHARE) * self.gross) | (self.gross == 0)


def paired_flow(concentration: Array, flow: Array) -> PairedFlow:
    """ΣQ and Σ|Q| over the pairs of (…, slot)."""
    paired = np.where(_pairs(concentration, flow), flow, 0)
    return PairedFlow(paired.sum(axis=-1), np.abs(paired).sum(axis=-1))


def _divisor(flows: PairedFlow) -> Array:
    """The sum of the flows to divide by, nan where they cancel."""
    return np.where(flows.cancels, np.nan, flows.net)


def _is_dry(concentration: Array, flow: Array) -> NDArray[np.bool_]:
    """Whether every flow that was measured is zero, and concentrations were measured with some of them."""
    still = np.where(np.isfinite(flow), flow == 0, True).all(axis=-1)
    return np.asarray(still & _pairs(concentration, flow).any(axis=-1))


@dataclass(frozen=True)
class Factor:
    """What a method multiplies, a mean or a sum over slots [unit], and how it came about: a calculator does it again.

    Attributes
    ----------
    value : (…), nan without anything to add, or where nothing flowed. total, over : what was added up, and the number
        of slots or the sum beside it. made : how they make `value`, with places for both.
    """

    value: Array
    unit: str
    total: Array
    over: Array
    made: str


Factors = tuple[Factor, ...]


def integral(concentration: Array, flow: Array) -> Factors:
    """Σ C·Q·Δt over the pairs: each stands for its own slot and for nothing else, so gaps carry no load.

    Parameters (of this and all methods below)
    ----------
    concentration : (…, slot) [mg/L]. flow : (…, slot) [m³/s].

    Returns
    -------
    factors of (…); their product is nan without a pair.
    """
    total = _present_sum(concentration * flow)
    return (
        Factor(total, GRAMS_A_SECOND, total, _pairs(concentration, flow).sum(axis=-1), "{over} 个时段的浓度×流量相加"),
    )


def method_a(concentration: Array, flow: Array) -> Factors:
    """K·(ΣC/n)·(ΣQ_i/n): mean concentration × mean flow of the n pairs × the period; ignores how C goes with Q."""
    pair = _pairs(concentration, flow)
    return _mean(np.where(pair, concentration, np.nan), MG_PER_LITRE), _mean(np.where(pair, flow, np.nan), M3_A_SECOND)


def method_b(concentration: Array, flow: Array) -> Factors:
    """K·(ΣC/n)·Q̄: mean of all concentrations × mean of all flows × the period; where point sources dominate."""
    return _mean(concentration, MG_PER_LITRE), _mean(flow, M3_A_SECOND)


def method_c(concentration: Array, flow: Array) -> Factors:
    """K·Σ(C_i·Q_i)/n: mean of the n instantaneous loads × the period."""
    return (_mean(concentration * flow, GRAMS_A_SECOND),)


def method_d(concentration: Array, flow: Array) -> Factors:
    """Σ K_i·C_i·Q̄_i: each sample stands for the slots nearest to it and their mean flow.

    K_i is the length of those slots; a slot midway goes to the earlier sample. A sample with no flow
    around it makes the load absent.
    """
    sampled = np.isfinite(concentration)
    owner = _nearest(sampled)
    length = _owned(owner, np.ones(flow.shape))
    with np.errstate(invalid="ignore"):
        mean_flow = _owned(owner, np.nan_to_num(flow)) / _owned(owner, np.isfinite(flow))
    added = np.where(sampled, concentration * mean_flow * length, 0).sum(axis=-1)
    total = np.where(sampled.any(axis=-1), added, np.nan)
    return (Factor(total, GRAMS_A_SECOND, total, sampled.sum(axis=-1), "{over} 个样品的浓度×平均流量×时段数相加"),)


def method_e(concentration: Array, flow: Array) -> Factors:
    """K·(ΣC_i·Q_i/ΣQ_i)·Q̄: flow-weighted mean of the pairs × mean of all flows × the period; for diffuse sources."""
    # a dry river carries nothing, whatever was dissolved in its pools
    weighted = np.where(_is_dry(concentration, flow), 0.0, flow_weighted_mean(concentration, flow))
    carried = np.nansum(concentration * flow, axis=-1)
    flowed = paired_flow(concentration, flow).net
    of_pairs = Factor(weighted, MG_PER_LITRE, carried, flowed, "{total} g/s ÷ {over} m³/s")
    return of_pairs, _mean(flow, M3_A_SECOND)


METHODS: Mapping[str, Callable[[Array, Array], Factors]] = {
    "integral": integral, "A": method_a, "B": method_b, "C": method_c, "D": method_d, "E": method_e
}  # fmt: skip
# These add up slots, so that their sum is multiplied by the length of one; the means of the others by the whole period.
SUMS_OF_SLOTS = frozenset({"integral", "D"})
# These divide by the sum of the flows, which may nearly cancel; the others divide by a number of slots.
WEIGHTED_BY_FLOW = frozenset({"E"})


def load_by(method: str, concentration: Array, flow: Array, seconds: float) -> Array:
    """Load [t] by a method; nan where the method has no load.

    Parameters
    ----------
    method : one of `METHODS`.
    concentration : (…, slot) [mg/L]. flow : (…, slot) [m³/s].
    seconds : the length of a slot [s].
    """
    time = seconds * (1 if method in SUMS_OF_SLOTS else flow.shape[-1])
    values = (factor.value for factor in METHODS[method](concentration, flow))
    return np.asarray(prod(values, start=time * TONNES_PER_GRAM), dtype=np.float64)


# what a working line says of each method
IN_WORDS: Mapping[str, str] = {
    "integral": "各时段浓度×流量×时长，相加",
    "A": "同时测到的浓度平均×流量平均×全月",
    "B": "全部浓度平均×全部流量平均×全月",
    "C": "瞬时通量的平均×全月",
    "D": "每个样品×离它最近的时段的平均流量×时长，相加",
    "E": "流量加权浓度×全部流量平均×全月",
}
IN_ENGLISH: Mapping[str, str] = {
    "integral": "concentration × flow × time, slot by slot",
    "A": "mean concentration × mean flow of the pairs",
    "B": "mean of all concentrations × mean of all flows",
    "C": "mean of the instantaneous loads",
    "D": "each sample × the mean flow of the slots nearest to it",
    "E": "flow-weighted concentration × mean flow",
}
# A and B look at the mean concentration and the mean flow only, so monthly means are enough; the others weigh every
# concentration with its own flow, which monthly means no longer tell.
FROM_MEANS = frozenset({"A", "B"})


@dataclass(frozen=True)
class LoadRule:
    """How an agreement wants loads computed: one of `METHODS`, and the length of a slot [min] (4-hourly: 240)."""

    method: str
    minutes: int = 240

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(
                f"未知的通量计算方法：{self.method}", f"unknown load method: {self.method}",
                path="data.load_method", remedy=" | ".join(METHODS),
            )  # fmt: skip

    @property
    def seconds(self) -> int:
        """The length of a slot [s]."""
        return self.minutes * 60


@dataclass(frozen=True)
class Load:
    """The load of a period of months.

    Attributes
    ----------
    tonnes : the sum of `months["tonnes"]` in their order; nan where a month has none. mean : flow-weighted [mg/L].
    pairs, slots, coverage : slots with both measured, slots of the period, their ratio.
    months : index month, columns tonnes, mean, pairs, slots, coverage, flows (`PairedFlow`), carried (ΣC·Q of the
        pairs [g/s]), per_mg_l (what 1 mg/L more adds [t]: every method is linear in the concentration), reason (None,
        ``no_readings``, ``no_flow``, ``no_pairs``, ``flow_sums_to_zero``) and factors (what the method multiplied).
    """

    tonnes: float
    mean: float
    pairs: int
    slots: int
    coverage: float
    months: pd.DataFrame


def load(
    concentration: pd.Series, flow: pd.Series, period: pd.Period, rule: LoadRule, timezone: tzinfo = CHINA
) -> Load:
    """The load of a month or of a longer period, computed month by month, so that the months add up to it exactly.

    Parameters
    ----------
    concentration [mg/L], flow [m³/s] : float64 indexed by instant (UTC), in any order. period : a month, quarter, year.
    rule : the method, and the length of a slot. timezone : whose calendar months they are.
    """
    months = pd.period_range(period.start_time, period.end_time, freq="M")
    c = _by_month(concentration, timezone)
    q = _by_month(flow, timezone)
    table = pd.DataFrame([_month(c.get(m), q.get(m), m, rule) for m in months], index=months.rename("month"))
    table["reason"] = table["reason"].astype("object").where(table["reason"].notna(), None)
    net = np.array([flows.net for flows in table["flows"]])
    gross = np.array([flows.gross for flows in table["flows"]])
    weighted = table["carried"].sum() / _divisor(PairedFlow(net.sum(), gross.sum()))
    pairs = int(table["pairs"].sum())
    slots = int(table["slots"].sum())
    return Load(sum(table["tonnes"].to_list()), float(weighted), pairs, slots, pairs / slots, table)


@dataclass(frozen=True)
class MonthLoad:
    """A month's load as `Load.months` has it: [t], None with a reason where there is none; `per_mg_l` [t per mg/L].

    `factors` are what the method multiplied, and `flows` the sums of the flows of the pairs, for the working.
    """

    tonnes: float | Array | None
    pairs: int
    slots: int
    per_mg_l: float = 0.0
    reason: str | None = None
    factors: Factors = ()
    flows: PairedFlow | None = None


def section_loads(rows: pd.DataFrame, rule: LoadRule) -> dict[tuple[str, str, pd.Period], MonthLoad]:
    """The loads of every section that measures its flow: (section, indicator in mg/L, month) → `MonthLoad`.

    Parameters
    ----------
    rows : the readings that count, non-detects as zero: columns section, indicator, time (UTC), value.
    rule : the method, and the length of a slot.
    """
    groups = rows.groupby(["section", "indicator"], observed=True)
    series = {(str(s), str(i)): part.set_index("time")["value"] for (s, i), part in groups}
    loads: dict[tuple[str, str, pd.Period], MonthLoad] = {}
    for (section, indicator), concentration in series.items():
        flow = series.get((section, "flow"))
        if flow is not None and INDICATORS[indicator].unit == MG_PER_LITRE:
            table = load(concentration, flow, _span(concentration), rule).months
            months = map(periods.interned, table.index)
            rows_of_months = zip(months, table.to_dict("records"), strict=True)
            loads |= {(section, indicator, month): _month_load(row) for month, row in rows_of_months}
    return loads


def _span(readings: pd.Series, timezone: tzinfo = CHINA) -> pd.Period:
    """The months from the first reading to the last."""
    local = pd.DatetimeIndex(readings.index).tz_convert(timezone).tz_localize(None)
    return periods.run_of_months(local.min().to_period("M"), local.max().to_period("M"))


def _month_load(row: Mapping[Hashable, Any]) -> MonthLoad:
    if row["reason"] is not None:
        return MonthLoad(None, row["pairs"], row["slots"], reason=row["reason"], flows=row["flows"])
    per_mg_l = float(row["per_mg_l"])
    return MonthLoad(
        float(row["tonnes"]), row["pairs"], row["slots"], per_mg_l, factors=row["factors"], flows=row["flows"]
    )


def _month(concentration: pd.Series | None, flow: pd.Series | None, month: pd.Period, rule: LoadRule) -> dict[str, Any]:
    """One line of `Load.months`: of the readings of that month, in naive local time; None where there are none."""
    c = slot_means(concentration, month, rule.minutes)
    q = slot_means(flow, month, rule.minutes)
    pair = _pairs(c, q)
    amount = float(load_by(rule.method, c, q, rule.seconds))
    of_one_mg_l = float(load_by(rule.method, np.where(np.isfinite(c), 1.0, np.nan), q, rule.seconds))
    missing = {"no_readings": ~np.isfinite(c), "no_flow": ~np.isfinite(q), "no_pairs": ~pair}
    flows = paired_flow(c, q)
    otherwise = "flow_sums_to_zero" if rule.method in WEIGHTED_BY_FLOW and flows.cancels else "no_flow"
    reason = next((reason for reason, where in missing.items() if where.all()), otherwise)
    return {
        "tonnes": amount,
        "mean": float(flow_weighted_mean(c, q)),
        "pairs": int(pair.sum()),
        "slots": len(pair),
        "coverage": float(pair.mean()),
        "flows": flows,
        "carried": float(np.nansum(c * q)),
        "per_mg_l": of_one_mg_l,
        "reason": reason if np.isnan(amount) else None,
        "factors": METHODS[rule.method](c, q),
    }


def slot_means(readings: pd.Series | None, month: pd.Period, minutes: int) -> Array:
    """Mean of the readings in each slot of a month, (slot), nan in slots without a reading.

    Parameters
    ----------
    readings : indexed by naive local time, none before the month; None for no reading.
    month : the slots' month.
    minutes : the length of a slot [min].
    """
    slots = month.days_in_month * 1440 // minutes
    if readings is None:
        return np.full(slots, np.nan)
    values = readings.to_numpy(np.float64)
    start = month.start_time.to_datetime64().astype("datetime64[m]")
    slot = (readings.index.to_numpy().astype("datetime64[m]") - start).astype(np.int64) // minutes
    inside = (slot < slots) & ~np.isnan(values)
    total = np.bincount(slot[inside], weights=values[inside], minlength=slots)
    number = np.bincount(slot[inside], minlength=slots)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _by_month(readings: pd.Series, timezone: tzinfo) -> dict[pd.Period, pd.Series]:
    """The readings of each local month, indexed by naive local time."""
    local = pd.DatetimeIndex(readings.index).tz_convert(timezone).tz_localize(None)
    series = readings.set_axis(local)
    return {part.index[0].to_period("M"): part for _, part in series.groupby(local.to_period("M"))}


def _pairs(concentration: Array, flow: Array) -> NDArray[np.bool_]:
    """The slots in which both concentration and flow were measured."""
    return np.isfinite(concentration) & np.isfinite(flow)


def _mean(values: Array, unit: str) -> Factor:
    """Mean of the slots that are present, nan where none is."""
    total = np.nansum(values, axis=-1)
    number = np.isfinite(values).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return Factor(np.asarray(total / number), unit, total, number, "{total} ÷ {over} 个时段")


def _present_sum(values: Array) -> Array:
    """Sum of what is present, nan where nothing is."""
    return np.where(np.isfinite(values).any(axis=-1), np.nansum(values, axis=-1), np.nan)


def _nearest(sampled: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each slot the nearest sampled slot of its series, the earlier of two; (…, slot)."""
    slots = sampled.shape[-1]
    position = np.broadcast_to(np.arange(slots), sampled.shape)
    before = np.maximum.accumulate(np.where(sampled, position, -2 * slots), axis=-1)
    after = np.minimum.accumulate(np.where(sampled, position, 4 * slots)[..., ::-1], axis=-1)[..., ::-1]
    nearest = np.where(position - before <= after - position, before, after)
    return np.where(sampled.any(axis=-1, keepdims=True), nearest, 0)


def _owned(owner: NDArray[np.int64], values: ArrayLike) -> Array:
    """Sum of `values` over the slots each slot owns; (…, slot)."""
    slots = owner.shape[-1]
    group = owner.reshape(-1, slots) + slots * np.arange(owner.size // slots)[:, np.newaxis]
    weights = np.asarray(values, dtype=np.float64).ravel()
    sums = np.bincount(group.ravel(), weights=weights, minlength=owner.size)
    return np.asarray(sums.reshape(owner.shape), dtype=np.float64)
