"""What was not detected is not compared as if it had been measured: it lies between 0 and the detection limit."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin import periods
from basin.network import Network
from basin.ranges import between
from basin.scales import Piece, amounts_between, applied
from settlement.settling import settled
from tests.settlement.makers import RIVER, RULES, a_network, an_agreement, gathered
from tests.settlement.test_run import NOW

UNROUNDED = RULES.replace("compare: rounded", "compare: unrounded")
CU = "kind: concentration, section: s1, indicator: cu"
NH3N = "kind: concentration, section: s1, indicator: nh3n"
PAYS = "pays: upstream, receives: downstream"
BELOW = "below_detection"


def at(section: str, indicator: str, *values: float | str, year: int = 2020, month: int = 7) -> dict[Any, float | str]:
    """One reading a day from the first of a month on; ``"<0.1"`` was not detected."""
    return {
        (section, indicator, f"{year}-{month:02d}-{day:02d} 12:00"): value for day, value in enumerate(values, start=1)
    }


def document(
    clauses: str, values: Mapping[Any, float | str], period: str = "2020-07", network: Network = RIVER, **header: str
) -> dict[str, Any]:
    agreement = an_agreement(clauses, network, **{"data": UNROUNDED, "every": "month", **header})
    return dict(settled(agreement, network, gathered(dict(values)), periods.period(period), NOW))


def comes_to(clauses: str, values: Mapping[Any, float | str], **more: Any) -> str | None:
    """The amount of clause "1"; the code of the reason where it stops."""
    found = document(clauses, values, **more)
    (evaluation,) = (e for e in found["evaluations"] if e["clause"] == "1")
    return str(evaluation["amount"]) if evaluation["amount"] is not None else evaluation["reason"].partition(":")[0]


def clause(measure: str, scale: str = "{rate: 1}", more: str = "") -> str:
    return f'- {{ref: "1", measure: {{{measure}}}, scale: [{scale}]{more}, {PAYS}}}\n'


def under(test: str) -> str:
    return f'- {{ref: "1", when: [{{{test}}}], scale: [{{amount: 5}}], {PAYS}}}\n'


LAST = at("s1", "cu", "<0.1", "<0.1", year=2019)
NOW_LESS = at("s1", "cu", "<0.01", "<0.01")


class TestLastYear:
    """A better laboratory is no cleaner river."""

    @pytest.mark.parametrize("expressed", ["percent_change", "difference", "ratio"])
    @pytest.mark.parametrize("non_detect", ["half", "zero", "limit"])
    def test_two_years_of_non_detects_are_no_change_whatever_stands_for_them(
        self, expressed: str, non_detect: str
    ) -> None:
        data = UNROUNDED.replace("non_detect: half", f"non_detect: {non_detect}")
        measure = clause(f"{CU}, against: previous_year, expressed: {expressed}", "{rate: -10}")
        found = document(measure, LAST | NOW_LESS, data=data)
        assert (found["kind"], found["obligations"]) == ("stopped", [])
        (stop,) = found["stops"]
        assert stop["reason"] == "below_detection: s1 cu 2020-07，0 … 0.01"

    @pytest.mark.parametrize(
        ("last", "this", "scale", "expected"),
        [
            # either side alone
            (("<0.1",), (0.02,), "{rate: -10}", BELOW),
            ((0.02,), ("<0.1",), "{rate: -10}", BELOW),
            # a fall of at least half, whatever the value was
            ((0.02,), ("<0.01",), "{up_to: -50, amount: 7}, {amount: 0}", "7"),
            # from −100 % to 400 %: in the same piece at both ends, in another between them
            ((0.02,), ("<0.1",), "{up_to: 0, amount: 7}, {up_to: 100, amount: 9}, {amount: 7}", BELOW),
            ((0.02,), ("<0.1",), "{amount: 7}", "7"),
            # last year lies below 0.1, so this year's 0.02 has risen or fallen
            (("<0.1",), (0.02,), "{up_to: 0, amount: 7}, {amount: 9}", BELOW),
            (("<0.1",), (0.2,), "{up_to: 0, amount: 7}, {amount: 9}", "9"),  # it doubled at least
            # without end above: a cap makes all of it one amount
            (("<0.1",), (0.3,), "{rate: 1}", BELOW),
        ],
    )
    def test_pieces_at_the_ends_and_between_them_decide(
        self, last: tuple[Any, ...], this: tuple[Any, ...], scale: str, expected: str
    ) -> None:
        values = at("s1", "cu", *last, year=2019) | at("s1", "cu", *this)
        assert comes_to(clause(f"{CU}, against: previous_year, expressed: percent_change", scale), values) == expected

    def test_a_cap_that_binds_at_both_ends_decides(self) -> None:
        """0.3 against less than 0.1 has at least tripled: 200 % or more."""
        measure = f"{CU}, against: previous_year, expressed: percent_change"
        values = at("s1", "cu", "<0.1", year=2019) | at("s1", "cu", 0.3)
        assert comes_to(clause(measure, "{rate: 1}", ", cap: 200"), values) == "200"
        assert comes_to(clause(measure, "{rate: 1}", ", cap: 201"), values) == BELOW


class TestWithMeasuredValues:
    """Where anything was measured, the agreement's rule stands for the rest, and its share is printed."""

    def test_three_of_four_below_and_one_measured(self) -> None:
        values = at("s1", "nh3n", "<0.40", "<0.40", "<0.40", 0.90)
        found = document(clause(NH3N), values)
        (evaluation,) = found["evaluations"]
        assert evaluation["value"] == "0.375"
        assert "其中未检出占 75%，按取值规则代入" in evaluation["working"][0]["expression"]

    def test_a_year_with_one_measured_month_follows_the_rule(self) -> None:
        months = {**at("s1", "cu", "<0.1", month=1), **at("s1", "cu", 0.2, month=2)}
        data = UNROUNDED.replace("missing_month: stop", "missing_month: exclude")
        found = document(clause(CU), months, period="2020", every="year", data=data)
        (evaluation,) = found["evaluations"]
        assert evaluation["value"] == "0.125"
        assert "其中未检出占 50%" in evaluation["working"][0]["expression"]

    def test_a_year_of_non_detects_alone_lies_below_the_mean_of_the_limits(self) -> None:
        months = {**at("s1", "cu", "<0.1", month=1), **at("s1", "cu", "<0.3", month=2)}
        data = UNROUNDED.replace("missing_month: stop", "missing_month: exclude")
        found = document(clause(CU), months, period="2020", every="year", data=data)
        assert found["stops"][0]["reason"] == "below_detection: s1 cu 2020，0 … 0.2"

    def test_ph_has_no_detection_limit(self) -> None:
        assert comes_to(clause("kind: concentration, section: s1, indicator: ph"), at("s1", "ph", "<7", "<7")) == "7"


class TestTests:
    """Three-valued: decided where both ends say the same."""

    @pytest.mark.parametrize(
        ("bound", "expected"),
        [
            ("at_most: 0.05", BELOW), ("at_most: 0.1", "5"), ("at_most: 0.2", "5"),
            ("below: 0.1", BELOW), ("below: 0.11", "5"),
            ("above: 0.1", "0"), ("above: 0.05", BELOW),
            ("at_least: 0.05", BELOW), ("at_least: 0.11", "0"), ("at_least: 0", "5"),
            ("at_least: 0.05, at_most: 0.2", BELOW), ("at_least: 0.2, at_most: 0.3", "0"),
        ],
    )  # fmt: skip
    def test_bounds(self, bound: str, expected: str) -> None:
        assert comes_to(under(f"{CU}, {bound}"), at("s1", "cu", "<0.1", "<0.1")) == expected

    def test_another_test_may_decide(self) -> None:
        values = at("s1", "cu", "<0.1") | at("s1", "nh3n", 3.0)
        either = f"any_of: [{{{CU}, at_most: 0.05}}, {{{NH3N}, at_least: 2}}]"
        both = f"all_of: [{{{CU}, at_most: 0.05}}, {{{NH3N}, at_least: 4}}]"
        assert (comes_to(under(either), values), comes_to(under(both), values)) == ("5", "0")

    @pytest.mark.parametrize(("at_least", "expected"), [(1, "5"), (2, BELOW), (3, "0")])
    def test_months_that_are_decided_may_decide_a_count(self, at_least: int, expected: str) -> None:
        months = {**at("s1", "cu", 0.01, month=1), **at("s1", "cu", "<0.1", month=2), **at("s1", "cu", 0.5, month=3)}
        count = f"kind: met, over: month, take: sum, at_least: {at_least}, all_of: [{{{CU}, at_most: 0.05}}]"
        assert comes_to(under(count), months, period="2020Q1", every="quarter") == expected

    @pytest.mark.parametrize(
        ("take", "bound", "expected"),
        [
            ("max", "at_most: 0.3", "5"),
            ("max", "above: 0.05", "5"),
            ("min", "at_most: 0.2", "5"),
            ("mean", "at_most: 0.15", BELOW),
            ("mean", "at_most: 0.2", "5"),
            ("min", "at_least: 0.05", BELOW),
        ],
    )
    def test_days_are_intervals_of_their_own(self, take: str, bound: str, expected: str) -> None:
        values = at("s1", "cu", "<0.1", 0.3)
        data = UNROUNDED.replace("missing_month: stop", "missing_month: exclude")
        assert comes_to(under(f"{CU}, over: day, take: {take}, {bound}"), values, data=data) == expected

    def test_a_week_of_non_detects_is_an_interval(self) -> None:
        values = at("s1", "cu", "<0.1", "<0.1")
        weeks = f"{CU}, over: week, take: max"
        data = UNROUNDED.replace("missing_month: stop", "missing_month: exclude")
        assert comes_to(under(f"{weeks}, at_most: 0.05"), values, data=data) == BELOW
        assert comes_to(under(f"{weeks}, at_most: 0.1"), values, data=data) == "5"


class TestKinds:
    """Class, exceedance and index of what was not detected."""

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (at("s1", "cd", "<0.001"), "1"),  # Ⅰ at both ends
            (at("s1", "cd", "<0.004"), BELOW),  # Ⅰ or Ⅱ
            (at("s1", "cd", "<0.004") | at("s1", "nh3n", 1.4), "4"),  # ammonia is worse whatever cadmium was
            (at("s1", "do", "<0.2"), "6"),  # of oxygen less is worse: 劣Ⅴ at both ends
            (at("s1", "do", "<3"), BELOW),
        ],
    )
    def test_class(self, values: dict[Any, float | str], expected: str) -> None:
        assert comes_to(clause("kind: quality_class, section: s1"), values) == expected

    @pytest.mark.parametrize(("limit", "expected"), [("<0.9", "0"), ("<1", "0"), ("<1.5", BELOW)])
    def test_exceedance(self, limit: str, expected: str) -> None:
        """The target Ⅲ allows 1 mg/L of ammonia nitrogen."""
        exceedance = "kind: exceedance, section: s1, indicator: nh3n"
        assert comes_to(clause(exceedance, "{up_to: 0}, {rate: 3}"), at("s1", "nh3n", limit)) == expected

    def test_exceedance_against_a_year_of_non_detects(self) -> None:
        exceedance = "kind: exceedance, section: s1, indicator: cu, against: previous_year"
        assert comes_to(clause(exceedance, "{up_to: 0}, {rate: 3}"), LAST | at("s1", "cu", 0.02)) == BELOW

    @pytest.mark.parametrize(
        ("scale", "expected"), [("{rate: 1}", BELOW), ("{up_to: 0.8, amount: 3}, {amount: 4}", "3")]
    )
    def test_index(self, scale: str, expected: str) -> None:
        """½ · 0.5/1 + ½ · (0 … 0.1)/0.2 lies between 0.25 and 0.5."""
        index = "kind: index, section: s1, against: baseline, weights: {nh3n: 1/2, cu: 1/2}"
        values = at("s1", "nh3n", 0.5) | at("s1", "cu", "<0.1")
        sheet = "{s1: {baseline: {nh3n: 1, cu: 0.2}}}"
        assert comes_to(clause(index, scale), values, sections=sheet) == expected

    @pytest.mark.parametrize(("against", "sheet"), [("limits", "limits"), ("baseline", "baseline")])
    @pytest.mark.parametrize(("bound", "expected"), [("at_most: 0", "5"), ("at_most: -0.15", BELOW)])
    def test_against_a_stated_figure(self, against: str, sheet: str, bound: str, expected: str) -> None:
        measure = f"{CU}, against: {against}, expressed: difference, {bound}"
        sections = f"{{s1: {{{sheet}: {{cu: 0.2}}}}}}"
        assert comes_to(under(measure), at("s1", "cu", "<0.1"), sections=sections) == expected

    def test_rounded_values_are_compared_as_intervals_of_rounded_values(self) -> None:
        """Copper has three decimals: below 0.0104 is at most 0.010."""
        values = at("s1", "cu", "<0.0104")
        for compare, expected in (("rounded", "5"), ("unrounded", BELOW)):
            data = UNROUNDED.replace("compare: unrounded", f"compare: {compare}")
            assert comes_to(under(f"{CU}, at_most: 0.01"), values, data=data) == expected

    def test_decimals_round_both_ends(self) -> None:
        assert comes_to(clause(f"{CU}, decimals: 0"), at("s1", "cu", "<0.1")) == "0"
        assert comes_to(clause(f"{CU}, decimals: 1"), at("s1", "cu", "<0.1")) == BELOW


class TestLines:
    """What a line does not know, whoever uses it does not know either; unless it does not matter."""

    LINE = f"- {{ref: L, measure: {{{CU}}}}}\n"

    @pytest.mark.parametrize(
        ("of", "scale", "expected"),
        [
            ("[L]", "{rate: 1}", BELOW),
            ("[L]", "{up_to: 0.1, amount: 2}, {amount: 3}", "2"),
            ("{L: -10, M: 1}", "{rate: 1}", BELOW),
            ("{L: -10, M: 1}", "{below: 2, amount: 3}, {amount: 4}", "4"),  # 3 − (0 … 1)
        ],
    )
    def test_results(self, of: str, scale: str, expected: str) -> None:
        lines = self.LINE + f"- {{ref: M, measure: {{{NH3N}}}}}\n"
        values = at("s1", "cu", "<0.1") | at("s1", "nh3n", 3.0)
        unused = clause("kind: result, of: [M, L]", "{up_to: 1000}, {rate: 1}").replace('"1"', '"2"')
        assert comes_to(lines + clause(f"kind: result, of: {of}", scale) + unused, values) == expected

    @pytest.mark.parametrize(
        ("measured", "cap", "expected"), [("<0.1", "", BELOW), (0.0, "", "0"), ("<0.1", ", cap: 0.01", BELOW)]
    )
    def test_a_factor(self, measured: float | str, cap: str, expected: str) -> None:
        text = self.LINE + clause(NH3N, "{rate: 1}", f", times: [L]{cap}")
        assert comes_to(text, at("s1", "cu", measured) | at("s1", "nh3n", 3.0)) == expected

    def test_a_league_of_what_was_not_detected_has_no_places(self) -> None:
        network = a_network("s1 up down 3", "s2 third down 3")
        text = """
        - {ref: L, each: {section: [s1, s2]}, measure: {kind: concentration, indicator: cu}}
        - {ref: "1", each: {party: all}, measure: {kind: rank, of: [L]}, scale: [{rate: 1}], pays: down,
           receives: party}
        """
        values = at("s1", "cu", "<0.1") | at("s2", "cu", "<0.2")
        found = document(text, values, network=network, parties="[up, third]")
        assert [stop["reason"].partition(":")[0] for stop in found["stops"] if stop["clause"] == "1"] == [BELOW, BELOW]


class TestJointSamples:
    """Two laboratories at one border."""

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("<0.01", "<0.1", BELOW),  # both found nothing: they agree, and the mean is not known
            (0.05, "<0.01", "joint_sample_differs"),  # 0.04 apart at least
            (0.05, "<0.1", BELOW),  # it may be 0.05 or nothing
            (0.05, "<0.0001", "joint_sample_differs"),
            (0.05, 0.05, "0.05"),
        ],
    )
    def test_members_that_found_nothing(self, one: float | str, other: float | str, expected: str) -> None:
        sections = "{joint: {mean_of: [s1, s2], target: 3, upstream: up, downstream: down}}"
        data = UNROUNDED.replace("}", ", joint_sample: 10%}")
        text = clause("kind: concentration, section: joint, indicator: cu")
        values = at("s1", "cu", one) | at("s2", "cu", other)
        assert comes_to(text, values, sections=sections, data=data) == expected

    def test_without_a_tolerance_a_measured_member_lets_the_rule_stand(self) -> None:
        sections = "{joint: {mean_of: [s1, s2], target: 3, upstream: up, downstream: down}}"
        text = clause("kind: concentration, section: joint, indicator: cu")
        assert comes_to(text, at("s1", "cu", 0.05) | at("s2", "cu", "<0.01"), sections=sections) == "0.0275"
        assert comes_to(text, at("s1", "cu", "<0.05") | at("s2", "cu", "<0.01"), sections=sections) == BELOW


# --- by trying values -----------------------------------------------------------------------------------------------

BOUNDS = st.lists(st.integers(-4, 8), min_size=0, max_size=4, unique=True).map(sorted)


@st.composite
def scales(draw: st.DrawFn) -> list[Piece]:
    """Pieces in order, open at the top, flat or rising or in steps."""
    pieces = []
    for bound in [*draw(BOUNDS), None]:
        rate = Fraction(draw(st.sampled_from([0, 0, 0, 1, -2])))
        steps = draw(st.sampled_from([None, "started", "completed"]))
        per = Fraction(draw(st.sampled_from([1, 2, -1])))
        ends = {} if bound is None else {draw(st.sampled_from(["up_to", "below"])): Fraction(bound)}
        amount = Fraction(draw(st.integers(0, 2)))
        pieces.append(Piece(amount=amount, rate=rate, steps=steps, per=per, **ends))  # type: ignore[arg-type]
    return pieces


@pytest.mark.proof
@settings(max_examples=300, deadline=None)
@given(scales(), st.integers(-5, 9), st.integers(0, 8))
def test_the_amounts_between_two_values_are_those_of_every_value_between_them(
    pieces: list[Piece], first: int, length: int
) -> None:
    least, greatest = Fraction(first), Fraction(first + length)
    found = amounts_between(pieces, between(least, greatest))
    grid = [least + Fraction(step, 24) for step in range(24 * length + 1)]
    amounts = [priced.amount for value in grid if (priced := applied(pieces, value)) is not None]
    assert found.least <= min(amounts)
    assert found.greatest >= max(amounts)
    if len(set(amounts)) == 1 and all(piece.steps is None for piece in pieces):  # steps at an end may widen the range
        assert (found.least, found.greatest) == (amounts[0], amounts[0])


# how a value stands beside its reference, and where pieces of a scale may end
EXPRESSED = {
    "difference": (operator.sub, ["-0.3", "-0.1", "0", "0.1", "0.2"]),
    "ratio": (operator.truediv, ["0.25", "0.5", "1", "1.5", "4"]),
    "percent_change": (lambda a, b: 100 * (a / b - 1), ["-80", "-50", "0", "50", "200"]),
}


@pytest.mark.proof
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(EXPRESSED)),
    st.sampled_from(["<0.2", "<0.4", 0.1, 0.3]),
    st.sampled_from(["<0.2", "<0.5", 0.2]),
    st.lists(st.integers(0, 4), max_size=2, unique=True).map(sorted),
)
def test_an_amount_is_paid_only_where_every_possible_value_pays_it(
    expressed: str, this: float | str, last: float | str, places: list[int]
) -> None:
    compare, ends = EXPRESSED[expressed]
    bounds = [ends[place] for place in places]
    pieces = [Piece(amount=Fraction(place), up_to=Fraction(bound)) for place, bound in enumerate(bounds, start=1)]
    pieces.append(Piece(amount=Fraction(len(bounds) + 1)))
    scale = ", ".join([*(f"{{up_to: {bound}, amount: {n}}}" for n, bound in enumerate(bounds, start=1)),
                       f"{{amount: {len(bounds) + 1}}}"])  # fmt: skip
    values = at("s1", "cu", this) | at("s1", "cu", last, year=2019)
    found = comes_to(clause(f"{CU}, against: previous_year, expressed: {expressed}", scale), values)
    possible = {
        outcome.amount
        for a in _possible(this)
        for b in _possible(last)
        if b or expressed == "difference"
        if (outcome := applied(pieces, compare(a, b))) is not None
    }
    assert found == (str(possible.pop()) if len(possible) == 1 else BELOW)


def _possible(written: float | str) -> list[Fraction]:
    """A measured value; of one below detection many from nothing to the limit."""
    if isinstance(written, float):
        return [Fraction(str(written))]
    limit = Fraction(written.removeprefix("<"))
    return [limit * step / 200 for step in range(201)]
