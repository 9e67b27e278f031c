"""What a measure or a test may not say.

In: one typed clause, the agreement and the network. Out: `Finding`s. What is refused
about clauses and sheets as wholes is in `basin.checks.agreements`; about refs, in `basin.checks.references`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import chain

from basin.agreement import Agreement
from basin.checks.finding import Finding
from basin.checks.places import Place, lasting, places
from basin.checks.values import codes_on
from basin.clauses import UNPAID, Clause, SectionSheet
from basin.dated import join
from basin.indicators import INDICATORS, find_indicator
from basin.measures import (
    ADDS_BY_ITSELF,
    MEASURED_ITEMS,
    OF_A_SECTION,
    OWN_KEYS,
    OXYGEN,
    SHARING_A_PLACE,
    WITHOUT_MULTIPLE,
    Against,
    Measure,
    Runs,
)
from basin.network import Network
from basin.periods import LENGTHS
from basin.rounding import printed

_DAY = re.compile(r"\d{2}-\d{2}")
_EXCUSE = re.compile(r"unless\.\d+")
_NO_INDICATOR = frozenset({"quality_class", "index", "volume", "flow"})
_HAVE_CLASS_LIMITS = frozenset({"concentration", "quality_class", "exceedance", "index"})
_OF_NO_INDICATOR = frozenset({"index", "volume", "flow"})  # their own keys, or nothing, say which
_IN_A_RANGE = frozenset({"ph"})  # what a section sheet limits by a range: met or not, without a multiple
MOST_DECIMALS = 12  # a figure has no more significant digits than these
_FEWEST_YEARS = 2  # one year has no slope
_MOST_YEARS = 100
_A_YEAR = LENGTHS.index("year")
_NEEDED = {"index": "weights", "reported": "fact", "result": "of", "rank": "of", "trend": "significance"}


def measure_findings(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    """Everything the grammar refuses in the measure and the tests of a clause."""
    for place in places(clause):
        measure = place.measure
        measure_path = join(path, place.name)
        yield from _measure(clause, measure, measure_path)
        yield from _limits(measure, measure_path)
        lasts = lasting(place.axes, clause.every or agreement.every or "term")
        if measure.over and LENGTHS.index(measure.over) > LENGTHS.index(lasts):
            zh = f"over: {measure.over} 长于所评的期间"
            en = "over more than the period evaluated"
            yield Finding(f"{measure_path}.over", zh, en, "改 over，或改 every、each")
        if measure.on is not None and place.name == "measure" and clause.pays and LENGTHS.index(lasts) < _A_YEAR:
            zh = f"{measure.on} 一年只有一天，欠款却逐 {lasts} 照付，成了几倍"
            yield Finding(path, zh, "what is unpaid on one day of the year is charged more often", "写 every: year")
        if measure.because is not None and not _EXCUSE.fullmatch(place.name):
            zh = "because 只用于 unless"
            remedy = "写在 unless 的一条上，或删去"
            yield Finding(f"{measure_path}.because", zh, "because belongs to unless", remedy)
        yield from _in_hand(agreement, network, place, measure_path)
        yield from _without_multiple(agreement, place, measure_path)
        yield from _met_or_not(agreement, clause, place, measure_path)
        yield from _league(agreement, network, place, measure_path)
    if clause.measure is not None and clause.measure.bounded:
        zh = "measure 里的界限不起作用"
        remedy = "作条件写在 when，或 kind: met 的 all_of 里"
        yield Finding(join(path, "measure"), zh, "a bound has no effect in a measure", remedy)
    for name in ("when", "unless"):
        for i, test in enumerate(getattr(clause, name)):
            yield from _test(test, f"{path}.{name}.{i}")
            if name == "unless" and not test.because:
                yield Finding(f"{path}.unless.{i}", "unless 没有 because", "unless without because", "写明依据与文件")


def empty_list(path: str) -> Finding:
    """A list that names nothing runs over nothing: it is surely a slip."""
    key = path.rpartition(".")[2]
    return Finding(path, f"{key} 是空的", "an empty list", "至少写一项，或删去此键")


def class_findings(value: int | Fraction | None, path: str) -> Iterator[Finding]:
    """A water-quality class is one of six."""
    if value is not None and not 1 <= value <= 6:
        zh = f"类别 {printed(Fraction(value))} 不在 1–6"
        yield Finding(path, zh, "class outside 1-6", "写 1（Ⅰ类）到 6（劣Ⅴ类）")


def foreign_findings(agreement: Agreement, network: Network, code: str | None, path: str) -> Iterator[Finding]:
    """A section that is evaluated lies in the agreement's own basin."""
    registered = network.sections.get(code or "")
    if registered is not None and registered.basin != agreement.basin and agreement.basin in network.basins:
        zh = f"断面 {code} 属于流域 {registered.basin}，不属于 {agreement.basin}"
        remedy = "改正断面代码，或改 basin；两个流域都有的断面以两个代码登记"
        yield Finding(path, zh, "a section of another basin", remedy)


def section_findings(agreement: Agreement, network: Network, code: str | None, path: str) -> Iterator[Finding]:
    """A section is in the register or has a sheet."""
    if code not in (None, "all") and code not in network.sections and code not in agreement.section_codes:
        yield Finding(path, f"未登记的断面 {code}", "unknown section", "在 sections.csv 登记")


def _without_multiple(agreement: Agreement, place: Place, path: str) -> Iterator[Finding]:
    """An exceedance of temperature, pH or oxygen, of which 环办〔2011〕22号 knows no multiple."""
    if place.measure.kind != "exceedance":
        return
    listed = {**place.axes, **place.measure.axes}.get("indicator", ())
    codes = WITHOUT_MULTIPLE if "all" in listed else WITHOUT_MULTIPLE & set(listed)
    stated = {OXYGEN} if agreement.data.oxygen_multiple is not None else set()
    in_a_range = {code for code in codes if code in _IN_A_RANGE and _has_a_limit(agreement, code)}
    for code in sorted(codes - stated - in_a_range):
        name = INDICATORS[code].name_zh
        remedy = "改用 quality_class，或 concentration 作条件"
        if code == OXYGEN:
            stated_how = "原文写明算法的，写 data: {oxygen_multiple: {value: limit_over_value, source: …}}"
            remedy = f"{remedy}；{stated_how}"
        if "all" in listed:
            remedy = f"逐个列出指标，不写 all；{remedy}"
        yield Finding(path, f"{name}没有超标倍数（环办〔2011〕22号）", f"{code} has no multiple", remedy)


def _has_a_limit(agreement: Agreement, indicator: str) -> bool:
    """Whether a section sheet states a limit of the indicator; whether it is one that may be is told there."""
    return any(indicator in sheet.limits for sheet in _sheets(agreement))


def _is_kept_in_a_range(agreement: Agreement, indicator: str) -> bool:
    """Whether a section sheet states between which limits the indicator keeps, as ``limits: {ph: [6, 9]}``."""
    return any(sheet.between(indicator) is not None for sheet in _sheets(agreement))


def _sheets(agreement: Agreement) -> Iterator[SectionSheet]:
    """Every branch of every section sheet that fits its type."""
    return chain.from_iterable(agreement.section_sheets.values())


def _met_or_not(agreement: Agreement, clause: Clause, place: Place, path: str) -> Iterator[Finding]:
    """A payment by the multiple of what is only met or not: it is 0 or stops, so nothing would ever be paid."""
    measure = place.measure
    if measure.kind != "exceedance" or place.name != "measure" or clause.is_line:
        return
    listed = {*{**place.axes, **measure.axes}.get("indicator", ())}
    alone = listed <= _IN_A_RANGE if measure.indicators else True
    for code in sorted(listed & _IN_A_RANGE if alone else ()):
        if _is_kept_in_a_range(agreement, code):
            name = INDICATORS[code].name_zh
            zh = f"{name}的限值是区间，只有达标与否，没有倍数，永远付不出"
            en = f"{code} is kept in a range, met or not: no multiple of it is ever paid"
            remedy = f"从 indicator 删去 {code}；另写一条，金额写定额，when 写 kind: exceedance、above: 0"
            yield Finding(path, zh, en, remedy)


def _league(agreement: Agreement, network: Network, place: Place, path: str) -> Iterator[Finding]:
    """A league has several parties, and its ties are broken by lines, at last by sharing the place."""
    measure = place.measure
    if measure.kind != "rank":
        return
    if len(set(codes_on(agreement, network, "party", place.axes.get("party", ())))) == 1:
        remedy = "在 each 补上别的主体，或写 party: all；不排名的删去这一条"
        yield Finding(path, "只有一方，名次永远是 1", "a league of one", remedy)
    last = measure.ties[-1:]
    for tie in measure.ties:
        if tie in SHARING_A_PLACE and (tie,) != last:
            zh = f"{tie} 须写在最后：在它之后的永远用不到"
            yield Finding(f"{path}.ties", zh, "what stands behind it is never looked at", "把它移到最后，或删去")
        elif tie not in SHARING_A_PLACE and tie not in agreement.refs:
            zh = f"引用了不存在的条款 {tie}"
            yield Finding(f"{path}.ties", zh, "unknown ref", "写中间项的 ref；同名次的写 same 或 same_if_equal")


def _measure(clause: Clause, measure: Measure, path: str) -> Iterator[Finding]:
    yield from _own_keys(measure, path)
    for key in ("sections", "indicators"):
        if getattr(measure, key) == ():
            yield empty_list(f"{path}.{key}")
    if measure.several and measure.take is None and measure.kind not in ADDS_BY_ITSELF:
        yield Finding(path, "多个数值而没有 take", "several values without take", "写明 take: mean 等")
    if measure.take is not None and not measure.several and measure.kind != "result":
        yield Finding(path, "take 用在单个数值上", "take without several values", "删去 take")
    if isinstance(measure.take, Runs) and measure.take.runs_of < 1:
        yield Finding(f"{path}.take", "runs_of 至少为 1", "runs_of must be at least 1", "写连续的个数，如 3")
    yield from _comparison(measure, path)
    if measure.otherwise is not None and measure.kind not in ("reported", "result"):
        zh = "otherwise 不能代替监测数据：没有样品不等于达标"
        yield Finding(f"{path}.otherwise", zh, "a missing sample is not compliance", "删去 otherwise")
    if (
        measure.otherwise is not None
        and measure.kind == "result"
        and measure.take is None
        and len(measure.of or {}) > 1
    ):
        zh = "otherwise 会代替几项之和，而不是缺的那一项"
        en = "otherwise would stand for the sum, not for the missing term"
        yield Finding(f"{path}.otherwise", zh, en, "删去 otherwise；各项各自成中间项，在其中写 otherwise")
    if measure.kind == "rank" and "party" not in clause.each:
        yield Finding(path, "rank 须在 each: {party: …} 中", "rank outside each: {party}", "加上 each: {party: all}")
    for key in ("all_of", "any_of"):
        for i, test in enumerate(getattr(measure, key) or ()):
            yield from _test(test, f"{path}.{key}.{i}")


def _limits(measure: Measure, path: str) -> Iterator[Finding]:
    """Figures that only make sense within limits."""
    if measure.decimals is not None and not 0 <= measure.decimals <= MOST_DECIMALS:
        zh = f"decimals 须在 0–{MOST_DECIMALS} 之间"
        en = f"decimals must lie between 0 and {MOST_DECIMALS}"
        yield Finding(f"{path}.decimals", zh, en, "写小数位数，如 2")
    if measure.decimals is not None and is_whole_number(measure):
        zh = "decimals 不起作用：这个数总是整数"
        yield Finding(f"{path}.decimals", zh, "decimals of a whole number change nothing", "删去 decimals")
    if measure.significance is not None and not 0 < measure.significance < 1:
        zh = "significance 须在 0 与 1 之间"
        en = "significance must lie between 0 and 1"
        yield Finding(f"{path}.significance", zh, en, "写显著性水平，如 0.05")
    years = measure.years
    if years is not None and not _FEWEST_YEARS <= years.least <= years.window <= _MOST_YEARS:
        zh = f"years 须为 {_FEWEST_YEARS} ≤ least ≤ window ≤ {_MOST_YEARS}"
        en = f"years must keep {_FEWEST_YEARS} <= least <= window <= {_MOST_YEARS}"
        yield Finding(f"{path}.years", zh, en, "如 {window: 10, least: 5}")
    if is_a_class(measure):
        for key in ("at_most", "below", "at_least", "above"):
            yield from class_findings(getattr(measure, key), f"{path}.{key}")


def is_whole_number(measure: Measure) -> bool:
    """Whether the value is a class, a place, a yes or no, or a count or difference of those."""
    whole = measure.kind in ("quality_class", "rank", "met") and measure.expressed in (None, "difference")
    compared_with_others = isinstance(measure.against, Against) and measure.against.ref is not None
    return whole and not compared_with_others and measure.take != "mean"


def _is_day_of_the_year(text: str) -> bool:
    """Whether it is a month and a day that every year has."""
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(f"2021-{text}"))
    except ValueError:
        return False


def is_a_class(measure: Measure) -> bool:
    """Whether the value is a class itself, neither compared with anything nor counted together."""
    return measure.kind == "quality_class" and measure.against is None and measure.take in (None, "mean", "min", "max")


def _own_keys(measure: Measure, path: str) -> Iterator[Finding]:
    kind = measure.kind
    foreign = {key for keys in OWN_KEYS.values() for key in keys} - OWN_KEYS.get(kind, frozenset())
    foreign |= {"indicator", "indicators"} if kind in _OF_NO_INDICATOR else set()
    for key in sorted(key for key in foreign if getattr(measure, key)):
        yield Finding(f"{path}.{key}", f"{key} 不用于 {kind}", f"{key} is no key of {kind}", "删去此键")
    if kind in _NEEDED and not getattr(measure, _NEEDED[kind]):
        yield Finding(path, f"{kind} 缺少 {_NEEDED[kind]}", f"{_NEEDED[kind]} is missing", "补上")
    if kind == "met" and bool(measure.all_of) == bool(measure.any_of):
        yield Finding(path, "met 须有 all_of 或 any_of 之一", "met needs all_of or any_of, one of them", "分成两层写")
    if kind == "rank" and set((measure.of or {}).values()) - {1}:
        yield Finding(f"{path}.of", "rank 的 of 不带权重", "a league adds ranks without weights", "写成列表 of: [a, b]")
    if measure.on is not None and measure.fact != UNPAID:
        zh = "on 只用于 fact: unpaid"
        yield Finding(f"{path}.on", zh, "only what is unpaid is counted on a day", "删去 on")
    elif measure.on is not None and not _is_day_of_the_year(measure.on):
        zh = f"不是月日：{measure.on}"
        yield Finding(f"{path}.on", zh, "not a day of the year", "写月-日，如 03-31；二月末写 02-28")
    if set(measure.ties) >= SHARING_A_PLACE:
        zh = "same 与 same_if_equal 只能写一个"
        remedy = "总是同名次写 same；金额相同才同名次写 same_if_equal"
        yield Finding(f"{path}.ties", zh, "both same and same_if_equal", remedy)
    if kind == "index" and measure.weights and sum(measure.weights.values()) != 1:
        yield Finding(f"{path}.weights", "权重之和不为 1", "weights do not sum to 1", "改正权重")
    if kind == "index" and measure.weights and min(measure.weights.values()) < 0:
        yield Finding(f"{path}.weights", "权重不能为负", "a weight is negative", "改正权重")


def _comparison(measure: Measure, path: str) -> Iterator[Finding]:
    kind = measure.kind
    against = measure.against
    if kind in ("index", "exceedance"):
        if measure.expressed is not None:
            yield Finding(f"{path}.expressed", f"{kind} 不用 expressed", "expressed has no meaning here", "删去")
        if kind == "index" and against is None:
            yield Finding(path, "index 须有 against", "index without against", "写明 against: baseline 等")
    elif (against is None) != (measure.expressed is None):
        yield Finding(path, "against 与 expressed 须同时写", "against without expressed or the reverse", "两者都写")
    if isinstance(against, Against):
        yield from class_findings(against.class_, f"{path}.against")
        if against.section is not None and against.section == measure.section:
            zh = f"断面 {against.section} 与自己相比，永远一样"
            yield Finding(f"{path}.against", zh, "a section compared with itself", "写另一个断面")
        if sum(part is not None for part in (against.class_, against.section, against.ref)) != 1:
            remedy = "写 class、section、ref 之一"
            yield Finding(f"{path}.against", "against 只能指一样", "against names one thing", remedy)
    of_a_class = against == "target" or (isinstance(against, Against) and against.class_ is not None)
    if of_a_class and kind not in _HAVE_CLASS_LIMITS:
        remedy = "用 baseline、limits 或条款"
        yield Finding(f"{path}.against", f"{kind} 没有类别限值", f"{kind} has no class limit", remedy)


def _in_hand(agreement: Agreement, network: Network, place: Place, path: str) -> Iterator[Finding]:
    """What a measure needs and neither names nor has in hand: a section, an indicator, codes that exist."""
    measure = place.measure
    hand = place.axes
    sections = (*((measure.section,) if measure.section else ()), *(measure.sections or ()))
    other = measure.against.section if isinstance(measure.against, Against) else None
    for code in (*sections, other):
        yield from section_findings(agreement, network, code, path)
    for code in sections:
        yield from foreign_findings(agreement, network, code, path)
    if measure.kind in OF_A_SECTION and not sections and "section" not in hand:
        yield Finding(path, "没有断面", "no section in hand", "写 section: 或 each: {section: …}")
    indicators = (*((measure.indicator,) if measure.indicator else ()), *(measure.indicators or ()))
    for code in (*indicators, *(measure.weights or ())):
        if code not in ("all", MEASURED_ITEMS) and find_indicator(code) is None:
            yield Finding(path, f"不认识的指标 {code}", "unknown indicator", "用指标代码")
    if measure.kind == "quality_class" and not measure.indicators and (measure.indicator or "indicator" in hand):
        zh = "手头有 indicator，类别评哪几项须写明"
        en = "with an indicator in hand a class says which ones it judges"
        yield Finding(path, zh, en, "写 indicators: [nh3n]、all，或 {by: indicator, nh3n: [nh3n]}")
    needs = measure.kind in OF_A_SECTION - _NO_INDICATOR
    if needs and not indicators and "indicator" not in hand:
        yield Finding(path, "没有指标", "no indicator in hand", "写 indicator: 或 each: {indicator: …}")


def _test(test: Measure, path: str) -> Iterator[Finding]:
    if not test.bounded and not test.tests:
        yield Finding(path, "条件没有界限", "a test without a bound", "写 at_most、below、at_least 或 above")
