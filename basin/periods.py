"""Periods of assessment: weeks, months, quarters, years and whole terms, all as `pandas.Period` in local time.

In: text as people write it (``2020``, ``2020-07``, ``2020Q3``, ``2018..2020``) and dates. Out: periods, the months in
them, the same period of the year before, and text again. A run of months (a term, a year to date) is a period of
several months (``freq="36M"``); there is no period type of our own. No clock, no time zones.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from basin.errors import UsageError

# An instant counted in nanoseconds reaches from 1677 to 2262: this leaves room for the years before and after.
YEARS = range(1900, 2201)
FREQUENCIES = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
LENGTHS = (*FREQUENCIES, "term")  # shortest first
REMEMBERED = 65_536  # answers kept of each question: a calendar is asked the same things over and over
_WRITTEN = re.compile(r"\d{4}(-\d{2}(-\d{2})?|Q[1-4]|-W\d{2})?", re.ASCII)


class Days(NamedTuple):
    """The first and the last day of a period, both in it."""

    first: date
    last: date


class Window(NamedTuple):
    """The instants between which readings are looked at."""

    start: datetime
    end: datetime

    def around(self, other: Window) -> Window:
        """The shortest window that holds both."""
        return Window(min(self.start, other.start), max(self.end, other.end))


@lru_cache(REMEMBERED)
def interned(of: pd.Period) -> pd.Period:
    """The first of equal periods that was asked for.

    pandas compares the frequencies of two periods in Python, which takes longer than all else about looking one up in a
    dict; the same object is equal to itself at once. All periods that this module gives are interned.
    """
    return of


@lru_cache(REMEMBERED)
def period(text: str) -> pd.Period:
    """The period written as ``2020``, ``2020-07``, ``2020Q3``, ``2020-W28``, ``2020-07-01`` or ``2018..2020``.

    Raises
    ------
    UsageError : when the text is no period, or one of a year outside `YEARS`.
    """
    first, dots, last = str(text).strip().partition("..")
    if not dots:
        return interned(_single(first))
    span = months(_single(first)) + months(_single(last))
    if span[-1] < span[0]:
        raise UsageError(f"期间倒置：{text}", f"period ends before it begins: {text}", remedy="写成 2018..2020")
    return run_of_months(span[0], span[-1])


def _single(text: str) -> pd.Period:
    if not _WRITTEN.fullmatch(text):
        raise UsageError(
            f"不认识的期间：{text!r}", f"not a period: {text!r}", remedy="写成 2020、2020-07、2020Q3 或 2018..2020"
        )
    if int(text[:4]) not in YEARS:
        zh = f"期间的年份不在 {YEARS[0]}–{YEARS[-1]}：{text}"
        raise UsageError(zh, f"a year outside {YEARS[0]}-{YEARS[-1]}: {text}", remedy="改正年份")
    try:
        if "-W" in text:
            return pd.Period(date.fromisocalendar(int(text[:4]), int(text[6:]), 1), freq="W")
        frequency = {4: "Y", 6: "Q", 7: "M", 10: "D"}[len(text)]
        return pd.Period(text, freq=frequency)
    except ValueError as problem:
        raise UsageError(f"不存在的期间：{text!r}", f"no such period: {text!r}", remedy="检查月份或日期") from problem


def run_of_months(first: pd.Period, last: pd.Period) -> pd.Period:
    """The months from `first` to `last` as one period; a whole single year or month stays what it is."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count == 1:
        return interned(first)
    if count == 12 and first.month == 1:
        return interned(pd.Period(str(first.year), freq="Y"))
    return interned(pd.Period(first.start_time, freq=f"{count}M"))


@lru_cache(REMEMBERED)
def label(of: pd.Period) -> str:
    """The period as people write it; the inverse of `period`."""
    if of.freqstr.startswith("W"):
        year, week, _ = of.start_time.date().isocalendar()
        return f"{year}-W{week:02d}"
    if of.freqstr.endswith("M") and of.freqstr != "M":
        first, *_, last = months(of)
        whole_years = first.month == 1 and last.month == 12
        return f"{first.year}..{last.year}" if whole_years else f"{first}..{last}"
    return str(of)


@lru_cache(REMEMBERED)
def starts_on(of: pd.Period) -> date:
    """First day of the period."""
    return of.start_time.date()


@lru_cache(REMEMBERED)
def ends_on(of: pd.Period) -> date:
    """Last day of the period."""
    return of.end_time.date()


@lru_cache(REMEMBERED)
def last_in(span: pd.Period, freq: str) -> pd.Period:
    """The month ("M") or day ("D") in which the period ends."""
    return interned(pd.Period(ends_on(span), freq))


@lru_cache(REMEMBERED)
def days(of: pd.Period) -> Days:
    """First and last day of the period."""
    return Days(starts_on(of), ends_on(of))


@lru_cache(REMEMBERED)
def months(of: pd.Period) -> tuple[pd.Period, ...]:
    """The calendar months that the period touches, in order."""
    return tuple(map(interned, pd.period_range(of.start_time, of.end_time, freq="M")))


@lru_cache(REMEMBERED)
def periods_in(span: pd.Period, frequency: str) -> tuple[pd.Period, ...]:
    """The days, weeks, months, quarters or years that lie wholly in `span`; a week counts for the span it ends in."""
    inside = map(interned, pd.period_range(span.start_time, span.end_time, freq=FREQUENCIES[frequency]))
    if frequency == "week":
        return tuple(p for p in inside if span.start_time <= p.end_time <= span.end_time)
    return tuple(p for p in inside if p.start_time >= span.start_time and p.end_time <= span.end_time)


@lru_cache(REMEMBERED)
def overlap(one: pd.Period, other: pd.Period) -> bool:
    """Whether the two periods share a day."""
    return bool(one.start_time <= other.end_time and other.start_time <= one.end_time)


@lru_cache(REMEMBERED)
def year_before(of: pd.Period) -> pd.Period:
    """The same period of the year before (same month, quarter or run of months; the week 52 weeks earlier)."""
    return interned(_year_before(of))


def _year_before(of: pd.Period) -> pd.Period:
    if of.freqstr.startswith("W"):
        return of - 52
    if of.freqstr.endswith("M") and of.freqstr != "M":
        earlier = [month - 12 for month in months(of)]
        return run_of_months(earlier[0], earlier[-1])
    if of.freqstr == "D":
        return pd.Period(of.start_time - pd.DateOffset(years=1), freq="D")
    return of - {"M": 12, "Q": 4, "Y": 1}[of.freqstr[0]]


@lru_cache(REMEMBERED)
def is_finer(of: pd.Period, than: str) -> bool:
    """Whether the period is shorter than one period of the frequency `than`, as a month is shorter than a year."""
    days = (of.end_time - of.start_time).days + 1
    return days < {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}[than]
