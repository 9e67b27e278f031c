"""What a hand on a Chinese keyboard lets slip into YAML, where the parser only knows that something is wrong.

In: a text that could not be read, and the line at which the parser gave up. Out: the `Slip` at that line or just
before, in words: a tab, a full-width space, a colon inside a value. It reads nothing as YAML.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LINES_BEFORE = 3  # the parser may notice a slip only some lines later
_LONGEST = 1_000  # characters of a line that are looked at
_TAB = re.compile(r"[ \t-]*\t")
_FULL_WIDTH_SPACE = re.compile(r"[ -]*\u3000|[^\"'#]*:\u3000")
# a value that begins without a quote or bracket, and has a colon and a blank in it
_COLON = re.compile(
    r"""[\s-]*[\w."-]+: [^"'{\[|>&*#\s][^#]*: """
    r"""|(?:"[^"]*"|'[^']*'|[^"'#])*?[{,]\s*[\w-]+: [^"'{\[,}\s][^,}"']*: """
)


class Slip(NamedTuple):
    """What is wrong with a line, counted from 0, and what to write instead."""

    line: int
    zh: str
    remedy: str


def slip(text: str, line: int) -> Slip | None:
    """The slip at a line, or at one of the lines before; None where nothing is known to be wrong.

    Parameters
    ----------
    text : what could not be read.
    line : where the parser gave up, counted from 0.
    """
    lines = [written[:_LONGEST] for written in text.splitlines()]
    for number in range(min(line, len(lines) - 1), max(line - LINES_BEFORE, -1), -1):
        for pattern, zh, remedy in _SLIPS:
            if pattern.match(lines[number]):
                return Slip(number, zh, remedy)
    return None


_SLIPS = (
    (_TAB, "缩进里有制表符（Tab）", "把 Tab 换成空格；缩进只用空格"),
    (_FULL_WIDTH_SPACE, "有全角空格", "把全角空格换成半角空格"),
    (_COLON, "值里有冒号加空格，没有加引号", '整个值加引号，如 source: "第四条: 每月"；或把冒号写成全角的'),
)
