"""Flags (标记): what quality control says of a value, on two axes: where it came from, and how far it can be relied on.

In: small-integer arrays that QC tests return. Out: the flags that stand, by precedence; both axes in one number; QARTOD
codes. A flag stands beside a value and never alters or removes the value. Agreements decide what a statistic uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from basin.errors import UsageError

Flags = NDArray[np.int8]
ORIGIN_PLACE = 10  # a packed flag shows both axes to a reader: 13 is corrected and unreliable


class Quality(IntEnum):
    """How far a value can be relied on. The number is the precedence: of several tests the highest number stands.

    A doubtful value is unlikely, an unreliable value is impossible; missing means that a value was due and did not
    come. Not evaluated is the weakest: a test that could judge a value outweighs every test that could not.
    """

    NOT_EVALUATED = 0
    RELIABLE = 1
    DOUBTFUL = 2
    UNRELIABLE = 3
    MISSING = 4


class Origin(IntEnum):
    """Where a value came from: as the source sent it, put in place of what it sent, or put where it sent nothing."""

    ORIGINAL = 0
    CORRECTED = 1
    COMPLETED = 2


# IOOS QARTOD flag codes: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing
QARTOD: Mapping[Quality, int] = {
    Quality.NOT_EVALUATED: 2,
    Quality.RELIABLE: 1,
    Quality.DOUBTFUL: 3,
    Quality.UNRELIABLE: 4,
    Quality.MISSING: 9,
}


def combined(*flags: Flags) -> Flags:
    """One flag per value from those of several tests: the `Quality` of highest precedence, in whatever order they come.

    Raises
    ------
    UsageError : no flags, or flags of different shapes: they would not be about the same values.
    """
    if len({flag.shape for flag in flags}) != 1:
        zh = "要合并的标记应形状相同，且至少一组"
        en = "flags to combine must be of one shape, and at least one"
        raise UsageError(zh, en, path="flags", remedy="各项检验要用同一块数据")
    return np.maximum.reduce(flags)


def packed(quality: Flags, origin: Flags | Origin) -> Flags:
    """Both axes in one small integer: 10 × origin + quality."""
    return np.asarray(np.multiply(origin, ORIGIN_PLACE) + quality, dtype=np.int8)


def quality_of(flags: Flags) -> Flags:
    """The `Quality` of packed flags."""
    return np.asarray(flags % ORIGIN_PLACE, dtype=np.int8)


def to_qartod(flags: Flags) -> NDArray[np.int8]:
    """QARTOD codes of packed or plain flags; the origin is lost, QARTOD has no word for it."""
    codes = np.array([QARTOD[quality] for quality in Quality], dtype=np.int8)
    return codes[quality_of(flags)]
