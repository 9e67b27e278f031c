"""What decides nothing: sums that their cap always cuts, clauses written twice, sides that partly pay themselves.

In: an agreement and the network. Out: `Hint`s. The clause is settled as it is written; what can only come to nothing is
refused in `basin.checks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from basin.agreement import Agreement, clause_path
from basin.authoring.hint import Hint
from basin.clauses import POOL, Clause, Side
from basin.network import Network
from basin.rounding import printed

HOURS_A_DAY = 24


def without_choice(agreement: Agreement, network: Network) -> Iterator[Hint]:
    """Everything in an agreement that is always the same, or counts for less than is written."""
    for branches in agreement.branches.values():
        for clause in branches:
            yield from _cut_by_the_cap(clause)
            yield from _factors_twice(clause)
            yield from _pays_itself_in_part(agreement, clause)
    yield from _written_twice(agreement)
    yield from _inflow_from_below(agreement, network)
    yield from _more_readings_than_slots(agreement, network)


def _cut_by_the_cap(clause: Clause) -> Iterator[Hint]:
    """Fixed amounts above the cap; factors may bring an amount below it again."""
    if clause.cap is None or clause.times:
        return
    for i, piece in enumerate(clause.scale or ()):
        if not piece.rate and abs(piece.amount) > clause.cap:
            cap = printed(clause.cap)
            zh = f"cap {cap} 小于这一段的金额 {printed(piece.amount)}：这一段永远只付 {cap}"
            yield Hint(f"{clause_path(clause.ref)}.scale.{i}.amount", zh, "the cap always cuts this amount")


def _factors_twice(clause: Clause) -> Iterator[Hint]:
    for factor, times in Counter(clause.times).items():
        if times > 1:
            zh = f"{factor} 在 times 里写了 {times} 次，会乘 {times} 次"
            yield Hint(f"{clause_path(clause.ref)}.times", zh, "a factor given twice multiplies twice")


def _pays_itself_in_part(agreement: Agreement, clause: Clause) -> Iterator[Hint]:
    """A party on both sides, which pays its own share to itself; a whole side that does is refused."""
    payers = _parties_of(agreement, clause.pays)
    receivers = _parties_of(agreement, clause.receives)
    for party in sorted(payers & receivers) if len(payers | receivers) > 1 else ():
        zh = f"{party} 既在付方也在收方：它的一份付给自己，付出的比写的少"
        yield Hint(f"{clause_path(clause.ref)}.pays", zh, "a party on both sides pays its share to itself")


def _parties_of(agreement: Agreement, side: Side | None) -> frozenset[str]:
    """The parties that a side names; none of a side that is only known with an element in hand."""
    named = (side,) if isinstance(side, str) else tuple(side) if isinstance(side, dict) else ()
    return frozenset(agreement.parties.get(code, code) for code in named) - {POOL}


def _written_twice(agreement: Agreement) -> Iterator[Hint]:
    """Clauses that differ by ref, title and source alone."""
    first: dict[str, str] = {}
    for ref, branches in agreement.branches.items():
        content = repr([replace(clause, ref="", title="", source="") for clause in branches])
        earlier = first.setdefault(content, ref)
        if earlier != ref:
            zh = f"与条款 {earlier} 除编号、名称、出处以外一样：会算两次"
            yield Hint(clause_path(ref), zh, "the same clause is written twice and counts twice")


def _inflow_from_below(agreement: Agreement, network: Network) -> Iterator[Hint]:
    """Sections whose water is said to come in at a section further down the same river."""
    for code, sheets in agreement.section_sheets.items():
        section = network.sections.get(code)
        for inflow in dict.fromkeys(sheet.inflow for sheet in sheets):
            source = network.sections.get(inflow or "")
            if section is None or source is None or not source.on_river_of(section):
                continue
            if source.order > section.order:
                zh = f"入境断面 {source.code} 在 {code} 的下游：水从上游来"
                yield Hint(f"sections.{code}.inflow", zh, "the inflow is registered below the section")


def _more_readings_than_slots(agreement: Agreement, network: Network) -> Iterator[Hint]:
    """A minimum that the stations of no section reach while each gives one value in each of its slots."""
    least = agreement.data.min_readings_a_day
    most: Counter[str] = Counter()
    looked_at = {*agreement.reach.sections_in(network)}
    for station in network.stations.values():
        if station.section in looked_at:
            most[station.section] += HOURS_A_DAY // station.slot_hours
    slots = max(most.values(), default=HOURS_A_DAY)
    if least is not None and least > slots:
        zh = f"站点一天至多 {slots} 个时次，{least} 个读数达不到：永远没有日均值"
        yield Hint("data.min_readings_a_day", zh, "more readings a day than the stations have slots")
