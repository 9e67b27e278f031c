"""What an agreement may not say: every refusal of the grammar that can be seen before there are data.

In: a compiled `Agreement` and the network. Out: a list of `AgreementError`s with file, path and remedy, all at once.
Each clause is looked at once per date and per branch, so that a figure that is in force only later is checked too.
Measures and tests are looked at in `basin.checks.measures`, refs in `basin.checks.references`. It evaluates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from basin import periods
from basin.agreement import Agreement, clause_path, paths_of
from basin.checks.finding import Finding
from basin.checks.measures import class_findings, empty_list, measure_findings, section_findings
from basin.checks.ranges import Ranges, parts, range_findings
from basin.checks.references import reference_findings
from basin.checks.values import coverage_findings
from basin.clauses import AXES, CLAUSE, SHEET, SIDE_WORDS, TIME_AXES, Clause, Proportion, SectionSheet, Side
from basin.dated import (
    ELEMENT_AXES,
    day_of,
    element_codes,
    every_branch,
    is_by_element,
    is_dated,
    is_noted,
    join,
    special_values,
)
from basin.errors import AgreementError, HengjieError
from basin.indicators import find_indicator
from basin.network import Network
from basin.ranges import Range
from basin.rounding import printed
from basin.scales import Piece, applied
from basin.shapes import fitted
from basin.standards import standard

_CODE = re.compile(r"[\w-]+")  # it stands in addresses and file names


def problems(agreement: Agreement, network: Network, *, scored: bool = False) -> list[AgreementError]:
    """Everything the grammar refuses in an agreement; an empty list when it may be used.

    Parameters
    ----------
    scored : the document is a scorecard, whose clauses give points in place of money.
    """
    refusals: list[AgreementError] = []
    clauses: list[Clause] = []
    whole: dict[str, list[Clause]] = {}
    for ref in agreement.refs:
        plains = every_branch(agreement.raw_clause(ref))
        fits = [fitted(CLAUSE, plain, agreement.file, clause_path(ref)) for plain in plains]
        branches = [clause for clause, _ in fits if clause is not None]
        refusals += [misfit for _, misfits in fits for misfit in misfits]
        clauses += branches
        if len(branches) == len(fits):
            whole[ref] = branches
    ranges = Ranges(agreement, network, whole)
    findings = [*_special(agreement, network), *_header(agreement, network), *_sheets(agreement, network, refusals)]
    lines = {clause.ref: clause for clause in clauses if clause.is_line}
    for clause in clauses:
        path = clause_path(clause.ref)
        findings += _clause(agreement, network, clause, path)
        findings += _counted_back(clause, ranges.of_place(clause.ref, "measure"), join(path, "scale"))
        findings += _ladder(clause, lines, join(path, "scale"))
        if clause.points is not None and not scored:
            remedy = "删去 points；金额写在 scale"
            findings.append(Finding(f"{path}.points", "points 只用于绩效评价表", "points belong to scorecards", remedy))
    findings += reference_findings(agreement, clauses)
    findings += range_findings(ranges)
    if not scored and {agreement.starts.year, agreement.ends.year} <= set(periods.YEARS):
        findings += coverage_findings(agreement, network, clauses)
    refusals += [_refusal(finding, agreement.file) for finding in findings]
    return _each_once(refusals)


def _refusal(finding: Finding, file: str) -> AgreementError:
    return AgreementError(finding.zh, finding.en, file=file, path=finding.path, remedy=finding.remedy)


def _each_once(refusals: Iterable[AgreementError]) -> list[AgreementError]:
    """The first refusal of each path and reason: branches of one clause repeat what does not depend on the date."""
    first: dict[tuple[str | None, str], AgreementError] = {}
    for refusal in refusals:
        first.setdefault((refusal.path, refusal.zh), refusal)
    return list(first.values())


def _special(agreement: Agreement, network: Network) -> Iterator[Finding]:
    """Values with a note, by date or by element, wherever they stand."""
    for branch, raw in paths_of(agreement.document):
        for path, node in special_values(raw, branch):
            if is_noted(node):
                yield from _note(node, path)
            elif is_dated(node):
                for text in node:
                    yield from _day(path, text)
            elif is_by_element(node):
                yield from _by(agreement, network, node, path)


def _note(node: Mapping[str, Any], path: str) -> Iterator[Finding]:
    """A figure with a note has a source, or says that it is unverified."""
    verified = str(node.get("verified", "true")).lower()
    if not node.get("source") and verified != "false":
        yield Finding(path, "数值没有出处", "a figure without source", "写明 source，或 verified: false")
    if verified not in ("true", "false"):  # ``no`` is read as text
        yield Finding(f"{path}.verified", "verified 须为 true 或 false", "verified is true or false", "改正取值")


def _day(path: str, text: str) -> Iterator[Finding]:
    try:
        day_of(text, path)
    except AgreementError as refusal:
        yield Finding(path, refusal.zh, refusal.en, refusal.remedy)


def _by(agreement: Agreement, network: Network, node: Mapping[str, Any], path: str) -> Iterator[Finding]:
    """A by-element map names an axis and codes that there are."""
    if node["by"] not in ELEMENT_AXES:
        yield Finding(f"{path}.by", f"不认识的轴 {node['by']}", "unknown axis", f"用 {' '.join(ELEMENT_AXES)}")
        return
    if len(node) == 1:
        yield Finding(path, "by 之外没有数值", "by without values", "写明各取值")
    exists = _registered(agreement, network) | {"target": lambda code: code in {"1", "2", "3", "4", "5", "6"}}
    for key in node.keys() - {"by", "else"}:
        for code in element_codes(key):
            if not exists[node["by"]](code):
                yield Finding(path, f"未登记的代码 {code}", "unknown code", "改正或先登记")


def _registered(agreement: Agreement, network: Network) -> dict[str, Callable[[str], object]]:
    """For each axis of elements, whether a code is one that the register or the agreement declares."""
    return {
        "section": lambda code: code in network.sections or code in agreement.section_codes,
        "indicator": find_indicator,
        "party": lambda code: code in network.parties,
    }


def _header(agreement: Agreement, network: Network) -> Iterator[Finding]:
    if not _CODE.fullmatch(agreement.code):
        yield Finding("code", f"不能用作代码：{agreement.code}", "cannot be a code", "只用字母、汉字、数字、- 与 _")
    if agreement.basin not in network.basins:
        remedy = "建文件夹 basins/流域代码/，放 sections.csv，命令加 --with；或改正代码"
        yield Finding("basin", f"未登记的流域 {agreement.basin}", "unknown basin", remedy)
    for key, day in (("starts", agreement.starts), ("ends", agreement.ends)):
        if day.year not in periods.YEARS:
            first = periods.YEARS[0]
            last = periods.YEARS[-1]
            yield Finding(key, f"年份不在 {first}–{last}：{day}", f"a year outside {first}-{last}", "改正日期")
    if agreement.ends < agreement.starts:
        yield Finding("ends", "终止早于生效", "ends before it starts", "改正日期")
    for role, code in agreement.parties.items():
        if code not in network.parties:
            yield Finding(f"parties.{role}", f"未登记的主体 {code}", "unknown party", "在 parties.csv 登记")
    try:
        standard(agreement.standard)
    except Exception as problem:  # the standard's own message names the file
        yield Finding("standard", f"未登记的标准 {agreement.standard}", str(problem), "用已登记的标准")


def _sheets(agreement: Agreement, network: Network, refusals: list[AgreementError]) -> Iterator[Finding]:
    """What is refused about section sheets; a sheet that does not fit its type adds to `refusals`."""
    for code, raw in dict(agreement.document.get("sections", {})).items():
        path = f"sections.{code}"
        for plain in every_branch(raw or {}):
            sheet, misfits = fitted(SHEET, plain, agreement.file, path)
            if sheet is None:
                refusals += misfits
                continue
            if code not in network.sections and sheet.mean_of is None:
                yield Finding(path, f"未登记的断面 {code}", "unknown section", "在 sections.csv 登记")
            yield from _sheet(agreement, network, sheet, path)
            if isinstance(plain.get("mean_of"), dict) and sheet.mean_of and sum(sheet.mean_of.values()) != 1:
                yield Finding(f"{path}.mean_of", "权重之和不为 1", "weights do not sum to 1", "改正权重，或写成列表")


def _sheet(agreement: Agreement, network: Network, sheet: SectionSheet, path: str) -> Iterator[Finding]:
    yield from class_findings(sheet.target, f"{path}.target")
    for side in ("upstream", "downstream"):
        if getattr(sheet, side) is not None:
            yield from _shares(getattr(sheet, side), f"{path}.{side}", network, agreement)
    if sheet.mean_of == {}:
        yield empty_list(f"{path}.mean_of")
    if any(weight < 0 for weight in (sheet.mean_of or {}).values()):
        yield Finding(f"{path}.mean_of", "权重不能为负", "a weight is negative", "改正权重，或写成列表")
    for indicator in (*sheet.limits, *sheet.baseline):
        if indicator != "volume" and find_indicator(indicator.removeprefix("load ")) is None:
            yield Finding(f"{path}.{indicator}", f"不认识的指标 {indicator}", "unknown indicator", "用指标代码")
    for key, codes in (("inflow", [sheet.inflow]), ("mean_of", sheet.mean_of or ())):
        for code in codes:
            yield from section_findings(agreement, network, code, f"{path}.{key}")


def _clause(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    if (clause.pays is None) != (clause.receives is None):
        yield Finding(path, "pays 与 receives 须同时写", "pays without receives", "两者都写，或都不写（成为中间项）")
    if clause.pays is not None and clause.pays == clause.receives:
        yield Finding(path, "pays 与 receives 相同", "pays and receives are the same", "改正其一")
    if clause.pays is not None and clause.scale is None:
        yield Finding(f"{path}.scale", "付款条款没有 scale", "a payer without scale", "写明金额标准")
    if clause.every is None and agreement.every is None:
        yield Finding(f"{path}.every", "没有 every", "no every", "写明 every: year 等")
    yield from _axes(agreement, network, clause, path)
    for side in ("pays", "receives"):
        yield from _side(agreement, network, clause, getattr(clause, side), join(path, side))
    yield from measure_findings(agreement, network, clause, path)
    if clause.measure is None:
        yield from _without_measure(clause.scale or (), join(path, "scale"))
    if clause.scale == ():
        yield empty_list(f"{path}.scale")
    yield from _pieces(clause.scale or (), join(path, "scale"))


def _without_measure(pieces: Sequence[Piece], path: str) -> Iterator[Finding]:
    """Without a measure the value is 0: one piece applies whatever is measured, and a rate comes to nothing."""
    remedy = "补上 measure；一次性金额只写一段 [{amount: …}]"
    if len(pieces) > 1:
        zh = "没有 measure，几段里永远只用得上一段"
        yield Finding(path, zh, "several pieces and nothing measured", remedy)
    elif any(piece.rate for piece in pieces):
        yield Finding(f"{path}.0.rate", "没有 measure，rate 永远乘以 0", "a rate and nothing measured", remedy)


def _axes(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    if len(TIME_AXES & clause.each.keys()) > 1:
        yield Finding(f"{path}.each", "each 只能有一个时间轴", "more than one axis of time", "删去其余的时间轴")
    exists = _registered(agreement, network)
    for axis, elements in clause.each.items():
        axis_path = f"{path}.each.{axis}"
        if axis not in AXES:
            yield Finding(axis_path, f"不认识的轴 {axis}", "unknown axis", f"用 {' '.join(AXES)}")
        for element in elements:
            if element != "all" and axis in exists and not exists[axis](element):
                yield Finding(axis_path, f"未登记的代码 {element}", "unknown code", "改正或先登记")
            if element != "all" and axis in TIME_AXES and not _is_period(element, axis):
                yield Finding(axis_path, f"不是期间 {element}", f"not a {axis}", "如 2020-07")
        if not elements:
            yield empty_list(axis_path)
        every = clause.every or agreement.every
        if _is_longer(axis, every):
            zh = f"{axis} 长于 every: {every}"
            yield Finding(axis_path, zh, "an axis longer than the obligation's period", "改 every 或改轴")


def _is_longer(axis: str, every: str | None) -> bool:
    """Whether the periods of a time axis are longer than the obligation's."""
    if axis not in periods.LENGTHS or every not in periods.LENGTHS:
        return False
    return periods.LENGTHS.index(axis) > periods.LENGTHS.index(every)


def _is_period(text: str, axis: str) -> bool:
    try:
        return periods.period(text).freqstr[0] == periods.FREQUENCIES[axis]
    except HengjieError:
        return False


def _pieces(pieces: Sequence[Piece], path: str) -> Iterator[Finding]:
    last: Piece | None = None
    for i, piece in enumerate(pieces):
        if piece.up_to is not None and piece.below is not None:
            yield Finding(f"{path}.{i}", "up_to 与 below 只能写一个", "both up_to and below", "删去一个")
        if last is not None and (last.bound is None or not _beyond(piece, last)):
            zh = "此段顺序不对或永远用不到"
            yield Finding(f"{path}.{i}", zh, "piece out of order or never reached", "按上限从小到大排列")
        if piece.per == 0:
            remedy = "写一个单位的大小，如 0.01；由 origin 往下数的写负数，如 -1"
            yield Finding(f"{path}.{i}.per", "per 不能为 0", "per must not be 0", remedy)
        last = piece
    if last is not None and last.bound is not None:
        last_path = f"{path}.{len(pieces) - 1}"
        yield Finding(last_path, "最后一段没有敞口", "the scale is open at the top", "最后一段不写上限")


def _counted_back(clause: Clause, value: Range, path: str) -> Iterator[Finding]:
    """Steps are counted away from the origin: below 0 neither a started nor a completed one is what its word says."""
    pieces = clause.scale or ()
    for i, (piece, covered) in enumerate(zip(pieces, parts(pieces), strict=True)):
        reached = covered.within(value)
        backwards = reached.least < piece.origin if piece.per > 0 else reached.greatest > piece.origin
        if piece.steps is not None and piece.rate and backwards:
            zh = "档数会是负的，steps 说不通"
            en = "the number of steps can be negative"
            origin = printed(piece.origin)
            upwards = f"由 {origin} 往上数的，前面另写一段 up_to: {origin}"
            remedy = f"{upwards}；往下数的，本段写 up_to: {origin}，per 写负数，如 -1"
            yield Finding(f"{path}.{i}.steps", zh, en, remedy)


def _beyond(piece: Piece, last: Piece) -> bool:
    if piece.bound is None or last.bound is None:
        return True
    closes_the_same_point = last.below is not None and piece.up_to == last.below
    return piece.bound > last.bound or closes_the_same_point


def _ladder(clause: Clause, lines: Mapping[str, Clause], path: str) -> Iterator[Finding]:
    """A ladder on `exceedance` that pays at 0 would charge a compliant month; a line of one piece is a multiplier."""
    scale = clause.scale or ()
    if not _is_exceedance(clause, lines) or (clause.is_line and len(scale) < 2):
        return
    at_zero = applied(scale, Fraction(0))
    if at_zero is not None and at_zero.amount != 0:
        yield Finding(path, "超标倍数为 0 时也付款", "the ladder on exceedance pays at 0", "第一段写 {up_to: 0}")


def _is_exceedance(clause: Clause, lines: Mapping[str, Clause]) -> bool:
    """Whether it measures an exceedance, itself or through lines without a scale."""
    measure = clause.measure
    if measure is None or measure.kind != "result":
        return measure is not None and measure.kind == "exceedance" and measure.against != "previous_year"
    refs = [lines[ref] for ref in measure.of or () if ref in lines and ref != clause.ref]
    return bool(refs) and all(line.scale is None and _is_exceedance(line, lines) for line in refs)


def _side(agreement: Agreement, network: Network, clause: Clause, side: Side | None, path: str) -> Iterator[Finding]:
    if side is None:
        return
    if isinstance(side, Proportion):
        if not side.among:
            yield empty_list(f"{path}.among")
        for code in side.among:
            if code not in network.parties:
                yield Finding(path, f"未登记的主体 {code}", "unknown party", "在 parties.csv 登记")
    elif isinstance(side, dict):
        yield from _shares(side, path, network, agreement)
    elif side == "party" and "party" not in clause.each:
        yield Finding(path, "party 须在 each: {party: …} 中", "party outside each: {party}", "加上 each: {party: all}")
    elif side in ("upstream", "downstream"):
        if side not in agreement.parties and not _has_side(agreement, network, clause, side):
            yield Finding(path, f"{side} 既无断面也无角色", f"{side} with no section and no role", "写 parties 或 each")
    elif side not in SIDE_WORDS and side not in network.parties and side not in agreement.parties:
        yield Finding(path, f"未登记的主体 {side}", "unknown party", "在 parties.csv 登记")


def _has_side(agreement: Agreement, network: Network, clause: Clause, side: str) -> bool:
    """Whether every section in hand has a party on that side, in its sheet or in the network."""
    codes = clause.each.get("section", ()) or ((clause.measure.section,) if clause.measure else ())
    of_basin = [section.code for section in network.sections.values() if section.basin == agreement.basin]
    sections = (agreement.section_codes or of_basin) if "all" in codes else [code for code in codes if code]
    return bool(sections) and all(_stated(agreement, code, side) or _declared(network, code, side) for code in sections)


def _stated(agreement: Agreement, section: str, side: str) -> bool:
    sheet = agreement.document.get("sections", {}).get(section)
    return isinstance(sheet, dict) and bool(sheet.get(side))


def _declared(network: Network, section: str, side: str) -> bool:
    return bool(getattr(network.sections.get(section), side, None))


def _shares(side: object, path: str, network: Network, agreement: Agreement) -> Iterator[Finding]:
    if isinstance(side, str) and side not in network.parties and side not in agreement.parties:
        yield Finding(path, f"未登记的主体 {side}", "unknown party", "在 parties.csv 登记")
    if isinstance(side, dict):
        if sum(side.values()) != 1:
            yield Finding(path, "份额之和不为 1", "shares do not sum to 1", "改正份额")
        if any(share < 0 for share in side.values()):
            yield Finding(path, "份额不能为负", "a share is negative", "改正份额")
        for code in side:
            if code not in network.parties and code not in agreement.parties:
                yield Finding(path, f"未登记的主体 {code}", "unknown party", "在 parties.csv 登记")
