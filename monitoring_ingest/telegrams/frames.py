"""Frames as they arrive: the bytes of one peer in; judged frames, each with its answer, out.

What is stored of a frame holds no password. In a good frame, asterisks replace the bytes of the password; of a refused
frame, whose password may be anywhere, only items that cannot be a password are left. The fingerprint is that of the
bytes as stored: a fingerprint of the bytes as sent would reveal a six-digit password after a million attempts. This
module stores nothing.
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
from monitoring_ingest.telegrams.profiles import Devices, gives_readings, has_unreadable_time

# Reasons for refusing a frame, besides length, crc and syntax.
UNKNOWN_DEVICE = "unknown_device"
PASSWORD = "password"  # nosec B105  # a reason for refusing a frame
TOO_SOON = "too_soon"  # after wrong passwords for the same device from the same address
CONFLICT = "conflict"
TIME = "time"
LONGEST_FIELD = 200  # characters of a header field that are stored: the indexes cannot hold 9999
REFUSED_KEPT = 1100  # bytes of a refused frame that are stored: the longest data segment of the standard is 1024

SECRET_WHEREVER = 4  # a password of at least so many bytes is masked wherever it occurs in the frame

_OVERHEAD = len("##0000") + len("1C80")
_INTERACTION = b"91"
_DATA_ANSWER = b"9014"
_STARTING = re.compile(rb"##[0-9]{0,4}")
_BETWEEN = re.compile(rb"([;,&\r]+)")
_NO_PASSWORD = re.compile(
    rb"QN=[0-9]{0,17}|ST=[0-9]{0,2}|CN=[0-9]{0,4}|MN=[\w.-]{0,24}|Flag=[0-9]{0,3}|P(NUM|NO)=[0-9]{0,4}|CP="
    rb"|DataTime=[0-9]{0,20}|[A-Za-z][0-9A-Za-z]{1,9}-[A-Za-z]{2,12}=[-+.0-9A-Z]{0,12}|[0-9A-Fa-f]{4}"
)


@dataclass(frozen=True)
class Frame:
    """A piece of what a peer sent, as stored.

    `kept` are the bytes to store, without passwords; `size` is the length as sent. `error` is "" for a readable frame
    of a declared device; `telegram` is None where the bytes are no telegram. `readings` says whether values are taken.
    `answer` is sent to the peer once the frame is stored.
    """

    kept: bytes
    size: int
    error: str
    telegram: Telegram | None
    readings: bool = False
    answer: bytes | None = None

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of the bytes as stored."""
        return hashlib.sha256(self.kept).hexdigest()

    def of(self, name: str) -> str:
        """The first `LONGEST_FIELD` characters of a header field; blank where the field is absent."""
        return self.telegram.header.get(name, "")[:LONGEST_FIELD] if self.telegram else ""


def pieces(stream: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """As `station_telegrams.split`; a sound frame also ends where its length says, without waiting for a line end.

    The result does not depend on where the stream is cut into chunks.
    """
    ended, rest = split(stream)
    parts = [part for piece in ended for part in _apart(piece)]
    *whole, rest = _apart(rest)
    return tuple(piece for piece in (*parts, *whole) if piece.strip(b"\r")), rest


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
    """The frame in a piece: a telegram of a declared device with the right password, or refused with the reason.

    Values of no time that can be read are refused, so that the station is not told that they are stored.
    """
    telegram = decode(piece)
    if isinstance(telegram, Refused):
        return refused(piece, telegram.error, None)
    source = devices.get(telegram.header["MN"])
    if source is None:
        return refused(piece, UNKNOWN_DEVICE, telegram)
    if not _may_speak(piece, source):
        return refused(piece, PASSWORD, telegram)
    readings = gives_readings(telegram, source)
    if readings and has_unreadable_time(telegram, source):
        return refused(piece, TIME, telegram)
    without_password = masked(piece.strip(b"\r\n"))
    return Frame(without_password, len(piece), "", telegram, readings, answer(piece, telegram))


def refused(piece: bytes, error: str, telegram: Telegram | None) -> Frame:
    """A piece that is not taken, with the reason."""
    return Frame(legible(piece)[:REFUSED_KEPT], len(piece), error, telegram)


def _may_speak(piece: bytes, source: Source) -> bool:
    """Whether the header holds the password whose SHA-256 the source declares; true where none is declared."""
    if not source.password_sha256:
        return True
    written = passwords(data_of(piece).partition(b"CP=")[0])
    digests = [hashlib.sha256(password).hexdigest() for password in written]
    return len(digests) == 1 and hmac.compare_digest(digests[0], source.password_sha256)


def legible(piece: bytes) -> bytes:
    """A refused piece with asterisks for every item that might be a password."""
    start = _STARTING.match(piece)
    begin = start.end() if start else 0
    items = _BETWEEN.split(piece[begin:].rstrip(b"\r\n"))
    left = [
        item if number % 2 or _NO_PASSWORD.fullmatch(item) else b"*" * len(item)  # odd items are the separators
        for number, item in enumerate(items)
    ]
    shown = piece[:begin] + masked(b"".join(left))
    for secret in passwords(piece):  # a broken frame may repeat a part of itself
        if len(secret) >= SECRET_WHEREVER:
            shown = shown.replace(secret, b"*" * len(secret))
    return shown


def answer(piece: bytes, telegram: Telegram) -> bytes | None:
    """The data answer (CN 9014) of HJ 212-2017 with the same QN, where bit 0 of the Flag asks for an answer.

    As the standard requires, the answer repeats the password that the peer has just sent; it goes to that peer only.
    Telegrams that are answers themselves (ST 91) are never answered.
    """
    if telegram.flag is None or not telegram.flag.answer or telegram.header["ST"].encode() == _INTERACTION:
        return None
    head = data_of(piece).partition(b"CP=")[0].split(b";")
    sent = {}
    for item in head:
        name, _, value = item.partition(b"=")
        sent[name] = value
    fields = {b"QN": sent.get(b"QN"), b"ST": _INTERACTION, b"CN": _DATA_ANSWER, b"PW": sent.get(b"PW")}
    fields |= {b"MN": sent.get(b"MN"), b"Flag": b"4"}
    written = b"".join(b"%s=%s;" % (name, value) for name, value in fields.items() if value is not None)
    return framed(written + b"CP=&&&&")
