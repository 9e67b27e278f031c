"""Readings of stations that nobody knows yet: kept, and accepted once the register knows the name."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from monitoring_ingest.doors.files import READINGS, accept_known, ingest
from monitoring_ingest.records import store
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, csv, fates, network, sent, stored_set, with_alias

KEY = "qiaotou,2020-07-01 08:00,nh3n"
LATER = NOW + timedelta(days=1)


def values(engine: Engine) -> list[tuple[object, ...]]:
    """(value, revision) of everything observed, oldest first."""
    return sorted(((row[3], row[5]) for row in stored_set(engine)), key=lambda pair: pair[1])


class TestUnknownStations:
    """A reading of an unknown station waits; an alias lets it in without touching it."""

    ROW = "新站,2020-07-01 08:00,nh3n,0.2,mg/L,"

    def test_any_later_run_accepts_what_the_network_knows_by_then(self, engine):
        sent(engine, self.ROW)
        assert stored_set(engine) == set()
        sent(engine, known=with_alias(network(), "shangyou", "新站"), now=LATER)
        assert [(row[0], row[3], row[5]) for row in stored_set(engine)] == [("shangyou", 0.2, 1)]

    def test_province_and_name_are_kept_apart_whatever_signs_they_have(self, engine):
        """Joined by a sign that both may hold, two stations would be one, and the second value a conflict."""
        header = "province,station,time,indicator,value,unit,mark"
        rows = ["甲,乙/丙,2020-07-01 08:00,nh3n,0.2,mg/L,", "甲/乙,丙,2020-07-01 08:00,nh3n,0.3,mg/L,",
                "1/甲,丁,2020-07-01 08:00,nh3n,0.4,mg/L,", ",1/甲/丁,2020-07-01 08:00,nh3n,0.5,mg/L,"]  # fmt: skip
        for name in ("one.csv", "two.csv"):
            raw = csv(*rows, header=header)
            receipt = ingest(engine, network(), [(name, raw)], READINGS, stopped(NOW))
            codes = [row["code"] for row in receipt.document()["rows"]]
            assert codes == ["unknown_station"] * 4  # what waits for its station says so again
            assert [row["fate"] for row in receipt.document()["rows"]] == [
                "quarantined" if name == "one.csv" else "duplicate"
            ] * 4

    def test_sent_again_it_is_accepted_then_a_duplicate(self, engine):
        known = with_alias(network(), "shangyou", "新站")
        assert fates(sent(engine, self.ROW)) == {"quarantined": 1}
        assert fates(sent(engine, self.ROW)) == {"duplicate": 1}
        assert fates(sent(engine, self.ROW, known=known)) == {"accepted": 1}
        assert fates(sent(engine, self.ROW, known=known)) == {"duplicate": 1}
        assert len(stored_set(engine)) == 1

    def test_sent_again_while_it_waits_the_receipt_says_what_it_waits_for(self, engine):
        told = [sent(engine, self.ROW).rows[0] for _ in range(2)]
        assert [(row["fate"], row["code"]) for row in told] == [
            ("quarantined", "unknown_station"), ("duplicate", "unknown_station"),
        ]  # fmt: skip
        known = with_alias(network(), "shangyou", "新站")
        sent(engine, self.ROW, known=known)
        again = sent(engine, self.ROW, known=known).rows[0]
        assert (again["fate"], again["code"]) == ("duplicate", "duplicate")

    def test_what_waited_is_a_duplicate_once_accepted(self, engine):
        known = with_alias(network(), "shangyou", "新站")
        sent(engine, self.ROW)
        assert accept_known(engine, known, stopped(LATER)) == 1
        assert fates(sent(engine, self.ROW, known=known)) == {"duplicate": 1}
        assert fates(sent(engine, self.ROW.replace("0.2", "0.3"), known=known)) == {"revised": 1}
        assert values(engine) == [(0.2, 1), (0.3, 2)]

    def test_it_is_accepted_only_once(self, engine):
        known = with_alias(network(), "shangyou", "新站")
        sent(engine, self.ROW)
        assert [accept_known(engine, known, stopped(LATER)) for _ in range(2)] == [1, 0]

    @pytest.mark.parametrize(
        ("waiting", "expected"),
        [
            (["0.2", "0.3"], [(0.2, 1), (0.3, 2)]),  # sent one after the other: the second corrects the first
            (["0.2", "500"], [(0.2, 1)]),  # outside the plausible range it stays quarantined
            (["0.2", "高"], [(0.2, 1)]),
        ],
    )
    def test_several_readings_of_one_key_wait_in_order(self, engine, waiting, expected):
        for value in waiting:
            sent(engine, self.ROW.replace("0.2", value))
        accept_known(engine, with_alias(network(), "shangyou", "新站"), stopped(LATER))
        assert values(engine) == expected

    def test_a_contradiction_within_a_file_stays_quarantined(self, engine):
        sent(engine, self.ROW, self.ROW.replace("0.2", "0.3"))
        accept_known(engine, with_alias(network(), "shangyou", "新站"), stopped(LATER))
        assert values(engine) == [(0.2, 1)]

    def test_it_does_not_override_what_the_station_has_said_since(self, engine):
        sent(engine, self.ROW)
        sent(engine, "shangyou,2020-07-01 08:00,nh3n,0.4,mg/L,")
        accept_known(engine, with_alias(network(), "shangyou", "新站"), stopped(LATER))
        assert values(engine) == [(0.4, 1)]

    def test_before_the_alias_it_was_not_known(self, engine):
        sent(engine, self.ROW)
        accept_known(engine, with_alias(network(), "shangyou", "新站"), stopped(LATER))
        with engine.connect() as connection:
            assert len(store.observations(connection, as_of=NOW)) == 0
            assert len(store.observations(connection, as_of=LATER)) == 1
