"""What stands in for a missing month (缺月替代): written into the working each time it is used.

In: the `Context`, and a mean as `settlement.clauses.means` forms it under the agreement's `substitute`. Out: lines of
working. Whether a month is missing and what stands in for it is decided there.
"""

from __future__ import annotations

from dataclasses import replace

from basin import periods
from settlement.clauses import section_sheets
from settlement.clauses.context import Context
from settlement.clauses.element import Element
from settlement.clauses.values import Value
from settlement.clauses.working import Trail
from settlement.words import STAND_INS

# The statement prints the least numbers of the agreement, which a laboratory's result need not reach.
ONE_RESULT = "（一个结果即可，不适用每日最少有效读数、每月最少有效天数）"


def note_stand_ins(context: Context, spot: Element, indicator: str, mean: Value, trail: Trail) -> None:
    """Write down each month of a mean for which something else stands, and the doubts about who the neighbour is.

    Parameters
    ----------
    context : the agreement and its network.
    spot : the section in hand. indicator : of the mean.
    mean : with the statistics it rests on.
    trail : receives the working.
    """
    for statistic in mean.statistics if context.rules.substitute else ():
        if statistic.stands_in is None:
            continue
        of = periods.period(statistic.period)
        by, section, month = statistic.stands_in
        if by == "neighbour":
            section_sheets.doubt(context, statistic.section, "neighbour", of, trail)
        declared = context.network.sections.get(section)
        of_section = f"（{declared.name_zh if declared else section}）" if by == "neighbour" else ""
        label = context.label(replace(spot.holding("section", statistic.section), of=of), indicator)
        enough = ONE_RESULT if by == "laboratory" else ""
        source = f"{STAND_INS[by][0]}{of_section} {month}{enough}"
        trail.note(f"{label} 缺月替代", source, statistic.mean or "")
