"""Figures as people read them: nothing is lost between the document and the page."""

from __future__ import annotations

import pytest

from api.reads import numerals


@pytest.mark.parametrize(
    ("amount_yuan", "wan", "yuan"),
    [
        ("12000000.00", "1,200", "12,000,000.00"),
        ("500000.00", "50", "500,000.00"),
        ("0.01", "0.000001", "0.01"),
        ("123456789.01", "12,345.678901", "123,456,789.01"),
        ("-30000.00", "−3", "−30,000.00"),
        ("0.00", "0", "0.00"),
    ],
)
def test_an_amount_keeps_every_fen(amount_yuan, wan, yuan):
    assert (numerals.wan(amount_yuan), numerals.yuan(amount_yuan)) == (wan, yuan)


@pytest.mark.parametrize(
    ("figure", "signed", "approximate"),
    [
        ("-6000", "−6,000", "−6,000"),
        ("1/3", "1/3", "1/3 ≈ 0.333333"),
        ("-20000/3", "−20,000/3", "−20,000/3 ≈ −6,666.666667"),
        ("0.95", "0.95", "0.95"),
        ("Ⅱ类", "Ⅱ类", "Ⅱ类"),
        (None, "—", "—"),
    ],
)
def test_an_exact_figure_stays_exact(figure, signed, approximate):
    assert (numerals.signed(figure), numerals.approximate(figure)) == (signed, approximate)


@pytest.mark.parametrize(
    ("figure", "decimals", "padded"),
    [("4", 1, "4.0"), ("0.4", 2, "0.40"), ("0.0004", 3, "0.0004"), ("7", 0, "7"), ("1/3", 2, "1/3"), (None, 1, None)],
)
def test_a_reported_value_shows_all_its_places(figure, decimals, padded):
    assert numerals.padded(figure, decimals) == padded


@pytest.mark.parametrize(("cls", "shown"), [(1, "Ⅰ"), (5.0, "Ⅴ"), (6, "劣Ⅴ"), (None, "—")])
def test_a_class_is_a_roman_numeral(cls, shown):
    assert numerals.roman(cls) == shown


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2020-08-31T00:00:00Z", "2020-08-31 08:00"),
        ("2020-12-31T20:00:00+00:00", "2021-01-01 04:00"),
        ("2020-08-31T00:00:00", "2020-08-31 08:00"),
        (None, "—"),
    ],
)
def test_an_instant_is_shown_in_chinese_time(instant, shown):
    assert numerals.local_time(instant) == shown
