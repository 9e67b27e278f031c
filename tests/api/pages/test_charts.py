"""The chart of a section: every mean has its point, a gap stays a gap, limits in reach are drawn."""

from __future__ import annotations

import pytest

from api.pages.charts import HEIGHT, LEFT, RIGHT, WIDTH, chart

TP = [("Ⅰ", 0.02), ("Ⅱ", 0.1), ("Ⅲ", 0.2), ("Ⅳ", 0.3), ("Ⅴ", 0.4)]


def months(*means: float | None, first: int = 1) -> list[dict[str, object]]:
    return [{"month": f"2024-{first + i:02d}", "mean": mean} for i, mean in enumerate(means)]


def test_a_series_without_means_has_no_chart():
    assert chart(months(None, None), TP, "tp") is None


def test_every_mean_has_a_point_on_the_sheet():
    drawn = chart(months(0.05, 0.15, None, 0.25), TP, "tp")
    assert [point.month["mean"] for point in drawn.points] == [0.05, 0.15, 0.25]
    assert all(LEFT <= p.x <= WIDTH - RIGHT and 0 < p.y < HEIGHT for p in drawn.points)


def test_higher_values_stand_higher():
    low, high = chart(months(0.05, 0.15), TP, "tp").points
    assert high.y < low.y


def test_a_month_without_a_mean_leaves_a_gap():
    assert len(chart(months(1.0, 1.1, None, 1.2, 1.3), [], "tn").paths) == 2
    assert chart(months(1.0, None, 1.2), [], "tn").paths == []


def test_limits_up_to_the_next_above_the_series_are_drawn():
    assert [line.label for line in chart(months(0.15), TP, "tp").limits] == ["Ⅰ", "Ⅱ", "Ⅲ"]


def test_a_limit_far_above_does_not_flatten_the_series():
    assert [line.label for line in chart(months(0.01), [("Ⅲ", 1.0)], "nh3n").limits] == []


def test_ph_has_an_axis_around_its_range():
    drawn = chart(months(7.4, 7.6), [("Ⅰ", 6.0), ("Ⅰ", 9.0)], "ph")
    assert len(drawn.limits) == 2
    assert float(drawn.ticks[0].label) >= 5.5


@pytest.mark.parametrize("value", [0.0, 1e-5, 0.003, 4.7, 88.0, 12345.0])
def test_any_size_gets_a_few_round_ticks(value):
    drawn = chart(months(value), [], "flow")
    assert 2 <= len(drawn.ticks) <= 7
    assert len({tick.label for tick in drawn.ticks}) == len(drawn.ticks)


def test_a_year_is_named_where_it_begins():
    drawn = chart([*months(*([1.0] * 12)), {"month": "2025-01", "mean": 1.0}], [], "tn")
    assert [tick.label for tick in drawn.months if tick.year] == ["1", "1"]
    assert [tick.year for tick in drawn.months if tick.year] == ["2024", "2025"]
