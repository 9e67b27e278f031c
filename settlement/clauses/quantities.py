"""Quantities: what one section, one period and one measure kind come to, before any comparison.

In: the `Evaluator`, a measure and the element in hand. Out: `Value`s with working: means, classes, exceedances,
indices, volumes, facts, and the measures of the monitoring itself. What a value is compared with is in
`settlement.clauses.references`; order and combination of several values, in `settlement.clauses.measuring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from basin import periods
from basin.draws import Draws, Number, at_most, chosen, greatest, holds_all, quotient, same
from basin.indicators import INDICATORS
from basin.measures import Measure
from basin.rounding import printed, significant
from basin.standards import Standard, indicator_class
from settlement.clauses.completeness_and_trend import completeness_of, trend_of
from settlement.clauses.joint_samples import joint_mean
from settlement.clauses.references import reference, water_body
from settlement.clauses.tonnages import tonnage
from settlement.clauses.values import Value, concentration, stated
from settlement.clauses.volumes import volume
from settlement.clauses.working import Trail, short
from settlement.words import CLASS_NAMES, in_chinese

if TYPE_CHECKING:
    from settlement.clauses.element import Element
    from settlement.clauses.evaluation import Evaluator

WATER_BODIES = {"river": "河流", "lake": "湖库"}


def name_of(ev: Evaluator, spot: Element, indicator: str | None = None) -> str:
    """Period, section and indicator as a label of the working."""
    code = spot.codes.get("section", "")
    known = ev.network.sections.get(code)
    named = INDICATORS[indicator].name_zh if indicator else ""
    return " ".join(filter(None, (periods.label(spot.of), known.name_zh if known else code, named)))


def measured(ev: Evaluator, spot: Element, indicator: str, trail: Trail) -> Value:
    """The concentration (or flow) of the section in hand; with `mean_of`, that of its members together."""
    members = ev.sheet(spot.codes["section"], spot.of).mean_of
    if members is not None:
        ev.doubt_sheet(spot.codes["section"], "mean_of", spot.of, trail)
        return joint_mean(ev, spot, indicator, partial(name_of, ev), trail)
    found = concentration(ev.data, ev.rules, spot.codes["section"], indicator, spot.of)
    trail.rests_on(found.statistics)
    trail.note(name_of(ev, spot, indicator), _counts(found) + _rounding(found, indicator), _shown(found))
    return found


def _rounding(found: Value, indicator: str) -> str:
    """How the printed mean became the value compared, where it was rounded at all."""
    unrounded = found.statistics[-1].mean if found.statistics else None
    if found.number is None or unrounded is None or unrounded == printed(found.number):
        return ""
    return f"：{unrounded}，修约到 {INDICATORS[indicator].evaluation_decimals} 位小数"


def _counts(found: Value) -> str:
    """How many readings and days a mean rests on, and what was left out."""
    if not found.statistics:
        return "无读数"
    last, months = found.statistics[-1], sum(month.mean is not None for month in found.statistics[:-1])
    if last.reason == "published":
        return "已公布的数值"
    left_out = "，未采用 " + "、".join(f"{in_chinese(why)} {n}" for why, n in last.left_out) if last.left_out else ""
    if not last.readings:
        return f"{months} 个月均值的平均" if months and found.present else f"没有读数{left_out}"
    counts = f"{last.readings} 个读数、{last.days} 天"
    return (
        f"{months} 个月均值的平均，共 {counts}{left_out}" if months and found.present else f"{counts}的均值{left_out}"
    )


def _shown(found: Value) -> str:
    return printed(found.number) if found.number is not None else f"无值：{found.reason}"


def mean(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """A concentration: the mean of the section and indicator in hand."""
    return measured(ev, spot, spot.codes["indicator"], trail)


def flow(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """The mean flow [m³/s] of the section in hand."""
    return measured(ev, spot, "flow", trail)


def amount(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """A volume [万 m³] or load [t] of the section in hand."""
    if measure.kind == "load":
        return tonnage(ev, spot, partial(name_of, ev), trail)
    return volume(ev, spot, partial(name_of, ev), trail)


def quality_class(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Single-factor class: the worst of the indicators; an annual class is the class of the mean of monthly means."""
    section = spot.codes["section"]
    told = ev.data.published(section, "quality_class", spot.of)
    if told is not None:
        trail.note(f"{name_of(ev, spot)} 类别", "已公布的类别", _class_name(told))
        return Value(told)
    listed = () if "all" in (measure.indicators or ()) else measure.indicators
    indicators = listed or tuple(
        i for i in ev.standard.evaluated if ev.data.reports(section, i, spot.of.year) or _members_report(ev, spot, i)
    )
    values = {indicator: measured(ev, spot, indicator, trail) for indicator in indicators}
    absent = next((v for v in values.values() if not v.present and not v.excluded), None)
    # where only classes are published nothing else tells that the month is a missing one
    left_out = not indicators and spot.of.freqstr == "M" and ev.rules.missing_month == "exclude"
    present = {i: v.number for i, v in values.items() if v.number is not None}
    if absent is not None or not present:
        trail.note(f"{name_of(ev, spot)} 类别", "无值", (absent.reason if absent else None) or "no_readings")
        return absent or Value(None, "no_readings", any(v.excluded for v in values.values()) or left_out)
    body = water_body(ev, section, spot.of)
    if any(ev.standard.bands(i, body) is None for i in present):
        trail.note(f"{name_of(ev, spot)} 类别", "所列指标在此水体没有类别限值", "missing_parameter: limits")
        return Value(None, "missing_parameter: limits")
    classes = {i: _class(ev.standard, i, number, body) for i, number in present.items()}
    worst = greatest(list(classes.values()))
    limits = "、".join(_limit_met(ev.standard, i, present[i], c, body) for i, c in classes.items())
    how = f"{ev.standard.code.upper()} {WATER_BODIES[body]}限值：{limits}；取最差的一项"
    trail.note(f"{name_of(ev, spot)} 类别", how, _class_name(worst))
    return Value(worst, statistics=tuple(s for v in values.values() for s in v.statistics))


def _class(standard: Standard, indicator: str, value: Number, body: str) -> Number:
    """The class of one item; a draw on a limit but for the noise of its sum is on it."""
    if isinstance(value, Draws):
        return Draws(indicator_class(standard, indicator, significant(value.values), body))
    return Fraction(indicator_class(standard, indicator, value, body))


def _limit_met(standard: Standard, indicator: str, value: Number, of_class: Number, body: str) -> str:
    """Why a value has its class: the limit it meets, or for 劣Ⅴ the last one it does not."""
    shown, bands = printed(value), standard.bands(indicator, body) or ()
    if isinstance(of_class, Draws):
        return f"{INDICATORS[indicator].name_zh} {shown}"
    missed = of_class > len(bands)
    band = bands[-1] if missed else bands[int(of_class) - 1]
    low, high = (None if bound is None else printed(bound) for bound in (band.low, band.high))
    if low is not None and high is not None:
        beside = f"{shown} 不在 {low} 至 {high}" if missed else f"{low} ≤ {shown} ≤ {high}"
    elif low is not None:
        beside = f"{shown} {'<' if missed else '≥'} {low}"
    else:
        beside = f"{shown} {'>' if missed else '≤'} {high}"
    return f"{INDICATORS[indicator].name_zh} {beside} {_class_name(of_class)}"


def _members_report(ev: Evaluator, spot: Element, indicator: str) -> bool:
    members = ev.sheet(spot.codes["section"], spot.of).mean_of or {}
    return any(ev.data.reports(code, indicator, spot.of.year) for code in members)


def _class_name(value: Number) -> str:
    if isinstance(value, Draws):
        return printed(value)
    return CLASS_NAMES.get(int(value), printed(value)) if value.denominator == 1 else printed(value)


def exceedance(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """超标倍数: C/limit − 1 (limit/C − 1 where more is better), 0 when the limit is met (环办〔2011〕22号)."""
    indicator = spot.codes["indicator"]
    found = measured(ev, spot, indicator, trail)
    limit = reference(ev, replace(measure, kind="concentration", against=measure.against or "target"), spot, trail)
    if found.number is None or limit.number is None:
        return found if found.number is None else limit
    c, s = (limit.number, found.number) if ev.standard.higher_is_better(indicator) else (found.number, limit.number)
    ratio = quotient(c, s)
    if ratio is None:
        return Value(None, "reference_is_zero")
    multiple = greatest([ratio - 1, Fraction(0)])
    met = "，达标记 0" if at_most(ratio, 1) is True else ""
    trail.note("超标倍数", f"{printed(c)} ÷ {printed(s)} − 1{met}", printed(multiple))
    return replace(found, number=multiple)


def index(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Weighted index: coefficient × Σ weights · C/reference; means are printed before a missing reference stops it."""
    told = ev.data.published(spot.codes.get("section", ""), "index", spot.of)
    if told is not None:
        trail.note(f"{name_of(ev, spot)} 指数", "已公布的指数", printed(told))
        return Value(told)
    weights = measure.weights or {}
    means = {indicator: measured(ev, spot, indicator, trail) for indicator in weights}
    trail.note("权重", "、".join(f"{INDICATORS[i].name_zh} {printed(w)}" for i, w in weights.items()), "合计 1")
    absent = next((v for v in means.values() if not v.present), None)
    if absent is not None:
        return absent
    parts: dict[str, Number] = {}
    for indicator, mean in means.items():
        against = reference(ev, replace(measure, kind="concentration"), spot.holding("indicator", indicator), trail)
        if against.number is None or mean.number is None:
            return against
        ratio = quotient(mean.number, against.number)
        if ratio is None:
            return Value(None, "reference_is_zero")
        parts[indicator] = ratio
        note = f"{printed(mean.number)} ÷ {printed(against.number)}"
        trail.note(f"{INDICATORS[indicator].name_zh} 比值", note, short(parts[indicator]))
    return _weighted(measure, parts, means, trail)


def _weighted(measure: Measure, parts: Mapping[str, Number], means: Mapping[str, Value], trail: Trail) -> Value:
    weights, k = measure.weights or {}, measure.coefficient
    index = (k if k is not None else 1) * sum((weights[i] * ratio for i, ratio in parts.items()), Fraction(0))
    terms = " + ".join(f"{printed(weights[i])} × {short(ratio)}" for i, ratio in parts.items())
    trail.note("指数", f"{printed(k)} × ({terms})" if k is not None else terms, short(index))
    return Value(index, statistics=tuple(s for v in means.values() for s in v.statistics))


def reported(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """A recorded or published fact about the section or the party in hand, else about the agreement or its basin.

    With neither in hand it may be about one party or section of the agreement; two that differ are not chosen between,
    and a fact about a part of the period, or about a longer one, neither stands for it nor lets a default in.
    """
    kind, agreement = measure.fact or "", ev.agreement
    own = [spot.codes[axis] for axis in ("section", "party") if axis in spot.codes]
    anyone = [] if own else [*agreement.parties.values(), *ev.sections()]
    subjects = [*own, agreement.code, agreement.basin, *anyone]
    known = {subject: told for subject in subjects if (told := _stated(ev, subject, kind, spot)) is not None}
    if not known:
        around = ev.data.speaks_around(subjects, kind, spot.of)
        return Value(None, f"fact_of_other_period: {kind}" if around else f"no_fact: {kind}")
    subject, (found, how) = next(iter(known.items()))
    if subject in anyone and found.number is not None:
        others = [value.number for value, _ in known.values()]
        agreed = holds_all([None if other is None else same(other, found.number) for other in others])
        found = replace(found, number=None if agreed is None else chosen(agreed, found.number, None))
        found = found if found.present else Value(None, f"several_facts: {kind}")
    trail.note(f"{periods.label(spot.of)} {kind}", how, _shown(found))
    return found


def _stated(ev: Evaluator, subject: str, kind: str, spot: Element) -> tuple[Value, str] | None:
    """What is published or recorded about one subject, and where it stands."""
    if (told := ev.data.published(subject, kind, spot.of)) is not None:
        return Value(told), f"已公布（{subject}）"
    fact = ev.data.fact([subject], kind, spot.of)
    return None if fact is None else (stated(fact), f"{fact.document}，{fact.recorded_by} 记录")


def completeness(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """The share of expected readings that arrived."""
    return completeness_of(ev, spot, name_of(ev, spot, spot.codes["indicator"]), trail)


def trend(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """The trend of many years [% of the median a year]."""
    return trend_of(ev, measure, spot, name_of(ev, spot, spot.codes["indicator"]), trail)
