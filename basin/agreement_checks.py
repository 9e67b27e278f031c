"""What an agreement may not say: every refusal of the grammar that can be seen before there are data.

In: a compiled `Agreement` and the network. Out: a list of `AgreementError`s with file, path and remedy, all at once.
Each clause is looked at once per date and per branch, so that a figure that is in force only later is checked too.
It evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from basin.agreement import AXES, CLAUSE, SHEET, SIDE_WORDS, Agreement, Clause, Proportion, Side, typed
from basin.dated import every_branch, join
from basin.errors import AgreementError
from basin.indicators import find_indicator
from basin.measures import ADDS_BY_ITSELF, OF_A_SECTION, OWN_KEYS, Against, Measure
from basin.network import Network
from basin.scales import Piece, applied
from basin.standards import standard

Finding = tuple[str, str, str, str]  # path, zh, en, remedy
_NO_INDICATOR = frozenset({"quality_class", "index", "volume", "flow"})
_FINER = ("day", "week", "month", "quarter", "year")


def problems(agreement: Agreement, network: Network) -> list[AgreementError]:
    """Everything the grammar refuses in this agreement; empty when it may be settled."""
    found: list[AgreementError] = []
    clauses: list[tuple[str, Clause]] = []
    for position, raw in enumerate(agreement.document["clauses"]):
        path = f"clauses.{position}"
        for _, plain in every_branch(raw):
            try:
                clauses.append((path, typed(CLAUSE, plain, agreement.file, path)))
            except AgreementError as refusal:
                found.append(refusal)
    findings = [*_header(agreement, network), *_sheets(agreement, network, found)]
    for path, clause in clauses:
        findings += _clause(agreement, network, clause, path)
    findings += _references(agreement, [clause for _, clause in clauses])
    told = dict.fromkeys(findings)
    return found + [AgreementError(zh, en, file=agreement.file, path=p, remedy=r) for p, zh, en, r in told]


def _header(agreement: Agreement, network: Network) -> Iterator[Finding]:
    if agreement.ends < agreement.starts:
        yield "ends", "终止早于生效", "ends before it starts", "改正日期"
    for role, code in agreement.parties.items():
        if code not in network.parties:
            yield f"parties.{role}", f"未登记的主体 {code}", "unknown party", "在 parties.csv 登记"
    try:
        standard(agreement.standard)
    except Exception as problem:  # the standard's own message names the file
        yield "standard", f"未登记的标准 {agreement.standard}", str(problem), "用已登记的标准"


def _sheets(agreement: Agreement, network: Network, found: list[AgreementError]) -> Iterator[Finding]:
    for code, raw in dict(agreement.document.get("sections", {})).items():
        path = f"sections.{code}"
        for _, plain in every_branch(raw or {}):
            try:
                sheet = typed(SHEET, plain, agreement.file, path)
            except AgreementError as refusal:
                found.append(refusal)
                continue
            if code not in network.sections and sheet.mean_of is None:
                yield path, f"未登记的断面 {code}", "unknown section", "在 sections.csv 登记"
            yield from _class(sheet.target, f"{path}.target")
            for side in ("upstream", "downstream"):
                yield from _shares(getattr(sheet, side) or {}, f"{path}.{side}", network, agreement)
            for indicator in (*sheet.limits, *sheet.baseline):
                if indicator != "volume" and find_indicator(indicator) is None:
                    yield f"{path}.{indicator}", f"不认识的指标 {indicator}", "unknown indicator", "用指标代码"


def _clause(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    if (clause.pays is None) != (clause.receives is None):
        yield path, "pays 与 receives 须同时写", "pays without receives", "两者都写，或都不写（成为中间项）"
    if clause.pays is not None and clause.scale is None:
        yield f"{path}.scale", "付款条款没有 scale", "a payer without scale", "写明金额标准"
    if clause.every is None and agreement.every is None:
        yield f"{path}.every", "没有 every", "no every", "写明 every: year 等"
    yield from _axes(agreement, network, clause, path)
    for side in ("pays", "receives"):
        yield from _side(agreement, network, clause, getattr(clause, side), join(path, side))
    for name, measure, hand in _measures(clause):
        yield from _measure(clause, measure, join(path, name))
        yield from _in_hand(agreement, network, measure, hand, join(path, name))
    for name, tests in (("when", clause.when), ("unless", clause.unless)):
        for i, test in enumerate(tests):
            yield from _test(test, f"{path}.{name}.{i}")
            if name == "unless" and not test.because:
                yield f"{path}.unless.{i}", "unless 没有 because", "unless without because", "写明依据与文件"
    yield from _pieces(clause.scale or (), join(path, "scale"))
    yield from _pays_when_met(clause, join(path, "scale"))


def _axes(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    for axis, elements in clause.each.items():
        at = f"{path}.each.{axis}"
        if axis not in AXES:
            yield at, f"不认识的轴 {axis}", "unknown axis", f"用 {' '.join(AXES)}"
        known: dict[str, Callable[[str], object]] = {
            "section": lambda code: code in network.sections or code in agreement.section_codes,
            "indicator": find_indicator,
            "party": lambda code: code in network.parties,
        }
        for element in elements:
            if element != "all" and axis in known and not known[axis](element):
                yield at, f"未登记的代码 {element}", "unknown code", "改正或先登记"


def _measures(clause: Clause) -> Iterator[tuple[str, Measure, frozenset[str]]]:
    """Every measure and test of a clause with its path and the axes it finds in hand."""

    def inside(name: str, measure: Measure, hand: frozenset[str]) -> Iterator[tuple[str, Measure, frozenset[str]]]:
        yield name, measure, hand
        within = hand | _brings(measure)
        for key in ("all_of", "any_of"):
            for i, test in enumerate(getattr(measure, key) or ()):
                yield from inside(f"{name}.{key}.{i}", test, within)

    axes = frozenset(clause.each)
    if clause.measure is not None:
        yield from inside("measure", clause.measure, axes)
    for name in ("when", "unless"):
        for i, test in enumerate(getattr(clause, name)):
            yield from inside(f"{name}.{i}", test, axes)


def _brings(measure: Measure) -> frozenset[str]:
    """The axes a measure puts into the hand of the tests inside it."""
    named = {"section": measure.section or measure.sections, "indicator": measure.indicator or measure.indicators}
    return frozenset(axis for axis, codes in named.items() if codes)


def _measure(clause: Clause, measure: Measure, path: str) -> Iterator[Finding]:
    yield from _own_keys(measure, path)
    several = measure.sections is not None or measure.over is not None or _spreads(measure)
    if several and measure.take is None and measure.kind not in ADDS_BY_ITSELF:
        yield path, "多个数值而没有 take", "several values without take", "写明 take: mean 等"
    if measure.take is not None and not several and measure.kind != "result":
        yield path, "take 用在单个数值上", "take without several values", "删去 take"
    yield from _comparison(measure, path)
    if measure.otherwise is not None and measure.kind not in ("reported", "result"):
        zh = "otherwise 不能代替监测数据：没有样品不等于达标"
        yield f"{path}.otherwise", zh, "a missing sample is not compliance", "删去 otherwise"
    if measure.kind == "rank" and "party" not in clause.each:
        yield path, "rank 须在 each: {party: …} 中", "rank outside each: {party}", "加上 each: {party: all}"
    for i, test in enumerate(measure.tests):
        yield from _test(test, f"{path}.{'all_of' if measure.all_of else 'any_of'}.{i}")


def _own_keys(measure: Measure, path: str) -> Iterator[Finding]:
    for kind, keys in OWN_KEYS.items():
        for key in sorted(keys - OWN_KEYS.get(measure.kind, frozenset())):
            if getattr(measure, key) and not (kind == "met" and measure.kind == "met"):
                yield f"{path}.{key}", f"{key} 不用于 {measure.kind}", f"{key} is no key of {measure.kind}", "删去此键"
    needed = {"index": "weights", "reported": "fact", "result": "of", "rank": "of", "trend": "significance"}
    if measure.kind in needed and not getattr(measure, needed[measure.kind]):
        yield path, f"{measure.kind} 缺少 {needed[measure.kind]}", f"{needed[measure.kind]} is missing", "补上"
    if measure.kind == "met" and not measure.tests:
        yield path, "met 须有 all_of 或 any_of", "met needs tests", "补上 all_of"
    if measure.kind == "index" and measure.weights and sum(measure.weights.values()) != 1:
        yield f"{path}.weights", "权重之和不为 1", "weights do not sum to 1", "改正权重"


def _spreads(measure: Measure) -> bool:
    return measure.indicators is not None and measure.kind not in ("quality_class", "index")


def _comparison(measure: Measure, path: str) -> Iterator[Finding]:
    if measure.kind in ("index", "exceedance"):
        if measure.expressed is not None:
            yield f"{path}.expressed", f"{measure.kind} 不用 expressed", "expressed has no meaning here", "删去"
        if measure.kind == "index" and measure.against is None:
            yield path, "index 须有 against", "index without against", "写明 against: baseline 等"
    elif (measure.against is None) != (measure.expressed is None):
        yield path, "against 与 expressed 须同时写", "against without expressed or the reverse", "两者都写"
    if isinstance(measure.against, Against):
        yield from _class(measure.against.class_, f"{path}.against")


def _in_hand(
    agreement: Agreement, network: Network, measure: Measure, hand: frozenset[str], path: str
) -> Iterator[Finding]:
    sections = (*((measure.section,) if measure.section else ()), *(measure.sections or ()))
    for code in sections:
        if code != "all" and code not in network.sections and code not in agreement.section_codes:
            yield path, f"未登记的断面 {code}", "unknown section", "在 sections.csv 登记"
    if measure.kind in OF_A_SECTION and not sections and "section" not in hand:
        yield path, "没有断面", "no section in hand", "写 section: 或 each: {section: …}"
    indicators = (*((measure.indicator,) if measure.indicator else ()), *(measure.indicators or ()))
    for code in (*indicators, *(measure.weights or ())):
        if find_indicator(code) is None:
            yield path, f"不认识的指标 {code}", "unknown indicator", "用指标代码"
    needs = measure.kind in OF_A_SECTION - _NO_INDICATOR
    if needs and not indicators and "indicator" not in hand:
        yield path, "没有指标", "no indicator in hand", "写 indicator: 或 each: {indicator: …}"


def _test(test: Measure, path: str) -> Iterator[Finding]:
    if not test.bounded and not test.tests:
        yield path, "条件没有界限", "a test without a bound", "写 at_most、below、at_least 或 above"


def _pieces(pieces: Sequence[Piece], path: str) -> Iterator[Finding]:
    last: Piece | None = None
    for i, piece in enumerate(pieces):
        if piece.up_to is not None and piece.below is not None:
            yield f"{path}.{i}", "up_to 与 below 只能写一个", "both up_to and below", "删去一个"
        if last is not None and (last.bound is None or not _beyond(piece, last)):
            yield f"{path}.{i}", "此段顺序不对或永远用不到", "piece out of order or never reached", "按上限从小到大排列"
        if piece.per <= 0:
            yield f"{path}.{i}.per", "per 须大于 0", "per must be positive", "改正"
        last = piece
    if last is not None and last.bound is not None:
        yield f"{path}.{len(pieces) - 1}", "最后一段没有敞口", "the scale is open at the top", "最后一段不写上限"


def _beyond(piece: Piece, last: Piece) -> bool:
    if piece.bound is None or last.bound is None:
        return True
    closes_the_same_point = last.below is not None and piece.up_to == last.below
    return piece.bound > last.bound or closes_the_same_point


def _pays_when_met(clause: Clause, path: str) -> Iterator[Finding]:
    """A ladder on `exceedance` that pays at 0 would charge a compliant month."""
    if clause.measure is None or clause.measure.kind != "exceedance" or not clause.scale:
        return
    at_zero = applied(clause.scale, Fraction(0))
    if at_zero is not None and at_zero.amount != 0:
        yield path, "超标倍数为 0 时也付款", "the ladder on exceedance pays at 0", "第一段写 {up_to: 0}"


def _side(agreement: Agreement, network: Network, clause: Clause, side: Side | None, path: str) -> Iterator[Finding]:
    if side is None:
        return
    if isinstance(side, Proportion):
        for code in side.among:
            if code not in network.parties:
                yield path, f"未登记的主体 {code}", "unknown party", "在 parties.csv 登记"
    elif isinstance(side, dict):
        yield from _shares(side, path, network, agreement)
    elif side == "party" and "party" not in clause.each:
        yield path, "party 须在 each: {party: …} 中", "party outside each: {party}", "加上 each: {party: all}"
    elif side in ("upstream", "downstream"):
        if side not in agreement.parties and not _has_section(clause):
            yield path, f"{side} 既无断面也无角色", f"{side} with no section and no role", "写 parties 或 each"
    elif side not in SIDE_WORDS and side not in network.parties and side not in agreement.parties:
        yield path, f"未登记的主体 {side}", "unknown party", "在 parties.csv 登记"


def _has_section(clause: Clause) -> bool:
    return "section" in clause.each or (clause.measure is not None and clause.measure.section is not None)


def _shares(side: object, path: str, network: Network, agreement: Agreement) -> Iterator[Finding]:
    if isinstance(side, str) and side not in network.parties and side not in agreement.parties:
        yield path, f"未登记的主体 {side}", "unknown party", "在 parties.csv 登记"
    if isinstance(side, dict) and side:
        if sum(side.values()) != 1:
            yield path, "份额之和不为 1", "shares do not sum to 1", "改正份额"
        for code in side:
            if code not in network.parties and code not in agreement.parties:
                yield path, f"未登记的主体 {code}", "unknown party", "在 parties.csv 登记"


def _class(value: int | None, path: str) -> Iterator[Finding]:
    if value is not None and not 1 <= value <= 6:
        yield path, f"类别 {value} 不在 1–6", "class outside 1-6", "写 1（Ⅰ类）到 6（劣Ⅴ类）"


def _references(agreement: Agreement, clauses: Sequence[Clause]) -> Iterator[Finding]:
    looks_at: dict[str, set[str]] = {ref: set() for ref in agreement.refs}
    for clause in clauses:
        last_year = clause.measure is not None and clause.measure.at == "previous_year"
        refs = replace(clause, measure=None).refs if last_year else clause.refs
        looks_at[clause.ref] |= set(refs)
        for ref in clause.refs:
            if ref not in looks_at:
                yield _at(agreement, clause.ref), f"引用了不存在的条款 {ref}", "unknown ref", "改正 ref"
    for clause in clauses:
        used = any(clause.ref in other.refs for other in clauses if other.ref != clause.ref)
        if clause.is_line and clause.points is None and not used:
            zh = f"中间项 {clause.ref} 无人使用"
            yield _at(agreement, clause.ref), zh, "a line nobody uses", "删去，或写 pays/receives"
    for ref in _in_a_circle(looks_at):
        yield _at(agreement, ref), f"条款 {ref} 循环引用", "references in a circle", "断开循环"


def _at(agreement: Agreement, ref: str) -> str:
    return f"clauses.{agreement.refs.index(ref)}"


def _in_a_circle(looks_at: dict[str, set[str]]) -> Iterator[str]:
    for ref in looks_at:
        reached: set[str] = set()
        ahead = set(looks_at[ref])
        while ahead:
            reached |= ahead
            ahead = {b for a in ahead for b in looks_at.get(a, ())} - reached
        if ref in reached:
            yield ref
