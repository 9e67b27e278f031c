"""One view of a section's page, in function calls: what a reader waits for, counted so that no machine's speed matters.

The world is that of the API tests. Counted are the calls of the product's own functions (a generator counts each time
it is resumed) and of all Python functions, pandas and the web server among them, once the page has been seen.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from tests.api.makers import client_of, filled, registry
from tests.shape import PACKAGES, ROOT

PAGE = "/sections/qingxi-2"
ONCE = {  # calls while agreements were searched for words at each view, and frames were asked for one row at a time
    "own": 85_557,
    "all": 146_038,
}
HOMES = tuple(f"{ROOT / package}/" for package in PACKAGES)


class Calls:
    """Counts the calls of every thread that starts after it, while it is `counting`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.counting = False

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Note one event of the interpreter."""
        if self.counting and event == "call":
            self.counts["all"] += 1
            self.counts["own"] += frame.f_code.co_filename.startswith(HOMES)


def calls_of_a_view() -> Counter[str]:
    """How many calls one view makes: ``own`` and ``all``."""
    calls = Calls()
    with TemporaryDirectory() as folder:
        served = filled(registry(), Path(folder))
        threading.setprofile(calls)
        try:
            with client_of(served) as client:
                client.get(PAGE)
                calls.counting = True
                assert client.get(PAGE).status_code == 200
                calls.counting = False
        finally:
            threading.setprofile(None)  # type: ignore[arg-type]  # none from here on
            sys.setprofile(None)
    return calls.counts


def main() -> None:
    """Print the calls of a view beside what they once were."""
    counts = calls_of_a_view()
    print(f"\nOne view of {PAGE}: function calls", flush=True)
    for code, words in {"own": "of the product", "all": "of all Python code"}.items():
        once = ONCE[code]
        print(f"  {words:<38}{counts[code]:>9,}   once {once:,}   × {counts[code] / once:.2f}", flush=True)
