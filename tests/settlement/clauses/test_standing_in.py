"""What stands in for a missing month: in the order of the agreement, printed each time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from basin import periods
from basin.agreement import Agreement
from basin.errors import AgreementError
from settlement.gathered import Gathered
from settlement.settling import settled
from settlement.statement.explanation import explanation
from settlement.statement.rows import SettlementDocument
from tests.settlement.makers import RULES, a_fact, a_network, an_agreement, gathered, per_unit

ONE_EACH = a_network("s1 up down", "s2 up down")
RIVER = replace(ONE_EACH, stations={**ONE_EACH.stations, "s1b": replace(ONE_EACH.stations["s1"], code="s1b", rank=2)})
YEARLY = per_unit("kind: concentration, section: s1, indicator: cod", ", every: year")
MONTHLY = per_unit("kind: concentration, section: s1, indicator: cod", ", every: month")
SAMPLE = "样品 S-1|上游|HJ 828-2017"
AS_OF = pd.Timestamp("2021-02-01", tz="UTC").to_pydatetime()
RULED = RULES.replace("rounded", "unrounded")


def rules(*more: str, of: str = RULED) -> str:
    """The data rules with more of them."""
    return of.replace("{min", f"{{{', '.join(more)}, min")


def read(*lines: str) -> Gathered:
    """``s1 2020-07 3`` lines: a reading of a station in the middle of a month; ``L`` behind it: by a laboratory."""
    words = [line.split() for line in lines]
    values = {(w[0], "cod", f"{w[1]}-15 {'10' if len(w) > 3 else '12'}:00"): float(w[2]) for w in words}
    made = gathered(values)
    marks = [SAMPLE if len(w) > 3 else "" for w in words]
    return Gathered(made.observations.assign(mark=marks), made.left_out, ())


def settlement(agreement: Agreement, readings: Gathered, period: str = "2020-07") -> SettlementDocument:
    return settled(agreement, RIVER, readings, periods.period(period), AS_OF)


def value_and_stand_in(document: SettlementDocument) -> tuple[str | None, Any]:
    """The value of the clause, and what stands in by its last statistic."""
    return document["evaluations"][0]["value"], document["statistics"][-1].get("stands_in")


def all_there() -> list[str]:
    """Every stand-in that there may be for July at s1."""
    return ["s1b 2020-07 2", "s1 2020-07 3 L", "s2 2020-07 4", "s1 2019-07 5"]


class TestInOrder:
    """July has no reading of the primary station."""

    SUBSTITUTE = "substitute: [backup, laboratory, neighbour, previous_year]"
    AGREEMENT = an_agreement(
        MONTHLY, RIVER, data=rules("stations: primary", "origins: automatic", SUBSTITUTE),
        sections="{s1: {neighbour: s2}}",
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("missing", "value", "by", "section", "period"),
        [
            (0, "2", "backup", "s1", "2020-07"),
            (1, "3", "laboratory", "s1", "2020-07"),
            (2, "4", "neighbour", "s2", "2020-07"),
            (3, "5", "previous_year", "s1", "2019-07"),
        ],
    )
    def test_the_first_that_is_there_stands_in(self, missing: int, value: str, by: str, section: str, period: str):
        document = settlement(self.AGREEMENT, read(*all_there()[missing:]))
        assert value_and_stand_in(document) == (value, {"by": by, "section": section, "period": period})

    @pytest.mark.parametrize(
        ("by", "used", "not_used"),
        [
            ("backup", ["2"], ["3"]),
            ("laboratory", ["3"], ["2"]),
            ("neighbour", ["4"], ["2", "3"]),
            ("previous_year", ["5"], ["2", "3"]),
        ],
    )
    def test_the_explanation_lists_the_readings_that_stand_in(self, by: str, used: list[str], not_used: list[str]):
        more = rules("stations: primary", "origins: automatic", f"substitute: [{by}]")
        sheets = {"sections": "{s1: {neighbour: s2}}"} if by == "neighbour" else {}
        agreement = an_agreement(MONTHLY, RIVER, data=more, **sheets)
        document = settlement(agreement, read(*all_there()))
        [statistic] = explanation(document, agreement, RIVER, read(*all_there()))["statistics"]
        assert sorted(str(reading["value"]) for reading in statistic["used"]) == used
        assert sorted(str(reading["value"]) for reading in statistic["not_used"]) == not_used
        assert (statistic["readings"], sum(statistic["left_out"].values())) == (len(used), len(not_used))

    def test_with_none_of_them_the_month_is_missing(self):
        document = settlement(self.AGREEMENT, read("s1 2020-06 1", "s1 2019-06 1"))
        assert [stop["reason"] for stop in document["stops"]] == ["no_readings"]

    def test_a_neighbour_whose_documents_differ_is_not_passed_over(self):
        more = rules("published: [concentration]", "stations: primary", "origins: automatic", self.SUBSTITUTE)
        agreement = an_agreement(MONTHLY, RIVER, data=more, sections="{s1: {neighbour: s2}}")
        published = [a_fact("s2", "2020-07", "cod", value, document) for value, document in (("4", "甲"), ("6", "乙"))]
        document = settlement(agreement, replace(read("s1 2019-07 5"), facts=published))
        assert [stop["reason"] for stop in document["stops"]] == ["facts_differ: s2 cod 2020-07，4（甲）、6（乙）"]

    def test_a_month_of_its_own_needs_nobody(self):
        assert value_and_stand_in(settlement(self.AGREEMENT, read("s1 2020-07 1", *all_there()))) == ("1", None)

    def test_each_use_is_a_line_of_the_working(self):
        [evaluation] = settlement(self.AGREEMENT, read(*all_there()[2:]))["evaluations"]
        lines = [(step["label"], step["expression"], step["value"]) for step in evaluation["working"]]
        assert ("2020-07 s1 化学需氧量 缺月替代", "邻近断面（s2） 2020-07", "4") in lines
        assert ("2020-07 s1 化学需氧量", "邻近断面的 1 个读数、1 天的均值", "4") in lines

    def test_the_working_says_that_one_result_of_a_laboratory_is_enough(self):
        [evaluation] = settlement(self.AGREEMENT, read(*all_there()[1:]))["evaluations"]
        [line] = [step["expression"] for step in evaluation["working"] if step["label"].endswith("缺月替代")]
        assert line == "化验结果 2020-07（一个结果即可，不适用每日最少有效读数、每月最少有效天数）"


TWENTY = "{min_readings_a_day: 4, min_days_a_month: 20, " + RULED.partition("min_days_a_month: 1, ")[2]


class TestLeftOut:
    """A reading is used or left out, never both."""

    @pytest.mark.parametrize(
        ("more", "readings", "left_out"),
        [
            ("stations: primary, origins: automatic, substitute: [laboratory]", ("s1 2020-07 3 L",), {}),
            # the laboratory speaks, but one result a day is too few for a mean of readings
            ("stations: primary, origins: automatic_else_laboratory, substitute: [laboratory]",
             ("s1 2020-07 3 L",), {}),
            ("stations: primary, origins: laboratory, substitute: [laboratory]", ("s1 2020-07 3 L",), {}),
            ("stations: primary, origins: automatic, substitute: [laboratory]",
             ("s1 2020-07 3 L", "s1 2020-07 9"), {"of_station": 1}),
        ],
    )  # fmt: skip
    def test_the_result_that_stands_in_is_not_left_out(
        self, more: str, readings: tuple[str, ...], left_out: dict[str, int]
    ):
        agreement = an_agreement(MONTHLY, RIVER, data=rules(more, of=TWENTY))
        [statistic] = settlement(agreement, read(*readings))["statistics"]
        assert (statistic["mean"], statistic["readings"], statistic["left_out"]) == ("3", 1, left_out)

    def test_nor_is_the_backup_that_stands_in(self):
        substitute = "stations: primary, origins: automatic, substitute: [backup]"
        agreement = an_agreement(MONTHLY, RIVER, data=rules(substitute))
        [statistic] = settlement(agreement, read("s1b 2020-07 2", "s1 2020-07 3 L"))["statistics"]
        assert (statistic["mean"], statistic["readings"]) == ("2", 1)
        assert statistic["left_out"] == {"of_laboratory": 1}

    def test_what_the_month_itself_left_out_is_told_where_another_month_stands_in(self):
        substitute = "stations: primary, origins: automatic, substitute: [previous_year]"
        agreement = an_agreement(MONTHLY, RIVER, data=rules(substitute))
        [statistic] = settlement(agreement, read("s1 2019-07 5", "s1b 2020-07 2"))["statistics"]
        assert (statistic["mean"], statistic["left_out"]) == ("5", {"other_station": 1})


class TestYear:
    """A stand-in is a month of the year's mean like any other, and stands in for no other month."""

    LAST_YEAR = an_agreement(YEARLY, RIVER, data=rules("stations: primary", "substitute: [previous_year]"))
    ELEVEN = tuple(f"s1 2020-{month:02d} 12" for month in range(1, 12))

    def test_the_mean_of_a_year_takes_the_month_that_stands_in(self):
        document = settlement(self.LAST_YEAR, read(*self.ELEVEN, "s1 2019-12 24"), "2020")
        assert document["evaluations"][0]["value"] == "13"
        used = [row["period"] for row in document["statistics"] if "stands_in" in row]
        assert used == ["2020-12"]

    def test_a_year_counts_its_own_readings_and_those_of_the_stand_in_apart(self):
        document = settlement(self.LAST_YEAR, read(*self.ELEVEN, "s1 2019-12 24"), "2020")
        year = document["statistics"][-1]
        assert (year["period"], year["readings"], year["days"]) == ("2020", 11, 11)
        assert year["stood_in_for"] == {"months": 1, "readings": 1, "days": 1}
        [line] = [s["expression"] for s in document["evaluations"][0]["working"] if s["label"] == "2020 s1 化学需氧量"]
        assert line == "12 个月均值的平均，共 11 个读数、11 天，另有 1 个月缺月替代，所用 1 个读数、1 天"

    def test_a_year_of_its_own_counts_nothing_apart(self):
        document = settlement(self.LAST_YEAR, read(*self.ELEVEN, "s1 2020-12 24"), "2020")
        assert "stood_in_for" not in document["statistics"][-1]

    def test_a_month_that_was_missing_last_year_too_stays_missing(self):
        document = settlement(self.LAST_YEAR, read(*self.ELEVEN, "s1 2018-12 24"), "2020")
        assert [stop["reason"] for stop in document["stops"]] == ["no_readings"]

    def test_without_the_rule_a_missing_month_stops(self):
        nobody = an_agreement(YEARLY, RIVER, data=rules("stations: primary", "substitute: []"))
        document = settlement(nobody, read(*self.ELEVEN, "s1 2019-12 24"), "2020")
        assert [stop["reason"] for stop in document["stops"]] == ["no_readings"]
        assert {"path": "data.substitute", "value": "无", "source": "试验文本", "verified": True} in document["rules"]


class TestLoad:
    """A load is of readings that were measured together: nothing stands in for a month of it, and nothing says so."""

    AGREEMENT = an_agreement(
        per_unit("kind: load, section: s1, indicator: cod", ", every: month"), RIVER,
        data=rules("stations: primary", "load_method: integral", "substitute: [previous_year]", of=TWENTY),
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("days", "stops"),
        [(0, ["no_readings"]), (3, ["too_few_days"]), (20, [])],
        ids=["no reading", "too few days", "a month of its own"],
    )
    def test_a_month_without_a_valid_mean_has_no_load(self, days: int, stops: list[str]):
        whole = [f"2020-07-{day:02d} {hour:02d}:00" for day in range(1, 21) for hour in range(0, 24, 4)]
        times = [*whole[: 6 * days], *(time.replace("2020", "2019") for time in whole)]
        readings = gathered({("s1", code, time): 2 for code in ("cod", "flow") for time in times})
        document = settlement(self.AGREEMENT, readings)
        assert [stop["reason"] for stop in document["stops"]] == stops
        assert "缺月替代" not in str(document["evaluations"])


def not_stated(*lines: str) -> SettlementDocument:
    """A settlement of July by an agreement that does not state which readings speak."""
    return settlement(an_agreement(MONTHLY, RIVER, data=RULES), read(*lines))


class TestNotStated:
    """A rule that has to choose and is not stated is refused; one that has nothing to choose is not asked for."""

    @pytest.mark.parametrize(
        ("readings", "path"),
        [
            (("s1 2020-07 1", "s1b 2020-07 3"), "data.stations"),
            (("s1 2020-07 1", "s1 2020-07 3 L"), "data.origins"),
        ],
    )
    def test_the_refusal_names_file_rule_and_remedy(self, readings: tuple[str, ...], path: str):
        with pytest.raises(AgreementError) as refusal:
            not_stated(*readings)
        assert (refusal.value.file, refusal.value.path) == ("test.yaml", path)
        assert refusal.value.remedy is not None
        assert "mean_of_instants" in refusal.value.remedy or "automatic" in refusal.value.remedy

    @pytest.mark.parametrize("readings", [("s1b 2020-07 2",), ("s1 2020-07 2 L",)])
    def test_a_station_or_a_laboratory_alone_speaks(self, readings: tuple[str, ...]):
        assert not_stated(*readings)["evaluations"][0]["value"] == "2"


def test_a_document_counts_the_readings_of_both_stations_and_their_instants():
    agreement = an_agreement(MONTHLY, RIVER, data=rules("stations: mean_of_instants"))
    [statistic] = settlement(agreement, read("s1 2020-07 1", "s1b 2020-07 3"))["statistics"]
    assert (statistic["mean"], statistic["readings"], statistic["instants"], statistic["days"]) == ("2", 2, 1, 1)
