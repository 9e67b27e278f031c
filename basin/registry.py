"""Everything declared: network, agreements, scorecards and sources, bundled or from outside directories.

In: directories (`--with DIR`), a single YAML file, or nothing for the bundled declarations alone. Out: one frozen
`Registry`. An outside code shadows a bundled code, and the registry has a message about each. This module reads files
and nothing else.

`declared_registry` reads every file, because any file may shadow the agreement that is asked for, but compiles and
checks an agreement only when the agreement is first used: a command that settles one agreement does not wait for forty.
`load_registry` checks all of them at once, for long-running processes (`serve`, the schedule) and for tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pandas as pd

from basin import periods
from basin.agreement import Agreement, compiled, plainly
from basin.checks.agreements import problems
from basin.errors import AgreementError, RegisterError, UnknownCode
from basin.folders import check
from basin.layers import REGISTERS
from basin.network import Network, load_network
from basin.scorecards import Scorecard, scorecard_of
from basin.sources import Source, checked_source, source_named
from basin.written.agreement_files import file_text, readable, tree

T = TypeVar("T", Agreement, Scorecard)
D = TypeVar("D", "Declaration[Agreement]", "Declaration[Scorecard]", Source)
FOLDERS = ("agreements", "scorecards", "sources")
READ = (
    "*.y*ml",
    *(f"{folder}/*.y*ml" for folder in FOLDERS),
    *(f"{register}.csv" for register in REGISTERS),
    *(f"basins/*/{register}.csv" for register in REGISTERS),
)  # what is read of an outside directory
BUNDLED = Path(__file__).parent / "data"
ANY_YEAR = "2020"  # a scorecard has no dates of its own


class Declaration(NamedTuple, Generic[T]):
    """A document that declares something: its file, and the function that compiles and checks the declared thing."""

    file: str
    checked: Callable[[], T]


class Declared(Mapping[str, T]):
    """Agreements or scorecards by code, each compiled and checked on first use.

    Codes, their number and membership need no compilation.

    Raises
    ------
    AgreementError : on the first use of an agreement or scorecard that the grammar refuses.
    """

    def __init__(self, declarations: Mapping[str, Declaration[T]]) -> None:
        self.declarations: Mapping[str, Declaration[T]] = declarations
        self._made: dict[str, T] = {}

    def __getitem__(self, code: str) -> T:
        if code not in self._made:
            self._made[code] = self.declarations[code].checked()
        return self._made[code]

    def __contains__(self, code: object) -> bool:
        return code in self.declarations

    def __iter__(self) -> Iterator[str]:
        return iter(self.declarations)

    def __len__(self) -> int:
        return len(self.declarations)


@dataclass(frozen=True)
class Registry:
    """What is declared: the network, the agreements, the scorecards, and the sources of readings."""

    network: Network
    agreements: Mapping[str, Agreement]
    scorecards: Mapping[str, Scorecard]
    messages: tuple[str, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)

    def agreement(self, code: str) -> Agreement:
        """The agreement with that code.

        Raises
        ------
        UnknownCode : no agreement has the code; the declared codes are named.
        """
        if code not in self.agreements:
            raise UnknownCode(f"没有协议 {code}", f"no agreement {code}", remedy="可用：" + " ".join(self.agreements))
        return self.agreements[code]

    def source(self, code: str) -> Source:
        """The source of readings with that code.

        Raises
        ------
        UnknownCode : no source has the code; the declared codes are named.
        """
        return source_named(self.sources, code)

    @property
    def scorecard(self) -> Scorecard:
        """The scorecard that counts: the last declared, so that an outside scorecard overrides a bundled one."""
        return self.scorecards[list(self.scorecards)[-1]]

    def scoring_by(self, code: str | None) -> Registry:
        """This registry, with the scorecard of that code as the one that counts; unchanged where `code` is None.

        Raises
        ------
        UnknownCode : no scorecard has the code; the declared codes are named.
        """
        if code is None:
            return self
        if code not in self.scorecards:
            raise UnknownCode(f"没有评价表 {code}", "no such scorecard", remedy="可用：" + " ".join(self.scorecards))
        return replace(self, scorecards={code: self.scorecards[code]})

    def checked(self) -> Registry:
        """This registry, with all its agreements and scorecards compiled and checked.

        Raises
        ------
        AgreementError : the first refusal, with file, path and remedy.
        """
        for declared in (self.agreements, self.scorecards):
            for code in declared:
                declared[code]
        return self

    def in_force(self, period: pd.Period) -> list[Agreement]:
        """The agreements whose term overlaps the period."""
        first = periods.starts_on(period)
        last = periods.ends_on(period)
        agreements = self.agreements.values()
        return [agreement for agreement in agreements if agreement.starts <= last and agreement.ends >= first]


def load_registry(extra: Sequence[Path] = (), beside: Sequence[Path] = ()) -> Registry:
    """As `declared_registry`, with every agreement and scorecard compiled and checked.

    Raises
    ------
    AgreementError, RegisterError : the first refusal, with file, path and remedy.
    """
    return declared_registry(extra, beside).checked()


def declared_registry(extra: Sequence[Path] = (), beside: Sequence[Path] = ()) -> Registry:
    """The bundled declarations, shadowed by those of outside directories and files, later ones over earlier ones.

    Parameters
    ----------
    extra : directories and files that were asked for.
    beside : directories that hold other files too, shadowed by `extra`; an unreadable flat file there is skipped.

    Raises
    ------
    AgreementError, RegisterError : a file is no YAML mapping or states no code, two files of one place state the same
        code, a link leads out of an outside directory, or a source cannot be used. Any other fault of an agreement is
        raised when the agreement is first used.
    """
    for place in extra:
        if place.is_dir():
            _refuse_strays(place)
    asked = {place.resolve() for place in extra}
    beside = [place for place in beside if place.resolve() not in asked]
    network, messages = load_network([BUNDLED, *(path for path in (*beside, *extra) if path.is_dir())])
    agreements: dict[str, Declaration[Agreement]] = {}
    scorecards: dict[str, Declaration[Scorecard]] = {}
    sources: dict[str, Source] = {}
    lying = [(place, _lying) for place in beside]
    asked_for = [(place, _documents) for place in extra]
    for place, read in [(BUNDLED, _documents), *lying, *asked_for]:
        new = _declared_in(read(place), network)
        messages += [*_shadowing(agreements, new.agreements), *_shadowing(scorecards, new.scorecards)]
        messages += _shadowing(sources, new.sources)
        agreements |= new.agreements
        sources |= new.sources
        # A scorecard that is declared again moves to the end, because the last declared scorecard counts.
        scorecards = {code: card for code, card in scorecards.items() if code not in new.scorecards} | new.scorecards
    return Registry(network, Declared(agreements), Declared(scorecards), tuple(messages), sources)


def _refuse_strays(directory: Path) -> None:
    """Refuse what an outside directory does not hold itself: a link that leads out of it, a pipe, a device.

    Raises
    ------
    RegisterError : there is one among the files that are read.
    """
    for file in sorted(file for pattern in READ for file in directory.glob(pattern)):
        try:
            if not file.is_dir():
                check(directory, file)
        except OSError as problem:
            zh = f"读不到文件：{problem.strerror}"
            remedy = "把文件本身放进这个目录，或用 --with 写明它所在的目录"
            raise RegisterError(zh, "cannot read the file", file=file, remedy=remedy) from problem


class _DeclaredInPlace(NamedTuple):
    """What one directory or file declares, by code."""

    agreements: dict[str, Declaration[Agreement]]
    scorecards: dict[str, Declaration[Scorecard]]
    sources: dict[str, Source]


def _declared_in(documents: Iterator[tuple[Path, dict[str, Any], str]], network: Network) -> _DeclaredInPlace:
    """What the documents of one place declare; two documents of one place must not declare the same code."""
    declared = _DeclaredInPlace({}, {}, {})
    for path, document, text in documents:
        file = str(path)
        if "criteria" in document or path.parent.name == "scorecards":
            code = _code(document, text, file, scorecard_of)
            card = Declaration(file, partial(checked_scorecard, document, text, file, network))
            _add(declared.scorecards, code, card)
        elif "clauses" in document or path.parent.name == "agreements":
            code = _code(document, text, file, compiled)
            agreement = Declaration(file, partial(checked, document, text, file, network))
            _add(declared.agreements, code, agreement)
        elif "format" in document or path.parent.name == "sources":
            source = checked_source(document, file, network)
            _add(declared.sources, source.code, source)
    return declared


def _code(
    document: Mapping[str, Any], text: str, file: str, made: Callable[[Mapping[str, Any], str, str], object]
) -> str:
    """The code that a document states.

    Parameters
    ----------
    document : the parsed document.
    text, file : where the document comes from, for the error.
    made : the compiler; a document without code is handed to it, so that the refusal has the compiler's words.
    """
    if not document.get("code"):
        made(document, text, file)
    return str(plainly(document.get("code"), file, "code"))


def _add(declared: dict[str, D], code: str, new: D) -> None:
    if code in declared:
        zh = f"重复的 code {code}，已见于 {declared[code].file}"
        remedy = "改成唯一的代码，或删去一份"
        raise AgreementError(zh, "double code", file=new.file, path="code", remedy=remedy)
    declared[code] = new


def checked(document: Mapping[str, Any], text: str, file: str, network: Network) -> Agreement:
    """The agreement that a document declares, if the grammar and the register accept it.

    Parameters
    ----------
    document : the parsed document.
    text, file : where the document comes from.
    network : the registered sections and parties.

    Raises
    ------
    AgreementError : the first finding, with the number of further findings.
    """
    agreement = compiled(document, text, file)
    refuse(agreement, network)
    return agreement


def refuse(agreement: Agreement, network: Network) -> None:
    """Refuse an agreement in which the grammar or the register finds a fault.

    Raises
    ------
    AgreementError : the first finding, with the number of further findings.
    """
    findings = problems(agreement, network)
    if findings:
        first = findings[0]
        others = len(findings) - 1
        if others:
            first.remedy += f"（另有 {others} 处问题 and {others} more）"
            raise AgreementError(first.zh, first.en, file=first.file, path=first.path, remedy=first.remedy)
        raise first


def checked_scorecard(document: Mapping[str, Any], text: str, file: str, network: Network) -> Scorecard:
    """The scorecard that a document declares, its criteria checked as lines of an agreement over any basin.

    Parameters
    ----------
    document : the parsed document.
    text, file : where the document comes from.
    network : the registered sections and parties.

    Raises
    ------
    AgreementError : the first finding.
    """
    card = scorecard_of(document, text, file)
    findings = problems(card.agreement("", [], pd.Period(ANY_YEAR, freq="Y")), network, scored=True)
    criteria = [finding for finding in findings if (finding.path or "").startswith(("clauses", "standard", "code"))]
    if criteria:
        raise criteria[0]
    return card


def _documents(place: Path) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """The YAML documents of a directory (flat, or in `FOLDERS`), or of a single file: path, tree and text of each."""
    folders = [place / name for name in ("", *FOLDERS)] if place.is_dir() else [place]
    for folder in folders:
        for file in sorted(folder.glob("*.y*ml")) if place.is_dir() else [place]:
            text = file_text(file)
            yield file, tree(text, file), text


def _lying(place: Path) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """The YAML documents of a directory, skipping flat files that cannot be read."""
    flat = [file for file in sorted(place.glob("*.y*ml")) if readable(file) is not None]
    folders = [place / name for name in FOLDERS if (place / name).is_dir()]
    for declaring in (*flat, *folders):
        yield from _documents(declaring)


def _shadowing(earlier: Mapping[str, D], new: Mapping[str, D]) -> list[str]:
    """A message for each code that is declared again."""
    return [
        f"{code}：{later.file} 取代 {earlier[code].file}（{later.file} shadows {earlier[code].file}）"
        for code, later in new.items()
        if code in earlier
    ]
