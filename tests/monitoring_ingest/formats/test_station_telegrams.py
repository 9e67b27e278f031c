"""Telegrams by HJ 212-2017: what a frame says, why one is refused, how streams are cut and split ones joined."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitoring_ingest.formats.station_telegrams import (
    LONGEST,
    MASK,
    Flag,
    Joined,
    Refused,
    Telegram,
    crc16,
    decode,
    joined,
    split,
)
from tests.monitoring_ingest.telegram_mutations import SENT, crc_bit_by_bit, fits, framed, mutations

VECTORS = Path(__file__).parents[4] / "shared" / "facts" / "standards" / "hj212_vectors.csv"
TIME = "20260301040000"
HOURLY = (
    b"##0370QN=20260301050000123;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=5;CP=&&DataTime=20260301040000;"
    b"w01010-Avg=9.8,w01010-Flag=N;w01001-Avg=7.62,w01001-Flag=N;w01009-Avg=9.14,w01009-Flag=N;"
    b"w01014-Avg=286.0,w01014-Flag=N;w01003-Avg=12.4,w01003-Flag=N;w01019-Avg=2.31,w01019-Flag=N;"
    b"w21003-Avg=0.118,w21003-Flag=N;w21011-Avg=0.047,w21011-Flag=N;w21001-Avg=1.36,w21001-Flag=N&&BE01"
)
HEAD = "QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;"
FIRST_OF_TWO = (
    b"##0141QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=7;PNUM=2;PNO=1;"
    b"CP=&&DataTime=20260301040000;w01019-Avg=2.31,w01019-Flag=N&&3FC0"
)
SECOND_OF_TWO = (
    b"##0142QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=7;PNUM=2;PNO=2;"
    b"CP=&&DataTime=20260301040000;w21011-Avg=0.047,w21011-Flag=N&&CC01"
)
Said = tuple[str, str, dict[str, str], str]


def read(data: str | bytes) -> Telegram:
    """The telegram of some data in a whole frame."""
    telegram = decode(framed(data))
    assert isinstance(telegram, Telegram), telegram
    return telegram


def refused(frame: bytes) -> str:
    """The error of a frame that is none."""
    problem = decode(frame)
    assert isinstance(problem, Refused), problem
    assert problem.zh and problem.en
    return problem.error


def with_cp(cp: str, head: str = f"{HEAD}Flag=5;") -> str:
    return f"{head}CP=&&{cp}&&"


def said(telegram: Telegram) -> list[Said]:
    return [(one.code, one.time, dict(one.fields), one.mark) for one in telegram.values]


def part(number: int, of: int, cp: str, mn: str = "S000000_0001") -> Telegram:
    head = f"QN=20260301080000001;ST=21;CN=2061;PW=123456;MN={mn};Flag=7;PNUM={of};PNO={number};"
    return read(with_cp(cp, head))


class TestVectors:
    """The frames this project was given, each with what must become of it."""

    def test_the_hourly_frame(self):
        telegram = decode(HOURLY)
        assert isinstance(telegram, Telegram)
        assert said(telegram) == [
            ("w01010", TIME, {"Avg": "9.8"}, "N"),
            ("w01001", TIME, {"Avg": "7.62"}, "N"),
            ("w01009", TIME, {"Avg": "9.14"}, "N"),
            ("w01014", TIME, {"Avg": "286.0"}, "N"),
            ("w01003", TIME, {"Avg": "12.4"}, "N"),
            ("w01019", TIME, {"Avg": "2.31"}, "N"),
            ("w21003", TIME, {"Avg": "0.118"}, "N"),
            ("w21011", TIME, {"Avg": "0.047"}, "N"),
            ("w21001", TIME, {"Avg": "1.36"}, "N"),
        ]
        assert telegram.parameters == (("DataTime", TIME),)
        assert (telegram.flag, telegram.part, telegram.parts) == (Flag(version=1, split=False, answer=True), 1, 1)
        words = {"QN": "20260301050000123", "ST": "21", "CN": "2061", "PW": MASK, "MN": "S000000_0001", "Flag": "5"}
        assert dict(telegram.header) == words

    def test_the_split_pair(self):
        first, second = decode(FIRST_OF_TWO), decode(SECOND_OF_TWO)
        assert isinstance(first, Telegram) and isinstance(second, Telegram)
        assert [(one.part, one.parts) for one in (first, second)] == [(1, 2), (2, 2)]
        (whole,) = joined([second, first]).complete
        assert said(whole) == [("w01019", TIME, {"Avg": "2.31"}, "N"), ("w21011", TIME, {"Avg": "0.047"}, "N")]

    def test_every_frame_of_the_table_comes_out_as_stated(self):
        if not VECTORS.is_file():
            pytest.skip("the folder ../shared/facts with frames of others is not on this machine")
        with VECTORS.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        outcomes = {}
        for row in rows:
            found = decode(row["packet_without_crlf"].encode())
            outcomes[row["name"]] = found.error if isinstance(found, Refused) else "ok"
        stated = {"ok": "ok", "crc_error_but_modbus_ok": "crc"}
        assert outcomes == {row["name"]: stated[row["expected"]] for row in rows}
        data = [row["packet_without_crlf"].encode()[6:-4] for row in rows]
        assert [f"{crc16(each):04X}" for each in data] == [row["crc_hj212"] for row in rows]


class TestFrame:
    @pytest.mark.parametrize(
        "frame",
        [HOURLY + b"\r\n", HOURLY + b"\n", HOURLY[:-4] + b"be01", HOURLY[:-4] + b"bE01\r\n"],
        ids=["CR LF", "LF", "small CRC", "mixed CRC"],
    )
    def test_line_end_and_case_of_the_crc_make_no_difference(self, frame):
        assert decode(frame) == decode(HOURLY)

    @pytest.mark.parametrize(
        ("frame", "error"),
        [
            (b"", "syntax"),
            (b"#", "syntax"),
            (b" " + HOURLY, "syntax"),
            (b"##", "length"),
            (b"##037", "length"),
            (b"##03x0" + HOURLY[6:], "length"),
            (b"##0371" + HOURLY[6:], "length"),
            (b"##0369" + HOURLY[6:], "length"),
            (HOURLY[:-1], "length"),
            (HOURLY + b" ", "length"),
            (HOURLY + HOURLY, "length"),
            (b"##0000", "length"),
            (HOURLY[:-4] + b"F906", "crc"),
            (HOURLY[:-4] + b"BE0G", "crc"),
            (HOURLY.replace(b"2.31", b"2.32"), "crc"),
            (b"##0000FFFF", "syntax"),
        ],
        ids=str,
    )
    def test_what_is_no_frame_is_refused_with_its_error(self, frame, error):
        assert refused(frame) == error

    @given(st.binary(max_size=300))
    @example(b"")
    def test_the_crc_is_that_of_the_standard_bit_by_bit(self, data):
        assert crc16(data) == crc_bit_by_bit(data)

    def test_the_length_counts_bytes_in_either_encoding_of_chinese(self):
        text = with_cp("i13004-Info=清洗管路")
        for raw in (text.encode(), text.encode("gb18030")):
            assert read(raw).values[0].fields["Info"] == "清洗管路"


class TestSyntax:
    @pytest.mark.parametrize(
        "data",
        [
            HEAD,
            HEAD + "Flag=5;CP=w01019-Rtd=1",
            HEAD + "Flag=5;CP=&&w01019-Rtd=1",
            HEAD + "Flag=5;CP=&&w01019-Rtd=1&&;",
            HEAD + "Flag=5;CP=&&a-Rtd=1&&b-Rtd=2&&",
            HEAD + "Flag=5;CP=&&&",
            HEAD + "Flag=5CP=&&&&",
            "CP=&&&&",
            with_cp("w01019-Rtd"),
            with_cp("w01019-Rtd=1w01019-Flag=N"),
            with_cp("=1"),
            with_cp("w01019-Rtd=1;w01019-Rtd=2"),
            with_cp("", "CN=2011;MN=A;Flag=4;"),
            with_cp("", "ST=21;MN=A;Flag=4;"),
            with_cp("", "ST=21;CN=2011;MN=;Flag=4;"),
            with_cp("", "ST=21;ST=22;CN=2011;MN=A;"),
            with_cp("", f"{HEAD}Flag=;"),
            with_cp("", f"{HEAD}Flag=256;"),
            with_cp("", f"{HEAD}Flag=-1;"),
            with_cp("", f"{HEAD}Flag=٥;"),
            with_cp("", f"{HEAD}Flag=7;"),
            with_cp("", f"{HEAD}Flag=7;PNUM=2;"),
            with_cp("", f"{HEAD}Flag=7;PNUM=2;PNO=0;"),
            with_cp("", f"{HEAD}Flag=7;PNUM=2;PNO=3;"),
            with_cp("", f"{HEAD}Flag=7;PNUM={'9' * 5000};PNO=1;"),
            with_cp("w01019-Rtd=\0"),
            with_cp("").encode() + b"\xff",
        ],
        ids=lambda data: str(data)[-60:],
    )
    def test_data_that_breaks_the_grammar_is_refused_though_its_crc_fits(self, data):
        assert refused(framed(data)) == "syntax"

    @pytest.mark.parametrize(
        ("data", "cp"),
        [
            (with_cp(""), []),
            (with_cp("w01019-Rtd=1;"), [("w01019-Rtd", "1")]),
            (with_cp("w01019-Rtd=1,w01019-Rtd=1"), [("w01019-Rtd", "1"), ("w01019-Rtd", "1")]),
            (with_cp("RtdInterval=30"), [("RtdInterval", "30")]),
            (with_cp("w01019-Rtd="), [("w01019-Rtd", "")]),
            (with_cp("", "ST=91;CN=9014;MN=A;"), []),
            (with_cp("", f"{HEAD}Flag=4;New=x;"), []),
        ],
        ids=lambda given: given[-40:] if isinstance(given, str) else "",
    )
    def test_what_devices_do_beside_the_standard_is_read(self, data, cp):
        """No QN, no Flag, a further header field, a semicolon too many, a pair sent twice, no value."""
        assert list(read(data).pairs) == cp

    @pytest.mark.parametrize(
        ("written", "flag"),
        [
            ("0", Flag(version=0, split=False, answer=False)),
            ("1", Flag(version=0, split=False, answer=True)),
            ("4", Flag(version=1, split=False, answer=False)),
            ("7", Flag(version=1, split=True, answer=True)),
            ("9", Flag(version=2, split=False, answer=True)),
            ("255", Flag(version=63, split=True, answer=True)),
        ],
    )
    def test_the_bits_of_the_flag(self, written, flag):
        assert read(with_cp("", f"{HEAD}Flag={written};PNUM=1;PNO=1;")).flag == flag

    def test_without_the_bit_a_telegram_is_not_split_and_without_a_flag_there_is_none(self):
        telegram = read(with_cp("", f"{HEAD}PNUM=2;PNO=1;"))
        assert (telegram.flag, telegram.part, telegram.parts) == (None, 1, 1)


class TestValues:
    def test_codes_and_fields_nobody_declared_and_every_digit_are_kept(self):
        cp = "DataTime=1;zz9-Rtd=0.10,zz9-Flag=L?;w01019-Min=1.0,w01019-Max=2.00,w01019-Cou=,w01019-Flag=T;SB1-RS=1"
        assert said(read(with_cp(cp))) == [
            ("zz9", "1", {"Rtd": "0.10"}, "L?"),
            ("w01019", "1", {"Min": "1.0", "Max": "2.00", "Cou": ""}, "T"),
            ("SB1", "1", {"RS": "1"}, ""),
        ]

    def test_each_value_has_the_time_before_it(self):
        cp = "a-Avg=0;DataTime=1;a-Avg=1;b-Avg=2;DataTime=2;a-Avg=3"
        found = [("a", "", "0"), ("a", "1", "1"), ("b", "1", "2"), ("a", "2", "3")]
        assert [(one.code, one.time, one.fields["Avg"]) for one in read(with_cp(cp)).values] == found

    def test_no_password_is_kept_anywhere(self):
        telegram = read(with_cp("NewPW=654321; pw =1234567"))
        assert telegram.pairs == (("NewPW", MASK), (" pw ", MASK))
        assert not any(secret in repr(telegram) for secret in ("123456", "654321"))

    @pytest.mark.parametrize("data", ["PW123456;CP=&&&&", "PW=123456;PW=123456;CP=&&&&", "ST=21,PW=123456;CP=&&&&"])
    def test_a_refusal_does_not_quote_one(self, data):
        assert "123456" not in repr(decode(framed(data)))

    def test_a_telegram_cannot_be_changed(self):
        telegram = read(with_cp("a-Avg=1"))
        with pytest.raises(FrozenInstanceError):
            telegram.part = 2
        with pytest.raises(TypeError):
            telegram.header["MN"] = "B"
        with pytest.raises(TypeError):
            telegram.values[0].fields["Avg"] = "2"


class TestMutations:
    """Whatever happens on the line: nothing raises, and nothing is read as something else unless its CRC fits."""

    def test_twenty_thousand_frames_broken_at_random(self):
        counts = mutations(20_000, seed=1)
        assert counts.total() == 20_000
        assert counts["wrong"] == 0
        assert all(counts[error] > 100 for error in ("length", "crc", "syntax", "same"))

    def test_the_same_seed_breaks_the_same_frames(self):
        assert mutations(500, seed=7) == mutations(500, seed=7) != mutations(500, seed=8)

    def test_every_single_flipped_bit_of_the_data_is_noticed(self):
        for at in range(len("##0370"), len(HOURLY) - len("BE01")):
            for bit in range(8):
                broken = bytearray(HOURLY)
                broken[at] ^= 1 << bit
                assert refused(bytes(broken)) == "crc"

    @given(st.sampled_from(list(SENT)), st.data())
    def test_a_spliced_frame(self, frame, data):
        begin, end = sorted(data.draw(st.integers(0, len(frame))) for _ in range(2))
        broken = frame[:begin] + data.draw(st.binary(max_size=8)) + frame[end:]
        found = decode(broken)
        assert isinstance(found, Refused) or found == SENT[frame] or fits(broken)

    @given(st.one_of(st.binary(max_size=80), st.text(alphabet="QNSTCMFlagPWU=;,&-0129#\r\n", max_size=80)))
    def test_any_data_in_a_sound_frame_is_read_or_refused(self, data):
        found = decode(framed(data))
        assert isinstance(found, Telegram) or found.error == "syntax"


def in_chunks(stream: bytes, cuts: Sequence[int], longest: int = LONGEST) -> tuple[list[bytes], bytes]:
    """A stream split chunk by chunk, as it comes in."""
    pieces: list[bytes] = []
    rest = b""
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        more, rest = split(rest + stream[begin:end], longest)
        pieces.extend(more)
    return pieces, rest


class TestStream:
    def test_frames_are_found_and_the_unfinished_one_is_kept(self):
        assert split(HOURLY + b"\r\n" + FIRST_OF_TWO + b"\r\n" + SECOND_OF_TWO) == (
            (HOURLY + b"\r", FIRST_OF_TWO + b"\r"),
            SECOND_OF_TWO,
        )

    @pytest.mark.parametrize("noise", [b"\0\xff", b"#", b"##0999QN=", b"\r\n\r\n", b"##", b"x" * 50_000, b"##9999"])
    def test_noise_does_not_swallow_the_frame_behind_it(self, noise):
        pieces, rest = split(noise + HOURLY + b"\r\n")
        assert [piece for piece in pieces if isinstance(decode(piece), Telegram)] == [HOURLY + b"\r"]
        assert rest == b""

    def test_a_frame_without_line_end_ends_where_the_next_begins(self):
        assert split(HOURLY + FIRST_OF_TWO + b"\n") == ((HOURLY, FIRST_OF_TWO), b"")

    def test_the_longest_frame_passes_whole_and_what_is_longer_is_cut(self):
        longest = framed(b"x" * 9999)
        assert len(longest) == LONGEST + 1
        assert split(longest) == ((longest[:-1],), b"")
        assert [len(piece) for piece in split(b"x" * 25 + b"\n", longest=10)[0]] == [10, 10, 5]

    def test_the_rest_never_grows_beyond_one_frame(self):
        rest = b""
        for _ in range(200):
            _, rest = split(rest + b"#" * 999)
            assert len(rest) < LONGEST + len("##0000")

    @given(
        st.lists(
            st.sampled_from([HOURLY, b"##0101", b"##", b"#", b"\r\n", b"\n", b"\r", b"0", b"12", b"x" * 7]), max_size=30
        ),
        st.data(),
    )
    def test_where_the_stream_is_cut_makes_no_difference(self, parts, data):
        stream = b"".join(parts)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
        for longest in (8, 20, LONGEST):
            assert in_chunks(stream, cuts, longest) == in_chunks(stream, [], longest)
            assert in_chunks(stream, range(len(stream)), longest) == in_chunks(stream, [], longest)

    @given(st.binary(max_size=200))
    def test_nothing_but_line_ends_is_lost(self, stream):
        pieces, rest = split(stream, longest=16)
        kept = b"".join([*pieces, rest])
        assert kept.translate(None, b"\r\n") == stream.translate(None, b"\r\n")


class TestJoining:
    CPS = (f"DataTime={TIME};a-Avg=1,a-Flag=N", "b-Avg=2", "b-Flag=D;c-Avg=3")
    WHOLE = (("a", TIME, {"Avg": "1"}, "N"), ("b", TIME, {"Avg": "2"}, "D"), ("c", TIME, {"Avg": "3"}, ""))

    @given(st.permutations([1, 2, 3, 3, 1]))
    def test_any_order_and_repeated_parts_give_the_same_telegram(self, numbers):
        """A part may end between a value and its flag, and only the first need tell the time."""
        found = joined([part(number, 3, self.CPS[number - 1]) for number in numbers])
        (whole,) = found.complete
        assert (said(whole), found.waiting) == (list(self.WHOLE), ())
        assert (whole.part, whole.parts) == (1, 1)
        assert not {"PNUM", "PNO"} & whole.header.keys()
        assert joined([whole]).complete == (whole,)

    def test_an_absent_part_leaves_the_others_waiting(self):
        there = [part(number, 3, self.CPS[number - 1]) for number in (3, 1)]
        assert joined(there) == Joined(complete=(), waiting=tuple(there))

    @pytest.mark.parametrize(
        "parts",
        [
            [(1, "DataTime=1;a-Avg=1"), (2, "b-Avg=2"), (2, "b-Avg=3")],
            [(1, "DataTime=1;a-Avg=1"), (2, "a-Avg=2")],
        ],
        ids=["one part sent with two values", "two parts with two values"],
    )
    def test_parts_that_contradict_each_other_are_not_joined(self, parts):
        there = tuple(part(number, 2, cp) for number, cp in parts)
        assert joined(there) == Joined(complete=(), waiting=there)

    def test_parts_of_different_devices_are_not_mixed(self):
        found = joined([part(1, 2, "a-Avg=1", mn="A"), part(2, 2, "a-Avg=2", mn="B")])
        assert (found.complete, len(found.waiting)) == ((), 2)

    def test_telegrams_that_are_not_split_pass_each_for_itself(self):
        one = read(with_cp("a-Avg=1"))
        assert joined([one, one]).complete == (one, one)
