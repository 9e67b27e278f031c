"""What people are told of a fact: another document states another value, its voucher pays twice, its size is odd.

In: facts in force. Out: those that state different values of what can have one value only, and findings in words. A
finding refuses nothing: people decide which document is right, and whether a voucher pays two periods. What a clause
makes of documents that differ is in `settlement.clauses.values`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from basin.authoring.hints import LARGE_SUM
from basin.clauses import GROUNDS
from basin.periods import period
from basin.rounding import printed
from basin.written.names import folded_name
from basin.written.numbers import exact
from monitoring_ingest.readings.fact_history import same_kind, same_value
from monitoring_ingest.readings.facts import Fact, is_payment

FACTS_DIFFER = "facts_differ"
VOUCHER_PAYS_AGAIN = "voucher_pays_again"
COUNTS_AS_A_SHARE = "counts_as_a_share"
LARGE_PAYMENT = "large_payment"


class Finding(TypedDict):
    """A finding about a fact, in both languages."""

    code: str
    message_zh: str
    message_en: str


def differing(alike: Sequence[Fact]) -> Sequence[Fact]:
    """Facts that state different values of what can have one value only; none where they agree.

    Payments add up, and a ground for excluding data is taken back by another document that states 0: neither differs.

    Parameters
    ----------
    alike : the facts in force of one subject, period and kind.
    """
    if len(alike) < 2 or is_payment(alike[0]) or alike[0].kind in GROUNDS:
        return ()
    first = alike[0].value
    return () if all(same_value(fact.value, first) for fact in alike[1:]) else alike


def values_stated(alike: Sequence[Fact]) -> str:
    """What each document states, as both languages read it: ``3（甲文）、4（乙文，第2行）``.

    The line is printed as it is stored, for whoever withdraws the fact has to state it.
    """
    return "、".join(f"{fact.value}（{fact.document}{f'，{fact.line}' if fact.line else ''}）" for fact in alike)


def findings(fact: Fact, in_force: Sequence[Fact]) -> list[Finding]:
    """What there is to tell of a fact.

    Parameters
    ----------
    fact : as it stands; of a withdrawn one there is nothing to tell.
    in_force : the facts in force about its subject, itself among them.
    """
    if fact.withdrawn_by is not None:
        return []
    if is_payment(fact):
        return [*_of_a_large_payment(fact), *_of_voucher(fact, in_force)]
    return [*_of_a_percentage(fact), *_of_other_documents(fact, in_force)]


def _of_a_large_payment(payment: Fact) -> list[Finding]:
    """A payment that would be ordinary in yuan."""
    try:
        paid = exact(payment.value)
    except ValueError:  # recorded by an early version: the clause that counts it stops
        return []
    if paid < LARGE_SUM:
        return []
    zh = f"付款额 {payment.value} 万元是 100 亿元以上：把元写成万元了吗？"
    en = f"a payment of {payment.value} 万元 is ten billion yuan or more: were yuan written for 万元?"
    return [{"code": LARGE_PAYMENT, "message_zh": zh, "message_en": en}]


def _of_a_percentage(fact: Fact) -> list[Finding]:
    """A percentage, which counts as a hundredth of what a clause in points or in percent would look for."""
    if not fact.value.endswith("%"):
        return []
    try:
        share = printed(exact(fact.value))
    except ValueError:
        return []
    points = fact.value.removesuffix("%")
    zh = f"{fact.value} 计作 {share}；条款按分数、百分数计的，登记 {points}"
    en = f"{fact.value} counts as {share}; where the clause counts in points or percent, record {points}"
    return [{"code": COUNTS_AS_A_SHARE, "message_zh": zh, "message_en": en}]


def _of_other_documents(fact: Fact, in_force: Sequence[Fact]) -> list[Finding]:
    """What other documents state of the same subject, period and kind, where it differs."""
    of = period(fact.period)
    alike = [other for other in in_force if other.kind == fact.kind and period(other.period) == of]
    conflict = differing(alike)
    if not conflict:
        return []
    values = values_stated(conflict)
    zh = f"几份文件登记的数值不同：{values}；读它的条款中止，撤销或更正其中的一份"
    en = f"documents state different values: {values}; clauses that read the fact stop; withdraw or revise one"
    return [{"code": FACTS_DIFFER, "message_zh": zh, "message_en": en}]


def _of_voucher(payment: Fact, in_force: Sequence[Fact]) -> list[Finding]:
    """The other periods that the same line of the same voucher is recorded to pay, by the same payer."""
    of = period(payment.period)
    of_voucher = [other for other in in_force if same_kind(other, payment) and _voucher(other) == _voucher(payment)]
    others = [other for other in of_voucher if period(other.period) != of]
    if not others:
        return []
    paid = "、".join(f"{other.period}：{other.value}" for other in others)
    zh = f"同一凭证另登记付了 {paid}（万元），合并计入已付；只付一期的，撤销其中一件"
    en = (
        f"the same voucher is also recorded to pay {paid} (10 000 yuan); both count; withdraw one if it pays one period"
    )
    return [{"code": VOUCHER_PAYS_AGAIN, "message_zh": zh, "message_en": en}]


def _voucher(payment: Fact) -> tuple[str, str, str]:
    """The agreement that a payment is made under, and the line of its document as people read it."""
    return payment.subject, folded_name(payment.document), folded_name(payment.line)
