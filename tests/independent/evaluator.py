"""A second evaluator of agreements: plain fractions, written from the grammar and sharing no code with the engine.

In: the tree of an agreement (all scalars text), who belongs to which section, the figures given by (subject, quantity,
span) and a span. Out: the obligations in fen, the stops, and the net transfers with pools paid out. It checks no
agreement, explains nothing and is not fast: where it and the engine differ, one of the two has misread the grammar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

from tests.independent.figures import (
    LENGTHS,
    PER_WAN,
    Absent,
    BeforeTerm,
    NotThere,
    Span,
    Tie,
    in_units,
    largest_remainder,
    month_of,
    number,
    standing,
    taken,
)
from tests.independent.measures import Element, Given, Measuring, Tree

Shares = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Owed:
    """One obligation: `fen` > 0 from payer to payee under a clause for a span."""

    clause: str
    of: Span
    payer: str
    payee: str
    fen: int


@dataclass(frozen=True)
class Outcome:
    """What an agreement comes to."""

    owed: tuple[Owed, ...]
    stopped: frozenset[tuple[str, Span]]
    pools_stopped: frozenset[Span]
    transfers: Mapping[tuple[str, str], int]


class Evaluator:
    """An agreement over one set of figures; `network` has upstream, downstream and target where no sheet does."""

    def __init__(self, agreement: Tree, network: Mapping[str, tuple[str | None, ...]], given: Given) -> None:
        first = month_of(standing(agreement["starts"], 0, {}))
        header = {
            key: standing(node, first, {}) for key, node in agreement.items() if key not in ("sections", "clauses")
        }
        self.agreement = {**agreement, **header}
        self.network, self.given, self.first = network, given, first
        self.clauses: dict[str, Tree] = {clause["ref"]: clause for clause in agreement["clauses"]}
        self.measuring = Measuring(self)
        self._asking: list[str] = []
        self._known: dict[tuple[str, Element], Fraction | type[NotThere] | str] = {}

    # the agreement in force ------------------------------------------------------------------------------------------

    def members(self) -> list[str]:
        """The parties that `party: all` runs over."""
        parties = self.agreement["parties"]
        return list(parties if isinstance(parties, list) else parties.values())

    def sheet(self, section: str, of: Span) -> Tree:
        """The section's sheet on the first day of the span."""
        stated = self.agreement.get("sections", {}).get(section, {})
        sheet = standing(stated, max(of.first, self.first), {"section": section})
        known = dict(zip(("upstream", "downstream", "target"), self.network.get(section, ()), strict=False))
        return {key: value for key, value in known.items() if value is not None} | sheet

    def clause(self, ref: str, at: Element) -> Tree:
        """The clause as it stands for an element."""
        codes = at.codes
        if "section" in codes and (target := self.sheet(codes["section"], at.of).get("target")):
            codes["target"] = target
        return standing(self.clauses[ref], max(at.of.first, self.first), codes)

    def every(self, ref: str) -> str:
        """How often an obligation arises."""
        return standing(self.clauses[ref].get("every", self.agreement.get("every", "year")), self.first, {})

    def dues(self, ref: str, within: Span) -> list[Span]:
        """The spans of a clause's obligations that lie in a span and touch the term."""
        last = month_of(self.agreement["ends"])
        if self.every(ref) == "term":
            term = Span(self.first, last - self.first + 1)
            return [term] if within.holds(term) else []
        spans = within.parts(LENGTHS[self.every(ref)])
        return [of for of in spans if of.first <= last and of.first + of.months > self.first]

    def elements(self, ref: str, of: Span) -> Iterator[Element]:
        """The evaluations inside one obligation."""
        each = self.clauses[ref].get("each", {})
        spans = [of]
        for axis in each.keys() & LENGTHS.keys():
            spans = of.parts(LENGTHS[axis]) if axis != "month" else self.measuring.months(of)
        named = {axis: codes for axis, codes in each.items() if axis not in LENGTHS}
        lists = [self._all(axis) if codes == "all" else [codes] if isinstance(codes, str) else codes
                 for axis, codes in named.items()]  # fmt: skip
        for part in spans:
            for codes in product(*lists):
                yield Element(part, tuple(zip(named, codes, strict=True)))

    def _all(self, axis: str) -> list[str]:
        return self.members() if axis == "party" else list(self.agreement["sections"])

    # amounts ---------------------------------------------------------------------------------------------------------

    def amount(self, ref: str, at: Element) -> Fraction:
        """The amount of one evaluation."""
        key = (ref, at)
        if key not in self._known:
            self._asking.append(ref)
            try:
                self._known[key] = self._amount(ref, at)
            except NotThere:
                self._known[key] = NotThere
            except Absent as reason:
                self._known[key] = str(reason)
            finally:
                self._asking.pop()
        found = self._known[key]
        if found is NotThere:
            raise NotThere
        if isinstance(found, str):
            raise Absent(found)
        return found

    def _amount(self, ref: str, at: Element) -> Fraction:
        stated = self._published(ref, at)
        if stated is not None:
            return stated
        clause = self.clause(ref, at)
        if self._is_nil(clause, at):
            return Fraction(0)
        try:
            value = self.measuring.value(clause["measure"], at) if "measure" in clause else Fraction(0)
            amount = scaled(value, clause["scale"]) if "scale" in clause else value
        except Tie as tie:
            alike = {scaled(Fraction(place), clause["scale"]) for place in tie.places if "scale" in clause}
            if len(alike) != 1:
                raise
            (amount,) = alike
        for factor in clause.get("times", []):
            amount *= self.result(factor, at, None) if factor in self.clauses else number(factor)
        if "cap" in clause:
            cap = number(clause["cap"])
            amount = max(-cap, min(cap, amount))
        return amount

    def _is_nil(self, clause: Tree, at: Element) -> bool:
        """Whether a condition fails or an excuse holds; undecided stops."""
        tests = self.measuring.held(clause.get("when", []), at)
        if False in tests:
            return True
        excuses = self.measuring.held(clause.get("unless", []), at)
        if True in excuses:
            return True
        if None in tests or None in excuses:
            raise Absent("undecided")
        if NotThere in tests:
            raise NotThere
        return False

    def result(self, ref: str, at: Element, take: str | None) -> Fraction:
        """What a clause came to for an element in hand: axes the user lacks are combined, others repeated."""
        stated, values = self._published(ref, at), []
        if stated is not None:
            return stated
        for element in self._seen(ref, at):
            try:
                values.append(self.amount(ref, element))
            except NotThere:
                continue
        if not values:
            raise NotThere
        return taken(values, take or "sum")

    def _published(self, ref: str, at: Element) -> Fraction | None:
        """A line given for what is in hand, or for the whole agreement."""
        codes = at.codes
        for subject in (codes.get("party"), codes.get("section"), ""):
            if (subject, f"line {ref}", at.of) in self.given:
                return self.given[subject, f"line {ref}", at.of]
        return None

    def _seen(self, ref: str, at: Element) -> list[Element]:
        """The line's evaluations in the user's span, or around it; a clause's own do not exist before the term."""
        before = at.of.first + at.of.months <= self.first
        if before and ref in self._asking:
            raise BeforeTerm(ref)
        length = LENGTHS.get(self.every(ref))
        if length is None or (length <= at.of.months and not before):
            dues = self.dues(ref, at.of)
        else:
            dues = at.of.parts(length) or [Span(at.of.first // length * length, length)]
        elements = [e for of in dues for e in self.elements(ref, of)]
        return [e for e in elements if self._in_hand(e, at)]

    def _in_hand(self, line: Element, user: Element) -> bool:
        if not (user.of.holds(line.of) or line.of.holds(user.of)):
            return False
        mine, theirs = user.codes, line.codes
        if any(theirs[axis] != code for axis, code in mine.items() if axis in theirs):
            return False
        if "party" in mine and "party" not in theirs and "section" in theirs and "section" not in mine:
            return self._side("upstream", theirs["section"], line.of) == ((mine["party"], Fraction(1)),)
        return True

    # sides and money -------------------------------------------------------------------------------------------------

    def _side(self, side: Any, section: str | None, of: Span) -> Shares:
        """The parties of a side word, a code or shares."""
        if isinstance(side, dict):
            return tuple((code, number(share)) for code, share in side.items())
        parties = self.agreement["parties"]
        roles = parties if isinstance(parties, dict) else {}
        if side not in ("upstream", "downstream"):
            return ((roles.get(side, side), Fraction(1)),)
        stated = self.sheet(section, of).get(side) if section else None
        return self._side(stated, None, of) if stated else ((roles[side], Fraction(1)),)

    def _shares(self, side: Any, section: str | None, at: Element) -> Shares:
        if isinstance(side, dict) and "in_proportion_to" in side:
            parts = {
                code: self.result(side["in_proportion_to"], Element(at.of, (("party", code),)), None)
                for code in side["among"]
            }
            total = sum(parts.values())
            if min(parts.values()) < 0 or not total:
                raise Absent("no_shares")
            return tuple((code, part / total) for code, part in parts.items())
        if side == "party":
            return ((at.codes["party"], Fraction(1)),)
        return self._side(side, section, at.of)

    def outcome(self, span: Span) -> Outcome:
        """Everything that is owed in a span."""
        exact: dict[tuple[str, Span], dict[tuple[Shares, Shares], Fraction | None]] = {}
        stopped = set()
        for ref, clause in self.clauses.items():
            for of in self.dues(ref, span) if "pays" in clause else []:
                sums = exact[ref, of] = self._sums(ref, of)
                stopped |= {(ref, of) for amount in sums.values() if amount is None}
        rounded = self._rounded(exact)
        owed = [o for (ref, of, sides), fen in rounded.items() for o in _parts(ref, of, sides, fen)]
        broken = self._pools_broken(exact, owed)
        unit = PER_WAN["fen"] // PER_WAN[self._place()]  # up to here in whole units, from here in fen
        net = {pair: amount * unit for pair, amount in transfers(owed, broken).items()}
        return Outcome(tuple(replace(o, fen=o.fen * unit) for o in owed), frozenset(stopped), broken, net)

    def _sums(self, ref: str, of: Span) -> dict[tuple[Shares, Shares], Fraction | None]:
        """The exact amount between each two sides; None where a part of it stopped."""
        sums: dict[tuple[Shares, Shares], Fraction | None] = {}
        for at in self.elements(ref, of):
            clause = self.clause(ref, at)
            try:
                section = at.codes.get("section", clause.get("measure", {}).get("section"))
                sides = (self._shares(clause["pays"], section, at), self._shares(clause["receives"], section, at))
            except (Absent, NotThere):
                sides = ((("?", Fraction(1)),), (("?", Fraction(1)),))
            try:
                amount = self.amount(ref, at)
                before = sums.get(sides, Fraction(0))
                sums[sides] = None if before is None or sides[0][0][0] == "?" else before + amount
            except NotThere:
                continue
            except Absent:
                sums[sides] = None
        return sums

    def _rounded(self, exact: Mapping[tuple[str, Span], Mapping[Any, Fraction | None]]) -> dict[Any, int]:
        """Each sum rounded once; dues of a pool that closes exactly close to the fen, by largest remainders."""
        mode = self.agreement.get("money", {}).get("mode", "half_up")
        place = self._place()
        known = {(ref, of, sides): amount for (ref, of), sums in exact.items()
                 for sides, amount in sums.items() if amount is not None}  # fmt: skip
        fen = {key: in_units(amount, mode, place) for key, amount in known.items()}
        for of in {of for _, of, _ in known}:
            into = {key: sign * known[key] for key in known if key[1] == of and (sign := _into_pool(key[2]))}
            whole = all(amount is not None for (_, at), sums in exact.items() if at == of for amount in sums.values())
            if whole and sum(into.values()) == 0:
                fen |= _closed(into, {key: _into_pool(key[2]) * fen[key] for key in into}, PER_WAN[place])
        return fen

    def _place(self) -> str:
        return str(self.agreement.get("money", {}).get("place", "fen"))

    def _pools_broken(self, exact: Mapping[tuple[str, Span], Mapping[Any, Fraction | None]], owed: list[Owed]) -> (
        frozenset[Span]
    ):  # fmt: skip
        """The spans whose pool does not close, or waits for a clause that stopped."""
        broken = set()
        for (ref, of), sums in exact.items():
            clause = self.clauses[ref]
            if "pool" in (clause["pays"], clause["receives"]) and None in sums.values():
                broken.add(of)
        for of in {o.of for o in owed}:
            here = [o for o in owed if o.of == of]
            if sum(o.fen * ((o.payee == "pool") - (o.payer == "pool")) for o in here):
                broken.add(of)
        return frozenset(broken)


def scaled(value: Fraction, pieces: Any) -> Fraction:
    """The first piece that covers the value: amount + rate × n."""
    for piece in pieces if isinstance(pieces, list) else [pieces]:
        if "up_to" in piece and value > number(piece["up_to"]):
            continue
        if "below" in piece and value >= number(piece["below"]):
            continue
        n = (value - number(piece.get("origin", "0"))) / number(piece.get("per", "1"))
        n = {"started": Fraction(-floor(-n)), "completed": Fraction(floor(n))}.get(piece.get("steps", ""), n)
        return number(piece.get("amount", "0")) + number(piece.get("rate", "0")) * n
    raise Absent("scale_gap")


def _into_pool(sides: tuple[Shares, Shares]) -> int:
    payer, payee = sides[0][0][0], sides[1][0][0]
    return (payee == "pool") - (payer == "pool")


def _closed(into: Mapping[Any, Fraction], nearest: Mapping[Any, int], per_wan: int) -> dict[Any, int]:
    """Sums that come to 0 exactly, moved from their rounding by single units until they come to 0 rounded, too."""
    off = sum(nearest.values())
    gained = {key: nearest[key] - into[key] * per_wan for key in into}
    order = sorted(into, key=lambda key: gained[key] * (-1 if off > 0 else 1))
    moved = {key: nearest[key] - (off > 0) + (off < 0) for key in order[: abs(off)]}
    return {key: _into_pool(key[2]) * (moved | {k: n for k, n in nearest.items() if k not in moved})[key]
            for key in into}  # fmt: skip


def _parts(ref: str, of: Span, sides: tuple[Shares, Shares], fen: int) -> Iterator[Owed]:
    """A rounded sum by shares of both sides; negative goes the other way; nobody owes himself."""
    pairs = [(payer, payee, one * other) for (payer, one), (payee, other) in product(*sides)]
    for (payer, payee, _), part in zip(pairs, largest_remainder(fen, [s for *_, s in pairs]), strict=True):
        if part and payer != payee:
            yield Owed(ref, of, payer, payee, part) if part > 0 else Owed(ref, of, payee, payer, -part)


def transfers(owed: list[Owed], broken: frozenset[Span]) -> dict[tuple[str, str], int]:
    """Net per pair; each span's pool paid out from debtors to creditors in proportion, unless it is broken."""
    flows: dict[tuple[str, str], int] = defaultdict(int)
    for of in dict.fromkeys(o.of for o in owed):
        position: dict[str, int] = defaultdict(int)
        for o in (o for o in owed if o.of == of):
            if "pool" in (o.payer, o.payee):
                position[o.payee if o.payer == "pool" else o.payer] += o.fen if o.payer == "pool" else -o.fen
            else:
                flows[o.payer, o.payee] += o.fen
        for pair, fen in _paid_out(position).items() if of not in broken else ():
            flows[pair] += fen
    net = {pair: fen - flows.get(pair[::-1], 0) for pair, fen in list(flows.items())}
    backward = {pair[::-1]: -fen for pair, fen in net.items()}
    return {pair: fen for pair, fen in (backward | net).items() if fen > 0}


def _paid_out(position: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Each debtor to the creditors in proportion to what is still to be paid to them."""
    open_ = {party: fen for party, fen in position.items() if fen > 0}
    paid = {}
    for debtor, fen in position.items():
        if fen < 0:
            shares = [Fraction(still, sum(open_.values())) for still in open_.values()]
            for creditor, part in zip(open_, largest_remainder(-fen, shares), strict=True):
                paid[debtor, creditor] = part
                open_[creditor] -= part
    return paid
