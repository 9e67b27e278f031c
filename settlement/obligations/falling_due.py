"""Falling due (到期): the clauses and obligation periods that a settlement of a span decides.

In: an `Evaluator` and the span asked for. Out: the evaluations of each clause for each of its periods in the span, and
whether they only indicate what a longer period will come to. What is owed is decided in
`settlement.obligations.compensation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from basin.periods import ends_on, is_finer, overlap
from settlement.clauses.context import Evaluation
from settlement.clauses.evaluation import Evaluator


@dataclass(frozen=True)
class Evaluated:
    """The evaluations of one clause for one obligation period, at least one of them."""

    period: pd.Period
    evaluations: tuple[Evaluation, ...]

    @property
    def ref(self) -> str:
        """The clause."""
        return self.evaluations[0].clause.ref

    @property
    def is_line(self) -> bool:
        """Whether the clause pays nobody."""
        return self.evaluations[0].clause.is_line


def due_in(evaluator: Evaluator, span: pd.Period) -> Iterator[Evaluated]:
    """The evaluations of every clause and obligation period that fall due in `span`."""
    for ref in evaluator.agreement.refs:
        for of in _periods_due(evaluator, ref, span):
            evaluations = tuple(evaluator.evaluation(ref, element) for element in evaluator.elements(ref, of))
            if evaluations:
                yield Evaluated(of, evaluations)


def _periods_due(evaluator: Evaluator, ref: str, span: pd.Period) -> list[pd.Period]:
    """The obligation periods of a clause that fall due in `span`: none that is longer, a whole term where it ends.

    An indication takes `span` itself for a clause of a longer period, to show what the clause comes to so far.
    """
    every = evaluator.agreement.every_of(ref)
    term = evaluator.agreement.term
    if evaluator.fixed is None:
        not_due_yet = ends_on(span) < ends_on(term) if every == "term" else is_finer(span, every)
        if not_due_yet:
            return []
    return [of for of in evaluator.spans(ref, span) if overlap(of, term)]


def indicates(evaluator: Evaluator, due: Evaluated) -> bool:
    """Whether the clause, or one that it uses, was evaluated for only a part of its own obligation period.

    What a year comes to is known when the year is over: a month of a yearly clause is shown and not owed, and a
    monthly clause that takes its year's result waits for the year. Otherwise both would be owed twice, on a part of
    the year and on the whole of it.
    """
    indicated = evaluator.fixed
    if indicated is None:
        return False
    # dates and elements may give a line several branches, which refer to different clauses
    refs: dict[str, set[str]] = defaultdict(set)
    for evaluation in evaluator.made.values():
        refs[evaluation.clause.ref].update(evaluation.clause.refs)
    used = {due.ref}
    ahead = [ref for evaluation in due.evaluations for ref in evaluation.clause.refs]
    while ahead:
        ref = ahead.pop()
        if ref in refs and ref not in used:  # `times` names numbers, too; a clause may use its own last year
            used.add(ref)
            ahead += refs[ref]
    lengths = [evaluator.agreement.every_of(ref) for ref in used]
    return any(every == "term" or is_finer(indicated, every) for every in lengths)
