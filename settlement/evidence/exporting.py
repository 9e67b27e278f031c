"""For auditors: the evidence file of a stored settlement, and the settlement made again from such a file.

In: an engine and a settlement's identity, or the contents of an evidence file. Out: a ZIP, or a document. Making it
again reads no database: agreement, register, observations and facts all come from the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from basin import periods
from basin.agreement import Agreement
from basin.agreement_files import tree
from basin.errors import Refused
from basin.network import Network, Party, Section, Station, load_network
from basin.registry import Registry, checked, refuse
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.store import decisions
from monitoring_ingest.readings.facts import Fact
from settlement.applied import applied
from settlement.evidence.pack import EvidenceContents, Parameters, evidence_zip
from settlement.gathered import LEFT_OUT, OBSERVED, QUALITY, Gathered
from settlement.settling import settled
from settlement.statement.engine_version import as_made_by, made_by, version_of
from settlement.statement.rows import SettlementDocument

RESOLUTION = timedelta(microseconds=1)
DECISION = [
    "action", "station", "indicator", "time", "revision", "reason", "document", "proposed_by", "approved_by",
    "recorded_at",
]  # fmt: skip
ACCEPTED = "accepted"
NOT_USED = "left_out"


def evidence(engine: Engine, registry: Registry, identity: str) -> bytes:
    """The evidence file of a stored settlement.

    Raises
    ------
    NotFound : no such settlement.
    Refused : register or engine have changed since, so that the settlement cannot be re-derived as it was.
    """
    with engine.connect() as connection:
        made = applied(connection, registry, identity)
        readings = replace(made.readings, left_out=made.readings.left_out[LEFT_OUT])
        decided = _decisions(connection, readings, made.as_of)
    document = made.document
    agreement = made.agreement
    refuse(agreement, registry.network)  # the register may have changed since the text was checked
    again = as_made_by(settled(agreement, registry.network, readings, made.span, made.as_of), version_of(document))
    if again["digest"] != document["digest"]:
        maker = made_by(document)
        zh = f"重算与所存的结算不同：登记或程序在结算之后变了（{maker['message_zh']}）"
        en = f"register or engine has changed since ({maker['message_en']})"
        raise Refused(zh, en, file=identity, remedy="恢复当时的登记与程序版本后再导出，或重新结算")
    parameters: Parameters = {"agreement": agreement.code, "period": document["period"], "as_of": document["as_of"]}
    if decided:
        parameters["decisions"] = decided
    sections = agreement.reach.sections_in(registry.network)
    subjects = {agreement.code, agreement.basin, *agreement.reach.parties, *sections}
    facts = [_plain(fact) for fact in readings.facts if fact.subject in subjects]
    register = _register(registry.network, agreement, sections)
    return evidence_zip(agreement.text, register, _rows(readings), facts, again, parameters)


def recomputed(evidence: EvidenceContents) -> SettlementDocument:
    """The settlement document from the contents of an evidence file alone, without writing anything to disk."""
    network, _ = load_network([evidence.register])
    agreement = checked(tree(evidence.agreement_text), evidence.agreement_text, "agreement.yaml", network)
    used = evidence.observations["fate"] == ACCEPTED
    flagged = evidence.observations.columns.intersection(QUALITY)
    readings = Gathered(
        evidence.observations.loc[used, [*OBSERVED, *flagged]].reset_index(drop=True),
        evidence.observations.loc[~used, LEFT_OUT].reset_index(drop=True),
        [Fact(**{**fact, "recorded_at": None}) for fact in evidence.facts],
    )
    as_of = datetime.fromisoformat(evidence.parameters["as_of"]).astimezone(UTC)
    return settled(agreement, network, readings, periods.period(evidence.parameters["period"]), as_of)


def _rows(readings: Gathered) -> pd.DataFrame:
    """Readings used and left out in one table; `fate` says which, and what a row lacks is blank."""
    used = readings.observations.assign(fate=ACCEPTED, reason="")
    unused = readings.left_out.assign(fate=NOT_USED, value=float("nan"), censored=False, status="", mark="", revision=0)
    if "quality" in used:
        unused = unused.assign(quality=int(Quality.NOT_EVALUATED), test="")
    return pd.concat([used, unused], ignore_index=True) if len(unused) else used


def _decisions(connection: Connection, readings: Gathered, as_of: datetime) -> list[dict[str, Any]]:
    """What people decided about the readings, known at `as_of`: why one is left out, or used in spite of a test."""
    stations = readings.observations["station"]
    times = readings.observations["time"]
    if stations.empty:
        return []
    between = {"start": times.min().to_pydatetime(), "end": times.max().to_pydatetime() + RESOLUTION}
    rows = decisions(connection, stations=sorted(stations.unique()), as_of=as_of, **between)
    texts = {name: rows[name].map(lambda recorded: recorded.isoformat()) for name in ("time", "recorded_at")}
    return rows.assign(**texts)[DECISION].to_dict("records")  # type: ignore[return-value]  # named by texts


def _plain(fact: Fact) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(fact).items()}


def _register(network: Network, agreement: Agreement, sections: Collection[str]) -> Mapping[str, str]:
    """The sections, stations and parties an agreement rests on, in the layout of an outside directory."""
    wanted = {s.basin for s in network.sections.values() if s.code in sections} | {agreement.basin}
    files: dict[str, str] = {}
    for basin in sorted(wanted):
        of_basin = [section for section in network.sections.values() if section.basin == basin]
        codes = {section.code for section in of_basin}
        stations = [station for station in network.stations.values() if station.section in codes]
        parties = {*agreement.reach.parties, *(station.province for station in stations)}
        parties |= {side for section in of_basin for side in (section.upstream, section.downstream) if side}
        declared = [network.parties[code] for code in sorted(parties) if code in network.parties]
        files[f"basins/{basin}/sections.csv"] = _csv(Section, of_basin)
        files[f"basins/{basin}/stations.csv"] = _csv(Station, stations)
        files[f"basins/{basin}/parties.csv"] = _csv(Party, declared)
    return files


def _csv(of: type[Party] | type[Section] | type[Station], things: Iterable[Party | Section | Station]) -> str:
    names = [field.name for field in fields(of) if field.name != "basin"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for thing in things:
        values = (getattr(thing, name) for name in names)
        writer.writerow("|".join(v) if isinstance(v, tuple) else "" if v is None else v for v in values)
    return buffer.getvalue()
