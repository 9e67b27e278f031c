"""Telegrams (报文) of stations by HJ 212-2017: bytes in; telegrams, or the reasons why bytes are no telegram, out.

A frame is ``##``, four digits of length, the data, four hex digits of CRC, CR LF; the length counts the bytes of the
data. The data is ``QN=…;ST=…;CN=…;PW=…;MN=…;Flag=…;[PNUM=…;PNO=…;]CP=&&…&&``; the CP holds ``name=value`` pairs.
`split` cuts a stream into pieces, `decode` reads a frame, `joined` merges the parts of a telegram, `framed` writes a
frame.

All text is returned as sent, without blanks around it: values, undeclared codes, station flags. Only passwords are
masked, at once. This module judges no reading: the source declares what a code means, its unit (stations differ by a
factor of 1000 for metals) and which station a device speaks for. A CRC that fits proves little: the CRC takes only 256
different values.
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
LONGEST = len("##9999") + 9999 + len("1C80\r")  # the longest frame that four digits announce, without line feed
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

    Versions are 0 (2005), 1 (2017) and 2 (2025). Stations already sent 2 years before the 2025 edition, so the version
    does not identify the protocol.
    """

    version: int
    split: bool
    answer: bool


@dataclass(frozen=True)
class FactorValues:
    """The values that a telegram holds of one factor at one time.

    `fields` are Rtd, Avg, Min, Max, Cou …; `mark` is the station's flag for these values. `time` is the preceding
    DataTime ("" where there is none): the start of the period (CN 2051, 2061, 2031, 2041) or the moment of sampling
    (CN 2011).
    """

    code: str
    time: str
    fields: Mapping[str, str]
    mark: str


@dataclass(frozen=True)
class Telegram:
    """One telegram: the header fields and the pairs of its CP, as sent. Passwords are masked.

    `flag` is None where the header has no Flag. `part` of `parts` is 1 of 1 unless the flag marks a split telegram.
    """

    header: Mapping[str, str]
    flag: Flag | None
    part: int
    parts: int
    pairs: Pairs

    @property
    def values(self) -> tuple[FactorValues, ...]:
        """The values by time and factor, in the order of first mention: every pair ``code-field=value``."""
        fields_of: dict[tuple[str, str], dict[str, str]] = {}
        for (time, name), value in _measured(self.pairs):
            code, _, field = name.partition("-")
            fields_of.setdefault((time, code), {})[field] = value
        marks = [fields.pop(MARK, "") for fields in fields_of.values()]
        return tuple(
            FactorValues(code, time, MappingProxyType(fields), mark)
            for ((time, code), fields), mark in zip(fields_of.items(), marks, strict=True)
        )

    @property
    def parameters(self) -> Pairs:
        """The pairs that belong to no factor: DataTime, RtdInterval, QnRtn …"""
        return tuple(pair for pair in self.pairs if "-" not in pair[0])


@dataclass(frozen=True)
class Refused:
    """Why bytes are no telegram. The words quote nothing of the bytes, which may hold a password."""

    error: Error
    zh: str
    en: str


@dataclass(frozen=True)
class Joined:
    """Telegrams after joining: whole telegrams, and parts whose other parts are absent or contradictory."""

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
    """The finished pieces of a stream, and the rest, which belongs before the next chunk.

    A piece ends at a line feed, before the start of the next frame (``##`` and four digits), or after `longest` bytes:
    so noise neither swallows the following frame nor fills the memory. Pieces of noise are returned like frames and
    refused by `decode`; only line ends are dropped. The result does not depend on where the stream is cut into chunks.
    """
    *ended, rest = _BOUNDARY.split(stream)
    pieces = [part for piece in ended for part in _cut(piece, longest)]
    while len(rest) >= longest + _NOT_YET_A_START:
        pieces.append(rest[:longest])
        rest = rest[longest:]
    return tuple(piece for piece in pieces if piece.strip(b"\r")), rest


def _cut(piece: bytes, longest: int) -> Iterator[bytes]:
    return (piece[start : start + longest] for start in range(0, len(piece), longest))


def decode(frame: bytes) -> Telegram | Refused:
    """The telegram of one frame, with or without line end.

    A frame that is no telegram is returned as `Refused`, never raised: ``length`` (not four digits, or another number
    of bytes), ``crc``, or ``syntax`` (all else).
    """
    frame = frame.removesuffix(b"\n").removesuffix(b"\r")
    if not frame.startswith(START):
        return Refused("syntax", "不以 ## 开头", "does not start with ##")
    parts = _FRAME.fullmatch(frame)
    if not parts:
        return Refused("length", "## 之后不是四位数字的长度", "no four digits of length after ##")
    announced = int(parts[1])
    sent = len(parts[2]) - _CRC_DIGITS
    if announced != sent:
        zh = f"写明 {announced} 字节，实为 {max(sent, 0)} 字节"
        en = f"{announced} bytes announced, {max(sent, 0)} sent"
        return Refused("length", zh, en)
    data = parts[2][:sent]
    crc = parts[2][sent:]
    if crc.upper() != b"%04X" % crc16(data):
        return Refused("crc", "CRC 与数据不符", "the CRC does not fit the data")
    return read_data(data)


def read_data(data: bytes) -> Telegram | Refused:
    """The telegram of a data segment alone, as `data_of` takes it from a frame that was checked before."""
    try:
        return _telegram(decoded(data))
    except UnreadableFile:
        return Refused("syntax", "数据段不是文本", "the data is no text")
    except _Malformed as problem:
        return Refused("syntax", problem.zh, problem.en)


def data_of(frame: bytes) -> bytes:
    """The data segment of a frame that `decode` has accepted; masking may have changed its CRC since."""
    return frame.strip(b"\r\n")[len(START) + _LENGTH_DIGITS : -_CRC_DIGITS]


def framed(data: bytes) -> bytes:
    """A complete frame around a data segment."""
    return b"%s%04d%s%04X\r\n" % (START, len(data), data, crc16(data))


def masked(frame: bytes) -> bytes:
    """The frame with an asterisk for every byte of a password: the length still fits, the CRC no longer does."""
    return _WRITTEN_SECRET.sub(lambda written: written["name"] + b"*" * len(written["secret"]), frame)


def passwords(frame: bytes) -> tuple[bytes, ...]:
    """The passwords written in a frame; compare them at once and store none."""
    return tuple(written["secret"] for written in _WRITTEN_SECRET.finditer(frame))


class _Malformed(Exception):
    """What is wrong with a data segment; raised and caught in this module only."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en


def _telegram(data: str) -> Telegram:
    head, begin, tail = data.partition("CP=&&")
    head = head.strip()
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
    pairs = tuple(_pair(item, "CP") for item in re.split("[;,]", body) if item.strip())
    if (twice := _contradiction(pairs)) is not None:
        raise _Malformed(f"{twice} 有两个不同的值", f"{twice} has two different values")
    flag = _flag(header.get("Flag"))
    part, parts = _parts(header) if flag and flag.split else (1, 1)
    return Telegram(MappingProxyType(header), flag, part, parts, pairs)


def _pair(item: str, where: str) -> tuple[str, str]:
    """Name and value of an item ``name=value``, without blanks around them and a password masked.

    Parameters
    ----------
    item : as sent; some stations write a blank after every semicolon.
    where : the item's place, for the refusal.
    """
    name, _, value = item.partition("=")
    plain = name.strip()
    if not plain or item.count("=") != 1:
        raise _Malformed(f"{where} 中有一项不是 名=值", f"an item of {where} is not name=value")
    if plain.casefold() in _SECRET:  # as sent: a password beside another one must not vanish
        return name, MASK if value else value
    return plain, value.strip()


def _flag(text: str | None) -> Flag | None:
    if text is None:
        return None
    if not _FLAG.fullmatch(text) or int(text) >> _FLAG_BITS:
        raise _Malformed("Flag 不是一个字节的数", "Flag is not a number of one byte")
    bits = int(text)
    return Flag(bits >> _VERSION_SHIFT, bool(bits & _SPLIT), bool(bits & _ANSWER))


def _parts(header: Mapping[str, str]) -> tuple[int, int]:
    """Part number (PNO) and number of parts (PNUM) of a split telegram."""
    written = [header.get(name, "") for name in ("PNO", "PNUM")]
    if all(map(_PART.fullmatch, written)):
        part, parts = map(int, written)
        if 1 <= part <= parts:
            return part, parts
    raise _Malformed("Flag 说已分包，PNUM、PNO 却不是 1 ≤ PNO ≤ PNUM", "split, but not 1 <= PNO <= PNUM")


def _measured(pairs: Pairs) -> Iterator[tuple[tuple[str, str], str]]:
    """((time, name), value) of every pair that belongs to a factor; the time is the preceding DataTime."""
    time = ""
    for name, value in pairs:
        if name == DATA_TIME:
            time = value
        elif "-" in name:
            yield (time, name), value


def contradict(telegram: Telegram, other: Telegram) -> bool:
    """Whether two telegrams give different values for the same field, factor and time."""
    return _contradiction((*telegram.pairs, *other.pairs)) is not None


def _contradiction(pairs: Pairs) -> str | None:
    """The first name with two values at the same time; None where no name has two."""
    first: dict[tuple[str, str], str] = {}
    return next((key[1] for key, value in _measured(pairs) if first.setdefault(key, value) != value), None)


def joined(telegrams: Iterable[Telegram]) -> Joined:
    """Telegrams with split ones merged; parts belong together by device, request (QN), command and number of parts.

    Parts may come in any order, and a repeated part counts once. Parts that contradict each other are never merged,
    because either could be the right one.
    """
    together: dict[tuple[str | int | None, ...], list[Telegram]] = {}
    for number, telegram in enumerate(telegrams):
        split_alike = tuple(map(telegram.header.get, ("MN", "QN", "ST", "CN"))) if telegram.parts > 1 else (number,)
        parts = together.setdefault((*split_alike, telegram.parts), [])
        if telegram not in parts:
            parts.append(telegram)
    complete: list[Telegram] = []
    waiting: list[Telegram] = []
    for parts in together.values():
        whole = _whole(parts)
        if whole is None:
            waiting += parts
        else:
            complete.append(whole)
    return Joined(tuple(complete), tuple(waiting))


def _whole(parts: Sequence[Telegram]) -> Telegram | None:
    """The telegram merged from all its parts, with the header of the first; None where parts lack or contradict."""
    ordered = sorted(parts, key=lambda telegram: telegram.part)
    first = ordered[0]
    if [telegram.part for telegram in ordered] != list(range(1, first.parts + 1)):
        return None
    pairs = tuple(pair for telegram in ordered for pair in telegram.pairs)
    if _contradiction(pairs) is not None:
        return None
    header = {name: value for name, value in first.header.items() if name not in ("PNUM", "PNO")}
    return replace(first, header=MappingProxyType(header), part=1, parts=1, pairs=pairs)
