"""Evaluations (评价结果): one clause, one period, one element — test → measure → scale → × times → cap.

In: an agreement, the network and the `Measurements`. Out: `Evaluation`s with value, amount and working; absent values
carry a reason and stop what uses them, and nothing else. Amounts are exact 万元 (or points). Who pays whom is decided
in `settlement.obligations.compensation`; what a measure's number is, in `settlement.clauses.measuring`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import product

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import TIME_AXES, Clause, Proportion, SectionSheet
from basin.draws import Draws, Number, chosen, denied, holds_all, holds_any, nowhere, number_of, truth_of
from basin.measures import Measure
from basin.network import Network
from basin.rounding import number, printed
from basin.scales import Applied, Piece, applied, capped, scaled
from basin.standards import Standard, standard
from settlement.clauses import measuring, other_clauses
from settlement.clauses.element import Element
from settlement.clauses.values import Measurements, Rules, Statistic, Value
from settlement.clauses.working import Step, Trail, readable


@dataclass(frozen=True)
class Evaluation:
    """A clause's number for a period and element, with its working; `amount` [万元 or points] is None when absent.

    Both are exact, or draws where the data were; `applied` is told of an exact value only.
    """

    clause: Clause
    element: Element
    value: Number | None
    amount: Number | None
    reason: str | None
    excluded: bool
    applied: Applied | None
    steps: tuple[Step, ...]
    statistics: tuple[Statistic, ...]
    unverified: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        """Whether it has no amount though one was due."""
        return self.amount is None and not self.excluded


@dataclass
class Evaluator:
    """One agreement applied to one body of data; every evaluation is made once and kept.

    `fixed` makes an indication: clauses of longer periods are evaluated for this shorter one instead.
    """

    agreement: Agreement
    network: Network
    data: Measurements
    fixed: pd.Period | None = None
    kept: dict[tuple[str, Element], Evaluation] = field(default_factory=dict)

    @property
    def standard(self) -> Standard:
        """The water-quality standard the agreement names."""
        return standard(self.agreement.standard)

    @cached_property
    def rules(self) -> Rules:
        """How statistics become values under this agreement."""
        return Rules(**vars(self.agreement.data), exists=self.month_exists)

    def month_exists(self, month: pd.Period) -> bool:
        """In its first and last year months outside the term do not exist; earlier years are whole."""
        starts, ends = self.agreement.starts, self.agreement.ends
        if month.year not in (starts.year, ends.year):
            return True
        before = month.year == starts.year and periods.ends_on(month) < starts
        after = month.year == ends.year and periods.starts_on(month) > ends
        return not before and not after

    def evaluations(self, ref: str, span: pd.Period) -> list[Evaluation]:
        """All evaluations of a clause whose obligations fall due in `span`."""
        return [self.evaluation(ref, element) for of in self.spans(ref, span) for element in self.elements(ref, of)]

    def spans(self, ref: str, span: pd.Period) -> list[pd.Period]:
        """The obligation periods of a clause that lie in `span`; for a shorter `span`, the one it lies in."""
        every = self.agreement.every_of(ref)
        if every == "term":
            return [self.fixed or self.agreement.term]
        if not periods.is_finer(span, every):
            return [p for p in periods.periods_in(span, every) if any(map(self._in_term_or_before, periods.months(p)))]
        return [span if self.fixed is not None else span.asfreq(periods.FREQUENCIES[every])]

    def _in_term_or_before(self, month: pd.Period) -> bool:
        return periods.starts_on(month) <= self.agreement.ends and self.month_exists(month)

    def elements(self, ref: str, within: pd.Period) -> Iterator[Element]:
        """The elements a clause is evaluated for inside one obligation period, in the order of its axes."""
        axes = self.agreement.axes_of(ref)
        choices = [[(axis, code) for code in self.axis(axis, of, within)] for axis, of in axes.items()]
        for combination in product(*choices):
            of = next((periods.period(code) for axis, code in combination if axis in TIME_AXES), within)
            yield Element(of, within, combination)

    def axis(self, axis: str, of: Sequence[str], within: pd.Period) -> list[str]:
        """The codes of an axis: those listed, or all there are."""
        if "all" not in of and axis in TIME_AXES:
            return [code for code in dict.fromkeys(of) if periods.period(code) in periods.periods_in(within, axis)]
        if "all" not in of:
            return list(dict.fromkeys(of))
        if axis in TIME_AXES:
            inside = periods.periods_in(within, axis)
            return [periods.label(p) for p in inside if any(map(self.month_exists, periods.months(p)))]
        if axis == "section":
            return self.sections()
        return list(dict.fromkeys(self.agreement.parties.values() if axis == "party" else self.standard.evaluated))

    def sections(self) -> list[str]:
        """The agreement's sections; the basin's, from source to mouth, where its sheet names none."""
        if self.agreement.section_codes:
            return list(self.agreement.section_codes)
        of_basin = [s for s in self.network.sections.values() if s.basin == self.agreement.basin]
        return [s.code for s in sorted(of_basin, key=lambda s: s.order)]

    def sheet(self, section: str, of: pd.Period) -> SectionSheet:
        """The section sheet in force for the period."""
        return self.agreement.sheet(section, days_of(of)).value

    def doubt_sheet(self, section: str, key: str, of: pd.Period, trail: Trail) -> None:
        """Name the unverified figures under one key of a section sheet."""
        prefix = f"sections.{section}.{key}"
        trail.doubts(path for path in self.agreement.sheet(section, days_of(of)).unverified if path.startswith(prefix))

    def target(self, section: str, of: pd.Period) -> int | None:
        """The target class of a section: the sheet's, else the network's."""
        stated = self.sheet(section, of).target
        known = self.network.sections.get(section)
        return stated if stated is not None else (known.target_class if known else None)

    def side_shares(self, section: str | None, side: str, of: pd.Period) -> Mapping[str, Fraction] | None:
        """The upstream or downstream party of a section, with shares; else the agreement's role."""
        if section is not None:
            stated = getattr(self.sheet(section, of), side)
            known = self.network.sections.get(section)
            stated = stated or (getattr(known, side) if known else None)
            if stated:
                parties = self.agreement.parties
                shares = {stated: Fraction(1)} if isinstance(stated, str) else stated
                return {parties.get(code, code): share for code, share in shares.items()}
        role = self.agreement.parties.get(side)
        return {role: Fraction(1)} if role else None

    def evaluation(self, ref: str, element: Element) -> Evaluation:
        """The evaluation of a clause for an element; made once."""
        key = (ref, element)
        if key not in self.kept:
            self.kept[key] = self._evaluated(ref, element)
        return self.kept[key]

    def told(self, ref: str, element: Element) -> Number | None:
        """A published figure that stands for a line, for the party or section in hand or for the whole."""
        codes = element.codes
        subjects = [*(codes[axis] for axis in ("party", "section") if axis in codes), ""]
        found = (self.data.published(subject, f"line {ref}", element.of) for subject in subjects)
        return next((figure for figure in found if figure is not None), None)

    def codes_of(self, element: Element) -> dict[str, str]:
        """The codes that figures ``{by: …}`` may depend on: the axes and the target class of the section in hand."""
        codes = element.codes
        if "section" in codes and (target := self.target(codes["section"], element.of)) is not None:
            codes["target"] = str(target)
        return codes

    def _evaluated(self, ref: str, element: Element) -> Evaluation:
        placed = self.agreement.clause(ref, days_of(element.of), self.codes_of(element))
        clause, trail = placed.value, Trail()
        if (told := self.told(ref, element)) is not None:
            trail.note(f"{periods.label(element.of)} {ref}", "已公布的数值", printed(told))
            return self._closed(clause, element, Value(told), None, trail, told)
        trail.doubts(placed.unverified)
        applies = self._applies(clause, element, trail)
        if applies.number is None or nowhere(holds := truth_of(applies.number)) or holds is None:
            return self._closed(clause, element, applies, None, trail, applies.number)
        value = Value(Fraction(0))
        if clause.measure is not None:
            value = self.value(clause.measure, element, trail)
        found, amount = self._amount(clause, element, value, trail)
        if amount.number is None:  # of draws, those that do not apply still pay 0; what is excluded adds nothing
            there = Fraction(0) if amount.excluded and isinstance(holds, Draws) else None
            return self._closed(clause, element, amount, found, trail, chosen(holds, there, Fraction(0)))
        bounded = _capped(amount.number, clause.cap, trail)
        return self._closed(clause, element, value, found, trail, chosen(holds, bounded, Fraction(0)))

    def _amount(
        self, clause: Clause, element: Element, value: Value, trail: Trail
    ) -> tuple[Applied | None, Value]:  # fmt: skip
        """The value on its scale × times; absent where the value is, where no piece covers it or a factor stops."""
        if value.number is None:
            return None, value
        found, amount = _on_scale(clause, value.number, trail)
        if amount is None:
            return None, Value(None, "scale_gap")
        return found, self._multiplied(clause, element, amount, trail)

    def _applies(self, clause: Clause, element: Element, trail: Trail) -> Value:
        """1 where the clause is evaluated; 0 where a condition fails or an excuse holds; absent while undecided.

        One condition that fails, or one excuse that holds, decides whatever the others are. Excluded data excuse
        nobody; a clause whose condition waits for them is not there itself.
        """
        conditions = [self.value(test, element, trail, as_test=True) for test in clause.when]
        met = holds_all([truth_of(v.number) for v in conditions])
        if nowhere(met):
            return Value(Fraction(0), "when")
        excuses = [self.value(test, element, trail, as_test=True) for test in clause.unless]
        excused = holds_any([truth_of(v.number) for v in excuses if not v.excluded])
        if excused is True:
            holding = next(test for test, held in zip(clause.unless, excuses, strict=True) if held.number == 1)
            trail.note("免除", holding.because or "", "0")
            return Value(Fraction(0), "unless")
        applies = holds_all([met, denied(excused)])
        if applies is None:
            return measuring.undecided([*conditions, *(v for v in excuses if not v.excluded)])
        return Value(number_of(applies))

    def _multiplied(self, clause: Clause, element: Element, amount: Number, trail: Trail) -> Value:
        for factor in clause.times:
            value = self.factor(factor, element, trail)
            if value.number is None:
                return value
            trail.note(
                "乘数", f"{printed(amount)} × {printed(value.number)}（{factor}）", printed(amount * value.number)
            )
            amount = amount * value.number
        return Value(amount)

    def factor(self, text: str, element: Element, trail: Trail) -> Value:
        """One of `times`: a number, or the amount of a line."""
        if text in self.agreement.refs:
            return self.value(Measure(kind="result", of={text: Fraction(1)}), element, trail)
        return Value(number(text))

    def single(self, measure: Measure, spot: Element, trail: Trail) -> Value:
        """One value of a measure for the element in hand, before any comparison."""
        return measuring.single(self, measure, spot, trail)

    def value(self, measure: Measure, element: Element, trail: Trail, as_test: bool = False) -> Value:
        """The number of a measure for the element in hand; 1 or 0 when asked as a test."""
        return (measuring.truth if as_test else measuring.value)(self, measure, element, trail)

    def _doubt_rules(self, clause: Clause, trail: Trail) -> None:
        """Name the unverified rules it rests on: the term, data rules where data were used, money rules if it pays."""
        used = ["starts", "ends", *(["data"] if trail.statistics else []), *([] if clause.is_line else ["money"])]
        trail.doubts(rule["path"] for rule in self.agreement.rules_stated(*used) if not rule["verified"])

    def _doubt_sides(self, clause: Clause, element: Element, trail: Trail) -> None:
        """Name the unverified sides of the section in hand, and what the lines rest on that measure shares."""
        section = element.codes.get("section") or (clause.measure.section if clause.measure else None)
        for side in (clause.pays, clause.receives):
            if isinstance(side, Proportion):
                for party in side.among:
                    there = element.holding("party", party)
                    other_clauses.line(self, side.in_proportion_to, there, Measure(kind="result"), trail)
            elif section is not None and side in ("upstream", "downstream"):
                self.doubt_sheet(section, str(side), element.of, trail)

    def _closed(
        self, clause: Clause, element: Element, value: Value, found: Applied | None, trail: Trail,
        amount: Number | None = None,
    ) -> Evaluation:  # fmt: skip
        self._doubt_sides(clause, element, trail)
        self._doubt_rules(clause, trail)
        return Evaluation(
            clause, element, value.number, amount, value.reason if amount is None or value.reason in ("when", "unless")
            else None, value.excluded, found, tuple(trail.steps), tuple(trail.statistics), tuple(trail.unverified),
        )  # fmt: skip


def days_of(of: pd.Period) -> tuple[date, date]:
    """First and last day of a period."""
    return periods.starts_on(of), periods.ends_on(of)


def _on_scale(clause: Clause, value: Number, trail: Trail) -> tuple[Applied | None, Number | None]:
    """The amount for a value, with the piece that gave it where the value is exact; none where no piece covers it."""
    if clause.scale is None:
        return None, value
    if isinstance(value, Draws):
        return None, scaled(clause.scale, value)
    found = applied(clause.scale, value)
    if found is None:
        return None, None
    _note_scale(trail, clause, value, found)
    return found, found.amount


def _capped(amount: Number, cap: Fraction | None, trail: Trail) -> Number:
    bounded = capped(amount, cap)
    if cap is not None and isinstance(bounded, Fraction) and bounded != amount:
        trail.note("封顶", f"|{printed(amount)}| > {printed(cap)}", printed(bounded))
    return bounded


def _note_scale(trail: Trail, clause: Clause, value: Fraction, found: Applied) -> None:
    piece, n = found.piece, printed(found.n)
    where = f"第 {found.position + 1} 段" if len(clause.scale or ()) > 1 else "计算标准"
    sign = "≤" if piece.up_to is not None else "<"
    if piece.origin or piece.per != 1 or piece.steps:
        steps = {"started": "，不足一档按一档", "completed": "，只计整档", None: ""}[piece.steps]
        trail.note("档数 n", f"({printed(value)} − {printed(piece.origin)}) ÷ {printed(piece.per)}{steps}", n)
    covers = "" if piece.bound is None else f"{readable(value)} {sign} {printed(piece.bound)}："
    trail.note(where, covers + _expression(piece, n), printed(found.amount))


def _expression(piece: Piece, n: str) -> str:
    """``10 − 5 × 0.4``: what the piece computes, without its zero parts."""
    if not piece.rate:
        return printed(piece.amount)
    if not piece.amount:
        return f"{printed(piece.rate)} × {n}"
    sign = "−" if piece.rate < 0 else "+"
    return f"{printed(piece.amount)} {sign} {printed(abs(piece.rate))} × {n}"
