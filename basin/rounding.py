"""Where a measured float becomes an exact number, and how exact numbers are rounded.

In: float64 values and exact fractions. Out: `Fraction`s, integer fen and printed text. GB/T 8170 (四舍六入五成双)
rounds measurements; the agreement names how money is rounded. This module is the only one that turns a float into an
exact number (`reported`), and it does so once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor, isfinite
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from basin.draws import Draws, Number
from basin.written.numbers import exact as written_exactly

SIGNIFICANT_DIGITS = 12
LARGEST_POWER = 300  # of ten, well inside float64
TIE_WIDTH = 1e-13  # relative: wider than float noise, narrower than the last of 12 digits
FEN_PER_YUAN = 100
YUAN_PER_WAN = 10_000
FEN_PER_WAN = FEN_PER_YUAN * YUAN_PER_WAN
UNITS = {"fen": 1, "yuan": 100, "wan": FEN_PER_WAN}  # [fen] of the places to which an agreement rounds money
LONGEST_DECIMAL = 40
MOST_BITS = 12_000  # of a numerator or denominator that is printed: 3 600 digits
_PRINTED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?|-?[0-9]+/[0-9]*[1-9][0-9]*")


def reported(value: float, decimals: int | None) -> Fraction:
    """The exact number a measured float stands for: the gate.

    The float is written with 12 significant digits, which removes summation noise, read as a decimal and rounded once
    (GB/T 8170-2008, half to even); where that gives 0, to one significant digit (总站水字〔2018〕87号).

    Parameters
    ----------
    value : finite float, in the canonical unit.
    decimals : decimals to keep; None keeps the 12 significant digits ("compare unrounded").

    Raises
    ------
    ValueError : when `value` is not finite; absent data never reach the gate.
    """
    if not isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    exact = Fraction(Decimal(f"{float(value):.{SIGNIFICANT_DIGITS - 1}e}"))
    return exact if decimals is None else quantised(exact, decimals)


@overload
def quantised(exact: Fraction, decimals: int) -> Fraction: ...
@overload
def quantised(exact: Number, decimals: int) -> Number: ...
def quantised(exact: Number, decimals: int) -> Number:
    """A number rounded once, half to even, at `decimals`; to one significant digit where that would give 0."""
    if isinstance(exact, Draws):
        return Draws(rounded(exact.values, decimals))
    rounded_once = _half_even_exactly(exact, decimals)
    if rounded_once or not exact:
        return rounded_once
    finer = decimals
    while abs(exact) * 10**finer < 1:
        finer += 1
    return Fraction(round(exact * 10**finer), 10**finer)


@overload
def half_even(exact: Fraction, decimals: int) -> Fraction: ...
@overload
def half_even(exact: Number, decimals: int) -> Number: ...
def half_even(exact: Number, decimals: int) -> Number:
    """A number rounded half to even at `decimals`, 0 staying 0: for indices and ratios, which have no detection."""
    if isinstance(exact, Draws):
        return Draws(_half_even(significant(exact.values), decimals))
    return _half_even_exactly(exact, decimals)


def _half_even_exactly(exact: Fraction, decimals: int) -> Fraction:
    """A fraction rounded half to even, in whole numbers: fractions would reduce each step to lowest terms."""
    whole, rest = divmod(exact.numerator * 10**decimals, exact.denominator)
    twice = 2 * rest
    up = twice > exact.denominator or (twice == exact.denominator and whole % 2 == 1)
    return Fraction(whole + up, 10**decimals)


def rounded(values: ArrayLike, decimals: int) -> NDArray[np.float64]:
    """`reported` for float64 arrays of any shape; the result stays float64, nan stays nan."""
    array = np.asarray(values, dtype=np.float64)
    result = _half_even(significant(array), decimals)
    vanished = (result == 0) & (array != 0) & np.isfinite(array)
    if vanished.any():
        result[vanished] = [float(reported(float(value), decimals)) for value in array[vanished]]
    return result


def significant(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with summation noise beyond 12 significant digits removed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.abs(array)))
    digits = np.where(np.isfinite(exponent), SIGNIFICANT_DIGITS - 1 - exponent, 0.0)
    digits = np.minimum(digits, LARGEST_POWER)  # what is smaller still rounds to 0 and is left to `reported`
    scale = np.power(10.0, digits)
    return np.asarray(np.rint(array * scale) / scale)


def _half_even(array: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """Half-even rounding of values that carry no more than 12 significant digits."""
    scaled = array * 10.0**decimals
    nearest_half = np.rint(scaled * 2) / 2
    on_a_tie = np.abs(scaled - nearest_half) < TIE_WIDTH * np.maximum(np.abs(scaled), 1)
    return np.asarray(np.rint(np.where(on_a_tie, nearest_half, scaled)) / 10.0**decimals)


def fen(wan: Fraction, mode: str, unit: int = 1) -> int:
    """An amount in 万元 as fen, rounded once to whole units.

    Parameters
    ----------
    wan : [万元].
    mode : the agreement's: half_up, half_even or down (toward zero).
    unit : [fen] what the amount is a multiple of afterwards, one of `UNITS`.
    """
    exact = abs(wan) * FEN_PER_WAN / unit
    whole = {"half_up": floor(exact + Fraction(1, 2)), "half_even": round(exact), "down": floor(exact)}[mode]
    return (whole if wan >= 0 else -whole) * unit


def split(total: int, shares: Sequence[Fraction], unit: int = 1) -> list[int]:
    """A sum by shares with largest remainders, so that the parts add up.

    Parameters
    ----------
    total : [fen] a multiple of `unit`.
    shares : summing to 1.
    unit : [fen] what each part is a multiple of.
    """
    units = abs(total) // unit
    exact = [units * share for share in shares]
    parts = [floor(part) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: units - sum(parts)]:
        parts[i] += 1
    return [part * unit if total >= 0 else -part * unit for part in parts]


def yuan(amount_fen: int) -> str:
    """Fen as a yuan string with two decimals: ``1234567890`` is ``"12345678.90"``."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def yuan_fen(amount_yuan: str) -> int:
    """A yuan string as whole fen: ``"12345678.90"`` is 1234567890."""
    return int(number(amount_yuan) * 100)


def number(text: object) -> Fraction:
    """A figure of a document: as `printed` wrote it, however long, or as people write one (`written.numbers.exact`).

    Raises
    ------
    ValueError : when the text is no number.
    """
    if isinstance(text, str) and _PRINTED.fullmatch(text):
        return Fraction(text)
    return written_exactly(text)


def printed(exact: Number) -> str:
    """An exact number as text a pocket calculator takes: a plain decimal where it is one, else a fraction ``1/3``.

    Raises
    ------
    OverflowError : the number has thousands of digits, which no agreement means and Python does not write.
    """
    if isinstance(exact, Draws):
        return str(exact)
    if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > MOST_BITS:
        raise OverflowError("a number of thousands of digits")
    if exact.denominator == 1:
        return str(exact.numerator)
    power = _decimals_of(exact.denominator)
    if power is None:
        return f"{exact.numerator}/{exact.denominator}"
    digits = str(abs(exact.numerator) * (10**power // exact.denominator)).rjust(power + 1, "0")
    return f"{'-' if exact.numerator < 0 else ''}{digits[:-power]}.{digits[-power:]}"


@lru_cache(4096)
def _decimals_of(denominator: int) -> int | None:
    """With how many decimals a fraction of this denominator is written; None where no decimal ends it."""
    return next((power for power in range(LONGEST_DECIMAL) if 10**power % denominator == 0), None)
