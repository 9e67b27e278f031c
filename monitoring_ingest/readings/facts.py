"""Facts recorded by people (人工记录的事实): an incident, a dry month, a suspension, funds used.

In: the YAML text of one fact. Out: a frozen `Fact` or an error that names the line to change. Facts are append-only
like readings; what an agreement makes of one is decided in settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from basin.agreement_files import tree
from basin.clauses import GROUNDS
from basin.errors import UnknownCode, UsageError
from basin.names import same_person
from basin.periods import period
from basin.registry import Registry
from basin.rounding import number

# Kinds agreements ask for, the grounds that take data away among them; any other is taken as written, for the next
# agreement may name one.
KINDS: Mapping[str, str] = {
    "incident": "水污染事件",
    **GROUNDS,
    "in-kind co-operation": "非资金方式的合作",
    "funds used": "资金使用",
    "paid": "已付款",
}
# `paid` [万元] is about an agreement and a settlement period; ``paid CODE`` names the payer where several parties owe.
PAID = "paid"
UNPAID = "unpaid"
FIELDS = ("subject", "period", "kind", "value", "document", "recorded_by")
APPROVED_BY = "approved_by"


@dataclass(frozen=True)
class Fact:
    """What a person vouches for.

    Parameters
    ----------
    subject : code of the section, station, party, basin or agreement it is about.
    period : ``2020``, ``2020-07``, ``2020Q3`` … (`basin.periods`).
    kind : one of `KINDS`, or what an agreement calls it.
    value : as written; numbers stay text, for they are exact.
    document : what it rests on; recorded_by : who says so.
    recorded_at : when it was stored; None before that.
    approved_by : who allowed it; required of a ground that takes data away, and another person than `recorded_by`.
    """

    subject: str
    period: str
    kind: str
    value: str
    document: str
    recorded_by: str
    recorded_at: datetime | None = None
    approved_by: str | None = None


def read_fact(text: str, *, file: object = None) -> Fact:
    """The fact written in a YAML (or JSON) text.

    Raises
    ------
    UsageError : no mapping, a double, unknown, missing or blank key, or a period that is none; `file` is named.
    """
    return fact(tree(text, file, UsageError), file=file)


def fact(written: Mapping[str, object], *, file: object = None) -> Fact:
    """The fact of a mapping of texts, as a file or a request body gives it.

    Raises
    ------
    UsageError : a key is unknown, a field is missing, blank or no text, the period is none, or a ground of exclusion
    has no approver of its own.
    """
    known = (*FIELDS, APPROVED_BY)
    for name in written:
        if name not in known:
            raise UsageError("未知的键", "unknown key", file=file, path=str(name), remedy=f"可用：{'、'.join(known)}")
    for name in (*FIELDS, *(name for name in written if name == APPROVED_BY)):
        value = written.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UsageError("缺少或不是文字", "missing or not a text", file=file, path=name, remedy=f"写明 {name}")
    subject, when, kind, value, document, recorded_by = (str(written[name]).strip() for name in FIELDS)
    approved_by = str(written[APPROVED_BY]).strip() if APPROVED_BY in written else None
    found = Fact(subject, when, kind, value, document, recorded_by, approved_by=approved_by)
    try:
        period(found.period)
    except UsageError as problem:
        raise UsageError(problem.zh, problem.en, file=file, path="period", remedy=problem.remedy) from problem
    _refuse_what_the_ledger_cannot_take(found, file)
    _refuse_ground_nobody_else_approved(found, file)
    return found


def _refuse_what_the_ledger_cannot_take(told: Fact, file: object) -> None:
    if told.kind == UNPAID:
        zh = "未付额由账目算出，不能登记"
        en = "what is unpaid is computed from the ledger, not recorded"
        remedy = "登记付款：kind: paid，subject 写协议代码，period 写所付的结算期，value 写万元数"
        raise UsageError(zh, en, file=file, path="kind", remedy=remedy)
    if is_payment(told):
        try:
            number(told.value)
        except ValueError as problem:
            zh = f"付款额不是数字：{told.value}"
            en = "the sum paid is no number"
            raise UsageError(zh, en, file=file, path="value", remedy="写万元数，如 1200") from problem


def is_payment(told: Fact) -> bool:
    """Whether the fact says that something was paid, by the only one who owes or by a party it names."""
    return told.kind.split()[:1] == [PAID]


def _refuse_ground_nobody_else_approved(told: Fact, file: object) -> None:
    """A ground takes data away: others must see who allowed it, and a document alone is not enough."""
    if told.kind not in GROUNDS:
        return
    if told.approved_by is None:
        zh = f"{GROUNDS[told.kind]}剔除数据，须有批准人"
        en = "taking data away needs an approver"
        remedy = "写明 approved_by：批准剔除的人，与 recorded_by 不是同一人"
        raise UsageError(zh, en, file=file, path=APPROVED_BY, remedy=remedy)
    if same_person(told.approved_by, told.recorded_by):
        zh = f"批准人与登记人同为 {told.recorded_by}"
        en = "approved by the one who recorded it"
        raise UsageError(zh, en, file=file, path=APPROVED_BY, remedy="由另一人批准，登记与批准分开")


def _refuse_payment_of_nothing_known(payment: Fact, registry: Registry, file: object) -> None:
    if payment.subject not in registry.agreements:
        zh = f"没有协议 {payment.subject}"
        en = f"no agreement {payment.subject}"
        raise UnknownCode(zh, en, file=file, path="subject", remedy="付款的 subject 写协议代码")
    for payer in payment.kind.split()[1:]:
        if payer not in registry.network.parties:
            zh = f"没有主体 {payer}"
            en = f"no party {payer}"
            raise UnknownCode(zh, en, file=file, path="kind", remedy="写 kind: paid，或 kind: paid 主体代码")


def about_something_known(told: Fact, registry: Registry, *, file: object = None) -> Fact:
    """The fact, when its subject is declared: one about a mistyped section would be stored and never apply.

    Raises
    ------
    UnknownCode : the subject is no section, station, party, basin, agreement or scorecard.
    """
    network = registry.network
    agreements = registry.agreements
    if is_payment(told):
        _refuse_payment_of_nothing_known(told, registry, file)
    kinds = (network.sections, network.stations, network.parties, network.basins, agreements, registry.scorecards)
    codes = {code for known in (*kinds, *(a.section_codes for a in agreements.values())) for code in known}
    if told.subject in codes:
        return told
    similar = get_close_matches(told.subject, sorted(codes))
    remedy = "写断面、站点、主体、流域或协议的代码" + (f"；相近的有 {'、'.join(similar)}" if similar else "")
    zh = f"没有登记的对象 {told.subject}"
    en = f"nothing is declared as {told.subject}"
    raise UnknownCode(zh, en, file=file, path="subject", remedy=remedy)
