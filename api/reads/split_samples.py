"""Split samples of a laboratory source, gathered and told: both values, difference, tolerance, outcome.

In: a connection, the registry and the source. Out: plain mappings for receipts and pages. The tolerance is the source's
own, else that of an agreement in force which takes the mean of sections the stations serve.
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
    """The `data.joint_sample` of the agreement with a mean of the sections these stations serve; the newest one's."""
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


def told(one: SplitSample) -> dict[str, Any]:
    """A split sample as receipts and pages show it."""
    zh, en = OUTCOMES[one.outcome]
    indicator = INDICATORS[one.indicator]
    return {
        "sample": one.sample,
        "indicator": one.indicator,
        "unit": indicator.unit,
        "time": one.time.isoformat(),
        **{side: _value(one.results.get(side)) for side in SIDES.values()},
        "difference": _shown(one.difference),
        "tolerance": None if one.tolerance is None else printed(one.tolerance),
        "allowed": _shown(one.allowed),
        "outcome": one.outcome,
        "message_zh": zh,
        "message_en": en,
    }


def _value(result: Result | None) -> str | None:
    return None if result is None else ("<" if result.censored else "") + printed(reported(result.number, None))


def _shown(exact: Fraction | None) -> str | None:
    return None if exact is None else printed(quantised(exact, SHOWN_DECIMALS))


def line(one: dict[str, Any]) -> str:
    """A split sample in one line."""
    sides = "，".join(f"{zh} {one[side]}" for zh, side in SIDES.items() if one[side] is not None)
    judged = f"；相差 {one['difference']}，允差 {one['allowed']}" if one["allowed"] is not None else ""
    return f"  样品 {one['sample']} {one['indicator']}：{sides}{judged}：{one['message_zh']} {one['message_en']}"
