"""Telegrams (报文) of stations by HJ 212-2017: bytes in, telegrams or the reason why it is none out.

A frame is ``##``, four digits of length, the data, four hex digits of CRC, CR LF; the length counts the bytes of the
data. The data is ``QN=…;ST=…;CN=…;PW=…;MN=…;Flag=…;[PNUM=…;PNO=…;]CP=&&…&&``, the CP ``name=value`` pairs. `split`
cuts a stream into pieces, `decode` reads one, `joined` puts split telegrams together; `framed` writes one.

All text is kept as sent: values, codes nobody declared, station flags. Passwords alone are masked at once. Nothing is
judged here: what a code means, its unit (stations differ, by a factor of 1000 for metals) and whether the device may
speak for a station are for others to say. A CRC that fits is no proof: it takes only 256 different values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from monitoring_ingest.formats.file_text import UnreadableFile, decoded

Error = Literal["length", "crc", "syntax"]
Pairs = tuple[tuple[str, str], ...]

START = b"##"
LONGEST = len("##9999") + 9999 + len("1C80\r")  # what four digits can announce, up to the line feed
MASK = "******"
DATA_TIME = "DataTime"
MARK = "Flag"

_REQUIRED = ("ST", "CN", "MN")
_SECRET = frozenset({"pw", "newpw"})
_LENGTH_DIGITS = 4
_CRC_DIGITS = 4
_FRAME = re.compile(rb"##([0-9]{4})(.*)", re.DOTALL)
_BOUNDARY = re.compile(rb"\n|(?=##[0-9]{4})")
_NOT_YET_A_START = len("##999")  # bytes at the end of a stream that may grow into a start
_FLAG = re.compile(r"[0-9]{1,3}")
_PART = re.compile(r"[0-9]{1,4}")
_SPLIT = 0b10
_ANSWER = 0b01
_VERSION_SHIFT = 2
_FLAG_BITS = 8
_WRITTEN_SECRET = re.compile(rb"(?i)(?P<name>pw\s*=)(?P<secret>(?:(?!&&)[^;,])*)")


@dataclass(frozen=True)
class Flag:
    """The Flag of a header, bit by bit: protocol version (bits 2–7), split (bit 1), answer wanted (bit 0).

    Versions are 0 (2005), 1 (2017), 2 (2025); stations sent 2 years before that edition, so it tells no protocol apart.
    """

    version: int
    split: bool
    answer: bool


@dataclass(frozen=True)
class FactorValues:
    """What a telegram says of one factor at one time.

    `fields` are Rtd, Avg, Min, Max, Cou …, `mark` is the flag the station gave them. `time` is the DataTime before it,
    "" where there is none: the start of the period (CN 2051, 2061, 2031, 2041) or the moment of sampling (2011).
    """

    code: str
    time: str
    fields: Mapping[str, str]
    mark: str


@dataclass(frozen=True)
class Telegram:
    """One telegram: header fields and the pairs of its CP, as sent. Passwords are masked.

    `flag` is None where the header has none; `part` of `parts` is 1 of 1 unless the flag says that it is split.
    """

    header: Mapping[str, str]
    flag: Flag | None
    part: int
    parts: int
    pairs: Pairs

    @property
    def values(self) -> tuple[FactorValues, ...]:
        """The values by time and factor, in the order of their first mention: every pair ``code-field=value``."""
        found: dict[tuple[str, str], dict[str, str]] = {}
        for (time, name), value in _measured(self.pairs):
            code, _, field = name.partition("-")
            found.setdefault((time, code), {})[field] = value
        return tuple(
            FactorValues(
                code, time, MappingProxyType({f: v for f, v in fields.items() if f != MARK}), fields.get(MARK, "")
            )
            for (time, code), fields in found.items()
        )

    @property
    def parameters(self) -> Pairs:
        """The pairs that belong to no factor: DataTime, RtdInterval, QnRtn …"""
        return tuple(pair for pair in self.pairs if "-" not in pair[0])


@dataclass(frozen=True)
class Refused:
    """Why bytes are no telegram. The words quote nothing of what was sent, for it may hold a password."""

    error: Error
    zh: str
    en: str


@dataclass(frozen=True)
class Joined:
    """Telegrams after joining: those that are whole, and those whose parts are absent or contradict each other."""

    complete: tuple[Telegram, ...]
    waiting: tuple[Telegram, ...]


def _after_eight_shifts(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register


_SHIFTED = tuple(map(_after_eight_shifts, range(256)))


def crc16(data: bytes) -> int:
    """The CRC of HJ 212-2017, annex A. Not MODBUS: the low byte of the register is dropped before each byte."""
    register = 0xFFFF
    for byte in data:
        register = _SHIFTED[(register >> 8) ^ byte]
    return register


def split(stream: bytes, longest: int = LONGEST) -> tuple[tuple[bytes, ...], bytes]:
    """The pieces of a stream that are finished, and the rest, to be put before the next chunk.

    A piece ends at a line feed, where the next frame starts (``##`` and four digits), or after `longest` bytes, so that
    noise neither swallows the frame behind it nor fills the memory. Pieces of noise are handed over like frames, and
    `decode` refuses them; nothing but line ends is lost. Where the stream is cut into chunks makes no difference.
    """
    *ended, rest = _BOUNDARY.split(stream)
    pieces = [part for piece in ended for part in _cut(piece, longest)]
    while len(rest) >= longest + _NOT_YET_A_START:
        pieces.append(rest[:longest])
        rest = rest[longest:]
    return tuple(piece for piece in pieces if piece.strip(b"\r")), rest


def _cut(piece: bytes, longest: int) -> Iterator[bytes]:
    return (piece[at : at + longest] for at in range(0, len(piece), longest))


def decode(frame: bytes) -> Telegram | Refused:
    """The telegram of one frame, with its line end or without.

    Refused, never raised: ``length`` (not four digits, or another number of bytes), ``crc``, ``syntax`` (the rest).
    """
    frame = frame.removesuffix(b"\n").removesuffix(b"\r")
    if not frame.startswith(START):
        return Refused("syntax", "不以 ## 开头", "does not start with ##")
    found = _FRAME.fullmatch(frame)
    if not found:
        return Refused("length", "## 之后不是四位数字的长度", "no four digits of length after ##")
    announced = int(found[1])
    sent = len(found[2]) - _CRC_DIGITS
    if announced != sent:
        zh = f"写明 {announced} 字节，实为 {max(sent, 0)} 字节"
        en = f"{announced} bytes announced, {max(sent, 0)} sent"
        return Refused("length", zh, en)
    data = found[2][:sent]
    crc = found[2][sent:]
    if crc.upper() != b"%04X" % crc16(data):
        return Refused("crc", "CRC 与数据不符", "the CRC does not fit the data")
    return read_data(data)


def read_data(data: bytes) -> Telegram | Refused:
    """The telegram of a data segment alone: of one taken out of a frame that was checked before (`data_of`)."""
    try:
        return _telegram(decoded(data))
    except UnreadableFile:
        return Refused("syntax", "数据段不是文本", "the data is no text")
    except _Malformed as problem:
        return Refused("syntax", problem.zh, problem.en)


def data_of(frame: bytes) -> bytes:
    """The data segment of a frame that `decode` has read, whether its CRC still fits or not."""
    return frame.strip(b"\r\n")[len(START) + _LENGTH_DIGITS : -_CRC_DIGITS]


def framed(data: bytes) -> bytes:
    """A whole frame around a data segment."""
    return b"%s%04d%s%04X\r\n" % (START, len(data), data, crc16(data))


def masked(frame: bytes) -> bytes:
    """The frame with an asterisk for every byte of a password: its length still fits, its CRC does not."""
    return _WRITTEN_SECRET.sub(lambda found: found["name"] + b"*" * len(found["secret"]), frame)


def passwords(frame: bytes) -> tuple[bytes, ...]:
    """The passwords written in a frame, to be compared at once and forgotten."""
    return tuple(found["secret"] for found in _WRITTEN_SECRET.finditer(frame))


class _Malformed(Exception):
    """What is wrong with a data segment; it never leaves this module."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh, self.en = zh, en


def _telegram(data: str) -> Telegram:
    head, begin, tail = data.partition("CP=&&")
    body = tail.removesuffix("&&")
    if not begin or not head.endswith(";") or body == tail or "&&" in body:
        raise _Malformed("没有以 CP=&&…&& 结尾", "does not end with CP=&&…&&")
    fields = [_pair(item, "字段 header") for item in head.removesuffix(";").split(";")]
    header = dict(fields)
    if len(header) < len(fields):
        raise _Malformed("头部有字段写了两次", "a header field is given twice")
    for name in _REQUIRED:
        if not header.get(name):
            raise _Malformed(f"头部没有 {name}", f"the header has no {name}")
    pairs = tuple(_pair(item, "CP") for item in re.split("[;,]", body) if item)
    if (twice := _contradiction(pairs)) is not None:
        raise _Malformed(f"{twice} 有两个不同的值", f"{twice} has two different values")
    flag = _flag(header.get("Flag"))
    part, parts = _parts(header) if flag and flag.split else (1, 1)
    return Telegram(MappingProxyType(header), flag, part, parts, pairs)


def _pair(item: str, where: str) -> tuple[str, str]:
    """``name=value``, a password masked."""
    name, _, value = item.partition("=")
    if not name or item.count("=") != 1:
        raise _Malformed(f"{where} 中有一项不是 名=值", f"an item of {where} is not name=value")
    return name, MASK if value and name.strip().casefold() in _SECRET else value


def _flag(text: str | None) -> Flag | None:
    if text is None:
        return None
    if not _FLAG.fullmatch(text) or int(text) >> _FLAG_BITS:
        raise _Malformed("Flag 不是一个字节的数", "Flag is not a number of one byte")
    bits = int(text)
    return Flag(bits >> _VERSION_SHIFT, bool(bits & _SPLIT), bool(bits & _ANSWER))


def _parts(header: Mapping[str, str]) -> tuple[int, int]:
    """PNO and PNUM of a split telegram."""
    written = [header.get(name, "") for name in ("PNO", "PNUM")]
    if all(map(_PART.fullmatch, written)):
        part, parts = map(int, written)
        if 1 <= part <= parts:
            return part, parts
    raise _Malformed("Flag 说已分包，PNUM、PNO 却不是 1 ≤ PNO ≤ PNUM", "split, but not 1 <= PNO <= PNUM")


def _measured(pairs: Pairs) -> Iterator[tuple[tuple[str, str], str]]:
    """((time, name), value) of every pair that belongs to a factor; the time is the DataTime before it."""
    time = ""
    for name, value in pairs:
        if name == DATA_TIME:
            time = value
        elif "-" in name:
            yield (time, name), value


def contradict(one: Telegram, other: Telegram) -> bool:
    """Whether two telegrams give different values to one field of a factor at one time."""
    return _contradiction((*one.pairs, *other.pairs)) is not None


def _contradiction(pairs: Pairs) -> str | None:
    """A name that has two values at one time; None where there is none."""
    known: dict[tuple[str, str], str] = {}
    return next((key[1] for key, value in _measured(pairs) if known.setdefault(key, value) != value), None)


def joined(telegrams: Iterable[Telegram]) -> Joined:
    """Split telegrams put together: the same device, request (QN), command and number of parts, in whatever order.

    A repeated part counts once. Parts that contradict each other are never joined: nobody knows which one holds.
    """
    together: dict[tuple[str | int | None, ...], list[Telegram]] = {}
    for number, one in enumerate(telegrams):
        same = tuple(one.header.get(name) for name in ("MN", "QN", "ST", "CN")) if one.parts > 1 else (number,)
        known = together.setdefault((*same, one.parts), [])
        if one not in known:
            known.append(one)
    wholes = [(parts, _whole(parts)) for parts in together.values()]
    complete = tuple(whole for _, whole in wholes if whole)
    return Joined(complete, tuple(one for parts, whole in wholes if whole is None for one in parts))


def _whole(parts: Sequence[Telegram]) -> Telegram | None:
    """One telegram of all its parts, with the header of the first; None where it cannot be made."""
    ordered = sorted(parts, key=lambda one: one.part)
    first = ordered[0]
    if [one.part for one in ordered] != list(range(1, first.parts + 1)):
        return None
    pairs = tuple(pair for one in ordered for pair in one.pairs)
    if _contradiction(pairs) is not None:
        return None
    header = {name: value for name, value in first.header.items() if name not in ("PNUM", "PNO")}
    return replace(first, header=MappingProxyType(header), part=1, parts=1, pairs=pairs)
