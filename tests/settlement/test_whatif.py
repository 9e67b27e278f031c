"""The same data under another agreement: amounts beside each other, winners, swings, incentives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from basin import periods
from basin.authoring.change import with_changes
from basin.errors import UsageError
from settlement.gathered import LEFT_OUT, OBSERVED, Gathered
from settlement.settling import settled
from settlement.whatif import whatif, whole_years
from tests.settlement.makers import RIVER, RULES, an_agreement

# 100 万元 per mg/L above 2, at most 150
AGREEMENT = an_agreement(
    """
    - {ref: "1", measure: {kind: concentration, section: s1, indicator: codmn}, cap: 150,
       scale: [{rate: 100, origin: 2}], pays: upstream, receives: downstream}
    """,
    data=RULES.replace("compare: rounded", "compare: unrounded"),
)
NOW = datetime(2023, 1, 1, tzinfo=UTC)
MEANS = {2020: 3.0, 2021: 5.0, 2022: 1.0}


def gathered(**missing: int) -> Gathered:
    """One reading a month at s1: the same value all through a year."""
    rows = [
        ("s1", "codmn", pd.Timestamp(f"{year}-{month:02d}-10", tz="UTC"), value, False, "正常", "", 1)
        for year, value in MEANS.items()
        for month in range(1, 13)
        if (year, month) != (missing.get("year"), 6)
    ]
    nothing = pd.DataFrame({name: [] for name in LEFT_OUT} | {"time": pd.DatetimeIndex([], tz="UTC")})
    return Gathered(pd.DataFrame(rows, columns=OBSERVED), nothing, ())


def asked(*changes: tuple[str, str], years: str = "2020..2022", found: Gathered | None = None) -> dict[str, Any]:
    """The answer for a changed agreement."""
    proposed = with_changes(AGREEMENT, changes, RIVER)
    return whatif(AGREEMENT, proposed, RIVER, found or gathered(), whole_years(years))


CAP = ("clauses.1.cap", "400")


def test_each_year_has_both_amounts_and_their_difference():
    told = [(y["year"], *y["pairs"][0].values()) for y in asked(CAP)["years"]]
    assert told == [
        ("2020", "up", "down", "1000000.00", "1000000.00", "0.00"),
        ("2021", "up", "down", "1500000.00", "3000000.00", "1500000.00"),
        ("2022", "down", "up", "1000000.00", "1000000.00", "0.00"),
    ]


def test_the_amount_in_force_is_what_settling_gives():
    document = settled(AGREEMENT, RIVER, gathered(), periods.period("2021"), NOW)
    assert document["transfers"][0]["amount_yuan"] == asked(CAP)["years"][1]["pairs"][0]["in_force_yuan"]


def test_a_year_is_compared_on_the_readings_that_its_settlement_looks_at():
    """A trend looks at its own years, its period's last one included, however many are compared."""
    trend = an_agreement(
        """
        - {ref: "1", measure: {kind: trend, section: s1, indicator: codmn, significance: 0.5}, cap: 150,
           scale: [{rate: 100}], pays: upstream, receives: downstream}
        """,
        data=RULES,
    )
    answer = whatif(trend, with_changes(trend, [CAP], RIVER), RIVER, gathered(), whole_years("2020..2021"))
    alone = settled(trend, RIVER, gathered().within(trend.window(periods.period("2021"))), periods.period("2021"), NOW)
    assert [pair["in_force_yuan"] for pair in answer["years"][1]["pairs"]] == [
        pair["amount_yuan"] for pair in alone["transfers"]
    ]
    assert [year["stops"]["in_force"] for year in answer["years"]] == [["1: too_few_years: s1 codmn，1 < 2"], []]


def test_money_that_turns_round_is_negative_beside_the_amount_in_force():
    (pair,) = asked(("clauses.1.scale.0.origin", "4"), years="2020")["years"][0]["pairs"]
    assert (pair["payer"], pair["in_force_yuan"], pair["proposed_yuan"]) == ("up", "1000000.00", "-1000000.00")


def test_winners_and_losers_are_told_over_the_years():
    answer = asked(CAP)
    assert (answer["winners"], answer["losers"]) == (["down"], ["up"])
    assert [(p["party"], p["difference_yuan"]) for p in answer["parties"]] == [
        ("down", "1500000.00"), ("up", "-1500000.00")
    ]  # fmt: skip


def test_volatility_is_the_standard_deviation_between_years():
    # 100, 150, -100 and 100, 300, -100 万元
    down = asked(CAP)["parties"][0]
    assert (down["in_force_volatility_yuan"], down["proposed_volatility_yuan"]) == ("1322875.66", "2000000.00")
    assert asked(CAP, years="2020")["parties"][0]["in_force_volatility_yuan"] is None


def test_the_incentive_is_what_a_hundredth_of_a_milligram_changes():
    # 100 万元 per mg/L: 1 万元 per 0.01; nothing where the cap already binds
    slopes = [y["incentives"][0] for y in asked(CAP)["years"]]
    assert [(s["in_force_yuan"], s["proposed_yuan"]) for s in slopes] == [
        ({"down": "10000.00", "up": "-10000.00"}, {"down": "10000.00", "up": "-10000.00"}),
        ({}, {"down": "10000.00", "up": "-10000.00"}),
        ({"down": "10000.00", "up": "-10000.00"}, {"down": "10000.00", "up": "-10000.00"}),
    ]


def test_a_year_in_which_one_stops_is_named_and_not_counted():
    answer = asked(CAP, found=gathered(year=2021))
    assert answer["years"][1]["stops"] == {"in_force": ["1: no_readings"], "proposed": ["1: no_readings"]}
    assert (answer["years_counted"], answer["winners"]) == (2, [])
    assert answer["years"][1]["incentives"] == []


def test_an_amount_that_is_not_known_is_none_and_not_zero():
    # a payer into a pool nobody takes from: the pool does not close
    answer = asked(("clauses.1.receives", "pool"), years="2020")
    (pair,) = answer["years"][0]["pairs"]
    assert (pair["in_force_yuan"], pair["proposed_yuan"], pair["difference_yuan"]) == ("1000000.00", None, None)


def test_nothing_comparable_is_no_error():
    answer = asked(CAP, years="2021", found=gathered(year=2021))
    assert (answer["years_counted"], answer["parties"], answer["losers"]) == (0, [], [])


def test_years_are_whole_and_inside_the_term():
    assert [str(year) for year in whole_years("2020..2022")] == ["2020", "2021", "2022"]
    with pytest.raises(UsageError, match="不是整年"):
        whole_years("2020-07")
    with pytest.raises(UsageError, match="不在协议期内"):
        asked(CAP, years="2023")
