"""`python -m tests.benchmarks [NAME…]`: run all benchmarks, or those named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from tests.benchmarks import national_month

BENCHMARKS: Mapping[str, Callable[[], None]] = {"national_month": national_month.main}


def main(names: list[str]) -> int:
    """Run the named benchmarks; 2 when a name is unknown."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"没有这项基准测试：{'、'.join(unknown)} (choose from {', '.join(BENCHMARKS)})", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
