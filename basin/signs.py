"""Signs nobody can see, and text from outside in a form that can be printed, stored and sent.

In: any text, also one with half of a surrogate pair. Out: the first unseen sign in it, or the text with every such sign
spelled out and cut to a length. What a name, a code or a document may be called is in `basin.written.texts`.

An unseen sign makes two texts differ that look alike (zero-width signs, fillers, variation selectors), makes text read
in another order than it is stored (bidirectional controls: Unicode TR 36), or cannot be stored at all (NUL on
PostgreSQL, half a surrogate pair in UTF-8). Tabs and line ends are seen.
"""

from __future__ import annotations

import re

LONGEST_MESSAGE = 2_000  # characters of a text that is quoted to people
_UNSEEN_SIGNS = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab, line feed and carriage return
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, selectors
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero-width signs, separators, bidirectional controls
    "\u2800\u3164\uffa0"  # blanks that count as letters or symbols
    "\ud800-\udfff"  # halves of surrogate pairs
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffc"  # variation selectors, byte order mark, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # controls of notations, tags
)
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in
                                           range(0, 0x110000, 0x10000))  # fmt: skip
UNSEEN = re.compile(f"[{_UNSEEN_SIGNS}{_NO_CHARACTERS}]")


def unseen_sign(text: str) -> re.Match[str] | None:
    """The first sign in a text that nobody can see; None where every sign can be seen."""
    if text.isascii() and text.isprintable():
        return None
    return UNSEEN.search(text)


def spelled(sign: str) -> str:
    """An unseen sign as its escape: U+202E is ``\\u202e``, NUL is ``\\0``."""
    number = ord(sign)
    if not number:
        return "\\0"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def shown(text: str, most: int = LONGEST_MESSAGE) -> str:
    """A text as it can be printed: unseen signs spelled out, and no longer than `most` characters and a remark."""
    if len(text) > most:
        text = f"{text[:most]}…（共 {len(text)} 字 characters）"
    if unseen_sign(text) is None:
        return text
    return UNSEEN.sub(lambda sign: spelled(sign[0]), text)
