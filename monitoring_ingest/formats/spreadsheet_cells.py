"""Cells of a CSV that no spreadsheet takes for a formula, and the same cells as they were.

A spreadsheet runs a cell of a CSV that begins with ``=``, ``+``, ``-`` or ``@``, also written full-width as Chinese
input methods write it, or with a tab or line end before it. Whoever may send a name, a mark or a reason could so run
something on the machine of whoever opens the list. Such a cell gets an apostrophe in front; numbers, and the dashes
that stand for an absent value, stay what they are. Every reader of a CSV here takes the apostrophe away again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

APOSTROPHE = "'"
_BEGINNINGS = frozenset("=+-@\t\r\n＝＋－＠'")
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?%?"
# A text that begins with apostrophes and then like a formula gets one more, so that taking one away gives it back.
_FORMULA = re.compile(rf"(?!(?:{_NUMBER}|[+-]+)\Z){APOSTROPHE}*[=+\-@\t\r\n＝＋－＠]")
_ESCAPED = re.compile(rf"{APOSTROPHE}(?={_FORMULA.pattern})")


def no_formula(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return APOSTROPHE + text if text[:1] in _BEGINNINGS and _FORMULA.match(text) else text


def as_it_was(text: str) -> str:
    """The text that `no_formula` was given."""
    return text[1:] if _ESCAPED.match(text) else text


def as_they_were(cells: Sequence[str]) -> list[str]:
    """The cells of a line as they were before `no_formula`."""
    return [as_it_was(cell) if cell.startswith(APOSTROPHE) else cell for cell in cells]
