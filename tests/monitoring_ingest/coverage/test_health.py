"""How the sources are doing: last good reading, silence, full months, and what agencies are told; on both databases."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pandas as pd
import pytest
from sqlalchemy import text

from monitoring_ingest.coverage import store
from monitoring_ingest.coverage.health import due, lag
from monitoring_ingest.coverage.matrix import any_or_all, slot_states
from monitoring_ingest.coverage.slots import Slots
from monitoring_ingest.coverage.watching import count_slots, counts_of, stations_health, watch
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import Door, accept_known, ingest
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.quality.reviewing import decide, release, uphold
from monitoring_ingest.quality.store import observations
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.records.store import left_out_readings, record_fact
from tests.clocks import stopped
from tests.monitoring_ingest.coverage.test_slots import china, fact
from tests.monitoring_ingest.makers import csv, network, sent, with_alias
from tests.monitoring_ingest.quality.test_reviewing import decided

MARCH = pd.Period("2025-03")
NOON = china("2025-03-01 12:10")


def given(engine, *rows, now=NOON, known=None):
    return sent(engine, *rows, now=now, known=known)


def health_of(engine, station, now=NOON, known=None):
    with engine.connect() as connection:
        return next(one for one in stations_health(connection, known or network(), now) if one.station == station)


class TestLastGood:
    """Good is what was accepted; whatever was sent counts as heard."""

    @pytest.mark.parametrize(
        ("rows", "good", "heard", "mark"),
        [
            (["2025-03-01 08:00,ph,7.1,-,"], "08:00", "08:00", ""),
            (["2025-03-01 04:00,ph,7.1,-,", "2025-03-01 08:00,nh3n,0.2,mg/L,"], "08:00", "08:00", ""),
            (["2025-03-01 04:00,ph,7.1,-,", "2025-03-01 08:00,ph,,-,极值过滤"], "04:00", "08:00", "极值过滤"),
            (["2025-03-01 04:00,ph,7.1,-,极值过滤", "2025-03-01 08:00,nh3n,999,mg/L,"], "04:00", "08:00", ""),
            (["2025-03-01 08:00,ph,7.1,-,极值过滤", "2025-03-01 04:00,nh3n,999,mg/L,"], "08:00", "08:00", "极值过滤"),
            (["2025-03-01 08:00,ph,,-,极值过滤"], None, "08:00", "极值过滤"),
            (["2025-03-01 04:00,ph,7.1,-,", "2025-03-01 08:00,ph,--,-,维护"], "04:00", "04:00", "维护"),
            (["2025-03-01 04:00,ph,7.1,-,", "2025-03-01 08:00,ph,--,-,"], "04:00", "04:00", ""),
            (["2025-03-01 04:00,ph,7.1,-,维护"], "04:00", "04:00", "维护"),
            (["2025-03-01 04:00,ph,7.1,-,", "2025-03-01 08:00,ph,7.1,furlong,"], "04:00", "04:00", ""),
            (["2025-03-01 08:00,ph,rubbish,-,"], None, None, ""),
            (["2025-03-01 04:00,ph,7.1,-,", "2099-01-01 00:00,ph,--,-,极值过滤"], "04:00", "04:00", ""),
        ],
    )
    def test_the_last_good_reading_and_the_last_sign_of_life(self, engine, rows, good, heard, mark):
        given(engine, *(f"qiaotou,{row}" for row in rows))
        found = health_of(engine, "qiaotou")
        at = {hour: china(f"2025-03-01 {hour}") for hour in ("04:00", "08:00")}
        assert (found.good, found.heard, found.mark + found.status) == (at.get(good), at.get(heard), mark)
        assert found.state == {None: "never", "04:00": "silent", "08:00": "reporting"}[heard]

    def test_when_the_good_reading_came_in_is_told(self, engine):
        given(engine, "qiaotou,2025-03-01 08:00,ph,7.1,-,", now=china("2025-03-01 09:30"))
        assert health_of(engine, "qiaotou").arrived == china("2025-03-01 09:30")

    def test_a_value_came_in_when_its_reading_did_not_when_its_station_was_known(self, engine):
        given(engine, "新桥,2025-03-01 08:00,ph,7.1,-,", now=china("2025-03-01 08:10"))
        accept_known(engine, with_alias(network(), "qiaotou", "新桥"), stopped(NOON))
        assert health_of(engine, "qiaotou").arrived == china("2025-03-01 08:10")

    def test_what_a_clock_that_ran_ahead_let_in_is_not_the_last_and_hides_no_silence(self, engine):
        later = NOON + timedelta(days=30)
        given(engine, "qiaotou,2025-03-01 04:00,ph,7.1,-,", "shangyou,2025-03-01 04:00,ph,,-,极值过滤")
        given(engine, "qiaotou,2025-03-20 04:00,ph,7.1,-,", "shangyou,2025-03-20 04:00,ph,,-,极值过滤", now=later)
        for station, good in (("qiaotou", china("2025-03-01 04:00")), ("shangyou", None)):
            found = health_of(engine, station)
            assert (found.state, found.good, found.heard) == ("silent", good, china("2025-03-01 04:00"))
        given(engine, "qiaotou,2025-03-01 08:00,ph,7.1,-,")  # recorded after what was recorded ahead
        assert (health_of(engine, "qiaotou").heard, health_of(engine, "qiaotou").arrived) == (
            china("2025-03-01 08:00"), None
        )  # fmt: skip
        assert health_of(engine, "qiaotou", later).good == china("2025-03-20 04:00")

    def test_silent_stations_come_first_the_longest_silent_at_the_top(self, engine):
        given(engine, "qiaotou,2025-02-01 08:00,ph,7.1,-,", "shangyou,2025-01-01 08:00,ph,7.1,-,")
        given(engine, "utc,2025-03-01 04:00,ph,7.1,-,")
        with engine.connect() as connection:
            found = [(one.station, one.state) for one in stations_health(connection, network(), NOON)]
        assert found == [
            ("shangyou", "silent"), ("qiaotou", "silent"), ("qiaotou-zj", "never"), ("utc", "reporting"),
        ]  # fmt: skip

    def test_a_recorded_fact_suspends_a_station(self, engine):
        with writing(engine) as connection:
            record_fact(connection, fact("shangyou", "2025-03"), NOON)
        assert health_of(engine, "shangyou").state == "suspended"
        assert health_of(engine, "shangyou").ground.document == "皖环监〔2025〕1号"


class TestAlarms:
    """A station that falls silent, and one that is heard again, is told once."""

    def test_silence_is_told_once_at_the_exact_instant_and_so_is_its_end(self, engine, caplog):
        given(engine, "qiaotou,2025-03-01 08:00,ph,7.1,-,")
        look = partial(watch, engine, network())
        caplog.set_level(logging.WARNING)
        assert look(china("2025-03-01 15:59")) == "silent 0, heard again 0"
        assert caplog.messages == []
        assert look(china("2025-03-01 16:00")) == "silent 1, heard again 0"
        assert caplog.messages == ["qiaotou 静默 silent since 2025-03-01T08:00:00+00:00"]
        assert look(china("2025-03-01 20:00")) == "silent 0, heard again 0"
        given(engine, "qiaotou,2025-03-01 20:00,ph,7.2,-,", now=china("2025-03-01 20:30"))
        assert look(china("2025-03-02 00:00")) == "silent 0, heard again 1"
        with engine.connect() as connection:
            told = [(one["event"], one["at"], one["recorded_at"]) for one in store.listed_alarms(connection)]
        assert told == [
            ("heard", china("2025-03-01 20:00"), china("2025-03-02 00:00")),
            ("silent", china("2025-03-01 16:00"), china("2025-03-01 16:00")),
        ]

    def test_a_late_file_of_old_values_does_not_end_the_silence(self, engine):
        given(engine, "qiaotou,2025-03-01 08:00,ph,7.1,-,")
        watch(engine, network(), china("2025-03-02 00:00"))
        given(engine, "qiaotou,2025-02-01 08:00,ph,7.1,-,", now=china("2025-03-02 01:00"))
        assert watch(engine, network(), china("2025-03-02 04:00")) == "silent 0, heard again 0"

    def test_a_station_never_heard_of_and_a_suspended_one_raise_no_alarm(self, engine):
        given(engine, "shangyou,2025-02-01 08:00,ph,7.1,-,")
        with writing(engine) as connection:
            record_fact(connection, fact("shangyou", "2025-03"), NOON)
        assert watch(engine, network(), NOON) == "silent 0, heard again 0"
        april = china("2025-04-01 00:00")
        assert watch(engine, network(), april) == "silent 1, heard again 0"


def handed_in(engine, sender, rows, now, rights=None):
    """A long CSV of rows by a sender who is named and may speak for some stations."""
    through = Door("api", partial(read_long_csv, network=network()), sender, rights)
    ingest(engine, network(), [(f"{sender}.csv", csv(*rows))], through, stopped(china(now)))


SLOTS = [f"2025-03-0{day} {hour:02d}:00" for day in (1, 2) for hour in range(0, 24, 4)]


class TestCompleteness:
    """Slots with an accepted value, of the slots that were due."""

    def counted(self, engine, now, known=None):
        with engine.connect() as connection:
            found = store.month_filled(connection, known or network(), MARCH, now)
        return {(row.station, row.indicator): (row.accepted, row.due) for row in found.itertuples()}

    @pytest.mark.parametrize(
        ("now", "ph", "nh3n"),
        [
            ("2025-03-03 00:00", (11, 12), (1, 6)),
            ("2025-03-02 23:59", (10, 11), (1, 5)),
            ("2025-03-02 00:00", (6, 6), None),
            ("2025-04-01 00:00", (11, 186), (1, 180)),
            ("2025-02-01 00:00", None, None),
        ],
    )
    def test_a_slot_counts_once_it_has_ended(self, engine, now, ph, nh3n):
        """pH in every slot of two days but one, twice in another; ammonia only from the second day on."""
        rows = [f"qiaotou,{slot},ph,7.1,-," for slot in SLOTS if slot != "2025-03-02 04:00"]
        given(engine, *rows, "qiaotou,2025-03-02 09:00,ph,7.3,-,", "qiaotou,2025-03-02 00:00,nh3n,0.2,mg/L,",
              "qiaotou,2025-03-02 04:00,ph,,-,极值过滤", now=china("2025-03-03"))  # fmt: skip
        found = self.counted(engine, china(now))
        assert (found.get(("qiaotou", "ph")), found.get(("qiaotou", "nh3n"))) == (ph, nh3n)

    def test_a_station_of_another_zone_and_length_is_counted_by_its_own_slots(self, engine):
        world = network()
        hourly = replace(world.stations["shangyou"], slot_hours=1)
        known = replace(world, stations={**world.stations, "shangyou": hourly})
        rows = [f"{code},2025-03-01 0{hour}:00,ph,7.1,-," for code in ("utc", "shangyou") for hour in (0, 3)]
        given(engine, *rows, now=china("2025-03-03"))
        found = self.counted(engine, datetime(2025, 3, 1, 8, tzinfo=UTC), known)  # 16:00 in China
        assert found == {("utc", "ph"): (1, 2), ("shangyou", "ph"): (2, 16)}

    def test_a_month_without_a_value_is_due_all_the_same(self, engine):
        given(engine, "qiaotou,2025-02-01 08:00,ph,7.1,-,")
        assert self.counted(engine, china("2025-03-02 00:00")) == {("qiaotou", "ph"): (0, 6)}

    def test_a_correction_fills_no_second_slot(self, engine):
        given(engine, "qiaotou,2025-03-01 08:00,ph,7.1,-,")
        given(engine, "qiaotou,2025-03-01 08:00,ph,7.2,-,")
        assert self.counted(engine, china("2025-03-01 12:00")) == {("qiaotou", "ph"): (1, 1)}

    def test_a_result_of_a_laboratory_fills_no_slot_and_makes_nothing_due(self, engine):
        """Organic matter is measured by a laboratory alone; of pH a sample lies in a slot that the station missed."""
        sample = "样品 S-01|上游|HJ 828-2017"
        given(engine, "qiaotou,2025-03-01 00:00,ph,7.1,-,", f"qiaotou,2025-03-01 05:00,ph,7.1,-,{sample}",
              f"qiaotou,2025-03-01 05:00,cod,12,mg/L,{sample}")  # fmt: skip
        assert self.counted(engine, NOON) == {("qiaotou", "ph"): (1, 3)}

    def test_what_people_removed_fills_no_slot_until_it_is_corrected_or_restored(self, engine):
        given(engine, "qiaotou,2025-03-01 00:00,ph,7.1,-,", "qiaotou,2025-03-01 04:00,ph,7.1,-,",
              "qiaotou,2025-03-01 08:00,ph,7.1,-,")  # fmt: skip
        keys = [Key("qiaotou", "ph", china(f"2025-03-01 0{hour}:00")) for hour in (0, 4, 8)]
        for key in keys:
            decide(engine, key, decided("remove"), stopped(NOON))
        assert self.counted(engine, NOON) == {("qiaotou", "ph"): (0, 3)}
        decide(engine, keys[0], decided("restore"), stopped(NOON))
        given(engine, "qiaotou,2025-03-01 04:00,ph,7.3,-,")
        assert self.counted(engine, NOON) == {("qiaotou", "ph"): (2, 3)}

    def test_the_counts_of_this_month_and_the_last_are_kept_with_their_instant(self, engine):
        given(engine, "qiaotou,2025-02-28 20:00,ph,7.1,-,", "qiaotou,2025-03-01 00:00,ph,7.1,-,")
        assert count_slots(engine, network(), NOON) == "2025-02: 1, 2025-03: 1"
        count_slots(engine, network(), NOON + timedelta(hours=4))
        with engine.connect() as connection:
            (row,) = store.kept_filled(connection, "2025-03").to_dict("records")
            assert store.kept_filled(connection, "2025-01").empty
        assert (row["accepted"], row["due"], row["counted_at"]) == (1, 4, NOON + timedelta(hours=4))

    def test_series_are_due_from_the_slot_of_their_first_value(self):
        begins = Slots("UTC", 4).day(datetime(2025, 3, 1, tzinfo=UTC).date())
        firsts = ["2025-02-01", "2025-03-01 00:00", "2025-03-01 03:59", "2025-03-01 04:00", "2025-03-09"]
        assert due(pd.to_datetime(pd.Series(firsts), utc=True, format="ISO8601"), begins).tolist() == [5, 5, 5, 4, 0]


class TestMatrix:
    """What the slots of a month show."""

    def test_the_best_that_came_in_is_shown(self, engine):
        given(engine, "qiaotou,2025-03-01 00:00,do,7.1,mg/L,", "qiaotou,2025-03-01 01:00,do,,mg/L,极值过滤",
              "qiaotou,2025-03-01 04:00,do,,mg/L,极值过滤", "qiaotou,2025-03-01 08:00,do,99,mg/L,",
              "qiaotou,2025-03-01 09:00,do,rubbish,mg/L,", "qiaotou,2025-03-01 12:00,do,rubbish,mg/L,",
              "qiaotou,2025-03-01 00:00,nh3n,0.2,mg/L,", "qiaotou,2025-03-01 16:00,nh3n,0.2,mg/L,",
              now=china("2025-03-02"))  # fmt: skip
        begins = Slots("Asia/Shanghai", 4).of_month(MARCH, until=china("2025-03-02"))
        with engine.connect() as connection:
            found = slot_states(observations(connection), left_out_readings(connection), begins)
        both = any_or_all(found)
        assert found["do"].tolist() == ["accepted", "withheld", "quarantined", "rejected", "nothing", "nothing"]
        assert found["nh3n"].tolist() == ["accepted", "nothing", "nothing", "nothing", "accepted", "nothing"]
        assert both["any"].tolist() == ["accepted", "withheld", "quarantined", "rejected", "accepted", "nothing"]
        assert both["all"].tolist() == ["accepted", "nothing", "nothing", "nothing", "nothing", "nothing"]

    def test_an_upheld_value_stays_quarantined(self, engine):
        given(engine, "qiaotou,2025-03-01 00:00,do,99,mg/L,")
        uphold(engine, 1, decided("uphold"), stopped(NOON))
        begins = Slots("Asia/Shanghai", 4).of_month(MARCH, until=NOON)
        with engine.connect() as connection:
            found = slot_states(observations(connection), left_out_readings(connection), begins)
        assert found["do"].tolist() == ["quarantined", "nothing", "nothing"]

    def test_a_slot_of_which_the_only_value_was_removed_says_so(self, engine):
        given(engine, "qiaotou,2025-03-01 00:00,ph,7.1,-,", "qiaotou,2025-03-01 04:00,ph,7.1,-,",
              "qiaotou,2025-03-01 05:00,ph,7.1,-,")  # fmt: skip
        for hour in (0, 4):
            decide(engine, Key("qiaotou", "ph", china(f"2025-03-01 0{hour}:00")), decided("remove"), stopped(NOON))
        begins = Slots("Asia/Shanghai", 4).of_month(MARCH, until=NOON)
        with engine.connect() as connection:
            found = slot_states(observations(connection), left_out_readings(connection), begins)
        assert found["ph"].tolist() == ["removed", "accepted", "nothing"]


class TestScorecard:
    """Every share of a card can be formed again from the two numbers beside it."""

    @pytest.fixture
    def cards(self, engine):
        hand_in = partial(handed_in, engine)
        hand_in("皖", ["qiaotou,2025-02-28 20:00,ph,7.1,-,"], "2025-02-28 20:10")
        unlikely = "qiaotou,2025-03-01 04:00,nh3n,999,mg/L,"
        hand_in("皖", ["qiaotou,2025-03-01 00:00,ph,7.1,-,", unlikely], "2025-03-01 04:30")
        hand_in("皖", ["qiaotou,2025-03-01 00:00,ph,7.2,-,", "qiaotou,2025-03-01 08:00,ph,x,-,"], "2025-03-01 08:20")
        hand_in("浙", ["utc,2025-03-01 00:00,ph,7.1,-,", "utc,2025-03-01 04:00,ph,7.1,-,"], "2025-03-01 12:30")
        hand_in("过去", ["shangyou,2025-01-01 00:00,ph,7.1,-,"], "2025-01-01 00:10")
        return self.cards_of(engine)

    def cards_of(self, engine):
        """The cards by province, and those by sender."""
        with engine.connect() as connection:
            counted = counts_of(connection, network(), MARCH, NOON)
        return [of.cards(by) for of, by in zip(counted, ("province", "sender"), strict=True)]

    def test_by_province(self, cards):
        anhui, zhejiang = cards[0]
        assert (anhui.of, anhui.stations, anhui.accepted, anhui.due) == ("anhui", 2, 1, 6)
        assert (anhui.judged, anhui.rejected, anhui.quarantined, anhui.revised) == (4, 1, 1, 1)
        assert anhui.shares()["completeness"] == 1 / 6
        assert (zhejiang.of, zhejiang.accepted, zhejiang.due, zhejiang.judged) == ("zhejiang", 1, 1, 1)

    def test_by_sender(self, cards):
        found = {card.of: (card.accepted, card.due, card.judged) for card in cards[1]}
        assert found == {"皖": (1, 3, 4), "浙": (1, 1, 1)}

    def test_the_lag_is_from_reading_to_arrival(self, cards):
        anhui, zhejiang = cards[0]
        assert (anhui.lag_readings, anhui.lag_median, anhui.lag_p95) == (1, 270, 270)
        assert (zhejiang.lag_readings, zhejiang.lag_median) == (1, 270)

    def test_a_value_whose_station_was_known_later_was_quarantined_and_not_late(self, engine):
        handed_in(engine, "皖", ["新桥,2025-03-01 04:00,ph,7.1,-,"], "2025-03-01 04:10")
        accept_known(engine, with_alias(network(), "qiaotou", "新桥"), stopped(NOON))
        (card,) = self.cards_of(engine)[1]
        assert (card.accepted, card.judged, card.quarantined) == (1, 1, 1)
        assert (card.lag_readings, card.lag_median) == (1, 10)

    def test_a_released_value_was_quarantined_and_not_late(self, engine):
        handed_in(engine, "皖", ["qiaotou,2025-03-01 04:00,nh3n,120,mg/L,"], "2025-03-01 04:10")
        release(engine, 1, decided("release"), stopped(NOON))
        (card,) = self.cards_of(engine)[1]
        assert (card.judged, card.quarantined, card.lag_median) == (1, 1, 10)

    def test_an_upheld_value_was_sent_and_fills_no_slot(self, engine):
        handed_in(engine, "皖", ["qiaotou,2025-03-01 00:00,nh3n,0.2,mg/L,", "qiaotou,2025-03-01 04:00,nh3n,120,mg/L,"],
                  "2025-03-01 04:10")  # fmt: skip
        before = self.cards_of(engine)
        uphold(engine, 2, decided("uphold"), stopped(NOON))
        assert self.cards_of(engine) == before
        (card,) = before[1]
        assert (card.accepted, card.due, card.judged, card.quarantined) == (1, 3, 2, 1)

    def test_a_rejected_row_sent_again_and_one_of_a_file_not_taken_in_are_no_further_ones(self, engine):
        for minute in (10, 20):
            handed_in(engine, "皖", ["qiaotou,2025-03-01 04:00,ph,x,-,"], f"2025-03-01 04:{minute}")
        same = "station, indicator, time, field, code, fate, ordinal, row"
        copied = f"INSERT INTO receipt_rows (submission, file, value, {same}) SELECT 1, 1, 'y', {same}"
        with writing(engine) as connection:  # a run that was killed leaves rows without a receipt
            connection.execute(text(f"{copied} FROM receipt_rows WHERE submission = 1"))
        (card,) = self.cards_of(engine)[1]
        assert (card.judged, card.rejected) == (1, 1)

    def test_who_may_not_speak_for_a_station_writes_into_the_card_of_nobody_else(self, engine):
        handed_in(engine, "皖", ["qiaotou,2025-03-01 00:00,ph,7.1,-,"], "2025-03-01 00:10")
        handed_in(engine, "外", ["qiaotou,2025-03-01 04:00,ph,7.1,-,"], "2025-03-01 04:10", rights={"utc"})
        by_province, by_sender = self.cards_of(engine)
        assert [(card.of, card.judged, card.rejected) for card in by_province] == [("anhui", 1, 0)]
        assert {card.of: (card.judged, card.rejected) for card in by_sender} == {"外": (1, 1), "皖": (1, 0)}

    @pytest.mark.parametrize(
        ("minutes", "readings", "median", "p95"),
        [
            ([30], [1], 30, 30),
            ([90, 30], [1, 1], 30, 90),
            ([30, 600], [95, 5], 30, 30),
            ([30, 600], [94, 6], 30, 600),
            ([], [], None, None),
        ],
    )
    def test_half_and_nineteen_twentieths_of_the_readings_were_not_later(self, minutes, readings, median, p95):
        told = pd.Series(minutes, dtype="int64"), pd.Series(readings, dtype="int64")
        assert (lag(*told, 0.5), lag(*told, 0.95)) == (median, p95)
