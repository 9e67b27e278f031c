"""The parts a settlement rests on: what of agreement, register, readings, facts and decisions it read.

In: what was applied, what there was to be read, and what was looked up of it. Out: each part as an evidence file holds
it, and its SHA-256 as the document holds it. So the digest of the document covers everything that the settlement rests
on. What it did not read stands in no part: it changes no digest.

    agreement      the text, in UTF-8
    register       {file: text} of the sections of the agreement, the stations of the readings, and their parties
    observations   the readings looked up, used and left out (`statement.readings_read`)
    facts          the facts that answered a question, without the instants of recording
    parameters     agreement, period, and the decisions by which people removed readings, likewise

But for the readings a hash is that of canonical JSON. What is noted beside a part and decides nothing (`Parts.beside`)
has a hash of its own, which stands in the document and not in the digest: the digest leaves out recording times.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, NotRequired, TypedDict

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.network import SLOT_HOURS, Network, Party, Section, Station
from monitoring_ingest.readings.facts import Fact
from settlement.gathered import DecisionRow, Gathered
from settlement.lookups import NotedMeasurements, facts_read
from settlement.statement.canonical import canonical_json
from settlement.statement.readings_read import ReadingsRead, readings_read
from settlement.statement.rows import PartHashes

RECORDED_AT = "recorded_at"
NO_COLUMN = frozenset({"basin", "ranges"})  # the folder names the basin; ranges are read at the door alone


class FactRow(TypedDict):
    """A fact as an evidence file holds it."""

    subject: str
    period: str
    kind: str
    value: str
    document: str
    recorded_by: str
    recorded_at: str | None
    approved_by: str | None
    line: NotRequired[str]
    paid_on: NotRequired[str]
    reason: NotRequired[str]


_WHERE_STATED = ("line", "paid_on", "reason")


@dataclass(frozen=True)
class Register:
    """Registers as CSV by file name, in the layout of an outside directory, and their hash."""

    files: Mapping[str, str]
    sha256: str


@dataclass(frozen=True)
class Parts:
    """What one settlement rests on.

    Attributes
    ----------
    agreement : as it was applied. period : as people write it.
    register : what was read of it.
    readings : those that were looked up.
    facts : those that answered, each as it was recorded.
    decisions : all that people decided about the readings, oldest first.
    """

    agreement: Agreement
    period: str
    register: Register
    readings: ReadingsRead
    facts: Sequence[FactRow]
    decisions: Sequence[DecisionRow]

    @cached_property
    def hashes(self) -> PartHashes:
        """The SHA-256 of each part, as the document holds it."""
        parameters: dict[str, Any] = {"agreement": self.agreement.code, "period": self.period}
        removals = _removals(self.decisions, self.readings) if self.decisions else []
        if removals:
            parameters["decisions"] = [_undated(row) for row in removals]
        return {
            "agreement": self.agreement.sha256,
            "register": self.register.sha256,
            "observations": self.readings.sha256,
            "facts": _sha256([_undated(row) for row in self.facts]),
            "parameters": _sha256(parameters),
        }

    @cached_property
    def beside(self) -> str | None:
        """The SHA-256 of what decides nothing; None where there is nothing of the kind.

        That is: which revision of a reading was used where it is not the first, what quality control noted of readings
        that count, decisions about them, and when facts and decisions were recorded.
        """
        notes = {
            "observations": self.readings.notes,
            "facts": [row["recorded_at"] for row in self.facts if row["recorded_at"] is not None],
            "decisions": list(self.decisions),
        }
        noted = {name: listed for name, listed in notes.items() if listed}
        return _sha256(noted) if noted else None


def parts_of(
    agreement: Agreement, network: Network, gathered: Gathered, data: NotedMeasurements, span: pd.Period
) -> Parts:  # fmt: skip
    """What the settlement of a period rests on, once it was made.

    Parameters
    ----------
    agreement, network : what was applied.
    gathered : what there was to be read.
    data : what it was reduced to, which knows what was looked up.
    span : the period.
    """
    readings = readings_read(agreement, network, gathered, data, span)
    key = ("register", id(network), agreement, readings.stations)
    if key not in gathered.kept:
        files = register_of(network, agreement, readings.stations)
        gathered.kept[key] = (Register(files, _sha256(files)), network)
    return Parts(
        agreement=agreement,
        period=periods.label(span),
        register=gathered.kept[key][0],
        readings=readings,
        facts=[_row(fact) for fact in facts_read(gathered.facts, data.lookups.so_far.asked)],
        decisions=_about(gathered.decisions, readings) if gathered.decisions else (),
    )


def _sha256(part: object) -> str:
    return sha256(canonical_json(part).encode()).hexdigest()


def _row(fact: Fact) -> FactRow:
    """A fact in force; line, day of payment and reason have no key where it states none, as in earlier documents."""
    texts = asdict(fact) | {"line": fact.stated_line}
    row: Any = {name: text for name, text in texts.items() if text or name not in _WHERE_STATED}
    del row["withdrawn_by"]
    return row | {RECORDED_AT: None if fact.recorded_at is None else fact.recorded_at.isoformat()}


def _undated(row: FactRow | DecisionRow) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != RECORDED_AT}


def _about(decisions: Sequence[DecisionRow], readings: ReadingsRead) -> list[DecisionRow]:
    """The decisions about the readings, used or left out; those of a reading oldest first."""
    rows = pd.concat([frame[["station", "indicator", "time"]] for frame in (readings.used, readings.left_out)])
    keys = set(rows.itertuples(index=False, name=None))
    about = [row for row in decisions if (row["station"], row["indicator"], pd.Timestamp(row["time"])) in keys]
    return sorted(about, key=lambda row: (row["station"], row["indicator"], row["time"]))


def _removals(decisions: Sequence[DecisionRow], readings: ReadingsRead) -> list[DecisionRow]:
    """Of each reading that people removed, the newest decision about it."""
    keys = set(readings.removed.itertuples(index=False, name=None))
    newest: dict[tuple[Any, ...], DecisionRow] = {}
    for row in decisions:
        key = (row["station"], row["indicator"], pd.Timestamp(row["time"]), row["revision"])
        if key in keys:
            newest[key] = row
    return list(newest.values())


def register_of(network: Network, agreement: Agreement, stations: Collection[str]) -> dict[str, str]:
    """What a settlement reads of the register, in the layout of an outside directory.

    Parameters
    ----------
    network, agreement : what was applied.
    stations : codes of the stations whose readings were read.

    Returns
    -------
    file name → CSV: the sections that the agreement looks at and those of the stations, and the parties they name. What
    no settlement reads is blank, such as English names and the names by which sources know a station.
    """
    measuring = [network.stations[code] for code in sorted(stations)]
    codes = {*agreement.reach.sections_in(network), *(station.section for station in measuring)}
    sections = [section for section in network.sections.values() if section.code in codes]
    files: dict[str, str] = {}
    for basin in sorted({*(section.basin for section in sections), agreement.basin}):
        of_basin = [section for section in sections if section.basin == basin]
        at_them = [station for station in measuring if network.sections[station.section].basin == basin]
        parties = {*agreement.reach.parties, *(station.province for station in at_them)}
        parties |= {side for section in of_basin for side in (section.upstream, section.downstream) if side}
        declared = [network.parties[code] for code in sorted(parties) if code in network.parties]
        files[f"basins/{basin}/sections.csv"] = _csv(Section, [replace(s, name_en="", river="") for s in of_basin])
        unread = () if agreement.data.looks_at_ranks else ("rank",)
        stations_read = [_station(station, agreement) for station in at_them]
        files[f"basins/{basin}/stations.csv"] = _csv(Station, stations_read, unread)
        files[f"basins/{basin}/parties.csv"] = _csv(Party, [replace(p, name_en="", adcode="") for p in declared])
    return files


def _station(station: Station, agreement: Agreement) -> Station:
    """The station without what a settlement does not read; how often it reports is asked for completeness alone."""
    slot_hours = station.slot_hours if agreement.reach.completeness else SLOT_HOURS
    return replace(station, aliases=(), timezone="", slot_hours=slot_hours)


def _csv(
    of: type[Party] | type[Section] | type[Station], things: Iterable[Party | Section | Station],
    unread: Collection[str] = (),
) -> str:  # fmt: skip
    """A register as CSV.

    Parameters
    ----------
    of, things : what is registered.
    unread : columns that are left out, for no settlement reads them.
    """
    names = [field.name for field in fields(of) if field.name not in {*NO_COLUMN, *unread}]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for thing in things:
        values = (getattr(thing, name) for name in names)
        writer.writerow("|".join(v) if isinstance(v, tuple) else "" if v is None else v for v in values)
    return buffer.getvalue()
