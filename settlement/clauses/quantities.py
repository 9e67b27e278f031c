"""Quantities: what one section, one period and one measure kind come to, before any comparison.

In: the `Context`, a measure and the element in hand. Out: `Value`s with working: means, classes and facts. Exceedances
and indices are in `settlement.clauses.ratios`; volumes, loads and the measures of the monitoring itself have modules of
their own. What a value is compared with is in `settlement.clauses.references`; order and combination of several values,
in `settlement.clauses.measuring`.

Parameters of every kind
------------------------
context : the agreement and its data.
measure : what the agreement declares of the kind, such as the weights of an index.
spot : one period, and the section, indicator or party in hand.
trail : receives the working.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from basin import periods
from basin.draws import Draws, Number, chosen, greatest, holds_all, least, same
from basin.indicators import INDICATORS
from basin.measures import MEASURED_ITEMS, Measure
from basin.rounding import printed, significant
from basin.standards import Standard, indicator_class
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.intervals import BELOW_DETECTION, as_settled, first_missing, range_of, shown, within
from settlement.clauses.joint_samples import joint_mean
from settlement.clauses.means import concentration
from settlement.clauses.standing_in import note_stand_ins
from settlement.clauses.values import Explained, Value, in_conflict, recorded
from settlement.clauses.working import Trail
from settlement.words import CLASS_NAMES, in_chinese

WATER_BODIES = {"river": "河流", "lake": "湖库"}


def mean(context: Context, spot: Element, trail: Trail) -> Value:
    """A concentration [canonical unit]: the mean of the section and indicator in hand."""
    return measured(context, spot, spot.codes["indicator"], trail)


def flow(context: Context, spot: Element, trail: Trail) -> Value:
    """The mean flow [m³/s] of the section in hand."""
    return measured(context, spot, "flow", trail)


def measured(context: Context, spot: Element, indicator: str, trail: Trail) -> Value:
    """The concentration (or flow) of the section in hand; with `mean_of`, that of its members together."""
    section = spot.codes["section"]
    if section_sheets.sheet(context, section, spot.of).mean_of is not None:
        section_sheets.doubt(context, section, "mean_of", spot.of, trail)
        return _below_detection(context, joint_mean(context, spot, indicator, trail), spot, indicator, trail)
    value = concentration(context.data, context.rules, section, indicator, spot.of)
    trail.rests_on(value.statistics)
    _note_recorded(context, spot, indicator, value, trail)
    note_stand_ins(context, spot, indicator, value, trail)
    trail.note(context.label(spot, indicator), _counts(value) + _rounding(context, value, indicator), _shown(value))
    return _below_detection(context, value, spot, indicator, trail)


def _below_detection(context: Context, mean: Value, spot: Element, indicator: str, trail: Trail) -> Value:
    """A mean that rests on non-detects alone as what is known of it: nobody measured it, so no rule may stand for it.

    Half a detection limit would pay for a better laboratory: below 0.1 last year and below 0.01 this year is no fall.
    """
    if mean.least is None or mean.greatest is None:
        return mean
    possible = range_of(replace(mean, number=None))
    trail.note(f"{context.label(spot, indicator)} 全部未检出", "在零与检出限之间，不按取值规则比较", shown(possible))
    place = f"{spot.codes['section']} {indicator} {periods.label(spot.of)}"
    return within(possible, replace(mean, reason=f"{BELOW_DETECTION}: {place}，{shown(possible)}"))


def _note_recorded(context: Context, spot: Element, indicator: str, mean: Value, trail: Trail) -> None:
    """Write down the recorded figures that stand in place of readings, each with its document."""
    for statistic in mean.statistics if "concentration" in context.rules.published else ():
        of = periods.period(statistic.period)
        fact = recorded(context.data, statistic.section, indicator, of)
        if fact is not None and context.data.published(statistic.section, indicator, of) is None:
            label = context.label(replace(spot, of=of), indicator)
            taken = "" if in_conflict(fact.value) else "采用登记的数值："
            trail.note(label, f"{taken}{fact.how}", _shown(fact.value))


def _rounding(context: Context, value: Value, indicator: str) -> str:
    """How the printed mean became the value compared, where it was rounded at all."""
    unrounded = value.statistics[-1].mean if value.statistics else None
    if value.number is None or unrounded is None or unrounded == printed(value.number):
        return ""
    return f"：{unrounded}，修约到 {context.rules.decimals_of(indicator)} 位小数"


def _counts(value: Value) -> str:
    """How many readings and days a mean rests on, and what was left out."""
    if not value.statistics:
        return "无读数"
    last = value.statistics[-1]
    if last.reason == "published":
        return "已公布的数值"
    months = sum(month.mean is not None for month in value.statistics[:-1]) if value.present else 0
    of_months = f"{months} 个月均值的平均" if months else ""
    left_out = "，未采用 " + "、".join(f"{in_chinese(why)} {n}" for why, n in last.left_out) if last.left_out else ""
    if not last.readings and last.stood_in_for is None:
        return of_months or f"没有读数{left_out}"
    if last.substituted:
        left_out = f"，其中未检出占 {printed(100 * last.substituted)}%，按取值规则代入{left_out}"
    counts = last.counts
    return f"{of_months}，共 {counts}{left_out}" if months else f"{counts}的均值{left_out}"


def _shown(value: Value) -> str:
    return printed(value.number) if value.number is not None else f"无值：{value.reason}"


def quality_class(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Single-factor class: the worst of the indicators; an annual class is the class of the mean of monthly means."""
    label = f"{context.label(spot)} 类别"
    section = spot.codes["section"]
    published = context.data.published(section, "quality_class", spot.of)
    if published is not None:
        trail.note(label, "已公布的类别", _class_name(published))
        return Value(published)
    fact = recorded(context.data, section, measure.kind, spot.of) if measure.kind in context.rules.published else None
    if fact is not None:
        number = fact.value.number
        taken = "" if in_conflict(fact.value) else "采用登记的类别："
        trail.note(label, f"{taken}{fact.how}", _shown(fact.value) if number is None else _class_name(number))
        return fact.value
    listed = () if {"all", MEASURED_ITEMS} & {*(measure.indicators or ())} else measure.indicators
    indicators = listed or measured_items(context, spot)
    values = {indicator: measured(context, spot, indicator, trail) for indicator in indicators}
    absent = first_missing([v for v in values.values() if not v.excluded])
    present = {i: v for i, v in values.items() if not v.excluded}
    if absent is not None or not present:
        trail.note(label, "无值", (absent.reason if absent else None) or "no_readings")
        # where only classes are published, nothing but the class that is not there says that the month is missing
        missing = not indicators and spot.of.freqstr == "M" and context.rules.missing_month == "exclude"
        return absent or Value(None, "no_readings", any(v.excluded for v in values.values()) or missing)
    standard = context.standard
    body = section_sheets.water_body(context, section, spot.of)
    if any(standard.bands(i, body) is None for i in present):
        trail.note(label, "所列指标在此水体没有类别限值", "missing_parameter: limits")
        return Value(None, "missing_parameter: limits")
    classes = {i: _class(standard, i, v, body) for i, v in present.items()}
    worst = _worst(list(classes.values()))
    statistics = tuple(s for v in values.values() for s in v.statistics)
    limits = "、".join(_item(standard, i, present[i], of_item, body) for i, of_item in classes.items())
    how = f"{standard.code.upper()} {WATER_BODIES[body]}限值：{limits}；取最差的一项"
    shown_class = shown(range_of(worst)) if worst.number is None else _class_name(worst.number)
    trail.note(label, how, shown_class)
    return replace(worst, statistics=statistics)


def _class(standard: Standard, indicator: str, mean: Value, body: str) -> Value:
    """The class of one item; between those at both ends where it was not detected: of oxygen the greater is better."""
    if mean.number is not None:
        return Value(_class_of(standard, indicator, mean.number, body))
    ends = [end for end in (mean.least, mean.greatest) if end is not None]
    classes = [_class_of(standard, indicator, end, body) for end in ends]
    bounded = replace(mean, least=least(classes), greatest=greatest(classes))
    return as_settled(bounded)


def _worst(items: Sequence[Value]) -> Value:
    """The worst class of several items, between what it is at best and at worst."""
    numbers = [item.number for item in items if item.number is not None]
    below = next((item for item in items if item.number is None), None)
    if below is None:
        return Value(greatest(numbers))
    at_best = [item.least for item in items if item.least is not None]
    at_worst = [item.greatest for item in items if item.greatest is not None]
    bounded = replace(below, least=greatest([*numbers, *at_best]), greatest=greatest([*numbers, *at_worst]))
    return as_settled(bounded)


def _item(standard: Standard, indicator: str, mean: Value, of_item: Value, body: str) -> str:
    """Why an item has its class; of one that was not detected, the classes it may have."""
    if mean.number is not None and of_item.number is not None:
        return _limit_met(standard, indicator, mean.number, of_item.number, body)
    classes = shown(range_of(of_item)) if of_item.number is None else _class_name(of_item.number)
    return f"{INDICATORS[indicator].name_zh} 未检出 {shown(range_of(mean))}：{classes}"


def measured_items(context: Context, spot: Element) -> tuple[str, ...]:
    """The items of the standard of which the section in hand, or a section it is the mean of, has any that year."""
    section = spot.codes["section"]
    sections = (section, *(section_sheets.sheet(context, section, spot.of).mean_of or ()))
    year = spot.of.year
    return tuple(
        indicator
        for indicator in context.standard.evaluated
        if any(context.reports(code, indicator, year) for code in sections)
    )


def _class_of(standard: Standard, indicator: str, value: Number, body: str) -> Number:
    """The class of one item; draws are first freed of the noise of their sums, which could lie on a limit."""
    if isinstance(value, Draws):
        return Draws(indicator_class(standard, indicator, significant(value.values), body))
    return Fraction(indicator_class(standard, indicator, value, body))


def _limit_met(standard: Standard, indicator: str, value: Number, of_class: Number, body: str) -> str:
    """Why a value has its class: the limit it meets, or for 劣Ⅴ the last one it does not."""
    name = INDICATORS[indicator].name_zh
    shown = printed(value)
    if isinstance(of_class, Draws):
        return f"{name} {shown}"
    bands = standard.bands(indicator, body) or ()
    missed = of_class > len(bands)
    band = bands[-1] if missed else bands[int(of_class) - 1]
    low = None if band.low is None else printed(band.low)
    high = None if band.high is None else printed(band.high)
    if low is not None and high is not None:
        beside = f"{shown} 不在 {low} 至 {high}" if missed else f"{low} ≤ {shown} ≤ {high}"
    elif low is not None:
        beside = f"{shown} {'<' if missed else '≥'} {low}"
    else:
        beside = f"{shown} {'>' if missed else '≤'} {high}"
    return f"{name} {beside} {_class_name(of_class)}"


def _class_name(value: Number) -> str:
    if isinstance(value, Draws) or value.denominator != 1:
        return printed(value)
    return CLASS_NAMES.get(int(value), printed(value))


def reported(context: Context, measure: Measure, spot: Element, trail: Trail) -> Value:
    """A recorded or published fact about the section or the party in hand, else about the agreement or its basin.

    With neither in hand it may be about any party or section of the agreement; where several have facts that differ,
    none is chosen. A fact about a part of the period, or about a longer one, neither stands for it nor lets a default
    in.
    """
    kind = measure.kind_of_fact
    agreement = context.agreement
    in_hand = [spot.codes[axis] for axis in ("section", "party") if axis in spot.codes]
    anybody = [] if in_hand else [*agreement.parties.values(), *context.sections()]
    subjects = [*in_hand, agreement.code, agreement.basin, *anybody]
    facts = {subject: _fact(context, subject, measure, spot) for subject in subjects}
    facts_there = {subject: fact for subject, fact in facts.items() if fact is not None}
    if not facts_there:
        around = context.data.speaks_around(subjects, kind, spot.of)
        return Value(None, f"fact_of_other_period: {kind}" if around else f"no_fact: {kind}")
    subject, nearest = next(iter(facts_there.items()))
    value = nearest.value
    if subject in anybody:
        value = _agreed(value, [fact.value for fact in facts_there.values()], kind)
    trail.note(f"{periods.label(spot.of)} {kind}", nearest.how, _shown(value))
    return value


def _fact(context: Context, subject: str, measure: Measure, spot: Element) -> Explained | None:
    """What is published or recorded about one subject, and where it stands."""
    published = context.data.published(subject, measure.fact or "", spot.of)
    if published is not None:
        return Explained(Value(published), f"已公布（{subject}）")
    return recorded(context.data, subject, measure.kind_of_fact, spot.of)


def _agreed(value: Value, facts: Sequence[Value], kind: str) -> Value:
    """A number that all the facts state alike; absent where they differ."""
    if value.number is None:
        return value
    alike = [None if fact.number is None else same(fact.number, value.number) for fact in facts]
    agreed = holds_all(alike)
    number = None if agreed is None else chosen(agreed, value.number, None)
    return Value(None, f"several_facts: {kind}") if number is None else replace(value, number=number)
