"""What becomes of a fact that people record: it is new, known already, a revision or a withdrawal.

In: a fact, and the newest row of every fact about the same subject. Out: its fate, and the row it replaces; or a
refusal. Texts are compared as people read them: blanks, full-width digits and capitals make no other document. Nothing
is stored here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from basin.clauses import PAID
from basin.errors import UsageError
from basin.periods import period
from basin.written.names import folded_name
from basin.written.numbers import exact
from monitoring_ingest.readings.facts import Fact, is_payment

Fate = Literal["recorded", "duplicate", "revised", "withdrawn"]
RECORDED: Fate = "recorded"
DUPLICATE: Fate = "duplicate"
REVISED: Fate = "revised"
WITHDRAWN: Fate = "withdrawn"
FATES: dict[Fate, str] = {RECORDED: "已登记", DUPLICATE: "先前已登记，不再记", REVISED: "已更正", WITHDRAWN: "已撤销"}


@dataclass(frozen=True)
class StoredFact:
    """A row of the facts: its number, and the number of the row it revises."""

    id: int
    fact: Fact
    revises: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a fact.

    Attributes
    ----------
    fate : one of `FATES`.
    fact : as it stands now; of a duplicate, what was recorded before.
    replaces : the row that it revises or withdraws.
    in_force : the facts about its subject that count once it is recorded.
    """

    fate: Fate
    fact: Fact
    replaces: StoredFact | None = None
    in_force: Sequence[Fact] = ()


@dataclass(frozen=True)
class Planned:
    """What becomes of a fact, and the row that is to be stored; None where nothing is."""

    outcome: Outcome
    row: StoredFact | None


def outcome(stated: Fact, newest: Sequence[StoredFact], *, file: object = None) -> Outcome:
    """What becomes of a fact.

    Parameters
    ----------
    stated : the fact to be recorded.
    newest : of every fact about its subject the row that no other replaces, withdrawn ones among them.
    file : where the fact was read, for the error.

    Raises
    ------
    UsageError : it says something else than is recorded and gives no reason; it withdraws what is not recorded; or the
        document has several such facts and no line is stated.
    """
    before = _same_fact(stated, newest, file)
    if before is None:
        if stated.withdrawn_by is not None:
            zh = f"没有登记过，无可撤销：{stated.kind}，{stated.proof}"
            en = "nothing recorded to withdraw"
            remedy = "subject、period、kind、document、line 照原来登记的写"
            raise UsageError(zh, en, file=file, path="document", remedy=remedy)
        return Outcome(RECORDED, stated)
    if _says_nothing_new(stated, before.fact):
        return Outcome(DUPLICATE, before.fact)
    if stated.reason is None:
        zh = f"同一文件的这件事实已登记：{_in_words(before.fact)}；现在写的是 {_in_words(stated)}"
        en = "the same fact is recorded already and says something else"
        remedy = "更正的写明 reason；是文件的另一行的写明 line；撤销的写 withdrawn_by 与 reason，不写 value"
        raise UsageError(zh, en, file=file, path="reason", remedy=remedy)
    return Outcome(REVISED if stated.withdrawn_by is None else WITHDRAWN, stated, before)


def outcomes(stated: Iterable[Fact], stored: Iterable[StoredFact], last: int) -> Iterator[Planned]:
    """What becomes of facts that are recorded one after another.

    Parameters
    ----------
    stated : the facts to be recorded.
    stored : every row of the facts about their subjects.
    last : the greatest number that any fact has.

    Raises
    ------
    UsageError : as `outcome`, when the first such fact is asked for.
    """
    rows = {row.id: row for row in stored}
    for replaced in [row.revises for row in rows.values() if row.revises is not None]:
        rows.pop(replaced, None)
    newest: dict[tuple[object, ...], list[StoredFact]] = {}  # by document: looking through all of them takes long
    for row in rows.values():
        newest.setdefault(_document(row.fact), []).append(row)
    for fact in stated:
        of_document = newest.setdefault(_document(fact), [])
        decided = outcome(fact, of_document)
        if decided.fate == DUPLICATE:
            yield Planned(decided, None)
            continue
        last += 1
        added = StoredFact(last, decided.fact, None if decided.replaces is None else decided.replaces.id)
        of_document[:] = [row for row in of_document if row is not decided.replaces] + [added]
        yield Planned(decided, added)


def in_force(rows: Sequence[StoredFact]) -> list[Fact]:
    """The facts that count, of rows in the order of their numbers: of each fact the newest row, unless it withdraws it.

    A revision keeps the place of the fact among the others, for of several grounds the one recorded last decides.
    """
    current: dict[int, Fact] = {}  # by the number of the first row of the fact
    first_of: dict[int, int] = {}
    for row in rows:
        first = row.id if row.revises is None else first_of[row.revises]
        first_of[row.id] = first
        current[first] = row.fact
    return [fact for fact in current.values() if fact.withdrawn_by is None]


def _same_fact(stated: Fact, newest: Sequence[StoredFact], file: object) -> StoredFact | None:
    """The row of the same fact: as written, else as people read it."""
    of_document = [row for row in newest if _document(row.fact) == _document(stated) and same_kind(row.fact, stated)]
    of_line = [row for row in of_document if folded_name(row.fact.line) == folded_name(stated.line)]
    as_written = [row for row in of_line if (row.fact.kind, row.fact.document) == (stated.kind, stated.document)]
    candidates = as_written or of_line
    if len(candidates) > 1 or (of_document and not of_line and not stated.line):
        zh = f"该文件登记了几件这样的事实：{'、'.join(_in_words(row.fact) for row in of_document)}"
        en = "the document has several such facts"
        raise UsageError(zh, en, file=file, path="line", remedy="写明 line：文件的哪一行；付款写明付方")
    return candidates[0] if candidates else None


def _document(fact: Fact) -> tuple[object, ...]:
    return fact.subject, period(fact.period), folded_name(fact.document)


def same_kind(fact: Fact, other: Fact) -> bool:
    """Whether two facts are of one kind; a payment that names no payer may be by anybody."""
    kinds = (fact.kind.split(), other.kind.split())
    return kinds[0] == kinds[1] or (is_payment(fact) and is_payment(other) and [PAID] in kinds)


def _says_nothing_new(stated: Fact, before: Fact) -> bool:
    """Whether all that the fact states is recorded already; who recorded it, and why, is no part of it."""
    if (stated.withdrawn_by is None) != (before.withdrawn_by is None):
        return False
    payers_named = is_payment(stated) and stated.kind.split() != [PAID]
    same_payer = not payers_named or stated.kind.split() == before.kind.split()
    return (
        same_payer
        and same_value(stated.value, before.value)
        and stated.paid_on in (None, before.paid_on)
        and stated.approved_by in (None, before.approved_by)
    )


def same_value(value: str, other: str) -> bool:
    """Whether two values are the same number, or the same text as people read it."""
    try:
        return exact(value) == exact(other)
    except ValueError:
        return folded_name(value) == folded_name(other)


def _in_words(fact: Fact) -> str:
    """What a fact says, in short."""
    paid_on = f"，{fact.paid_on} 付" if fact.paid_on else ""
    approver = f"，批准人 {fact.approved_by}" if fact.approved_by else ""
    value = fact.value if fact.withdrawn_by is None else "已撤销"
    line = f"，line: {fact.line}" if fact.line else ""
    return f"{fact.kind} {value}（{fact.document}{line}{paid_on}{approver}）"
