"""Everything declared, loaded once: network, agreements, scorecards, sources, bundled or from outside directories.

In: directories (`--with DIR`), a single YAML file, or nothing for the bundled ones alone. Out: one frozen `Registry`.
An outside code shadows a bundled one and the registry says so. It reads files and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from basin import periods
from basin.agreement import Agreement, compiled
from basin.agreement_files import file_text, readable, tree
from basin.checks.agreements import problems
from basin.errors import AgreementError, UnknownCode
from basin.network import Network, load_network
from basin.scorecards import Scorecard, scorecard_of
from basin.sources import Source, checked_source, source_named

T = TypeVar("T", Agreement, Scorecard, Source)
FOLDERS = ("agreements", "scorecards", "sources")
BUNDLED = Path(__file__).parent / "data"
ANY_YEAR = "2020"  # a scorecard has no dates of its own


@dataclass(frozen=True)
class Registry:
    """The declared world: what exists, what was agreed, how performance is scored, where readings come from."""

    network: Network
    agreements: Mapping[str, Agreement]
    scorecards: Mapping[str, Scorecard]
    messages: tuple[str, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)

    def agreement(self, code: str) -> Agreement:
        """The agreement of that code.

        Raises
        ------
        UnknownCode : naming the codes there are.
        """
        if code not in self.agreements:
            raise UnknownCode(f"没有协议 {code}", f"no agreement {code}", remedy="可用：" + " ".join(self.agreements))
        return self.agreements[code]

    def source(self, code: str) -> Source:
        """The source of readings of that code.

        Raises
        ------
        UnknownCode : naming the codes there are.
        """
        return source_named(self.sources, code)

    @property
    def scorecard(self) -> Scorecard:
        """The scorecard that counts: the one declared last, so that an outside one goes before a bundled one."""
        return list(self.scorecards.values())[-1]

    def scoring_by(self, code: str | None) -> Registry:
        """This registry with the scorecard of that code as the one that counts; itself without a code.

        Raises
        ------
        UnknownCode : naming the scorecards there are.
        """
        if code is None:
            return self
        if code not in self.scorecards:
            raise UnknownCode(f"没有评价表 {code}", "no such scorecard", remedy="可用：" + " ".join(self.scorecards))
        return replace(self, scorecards={code: self.scorecards[code]})

    def in_force(self, period: pd.Period) -> list[Agreement]:
        """The agreements whose term overlaps the period."""
        first = periods.starts_on(period)
        last = periods.ends_on(period)
        return [a for a in self.agreements.values() if a.starts <= last and a.ends >= first]


def load_registry(extra: Sequence[Path] = (), beside: Sequence[Path] = ()) -> Registry:
    """The bundled world, with outside directories or files on top of it, later ones shadowing earlier ones.

    Parameters
    ----------
    extra : directories and files that were asked for.
    beside : directories something else lies in, below `extra`; a flat file there that cannot be read is passed by.

    Raises
    ------
    AgreementError, RegisterError : naming file, path and remedy of the first thing that cannot be used.
    """
    asked = {place.resolve() for place in extra}
    beside = [place for place in beside if place.resolve() not in asked]
    network, messages = load_network([BUNDLED, *(path for path in (*beside, *extra) if path.is_dir())])
    agreements: dict[str, Agreement] = {}
    scorecards: dict[str, Scorecard] = {}
    sources: dict[str, Source] = {}
    lying = [(place, _lying) for place in beside]
    asked_for = [(place, _documents) for place in extra]
    for place, read in [(BUNDLED, _documents), *lying, *asked_for]:
        own_agreements: dict[str, Agreement] = {}
        own_scorecards: dict[str, Scorecard] = {}
        own_sources: dict[str, Source] = {}
        for file, document, text in read(place):
            if "criteria" in document or file.parent.name == "scorecards":
                _add(own_scorecards, checked_scorecard(document, text, str(file), network))
            elif "clauses" in document or file.parent.name == "agreements":
                _add(own_agreements, checked(document, text, str(file), network))
            elif "format" in document or file.parent.name == "sources":
                _add(own_sources, checked_source(document, str(file), network))
        messages += [*_shadowing(agreements, own_agreements), *_shadowing(scorecards, own_scorecards)]
        messages += _shadowing(sources, own_sources)
        agreements |= own_agreements
        sources |= own_sources
        scorecards = {code: card for code, card in scorecards.items() if code not in own_scorecards} | own_scorecards
    return Registry(network, agreements, scorecards, tuple(messages), sources)


def _add(own: dict[str, T], new: T) -> None:
    """Within one place a code is declared once."""
    if new.code in own:
        zh = f"重复的 code {new.code}，已见于 {own[new.code].file}"
        remedy = "改成唯一的代码，或删去一份"
        raise AgreementError(zh, "double code", file=new.file, path="code", remedy=remedy)
    own[new.code] = new


def checked(document: Mapping[str, Any], text: str, file: str, network: Network) -> Agreement:
    """The agreement that a document declares, refused when the grammar refuses anything in it.

    Raises
    ------
    AgreementError : the first finding; the number of the others is told.
    """
    agreement = compiled(document, text, file)
    if found := problems(agreement, network):
        first = found[0]
        if len(found) > 1:
            first.remedy += f"（另有 {len(found) - 1} 处问题 and {len(found) - 1} more）"
            raise AgreementError(first.zh, first.en, file=first.file, path=first.path, remedy=first.remedy)
        raise first
    return agreement


def checked_scorecard(document: Mapping[str, Any], text: str, file: str, network: Network) -> Scorecard:
    """The scorecard that a document declares, its criteria checked as lines of an agreement over any basin.

    Raises
    ------
    AgreementError : the first finding.
    """
    card = scorecard_of(document, text, file)
    findings = problems(card.agreement("", [], pd.Period(ANY_YEAR, freq="Y")), network, scored=True)
    criteria = [found for found in findings if (found.path or "").startswith(("clauses", "standard", "code"))]
    if criteria:
        raise criteria[0]
    return card


def _documents(place: Path) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """The YAML documents of a bundled or outside directory (in `FOLDERS`, or flat), or of one file."""
    folders = [place / name for name in ("", *FOLDERS)] if place.is_dir() else [place]
    for folder in folders:
        for file in sorted(folder.glob("*.y*ml")) if place.is_dir() else [place]:
            text = file_text(file)
            yield file, tree(text, file), text


def _lying(place: Path) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """The YAML documents of a directory, without flat files that cannot be read."""
    flat = [file for file in sorted(place.glob("*.y*ml")) if readable(file) is not None]
    for one in (*flat, *(place / name for name in FOLDERS if (place / name).is_dir())):
        yield from _documents(one)


def _shadowing(known: Mapping[str, T], own: Mapping[str, T]) -> list[str]:
    return [
        f"{code}：{new.file} 取代 {known[code].file}（{new.file} shadows {known[code].file}）"
        for code, new in own.items()
        if code in known
    ]
