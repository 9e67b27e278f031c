"""Performance assessment (绩效评价): the machinery of settlement with points in place of money.

In: a scorecard, the network, what was gathered, a basin and a period. Out: the assessment document: each criterion with
value, points and working, the score of 100 and the grade. A criterion without data scores nothing and leaves the
denominator, visibly. No money moves here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import pandas as pd

from basin import periods
from basin.draws import exact
from basin.network import Network
from basin.rounding import half_even, number, printed
from basin.scorecards import Scorecard
from settlement.clauses.context import Evaluation
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Statistic
from settlement.gathered import Gathered, measurements
from settlement.obligations.computable import computable
from settlement.statement.canonical import digest
from settlement.statement.document import instant, places_of, statistic_row, working_rows
from settlement.statement.engine_version import ENGINE_VERSION
from settlement.statement.rows import AssessmentDocument, CriterionRow, Scored, ScoreRow
from settlement.words import message

FULL_SCORE = 100
SCORE_DECIMALS = 2  # printed; the grade is decided on the exact score


def assessed(
    scorecard: Scorecard, network: Network, basin: str, gathered: Gathered, span: pd.Period, as_of: datetime
) -> AssessmentDocument:
    """The assessment document of a basin for a period.

    Parameters
    ----------
    scorecard, network : the rules, and the sections they are applied to.
    basin : code of the basin; all its sections are assessed.
    gathered : readings [canonical units] and facts as they stood at `as_of`, the years of a trend among them.
    span : the period assessed.
    as_of : stands in the document beside what was decided.

    Raises
    ------
    AgreementError : the scorecard uses a data rule it does not state.
    """
    sections = sorted((s for s in network.sections.values() if s.basin == basin), key=lambda s: s.order)
    agreement = scorecard.agreement(basin, [s.code for s in sections], span)
    ev = Evaluator(agreement, network, measurements(agreement, network, gathered, span))
    with computable(scorecard.file):
        evaluations = [next(iter(ev.evaluations(ref, span))) for ref in agreement.refs]
    places: dict[Statistic, int] = {}
    criteria = [_criterion(evaluation, places) for evaluation in evaluations]
    scored: Scored = {
        "engine_version": ENGINE_VERSION,
        "scorecard": scorecard.code, "title": scorecard.title, "source": str(scorecard.document["source"]),
        "scorecard_sha256": agreement.sha256, "basin": basin, "period": periods.label(span),
        "verified": scorecard.verified and not any(criterion["unverified"] for criterion in criteria),
        "bands": [[grade, printed(floor)] for grade, floor in scorecard.bands.items()],
        "rules": agreement.rules_stated("data"), "criteria": criteria, **_score(scorecard, evaluations),
        "statistics": [statistic_row(statistic) for statistic in places],
    }  # fmt: skip
    fingerprint = digest(scored)
    identity = f"{scorecard.code}-{basin}-{scored['period']}-{fingerprint[:12]}"
    return {**scored, "digest": fingerprint, "id": identity, "as_of": instant(as_of)}


def _score(scorecard: Scorecard, evaluations: Sequence[Evaluation]) -> ScoreRow:
    """Points earned of the points that could be earned, as a score of 100, and the grade."""
    counted = [e for e in evaluations if e.amount is not None]
    available = sum((e.clause.points or Fraction(0) for e in counted), Fraction(0))
    earned = sum((exact(e.amount) for e in counted if e.amount is not None), Fraction(0))
    if not available:
        return {"available": "0", "earned": "0", "score": None, "grade": None, "expression": None}
    score = FULL_SCORE * earned / available
    return {
        "available": printed(available), "earned": _short(earned),
        "score": _short(score), "grade": scorecard.grade(score),
        "expression": f"{_short(earned)} ÷ {printed(available)} × {FULL_SCORE}",
    }  # fmt: skip


def _short(score: Fraction) -> str:
    return printed(half_even(score, SCORE_DECIMALS))


def _criterion(e: Evaluation, places: dict[Statistic, int]) -> CriterionRow:
    reason = None if e.amount is not None else e.reason or "no_readings"
    return {
        "ref": e.clause.ref, "title": e.clause.title, "source": e.clause.source,
        "points": printed(e.clause.points or number("0")),
        "earned": None if e.amount is None else _short(exact(e.amount)),
        "value": None if e.value is None else printed(half_even(e.value, 4)), "reason": reason,
        "message_zh": message(reason)["message_zh"] if reason else None,
        "message_en": message(reason)["message_en"] if reason else None,
        "unverified": list(e.unverified), "working": working_rows(e.steps),
        "statistics": places_of(e.statistics, places),
    }  # fmt: skip
