"""Volumes (水量): how much water passed a section over a period, for a clause and for loads.

In: the `Evaluator` and the element in hand. Out: a `Value` [万 m³] with its working: what is published or recorded for
exactly the period; else the sum of its months, each from mean flow and time, at a mean of sections from its members'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from basin import periods
from basin.rounding import printed
from settlement.clauses.values import Value, concentration, excluded, mean_of_parts, stated
from settlement.clauses.working import Trail, short

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator

M3_PER_WAN = 10_000
SECONDS_A_DAY = 24 * 60 * 60
Named = Callable[..., str]


def volume(ev: Evaluator, spot: Element, named: Named, trail: Trail) -> Value:
    """The volume [万 m³] of the section in hand; `named` labels the lines of the working."""
    return amount_of(
        ev, spot, "volume", trail, lambda at: f"{named(at)} 水量（万 m³）", lambda at: _of_month(ev, at, named, trail)
    )


def amount_of(
    ev: Evaluator, spot: Element, quantity: str, trail: Trail, label: Callable[[Element], str],
    of_month: Callable[[Element], tuple[Value, str]],
) -> Value:  # fmt: skip
    """An amount of water or substance over the period in hand: known for exactly it, of a month, or of its months.

    Days and weeks have none of their own.
    """
    found, how = known(ev, spot.codes["section"], quantity, spot.of) or (Value(None, f"no_{quantity.split()[0]}"), "")
    if not how and spot.of.freqstr == "M":
        found, how = of_month(spot)
    elif not how and spot.of.freqstr[0] not in "DW":
        months = [replace(spot, of=month) for month in periods.months(spot.of) if ev.rules.exists(month)]
        parts = [amount_of(ev, month, quantity, trail, label, of_month) for month in months]
        found, how = summed(parts), in_months(parts)
    trail.rests_on(found.statistics)
    told = how or "没有公布或登记的数值"
    trail.note(label(spot), told, f"无值：{found.reason}" if found.number is None else short(found.number))
    return found


def _of_month(ev: Evaluator, spot: Element, named: Named, trail: Trail) -> tuple[Value, str]:
    """A month's water from mean flow; at a mean of sections the mean of its members' water."""
    members = ev.sheet(spot.codes["section"], spot.of).mean_of
    rules = replace(ev.rules, compare="unrounded")
    if members:
        parts = [volume(ev, spot.holding("section", code), named, trail) for code in members]
        return mean_of_parts(parts, rules, "flow", list(members.values())), "几个断面的加权平均"
    flow = concentration(ev.data, rules, spot.codes["section"], "flow", spot.of)
    if flow.number is None:
        return flow, "没有水量，也没有流量"
    days = spot.of.days_in_month
    water = Value(flow.number * days * SECONDS_A_DAY / M3_PER_WAN, statistics=flow.statistics)
    return water, f"平均流量 {printed(flow.number)} m³/s × {days} 天 × {SECONDS_A_DAY} 秒 ÷ {M3_PER_WAN}"


def known(ev: Evaluator, section: str, quantity: str, of: pd.Period) -> tuple[Value, str] | None:
    """What takes the place of any computing: a ground that excludes, a published figure, a recorded fact."""
    if (gone := excluded(ev.data, ev.rules, section, of)) is not None:
        return gone, "按登记的事由不计"
    if (told := ev.data.published(section, quantity, of)) is not None:
        return Value(told), "已公布的数值"
    fact = ev.data.fact((section,), quantity, of)
    return None if fact is None else (stated(fact), f"{fact.document}，{fact.recorded_by} 记录")


def in_months(parts: Sequence[Value]) -> str:
    """How many months a sum has, and how many a ground leaves out."""
    gone = sum(part.excluded for part in parts)
    return f"{len(parts) - gone} 个月之和" + (f"，另有 {gone} 个月按登记的事由不计" if gone else "")


def summed(parts: Sequence[Value]) -> Value:
    """The sum of what is there; the first absent part stops it."""
    statistics = tuple(s for part in parts for s in part.statistics)
    absent = next((part for part in parts if not part.present and not part.excluded), None)
    if absent is not None:
        return Value(None, absent.reason, False, statistics)
    numbers = [part.number for part in parts if part.number is not None]
    if not numbers:
        return Value(None, "no_readings", bool(parts), statistics)
    return Value(sum(numbers, Fraction(0)), statistics=statistics)
