"""What a section sheet may not say.

In: an agreement and the network. Out: `Finding`s about targets, limits, baselines, inflows, sides and members of means.
Which figures a clause needs and a sheet lacks is told in `basin.authoring.certain_stops`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from basin.agreement import Agreement
from basin.checks.finding import Finding
from basin.checks.measures import class_findings, empty_list, foreign_findings, section_findings
from basin.checks.sides import share_findings
from basin.clauses import SHEET, SectionSheet
from basin.dated import every_branch
from basin.errors import AgreementError
from basin.indicators import find_indicator
from basin.network import Network
from basin.possible import impossible_of, possible
from basin.shapes import fitted


def sheet_findings(agreement: Agreement, network: Network, refusals: list[AgreementError]) -> Iterator[Finding]:
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
            yield from foreign_findings(agreement, network, code, path)
            yield from _sheet(agreement, network, code, sheet)
            if isinstance(plain.get("mean_of"), dict) and sheet.mean_of and sum(sheet.mean_of.values()) != 1:
                yield Finding(f"{path}.mean_of", "权重之和不为 1", "weights do not sum to 1", "改正权重，或写成列表")
    yield from _inflow_loops(agreement)


def _sheet(agreement: Agreement, network: Network, code: str, sheet: SectionSheet) -> Iterator[Finding]:
    path = f"sections.{code}"
    yield from class_findings(sheet.target, f"{path}.target")
    for side in ("upstream", "downstream"):
        if getattr(sheet, side) is not None:
            yield from share_findings(getattr(sheet, side), f"{path}.{side}", network, agreement)
    if sheet.mean_of == {}:
        yield empty_list(f"{path}.mean_of")
    if any(weight < 0 for weight in (sheet.mean_of or {}).values()):
        yield Finding(f"{path}.mean_of", "权重不能为负", "a weight is negative", "改正权重，或写成列表")
    for indicator in (*sheet.limits, *sheet.baseline):
        if indicator != "volume" and find_indicator(indicator.removeprefix("load ")) is None:
            yield Finding(f"{path}.{indicator}", f"不认识的指标 {indicator}", "unknown indicator", "用指标代码")
    yield from _ranges(sheet, f"{path}.limits")
    yield from _limits_of_nothing(sheet, f"{path}.limits")
    yield from _finer_than_compared(agreement, sheet, f"{path}.limits")
    limits = {quantity: limit for quantity in sheet.limits if (limit := sheet.limit(quantity)) is not None}
    for key, figures in (("limits", limits), ("baseline", sheet.baseline)):
        yield from _impossible(figures, f"{path}.{key}")
    if code in (sheet.inflow, sheet.neighbour, *(sheet.mean_of or ())):
        key = "inflow" if sheet.inflow == code else "neighbour" if sheet.neighbour == code else "mean_of"
        zh = f"{key} 写的是断面 {code} 自己"
        yield Finding(f"{path}.{key}", zh, "a section named as its own source", "写别的断面，或删去")
    named = (("inflow", [sheet.inflow]), ("neighbour", [sheet.neighbour]), ("mean_of", sheet.mean_of or ()))
    for key, codes in named:
        for source in codes:
            yield from section_findings(agreement, network, source, f"{path}.{key}")
            if source is not None:
                yield from foreign_findings(agreement, network, source, f"{path}.{key}")


def _ranges(sheet: SectionSheet, path: str) -> Iterator[Finding]:
    """The limit of pH is a range, which no other quantity has: below 6 is no better than above 9."""
    for quantity in sheet.limits:
        limits = sheet.between(quantity)
        if quantity == "ph" and (limits is None or limits.least >= limits.greatest):
            zh = "pH 的限值须是由小到大的一个区间"
            yield Finding(f"{path}.ph", zh, "the limit of pH is a range", "写 ph: [6, 9]")
        elif quantity == "ph" and limits is not None:
            yield from _impossible({"ph": limits.least}, path)
            yield from _impossible({"ph": limits.greatest}, path)
        elif quantity != "ph" and limits is not None:
            zh = f"{quantity} 的限值须是一个数"
            yield Finding(f"{path}.{quantity}", zh, "only pH has a range", "只有 pH 写区间；别的写一个数，如 tp: 0.2")


def _limits_of_nothing(sheet: SectionSheet, path: str) -> Iterator[Finding]:
    """A limit of 0 for what is never below 0: nothing can be divided by it, and nothing measured keeps it."""
    for quantity in sheet.limits:
        if sheet.limit(quantity) == 0 and possible(quantity).least == 0:
            zh = f"{quantity} 的限值是 0，算不出倍数，测得出就不达标"
            remedy = "写明限值，不知道的不写；不许检出的写成条件 at_most: 0"
            yield Finding(f"{path}.{quantity}", zh, "a limit of 0 is no limit", remedy)


def _inflow_loops(agreement: Agreement) -> Iterator[Finding]:
    """Sections whose inflow leads back to themselves: water does not come in from below.

    Only sheets with one inflow throughout are followed, so that no circle is made of two dates.
    """
    inflows: dict[str, str] = {}
    for code, sheets in agreement.section_sheets.items():
        stated = [*{sheet.inflow for sheet in sheets}]
        if len(stated) == 1 and stated[0] is not None and stated[0] != code:
            inflows[code] = stated[0]
    looping: set[str] = set()
    for code in inflows:
        way = [code]
        while way[-1] in inflows and inflows[way[-1]] not in way:
            way.append(inflows[way[-1]])
        if inflows.get(way[-1]) == code and not looping & {*way}:
            looping |= {*way}
            zh = f"入境断面绕了一圈：{' → '.join((*way, code))}"
            remedy = "改正其中一个 inflow：写上游来水的断面"
            yield Finding(f"sections.{code}.inflow", zh, "the inflow leads back to the section", remedy)


def _finer_than_compared(agreement: Agreement, sheet: SectionSheet, path: str) -> Iterator[Finding]:
    """A range of pH with more decimals than the mean keeps: 6.5 rounded to 6 would lie outside 6.5–8.5."""
    limits = sheet.between("ph")
    decimals = agreement.data.decimals_of("ph")
    if limits is None or agreement.data.compare != "rounded" or decimals is None:
        return
    if any(round(bound, decimals) != bound for bound in (limits.least, limits.greatest)):
        zh = f"pH 的限值比修约后的均值（{decimals} 位小数）细"
        en = "the limit of pH has more decimals than the mean it is compared with"
        yield Finding(f"{path}.ph", zh, en, f"写 data: {{decimals: {{ph: {decimals + 1}}}}}，或 compare: unrounded")


def _impossible(figures: Mapping[str, Fraction], path: str) -> Iterator[Finding]:
    """Limits and baselines that the quantity can never have, such as a negative concentration."""
    for quantity, figure in figures.items():
        zh = impossible_of(quantity, figure)
        if zh is not None:
            yield Finding(f"{path}.{quantity}", zh, "a figure that cannot be", "改正数值")
