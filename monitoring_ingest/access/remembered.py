"""A table of bounded size: what strangers may add to must not grow without end.

In: entries by key. Out: the same entries, as long as they are among the newest; whoever stores one more than the table
holds loses the one that was stored longest ago. Storing an entry again makes it the newest. Reading does not.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

Entry = TypeVar("Entry")


class Remembered(OrderedDict[str, Entry]):
    """The newest entries, `most` of them at most."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: str, entry: Entry) -> None:
        super().__setitem__(key, entry)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)
