"""Facts recorded by people (人工记录的事实): an incident, a dry month, a suspension, funds used.

In: the YAML text of one fact. Out: a frozen `Fact`, or an error that names the line to change. Facts are append-only
like readings: what becomes of one that is recorded again is in `fact_history`. `settlement` decides what an agreement
makes of a fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from basin.clauses import GROUNDS, PAID, UNPAID
from basin.errors import UsageError
from basin.network import CHINA
from basin.periods import period
from basin.written.agreement_files import tree
from basin.written.names import same_person
from basin.written.numbers import exact, half_width
from basin.written.texts import LINE, PERSON, TEXT, Grammar, accepted

FIELDS = ("subject", "period", "kind", "value", "document", "recorded_by")
APPROVED_BY = "approved_by"
WITHDRAWN_BY = "withdrawn_by"
NUMBERED = "登记编号 "  # how revision 0005 of the database begins the lines of facts that were recorded several times
MAY_STAND = (APPROVED_BY, "line", "paid_on", "reason", WITHDRAWN_BY)
GRAMMARS: Mapping[str, Grammar] = {
    "subject": LINE,
    "period": LINE,
    "kind": LINE,
    "value": LINE,
    "document": TEXT,
    "recorded_by": PERSON,
    APPROVED_BY: PERSON,
    "line": LINE,
    "paid_on": LINE,
    "reason": TEXT,
    WITHDRAWN_BY: TEXT,
}


@dataclass(frozen=True)
class Fact:
    """What a person vouches for: subject, period, kind, document and its line say which fact it is.

    Parameters
    ----------
    subject : code of the section, station, party, basin or agreement that the fact is about.
    period : ``2020``, ``2020-07``, ``2020Q3`` … (`basin.periods`).
    kind : one of `GENERAL_FACTS`, or the kind that an agreement names.
    value : as written; a number stays text, because text is exact. Blank where the fact is withdrawn.
    document : the document that proves the fact.
    recorded_by : who recorded the fact.
    recorded_at : when the fact was stored; None before that.
    approved_by : who approved the fact; a ground for excluding data needs an approver other than `recorded_by`.
    line : which line of the document, where it proves several facts of that subject, period and kind; else blank.
    paid_on : the day a payment was made (``2026-03-31``).
    reason : why it replaces or withdraws what was recorded before.
    withdrawn_by : the document that withdraws the fact.
    """

    subject: str
    period: str
    kind: str
    value: str
    document: str
    recorded_by: str
    recorded_at: datetime | None = None
    approved_by: str | None = None
    line: str = ""
    paid_on: str | None = None
    reason: str | None = None
    withdrawn_by: str | None = None

    @property
    def stated_line(self) -> str:
        """The line of the document; blank where the database numbered facts of one document that had no lines.

        Settlements were made from these before they were numbered, and come out the same when they are made again.
        """
        return "" if self.line.startswith(NUMBERED) else self.line

    @property
    def proof(self) -> str:
        """The document, and its line where one is stated."""
        return f"{self.document}（{self.stated_line}）" if self.stated_line else self.document


def read_fact(text: str, *, file: object = None) -> Fact:
    """The fact written in a YAML (or JSON) text.

    Raises
    ------
    UsageError : the text is no mapping, a key is double, unknown, missing or blank, or the period is none; `file` is
        named.
    """
    return fact(tree(text, file, UsageError), file=file)


PEOPLE = ("recorded_by", APPROVED_BY)
PROPOSED = tuple(name for name in (*FIELDS, *MAY_STAND) if name not in PEOPLE)


@dataclass(frozen=True)
class TwoPeople:
    """Who proposed and who approved some facts, as rows name them, and the number of the proposal."""

    recorded_by: str
    approved_by: str
    proposal: int


def proposed_fact(written: Mapping[str, object], *, file: object = None) -> Fact:
    """A fact as somebody proposes it who is signed in: its two people come with the proposal and are blank here.

    Raises
    ------
    UsageError : as `fact`; or a person is named all the same.
    """
    for name in written:
        if name in PEOPLE:
            zh = f"不再写 {name}"
            en = "who proposes and approves is known by signing in"
            remedy = f"删去 {name}：提出人与批准人由登录确定"
            raise UsageError(zh, en, file=file, path=name, remedy=remedy)
        if name not in PROPOSED:
            remedy = f"可用：{'、'.join(PROPOSED)}"
            raise UsageError("未知的键", "unknown key", file=file, path=str(name), remedy=remedy)
    stated = fact({**written, "recorded_by": "提出人", APPROVED_BY: "批准人"}, file=file)
    return replace(stated, recorded_by="", approved_by=None)


def fact(written: Mapping[str, object], *, file: object = None) -> Fact:
    """The fact of a mapping of texts, as a file or a request body gives it.

    Raises
    ------
    UsageError : a key is unknown, a field is missing, blank or no text, a name has a sign that no name has, the period
        is none, or a ground for excluding data has no approver other than the recorder or is neither 1 nor 0.
    """
    fields = (*FIELDS, *MAY_STAND)
    for name in written:
        if name not in fields:
            raise UsageError("未知的键", "unknown key", file=file, path=str(name), remedy=f"可用：{'、'.join(fields)}")
    # what is withdrawn has no value; why it is withdrawn is never left out
    needed = [("reason" if name == "value" else name) for name in FIELDS] if WITHDRAWN_BY in written else FIELDS
    for name in (*needed, *(name for name in written if name not in FIELDS)):
        value = written.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UsageError("缺少或不是文字", "missing or not a text", file=file, path=name, remedy=f"写明 {name}")
    if WITHDRAWN_BY in written and "value" in written:
        zh = "撤销的事实没有数值"
        en = "what is withdrawn has no value"
        remedy = "删去 value；要改数值的，删去 withdrawn_by，写明 reason"
        raise UsageError(zh, en, file=file, path="value", remedy=remedy)
    stated = {name: accepted(str(text), GRAMMARS[name], name, file=file) for name, text in written.items()}
    recorded = Fact(**({"value": ""} | stated))  # type: ignore[arg-type]  # all of `GRAMMARS` are texts
    try:
        period(recorded.period)
    except UsageError as problem:
        raise UsageError(problem.zh, problem.en, file=file, path="period", remedy=problem.remedy) from problem
    _refuse_day_of_no_payment(recorded, file)
    _refuse_what_the_ledger_cannot_take(recorded, file)
    _refuse_ground_nobody_else_approved(recorded, file)
    _refuse_ground_that_is_neither(recorded, file)
    return recorded


def _refuse_what_the_ledger_cannot_take(recorded: Fact, file: object) -> None:
    """Refuse a recorded unpaid sum, which the ledger computes, and a payment of no sum above 0."""
    if recorded.kind.split()[:1] == [UNPAID]:
        zh = "未付额由账目算出，不能登记"
        en = "what is unpaid is computed from the ledger, not recorded"
        remedy = "登记付款：kind: paid，subject 写协议代码，period 写所付的结算期，value 写万元数"
        raise UsageError(zh, en, file=file, path="kind", remedy=remedy)
    if is_payment(recorded) and recorded.withdrawn_by is None:
        try:
            paid = exact(recorded.value)
        except ValueError as problem:
            zh = f"付款额不是数字：{recorded.value}"
            en = "the sum paid is no number"
            raise UsageError(zh, en, file=file, path="value", remedy="写万元数，如 1200") from problem
        if recorded.value.endswith("%"):
            zh = f"付款额是钱，不是百分数：{recorded.value}"
            en = "a sum paid is money, no percentage"
            raise UsageError(zh, en, file=file, path="value", remedy="写付了多少万元，如 1200")
        if paid <= 0:  # which would raise the debt
            zh = f"付款额应大于 0：{recorded.value}"
            en = "the sum paid must be above 0"
            remedy = "写付了多少万元；登错、退回的，更正或撤销原来那笔，写明 reason"
            raise UsageError(zh, en, file=file, path="value", remedy=remedy)


def _refuse_day_of_no_payment(recorded: Fact, file: object) -> None:
    """Refuse a day of payment that is none, or is stated of something else than a payment."""
    if recorded.paid_on is None:
        return
    if not is_payment(recorded):
        zh = "只有付款有付款日"
        en = "only a payment has a day of payment"
        raise UsageError(zh, en, file=file, path="paid_on", remedy="删去 paid_on；付款写 kind: paid")
    try:
        day = date.fromisoformat(recorded.paid_on)
        if day.isoformat() != recorded.paid_on:  # Python also reads weeks, as 2020-W05-5
            raise ValueError(recorded.paid_on)
    except ValueError as problem:
        zh = f"付款日不是日期：{recorded.paid_on}"
        en = "the day of payment is no date"
        raise UsageError(zh, en, file=file, path="paid_on", remedy="写成 2026-03-31") from problem


def refuse_payment_to_come(fact: Fact, now: datetime, *, file: object = None) -> None:
    """Refuse a payment on a day that has not come yet in China: a day mistyped, or a payment that may not be made.

    Raises
    ------
    UsageError : `paid_on` is after today.
    """
    if fact.paid_on is not None and date.fromisoformat(fact.paid_on) > now.astimezone(CHINA).date():
        zh = f"付款日 {fact.paid_on} 还没有到"
        raise UsageError(zh, "a day of payment that is still to come", file=file, path="paid_on", remedy="付了再登记")


def is_payment(fact: Fact) -> bool:
    """Whether the fact records a payment, by the only party that owes or by the party named in its kind."""
    return fact.kind.split()[:1] == [PAID]


def _refuse_ground_nobody_else_approved(recorded: Fact, file: object) -> None:
    """Refuse a ground for excluding data without a second person: a document alone does not show who approved it."""
    if recorded.kind not in GROUNDS:
        return
    if recorded.approved_by is None:
        zh = f"{GROUNDS[recorded.kind]}剔除数据，须有批准人"
        en = "taking data away needs an approver"
        remedy = "写明 approved_by：批准剔除的人，与 recorded_by 不是同一人"
        raise UsageError(zh, en, file=file, path=APPROVED_BY, remedy=remedy)
    if same_person(recorded.approved_by, recorded.recorded_by):
        zh = f"批准人与登记人同为 {recorded.recorded_by}"
        en = "approved by the one who recorded it"
        raise UsageError(zh, en, file=file, path=APPROVED_BY, remedy="由另一人批准，登记与批准分开")


def _refuse_ground_that_is_neither(recorded: Fact, file: object) -> None:
    """Refuse a ground that is neither 1 nor 0: a written "no", or a number of days, would take data away as well."""
    if recorded.kind not in GROUNDS or recorded.withdrawn_by is not None:
        return
    if _number(recorded.value) not in (0, 1):
        zh = f"{GROUNDS[recorded.kind]}只有是与不是：{recorded.value}"
        en = "a ground for excluding data is 1 or 0"
        remedy = "是的写 1；不是、收回的写 0；只有几天的，period 写那几天，如 2021-01-03"
        raise UsageError(zh, en, file=file, path="value", remedy=remedy)


def takes_back(ground: Fact) -> bool:
    """Whether a ground for excluding data says that it does not hold: any number equal to 0.

    Versions before this one recorded any text as a ground, and a text that is no number counted as a ground that holds.
    """
    return _number(ground.value) == 0


def is_plain_ground(ground: Fact) -> bool:
    """Whether a ground says in one of the two ways that are recorded now whether it holds."""
    return _number(ground.value) in (0, 1)


def _number(value: str) -> Fraction | None:
    """The number that a value is, also in full-width digits; None where it is none."""
    try:
        return exact(half_width(value))
    except ValueError:
        return None
