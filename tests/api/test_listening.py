"""The listener on a real socket, over both databases: however bytes come, answered means stored."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import sleep

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from api.cli import main
from api.listening import Limits, opened
from basin.errors import UsageError
from monitoring_ingest.access.audit_store import Wanted, acts
from monitoring_ingest.access.tries import FREE
from monitoring_ingest.database.engine import reading, writing
from monitoring_ingest.formats.station_telegrams import Telegram, decode
from monitoring_ingest.records.history_store import submissions
from monitoring_ingest.schedule.tables import locks
from monitoring_ingest.telegrams import store
from tests.api.live_listener import SMALL_BUFFER, Live, live
from tests.monitoring_ingest.telegram_makers import (
    FIRST_OF_TWO,
    HOURLY,
    NOW,
    OF_VECTORS,
    SECOND_OF_TWO,
    SECRET,
    STANDARD,
    VECTORS,
    fingerprint,
    frame,
    part,
    said,
    source,
    value,
    world,
)
from tests.monitoring_ingest.telegrams.test_intake import VALUES_OF_VECTORS

pytestmark = [pytest.mark.alone, pytest.mark.proof]
ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
SOON = 1.0  # seconds after which the listener of a test loses patience
MOMENT = 0.01
TIME_AFTER = "20260228000000"


@pytest.fixture
def listening(engine: Engine) -> Iterator[Live]:
    """A listener for devices A and B."""
    with live(world(engine, source("A"), source("B", station="shangyou"))) as running:
        yield running


def answered(line: bytes) -> str:
    """The QN of a data answer."""
    found = decode(line)
    assert isinstance(found, Telegram), line
    assert (found.header["ST"], found.header["CN"], found.header["Flag"]) == ("91", "9014", "4")
    assert found.pairs == ()
    return found.header["QN"]


def refused(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row["error"]: row["seen"] for row in store.refused(connection, NOW.date().isoformat())}


class TestVectors:
    def test_the_six_frames_come_out_as_stated(self, engine):
        with live(world(engine, *OF_VECTORS)) as running, running.peer() as station:
            station.send(b"\r\n".join(VECTORS) + b"\r\n")
            asked = (STANDARD, HOURLY, FIRST_OF_TWO, SECOND_OF_TWO)
            assert [answered(line) for line in station.answers()] == [one[9:26].decode() for one in asked]
            assert said(engine) == VALUES_OF_VECTORS
            assert refused(engine) == {"crc": 1}


@pytest.mark.proof
class TestStream:
    def test_a_frame_cut_at_any_byte_is_stored_and_answered(self, listening, engine):
        times = [f"202602{day:02}{hour:02}0000" for day in range(1, 29) for hour in range(24)]
        length = len(frame(value("1", times[0])))
        frames = [frame(value("1", time), qn=f"{20260301050000000 + at}") for at, time in enumerate(times[:length])]
        with ExitStack() as stack:
            stations = [stack.enter_context(listening.peer()) for _ in frames]
            for at, (station, one) in enumerate(zip(stations, frames, strict=True)):
                station.send(one[:at])
            for at, (station, one) in enumerate(zip(stations, frames, strict=True)):
                station.send(one[at:])
            qns = [answered(station.answer()) for station in stations]
        assert qns == [f"{20260301050000000 + at}" for at in range(length)]
        assert len(said(engine)) == length

    def test_byte_by_byte_and_all_at_once(self, listening, engine):
        frames = [frame(value(str(day), f"202602{day:02}000000"), qn=f"{day}") for day in range(1, 11)]
        stream = b"".join(frames)
        with listening.peer() as station:
            station.send(*(stream[at : at + 1] for at in range(len(stream))))
            assert [answered(station.answer()) for _ in frames] == [str(day) for day in range(1, 11)]
        with listening.peer() as station:
            station.send(stream)
            assert len(station.answers()) == 10
        assert [row[2] for row in said(engine)] == [str(day) for day in range(1, 11)]

    def test_noise_and_frames_too_long_do_not_harm_the_frame_behind_them(self, listening, engine):
        with listening.peer() as station:
            station.send(b"\0\xff" * 40_000, b"\r\n##9999", b"x\n" * 5_000, frame(value("1")))
            assert [answered(line) for line in station.answers()] == ["20260301050000001"]
        assert said(engine) == [("qiaotou", "codmn", "1")]
        assert set(refused(engine)) == {"syntax", "length"}

    @pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n"])
    def test_a_frame_is_answered_whatever_its_line_end(self, listening, end):
        with listening.peer() as station:
            station.send(frame(value("1")).rstrip() + end)
            assert answered(station.answer()) == "20260301050000001"

    def test_who_does_not_ask_gets_no_answer_and_is_stored(self, listening, engine):
        with listening.peer() as station:
            station.send(frame(value("1"), Flag="4"))
            assert station.answers() == []
        assert said(engine) == [("qiaotou", "codmn", "1")]


class TestPasswords:
    """Wrong ones make their address wait, device by device, and leave a trace."""

    @pytest.fixture
    def guarded(self, engine: Engine) -> Iterator[Live]:
        guarded = {"password_sha256": fingerprint(SECRET)}
        with live(world(engine, source("A", **guarded), source("B", station="shangyou", **guarded))) as running:
            yield running

    def guesses(self, running: Live, number: int, device: str = "A") -> None:
        with running.peer() as guessing:
            guessing.send(*(frame(value("1"), PW=f"{guess:06}", MN=device) for guess in range(number)))
            assert guessing.answers() == []

    def test_after_a_few_of_them_even_the_right_one_has_to_wait(self, guarded, engine):
        self.guesses(guarded, FREE + 20)
        with guarded.peer() as station:
            station.send(frame(value("1")), frame(value("2", TIME_AFTER), qn="2", MN="B"))
            assert [answered(line) for line in station.answers()] == ["2"]  # another device does not wait
        assert refused(engine) == {"password": FREE + 1, "too_soon": 20}
        assert said(engine) == [("shangyou", "codmn", "2")]

    def test_a_station_that_has_sent_its_password_goes_on_over_its_connection(self, guarded):
        with guarded.peer() as station:
            station.send(frame(value("1")))
            assert answered(station.answer()) == "20260301050000001"
            self.guesses(guarded, FREE + 20)
            station.send(frame(value("2", TIME_AFTER), qn="2"))
            assert answered(station.answer()) == "2"

    def test_a_few_wrong_ones_keep_nobody_waiting(self, guarded):
        self.guesses(guarded, FREE)
        with guarded.peer() as station:
            station.send(frame(value("1")))
            assert answered(station.answer()) == "20260301050000001"

    def test_wrong_ones_leave_a_trace_without_the_password(self, guarded, engine):
        self.guesses(guarded, 2)
        with reading(engine) as connection:
            traces = acts(connection, Wanted(), 10)
        assert [(act.act, act.address, act.outcome, act.subject) for act in traces] == [
            ("telegram", "127.0.0.1", "password", "A")
        ] * 2


class TestTogether:
    def test_split_packets_of_two_devices_interleaved_on_one_line_and_on_two(self, listening, engine):
        first = [part(1, 2, value("1"), MN=mn) for mn in "AB"]
        second = [part(2, 2, value("2", code="w21003"), MN=mn) for mn in "AB"]
        with listening.peer() as one, listening.peer() as other:
            one.send(second[0], first[1])
            assert len([one.answer(), one.answer()]) == 2
            other.send(second[1], first[0])
            assert len(other.answers()) == 2
        values = [("codmn", "1"), ("nh3n", "2")]
        assert said(engine) == [(station, *each) for station in ("qiaotou", "shangyou") for each in values]

    @pytest.mark.proof
    def test_three_hundred_stations_at_once(self, engine):
        devices = [f"D{number}" for number in range(300)]
        times = [f"20260301{hour:02}{minute:02}00" for hour in range(10) for minute in range(30)]
        with ExitStack() as stack:
            running = stack.enter_context(live(world(engine, source(*devices))))
            stations = [stack.enter_context(running.peer()) for _ in devices]
            for station, device, time in zip(stations, devices, times, strict=True):
                station.send(frame(value("1", time), MN=device))
            assert {answered(station.answer()) for station in stations} == {"20260301050000001"}
        assert len(said(engine)) == 300
        with engine.connect() as connection:
            assert len(submissions(connection, NOW)) < 300


class TestLost:
    def test_a_packet_sent_again_after_a_lost_answer_is_answered_and_stored_once(self, listening, engine):
        for _ in range(3):
            with listening.peer() as station:
                station.send(frame(value("1")))
        with listening.peer() as station:
            station.send(frame(value("1")))
            assert answered(station.answer()) == "20260301050000001"
        assert said(engine) == [("qiaotou", "codmn", "1")]

    def test_a_connection_that_breaks_within_a_frame_leaves_nothing_behind(self, listening, engine):
        with listening.peer() as station:
            station.send(frame(value("1"))[:60])
        with listening.peer() as station:
            station.send(frame(value("1")))
            assert answered(station.answer()) == "20260301050000001"
        assert said(engine) == [("qiaotou", "codmn", "1")]

    def test_what_could_not_be_stored_is_not_answered_until_it_can(self, listening, engine):
        with writing(engine) as connection:
            connection.exec_driver_sql("DROP TABLE locks")
        with listening.peer() as station:
            station.send(frame(value("1")), frame(value("2", code="w21003"), MN="B"))
            assert station.answers() == []
        assert said(engine) == [] and listening.told
        with writing(engine) as connection:
            locks.create(connection)
        with listening.peer() as station:
            station.send(frame(value("1")), frame(value("2", code="w21003"), MN="B"))
            assert len(station.answers()) == 2
        assert said(engine) == [("qiaotou", "codmn", "1"), ("shangyou", "nh3n", "2")]


@pytest.mark.proof
class TestPeers:
    def test_a_silent_peer_is_closed(self, engine):
        with live(world(engine), Limits(stranger=SOON)) as running, running.peer() as station:
            assert station.closed()

    def test_a_peer_that_never_ends_its_frame_is_closed(self, engine):
        with live(world(engine), Limits(unfinished=SOON)) as running, running.peer() as station:
            station.send(frame(value("1")), b"##0100QN=")
            assert station.closed()
        assert said(engine) == [("qiaotou", "codmn", "1")]

    def test_a_known_station_may_be_silent_for_longer_than_a_stranger(self, engine):
        with live(world(engine), Limits(stranger=SOON)) as running, running.peer() as station:
            station.send(frame(value("1")))
            assert answered(station.answer())
            with running.peer() as other:
                assert other.closed()
            station.send(frame(value("2", code="w21003"), qn="2"))
            assert answered(station.answer()) == "2"

    def test_a_peer_that_never_reads_its_answers_is_closed(self, engine):
        with live(world(engine), Limits(unread=SOON)) as running, running.peer(SMALL_BUFFER) as station:
            with pytest.raises(ConnectionError):  # noqa: PT012 — which of the many sends fails is not known
                while True:
                    station.send(frame(value("1")) * 20)
            with running.peer() as other:
                other.send(frame(value("1")))
                assert answered(other.answer())

    def test_one_address_may_not_take_all_connections(self, engine):
        with (
            live(world(engine), Limits(of_one_host=2)) as running,
            running.peer() as one,
            running.peer() as two,
        ):
            for station in (one, two):
                station.send(frame(value("1")))
                assert answered(station.answer())
            with running.peer() as third:
                assert third.closed()


class TestStopping:
    def test_what_is_being_stored_is_stored_and_answered_first(self, engine):
        running = Live(world(engine))
        running.start()
        with running.peer() as station, running.peer() as idle:
            with writing(engine):
                station.send(frame(value("1")))
                while not running.listener.storing:
                    sleep(MOMENT)
                running.stop()
            assert answered(station.answer()) == "20260301050000001"
            assert station.closed() and idle.closed()
        assert running.ended()
        assert said(engine) == [("qiaotou", "codmn", "1")]

    @pytest.mark.proof
    def test_the_command_listens_until_it_is_told_to_stop(self, tmp_path):
        command = [sys.executable, "-c", "from api.cli import main; main()", "listen", "--port", "0", "--json"]
        told = {**os.environ, "HENGJIE_DATA": str(tmp_path), "HENGJIE_WITH": str(FIXTURES)}
        with subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.PIPE) as process:
            assert process.stdout
            said_first = json.loads(process.stdout.readline())
            assert said_first["devices"] == ["DEMO_QX3_0001"]
            running = Live.__new__(Live)
            host, port = said_first["address"].split(":")
            running.address = (host, int(port))
            with running.peer() as station:
                station.send(frame(value("1"), MN="DEMO_QX3_0001", PW="demo-2026"))
                assert answered(station.answer()) == "20260301050000001"
                process.send_signal(signal.SIGTERM)
                assert station.closed()
            assert process.wait() == 0


class TestSend:
    def test_the_frames_of_a_file_are_sent_and_the_answers_told_without_passwords(self, engine, tmp_path):
        file = tmp_path / "frames.txt"
        file.write_bytes(frame(value("1")) + b"\n" + frame(value("1")).replace(b"\r", b"") + b"noise\n")
        with live(world(engine)) as running:
            port = str(running.address[1])
            result = CliRunner().invoke(main, ["telegram", "send", str(file), "--port", port, "--json"])
            told = json.loads(result.stdout)
            assert (told["sent"], [one["QN"] for one in told["answers"]]) == (3, ["20260301050000001"] * 2)
            assert "123456" not in result.output
        assert said(engine) == [("qiaotou", "codmn", "1")]

    def test_where_nobody_listens_it_says_so(self, tmp_path):
        (tmp_path / "frames.txt").write_bytes(frame(value("1")))
        with opened("127.0.0.1", 0) as taken:
            port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["telegram", "send", str(tmp_path / "frames.txt"), "--port", port])
        assert result.exit_code == 1 and "先启动 hengjie listen" in result.stderr


class TestAddress:
    def test_a_port_that_is_taken_is_a_usage_error(self):
        with opened("127.0.0.1", 0) as first, pytest.raises(UsageError) as refusal:
            opened("127.0.0.1", first.getsockname()[1])
        assert "已被占用" in refusal.value.zh

    def test_without_a_declared_device_nobody_is_listened_to(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HENGJIE_DATA", str(tmp_path))
        result = CliRunner().invoke(main, ["listen", "--port", "0"])
        assert result.exit_code == 2
        assert re.search("没有声明任何报文来源.*--with fixtures", result.stderr, re.DOTALL)
