"""The one grammar of numbers, as files, requests, telegrams and people write them.

In: a text. Out: a `Fraction` (law and money), a float (a measurement) or an int (a count), or a `ValueError` in words.
A number has ASCII digits, at most `LONGEST` characters and an exponent of at most two digits: so no text is long to
read, none stands for more than 10²⁰⁰, and none but 0 is closer to 0 than 10⁻²⁰⁰, where float64 still tells it from 0.
The denominator of a fraction has at most nine digits, because sums of fractions multiply their denominators.
Superscripts (``²``), circled digits, digits of other scripts, ``1_000``, ``inf`` and ``nan`` are no numbers.

What a settlement itself has printed may be longer and is read by `basin.rounding.number`.
"""

from __future__ import annotations

import re
from fractions import Fraction

LONGEST = 100  # characters: the binary expansion of a float64 as a decimal fits, as some programs write it
LONGEST_WHOLE = 19  # digits: those of the largest integer of a database
NO_WHOLE_NUMBER = "不是整数"
_QUOTED = 40  # characters of a refused text that are quoted
_EXPONENT = r"(?:e[+-]?0*[0-9]{1,2})?"
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"  # thousands may be marked: "1,5" is no number
_EXACT = re.compile(rf"[+-]?{_DIGITS}(?:\.[0-9]+)?{_EXPONENT}(?:%|/[0-9]{{1,9}})?", re.IGNORECASE | re.ASCII)
_MEASURED = re.compile(rf"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(rf"[+-]?[0-9]{{1,{LONGEST_WHOLE}}}", re.ASCII)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: ord(" ")}
_SMALL = {0xFE62: ord("+"), 0xFE63: ord("-"), 0xFE64: ord("<"), 0xFE65: ord(">")}
_HALF_WIDTH = _FULL_WIDTH | _SMALL


def exact(written: object) -> Fraction:
    """A figure of an agreement, a fact or a case: ``0.95``, ``1/3``, ``83%``, ``1,200``, ``1e-3``; never a float.

    Raises
    ------
    ValueError : the text is no number, or its denominator is 0.
    """
    if isinstance(written, Fraction):
        return written
    if isinstance(written, (bool, float)):
        raise ValueError(f"not an exact number: {written!r}")
    text = _bounded(written)
    if not _EXACT.fullmatch(text):
        raise _no_number(text)
    text = text.replace(",", "")
    try:
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except ZeroDivisionError as problem:
        raise ValueError(f"除数为零：{text!r} (divided by zero)") from problem
    except ValueError as problem:  # 1.5/3: a fraction is made of whole numbers
        raise _no_number(text) from problem


def measured(written: str) -> float:
    """A measurement, or a threshold of one; ``1.`` and ``.5`` are numbers here, as instruments write them.

    Raises
    ------
    ValueError : the text is no number.
    """
    text = _bounded(written)
    if not _MEASURED.fullmatch(text):
        raise _no_number(text)
    return float(text)


def whole(written: object) -> int:
    """A whole number of at most `LONGEST_WHOLE` digits.

    Raises
    ------
    ValueError : the text is none.
    """
    if isinstance(written, bool):
        raise ValueError(f"{NO_WHOLE_NUMBER}：{written!r} (not a whole number)")
    text = _bounded(written)
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{NO_WHOLE_NUMBER}：{_quoted(text)} (not a whole number)")
    return int(text)


def half_width(text: str) -> str:
    """Full-width and small signs as the ASCII signs they stand for: ``１．５`` is ``1.5``; no other sign is changed."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def _bounded(written: object) -> str:
    """The text without blanks around it; a longer one than a number can be is refused before it is looked at."""
    text = written if isinstance(written, str) else str(written)
    if len(text) > LONGEST:
        raise ValueError(f"不是数字：{_quoted(text)}，超过 {LONGEST} 个字符 (not a number: too long)")
    return text.strip()


def _no_number(text: str) -> ValueError:
    return ValueError(f"不是数字：{_quoted(text)} (not a number)")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…")
