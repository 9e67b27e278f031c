"""What the sides of a clause may not say: who pays, who receives, and in which shares.

In: a typed clause, the agreement and the network. Out: `Finding`s. Whether measured shares have a line to be measured
by is told in `basin.checks.references`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from basin.agreement import Agreement
from basin.checks.finding import Finding
from basin.checks.measures import empty_list
from basin.checks.values import days_in, elements_of
from basin.clauses import POOL, SIDE_WORDS, Clause, Proportion, Side
from basin.dated import in_force, is_by_element, special_values
from basin.errors import AgreementError
from basin.network import Network
from basin.periods import Days


def side_findings(
    agreement: Agreement, network: Network, clause: Clause, side: Side | None, path: str
) -> Iterator[Finding]:
    if side is None:
        return
    if isinstance(side, Proportion):
        if not side.among:
            yield empty_list(f"{path}.among")
        for code in [code for code, times in Counter(side.among).items() if times > 1]:
            yield Finding(f"{path}.among", f"{code} 写了两次", "a party given twice", "每个只写一次")
        for code in side.among:
            if code not in network.parties:
                yield unknown_party(network, code, path)
    elif isinstance(side, dict):
        yield from share_findings(side, path, network, agreement)
    elif side == "party" and "party" not in clause.each:
        yield Finding(path, "party 须在 each: {party: …} 中", "party outside each: {party}", "加上 each: {party: all}")
    elif side in ("upstream", "downstream"):
        if side not in agreement.parties and not _has_side(agreement, network, clause, side):
            yield Finding(path, f"{side} 既无断面也无角色", f"{side} with no section and no role", "写 parties 或 each")
        yield from _against_the_register(agreement, network, clause, side, path)
    elif side not in SIDE_WORDS and side not in network.parties and side not in agreement.parties:
        yield unknown_party(network, side, path)


def own_payment_findings(
    agreement: Agreement, network: Network, branches: Sequence[Clause], path: str
) -> Iterator[Finding]:
    """A party that pays itself, for any section or party that the clause runs over: the sum would vanish.

    Parameters
    ----------
    branches : the clause as it may ever stand, all of one ref.
    path : of the clause.
    """
    if any(clause.pays is None or clause.receives is None for clause in branches):
        return
    try:
        axes = agreement.axes_of(branches[0].ref)
    except AgreementError:  # axes that change are told where values are looked at
        return
    placed = _sides_as_written(agreement.raw_clause(branches[0].ref))
    is_special = any(True for _ in special_values(placed))
    words = {side for clause in branches for side in (clause.pays, clause.receives) if isinstance(side, str)}
    depends_on = {node["by"] for _, node in special_values(placed) if is_by_element(node)} | words & {"party"}
    if words & {"upstream", "downstream"}:
        depends_on.add("section")
    for day in (agreement.starts, *(day for day in days_in(placed) if agreement.starts < day <= agreement.ends)):
        span = Days(day, day)
        for codes in elements_of(agreement, network, axes, depends_on, span):
            try:
                sides = in_force(placed, agreement.hand(span, codes)).value if is_special else placed
            except AgreementError:  # told where values are looked at
                continue
            hand = {"section": sides["section"], **codes} if isinstance(sides["section"], str) else codes
            payer = _whole_side(agreement, network, sides["pays"], hand, span)
            if payer is not None and payer == _whole_side(agreement, network, sides["receives"], hand, span):
                section = hand.get("section") if words & {"upstream", "downstream"} else None
                zh = f"断面 {section} 的付款方与收款方都是 {payer}" if section else f"付款方与收款方都是 {payer}"
                remedy = "改正 pays、receives、parties，或断面表、sections.csv 里的上下游"
                if "party" in hand:
                    remedy += f"；逐方付的，从 each 删去 {payer}，或写 {{by: party, …}}"
                yield Finding(path, zh, "a party pays itself", remedy)


def _sides_as_written(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The sides of a raw clause, and the section of its measure, from which they may be taken."""
    measure = raw.get("measure")
    section = measure.get("section") if isinstance(measure, dict) else None
    return {"pays": raw["pays"], "receives": raw["receives"], "section": section}


def _whole_side(agreement: Agreement, network: Network, side: Any, hand: Mapping[str, str], span: Days) -> str | None:
    """The one party that a side is for the element in hand; None where nobody knows yet, or it is several."""
    if side in ("upstream", "downstream"):
        section = hand.get("section", "")
        registered = getattr(network.sections.get(section), side, None)
        side = _in_the_sheet(agreement, section, side, span) or agreement.parties.get(side) or registered
    if isinstance(side, dict):
        side = next(iter(side)) if len(side) == 1 else None
    if side == "party":
        side = hand.get("party")
    if not isinstance(side, str) or side == POOL:
        return None
    return agreement.parties.get(side, side)


def _in_the_sheet(agreement: Agreement, section: str, side: str, span: Days) -> Any:
    try:
        return getattr(agreement.sheet(section, span).value, side)
    except AgreementError:  # told where sheets are looked at
        return None


def unknown_party(network: Network, code: str, path: str) -> Finding:
    """A code of no party; where it names a party, or nearly is the code of one, that code is told."""
    meant = network.party_meant(code)
    instead = "" if meant is None else f"写 {meant.code}（{meant.name_zh}）？否则"
    return Finding(path, f"未登记的主体 {code}", "unknown party", f"{instead}在 parties.csv 登记")


def _against_the_register(
    agreement: Agreement, network: Network, clause: Clause, side: str, path: str
) -> Iterator[Finding]:
    """A role of the header that the register gives to another party: the money would go by the register, unsaid.

    Parameters
    ----------
    clause : whose side is `upstream` or `downstream` of the section in hand.
    path : of that side.
    """
    role = agreement.parties.get(side)
    for code in sections_in_hand(agreement, network, clause) if role else ():
        declared = getattr(network.sections.get(code), side, None)
        if declared and declared != role and not _stated(agreement, code, side):
            word = {"upstream": "上游", "downstream": "下游"}[side]
            zh = f"断面 {code} 登记的{word}是 {declared}，协议写的{word}是 {role}"
            en = f"the {side} party of section {code} is another one in the register"
            remedy = f"在断面表 {code} 写明 {side}；写错的，改正 parties 或 sections.csv"
            yield Finding(path, zh, en, remedy)


def sections_in_hand(agreement: Agreement, network: Network, clause: Clause) -> list[str]:
    """The sections that a side of the clause may be taken from."""
    codes = clause.each.get("section", ()) or ((clause.measure.section,) if clause.measure else ())
    of_basin = [section.code for section in network.sections.values() if section.basin == agreement.basin]
    return list(agreement.section_codes or of_basin) if "all" in codes else [code for code in codes if code]


def _has_side(agreement: Agreement, network: Network, clause: Clause, side: str) -> bool:
    """Whether every section in hand has a party on that side, in its sheet or in the network."""
    sections = sections_in_hand(agreement, network, clause)
    return bool(sections) and all(_stated(agreement, code, side) or _declared(network, code, side) for code in sections)


def _stated(agreement: Agreement, section: str, side: str) -> bool:
    sheet = agreement.document.get("sections", {}).get(section)
    return isinstance(sheet, dict) and bool(sheet.get(side))


def _declared(network: Network, section: str, side: str) -> bool:
    return bool(getattr(network.sections.get(section), side, None))


def share_findings(side: object, path: str, network: Network, agreement: Agreement) -> Iterator[Finding]:
    if isinstance(side, str) and side not in network.parties and side not in agreement.parties:
        yield unknown_party(network, side, path)
    if isinstance(side, dict):
        if sum(side.values()) != 1:
            yield Finding(path, "份额之和不为 1", "shares do not sum to 1", "改正份额")
        if any(share < 0 for share in side.values()):
            yield Finding(path, "份额不能为负", "a share is negative", "改正份额")
        for code in side:
            if code not in network.parties and code not in agreement.parties:
                yield unknown_party(network, code, path)
