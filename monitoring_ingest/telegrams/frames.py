"""Frames as they arrive: bytes of one peer in, frames judged one by one out, and the answer of each.

What is kept of a frame holds no password: of a good one, an asterisk stands for each byte of it; of a refused one,
whose password may stand anywhere, only what is plainly no password is left. The fingerprint is that of the bytes as
kept: one of the bytes as sent would give a password of six digits away to whoever tries a million of them. Nothing is
stored here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import cached_property

from basin.sources import Source
from monitoring_ingest.formats.station_telegrams import (
    START,
    Refused,
    Telegram,
    data_of,
    decode,
    framed,
    masked,
    passwords,
    split,
)
from monitoring_ingest.telegrams.profiles import Devices, gives_readings

# Why a frame is refused, besides length, crc and syntax.
UNKNOWN_DEVICE = "unknown_device"
PASSWORD = "password"  # nosec B105  # why a frame is refused
CONFLICT = "conflict"
LONGEST_FIELD = 200  # characters of a header field that are told: no index takes what four digits can announce
REFUSED_KEPT = 1100  # bytes of a refused frame that are kept: the longest segment of the standard is 1024

SECRET_WHEREVER = 4  # what is written as a password and as long as this is masked wherever else it stands

_OVERHEAD = len("##0000") + len("1C80")
_INTERACTION = b"91"
_DATA_ANSWER = b"9014"
_STARTING = re.compile(rb"##[0-9]{0,4}")
_BETWEEN = re.compile(rb"([;,&\r]+)")
_NO_PASSWORD = re.compile(
    rb"QN=[0-9]{0,17}|ST=[0-9]{0,2}|CN=[0-9]{0,4}|MN=[\w.-]{0,24}|Flag=[0-9]{0,3}|P(NUM|NO)=[0-9]{0,4}|CP="
    rb"|DataTime=[0-9]{0,14}|[A-Za-z][0-9A-Za-z]{1,9}-[A-Za-z]{2,12}=[-+.0-9A-Z]{0,12}|[0-9A-Fa-f]{4}"
)


@dataclass(frozen=True)
class Frame:
    """A piece of what a peer sent, as it is kept.

    `kept` holds no password, `size` is the length as sent. `error` is "" for a frame of a known device that could be
    read; `telegram` is None where the bytes are no telegram. `answer` is what the peer gets once the frame is stored.
    """

    kept: bytes
    size: int
    error: str
    telegram: Telegram | None
    readings: bool = False
    answer: bytes | None = None

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of the bytes as kept."""
        return hashlib.sha256(self.kept).hexdigest()

    def of(self, name: str) -> str:
        """The beginning of a header field; blank where there is none."""
        return self.telegram.header.get(name, "")[:LONGEST_FIELD] if self.telegram else ""


def pieces(stream: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """As `station_telegrams.split`; a sound frame also ends where its length says, so that it waits for no line end.

    Where the stream is cut into chunks makes no difference here, either.
    """
    ended, rest = split(stream)
    found = [part for piece in ended for part in _apart(piece)]
    *whole, rest = _apart(rest)
    return tuple(piece for piece in (*found, *whole) if piece.strip(b"\r")), rest


def _apart(piece: bytes) -> tuple[bytes, ...]:
    """A sound frame and what follows it; the piece alone where it does not begin with a sound frame."""
    announced = piece[len(START) : len(START) + 4]
    if not piece.startswith(START) or not announced.isdigit() or len(announced) < 4:
        return (piece,)
    end = int(announced) + _OVERHEAD
    if len(piece) < end or isinstance(decode(piece[:end]), Refused):
        return (piece,)
    return piece[:end], piece[end:]


def judged(piece: bytes, devices: Devices) -> Frame:
    """What a piece is: a telegram of a known device that gave its password, or refused with the reason."""
    found = decode(piece)
    if isinstance(found, Refused):
        return _refused(piece, found.error, None)
    source = devices.get(found.header["MN"])
    if source is None:
        return _refused(piece, UNKNOWN_DEVICE, found)
    if not _may_speak(piece, source):
        return _refused(piece, PASSWORD, found)
    kept = masked(piece.strip(b"\r\n"))
    return Frame(kept, len(piece), "", found, gives_readings(found, source), answer(piece, found))


def _refused(piece: bytes, error: str, telegram: Telegram | None) -> Frame:
    return Frame(legible(piece)[:REFUSED_KEPT], len(piece), error, telegram)


def _may_speak(piece: bytes, source: Source) -> bool:
    """Whether the header holds the password whose SHA-256 the source declares; any, where it declares none."""
    if not source.password_sha256:
        return True
    written = passwords(data_of(piece).partition(b"CP=")[0])
    digests = [hashlib.sha256(one).hexdigest() for one in written]
    return len(digests) == 1 and hmac.compare_digest(digests[0], source.password_sha256)


def legible(piece: bytes) -> bytes:
    """A refused piece without what might be a password: items that are plainly none are left, the rest is asterisks."""
    start = _STARTING.match(piece)
    begin = start.end() if start else 0
    items = _BETWEEN.split(piece[begin:].rstrip(b"\r\n"))
    left = [item if at % 2 or _NO_PASSWORD.fullmatch(item) else b"*" * len(item) for at, item in enumerate(items)]
    told = piece[:begin] + masked(b"".join(left))
    for secret in passwords(piece):  # part of a broken frame may stand in it twice
        told = told.replace(secret, b"*" * len(secret)) if len(secret) >= SECRET_WHEREVER else told
    return told


def answer(piece: bytes, telegram: Telegram) -> bytes | None:
    """The data answer (CN 9014) of HJ 212-2017 with the same QN, where bit 0 of the Flag asks for one.

    It carries the password that the peer has just sent, as the standard has it; it is written to that peer only.
    Answers of others (ST 91) are never answered.
    """
    if telegram.flag is None or not telegram.flag.answer or telegram.header["ST"].encode() == _INTERACTION:
        return None
    head = data_of(piece).partition(b"CP=")[0].split(b";")
    sent = {name: value for name, _, value in (item.partition(b"=") for item in head)}
    fields = {b"QN": sent.get(b"QN"), b"ST": _INTERACTION, b"CN": _DATA_ANSWER, b"PW": sent.get(b"PW")}
    fields |= {b"MN": sent.get(b"MN"), b"Flag": b"4"}
    written = b"".join(b"%s=%s;" % (name, value) for name, value in fields.items() if value is not None)
    return framed(written + b"CP=&&&&")
