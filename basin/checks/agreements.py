"""What an agreement may not say: every refusal of the grammar that can be seen before there are data.

In: a compiled `Agreement` and the network. Out: a list of `AgreementError`s with file, path and remedy, all at once.
Each clause is looked at once per date and per branch, so that a figure that is in force only later is checked too.
The parts of an agreement are looked at in the other modules of this room. It evaluates nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from basin import periods
from basin.agreement import Agreement, clause_path, paths_of
from basin.checks.finding import Finding
from basin.checks.measures import MOST_DECIMALS, empty_list, foreign_findings, measure_findings
from basin.checks.percentages import lines_in_percent, percentage_findings
from basin.checks.ranges import Ranges, range_findings
from basin.checks.references import reference_findings
from basin.checks.scales import lines_of_exceedances, nothing_findings, scale_findings
from basin.checks.sheets import sheet_findings
from basin.checks.sides import own_payment_findings, side_findings, unknown_party
from basin.checks.size import chain_findings, size_findings
from basin.checks.speaking import speaking_findings
from basin.checks.together import always_excused, contradictions
from basin.checks.values import coverage_findings
from basin.clauses import AXES, CLAUSE, TIME_AXES, Clause, DataRules
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
from basin.shapes import fitted
from basin.standards import standard
from basin.written.station_statuses import STATUSES
from basin.written.texts import AGREEMENT_CODE, fits

_LONGEST_MONTH = 31


def problems(agreement: Agreement, network: Network, *, scored: bool = False) -> list[AgreementError]:
    """Everything the grammar refuses in an agreement; an empty list when it may be used.

    Parameters
    ----------
    scored : the document is a scorecard, whose clauses give points in place of money.
    """
    too_large = [_refusal(finding, agreement.file) for finding in size_findings(agreement, network)]
    if too_large:
        return too_large
    refusals: list[AgreementError] = []
    clauses: list[Clause] = []
    written: list[tuple[Clause, Mapping[str, Any]]] = []
    whole: dict[str, list[Clause]] = {}
    for ref in agreement.refs:
        plains = every_branch(agreement.raw_clause(ref))
        typed = [fitted(CLAUSE, plain, agreement.file, clause_path(ref)) for plain in plains]
        written += [(clause, plain) for (clause, _), plain in zip(typed, plains, strict=True) if clause is not None]
        branches = [clause for clause, _ in typed if clause is not None]
        refusals += [misfit for _, misfits in typed for misfit in misfits]
        clauses += branches
        if len(branches) == len(typed):
            whole[ref] = branches
    ranges = Ranges(agreement, network, whole)
    findings = [
        *_special(agreement, network),
        *_header(agreement, network),
        *_data(agreement.data),
        *speaking_findings(agreement, network),
        *sheet_findings(agreement, network, refusals),
    ]
    exceedances = lines_of_exceedances(clauses)
    for clause in clauses:
        path = clause_path(clause.ref)
        findings += _clause(agreement, network, clause, path)
        findings += scale_findings(clause, ranges.of_place(clause.ref, "measure"), exceedances, join(path, "scale"))
        if clause.points is not None and not scored:
            remedy = "删去 points；金额写在 scale"
            findings.append(Finding(f"{path}.points", "points 只用于绩效评价表", "points belong to scorecards", remedy))
    in_percent = lines_in_percent(clauses)
    for clause, plain in written:
        findings += percentage_findings(clause, plain, in_percent)
    for ref, branches in whole.items():
        findings += nothing_findings(branches, clause_path(ref))
        findings += own_payment_findings(agreement, network, branches, clause_path(ref))
    findings += reference_findings(agreement, clauses)
    findings += range_findings(ranges)
    findings += contradictions(agreement, whole)
    findings += always_excused(whole)
    findings += chain_findings({clause.ref: clause for clause in clauses})
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
    earlier: set[str] = set()
    for key in [key for key in node if key not in ("by", "else")]:
        for code in element_codes(key):
            if code in earlier:
                zh = f"{code} 前面已有一支，这一支永远用不到"
                yield Finding(f"{path}.{key}", zh, "an earlier branch has this element", "每个代码只写在一支里")
            earlier.add(code)
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
    if not fits(agreement.code, AGREEMENT_CODE):
        yield Finding("code", f"不能用作代码：{agreement.code}", "cannot be a code", AGREEMENT_CODE.remedy)
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
            yield unknown_party(network, code, f"parties.{role}")
    multiple = agreement.document.get("data", {}).get("oxygen_multiple")
    if multiple is not None and not is_noted(multiple):
        zh = "oxygen_multiple 没有出处"
        en = "a multiple of oxygen without source"
        remedy = "写 {value: limit_over_value, source: 原文第几条}：环办〔2011〕22号没有溶解氧的倍数"
        yield Finding("data.oxygen_multiple", zh, en, remedy)
    try:
        standard(agreement.standard)
    except Exception as problem:  # the standard's own message names the file
        yield Finding("standard", f"未登记的标准 {agreement.standard}", str(problem), "用已登记的标准")


def _data(rules: DataRules) -> Iterator[Finding]:
    """What no month and no source can give, so that nothing would ever count."""
    days = rules.min_days_a_month
    if days is not None and days > _LONGEST_MONTH:
        zh = f"一个月没有 {days} 天，月均值永远无效"
        yield Finding("data.min_days_a_month", zh, f"no month has {days} days", f"写 1–{_LONGEST_MONTH}")
    for indicator, decimals in rules.decimals.items():
        path = f"data.decimals.{indicator}"
        if find_indicator(indicator) is None:
            yield Finding(path, f"不认识的指标 {indicator}", "unknown indicator", "用指标代码")
        if rules.compare == "unrounded":
            zh = "decimals 不起作用：compare: unrounded 不修约"
            yield Finding(path, zh, "nothing is rounded before it is compared", "写 compare: rounded，或删去 decimals")
        elif decimals > MOST_DECIMALS:
            zh = f"decimals 须在 0–{MOST_DECIMALS} 之间"
            en = f"decimals must lie between 0 and {MOST_DECIMALS}"
            yield Finding(path, zh, en, "写小数位数，如 2")
    if rules.statuses and not STATUSES & {*rules.statuses}:
        named = "、".join(rules.statuses)
        zh = f"没有来源报 {named} 这样的状态，读数都不采用"
        remedy = f"写来源报的状态：{'、'.join(sorted(STATUSES))}"
        yield Finding("data.statuses", zh, "no source states such a status", remedy)


def _clause(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    if (clause.pays is None) != (clause.receives is None):
        yield Finding(path, "pays 与 receives 须同时写", "pays without receives", "两者都写，或都不写（成为中间项）")
    if clause.pays is not None and clause.pays == clause.receives:
        yield Finding(path, "pays 与 receives 相同", "pays and receives are the same", "改正其一")
    if clause.pays is not None and clause.scale is None:
        yield Finding(f"{path}.scale", "付款条款没有 scale", "a payer without scale", "写明金额标准")
    if clause.cap == 0:
        zh = "cap 为 0，什么也付不出"
        yield Finding(f"{path}.cap", zh, "a cap of 0 lets nothing be paid", "写封顶的万元数，或删去")
    if clause.every is None and agreement.every is None:
        yield Finding(f"{path}.every", "没有 every", "no every", "写明 every: year 等")
    yield from _axes(agreement, network, clause, path)
    for side in ("pays", "receives"):
        yield from side_findings(agreement, network, clause, getattr(clause, side), join(path, side))
    yield from measure_findings(agreement, network, clause, path)


def _axes(agreement: Agreement, network: Network, clause: Clause, path: str) -> Iterator[Finding]:
    if len(TIME_AXES & clause.each.keys()) > 1:
        yield Finding(f"{path}.each", "each 只能有一个时间轴", "more than one axis of time", "删去其余的时间轴")
    exists = _registered(agreement, network)
    for axis, elements in clause.each.items():
        axis_path = f"{path}.each.{axis}"
        for element in [element for element, times in Counter(elements).items() if times > 1]:
            yield Finding(axis_path, f"{element} 写了两次", "an element given twice would count twice", "每个只写一次")
        if axis not in AXES:
            yield Finding(axis_path, f"不认识的轴 {axis}", "unknown axis", f"用 {' '.join(AXES)}")
        for element in elements:
            if element != "all" and axis in exists and not exists[axis](element):
                yield Finding(axis_path, f"未登记的代码 {element}", "unknown code", "改正或先登记")
            if axis == "section":
                yield from foreign_findings(agreement, network, element, axis_path)
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
