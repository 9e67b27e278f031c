"""Joint samples (联合采样): the value of a section that is the mean of several, each side's station or laboratory.

In: the `Context` and the element in hand, at a section with `mean_of`. Out: a `Value` with its working: what is
published, or measured again and recorded, for the section itself; else the weighted mean of its members. Where the
agreement states a tolerance (`data.joint_sample`), members that differ by more give way to readings of the section
itself (a third laboratory's), and stop the month where there are none until it was measured again. It does not decide
which side was right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

from basin import periods
from basin.draws import Number, Truth, above, beyond_tolerance, chosen, disagreement, greatest, least, nowhere
from basin.rounding import printed
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.intervals import BELOW_DETECTION
from settlement.clauses.means import concentration, mean_of_parts, statistics_of
from settlement.clauses.standing_in import note_stand_ins
from settlement.clauses.values import Explained, Rules, Statistic, Value, excluded, recorded
from settlement.clauses.working import Trail, short


def joint_mean(context: Context, spot: Element, indicator: str, trail: Trail) -> Value:
    """The concentration (or flow) of the section in hand, rounded once.

    Data are averaged before anything else: a period longer than a month is the mean of its months, each formed (and
    judged) by itself. Days and weeks, and members published for exactly the period, are averaged as they are.

    Parameters
    ----------
    context : the agreement and its data.
    spot : the period, and a section with `mean_of`.
    indicator : code; ``flow`` for the flow.
    trail : receives the working.

    Returns
    -------
    The mean [canonical unit of the indicator].
    """
    members = _members(context, spot)
    published = any(context.data.published(code, indicator, spot.of) is not None for code in members)
    at_once = published or spot.of.freqstr == "M" or spot.of.freqstr[0] in "DW"
    formed = _of_period if at_once else _of_months
    mean = formed(context, spot, indicator, trail)
    trail.rests_on(mean.statistics)
    label = context.label(spot, indicator)
    if mean.number is None:
        trail.note(label, "几个断面的平均", f"无值：{mean.reason}")
        return mean
    rounded = mean_of_parts([mean], context.rules, indicator)
    if rounded.number is not None and printed(rounded.number) != printed(mean.number):
        decimals = context.rules.decimals_of(indicator)
        trail.note(f"{label} 修约", f"{short(mean.number)} → {decimals} 位小数", printed(rounded.number))
    return rounded


def _members(context: Context, spot: Element) -> Mapping[str, Fraction]:
    """The sections that the section in hand is the mean of, with weights."""
    return section_sheets.sheet(context, spot.codes["section"], spot.of).mean_of or {}


def _unrounded(context: Context) -> Rules:
    """The data rules but for rounding: the mean of the members is rounded once, at the end."""
    return replace(context.rules, compare="unrounded")


def _of_months(context: Context, spot: Element, indicator: str, trail: Trail) -> Value:
    """A longer period: published or measured again as a whole, else the mean of its months, before rounding."""
    label = context.label(spot, indicator)
    stated = _stated(context, spot, indicator)
    if stated is not None:
        return _noted(stated, label, trail)
    months = [replace(spot, of=month) for month in periods.months(spot.of) if context.rules.exists(month)]
    means = [_of_period(context, month, indicator, trail) for month in months]
    mean = mean_of_parts(means, _unrounded(context), indicator)
    if mean.number is not None:
        trail.note(label, f"{len(months)} 个月的平均，不计剔除的月份", short(mean.number))
    return mean


def _of_period(context: Context, spot: Element, indicator: str, trail: Trail) -> Value:
    """One period as a whole, before rounding: a month that is judged, or any period without a tolerance."""
    rules = _unrounded(context)
    gone = excluded(context.data, rules, spot.codes["section"], spot.of)
    if gone is not None:
        return gone
    judged = rules.joint_sample is not None
    label = context.label(spot, indicator)
    stated = _stated(context, spot, indicator)
    if stated is not None and not judged:
        return _noted(stated, label, trail)
    members = _members(context, spot)
    parts = {code: concentration(context.data, rules, code, indicator, spot.of) for code in members}
    statistics = statistics_of(parts.values())
    for code, part in parts.items():
        shown = f"无值：{part.reason}" if part.number is None else printed(part.number)
        note_stand_ins(context, spot, indicator, part, trail)
        trail.note(context.label(spot.holding("section", code), indicator), _basis(part), shown)
    differ = _differ(context, spot, indicator, parts, trail)
    if differ is None and stated is None:
        place = f"{spot.codes['section']} {indicator} {periods.label(spot.of)}"
        return Value(None, f"{BELOW_DETECTION}: {place}", statistics=statistics)
    if stated is not None:
        value = _noted(stated, label, trail)
        return replace(value, statistics=(*statistics, *value.statistics))
    mean = mean_of_parts(list(parts.values()), rules, indicator, list(members.values()))
    third = Value(None) if nowhere(differ) else _third(context, spot, indicator, trail)
    number = None if differ is None else chosen(differ, third.number, mean.number)
    if number is None and mean.number is not None:
        return Value(None, f"joint_sample_differs: {periods.label(spot.of)}", statistics=statistics)
    if third.number is not None:
        bounds = third if differ is True else mean
        return replace(bounds, number=number, statistics=(*statistics, *third.statistics))
    if number is not None:
        trail.note(label, _weighing(parts, members, indicator), short(number))
    return replace(mean, number=number)


def _stated(context: Context, spot: Element, indicator: str) -> Explained | None:
    """The section's own figure for exactly this period, published or measured again, and where it stands."""
    section = spot.codes["section"]
    figure = context.data.published(section, indicator, spot.of)
    if figure is not None:
        stated = Explained(Value(figure), "已公布的数值")
    else:
        again = recorded(context.data, section, indicator, spot.of)
        if again is None:
            return None
        stated = Explained(again.value, f"复测值：{again.how}")
    value = stated.value
    shown = None if value.number is None else printed(value.number)
    reason = "published" if value.number is not None else value.reason
    statistic = Statistic(section, indicator, periods.label(spot.of), shown, shown, 0, 0, (), reason)
    return replace(stated, value=replace(value, statistics=(statistic,)))


def _third(context: Context, spot: Element, indicator: str, trail: Trail) -> Value:
    """The mean of the section's own readings of the month: whoever measured there for neither side."""
    mean = concentration(context.data, _unrounded(context), spot.codes["section"], indicator, spot.of)
    if mean.number is not None:
        note_stand_ins(context, spot, indicator, mean, trail)
        trail.note(context.label(spot, indicator), f"以第三方为准：{_basis(mean)}", printed(mean.number))
    return mean


def _noted(stated: Explained, label: str, trail: Trail) -> Value:
    value = stated.value
    trail.note(label, stated.how, f"无值：{value.reason}" if value.number is None else printed(value.number))
    return value


def _differ(
    context: Context, spot: Element, indicator: str, parts: Mapping[str, Value], trail: Trail
) -> Truth | None:  # fmt: skip
    """Whether the members of a month differ by more than the tolerance times their plain mean; all must be there.

    Members that found nothing agree with each other. Where only some of them did, the difference is looked at with
    each of those at either end: None where the ends do not agree.
    """
    tolerance = context.rules.joint_sample
    numbers = [part.number for part in parts.values() if part.number is not None]
    of_a_sample = spot.of.freqstr == "M" and indicator != "flow"
    found_nothing = [part for part in parts.values() if part.least is not None]
    if tolerance is None or not of_a_sample or len(numbers) < len(parts) or len(found_nothing) == len(parts):
        return False
    if found_nothing:
        return _differs_at_either_end(list(parts.values()), tolerance, f"{periods.label(spot.of)} 联合采样相差", trail)
    results = disagreement(numbers, tolerance)
    beyond = beyond_tolerance(results)
    apart = f"{printed(greatest(numbers))} − {printed(least(numbers))} = {printed(results.difference)}"
    allowed = f"允差 {printed(tolerance)} × 平均 {short(results.mean)} = {short(results.allowed)}"
    verdict = "不超出允差" if nowhere(beyond) else "超出允差"
    trail.note(f"{periods.label(spot.of)} 联合采样相差", f"{apart}；{allowed}", verdict)
    return beyond


def _differs_at_either_end(parts: Sequence[Value], tolerance: Fraction, label: str, trail: Trail) -> Truth | None:
    """Whether members differ, some of which found nothing; None where that depends on what was not found.

    The excess of the difference over the tolerance is convex, so members agree everywhere where they agree at all
    ends. They differ everywhere only where even the nearest values do: those at their detection limits.
    """
    measured = [part.number for part in parts if part.number is not None and part.least is None]
    corners = [_ends(part) for part in parts]
    within = [beyond_tolerance(disagreement(corner, tolerance)) for corner in product(*corners)]
    at_limits = [part.greatest for part in parts if part.greatest is not None]
    nearest = beyond_tolerance(disagreement([*measured, *at_limits], tolerance))
    above_all_limits = above(least(measured), greatest(at_limits))
    if all(nowhere(beyond) for beyond in within):
        decided: Truth | None = False
    else:
        decided = True if nearest is True and above_all_limits is True else None
    shown = "、".join(" … ".join(map(printed, ends)) for ends in corners)
    verdict = {False: "不超出允差", True: "超出允差"}.get(decided, "未检出，不能判定")  # type: ignore[arg-type]
    trail.note(label, f"{shown}；允差 {printed(tolerance)} × 平均", verdict)
    return decided


def _ends(part: Value) -> list[Number]:
    """The least and the greatest of a member that found nothing; of another its value."""
    if part.least is not None and part.greatest is not None:
        return [part.least, part.greatest]
    return [] if part.number is None else [part.number]


def _basis(part: Value) -> str:
    """What a member's value rests on."""
    last = part.statistics[-1] if part.statistics else None
    if last is None or not (last.readings or last.stood_in_for or last.reason == "published"):
        return "没有读数"
    return "已公布的数值" if last.reason == "published" else f"{last.counts}的均值"


def _weighing(parts: Mapping[str, Value], weights: Mapping[str, Fraction], indicator: str) -> str:
    """How the members that are there were averaged."""
    present = {code: part.number for code, part in parts.items() if part.number is not None}
    terms = " + ".join(f"{printed(weights[code])} × {printed(number)}" for code, number in present.items())
    through = "，经氢离子浓度" if indicator == "ph" else ""
    return f"({terms}) ÷ {printed(sum((weights[code] for code in present), Fraction(0)))}{through}"
