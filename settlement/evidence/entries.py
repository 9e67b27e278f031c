"""The entries of an evidence file: how they are called, and how much of each there may be.

In: a name, or a size. Out: whether it belongs. The limits leave room for ten times the largest settlements there are;
what lies beyond is refused before memory is given to it, when a file is made as well as when it is opened.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

AGREEMENT = "agreement.yaml"
OBSERVATIONS = "observations.csv"
FACTS = "facts.json"
PARAMETERS = "parameters.json"
SETTLEMENT = "settlement.json"
SUMS = "SHA256SUMS"
REGISTER = "register/"
REQUIRED = (AGREEMENT, FACTS, OBSERVATIONS, PARAMETERS, SETTLEMENT)

MIB = 1 << 20
MOST_BYTES = 256 * MIB  # of the file
MOST_ENTRIES = 500
MOST_ROWS = 3_000_000  # of readings
MOST_LEVELS = 32  # of lists and maps inside each other
LONGEST_NUMBER = 18  # digits of a whole number
LONGEST_NAME = 200
MOST_OF_AN_ENTRY: Mapping[str, int] = MappingProxyType(
    {AGREEMENT: MIB, FACTS: 8 * MIB, PARAMETERS: 8 * MIB, SETTLEMENT: 32 * MIB, SUMS: MIB, OBSERVATIONS: MOST_BYTES}
)
MOST_OF_A_REGISTER = MIB

# `basins/<code>/parties.csv`, or flat `parties.csv`: the layout of `basin.layers`. A code is one plain folder name, so
# that whoever unpacks the file on any system gets nothing outside the folder: no drive, no device of Windows (``con``,
# ``nul.x``), no dot or blank at the end, which Windows drops.
_DEVICE = r"(?i:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.[^/]*)?"
_SIGN = r"/\\:*?\"<>|\x00-\x1f\x7f"
_FOLDER = rf"(?!{_DEVICE}/)[^{_SIGN}]*[^{_SIGN}. ]"
_IN_REGISTER = re.compile(rf"(?:basins/{_FOLDER}/)?(?:parties|sections|stations)\.csv|basins\.csv")


def belongs(name: str) -> bool:
    """Whether an evidence file may hold an entry of that name."""
    return name in (*REQUIRED, SUMS) or (name.startswith(REGISTER) and is_register(name.removeprefix(REGISTER)))


def is_register(name: str) -> bool:
    """Whether a register may be called so below `REGISTER`."""
    return name.isprintable() and len(name) <= LONGEST_NAME and _IN_REGISTER.fullmatch(name) is not None


def on_disk(name: str) -> str:
    """What a name comes to on a disk that folds case and composes letters: two names that do so are one."""
    return unicodedata.normalize("NFC", name).casefold()


def most_of(name: str) -> int:
    """How many bytes an entry may have."""
    return MOST_OF_AN_ENTRY.get(name, MOST_OF_A_REGISTER)
