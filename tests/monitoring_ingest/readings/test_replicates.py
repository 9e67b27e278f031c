"""Replicates of a sample count as one reading, their mean; blanks count as none."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from basin.sources import Source
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.readings.replicates import MOST_VALUES
from monitoring_ingest.records.store import observations
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network

LAB = Source(
    code="lab", title="化验表（虚构）", format="table", station="qiaotou",
    columns={"time": "时间", "indicator": "项目", "value": "结果", "unit": "单位", "sample_type": "类型"},
)  # fmt: skip
ROUTINE = "0.90,mg/L,常规样"
REPLICATE = "0.94,mg/L,平行样"
BLANK = "0.01,mg/L,全程序空白"
MEAN = (0.92, False, "常规样|平行 0.9、0.94")


def sent(engine: Engine, *rows: str) -> dict[str, int]:
    text = "时间,项目,结果,单位,类型\n" + "".join(f"2020-07-15 10:00,氨氮,{row}\n" for row in rows)
    return fates(ingest(engine, network(), [("a.csv", text.encode())], source_door(LAB), stopped(NOW)))


def newest(engine: Engine) -> list[tuple[float, bool, str]]:
    with engine.connect() as connection:
        rows = observations(connection)
    return list(zip(rows["value"], rows["censored"].astype(bool), rows["mark"], strict=True))


def test_a_blank_is_no_river_water_and_revises_nothing(engine: Engine):
    assert (sent(engine, ROUTINE), sent(engine, BLANK)) == ({"accepted": 1}, {"rejected": 1})
    assert newest(engine) == [(0.9, False, "常规样")]


class TestInOneFile:
    @pytest.mark.parametrize(
        ("rows", "expected", "value"),
        [
            ([ROUTINE, REPLICATE], {"accepted": 1, "duplicate": 1}, MEAN),
            ([REPLICATE, ROUTINE], {"accepted": 1, "duplicate": 1}, (0.92, False, "常规样|平行 0.94、0.9")),
            ([ROUTINE, "940,µg/L,平行样"], {"accepted": 1, "duplicate": 1}, MEAN),
            ([ROUTINE, REPLICATE, "0.98,mg/L,平行样"], {"accepted": 1, "duplicate": 2},
             (0.94, False, "常规样|平行 0.9、0.94、0.98")),
            ([ROUTINE, REPLICATE, BLANK], {"accepted": 1, "duplicate": 1, "rejected": 1}, MEAN),
            ([ROUTINE, "0.90,mg/L,平行样"], {"accepted": 1, "duplicate": 1}, (0.9, False, "常规样|平行 0.9、0.9")),
            (["<0.02,mg/L,常规样", "<0.03,mg/L,平行样"], {"accepted": 1, "duplicate": 1},
             (0.03, True, "常规样|平行 0.02、0.03")),
            (["<0.02,mg/L,常规样", "0.03,mg/L,平行样"], {"accepted": 1, "quarantined": 1}, (0.02, True, "常规样")),
            ([ROUTINE, "0.95,mg/L,常规样"], {"accepted": 1, "quarantined": 1}, (0.9, False, "常规样")),
        ],
    )  # fmt: skip
    def test_the_mean_counts(self, engine: Engine, rows, expected, value):
        assert sent(engine, *rows) == expected
        assert newest(engine) == [value]


class TestInALaterFile:
    def test_a_replicate_revises_the_routine_value_to_the_mean_of_both(self, engine: Engine):
        assert (sent(engine, ROUTINE), sent(engine, REPLICATE)) == ({"accepted": 1}, {"revised": 1})
        assert newest(engine) == [MEAN]

    def test_so_does_the_routine_value_that_comes_after_its_replicate(self, engine: Engine):
        assert (sent(engine, REPLICATE), sent(engine, ROUTINE)) == ({"accepted": 1}, {"revised": 1})
        assert newest(engine) == [(0.92, False, "常规样|平行 0.94、0.9")]

    def test_what_the_mean_is_of_brings_nothing_new(self, engine: Engine):
        sent(engine, ROUTINE, REPLICATE)
        again = [sent(engine, *rows) for rows in ([ROUTINE], [REPLICATE], [ROUTINE, REPLICATE], [REPLICATE, ROUTINE])]
        assert again == [{"duplicate": 1}, {"duplicate": 1}, {"duplicate": 2}, {"duplicate": 2}]
        assert newest(engine) == [MEAN]

    def test_a_further_replicate_joins_the_mean(self, engine: Engine):
        sent(engine, ROUTINE, REPLICATE)
        assert sent(engine, "0.98,mg/L,平行样") == {"revised": 1}
        assert newest(engine) == [(0.94, False, "常规样|平行 0.9、0.94、0.98")]

    def test_a_changed_routine_value_is_a_correction(self, engine: Engine):
        sent(engine, ROUTINE, REPLICATE)
        assert sent(engine, "1.20,mg/L,常规样") == {"revised": 1}
        assert newest(engine) == [(1.2, False, "常规样")]

    def test_a_measured_replicate_of_a_value_below_detection_waits_for_a_person(self, engine: Engine):
        sent(engine, "<0.02,mg/L,常规样")
        assert sent(engine, "0.03,mg/L,平行样") == {"quarantined": 1}
        assert newest(engine) == [(0.02, True, "常规样")]


class TestWhatAMarkClaims:
    """Anybody may write the mark of a mean: what it lists counts only where it comes to the number."""

    @pytest.mark.parametrize("listed", ["1e999、-", "0.9、0.94", "0..9、1", "9e99、9e99", "、".join("1" * 90)])
    def test_a_list_that_does_not_come_to_the_number_lists_nothing(self, engine: Engine, listed):
        claims = f"0.90,mg/L,平行样|平行 {listed}"
        assert sent(engine, claims, "0.94,mg/L,平行样") == {"accepted": 1, "duplicate": 1}
        assert newest(engine)[0][0] == 0.92
        assert sent(engine, "0.98,mg/L,平行样") == {"revised": 1}
        assert newest(engine)[0][0] == 0.94

    @pytest.mark.parametrize("listed", ["e、e", "--1、+"])
    def test_a_list_of_qualifiers_nobody_knows_waits_for_a_person(self, engine: Engine, listed):
        assert sent(engine, f"0.90,mg/L,平行样|平行 {listed}", "0.94,mg/L,平行样") == {"accepted": 1, "quarantined": 1}
        assert newest(engine)[0][0] == 0.94

    def test_a_sample_is_divided_into_so_many_and_no_more(self, engine: Engine):
        rows = [f"0.{number},mg/L,平行样" for number in range(100, 100 + MOST_VALUES)]
        assert sent(engine, *rows[:-1]) == {"accepted": 1, "duplicate": MOST_VALUES - 2}
        assert sent(engine, rows[-1]) == {"revised": 1}
        assert sent(engine, "0.500,mg/L,平行样") == {"quarantined": 1}
        assert newest(engine)[0][0] == pytest.approx(0.1095)

    def test_a_file_with_too_many_of_one_sample_waits_for_a_person(self, engine: Engine):
        counts = sent(engine, *(f"0.{number},mg/L,平行样" for number in range(1000, 4000)))
        assert counts == {"accepted": 1, "quarantined": 2999}
