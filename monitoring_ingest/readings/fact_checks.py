"""What a fact is checked against before it is recorded: what is declared, and the clauses that might read it.

In: a fact and the registry. Out: the same fact, or a refusal that says what to write. A fact that nobody will ever
look up is not recorded in silence: its kind is one that some clause reads, or one of the general kinds.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import chain

from basin.clauses import PAID
from basin.errors import UnknownCode, UsageError
from basin.fact_readers import CLASS, QUANTITIES, Recorded, Use, kinds_read, usable_agreements, uses
from basin.periods import period
from basin.registry import Registry
from basin.written.names import folded_name
from monitoring_ingest.readings.facts import KINDS, Fact, is_payment

FEW = 20  # kinds to choose from are listed up to here


def about_something_known(fact: Fact, registry: Registry, *, file: object = None) -> Fact:
    """The fact, once subject and kind are found to be known: under a mistyped one it would never apply.

    Parameters
    ----------
    fact : returned as it is.
    registry : what is declared.
    file : where the fact was read, for the error.

    Raises
    ------
    UnknownCode : the subject is no section, station, party, basin, agreement or scorecard.
    UsageError : no clause reads facts of that kind, or a payment could not be counted.
    """
    if is_payment(fact):
        _refuse_payment_that_cannot_count(fact, registry, file)
    _refuse_unknown_subject(fact, registry, file)
    if fact.withdrawn_by is None:  # whatever was recorded by earlier versions may be withdrawn
        _refuse_kind_nobody_reads(fact, registry, file)
    return fact


def read_by(fact: Fact, registry: Registry) -> list[Use]:
    """The clauses that will look the fact up."""
    return uses(registry, Recorded(fact.subject, fact.kind, period(fact.period)))


def _refuse_unknown_subject(fact: Fact, registry: Registry, file: object) -> None:
    network = registry.network
    kinds = (network.sections, network.stations, network.parties, network.basins)
    codes = set(chain(*kinds, registry.agreements, registry.scorecards))
    for agreement in usable_agreements(registry):
        codes.update(agreement.section_codes)
    if fact.subject in codes:
        return
    similar = get_close_matches(fact.subject, sorted(codes))
    remedy = "写断面、站点、主体、流域或协议的代码" + (f"；相近的有 {'、'.join(similar)}" if similar else "")
    zh = f"没有登记的对象 {fact.subject}"
    en = f"nothing is declared as {fact.subject}"
    raise UnknownCode(zh, en, file=file, path="subject", remedy=remedy)


def _refuse_kind_nobody_reads(fact: Fact, registry: Registry, file: object) -> None:
    """Refuse a kind that no clause reads, or a figure of a section that stands in place of nothing there."""
    if fact.kind in KINDS or is_payment(fact):
        return
    if fact.kind in QUANTITIES:
        if uses(registry, Recorded(fact.subject, fact.kind, None)):
            return
        zh = f"没有条款读 {fact.subject} 的 {fact.kind}：协议没有准许公布的数替代读数"
        en = "no clause takes this figure of the section in place of readings"
        allowed = CLASS if fact.kind == CLASS else "concentration"
        remedy = f"在协议写 data.published: [{allowed}]，注明出处；有读数的，照常报送"
        raise UsageError(zh, en, file=file, path="kind", remedy=remedy)
    kinds = {*KINDS, *kinds_read(registry)}
    if fact.kind in kinds:
        return
    zh = f"没有条款读 {fact.kind}"
    raise UsageError(zh, "no clause reads this kind", file=file, path="kind", remedy=_kind_meant(fact.kind, kinds))


def _kind_meant(kind: str, kinds: set[str]) -> str:
    """What to write in place of a kind that is not known."""
    named = {folded_name(code): code for code in kinds} | {folded_name(name): code for code, name in KINDS.items()}
    similar = get_close_matches(folded_name(kind), named, n=3, cutoff=0.6)
    meant = " 或 ".join(dict.fromkeys(named[name] for name in similar))
    listed = f"；可用：{'、'.join(sorted(kinds))}" if len(kinds) <= FEW else ""
    return f"写的是 {meant} 吗？kind 与条款里的 fact 一字不差" if meant else f"照条款里的 fact 写{listed}"


def _refuse_payment_that_cannot_count(payment: Fact, registry: Registry, file: object) -> None:
    """Refuse a payment whose agreement or payer is not declared, or that has no day where a clause counts by days.

    Parameters
    ----------
    payment : its subject is the agreement; further words of its kind are payers.
    registry : what is declared.
    file : where the payment was read, for the error.
    """
    if payment.subject not in registry.agreements:
        zh = f"没有协议 {payment.subject}"
        en = f"no agreement {payment.subject}"
        raise UnknownCode(zh, en, file=file, path="subject", remedy="付款的 subject 写协议代码")
    counted_on = [on for on in registry.agreements[payment.subject].reach.unpaid_on if on]
    if counted_on and payment.paid_on is None and payment.withdrawn_by is None:
        zh = f"协议按{'、'.join(counted_on)}以前付了多少计，付款须写付款日"
        en = "the agreement counts payments up to a day of the year, so a payment states its day"
        raise UsageError(zh, en, file=file, path="paid_on", remedy="写明 paid_on，如 2026-03-31")
    for payer in payment.kind.split()[1:]:
        if payer not in registry.network.parties:
            zh = f"没有主体 {payer}"
            en = f"no party {payer}"
            raise UnknownCode(zh, en, file=file, path="kind", remedy=f"写 kind: {PAID}，或 kind: {PAID} 主体代码")
