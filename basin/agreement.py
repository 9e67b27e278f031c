"""Agreements (补偿协议) and scorecards: what was signed, compiled from one dated document.

In: the plain tree of a YAML file. Out: `Agreement`, whose `clause` and `sheet` give frozen, typed clauses and section
sheets as they stand for a period and an element. It settles nothing and reads no file; what it refuses is told in
`basin.checks.agreements`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypedDict, TypeVar

import pandas as pd
from pydantic import TypeAdapter

from basin import periods
from basin.clauses import (
    CLAUSE,
    DATA,
    EACH,
    EVERY,
    MONEY,
    OF_READINGS,
    SHEET,
    Clause,
    DataRules,
    Every,
    MoneyRules,
    SectionSheet,
)
from basin.dated import Hand, InForce, element_codes, every_branch, in_force, is_by_element, is_noted, special_values
from basin.errors import AgreementError
from basin.periods import Days, Window
from basin.reach import PREVIOUS_YEAR, Named, Reach, reach_of, window, year_to_date
from basin.shapes import fitted, remedy_of_unknown, typed

T = TypeVar("T", Clause, SectionSheet)
HEADER_KEYS = ("code", "title", "basin", "standard", "starts", "ends", "source", "parties", "clauses")
NONE = "无"  # as the value of a rule: a list with nothing in it
OTHER_KEYS = ("every", "data", "money", "sections")


class RuleRow(TypedDict):
    """A rule as the statement prints it: where it stands in the text, its value as written, and who says so."""

    path: str
    value: str
    source: str
    verified: bool


@dataclass(frozen=True)
class InPlace(Generic[T]):
    """A typed clause or sheet with the paths of the unverified figures in it."""

    value: T
    unverified: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Agreement:
    """One signed text as a document; typed pieces of it are made for a period and an element, and kept.

    Attributes
    ----------
    document : the raw tree. text, file : where it came from. parties : role → code, or code → code for a list.
    data, money : typed rules; notes : path → ``{value, source, verified, note}`` of each noted figure in them.
    """

    code: str
    title: str
    basin: str
    standard: str
    starts: date
    ends: date
    source: str
    parties: Mapping[str, str]
    every: Every | None
    data: DataRules
    money: MoneyRules
    document: Mapping[str, Any]
    text: str
    file: str
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def sha256(self) -> str:
        """Fingerprint of the text applied, as stored with each settlement."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """The refs of the clauses, in the order of the text."""
        return tuple(clause["ref"] for clause in self.document["clauses"])

    def raw_clause(self, ref: str) -> dict[str, Any]:
        """The clause as it is written."""
        by_ref: dict[str, dict[str, Any]] = self.kept.setdefault(
            "by ref", {c["ref"]: c for c in self.document["clauses"]}
        )
        return by_ref[ref]

    @property
    def section_codes(self) -> tuple[str, ...]:
        """The sections named in the sheet; empty when the network's are meant."""
        return tuple(self.document.get("sections", {}))

    @cached_property
    def term(self) -> pd.Period:
        """The months of the term as one period."""
        return periods.run_of_months(pd.Period(self.starts, freq="M"), pd.Period(self.ends, freq="M"))

    def counts(self, month: pd.Period) -> bool:
        """Whether the agreement counts this month.

        In the years it starts and ends, months outside its term are ignored; earlier years, needed for comparison,
        count in full.
        """
        if month.year not in (self.starts.year, self.ends.year):
            return True
        before = month.year == self.starts.year and periods.ends_on(month) < self.starts
        after = month.year == self.ends.year and periods.starts_on(month) > self.ends
        return not before and not after

    @property
    def years(self) -> str:
        """The calendar years that the term reaches into, as a period is written: ``2020..2022``."""
        first = self.starts.year
        last = self.ends.year
        return str(first) if first == last else f"{first}..{last}"

    def reaches_beyond(self, span: pd.Period) -> bool:
        """Whether a period that overlaps the term goes on before its first calendar year or after its last one."""
        return periods.starts_on(span).year < self.starts.year or periods.ends_on(span).year > self.ends.year

    def every_of(self, ref: str) -> Every:
        """How often the clause obliges: its own `every`, or the agreement's where it has none.

        Raises
        ------
        AgreementError : when neither is stated.
        """
        if ref not in self._every_by_ref:
            path = f"{clause_path(ref)}.every"
            every = plainly(self.raw_clause(ref).get("every", self.every), self.file, path)
            if every is None:
                raise AgreementError("没有 every", "no every", file=self.file, path=path, remedy="写明 every: year 等")
            self._every_by_ref[ref] = every
        return self._every_by_ref[ref]

    @cached_property
    def _every_by_ref(self) -> dict[str, Every]:
        """What `every_of` has answered so far."""
        return {}

    def axes_of(self, ref: str) -> Mapping[str, tuple[str, ...]]:
        """The axes of the clause (`each`), which neither a date nor an element may change."""
        key = ("axes", ref)
        if key not in self.kept:
            path = f"{clause_path(ref)}.each"
            self.kept[key] = typed(
                EACH, plainly(self.raw_clause(ref).get("each", {}), self.file, path), self.file, path
            )
        return self.kept[key]

    def clause(self, ref: str, days: Days, codes: Mapping[str, str]) -> InPlace[Clause]:
        """The clause as it stands on the first of some days for one element.

        Parameters
        ----------
        ref : of the clause.
        days : the period; a value that changes inside it is refused.
        codes : the element in hand, by axis: section, indicator, party, target.
        """
        return self._placed(self.raw_clause(ref), clause_path(ref), CLAUSE, days, codes)

    def hand(self, days: Days, codes: Mapping[str, str]) -> Hand:
        """The days and the element that values depend on: of a period the days inside the term; before the term, the
        term's first day.
        """
        first = max(days.first, self.starts)
        return Hand(first, max(min(days.last, self.ends), first), codes)

    def takes_its_own_last_year(self, ref: str) -> bool:
        """Whether the clause, in any of its branches, looks at its own result of the year before."""
        key = ("own last year", ref)
        if key not in self.kept:
            measures = (measure for clause in self.branches[ref] for measure in clause.measures)
            self.kept[key] = any(ref in measure.refs_last_year for measure in measures)
        return bool(self.kept[key])

    def sheet(self, section: str, days: Days) -> InPlace[SectionSheet]:
        """The section sheet as it stands on the first of `days`; an empty one for a section without."""
        raw = self.document.get("sections", {}).get(section) or {}
        return self._placed(raw, f"sections.{section}", SHEET, days, {"section": section})

    @cached_property
    def branches(self) -> Mapping[str, Sequence[Clause]]:
        """The clauses as they may ever stand, by ref: together they hold each value that any date or element has.

        A branch that the grammar refuses is left out: whoever settles by it is told so.
        """
        return {ref: _fitting(CLAUSE, self.raw_clause(ref), self.file, clause_path(ref)) for ref in self.refs}

    @property
    def looks_at_readings(self) -> bool:
        """Whether a clause, in any of its branches, takes or tests what is formed from readings."""
        return self.reach.readings

    @cached_property
    def section_sheets(self) -> Mapping[str, Sequence[SectionSheet]]:
        """The branches of each section sheet, by section."""
        sheets = dict(self.document.get("sections", {}))
        return {code: _fitting(SHEET, raw or {}, self.file, f"sections.{code}") for code, raw in sheets.items()}

    @cached_property
    def reach(self) -> Reach:
        """What its clauses, at any date and for any element, look at."""
        sheets = dict(self.document.get("sections", {}))
        typed_sheets = self.section_sheets
        keys = _keys_of_elements(self.document)
        sections = frozenset(sheets) | keys.get("section", frozenset())
        parties = frozenset(self.parties.values()) | keys.get("party", frozenset())
        named = Named(self.basin, self.every, sections, parties, PREVIOUS_YEAR in self.data.substitute)
        return reach_of(self.branches, typed_sheets, named)

    def window(self, span: pd.Period) -> Window:
        """The readings that its clauses look at for a period."""
        return window(self.reach, self.starts, span)

    def year_to_date(self, span: pd.Period) -> pd.Period:
        """The months of the year, and of the term, up to the end of the period."""
        return year_to_date(self.starts, span)

    @property
    def rules_not_stated(self) -> tuple[str, ...]:
        """The data rules that its clauses use and it does not state: readings are not settled without them."""
        return tuple(rule for rule in OF_READINGS if self.looks_at_readings and getattr(self.data, rule) is None)

    def rules_stated(self, *of: str) -> list[RuleRow]:
        """Term, data and money rules with source and verification, as the statement prints them; all, or those `of`
        ``starts``, ``ends``, ``data``, ``money``.
        """
        return [rule.copy() for rule in self._rules if not of or rule["path"].partition(".")[0] in of]

    def rules_unverified(self, *of: str) -> tuple[str, ...]:
        """The paths of the unverified ones of `rules_stated`."""
        if of not in self._unverified_by_block:
            paths = (rule["path"] for rule in self.rules_stated(*of) if not rule["verified"])
            self._unverified_by_block[of] = tuple(paths)
        return self._unverified_by_block[of]

    @cached_property
    def _unverified_by_block(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """What `rules_unverified` has answered so far."""
        return {}

    @cached_property
    def _rules(self) -> tuple[RuleRow, ...]:
        stated: list[tuple[str, Any]] = [(key, self.document[key]) for key in ("starts", "ends")]
        for block in ("data", "money"):
            stated += [(f"{block}.{key}", raw) for key, raw in dict(self.document.get(block, {})).items()]
        return tuple(self._stated(path, raw) for path, raw in stated)

    def _stated(self, path: str, raw: Any) -> RuleRow:
        note = raw if is_noted(raw) else {"value": raw}
        value = _in_words(note["value"])
        verified = str(note.get("verified", "true")).lower() != "false"
        return {"path": path, "value": value, "source": note.get("source", self.source), "verified": verified}

    def _placed(
        self, raw: Any, path: str, adapter: TypeAdapter[Any], days: Days, codes: Mapping[str, str]
    ) -> InPlace[Any]:
        """A clause or sheet typed as it stands for a period and an element; made once and kept.

        Parameters
        ----------
        raw : as it is written. path : where it stands, which no other clause or sheet shares.
        adapter : its type.
        days : the period. codes : the element in hand, by axis.
        """
        if path in self.kept:  # nothing changes in it
            return self.kept[path]
        key = path if self._stands_still(raw, path) else (path, days, tuple(codes.items()))
        if key not in self.kept:
            hand = self.hand(days, codes)
            stands = _standing(raw, hand, self.file, path)
            self.kept[key] = InPlace(typed(adapter, stands.value, self.file, path), stands.unverified)
        return self.kept[key]

    def _stands_still(self, raw: Any, path: str) -> bool:
        """Whether neither a date nor an element changes anything in it, so that it need be typed only once."""
        key = ("stands still", path)
        if key not in self.kept:
            self.kept[key] = all(is_noted(node) for _, node in special_values(raw))
        return self.kept[key]


def _in_words(rule: Any) -> str:
    """The value of a rule as the statement prints it: ``正常、维护``, ``ph 1、tp 3``."""
    if is_noted(rule):
        return _in_words(rule["value"])
    if isinstance(rule, dict):
        return "、".join(f"{key} {_in_words(value)}" for key, value in rule.items())
    if rule == []:
        return NONE
    return "、".join(map(_in_words, rule)) if isinstance(rule, list) else str(rule)


def clause_path(ref: str) -> str:
    """How every path into an agreement names a clause: by its ref, as people do, not by its place in the file."""
    return f"clauses.{ref}"


def paths_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every block of a document and every clause by itself, with its path; clauses without a ref of their own by place.

    A file that is still being written may have clauses without a ref, or two of one.
    """
    for block, raw in document.items():
        if block != "clauses" or not isinstance(raw, list):
            yield block, raw
            continue
        refs = [clause.get("ref") if isinstance(clause, dict) else None for clause in raw]
        for place, (ref, clause) in enumerate(zip(refs, raw, strict=True)):
            is_unique = isinstance(ref, str) and refs.count(ref) == 1
            yield clause_path(str(ref) if is_unique else str(place)), clause


def _fitting(adapter: TypeAdapter[Any], raw: Any, file: str, path: str) -> list[Any]:
    """The branches of a raw clause or sheet that fit its type."""
    branches = (fitted(adapter, plain, file, path) for plain in every_branch(raw))
    return [value for value, misfits in branches if not misfits]


def _keys_of_elements(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The codes that by-element values name, by axis."""
    codes: dict[str, frozenset[str]] = {}
    for _, node in special_values(dict(document)):
        if is_by_element(node):
            keys = (code for key in node if key not in ("by", "else") for code in element_codes(key))
            codes[node["by"]] = codes.get(node["by"], frozenset()) | frozenset(keys)
    return codes


_EVER = Hand(date.min, date.max, {})  # for what neither a date nor an element may change


def plainly(node: Any, file: str, path: str) -> Any:
    """A value that neither a date nor an element may change, without its note.

    Raises
    ------
    AgreementError : where a date or an element would change it.
    """
    return _standing(node, _EVER, file, path).value


def _standing(node: Any, hand: Hand, file: str, path: str) -> InForce:
    try:
        return in_force(node, hand, path)
    except AgreementError as refusal:
        refusal.file = file
        raise


def compiled(document: Mapping[str, Any], text: str, file: str) -> Agreement:
    """The agreement that a document declares; header and rules typed, clauses left for `Agreement.clause`.

    Raises
    ------
    AgreementError : a missing or unknown top-level key, a header value that does not fit, a double ref.
    """
    _check_keys(document, file)
    plain = {key: plainly(document.get(key), file, key) for key in (*HEADER_KEYS[:-1], "every")}
    days = {key: _day(plain[key], file, key) for key in ("starts", "ends")}
    term = Hand(days["starts"], days["ends"], {})  # one rule for all of it: nothing chooses another one later
    rules = _standing({block: document.get(block, {}) for block in ("data", "money")}, term, file, "").value
    code, title, basin, standard, source = (str(plain[key]) for key in ("code", "title", "basin", "standard", "source"))
    return Agreement(
        code=code, title=title, basin=basin, standard=standard, source=source, starts=days["starts"],
        ends=days["ends"], parties=_parties(plain["parties"], file), every=typed(EVERY, plain["every"], file, "every"),
        data=typed(DATA, rules["data"], file, "data"),
        money=typed(MONEY, rules["money"], file, "money"),
        document=document, text=text, file=file,
    )  # fmt: skip


def _check_keys(document: Mapping[str, Any], file: str) -> None:
    for key in HEADER_KEYS:
        if not document.get(key):
            raise AgreementError(f"缺少 {key}", f"{key} is missing", file=file, path=key, remedy=f"补上 {key}")
    for key in document:
        if key not in HEADER_KEYS + OTHER_KEYS:
            remedy = remedy_of_unknown(key)
            raise AgreementError("不认识的键", "unknown key", file=file, path=key, remedy=remedy)
    if not isinstance(document.get("sections", {}), dict):
        remedy = "写成 断面代码: {target: 3}"
        raise AgreementError(
            "sections 应是键值表", "sections must be a mapping", file=file, path="sections", remedy=remedy
        )
    _check_refs(document["clauses"], file)


def _check_refs(clauses: Any, file: str) -> None:
    seen: set[str] = set()
    if not isinstance(clauses, list):
        zh = "clauses 应是列表"
        raise AgreementError(zh, "clauses must be a list", file=file, path="clauses", remedy="每条以 - 起")
    for position, clause in enumerate(clauses):
        ref = clause.get("ref") if isinstance(clause, dict) else None
        if not isinstance(ref, str) or not ref:
            raise AgreementError(
                "条款没有 ref", "clause without ref", file=file, path=f"clauses.{position}.ref", remedy="写明条款编号"
            )
        if ref in seen:
            raise AgreementError(
                f"重复的 ref {ref}", "double ref", file=file, path=f"clauses.{position}.ref", remedy="改成唯一的编号"
            )
        seen.add(ref)


def _day(text: Any, file: str, path: str) -> date:
    try:
        day = date.fromisoformat(str(text))
        if day.isoformat() != str(text):  # Python also reads weeks, as 2020-W05-5
            raise ValueError(text)
        return day
    except ValueError as problem:
        raise AgreementError(
            f"不是日期：{text!r}", "not a date", file=file, path=path, remedy="写成 2020-01-31"
        ) from problem


def _parties(raw: Any, file: str) -> dict[str, str]:
    """Roles → codes; a plain list names each party by its own code."""
    roles = {code: code for code in raw if isinstance(code, str)} if isinstance(raw, list) else raw
    if isinstance(roles, dict) and len(roles) == len(raw) and all(isinstance(code, str) for code in roles.values()):
        return roles
    remedy = "写成 {upstream: …, downstream: …} 或 [甲, 乙, 丙]，每方一次"
    raise AgreementError("parties 写法不对", "roles or a list of codes", file=file, path="parties", remedy=remedy)
