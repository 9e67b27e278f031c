"""Detection limits above the limit: readings that can neither meet nor exceed it, told to whoever reviews.

In: readings below detection that means are formed from, and what their sections are held to. Out: where, how many, the
highest such detection limit, and the limit. It decides no amount: what stands for a non-detect is the agreement's rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from basin import periods
from basin.rounding import printed, reported, significant
from basin.standards import Standard
from monitoring_ingest.quality.relations import Verdict, against_limit
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.values import excluded
from settlement.statement.rows import BelowDetection, StatisticRow, UndecidedRow


class Limit(NamedTuple):
    """What a section must not exceed [canonical unit], and the class it is the limit of: None where it is stated."""

    value: Fraction
    target: int | None


def class_limit(standard: Standard, indicator: str, target: int | None, body: str) -> Limit | None:
    """The limit of a target class; None where there is none, as for a range (pH), or where it is one from below."""
    if target is None or standard.higher_is_better(indicator):
        return None
    value = standard.limit(indicator, target, body)
    return None if value is None else Limit(value, target)


def limit_held_to(context: Context, section: str, indicator: str, of: pd.Period) -> Limit | None:
    """What an agreement holds a section to: the limit its sheet states, else that of its target class.

    A section without a sheet that is measured for another one (`mean_of`) is held to what that one is.
    """
    codes = context.agreement.section_codes
    joint = (code for code in codes if section in (section_sheets.sheet(context, code, of).mean_of or ()))
    holder = section if section in codes else next(joint, section)
    stated = section_sheets.sheet(context, holder, of).limit(indicator)
    if stated is not None and not context.standard.higher_is_better(indicator):
        return Limit(stated, None)
    target = section_sheets.target(context, holder, of)
    return class_limit(context.standard, indicator, target, section_sheets.water_body(context, holder, of))


def undecided(detection_limits: ArrayLike, limit: Limit) -> BelowDetection | None:
    """How many detection limits lie above the limit, the highest of them, and the limit; None where none does.

    Limits that differ only by unit-conversion noise (beyond 12 significant digits) count as equal.
    """
    values = significant(np.asarray(detection_limits, dtype=np.float64))
    verdicts = against_limit(values, np.ones(values.shape, dtype=bool), limit=float(limit.value))
    above = values[verdicts == Verdict.LIMIT_BELOW_DETECTION]
    if not above.size:
        return None
    highest = printed(reported(float(above.max()), None))
    return {"readings": above.size, "detection_limit": highest, "limit": printed(limit.value), "target": limit.target}


def limit_below_detection(
    context: Context, statistics: Sequence[StatisticRow], below: Mapping[tuple[str, str], pd.DataFrame]
) -> list[UndecidedRow]:
    """What no statistic of a settlement can decide, as its document lists it.

    Parameters
    ----------
    context : answers what a section is held to.
    statistics : those of the document; means of more than a month are formed from months, which stand there too.
    below : `non_detects` by section and indicator [canonical unit].
    """
    return list(_rows(context, statistics, below)) if below else []


def _rows(
    context: Context, statistics: Sequence[StatisticRow], below: Mapping[tuple[str, str], pd.DataFrame]
) -> Iterator[UndecidedRow]:
    measured = (s for s in statistics if s["readings"] and s["mean"] is not None)
    for section, indicator, text in dict.fromkeys((s["section"], s["indicator"], s["period"]) for s in measured):
        of = periods.period(text)
        readings = below.get((section, indicator))
        if readings is None or not (of.freqstr == "M" or of.freqstr[0] in "DW"):
            continue
        limit = limit_held_to(context, section, indicator, of)
        if limit is None:
            continue
        beyond = undecided(readings.loc[readings["day"].isin(_days(context, section, of)), "value"], limit)
        if beyond:
            yield {"section": section, "indicator": indicator, "period": text, **beyond}


def _days(context: Context, section: str, of: pd.Period) -> list[pd.Period]:
    """The days whose readings a mean is formed from: those of a week leave out what a recorded ground excludes."""
    days = list(periods.periods_in(of, "day"))
    if of.freqstr == "M":
        return days
    return [day for day in days if excluded(context.data, context.rules, section, day) is None]
