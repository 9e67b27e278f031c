"""Filters of lists: the parameters in addresses, and periods inside a period.

In: query texts and rows. Out: the rows asked for. A blank value filters nothing. `api.reads.declared` says whether a
code is declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, TypedDict, TypeVar

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, Field

from basin import periods
from basin.errors import UsageError


class OfPeriod(TypedDict):
    """What every row has that a list can choose by its period."""

    period: str


Row = TypeVar("Row", bound=OfPeriod)


def _given(text: object) -> object:
    """The text, None where it is blank: forms send what was left empty."""
    return text if not isinstance(text, str) or text.strip() else None


Filter = Annotated[str | None, BeforeValidator(_given)]
Within = Annotated[
    str | None,
    BeforeValidator(_given),
    Query(description="2025, 2025-08, 2025Q3 或 2023..2025；含其中各期 (and the periods inside it)"),
]


class SettlementsWanted(BaseModel):
    """Which settlements a list holds; what is not asked for is None."""

    agreement: Filter = None
    basin: Filter = None
    period: Within = None
    party: Filter = None
    status: Filter = Field(None, description="试算、待复核、已确认、已撤销")


def within(rows: Sequence[Row], period: str | None) -> list[Row]:
    """The rows whose `period` lies inside the period asked for; all rows where no period is asked for.

    Raises
    ------
    UsageError : no period.
    """
    if period is None:
        return list(rows)
    try:
        asked = periods.period(period)
    except UsageError as problem:
        raise UsageError(problem.zh, problem.en, path="period", remedy=problem.remedy) from problem
    first = periods.starts_on(asked)
    last = periods.ends_on(asked)
    distinct = {row["period"] for row in rows}
    inside = {text: _lies_between(text, first, last) for text in distinct}
    return [row for row in rows if inside[row["period"]]]


def _lies_between(text: str, first: date, last: date) -> bool:
    """Whether the period of a text lies between two days, both in it."""
    of = periods.period(text)
    return bool(first <= periods.starts_on(of) and periods.ends_on(of) <= last)
