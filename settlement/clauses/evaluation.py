"""Evaluations (评价结果): one clause, one period, one element — test → measure → scale → × times → cap.

In: an agreement, the network and the `Measurements`. Out: `Evaluation`s with value, amount, sides and working; absent
values carry a reason and stop what uses them, and nothing else. Amounts are exact 万元 (or points). What is owed, to
the fen, is decided in `settlement.obligations.compensation`; what a measure's number is, in
`settlement.clauses.measuring`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pandas as pd

from basin import periods
from basin.clauses import Clause
from basin.draws import Draws, Number, chosen, denied, holds_all, holds_any, nowhere, number_of, truth_of
from basin.measures import Measure
from basin.rounding import number, printed
from settlement.clauses import measuring, section_sheets
from settlement.clauses.context import Context, Evaluation
from settlement.clauses.element import Element
from settlement.clauses.pricing import Outcome, bounded, multiplied, on_scale
from settlement.clauses.sides import sides_of
from settlement.clauses.values import Value
from settlement.clauses.working import Trail


@dataclass(frozen=True)
class Evaluator(Context):
    """One agreement applied to one body of data; `made` holds every evaluation so far, each made once."""

    made: dict[tuple[str, Element], Evaluation] = field(default_factory=dict)

    def evaluations(self, ref: str, span: pd.Period) -> list[Evaluation]:
        """All evaluations of a clause whose obligations fall due in `span`."""
        return [self.evaluation(ref, element) for of in self.spans(ref, span) for element in self.elements(ref, of)]

    def evaluation(self, ref: str, element: Element) -> Evaluation:
        """The evaluation of a clause for an element; made once."""
        key = (ref, element)
        if key not in self.made:
            self.made[key] = self._evaluated(ref, element)
        return self.made[key]

    def single(self, measure: Measure, spot: Element, trail: Trail) -> Value:
        """One value of a measure for the element in hand, before any comparison."""
        return measuring.single(self, measure, spot, trail)

    def _evaluated(self, ref: str, element: Element) -> Evaluation:
        placed = self.agreement.clause(ref, periods.days(element.of), self._codes(element))
        clause = placed.value
        trail = Trail()
        figure = self._published(ref, element)
        if figure is None:
            trail.doubts(placed.unverified)
            outcome = self._outcome(clause, element, trail)
        else:
            trail.note(f"{periods.label(element.of)} {ref}", "已公布的数值", printed(figure))
            outcome = Outcome(Value(figure), figure)
        sides = sides_of(self, clause, element, trail)
        trail.doubts(self._unverified_rules(clause, trail))
        return Evaluation(
            clause, element, outcome.value.number, outcome.amount, outcome.reason, outcome.value.excluded,
            outcome.piece, sides, tuple(trail.steps), tuple(trail.statistics), tuple(trail.unverified),
            outcome.possible,
        )  # fmt: skip

    def _codes(self, element: Element) -> Mapping[str, str]:
        """The codes that figures ``{by: …}`` may depend on: the axes, and the target class of the section in hand."""
        codes = element.codes
        target = section_sheets.target(self, codes["section"], element.of) if "section" in codes else None
        return codes if target is None else {**codes, "target": str(target)}

    def _published(self, ref: str, element: Element) -> Number | None:
        """A published figure that stands for a line: of the party or section in hand, else of the whole."""
        if not self.data.given:
            return None
        subjects = [*(element.codes[axis] for axis in ("party", "section") if axis in element.codes), ""]
        figures = (self.data.published(subject, f"line {ref}", element.of) for subject in subjects)
        return next((figure for figure in figures if figure is not None), None)

    def _outcome(self, clause: Clause, element: Element, trail: Trail) -> Outcome:
        """A clause without a published figure: conditions, then measure, scale, factors and cap."""
        applies = self._applies(clause, element, trail)
        holds = truth_of(applies.number)
        if holds is None or nowhere(holds):
            return Outcome(applies, applies.number)
        value = Value(Fraction(0))
        if clause.measure is not None:
            value = measuring.value(self, clause.measure, element, trail)
        outcome = self._multiplied(clause, element, on_scale(clause, value, trail), trail)
        outcome = bounded(outcome, clause.cap, trail)
        amount = outcome.amount
        if amount is None and outcome.value.excluded and isinstance(holds, Draws):
            # excluded data add nothing; in the draws where the clause does not apply, it comes to 0 and is not absent
            amount = Fraction(0)
        return replace(outcome, amount=chosen(holds, amount, Fraction(0)))

    def _applies(self, clause: Clause, element: Element, trail: Trail) -> Value:
        """1 where the clause is evaluated; 0 where a condition fails or an excuse holds; absent while undecided.

        One failing condition, or one holding excuse, decides whatever the others are. Excluded data excuse nobody; a
        clause whose condition waits for excluded data is itself excluded.
        """
        conditions = [measuring.truth(self, test, element, trail) for test in clause.when]
        met = holds_all([truth_of(condition.number) for condition in conditions])
        if nowhere(met):
            return Value(Fraction(0), "when")
        excuses = [(test, measuring.truth(self, test, element, trail)) for test in clause.unless]
        counted = [excuse for _, excuse in excuses if not excuse.excluded]
        excused = holds_any([truth_of(excuse.number) for excuse in counted])
        if excused is True:
            holding = next(test for test, excuse in excuses if excuse.number == 1)
            trail.note("免除", holding.because or "", "0")
            return Value(Fraction(0), "unless")
        applies = holds_all([met, denied(excused)])
        return measuring.undecided([*conditions, *counted]) if applies is None else Value(number_of(applies))

    def _multiplied(self, clause: Clause, element: Element, outcome: Outcome, trail: Trail) -> Outcome:
        """The amount × each of `times`, a number or the amount of a line; the first factor that is absent stops it."""
        for text in clause.times:
            if outcome.amount is None and outcome.possible is None:
                return outcome
            if text in self.agreement.refs:
                factor = measuring.value(self, Measure(kind="result", of={text: Fraction(1)}), element, trail)
            else:
                factor = Value(number(text))
            outcome = multiplied(outcome, factor, text, trail)
        return outcome

    def _unverified_rules(self, clause: Clause, trail: Trail) -> Iterable[str]:
        """The unverified ones of the term, of the data rules where data were used, of the money rules where it pays."""
        data = ["data"] if trail.statistics else []
        money = [] if clause.is_line else ["money"]
        return self.agreement.rules_unverified("starts", "ends", *data, *money)
