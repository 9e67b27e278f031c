"""Secrets that do not open slow down whoever tries them: after a few, the wait doubles with each further one.

In: who tries, and a clock that never goes back [s]. Out: how long to wait, zero for not at all. Only the one who tries
waits. The number of those remembered is bounded: the one that has not tried for longest is forgotten first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitoring_ingest.access.remembered import Remembered

FREE = 10  # wrong ones that nobody waits for: people mistype, and a station goes on with the password of yesterday
LONGEST = 60.0  # [s]
FORGOTTEN = 3_600.0  # [s] after the last one
MOST_REMEMBERED = 10_000


@dataclass
class _Tried:
    wrong: int
    last: float
    until: float  # before which no further secret is looked at


class Tries:
    """Counts wrong secrets per sender.

    Parameters
    ----------
    seconds : a clock that never goes back.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._tried: Remembered[_Tried] = Remembered(MOST_REMEMBERED)

    def take(self, whose: str) -> float:
        """Let a secret be looked at, or how long its sender has to wait [s].

        It counts as wrong until `give_back`, so that many secrets at the same moment are as many tries.
        """
        now = self._seconds()
        before = self._tried.get(whose)
        if before is not None and now < before.until:
            return before.until - now
        is_remembered = before is not None and now - before.last < FORGOTTEN
        wrong = (before.wrong if before is not None and is_remembered else 0) + 1
        wait = 0.0 if wrong <= FREE else min(2.0 ** min(wrong - FREE - 1, 30), LONGEST)
        self._tried[whose] = _Tried(wrong, now, now + wait)
        return 0.0

    def give_back(self, whose: str) -> None:
        """Take back what was taken for a secret that opened, or that nobody could look at."""
        tried = self._tried.get(whose)
        if tried is None:
            return
        tried.wrong -= 1
        tried.until = self._seconds()
        if not tried.wrong:
            del self._tried[whose]
