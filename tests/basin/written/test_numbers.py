"""The one grammar of numbers: what a figure, a measurement and a count may be written like, and what none may."""

from __future__ import annotations

from fractions import Fraction

import pytest

from basin.rounding import number, printed
from basin.written.numbers import exact, half_width, measured, whole

NEVER = [
    "1e999999999",
    "1e10000000",
    "-1e10000000",
    "1e400",
    "1e-400",
    "1e100",
    "1E+999",
    "0." + "0" * 400 + "1",
    "9" * 101,
    "1" * 10**6,
    "²",
    "1²",
    "①",
    "½",
    "Ⅲ",
    "五",
    "٣",
    "१",
    "𝟏",
    "1_000",
    "0x10",
    "1e1e1",
    "inf",
    "-inf",
    "Infinity",
    "nan",
    "NaN",
    "1.2.3",
    "--1",
    "+",
    "",
    " ",
    "1 000",
    "1\u200b",
    "1\0",
    "e5",
    "1e",
    "1,5",
    "true",
]


class TestExact:
    """`exact` reads law and money, and never a float."""

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("0.95", Fraction(19, 20)),
            ("1/3", Fraction(1, 3)),
            ("83%", Fraction(83, 100)),
            ("1,200", Fraction(1200)),
            ("1e-3", Fraction(1, 1000)),
            ("-5", Fraction(-5)),
            ("+5", Fraction(5)),
            (" 7 ", Fraction(7)),
            ("1e05", Fraction(10**5)),
            ("1e99", Fraction(10**99)),
            ("1e-99", Fraction(1, 10**99)),
            ("0e7", Fraction(0)),
            ("-1/3", Fraction(-1, 3)),
            ("9" * 100, Fraction(10**100 - 1)),
            ("12.5%", Fraction(1, 8)),
        ],
    )
    def test_a_figure(self, written, meant):
        assert exact(written) == meant

    @pytest.mark.parametrize("written", [*NEVER, "１．５", "1.", ".5", "1.5/3", "1/2/3", "1/", "1/" + "7" * 10])
    def test_no_figure(self, written):
        with pytest.raises(ValueError, match="不是数字"):
            exact(written)

    def test_a_denominator_of_nothing_is_told_apart(self):
        with pytest.raises(ValueError, match="除数为零"):
            exact("1/0")

    @pytest.mark.parametrize("given", [0.1, True, float("nan"), [1], {"a": 1}, None])
    def test_what_is_no_text_is_no_figure(self, given):
        with pytest.raises(ValueError):
            exact(given)

    def test_the_refusal_quotes_little_of_a_long_text(self):
        with pytest.raises(ValueError) as refusal:
            exact("7" * 10**6)
        assert len(str(refusal.value)) < 150


class TestMeasured:
    """`measured` reads what instruments and files of readings write."""

    @pytest.mark.parametrize(
        ("written", "meant"),
        [("0.25", 0.25), ("1.", 1.0), (".5", 0.5), ("-3", -3.0), ("1.5e-005", 1.5e-5), ("1e5", 1e5), ("0.000", 0.0)],
    )
    def test_a_measurement(self, written, meant):
        assert measured(written) == meant

    @pytest.mark.parametrize("written", [*NEVER, "1/3", "83%", "1,200"])
    def test_no_measurement(self, written):
        with pytest.raises(ValueError, match="不是数字"):
            measured(written)

    def test_the_smallest_and_the_longest_are_still_told_from_nothing(self):
        smallest = "0." + "0" * 94 + "1e-9"
        assert measured(smallest) > 0
        assert measured("9" * 97 + "e99") < float("inf")


class TestWhole:
    """`whole` reads counts and classes."""

    @pytest.mark.parametrize(("written", "meant"), [("3", 3), ("-3", -3), ("+3", 3), (7, 7), ("0" * 18 + "7", 7)])
    def test_a_whole_number(self, written, meant):
        assert whole(written) == meant

    @pytest.mark.parametrize(
        "written", ["3.0", "1_000", "３", "²", "٣", "1e3", "", "9" * 20, "9" * 10**6, True, 3.5, None]
    )
    def test_no_whole_number(self, written):
        with pytest.raises(ValueError):
            whole(written)


@pytest.mark.parametrize(
    ("written", "folded"), [("１．５", "1.5"), ("＜０．０２Ｌ", "<0.02L"), ("﹤5", "<5"), ("5²", "5²"), ("①", "①")]
)
def test_only_full_width_signs_are_folded(written, folded):
    assert half_width(written) == folded


@pytest.mark.parametrize("figure", [Fraction(1, 3), Fraction(-7, 8), Fraction(10**3000 + 1, 10**2000 + 3), Fraction(5)])
def test_what_a_document_printed_is_read_however_long(figure):
    assert number(printed(figure)) == figure


def test_a_number_of_thousands_of_digits_is_not_printed():
    with pytest.raises(OverflowError):
        printed(Fraction(10**5000 + 1))
