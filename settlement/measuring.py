"""Measures computed: the number a clause looks at, for the element in hand.

In: a declared `Measure`, the element, and the `Evaluator` that holds agreement, network and data. Out: a `Value`, and
the working in the trail. Order, as the grammar has it: spread over sections, indicators and time → each value →
comparison (`against`, `expressed`) → `take` → `decimals` → `otherwise`. A test adds its bound: true, false, undecided.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from basin import periods
from basin.agreement import TIME_AXES
from basin.indicators import INDICATORS
from basin.measures import Against, Measure, Runs
from basin.rounding import half_even, printed, reported
from basin.standards import indicator_class
from settlement import league
from settlement.measured import Value, concentration, total
from settlement.monitoring import completeness_of, trend_of
from settlement.trail import Trail

if TYPE_CHECKING:
    from settlement.evaluation import Element, Evaluator

CLASS_NAMES = {1: "Ⅰ类", 2: "Ⅱ类", 3: "Ⅲ类", 4: "Ⅳ类", 5: "Ⅴ类", 6: "劣Ⅴ类"}


def value(ev: Evaluator, measure: Measure, element: Element, trail: Trail) -> Value:
    """The number of a measure for the element in hand."""
    at = year_before(element) if measure.at == "previous_year" else element
    if measure.at == "previous_year" and _before_it_began(ev, measure, at):
        found = Value(None, "before_term")
    else:
        values = [_compared(ev, measure, spot, trail) for spot in _spread(ev, measure, at)]
        found = _taken(measure, values, trail)
    if found.number is None and not found.excluded and measure.otherwise is not None:
        trail.note("缺省值", f"{found.reason} → otherwise", printed(measure.otherwise))
        return replace(found, number=measure.otherwise, reason=None)
    if found.number is not None and measure.decimals is not None:
        kept = half_even(found.number, measure.decimals)
        trail.note("修约", f"{printed(found.number)} → {measure.decimals} 位小数，四舍六入五成双", printed(kept))
        return replace(found, number=kept)
    return found


def truth(ev: Evaluator, test: Measure, element: Element, trail: Trail) -> Value:
    """A test: 1 true, 0 false, no number undecided. Tests without a bound of their own are `all_of` / `any_of`."""
    found = value(ev, test, element, trail)
    if found.number is None or not test.bounded:
        return found
    met = True
    for key, (sign, holds) in _BOUNDS.items():
        bound: Fraction | None = getattr(test, key)
        if bound is not None:
            held = holds(found.number, bound)
            trail.note("条件", f"{printed(found.number)} {sign} {printed(bound)}", "成立" if held else "不成立")
            met = met and held
    return replace(found, number=Fraction(int(met)))


_BOUNDS: Mapping[str, tuple[str, Callable[[Fraction, Fraction], bool]]] = {
    "at_most": ("≤", operator.le),
    "below": ("<", operator.lt),
    "at_least": ("≥", operator.ge),
    "above": (">", operator.gt),
}


def year_before(element: Element) -> Element:
    """The same element one year earlier, time axes included."""
    axes = tuple(
        (axis, periods.label(periods.year_before(periods.period(code))) if axis in TIME_AXES else code)
        for axis, code in element.axes
    )
    return replace(element, of=periods.year_before(element.of), within=periods.year_before(element.within), axes=axes)


def _before_it_began(ev: Evaluator, measure: Measure, at: Element) -> bool:
    """A clause that looks at its own last year finds nothing before the agreement starts."""
    return measure.kind == "result" and periods.ends_on(at.within) < ev.agreement.starts


def _spread(ev: Evaluator, measure: Measure, element: Element) -> Iterator[Element]:
    """The elements a measure is taken over; just the one in hand where it names no several."""
    choices: list[list[tuple[str, str]]] = []
    sections = (measure.section,) if measure.section else measure.sections
    if sections:
        choices.append([("section", code) for code in ev.axis("section", sections, element.of)])
    several = measure.indicators if measure.kind not in ("quality_class", "index") else None
    if indicators := ((measure.indicator,) if measure.indicator else several):
        choices.append([("indicator", code) for code in ev.axis("indicator", indicators, element.of)])
    if measure.over:
        choices.append([(measure.over, code) for code in ev.axis(measure.over, ("all",), element.of)])
    for combination in product(*choices):
        axes = {**element.codes, **dict(combination)}
        of = periods.period(axes[measure.over]) if measure.over else element.of
        yield replace(element, of=of, axes=tuple(axes.items()))


def _taken(measure: Measure, values: Sequence[Value], trail: Trail) -> Value:
    """Several values as one: excluded ones are not there, an absent one stops it."""
    absent = next((v for v in values if not v.present and not v.excluded), None)
    numbers = [v.number for v in values if v.number is not None]
    if absent is not None:
        return absent
    if not numbers:
        return Value(None, values[0].reason if values else "no_readings", bool(values))
    if measure.take is None or measure.kind == "result":
        return Value(numbers[0] if measure.kind == "result" or len(numbers) == 1 else sum(numbers, Fraction(0)))
    taken = _TAKE[measure.take](numbers) if isinstance(measure.take, str) else _runs(measure.take, numbers)
    name = {"sum": "合计", "mean": "平均", "min": "最小", "max": "最大"}
    label = name[measure.take] if isinstance(measure.take, str) else f"连续 {measure.take.runs_of} 个的次数"
    left = f"（另有 {len(values) - len(numbers)} 个不计）" if len(values) > len(numbers) else ""
    trail.note(label, "、".join(map(printed, numbers)) + left, printed(taken))
    return Value(taken)


def combined(take: str | Runs | None, numbers: Sequence[Fraction]) -> Fraction:
    """Several numbers as one, by `take`; summed where it is not stated."""
    if isinstance(take, Runs):
        return _runs(take, numbers)
    return _TAKE[take or "sum"](numbers)


_TAKE: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "sum": lambda numbers: sum(numbers, Fraction(0)),
    "mean": lambda numbers: sum(numbers, Fraction(0)) / len(numbers),
    "min": min,
    "max": max,
}


def _runs(take: Runs, numbers: Sequence[Fraction]) -> Fraction:
    """How many complete runs of n true values in a row there are."""
    runs = length = 0
    for held in numbers:
        length = length + 1 if held else 0
        if length == take.runs_of:
            runs, length = runs + 1, 0
    return Fraction(runs)


def _compared(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    found = _single(ev, measure, spot, trail)
    if found.number is None or measure.against is None or measure.expressed is None:
        return found
    against = _reference(ev, measure, spot, trail)
    if against.number is None:
        return against
    a, b = found.number, against.number
    if measure.expressed != "difference" and b == 0:
        return Value(None, "reference_is_zero")
    result, sign = {
        "difference": lambda: (a - b, f"{printed(a)} − {printed(b)}"),
        "ratio": lambda: (a / b, f"{printed(a)} ÷ {printed(b)}"),
        "percent_change": lambda: (100 * (a - b) / b, f"({printed(a)} − {printed(b)}) ÷ {printed(b)} × 100"),
    }[measure.expressed]()
    label = {"difference": "差值", "ratio": "比值", "percent_change": "变化（%）"}[measure.expressed]
    trail.note(label, sign, printed(result))
    return replace(found, number=result)


def _single(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """One value before any comparison; a published one stands for the measure where there is one."""
    found = _KINDS[measure.kind](ev, measure, spot, trail)
    trail.rests_on(found.statistics)
    return found


def _section(measure: Measure, spot: Element) -> str:
    return measure.section or spot.codes["section"]


def name_of(ev: Evaluator, spot: Element, indicator: str | None = None) -> str:
    """Period, section and indicator as a label of the working."""
    code = spot.codes.get("section", "")
    known = ev.network.sections.get(code)
    named = INDICATORS[indicator].name_zh if indicator else ""
    return " ".join(filter(None, (periods.label(spot.of), known.name_zh if known else code, named)))


def measured(ev: Evaluator, spot: Element, indicator: str, trail: Trail) -> Value:
    """The concentration (or flow) of the section in hand, `mean_of` members averaged first."""
    members = ev.sheet(spot.codes["section"], spot.of).mean_of
    if members is None:
        found = concentration(ev.data, ev.rules, spot.codes["section"], indicator, spot.of)
    else:
        found = _mean_of(ev, spot, indicator, members)
    trail.rests_on(found.statistics)
    trail.note(name_of(ev, spot, indicator), _counts(found), _shown(found))
    return found


def _mean_of(ev: Evaluator, spot: Element, indicator: str, members: Mapping[str, Fraction]) -> Value:
    """The weighted mean of several sections' data, before anything else looks at them."""
    parts = {code: concentration(ev.data, ev.rules, code, indicator, spot.of) for code in members}
    statistics = tuple(s for part in parts.values() for s in part.statistics)
    absent = next((part for part in parts.values() if part.number is None), None)
    if absent is not None:
        return replace(absent, statistics=statistics)
    weighted = sum(
        (members[code] * part.number for code, part in parts.items() if part.number is not None), Fraction(0)
    )
    return Value(weighted / sum(members.values()), statistics=statistics)


def _counts(found: Value) -> str:
    if not found.statistics:
        return "无读数"
    last = found.statistics[-1]
    left_out = "，未用 " + "、".join(f"{why} {n}" for why, n in last.left_out) if last.left_out else ""
    if last.reason == "published":
        return "已公布的数值"
    return f"{last.readings} 个读数、{last.days} 天的均值{left_out}"


def _shown(found: Value) -> str:
    return printed(found.number) if found.number is not None else f"无值：{found.reason}"


def _concentration(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    return measured(ev, spot, spot.codes["indicator"], trail)


def _flow(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    return measured(ev, spot, "flow", trail)


def _total(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    found = total(ev.data, ev.rules, _section(measure, spot), measure.kind, spot.of)
    quantity = "水量（万 m³）" if measure.kind == "volume" else "通量（t）"
    trail.note(f"{name_of(ev, spot)} {quantity}", _counts(found), _shown(found))
    return found


def _quality_class(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Single-factor class: the worst of the indicators; an annual class is the class of the mean of monthly means."""
    section = _section(measure, spot)
    told = ev.data.published(section, "quality_class", spot.of)
    if told is not None:
        trail.note(f"{name_of(ev, spot)} 类别", "已公布的类别", _class_name(told))
        return Value(told)
    indicators = measure.indicators or tuple(
        i for i in ev.standard.evaluated if ev.data.reports(section, i, spot.of.year) or _members_report(ev, spot, i)
    )
    values = {indicator: measured(ev, spot, indicator, trail) for indicator in indicators}
    absent = next((v for v in values.values() if not v.present and not v.excluded), None)
    present = {i: v.number for i, v in values.items() if v.number is not None}
    if absent is not None or not present:
        trail.note(f"{name_of(ev, spot)} 类别", "无值", (absent.reason if absent else None) or "no_readings")
        return absent or Value(None, "no_readings", any(v.excluded for v in values.values()))
    body = _water_body(ev, section)
    classes = {i: int(indicator_class(ev.standard, i, number, body)) for i, number in present.items()}
    worst = max(classes.values())
    deciding = "、".join(INDICATORS[i].name_zh for i, c in classes.items() if c == worst)
    trail.note(f"{name_of(ev, spot)} 类别", f"单因子最差：{deciding}", _class_name(Fraction(worst)))
    return Value(Fraction(worst), statistics=tuple(s for v in values.values() for s in v.statistics))


def _members_report(ev: Evaluator, spot: Element, indicator: str) -> bool:
    members = ev.sheet(spot.codes["section"], spot.of).mean_of or {}
    return any(ev.data.reports(code, indicator, spot.of.year) for code in members)


def _class_name(value: Fraction) -> str:
    return CLASS_NAMES.get(int(value), printed(value)) if value.denominator == 1 else printed(value)


def _water_body(ev: Evaluator, section: str) -> str:
    known = ev.network.sections.get(section)
    return known.water_body if known else "river"


def _exceedance(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """超标倍数: C/limit − 1 (limit/C − 1 where more is better), 0 when the limit is met (环办〔2011〕22号)."""
    indicator = spot.codes["indicator"]
    found = measured(ev, spot, indicator, trail)
    limit = _reference(ev, replace(measure, kind="concentration", against=measure.against or "target"), spot, trail)
    if found.number is None or limit.number is None:
        return found if found.number is None else limit
    c, s = (limit.number, found.number) if ev.standard.higher_is_better(indicator) else (found.number, limit.number)
    if s == 0:
        return Value(None, "reference_is_zero")
    multiple = max(c / s - 1, Fraction(0))
    trail.note(
        "超标倍数", f"{printed(c)} ÷ {printed(s)} − 1" + ("，达标记 0" if multiple == 0 else ""), printed(multiple)
    )
    return replace(found, number=multiple)


def _index(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
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
    parts: dict[str, Fraction] = {}
    for indicator, mean in means.items():
        axes = tuple({**spot.codes, "indicator": indicator}.items())
        reference = _reference(ev, replace(measure, kind="concentration"), replace(spot, axes=axes), trail)
        if reference.number is None or mean.number is None:
            return reference
        if reference.number == 0:
            return Value(None, "reference_is_zero")
        parts[indicator] = mean.number / reference.number
        note = f"{printed(mean.number)} ÷ {printed(reference.number)}"
        trail.note(f"{INDICATORS[indicator].name_zh} 比值", note, _short(parts[indicator]))
    return _weighted(measure, parts, means, trail)


def _weighted(measure: Measure, parts: Mapping[str, Fraction], means: Mapping[str, Value], trail: Trail) -> Value:
    weights, k = measure.weights or {}, measure.coefficient
    index = (k if k is not None else 1) * sum((weights[i] * ratio for i, ratio in parts.items()), Fraction(0))
    terms = " + ".join(f"{printed(weights[i])} × {_short(ratio)}" for i, ratio in parts.items())
    trail.note("指数", f"{printed(k)} × ({terms})" if k is not None else terms, _short(index))
    return Value(index, statistics=tuple(s for v in means.values() for s in v.statistics))


def _short(exact: Fraction) -> str:
    """An exact ratio as text: itself where short, else to 12 significant digits and marked as such."""
    text = printed(exact)
    return text if len(text) <= 16 else f"≈{printed(reported(float(exact), None))}"


def _reference(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """What a value is compared with."""
    against = measure.against
    if isinstance(against, Against):
        return _other(ev, measure, against, spot, trail)
    if against == "previous_year":
        return _single(ev, replace(measure, against=None), year_before(spot), trail)
    section, sheet = spot.codes.get("section", ""), ev.sheet(spot.codes.get("section", ""), spot.of)
    ev.doubt_sheet(section, against or "", spot.of, trail)
    if against == "inflow":
        if sheet.inflow is None:
            return Value(None, "missing_parameter: inflow")
        there = replace(spot, axes=tuple({**spot.codes, "section": sheet.inflow}.items()))
        return _single(ev, replace(measure, section=None, against=None), there, trail)
    if against == "target":
        target = ev.target(section, spot.of)
        if target is None:
            return Value(None, "missing_parameter: target")
        return _class_limit(ev, measure, spot, target, sheet)
    stated = sheet.limits if against == "limits" else sheet.baseline
    quantity = spot.codes.get("indicator", measure.kind) if measure.kind == "concentration" else measure.kind
    found = stated.get(quantity)
    return Value(found) if found is not None else Value(None, f"missing_parameter: {against}")


def _other(ev: Evaluator, measure: Measure, against: Against, spot: Element, trail: Trail) -> Value:
    """A reference of its own: a class, another section, or another clause."""
    if against.ref is not None:
        return _result(ev, Measure(kind="result", of={against.ref: Fraction(1)}), spot, trail)
    if against.section is not None:
        there = replace(spot, axes=tuple({**spot.codes, "section": against.section}.items()))
        return _single(ev, replace(measure, section=None, against=None), there, trail)
    return _class_limit(ev, measure, spot, against.class_ or 0, None)


def _class_limit(ev: Evaluator, measure: Measure, spot: Element, of_class: int, sheet: object) -> Value:
    """A class as a number, or the limit of the indicator in hand at that class; a limit of the sheet goes first."""
    if measure.kind == "quality_class":
        return Value(Fraction(of_class))
    indicator = spot.codes["indicator"]
    stated = getattr(sheet, "limits", {}).get(indicator)
    limit = stated or ev.standard.limit(indicator, of_class, _water_body(ev, spot.codes.get("section", "")))
    return Value(limit) if limit is not None else Value(None, "missing_parameter: limits")


def _met(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """1 or 0 of tests, three-valued: decided as soon as the known part decides."""
    decisive = 0 if measure.all_of else 1
    held = [truth(ev, test, spot, trail) for test in measure.tests]
    if any(v.number == decisive for v in held):
        return Value(Fraction(decisive))
    undecided = next((v for v in held if v.number is None and not v.excluded), None)
    if undecided is not None:
        return Value(None, undecided.reason)
    return Value(Fraction(1 - decisive)) if any(v.present for v in held) else Value(None, held[0].reason, True)


def _reported(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """A recorded or published fact about the section, the party, or the agreement and its basin."""
    codes = spot.codes
    own = [codes[axis] for axis in ("section", "party") if axis in codes]
    agreement = ev.agreement
    subjects = own or [agreement.code, agreement.basin, *agreement.parties.values(), *ev.sections()]
    for subject in subjects:
        if (told := ev.data.published(subject, measure.fact or "", spot.of)) is not None:
            trail.note(f"{periods.label(spot.of)} {measure.fact}", f"已公布（{subject}）", printed(told))
            return Value(told)
    fact = ev.data.fact(subjects, measure.fact or "", spot.of)
    if fact is None or fact.value is None:
        return Value(None, f"no_fact: {measure.fact}")
    trail.note(f"{periods.label(spot.of)} {measure.fact}", f"{fact.document}，{fact.recorded_by} 记录", str(fact.value))
    return Value(Fraction(fact.value))


def _result(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """Amounts of other clauses: axes in hand are matched, the others combined by `take`, refs added with weights."""
    whole, terms = Fraction(0), []
    for ref, weight in (measure.of or {}).items():
        found = line(ev, ref, spot, measure, trail)
        if found.number is None:
            return found
        whole += weight * found.number
        term = f"{ref} {_short(found.number)}"
        terms.append(term if weight == 1 else f"{printed(weight)} × {term}")
    trail.note(f"{periods.label(spot.of)} 引用", " + ".join(terms), _short(whole))
    return Value(whole)


def line(ev: Evaluator, ref: str, spot: Element, measure: Measure, trail: Trail) -> Value:
    """The amount of one clause in the element and period in hand."""
    codes = spot.codes
    found = [
        (evaluation.amount * share if evaluation.amount is not None else None, evaluation)
        for of in ev.spans(ref, spot.of)
        for element in ev.elements(ref, of)
        if (share := _in_hand(ev, element.codes, codes, element.of)) != 0
        for evaluation in (ev.evaluation(ref, element),)
    ]
    for _, evaluation in found:
        trail.doubts(evaluation.unverified)
    stopped = next((evaluation for amount, evaluation in found if evaluation.stopped), None)
    if stopped is not None:
        return Value(None, stopped.reason)
    amounts = [amount for amount, _ in found if amount is not None]
    return Value(combined(measure.take, amounts)) if amounts else Value(None, f"no_result: {ref}", bool(found))


def _in_hand(ev: Evaluator, line: Mapping[str, str], user: Mapping[str, str], of: pd.Period) -> Fraction:
    """Which part of a line's evaluation belongs to the element in hand: all, none, or the upstream party's share."""
    for axis, code in line.items():
        if axis in user and user[axis] != code:
            return Fraction(0)
    if "party" in user and "party" not in line and "section" in line:
        upstream = ev.side_shares(line["section"], "upstream", of) or {}
        return upstream.get(user["party"], Fraction(0))
    return Fraction(1)


def _rank(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    """The place in the league of all parties, by the sum of ranks."""
    parties = ev.axis("party", ("all",), spot.of)
    table: dict[str, dict[str, Fraction]] = {}
    for ref in {*(measure.of or ()), *(t for t in measure.ties if t != "same")}:
        table[ref] = {}
        for party in parties:
            there = replace(spot, axes=tuple({**spot.codes, "party": party}.items()))
            found = line(ev, ref, there, measure, trail)
            if found.number is None:
                return found
            table[ref][party] = found.number
    place, how = league.place(spot.codes["party"], table, measure)
    trail.note("排名", how, "并列未决" if place is None else str(place))
    return Value(None, "tie") if place is None else Value(Fraction(place))


def _completeness(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    return completeness_of(ev, spot, name_of(ev, spot, spot.codes["indicator"]), trail)


def _trend(ev: Evaluator, measure: Measure, spot: Element, trail: Trail) -> Value:
    return trend_of(ev, measure, spot, name_of(ev, spot, spot.codes["indicator"]), trail)


_KINDS: Mapping[str, Callable[[Evaluator, Measure, Element, Trail], Value]] = {
    "concentration": _concentration, "flow": _flow, "volume": _total, "load": _total, "quality_class": _quality_class,
    "exceedance": _exceedance, "index": _index, "met": _met, "reported": _reported, "result": _result, "rank": _rank,
    "completeness": _completeness, "trend": _trend,
}  # fmt: skip
