"""`python -m tests.benchmarks [NAME…]`: run all benchmarks, or those named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from api.commands.shared import collect_seldom
from tests.benchmarks import (
    backfill,
    class_and_cap,
    crowded,
    hostile_uploads,
    ingest_speed,
    national_month,
    push_speed,
    quality_control,
    quality_run,
    reading_back,
    section_view,
    settling_years,
    start_up,
    threshold_price_cap,
)

BENCHMARKS: Mapping[str, Callable[[], None]] = {
    "ingest_speed": ingest_speed.main,
    "push_speed": push_speed.main,
    "backfill": backfill.main,
    "crowded": crowded.main,
    "hostile_uploads": hostile_uploads.main,
    "reading_back": reading_back.main,
    "national_month": national_month.main,
    "class_and_cap": class_and_cap.main,
    "threshold_price_cap": threshold_price_cap.main,
    "section_view": section_view.main,
    "settling_years": settling_years.main,
    "quality_control": quality_control.main,
    "quality_run": quality_run.main,
    "start_up": start_up.main,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks; 2 when a name is unknown."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"没有这项基准测试：{'、'.join(unknown)} (choose from {', '.join(BENCHMARKS)})", file=sys.stderr)
        return 2
    collect_seldom()  # as every process of the product does
    print("× 为耗时与衡界之比 (× is the time taken relative to hengjie)")
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
