"""Frames as they arrive: how bytes are cut, which frame is good, what is kept of one, what it is answered."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitoring_ingest.formats.station_telegrams import Telegram, decode, masked
from monitoring_ingest.telegrams.frames import REFUSED_KEPT, answer, judged, legible, pieces
from monitoring_ingest.telegrams.profiles import devices
from tests.monitoring_ingest.telegram_makers import (
    FIRST_OF_TWO,
    HOURLY,
    MODBUS,
    OF_VECTORS,
    REALTIME,
    SECRET,
    STANDARD,
    VECTORS,
    fingerprint,
    frame,
    source,
    value,
)
from tests.monitoring_ingest.telegram_mutations import framed, mutated

KNOWN = devices(OF_VECTORS)
ONE = frame(value("1"))


class TestPieces:
    def test_a_sound_frame_waits_for_no_line_end(self):
        assert pieces(HOURLY) == ((HOURLY,), b"")
        assert pieces(HOURLY + b"\r") == ((HOURLY,), b"\r")
        assert pieces(HOURLY + FIRST_OF_TWO[:50]) == ((HOURLY,), FIRST_OF_TWO[:50])

    def test_what_follows_a_sound_frame_on_its_line_is_a_piece_of_its_own(self):
        assert pieces(HOURLY + b"noise\n") == ((HOURLY, b"noise"), b"")

    @given(
        st.lists(st.sampled_from([HOURLY, ONE, b"##0101", b"##", b"#", b"\r\n", b"\n", b"0", b"x" * 7]), max_size=12),
        st.lists(st.integers(0, 4_000), max_size=6),
    )
    @example([HOURLY, b"x" * 7, ONE], [374, 380])
    def test_where_the_stream_is_cut_makes_no_difference(self, parts, cuts):
        stream = b"".join(parts)
        found: list[bytes] = []
        rest = b""
        edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
        for begin, end in pairwise(edges):
            more, rest = pieces(rest + stream[begin:end])
            found.extend(more)
        whole, left = pieces(stream)
        assert (tuple(found), rest.strip(b"\r")) == (whole, left.strip(b"\r"))


class TestJudged:
    @pytest.mark.parametrize(
        ("piece", "error", "readings", "answered"),
        [
            (STANDARD, "", False, True),
            (REALTIME, "", True, False),
            (MODBUS, "crc", False, False),
            (HOURLY, "", True, True),
            (FIRST_OF_TWO, "", True, True),
            (HOURLY[:-1], "length", False, False),
            (b"GET / HTTP/1.1", "syntax", False, False),
            (ONE, "unknown_device", False, False),
            (frame(value("1"), MN="S000000_0001", PW="654321"), "password", False, False),
            (frame(value("1"), MN="S000000_0001", PW=""), "password", False, False),
            (frame(value("1"), MN="S000000_0001", PW=SECRET + ";PW2=1"), "", True, True),
        ],
        ids=str,
    )
    def test_each_frame_is_good_or_says_why_not(self, piece, error, readings, answered):
        found = judged(piece, KNOWN)
        assert (found.error, found.readings, found.answer is not None) == (error, readings, answered)

    def test_a_source_without_password_takes_any(self):
        assert judged(frame(value("1"), PW="whatever"), devices([source()])).error == ""

    def test_two_passwords_are_none(self):
        twice = framed("QN=1;ST=21;CN=2061;PW=123456; PW=654321;MN=A;CP=&&&&")
        assert judged(twice, devices([source(password_sha256=fingerprint(SECRET))])).error == "password"


class TestKept:
    @pytest.mark.parametrize("piece", [*VECTORS, frame("NewPW=123456"), frame("DataTime=1", MN="B")], ids=str)
    def test_no_password_is_kept_of_any_frame(self, piece):
        secrets = (SECRET.encode(), b"100000")
        assert not any(secret in judged(piece, KNOWN).kept for secret in secrets)

    def test_a_good_frame_is_kept_with_an_asterisk_for_each_byte_of_its_password(self):
        found = judged(HOURLY + b"\r", KNOWN)
        assert found.kept == HOURLY.replace(b"123456", b"******") == masked(HOURLY)
        assert found.sha256 == hashlib.sha256(found.kept).hexdigest()

    def test_of_a_refused_frame_only_what_is_plainly_no_password_is_kept(self):
        lost_name = HOURLY.replace(b"PW=123456", b"PX=123456").replace(b"CN=2061", b"CN=2061123456")
        assert legible(lost_name)[:80] == lost_name[:80].replace(b"CN=2061123456", b"*" * 13).replace(
            b"PX=123456", b"*********"
        )
        assert legible(b"\xff\x00 123456") == b"*" * 9
        assert legible(MODBUS) == MODBUS.replace(b"PW=123456", b"*********")

    @pytest.mark.proof
    def test_of_frames_broken_at_random_no_password_is_kept(self):
        random = Random(212)
        broken = (judged(mutated(frame, random), KNOWN) for frame in (HOURLY, FIRST_OF_TWO) for _ in range(20_000))
        kept = [one.kept for one in broken if one.error]
        assert len(kept) > 20_000
        assert [each for each in kept if SECRET.encode() in each] == []

    def test_a_refused_frame_is_cut(self):
        found = judged(b"x" * 9_000, KNOWN)
        assert (len(found.kept), found.size) == (REFUSED_KEPT, 9_000)


class TestAnswer:
    def test_it_repeats_qn_and_device_and_is_a_sound_frame(self):
        found = judged(HOURLY, KNOWN).answer
        assert found == (
            b"##0075QN=20260301050000123;ST=91;CN=9014;PW=123456;MN=S000000_0001;Flag=4;CP=&&&&" + found[-6:]
        )
        read = decode(found)
        assert isinstance(read, Telegram) and read.header["QN"] == "20260301050000123"

    @pytest.mark.parametrize(
        ("header", "answered"),
        [
            ({"Flag": "5"}, True),
            ({"Flag": "9"}, True),
            ({"Flag": "4"}, False),
            ({"Flag": "8"}, False),
            ({"Flag": ""}, False),
            ({"ST": "91", "CN": "9014"}, False),
            ({"QN": ""}, True),
        ],
    )
    def test_only_who_asks_is_answered_and_no_answer_ever(self, header, answered):
        piece = frame(value("1"), **header)
        read = decode(piece)
        assert isinstance(read, Telegram)
        assert (answer(piece, read) is not None) == answered
