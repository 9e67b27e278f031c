"""Joint samples (联合采样): the value of a section that is the mean of several, each side's station or laboratory.

In: the `Evaluator` and the element in hand, at a section with `mean_of`. Out: a `Value` with its working: what is
published, or measured again and recorded, for the section itself; else the weighted mean of its members. Where the
agreement states a tolerance (`data.joint_sample`), members that differ by more give way to readings of the section
itself (a third laboratory's), and stop the month where there are none until it was measured again. It does not decide
which side was right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from basin import periods
from basin.draws import Truth, beyond_tolerance, chosen, disagreement, greatest, least, nowhere
from basin.indicators import INDICATORS
from basin.rounding import printed
from settlement.clauses.values import Statistic, Value, concentration, excluded, mean_of_parts, stated
from settlement.clauses.working import Trail, short

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator

Named = Callable[["Element", str], str]


def joint_mean(ev: Evaluator, spot: Element, indicator: str, named: Named, trail: Trail) -> Value:
    """The concentration (or flow) of the section in hand, rounded once; `named` labels the lines of the working.

    Data are averaged before anything else: a period longer than a month is the mean of its months, each formed (and
    judged) by itself. Days and weeks, and members published for exactly the period, are averaged as they are.
    """
    members = ev.sheet(spot.codes["section"], spot.of).mean_of or {}
    as_they_are = any(ev.data.published(code, indicator, spot.of) is not None for code in members)
    way = _at_once if spot.of.freqstr[0] in "DW" or spot.of.freqstr == "M" or as_they_are else _of_months
    found = way(ev, spot, indicator, named, trail)
    trail.rests_on(found.statistics)
    if found.number is None:
        trail.note(named(spot, indicator), "几个断面的平均", f"无值：{found.reason}")
        return found
    rounded = mean_of_parts([found], ev.rules, indicator)
    if rounded.number is not None and printed(rounded.number) != printed(found.number):
        decimals = INDICATORS[indicator].evaluation_decimals
        trail.note(
            f"{named(spot, indicator)} 修约", f"{short(found.number)} → {decimals} 位小数", printed(rounded.number)
        )
    return rounded


def _of_months(ev: Evaluator, spot: Element, indicator: str, named: Named, trail: Trail) -> Value:
    """A longer period: published or measured again as a whole, else the mean of its months, before rounding."""
    if (again := _again(ev, spot, indicator)) is not None:
        return _stands(again, spot, indicator, named, trail)
    months = [replace(spot, of=month) for month in periods.months(spot.of) if ev.rules.exists(month)]
    rules = replace(ev.rules, compare="unrounded")
    found = mean_of_parts([_at_once(ev, month, indicator, named, trail) for month in months], rules, indicator)
    if found.number is not None:
        trail.note(named(spot, indicator), f"{len(months)} 个月的平均，不计剔除的月份", short(found.number))
    return found


def _at_once(ev: Evaluator, spot: Element, indicator: str, named: Named, trail: Trail) -> Value:
    """One period as a whole, before rounding: a month that is judged, or any period without a tolerance."""
    section, rules = spot.codes["section"], replace(ev.rules, compare="unrounded")
    if (gone := excluded(ev.data, rules, section, spot.of)) is not None:
        return gone
    again = _again(ev, spot, indicator)
    members = ev.sheet(section, spot.of).mean_of or {}
    parts = {code: concentration(ev.data, rules, code, indicator, spot.of) for code in members}
    differ: Truth = False
    behind = tuple(s for part in parts.values() for s in part.statistics)
    if again is None or rules.joint_sample is not None:
        for code, part in parts.items():
            shown = f"无值：{part.reason}" if part.number is None else printed(part.number)
            trail.note(named(spot.holding("section", code), indicator), _basis(part), shown)
        differ = _differ(ev, spot, indicator, parts, trail)
    if again is not None:
        compared_with = behind if rules.joint_sample is not None else ()
        stands = _stands(again, spot, indicator, named, trail)
        return replace(stands, statistics=(*compared_with, *stands.statistics))
    found = mean_of_parts(list(parts.values()), rules, indicator, list(members.values()))
    third = Value(None) if nowhere(differ) else _third(ev, spot, indicator, named, trail)
    agreed = chosen(differ, third.number, found.number)
    if agreed is None and found.number is not None:
        return Value(None, f"joint_sample_differs: {periods.label(spot.of)}", statistics=behind)
    if third.number is not None:
        return replace(found, number=agreed, statistics=(*behind, *third.statistics))
    if agreed is not None:
        trail.note(named(spot, indicator), _weighing(parts, members, indicator), short(agreed))
    return replace(found, number=agreed)


def _again(ev: Evaluator, spot: Element, indicator: str) -> tuple[Value, str] | None:
    """The section's own figure for exactly this period, published or measured again, and where it stands."""
    section = spot.codes["section"]
    told, how = ev.data.published(section, indicator, spot.of), "已公布的数值"
    value = Value(told)
    if told is None:
        fact = ev.data.fact((section,), indicator, spot.of)
        if fact is None:
            return None
        value, how = stated(fact), f"复测值：{fact.document}，{fact.recorded_by} 记录"
    shown = None if value.number is None else printed(value.number)
    reason = "published" if value.number is not None else value.reason
    statistic = Statistic(section, indicator, periods.label(spot.of), shown, shown, 0, 0, (), reason)
    return replace(value, statistics=(statistic,)), how


def _third(ev: Evaluator, spot: Element, indicator: str, named: Named, trail: Trail) -> Value:
    """The mean of the section's own readings of the month: whoever measured there for neither side."""
    rules = replace(ev.rules, compare="unrounded")
    own = concentration(ev.data, rules, spot.codes["section"], indicator, spot.of)
    if own.number is not None:
        trail.note(named(spot, indicator), f"以第三方为准：{_basis(own)}", printed(own.number))
    return own


def _stands(again: tuple[Value, str], spot: Element, indicator: str, named: Named, trail: Trail) -> Value:
    value, how = again
    trail.note(named(spot, indicator), how, f"无值：{value.reason}" if value.number is None else printed(value.number))
    return value


def _differ(ev: Evaluator, spot: Element, indicator: str, parts: Mapping[str, Value], trail: Trail) -> Truth:
    """Whether the members of a month differ by more than the tolerance times their plain mean; all must be there."""
    tolerance, numbers = ev.rules.joint_sample, [part.number for part in parts.values() if part.number is not None]
    of_a_sample = spot.of.freqstr == "M" and indicator != "flow"
    if tolerance is None or not of_a_sample or len(numbers) < len(parts):
        return False
    results = disagreement(numbers, tolerance)
    beyond = beyond_tolerance(results)
    apart = f"{printed(greatest(numbers))} − {printed(least(numbers))} = {printed(results.difference)}"
    allowed = f"允差 {printed(tolerance)} × 平均 {short(results.mean)} = {short(results.allowed)}"
    trail.note(
        f"{periods.label(spot.of)} 联合采样相差", f"{apart}；{allowed}", "不超出允差" if nowhere(beyond) else "超出允差"
    )
    return beyond


def _basis(part: Value) -> str:
    """What a member's value rests on."""
    last = part.statistics[-1] if part.statistics else None
    if last is None or not (last.readings or last.reason == "published"):
        return "没有读数"
    return "已公布的数值" if last.reason == "published" else f"{last.readings} 个读数、{last.days} 天的均值"


def _weighing(parts: Mapping[str, Value], weights: Mapping[str, Fraction], indicator: str) -> str:
    """How the members that are there were averaged."""
    there = {code: part.number for code, part in parts.items() if part.number is not None}
    terms = " + ".join(f"{printed(weights[code])} × {printed(number)}" for code, number in there.items())
    through = "，经氢离子浓度" if indicator == "ph" else ""
    return f"({terms}) ÷ {printed(sum((weights[code] for code in there), Fraction(0)))}{through}"
