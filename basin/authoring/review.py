"""Reviewing one agreement before it is used: what the grammar refuses in it, what will stop when it is settled, what
nobody has verified, what no article of the text is named for.

In: the text of a file and the network. Out: a `Review` with all findings at once, where loading stops at the first. It
refuses nothing itself and decides nothing about money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from basin.agreement import Agreement, compiled, paths_of
from basin.authoring.certain_stops import WillStop, certain_stops
from basin.authoring.diff import in_one_line
from basin.authoring.hint import Hint
from basin.authoring.hints import hints
from basin.authoring.roles import Role, roles
from basin.checks.agreements import problems
from basin.clauses import CLAUSE
from basin.dated import every_branch, is_noted, special_values
from basin.errors import AgreementError
from basin.network import Network
from basin.shapes import fitted
from basin.written.agreement_files import tree


@dataclass(frozen=True)
class Unverified:
    """A value that is used as written though nobody has seen the signed text say so."""

    path: str
    clause: str | None
    value: str
    source: str
    note: str


@dataclass(frozen=True)
class WithoutSource:
    """A clause that names no article of the text; the agreement's own source stands for it."""

    path: str
    clause: str


@dataclass(frozen=True)
class Review:
    """What a look at one file found; without findings it may be used, and settled where no rule is `not_stated`."""

    code: str
    clauses: int
    findings: tuple[AgreementError, ...]
    unverified: tuple[Unverified, ...]
    without_source: tuple[WithoutSource, ...]
    will_stop: tuple[WillStop, ...] = ()
    not_stated: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    roles: tuple[Role, ...] = ()


def review(text: str, file: str, network: Network) -> Review:
    """All findings on the text of an agreement, each once, its unverified values and its clauses without a source.

    Without findings also what will stop, the rules that are used and not stated, and what looks like a slip, and who is
    upstream and downstream at each section. A file
    that is no YAML mapping has that one finding. Where the header cannot be read, clauses are looked at one by one, not
    in their relations.
    """
    try:
        document = tree(text, file)
    except AgreementError as refusal:
        return Review("", 0, (refusal,), (), ())
    once = {(finding.path, finding.zh): finding for finding in _findings(document, text, file, network)}
    clauses = document.get("clauses")
    count = len(clauses) if isinstance(clauses, list) else 0
    noted = tuple(unverified(document)), tuple(_without_source(document))
    findings = tuple(once.values())
    code = str(document.get("code", ""))
    if findings:
        return Review(code, count, findings, *noted)
    agreement = compiled(document, text, file)
    rules = tuple(f"data.{rule}" for rule in (*agreement.rules_not_stated, *_choice_of_stations(agreement, network)))
    stops = tuple(certain_stops(agreement, network))
    sides = tuple(roles(agreement, network))
    return Review(code, count, (), *noted, stops, rules, tuple(hints(agreement, network)), sides)


def _choice_of_stations(agreement: Agreement, network: Network) -> Iterator[str]:
    """The rule that chooses among the stations of a section, where one has several and the rule is not stated.

    Whether a laboratory measures beside a station is known only once there are readings.
    """
    looked_at = set(agreement.reach.sections_in(network)) if agreement.looks_at_readings else set()
    stations = Counter(station.section for station in network.stations.values() if station.section in looked_at)
    if agreement.data.stations is None and max(stations.values(), default=0) > 1:
        yield "stations"


def _findings(document: Mapping[str, Any], text: str, file: str, network: Network) -> Iterator[AgreementError]:
    try:
        agreement = compiled(document, text, file)
    except AgreementError as refusal:
        yield refusal
        yield from _shapes(document, file)
    else:
        yield from problems(agreement, network)


def _shapes(document: Mapping[str, Any], file: str) -> Iterator[AgreementError]:
    """What is wrong inside single clauses, where the agreement as a whole cannot be read."""
    for path, raw in paths_of(document):
        for plain in every_branch(raw) if path.startswith("clauses.") and isinstance(raw, dict) else ():
            yield from fitted(CLAUSE, plain, file, path)[1]


def unverified(document: Mapping[str, Any]) -> Iterator[Unverified]:
    """Every value of a document marked as not verified, in the order of the text."""
    for block, raw in paths_of(document):
        ref = str(raw["ref"]) if block.startswith("clauses.") and isinstance(raw, dict) and "ref" in raw else None
        for path, node in special_values(raw, block):
            if is_noted(node) and str(node.get("verified", "true")).lower() == "false":
                source = str(node.get("source", ""))
                note = str(node.get("note", ""))
                yield Unverified(path, ref, in_one_line(node["value"]), source, note)


def _without_source(document: Mapping[str, Any]) -> Iterator[WithoutSource]:
    for path, raw in paths_of(document):
        if path.startswith("clauses.") and isinstance(raw, dict) and not raw.get("source"):
            yield WithoutSource(path, str(raw.get("ref", "")))
