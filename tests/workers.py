"""How tests are spread over worker processes: which stay together on one, and which start first.

In: what pytest collected. Out: an order, and the scheduler that pytest-xdist asks for. The tests of a class, or the
functions of a file, go to one worker; the rest is decided by what a file says about itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ALONE = "alone"


def place(marks: Collection[str]) -> tuple[bool, bool]:
    """The place of a test by its marks: first those that follow each other on one worker, then the long proofs.

    A worker that began a proof last would run it while the others have nothing left to do.
    """
    return ALONE not in marks, "proof" not in marks


def unit_of_work(nodeid: str) -> str:
    """The name of what is given to one worker as a whole, of which this test is a part."""
    test = nodeid.partition("[")[0]
    file = test.partition("::")[0]
    if f"pytest.mark.{ALONE}" in _text(file):
        return ALONE
    if 'scope="module"' in _text(file):
        return file  # what its tests share is made once
    return test.rpartition("::")[0]


@cache
def _text(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def scheduler(config: pytest.Config, log: Callable[..., None]) -> Any:
    """The scheduler of pytest-xdist that gives workers these units, in the order of the tests."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of_work(nodeid)

    config.option.loadscopereorder = False
    return Scheduling(config, log)
