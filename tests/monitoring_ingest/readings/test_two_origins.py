"""A laboratory's result and an instrument's reading of one station, indicator and minute never revise each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.quality import store as quality
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import release
from monitoring_ingest.records.store import observations
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network, rows_of, sent, with_alias

KEY = "qiaotou,2025-03-01 08:00,nh3n"
AUTOMATIC = f"{KEY},0.9,mg/L,"
SAMPLED = f"{KEY},0.2,mg/L,样品 S-01|HJ 535-2009"
SAME_NUMBER = f"{KEY},0.9,mg/L,样品 S-02"
REPLICATE = f"{KEY},0.5,mg/L,样品 S-01|平行"
LATER = NOW + timedelta(days=1)
LAST = NOW + timedelta(days=2)


def counting(engine: Engine) -> list[tuple[object, ...]]:
    """(value, mark, revision) of what counts."""
    with engine.connect() as connection:
        return rows_of(observations(connection), "value", "mark", "revision")


def waiting(engine: Engine) -> list[tuple[object, ...]]:
    """(code, value, mark) of what people are asked about."""
    with engine.connect() as connection:
        return rows_of(quality.queue(connection), "code", "value_text", "mark")


class TestNeitherRevisesTheOther:
    @pytest.mark.parametrize(
        ("first", "second", "counts"),
        [
            (AUTOMATIC, SAMPLED, (0.9, "", 1)),
            (SAMPLED, AUTOMATIC, (0.2, "样品 S-01|HJ 535-2009", 1)),
            (AUTOMATIC, SAME_NUMBER, (0.9, "", 1)),
            (SAME_NUMBER, AUTOMATIC, (0.9, "样品 S-02", 1)),
            (AUTOMATIC, REPLICATE, (0.9, "", 1)),
            (REPLICATE, AUTOMATIC, (0.5, "样品 S-01|平行", 1)),
        ],
    )
    def test_the_first_stored_stands_and_the_second_waits(self, engine: Engine, first, second, counts):
        sent(engine, first)
        row = sent(engine, second, now=LATER).rows[0]
        stands = f"{first.split(',')[3]} mg/L"
        assert (row["fate"], row["code"], row["stands"], row["replaced"]) == (
            "quarantined", "other_origin", stands, None,
        )  # fmt: skip
        assert counting(engine) == [counts]
        assert len(waiting(engine)) == 1

    def test_in_one_file_the_first_counts_too_and_replicates_have_their_mean_among_themselves(self, engine: Engine):
        receipt = sent(engine, AUTOMATIC, SAMPLED, REPLICATE)
        assert [(row["fate"], row["code"]) for row in receipt.rows] == [
            ("quarantined", "other_origin"), ("duplicate", "replicate"),
        ]  # fmt: skip
        assert counting(engine) == [(0.9, "", 1)]
        assert waiting(engine) == [("other_origin", "0.35", "样品 S-01|HJ 535-2009|平行 0.2、0.5")]

    def test_what_waits_is_not_asked_about_twice(self, engine: Engine):
        sent(engine, AUTOMATIC)
        assert [fates(sent(engine, SAMPLED, name=name)) for name in ("a.csv", "b.csv")] == [
            {"quarantined": 1}, {"duplicate": 1},
        ]  # fmt: skip
        assert waiting(engine) == [("other_origin", "0.2", "样品 S-01|HJ 535-2009")]

    def test_either_origin_revises_its_own(self, engine: Engine):
        sent(engine, AUTOMATIC, SAMPLED.replace("08:00", "12:00"))
        again = (AUTOMATIC.replace("0.9", "0.8"), SAMPLED.replace("08:00", "12:00").replace("0.2", "0.3"))
        assert fates(sent(engine, *again, now=LATER)) == {"revised": 2}
        assert counting(engine) == [(0.8, "", 2), (0.3, "样品 S-01|HJ 535-2009", 2)]


class TestPeopleDecide:
    def test_a_release_puts_it_in_the_place_of_the_first(self, engine: Engine):
        sent(engine, AUTOMATIC)
        sent(engine, SAMPLED)
        with engine.connect() as connection:
            reading = int(quality.queue(connection)["id"].iloc[0])
        decided = decision("release", {"reason": "laboratory_confirms", "document": "复核单 7 号",
                                       "proposed_by": "张三", "approved_by": "李四"})  # fmt: skip
        release(engine, reading, decided, stopped(LATER))
        assert counting(engine) == [(0.2, "样品 S-01|HJ 535-2009", 2)]
        # the instrument's value is known, and people put the laboratory's in its place: it says nothing new
        assert fates(sent(engine, AUTOMATIC, now=LAST, name="b.csv")) == {"duplicate": 1}
        assert fates(sent(engine, SAMPLED, now=LAST)) == {"duplicate": 1}
        assert fates(sent(engine, SAMPLED.replace("0.2", "0.3"), now=LAST)) == {"revised": 1}


class TestStationsKnownLater:
    def test_of_two_origins_that_waited_for_their_station_the_first_counts_and_the_other_is_asked_about(
        self, engine: Engine
    ):
        sent(engine, AUTOMATIC.replace("qiaotou", "新站"))
        sent(engine, SAMPLED.replace("qiaotou", "新站"))
        named = with_alias(network(), "qiaotou", "新站")
        assert [accept_known(engine, named, stopped(LATER)) for _ in range(2)] == [1, 0]
        assert counting(engine) == [(0.9, "", 1)]
        assert waiting(engine) == [("other_origin", "0.2", "样品 S-01|HJ 535-2009")]
