"""For auditors: the evidence file of a stored settlement, and the settlement made again from such a file.

In: an engine and a settlement's identity, or the contents of an evidence file. Out: a ZIP, or a document. Making it
again reads no database: agreement, register, observations, facts and decisions all come from the file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from basin import periods
from basin.agreement import compiled
from basin.errors import Refused
from basin.network import load_network
from basin.registry import Registry, refuse
from basin.written.agreement_files import tree
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.readings.facts import Fact
from settlement.applied import applied
from settlement.evidence.bounds import refuse_too_much
from settlement.evidence.entries import AGREEMENT, SETTLEMENT, SUMS
from settlement.evidence.pack import EvidenceContents, Parameters, evidence_zip, packed
from settlement.evidence.texts import ACCEPTED
from settlement.gathered import LEFT_OUT, OBSERVED, QUALITY, Gathered
from settlement.settling import Settlement, check_span, settlement_of
from settlement.statement.engine_version import as_made_by, made_by, version_of
from settlement.statement.parts import FactRow
from settlement.statement.readings_read import ReadingsRead
from settlement.statement.rows import SettlementDocument

NOT_USED = "left_out"


def evidence(engine: Engine, registry: Registry, identity: str) -> bytes:
    """The evidence file of a stored settlement.

    Raises
    ------
    NotFound : no such settlement.
    Refused : register or engine have changed since, so that the settlement cannot be re-derived as it was; or it is too
        large.
    """
    with engine.connect() as connection:
        made = applied(connection, registry, identity)
    document = made.document
    refuse(made.agreement, registry.network)  # the register may have changed since the text was checked
    settlement = settlement_of(made.agreement, registry.network, made.readings, made.span, made.as_of)
    again = as_made_by(settlement.document, version_of(document))
    if again["digest"] != document["digest"]:
        maker = made_by(document)
        zh = f"重算与所存的结算不同：登记或程序在结算之后变了（{maker['message_zh']}）"
        en = f"register or engine has changed since ({maker['message_en']})"
        raise Refused(zh, en, file=identity, remedy="恢复当时的登记与程序版本后再导出，或重新结算")
    return file_of(settlement, again)


def file_of(settlement: Settlement, document: SettlementDocument) -> bytes:
    """The evidence file of a settlement.

    Parameters
    ----------
    settlement : with its parts.
    document : as the file is to hold it: under the stamp of the version that stored it.

    Raises
    ------
    Refused : it would be too large.
    """
    read = _contents(settlement, document)
    return evidence_zip(
        read.agreement_text, read.register, read.observations, read.facts, read.document, read.parameters
    )


def recomputed(evidence: EvidenceContents) -> SettlementDocument:
    """The settlement document from the contents of an evidence file alone, without writing anything to disk.

    Raises
    ------
    HengjieError : the contents are refused, or hold other than the settlement reads.
    """
    network, _ = load_network([evidence.register])
    agreement = compiled(tree(evidence.agreement_text, AGREEMENT), evidence.agreement_text, AGREEMENT)
    span = periods.period(evidence.parameters["period"])
    as_of = datetime.fromisoformat(evidence.parameters["as_of"]).astimezone(UTC)
    check_span(agreement, span)
    refuse_too_much(agreement, network, evidence.observations, span)
    refuse(agreement, network)
    settlement = settlement_of(agreement, network, _gathered(evidence), span, as_of)
    # Where the document differs, that says more than a line of a part.
    if "parts" in evidence.document and settlement.document["digest"] == evidence.document["digest"]:
        _refuse_other_contents(evidence, _contents(settlement, evidence.document))
    return settlement.document


def _gathered(evidence: EvidenceContents) -> Gathered:
    """What an evidence file holds, as a store would give it."""
    rows = evidence.observations
    used = rows["fate"] == ACCEPTED
    flagged = rows.columns.intersection(QUALITY)
    return Gathered(
        rows.loc[used, [*OBSERVED, *flagged]].reset_index(drop=True),
        rows.loc[~used, LEFT_OUT].reset_index(drop=True),
        [_fact(row) for row in evidence.facts],
        evidence.parameters.get("decisions", []),
    )


def _fact(row: FactRow) -> Fact:
    recorded_at = row.get("recorded_at")
    instant = None if recorded_at is None else datetime.fromisoformat(recorded_at)
    written: dict[str, Any] = {**row, "recorded_at": instant}
    return Fact(**written)


def _contents(settlement: Settlement, document: SettlementDocument) -> EvidenceContents:
    """What an evidence file holds of a settlement: the parts that it read.

    Parameters
    ----------
    settlement : with its parts.
    document : as the file is to hold it.
    """
    parts = settlement.parts
    parameters: Parameters = {
        "agreement": parts.agreement.code, "period": parts.period, "as_of": settlement.document["as_of"],
    }  # fmt: skip
    if parts.decisions:
        parameters["decisions"] = list(parts.decisions)
    return EvidenceContents(
        agreement_text=parts.agreement.text, register=parts.register.files, observations=_rows(parts.readings),
        facts=list(parts.facts), document=document, parameters=parameters,
    )  # fmt: skip


def _rows(readings: ReadingsRead) -> pd.DataFrame:
    """Readings used and left out in one table; `fate` says which, and what a row lacks is blank."""
    used = readings.used.assign(fate=ACCEPTED, reason="")
    left_out = readings.left_out
    if left_out.empty:
        return used
    blank: dict[str, Any] = {"value": float("nan"), "censored": False, "status": "", "mark": "", "revision": 0}
    if "quality" in used:
        blank |= {"quality": int(Quality.NOT_EVALUATED), "test": ""}
    return pd.concat([frame for frame in (used, left_out.assign(fate=NOT_USED, **blank)) if len(frame)])[used.columns]


def _refuse_other_contents(evidence: EvidenceContents, read: EvidenceContents) -> None:
    """Refuse a file that holds anything the settlement did not read, or holds it in other words."""
    as_read = packed(read)
    for name in sorted((evidence.entries.keys() | as_read.keys()) - {SUMS, SETTLEMENT}):
        given = evidence.entries.get(name, b"")
        if given != as_read.get(name, b""):
            path = _first_line(given, as_read.get(name, b""))
            raise Refused("所载不是结算所读的", "holds other than the settlement reads", file=name, path=path)


def _first_line(given: bytes, read: bytes) -> str:
    """The first line in which two texts differ."""
    lines = zip_longest(given.splitlines(keepends=True), read.splitlines(keepends=True))
    number = next(place for place, (line, other) in enumerate(lines, start=1) if line != other)
    return f"第 {number} 行 line {number}"
