"""Split samples of a laboratory source as receipts and pages show them: both values, difference, tolerance, outcome.

In: a connection, the registry and the source. Out: plain mappings. The tolerance is that of the source, else that of
an agreement in force which takes the mean of the sections that the stations serve.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from basin.indicators import INDICATORS
from basin.registry import Registry
from basin.rounding import printed, quantised, reported
from basin.sources import Source
from monitoring_ingest.doors.declared import door_name
from monitoring_ingest.doors.store import results_by
from monitoring_ingest.formats.laboratory import SIDES
from monitoring_ingest.quality.split_samples import OUTCOMES, Result, SplitSample, split_samples

SHOWN_DECIMALS = 6  # of differences and what is allowed; the comparison itself is exact


def split_samples_of(connection: Connection, registry: Registry, source: Source) -> list[SplitSample]:
    """Every sample of which two sides' results came by the source."""

    def tolerance(indicator: str, stations: Iterable[str]) -> Fraction | None:
        declared = source.tolerance.get(indicator)
        return agreed_tolerance(registry, stations) if declared is None else declared

    return split_samples(results_by(connection, door_name(source.code)), tolerance)


def agreed_tolerance(registry: Registry, stations: Iterable[str]) -> Fraction | None:
    """The `data.joint_sample` of the newest agreement that takes the mean of the sections these stations serve."""
    served = {registry.network.stations[code].section for code in stations if code in registry.network.stations}
    tolerance = None
    for agreement in sorted(registry.agreements.values(), key=lambda agreement: agreement.starts):
        sheets = (agreement.document.get("sections") or {}).items()
        joint = any(_members(sheet) and served <= {code, *_members(sheet)} for code, sheet in sheets)
        if joint and len(served) > 1 and agreement.data.joint_sample is not None:
            tolerance = agreement.data.joint_sample
    return tolerance


def _members(sheet: Any) -> set[str]:
    """The sections a sheet takes the mean of, with or without a note on them."""
    members = sheet.get("mean_of") if isinstance(sheet, dict) else None
    return set(members.get("value", members) if isinstance(members, dict) else members or ())


def told(sample: SplitSample) -> dict[str, Any]:
    """A split sample as receipts and pages show it."""
    zh, en = OUTCOMES[sample.outcome]
    indicator = INDICATORS[sample.indicator]
    return {
        "sample": sample.sample,
        "indicator": sample.indicator,
        "unit": indicator.unit,
        "time": sample.time.isoformat(),
        **{side: _value(sample.results.get(side)) for side in SIDES.values()},
        "difference": _shown(sample.difference),
        "tolerance": None if sample.tolerance is None else printed(sample.tolerance),
        "allowed": _shown(sample.allowed),
        "outcome": sample.outcome,
        "message_zh": zh,
        "message_en": en,
    }


def _value(result: Result | None) -> str | None:
    return None if result is None else ("<" if result.censored else "") + printed(reported(result.number, None))


def _shown(exact: Fraction | None) -> str | None:
    return None if exact is None else printed(quantised(exact, SHOWN_DECIMALS))


def line(row: dict[str, Any]) -> str:
    """A split sample in one line."""
    sides = "，".join(f"{zh} {row[side]}" for zh, side in SIDES.items() if row[side] is not None)
    judged = f"；相差 {row['difference']}，允差 {row['allowed']}" if row["allowed"] is not None else ""
    return f"  样品 {row['sample']} {row['indicator']}：{sides}{judged}：{row['message_zh']} {row['message_en']}"
