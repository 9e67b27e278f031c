"""Periods of assessment as people write them, and the months and days in them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin import periods
from basin.errors import UsageError

years = st.integers(1990, 2090)
written = st.one_of(
    years.map(str),
    st.tuples(years, st.integers(1, 12)).map(lambda p: f"{p[0]}-{p[1]:02d}"),
    st.tuples(years, st.integers(1, 4)).map(lambda p: f"{p[0]}Q{p[1]}"),
    st.tuples(years, st.integers(1, 52)).map(lambda p: f"{p[0]}-W{p[1]:02d}"),
    st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(date.isoformat),
    st.tuples(years, st.integers(1, 6)).map(lambda p: f"{p[0]}..{p[0] + p[1]}"),
    st.tuples(years, st.integers(2, 11)).map(lambda p: f"{p[0]}-01..{p[0]}-{p[1]:02d}"),
)


class TestPeriod:
    """`period` reads what `label` writes."""

    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("2020", "2020-01-01", "2020-12-31"),
            ("2020-02", "2020-02-01", "2020-02-29"),
            ("2019-02", "2019-02-01", "2019-02-28"),
            ("2020Q3", "2020-07-01", "2020-09-30"),
            ("2020-W28", "2020-07-06", "2020-07-12"),
            ("2021-W01", "2021-01-04", "2021-01-10"),
            ("2020-W53", "2020-12-28", "2021-01-03"),
            ("2020-07-15", "2020-07-15", "2020-07-15"),
            ("2018..2020", "2018-01-01", "2020-12-31"),
            ("2019-07..2022-06", "2019-07-01", "2022-06-30"),
            ("2020Q1..2020Q3", "2020-01-01", "2020-09-30"),
            (" 2020 ", "2020-01-01", "2020-12-31"),
        ],
    )
    def test_a_period_has_its_first_and_last_day(self, text: str, first: str, last: str) -> None:
        of = periods.period(text)
        assert (str(periods.starts_on(of)), str(periods.ends_on(of))) == (first, last)

    @pytest.mark.parametrize(
        "text",
        ["", "20", "2020-7", "2020-13", "2020Q5", "2020-W54", "2019-W53", "2021-02-29", "2020/07", "2020..2018", "去年",
         "2020-07-01T00:00", "2020..", "..2020", "2020...2021", "２０２０年"],
    )  # fmt: skip
    def test_what_is_no_period_is_refused_with_a_remedy(self, text: str) -> None:
        with pytest.raises(UsageError) as refused:
            periods.period(text)
        assert refused.value.remedy

    @pytest.mark.parametrize(
        "text",
        ["0001", "0000", "1899", "2201", "9999", "0001-01", "9999Q4", "9999-12-31", "0001-W01", "9999-W52",
         "0001..2020", "2020..9999"],
    )  # fmt: skip
    def test_a_year_that_is_surely_a_slip_is_refused_with_a_remedy(self, text: str) -> None:
        with pytest.raises(UsageError, match="不在 1900–2200") as refused:
            periods.period(text)
        assert refused.value.remedy

    @pytest.mark.parametrize("text", ["1900", "2200", "1900-01-01", "2200-12-31", "1900-W01", "2200-W52", "1900..2200"])
    def test_the_first_and_the_last_year_have_months_and_a_year_before(self, text: str) -> None:
        of = periods.period(text)
        assert periods.label(of) == text
        assert periods.months(of)
        assert periods.ends_on(periods.year_before(of)) < periods.ends_on(of)

    @given(written)
    def test_label_is_the_inverse_of_period(self, text: str) -> None:
        of = periods.period(text)
        assert periods.label(of) == text
        assert periods.period(periods.label(of)) == of

    def test_one_year_written_as_a_run_is_that_year(self) -> None:
        assert periods.period("2020..2020") == periods.period("2020") == periods.period("2020-01..2020-12")
        assert periods.period("2020-07..2020-07") == periods.period("2020-07")


class TestPartsOfAPeriod:
    """Months, weeks and days that lie in a period."""

    @pytest.mark.parametrize(
        ("span", "frequency", "count"),
        [
            ("2020", "month", 12),
            ("2020", "quarter", 4),
            ("2020", "year", 1),
            ("2020", "day", 366),
            ("2019", "day", 365),
            ("2018..2020", "year", 3),
            ("2019-07..2022-06", "year", 2),
            ("2020-02", "day", 29),
            ("2020-02", "quarter", 0),
            ("2020-05", "year", 0),
        ],
    )
    def test_only_what_lies_wholly_inside_counts(self, span: str, frequency: str, count: int) -> None:
        assert len(periods.periods_in(periods.period(span), frequency)) == count

    @given(years)
    def test_every_week_counts_for_one_year_and_one_month(self, year: int) -> None:
        of_year = periods.periods_in(periods.period(str(year)), "week")
        by_months = [w for m in periods.months(periods.period(str(year))) for w in periods.periods_in(m, "week")]
        assert list(of_year) == by_months
        assert of_year[-1] + 1 == periods.periods_in(periods.period(str(year + 1)), "week")[0]
        assert all(periods.ends_on(week).year == year for week in of_year)

    def test_a_run_from_july_has_its_own_months(self) -> None:
        months = periods.months(periods.period("2019-07..2020-06"))
        assert (str(months[0]), str(months[-1]), len(months)) == ("2019-07", "2020-06", 12)

    @pytest.mark.parametrize(
        ("text", "than", "finer"),
        [
            ("2020-02", "month", False),
            ("2020-02", "quarter", True),
            ("2019Q1", "quarter", False),
            ("2020Q1", "year", True),
            ("2019", "year", False),
            ("2020-W10", "month", True),
            ("2020-W10", "week", False),
            ("2020-03-01", "week", True),
            ("2018..2020", "year", False),
        ],
    )
    def test_finer_is_shorter_than_any_period_of_that_kind(self, text: str, than: str, finer: bool) -> None:
        assert periods.is_finer(periods.period(text), than) is finer

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("2020", "2020-12", True),
            ("2020", "2021-01", False),
            ("2020-W53", "2021", True),
            ("2020-01", "2020-01", True),
        ],
    )
    def test_overlapping_periods_share_a_day(self, one: str, other: str, expected: bool) -> None:
        assert periods.overlap(periods.period(one), periods.period(other)) is expected
        assert periods.overlap(periods.period(other), periods.period(one)) is expected


class TestYearBefore:
    """The same period one year earlier."""

    @pytest.mark.parametrize(
        ("text", "earlier"),
        [
            ("2020", "2019"),
            ("2020-02", "2019-02"),
            ("2020Q3", "2019Q3"),
            ("2021-01-31", "2020-01-31"),
            ("2020-02-29", "2019-02-28"),
            ("2020-01..2020-07", "2019-01..2019-07"),
            ("2018..2020", "2017..2019"),
            ("2020-W28", "2019-W28"),
        ],
    )
    def test_it_is_the_same_month_quarter_or_run(self, text: str, earlier: str) -> None:
        assert periods.label(periods.year_before(periods.period(text))) == earlier


@given(years, st.integers(1, 12), st.integers(0, 47))
def test_a_run_of_months_has_exactly_those_months(year: int, month: int, more: int) -> None:
    first = pd.Period(f"{year}-{month:02d}", freq="M")
    of = periods.run_of_months(first, first + more)
    assert periods.months(of) == tuple(first + i for i in range(more + 1))
