"""Volumes (水量): how much water passed a section over a period, for a clause and for loads.

In: the `Context` and the element in hand. Out: a `Value` [万 m³] with its working: what is published or recorded for
exactly the period; else the sum of its months, each from mean flow and time, at a mean of sections from its members'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from basin import periods
from basin.rounding import printed
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.means import concentration, mean_of_parts
from settlement.clauses.standing_in import note_stand_ins
from settlement.clauses.values import Explained, Value, excluded, recorded
from settlement.clauses.working import Trail, short

M3_PER_WAN = 10_000
SECONDS_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Adding:
    """A quantity that adds up over months: volumes, and loads.

    Attributes
    ----------
    quantity : the code under which it is published and recorded, such as ``volume`` or ``load nh3n``.
    indicator : named in the working; None for water.
    unit : named in the working.
    of_month : a month's value where nothing is published or recorded, and how it came about.
    """

    quantity: str
    indicator: str | None
    unit: str
    of_month: Callable[[Context, Element, Trail], Explained]


def volume(context: Context, spot: Element, trail: Trail) -> Value:
    """The volume of the section in hand, for a clause or a load.

    Parameters
    ----------
    context : the agreement and its data.
    spot : the period and the section.
    trail : receives the working.

    Returns
    -------
    The volume [万 m³]; absent with ``no_volume`` or the reason of the first month without one.
    """
    return total(context, Adding("volume", None, "水量（万 m³）", _of_month), spot, trail)


def total(context: Context, adding: Adding, spot: Element, trail: Trail) -> Value:
    """An amount of water or substance over the period in hand: known for exactly it, of a month, or of its months.

    Days and weeks have none of their own.

    Parameters
    ----------
    context : the agreement and its data.
    adding : the quantity, and how a month of it is computed.
    spot : the period and the section.
    trail : receives the working.
    """
    amount = _known(context, spot.codes["section"], adding.quantity, spot.of)
    if amount is None:
        amount = _computed(context, adding, spot, trail)
    value = amount.value
    trail.rests_on(value.statistics)
    label = f"{context.label(spot, adding.indicator)} {adding.unit}"
    trail.note(label, amount.how, f"无值：{value.reason}" if value.number is None else short(value.number))
    return value


def _computed(context: Context, adding: Adding, spot: Element, trail: Trail) -> Explained:
    """The value of a month, or the sum of the months of a longer period."""
    if spot.of.freqstr == "M":
        return adding.of_month(context, spot, trail)
    if spot.of.freqstr[0] in "DW":
        return Explained(Value(None, f"no_{adding.quantity.split()[0]}"), "没有公布或登记的数值")
    months = [replace(spot, of=month) for month in periods.months(spot.of) if context.rules.exists(month)]
    parts = [total(context, adding, month, trail) for month in months]
    return Explained(_summed(parts), _in_months(parts))


def _of_month(context: Context, spot: Element, trail: Trail) -> Explained:
    """A month's water from mean flow; at a mean of sections the mean of its members' water."""
    section = spot.codes["section"]
    rules = replace(context.rules, compare="unrounded")
    members = section_sheets.sheet(context, section, spot.of).mean_of
    if members:
        parts = [volume(context, spot.holding("section", member), trail) for member in members]
        return Explained(mean_of_parts(parts, rules, "flow", list(members.values())), "几个断面的加权平均")
    flow = concentration(context.data, rules, section, "flow", spot.of)
    note_stand_ins(context, spot, "flow", flow, trail)
    if flow.number is None:
        nothing_known = flow.reason == "no_readings" and not flow.excluded
        return Explained(replace(flow, reason="no_volume") if nothing_known else flow, "没有水量，也没有流量")
    days = spot.of.days_in_month
    water = Value(flow.number * days * SECONDS_A_DAY / M3_PER_WAN, statistics=flow.statistics)
    how = f"平均流量 {printed(flow.number)} m³/s × {days} 天 × {SECONDS_A_DAY} 秒 ÷ {M3_PER_WAN}"
    return Explained(water, how)


def _known(context: Context, section: str, quantity: str, of: pd.Period) -> Explained | None:
    """What takes the place of computing: a ground that excludes, a published figure, a recorded fact.

    Parameters
    ----------
    context : the agreement and its data.
    section : code.
    quantity : the code under which it is published and recorded.
    of : exactly this period.
    """
    gone = excluded(context.data, context.rules, section, of)
    if gone is not None:
        return Explained(gone, "按登记的事由不计")
    published = context.data.published(section, quantity, of)
    if published is not None:
        return Explained(Value(published), "已公布的数值")
    return recorded(context.data, section, quantity, of)


def _in_months(parts: Sequence[Value]) -> str:
    """How many months a sum has, and how many a ground leaves out."""
    gone = sum(part.excluded for part in parts)
    return f"{len(parts) - gone} 个月之和" + (f"，另有 {gone} 个月按登记的事由不计" if gone else "")


def _summed(parts: Sequence[Value]) -> Value:
    """The sum of the parts that are there; the first absent part stops it."""
    statistics = tuple(s for part in parts for s in part.statistics)
    absent = next((part for part in parts if not part.present and not part.excluded), None)
    if absent is not None:
        return Value(None, absent.reason, False, statistics)
    numbers = [part.number for part in parts if part.number is not None]
    if not numbers:
        return Value(None, "no_readings", bool(parts), statistics)
    return Value(sum(numbers, Fraction(0)), statistics=statistics)
