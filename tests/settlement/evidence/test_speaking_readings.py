"""What decides which readings speak, and what stands in, is in the evidence file: it settles again the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from basin import periods
from settlement.evidence.exporting import recomputed
from settlement.evidence.pack import verify
from settlement.gathered import Gathered
from tests.settlement.evidence.packs import RIVER, WEEKS, Kind, readings
from tests.settlement.evidence.test_parts import is_unread
from tests.settlement.makers import RULES, an_agreement, per_unit

RANKED = replace(RIVER, stations={**RIVER.stations, "s1-b": replace(RIVER.stations["s1-b"], rank=2)})
YEAR = per_unit("kind: concentration, section: s1, indicator: tp", ", every: year")
MONTH = per_unit("kind: concentration, section: s1, indicator: tp", ", every: month")
PRIMARY = "stations: primary, origins: automatic"
RULED = {
    "the primary station": (MONTH, "2020-05", "stations: primary, origins: all"),
    "a backup by days": (YEAR, "2020", "stations: primary_else_backup, origins: automatic"),
    "the laboratory alone": (YEAR, "2020", "stations: mean_of_instants, origins: laboratory"),
    "the laboratory in months without a reading": (
        YEAR, "2020", "stations: primary, origins: automatic_else_laboratory",
    ),
    "weeks, whose days ask for the whole month": (
        WEEKS, "2020-08", "stations: primary, origins: automatic_else_laboratory",
    ),
    "a backup in a missing month": (YEAR, "2020", f"{PRIMARY}, substitute: [backup]"),
    "a laboratory in a missing month": (YEAR, "2020", f"{PRIMARY}, substitute: [laboratory]"),
    "the neighbour in a missing month": (YEAR, "2020", f"{PRIMARY}, substitute: [neighbour]"),
    "last year in a missing month": (YEAR, "2020", f"{PRIMARY}, substitute: [previous_year]"),
    "a month for which nobody stands in": (YEAR, "2020", f"{PRIMARY}, substitute: []"),
}  # fmt: skip


def sampled() -> Gathered:
    """Readings of which a few are a laboratory's; the primary station has none in March, nobody has any in July."""
    read = readings()
    rows = read.observations
    month = rows["time"].dt.tz_convert("Asia/Shanghai").dt.month
    by_laboratory = np.random.default_rng(7).random(len(rows)) < 0.1
    marked = rows.assign(mark=rows["mark"].mask(by_laboratory & rows["value"].notna(), "样品 S-1|上游"))
    of_primary = (rows["station"] == "s1") & (month == 3)
    of_both = (rows["station"] != "s2") & (month == 7) & (rows["time"].dt.year == 2020)
    there = marked[~of_primary & ~of_both].reset_index(drop=True)
    return replace(read, observations=there, left_out=read.left_out.iloc[:0])


@pytest.mark.parametrize(("clauses", "period", "rules"), RULED.values(), ids=RULED)
def test_an_evidence_file_holds_whatever_chose(clauses: str, period: str, rules: str) -> None:
    sheets = {"sections": "{s1: {neighbour: s2}}"} if "neighbour" in rules else {}
    agreement = an_agreement(clauses, RANKED, data=RULES.replace("{min", f"{{{rules}, min"), **sheets)
    kind = Kind(agreement, period, sampled().within(agreement.window(periods.period(period))), RANKED)
    assert verify(kind.file, recomputed).ok
    unread = is_unread(kind)
    assert unread.any()
    only_read = replace(kind.read, observations=kind.read.observations[~unread].reset_index(drop=True))
    assert kind.settlement(only_read).document == kind.stated
