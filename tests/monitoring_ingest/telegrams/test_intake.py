"""Frames taken in, on both databases: kept once, read once, nothing answered before it is stored."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import Door, ingest
from monitoring_ingest.formats.station_telegrams import decode, masked
from monitoring_ingest.records.history_store import receipt, submissions
from monitoring_ingest.telegrams import store, tables
from monitoring_ingest.telegrams.frames import judged
from monitoring_ingest.telegrams.intake import DOOR, World, finish_waiting
from monitoring_ingest.telegrams.profiles import read_telegrams
from monitoring_ingest.telegrams.store import Arrival
from tests.clocks import stopped
from tests.monitoring_ingest.makers import fates
from tests.monitoring_ingest.telegram_makers import (
    NOW,
    OF_VECTORS,
    SECRET,
    VECTORS,
    fingerprint,
    frame,
    part,
    said,
    sent,
    source,
    stored,
    value,
    world,
)
from tests.monitoring_ingest.telegram_mutations import framed

VALUES_OF_VECTORS = [
    ("qiaotou", "codmn", "2.31"),
    ("qiaotou", "conductivity", "286.0"),
    ("qiaotou", "do", "9.14"),
    ("qiaotou", "nh3n", "0.118"),
    ("qiaotou", "ph", "7.62"),
    ("qiaotou", "temperature", "9.8"),
    ("qiaotou", "tn", "1.36"),
    ("qiaotou", "tp", "0.047"),
    ("qiaotou", "turbidity", "12.4"),
    ("shangyou", "codmn", "4.102818"),
    ("shangyou", "conductivity", "1425"),
    ("shangyou", "do", "10.15"),
    ("shangyou", "nh3n", "0.09055002"),
    ("shangyou", "ph", "8.33"),
    ("shangyou", "phenol", "0"),
    ("shangyou", "temperature", "9.7"),
    ("shangyou", "tn", "3.563168"),
    ("shangyou", "tp", "0"),
    ("shangyou", "turbidity", "13.10"),
]


def newest(engine: Engine) -> list[dict[str, object]]:
    """The kept frames in the order they were kept."""
    with engine.connect() as connection:
        return store.newest(connection, 1_000)[::-1]


def kept(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        return [bytes(row.kept) for row in connection.execute(select(tables.telegram_frames.c.kept))]


def errors(engine: Engine) -> dict[str, tuple[int, int]]:
    """How many frames were refused, and how many of them kept, by error."""
    with engine.connect() as connection:
        return {row["error"]: (row["seen"], row["kept"]) for row in store.refused(connection, "2026-03-02")}


class TestVectors:
    def test_the_six_frames_come_out_as_stated(self, engine):
        assert sent(world(engine, *OF_VECTORS), *VECTORS) == [True, True, False, True, True, True]
        assert said(engine) == VALUES_OF_VECTORS
        assert [row["error"] for row in newest(engine)] == ["", "", "", "", "", "crc"]

    def test_the_receipts_name_the_factor_nobody_knows_and_the_repeats_of_the_split_pair(self, engine):
        sent(world(engine, *OF_VECTORS), *VECTORS)
        with engine.connect() as connection:
            found = [receipt(connection, number, NOW) for number in (1, 2)]
        assert [fates(one) for one in found] == [{"accepted": 10, "rejected": 1}, {"accepted": 9, "duplicate": 2}]
        assert [(row["field"], row["code"], row["value"]) for one in found for row in one.rows or ()] == [
            ("w01008-Rtd", "unknown_indicator", "0"),
            ("w01019-Avg", "duplicate", "2.31"),
            ("w21011-Avg", "duplicate", "0.047"),
        ]
        assert [file.name for one in found for file in one.files] == [
            "ZLDSZ20210127 20210301111100112",
            "S000000_0001 20260301050000123",
            "S000000_0001 20260301080000001",
        ]


class TestOnce:
    def test_the_same_packet_again_is_stored_once_and_may_be_answered_again(self, engine):
        known = world(engine)
        assert [sent(known, frame(value("1"))) for _ in range(3)] == [[True]] * 3
        assert sent(known, *[frame(value("1"))] * 3) == [True] * 3
        assert stored(engine) == [("qiaotou", "codmn", "28T20:00", "1", "mg/L", "正常", "", 1)]
        assert (len(newest(engine)), len(submissions_of(engine))) == (1, 1)

    def test_another_telegram_of_the_same_request_is_taken_unless_it_contradicts(self, engine):
        known = world(engine)
        other = frame(value("2", code="w21003"))
        assert sent(known, frame(value("1")), other) == [True, True]
        assert sent(known, frame(value("9"))) == [False]
        assert sent(known, other) == [True]
        assert said(engine) == [("qiaotou", "codmn", "1"), ("qiaotou", "nh3n", "2")]
        assert errors(engine) == {"conflict": (1, 1)}

    def test_of_two_texts_in_one_batch_the_first_stands(self, engine):
        assert sent(world(engine), frame(value("1")), frame(value("2"))) == [True, False]
        assert said(engine) == [("qiaotou", "codmn", "1")]

    def test_a_correction_has_a_request_of_its_own_and_is_a_revision(self, engine):
        known = world(engine)
        sent(known, frame(value("1")))
        sent(known, frame(value("2"), qn="20260301060000001"))
        assert [(row[3], row[-1]) for row in stored(engine)] == [("1", 1), ("2", 2)]

    def test_a_telegram_without_request_number_is_known_by_its_bytes(self, engine):
        known = world(engine)
        frames = [frame(value(number), qn="") for number in ("1", "1", "2")]
        assert sent(known, *frames) == [True, True, True]
        assert [row[3] for row in stored(engine)] == ["1", "2"]
        assert len(newest(engine)) == 2

    def test_what_gives_no_readings_is_kept_and_may_be_answered(self, engine):
        assert sent(world(engine), frame("SB1-RS=1", CN="2021"), frame(f"DataTime={1}")) == [True, True]
        assert (submissions_of(engine), len(newest(engine))) == ([], 2)


class TestParts:
    FIRST, SECOND = part(1, 2, value("1")), part(2, 2, value("2", code="w21003"))

    def test_a_part_is_kept_and_answered_but_read_only_with_the_others(self, engine):
        known = world(engine)
        assert sent(known, self.SECOND) == [True]
        assert (said(engine), submissions_of(engine)) == ([], [])
        assert sent(known, self.SECOND, self.FIRST, self.FIRST) == [True] * 3
        assert said(engine) == [("qiaotou", "codmn", "1"), ("qiaotou", "nh3n", "2")]
        assert [row["submission"] for row in newest(engine)] == [1, 1]

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (1, 3, 2, 0), (3, 0, 2, 1)], ids=str)
    def test_parts_of_two_devices_with_the_same_request_do_not_mix(self, engine, order):
        known = world(engine, source("A"), source("B", station="shangyou"))
        frames = [part(at, 2, value(f"{at}", code=f"w2100{at * 2 - 1}"), MN=mn) for mn in "AB" for at in (1, 2)]
        for at in order:
            assert sent(known, frames[at]) == [True]
        assert said(engine) == [
            ("qiaotou", "nh3n", "2"), ("qiaotou", "tn", "1"), ("shangyou", "nh3n", "2"), ("shangyou", "tn", "1"),
        ]  # fmt: skip

    def test_a_part_that_contradicts_another_is_refused(self, engine):
        assert sent(world(engine), part(1, 2, value("1")), part(2, 2, value("2"))) == [True, False]
        assert said(engine) == []

    def test_parts_without_request_number_wait(self, engine):
        assert sent(world(engine), part(1, 2, value("1"), qn=""), part(2, 2, value("2", code="w21003"), qn="")) == [
            True,
            True,
        ]
        assert said(engine) == []


class TestRefused:
    def test_none_is_answered_and_each_is_kept_with_its_reason(self, engine):
        known = world(engine, source(password_sha256=fingerprint(SECRET)))
        bad = (
            frame(value("1"))[:-3],
            frame(value("1")).replace(b"w01019-Avg=1", b"w01019-Avg=2"),
            b"noise",
            frame(value("1"), MN="B"),
            frame(value("1"), PW="654321"),
        )
        assert sent(known, *bad) == [False] * 5
        assert said(engine) == []
        assert [(row["error"], row["mn"]) for row in newest(engine)] == [
            ("length", ""), ("crc", ""), ("syntax", ""), ("unknown_device", "B"), ("password", "A"),
        ]  # fmt: skip
        assert [one for one in kept(engine) if b"123456" in one or b"654321" in one] == []

    @pytest.mark.parametrize("time", ["2026030104000", "202603010400000000", "20260230040000", "2026-W09-7", ""])
    def test_values_of_no_time_that_can_be_read_are_not_answered(self, engine, time):
        assert sent(world(engine), frame(value("1", time=time))) == [False]
        assert [row["error"] for row in newest(engine)] == ["time"]
        assert said(engine) == []

    def test_nor_are_values_without_any_time(self, engine):
        assert sent(world(engine), frame("w01019-Avg=1,w01019-Flag=N")) == [False]

    def test_a_later_part_goes_on_with_the_time_of_the_part_before(self, engine):
        parts = (part(1, 2, value("1")), part(2, 2, "w21003-Avg=0.5,w21003-Flag=N"))
        assert sent(world(engine), *parts) == [True, True]
        assert said(engine) == [("qiaotou", "codmn", "1"), ("qiaotou", "nh3n", "0.5")]

    @pytest.mark.parametrize(
        "time", ["20260301040000", "202603010400", "20260301040000000", " 20260301040000", "20260301040000 "]
    )
    def test_with_or_without_seconds_milliseconds_and_blanks_a_time_is_the_same(self, engine, time):
        assert sent(world(engine), frame(value("1", time=time))) == [True]
        assert [row[2] for row in stored(engine)] == ["28T20:00"]

    def test_hour_24_is_the_next_day(self, engine):
        assert sent(world(engine), frame(value("1", time="20260228240000"))) == [True]
        assert [row[2] for row in stored(engine)] == ["28T16:00"]

    def test_a_blank_after_every_semicolon_harms_nobody(self, engine):
        spaced = "QN=1; ST=21; CN=2061; MN=A; Flag=5; CP=&&DataTime=20260301040000; w01019-Avg=1, w01019-Flag=N; &&"
        assert sent(world(engine), framed(spaced)) == [True]
        assert [(row[1], row[3], row[5]) for row in stored(engine)] == [("codmn", "1", "正常")]

    def test_a_device_number_longer_than_any_index_takes_harms_nobody(self, engine):
        random = Random(1)
        long = "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(9_000))
        frames = (frame(value("1"), MN=long), frame(value("1", code="w21003"), qn=long), frame(value("1")))
        assert sent(world(engine), *frames) == [False, True, True]
        assert [len(str(row["mn"])) for row in newest(engine)] == [1, 1, 200]
        assert said(engine) == [("qiaotou", "codmn", "1"), ("qiaotou", "nh3n", "1")]

    def test_a_noisy_peer_is_counted_and_does_not_fill_the_disk(self, engine):
        known = world(engine)
        noise = [b"noise %d" % number for number in range(300)]
        for _ in range(2):
            sent(known, *noise, peer="10.9.9.9:1")
        sent(known, b"other", frame(value("1")), peer="10.0.0.2:1")
        with engine.connect() as connection:
            found = store.refused(connection, "2026-03-02")
        assert [(row["peer"], row["seen"], row["kept"]) for row in found] == [
            ("10.9.9.9", 600, 200),
            ("10.0.0.2", 1, 1),
        ]
        assert len(newest(engine)) == 202 and said(engine) == [("qiaotou", "codmn", "1")]

    def test_many_noisy_peers_do_not_either(self, engine, monkeypatch):
        for name, most in (("KEPT_A_DAY", 5), ("PEERS_A_DAY", 3)):
            monkeypatch.setattr(store, name, most)
        for peer in range(9):
            sent(world(engine), b"a", b"b", peer=f"10.0.0.{peer}:1")
        with engine.connect() as connection:
            found = store.refused(connection, "2026-03-02")
        assert sorted((row["peer"], row["seen"], row["kept"]) for row in found) == [
            ("10.0.0.0", 2, 2), ("10.0.0.1", 2, 2), ("10.0.0.2", 2, 1), (store.OTHER_PEERS, 12, 0),
        ]  # fmt: skip

    def test_the_quota_is_of_one_day(self, engine, monkeypatch):
        monkeypatch.setattr(store, "KEPT_OF_ONE_PEER", 1)
        for days in (0, 0, 1):
            sent(world(engine), b"noise", now=NOW + timedelta(days=days))
        assert len(newest(engine)) == 2


def left_by_a_kill(known: World, *frames: bytes, values: bool = False) -> None:
    """The database as a kill leaves it after the frames were kept; with `values`, after their values were taken."""
    with writing(known.engine) as connection:
        store.keep(connection, [Arrival(judged(one, known.devices), "10.0.0.1:1", NOW) for one in frames])
    if values:
        files = [("A", masked(one)) for one in frames]
        ingest(
            known.engine,
            known.network,
            files,
            Door(DOOR, partial(read_telegrams, declared=known.devices)),
            stopped(NOW),
        )


class TestInterrupted:
    def test_frames_whose_values_were_not_taken_are_finished_at_the_next_start(self, engine):
        known = world(engine)
        left_by_a_kill(known, frame(value("1")), part(1, 2, value("3"), qn="7"))
        assert said(engine) == []
        assert [finish_waiting(known, stopped(NOW)) for _ in range(2)] == [1, 0]
        assert said(engine) == [("qiaotou", "codmn", "1")]

    @pytest.mark.parametrize("values", [False, True])
    def test_sending_again_ends_where_an_undisturbed_run_would_have(self, engine, values):
        known = world(engine)
        left_by_a_kill(known, frame(value("1")), values=values)
        assert sent(known, frame(value("1"))) == [True]
        assert [(row[3], row[-1]) for row in stored(engine)] == [("1", 1)]
        assert [row["submission"] for row in newest(engine)] == [1 + values]

    def test_a_device_no_longer_declared_is_left_waiting(self, engine):
        left_by_a_kill(world(engine), frame(value("1")))
        assert finish_waiting(world(engine, source("B")), stopped(NOW)) == 0
        assert finish_waiting(world(engine), stopped(NOW)) == 1


class TestStored:
    def test_frames_cannot_be_changed_or_removed(self, engine):
        sent(world(engine), frame(value("1")))
        for table in ("telegram_frames", "telegram_receipts"):
            with pytest.raises(DBAPIError), writing(engine) as connection:
                connection.exec_driver_sql(f"DELETE FROM {table}")

    def test_what_is_kept_can_be_read_again_and_has_its_fingerprint(self, engine):
        sent(world(engine), frame(value("1")))
        (row,) = newest(engine)
        sound = frame(value("1"))
        assert decode(sound)
        assert kept(engine) == [masked(sound.strip())]
        assert (row["size"], row["peer"], row["received_at"]) == (len(sound), "10.0.0.1:4711", NOW)

    def test_when_each_device_was_last_heard(self, engine):
        known = world(engine, source("A", "B"))
        sent(known, frame(value("1")))
        sent(known, frame(value("1")), frame("", qn="2"), now=NOW + timedelta(hours=1))
        with engine.connect() as connection:
            assert store.last_heard(connection, known.devices) == {"A": NOW + timedelta(hours=1)}

    @pytest.mark.proof
    def test_one_batch_of_many_devices_of_a_source_is_one_submission(self, engine):
        known = world(engine, source(*(f"D{number}" for number in range(300)), station="shangyou"))
        times = [f"20260301{hour:02}{minute:02}00" for hour in range(10) for minute in range(30)]
        frames = [frame(value("1", time), MN=f"D{number}") for number, time in enumerate(times)]
        assert sent(known, *frames) == [True] * 300
        assert (len(said(engine)), len(submissions_of(engine))) == (300, 1)

    def test_telegrams_of_two_sources_that_wait_together_keep_their_senders(self, engine):
        known = world(engine, source("A"), source("B", station="shangyou"))
        frames = frame(value("1")), frame(value("2"), MN="B"), frame(value("3"), "20260301050000002")
        assert sent(known, *frames) == [True] * 3
        with engine.connect() as connection:
            told = [(one.sender, len(one.files)) for one in submissions(connection, NOW)]
        assert told == [("from-B", 1), ("from-A", 2)]


def submissions_of(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [one.id for one in submissions(connection, NOW)]
