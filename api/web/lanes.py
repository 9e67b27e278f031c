"""How many requests that read are answered at one time, so that those that write are never behind them.

Reading may take seconds of a processor that all threads share. A few are answered at once, some wait, others are told
to come again; nobody who writes waits here. In: whose request it is. Out: a place in the lane, as long as it is used.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api.web.rates import too_many


@dataclass(frozen=True)
class Width:
    """How wide a lane is. Each peer (an address or a key) has one request answered at a time; its others wait.

    Attributes
    ----------
    at_once : requests of all peers that are answered at a time.
    waiting : further requests of all peers that may wait.
    of_one : requests of one peer, answered or waiting; a browser opens six connections.
    seconds : after which a waiting request gets 429 [s].
    """

    at_once: int = 2
    waiting: int = 32
    of_one: int = 8
    seconds: float = 10


class Lane:
    """Places for requests of one kind."""

    def __init__(self, width: Width) -> None:
        self._width = width
        self._places = asyncio.Semaphore(width.at_once)
        self._turns: dict[str, asyncio.Lock] = {}
        self._of: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, whose: str) -> AsyncIterator[None]:
        """A place, once there is one.

        Raises
        ------
        Refused : 429 where too many wait already, or wait for too long.
        """
        width = self._width
        if self._of[whose] >= width.of_one or self._of.total() >= width.at_once + width.waiting:
            raise too_many(1)
        self._of[whose] += 1
        try:
            async with AsyncExitStack() as taken:
                try:
                    async with asyncio.timeout(width.seconds):
                        await taken.enter_async_context(self._turns.setdefault(whose, asyncio.Lock()))
                        await taken.enter_async_context(self._places)
                except TimeoutError:
                    raise too_many(width.seconds) from None
                yield
        finally:
            self._of[whose] -= 1
            if not self._of[whose]:
                del self._of[whose]
                self._turns.pop(whose, None)
