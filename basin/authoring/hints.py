"""What in an agreement looks like a slip and may be meant: told to whoever writes it, never refused.

In: an agreement without findings, and the network. Out: `Hint`s with the path: sums that could be yuan in place of
万元, conditions that always hold or change nothing, values that are never in force, and what the other modules of this
room tell: figures of another size, bounds in percent, misspelled facts, repeated sums, clauses that decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import chain

from basin.agreement import Agreement, clause_path, paths_of
from basin.authoring.bound_hints import bound_hints
from basin.authoring.fact_hints import fact_hints
from basin.authoring.hint import Hint
from basin.authoring.repeated_sums import repeated_sum_hints
from basin.authoring.sizes import size_hints
from basin.authoring.without_choice import without_choice
from basin.checks.percentages import lines_in_percent
from basin.checks.places import places
from basin.checks.ranges import BOUNDS, Ranges, allowed_by
from basin.checks.together import without_effect
from basin.checks.values import codes_on
from basin.clauses import Clause
from basin.dated import element_codes, is_by_element, is_dated, join, special_values
from basin.network import Network
from basin.ranges import ANY
from basin.rounding import printed
from basin.written.station_statuses import STATUSES

LARGE_SUM = 1_000_000  # [万元] 100 亿元, more than any agreement known; as yuan it is a million
HIGH_PRICE = 1  # [万元/t] 10 000 yuan a tonne
LONGEST_TERM = 100  # years
SHORTEST_MONTH = 28  # days


def hints(agreement: Agreement, network: Network) -> Iterator[Hint]:
    """Everything that looks like a slip, each once."""
    once = {(hint.path, hint.zh): hint for hint in _hints(agreement, network)}
    yield from once.values()


def _hints(agreement: Agreement, network: Network) -> Iterator[Hint]:
    yield from _term(agreement)
    yield from _data(agreement)
    yield from _before_the_term(agreement)
    yield from size_hints(agreement, network)
    yield from fact_hints(agreement)
    yield from without_choice(agreement, network)
    ranges = Ranges(agreement, network, agreement.branches)
    in_percent = lines_in_percent(chain.from_iterable(agreement.branches.values()))
    for ref, branches in agreement.branches.items():
        for clause in branches:
            yield from bound_hints(clause, in_percent)
            yield from repeated_sum_hints(clause)
            yield from _sums(clause, clause_path(ref))
            yield from _always(ranges, clause, clause_path(ref))
        yield from _never_in_hand(agreement, network, ref)
    for path in without_effect(agreement, agreement.branches):
        yield Hint(path, "前面的条件已经定了，这一条不起作用", "an earlier test has decided already")


def _never_in_hand(agreement: Agreement, network: Network, ref: str) -> Iterator[Hint]:
    """Branches for sections, indicators or parties that the clause does not run over."""
    axes = agreement.axes_of(ref)
    for path, node in special_values(agreement.raw_clause(ref), clause_path(ref)):
        axis = node["by"] if is_by_element(node) else None
        if axis is None or axis not in axes:  # an axis that a measure brings, or a target class
            continue
        in_hand = codes_on(agreement, network, axis, axes[axis])
        for key in [key for key in node if key not in ("by", "else")]:
            if not {*element_codes(key)} & {*in_hand}:
                zh = f"each 里没有 {key}，这一支用不到"
                yield Hint(f"{path}.{key}", zh, "the clause never has this element in hand")


def _term(agreement: Agreement) -> Iterator[Hint]:
    years = agreement.ends.year - agreement.starts.year
    if years > LONGEST_TERM:
        yield Hint("ends", f"协议期有 {years} 年：年份写错了吗？", "a term of more than a hundred years: is it a slip?")


def _data(agreement: Agreement) -> Iterator[Hint]:
    days = agreement.data.min_days_a_month
    if days is not None and days > SHORTEST_MONTH:
        yield Hint("data.min_days_a_month", f"二月没有 {days} 天，永远没有月均值", "February has fewer days")
    unknown = [status for status in agreement.data.statuses or () if status not in STATUSES]
    if unknown:
        zh = f"只有自带状态列的来源才会报 {'、'.join(unknown)}"
        yield Hint("data.statuses", zh, "only sources with a status column of their own state it")


def _before_the_term(agreement: Agreement) -> Iterator[Hint]:
    """Values that a later one replaces before the term begins."""
    for block, raw in paths_of(agreement.document):
        for path, node in special_values(raw, block):
            days = sorted(map(date.fromisoformat, node)) if is_dated(node) else []
            for day in [day for day in days if day <= agreement.starts][:-1]:
                yield Hint(path, f"{day} 起的数值在协议生效以前就被取代，永远不生效", "replaced before the term begins")


def _sums(clause: Clause, path: str) -> Iterator[Hint]:
    """Sums and prices that would be ordinary in yuan."""
    measure = clause.measure
    by_tonne = measure is not None and measure.kind == "load" and measure.expressed in (None, "difference")
    sums = {"cap": clause.cap} if clause.cap is not None else {}
    sums |= {f"scale.{i}.amount": piece.amount for i, piece in enumerate(clause.scale or ())}
    for key, amount in sums.items():
        if abs(amount) >= LARGE_SUM:
            zh = f"{printed(amount)} 万元是 100 亿元以上：把元写成万元了吗？"
            yield Hint(join(path, key), zh, "ten billion yuan or more: were yuan written for 万元?")
    for i, piece in enumerate(clause.scale or ()):
        price = abs(piece.rate / piece.per) if piece.per else Fraction(0)
        if by_tonne and price >= HIGH_PRICE:
            zh = f"每吨 {printed(price)} 万元，即每吨一万元以上：把元写成万元了吗？"
            yield Hint(f"{path}.scale.{i}.rate", zh, "10 000 yuan a tonne or more: were yuan written for 万元?")
        elif price >= LARGE_SUM:
            zh = f"每一单位 {printed(price)} 万元，是 100 亿元以上：把元写成万元了吗？"
            yield Hint(f"{path}.scale.{i}.rate", zh, "ten billion yuan a unit or more: were yuan written for 万元?")


def _always(ranges: Ranges, clause: Clause, path: str) -> Iterator[Hint]:
    """Bounds that every value keeps."""
    for place in places(clause):
        value = ranges.of_place(clause.ref, place.name)
        for key in BOUNDS:
            bound = getattr(place.measure, key)
            if bound is not None and value != ANY and value.within(allowed_by(key, bound)) == value:
                zh = f"这个界限总是成立：这个数{value.in_words()}"
                yield Hint(f"{path}.{place.name}.{key}", zh, "every value keeps this bound")
