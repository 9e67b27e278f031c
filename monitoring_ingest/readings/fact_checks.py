"""What a fact is checked against before it is recorded: what is declared, and the clauses that might read it.

In: a fact and the registry. Out: the same fact, or a refusal that says what to write. A fact that nobody will ever
look up is not recorded in silence: its kind is one that some clause reads, or one of the general kinds. A figure that
cannot be is not paid on: what stands in place of readings lies in the same range as in a case. What was recorded before
stays, and may be withdrawn.
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from itertools import chain

from basin import periods
from basin.agreement import Agreement
from basin.authoring.fact_readers import CLASS, QUANTITIES, Recorded, Use, kinds_read, usable_agreements, uses
from basin.clauses import GENERAL_FACTS, PAID
from basin.errors import UnknownCode, UsageError
from basin.indicators import INDICATORS
from basin.network import Network
from basin.periods import period
from basin.possible import impossible_of
from basin.registry import Registry
from basin.written.names import folded_name
from basin.written.numbers import exact
from monitoring_ingest.readings.facts import Fact, is_payment

FEW = 20  # kinds, and sections, to choose from are listed up to here
# what an agreement lets in by `data.published`; a volume or a load needs only a clause that looks at it
_ONLY_WHERE_ALLOWED = frozenset({CLASS, *INDICATORS})


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
    UsageError : no clause reads facts of that kind, its figure cannot be, a clause counts with what is no number, or a
        payment could not be counted.
    """
    if is_payment(fact):
        _refuse_payment_that_cannot_count(fact, registry, file)
    _refuse_unknown_subject(fact, registry, file)
    if fact.withdrawn_by is None:  # whatever was recorded by earlier versions may be withdrawn
        _refuse_kind_nobody_reads(fact, registry, file)
        _refuse_impossible_figure(fact, file)
        _refuse_text_that_a_clause_counts(fact, registry, file)
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
    if fact.kind in GENERAL_FACTS or is_payment(fact):
        return
    if fact.kind in QUANTITIES:
        if uses(registry, Recorded(fact.subject, fact.kind, None)):
            return
        allowed = CLASS if fact.kind == CLASS else "concentration"
        if not _waits_for_a_rule(fact, allowed, registry):
            zh = f"没有条款读 {fact.subject} 的 {fact.kind}：没有条款看这个断面的这个量"
            en = "no clause looks at this quantity of the section"
            raise UsageError(zh, en, file=file, path="kind", remedy=_section_meant(fact, registry))
        zh = f"没有条款读 {fact.subject} 的 {fact.kind}：协议没有准许公布的数替代读数"
        en = "no clause takes this figure of the section in place of readings"
        remedy = f"在协议写 data.published: [{allowed}]，注明出处；有读数的，照常报送"
        raise UsageError(zh, en, file=file, path="kind", remedy=remedy)
    kinds = {*GENERAL_FACTS, *kinds_read(registry)}
    if fact.kind in kinds:
        return
    zh = f"没有条款读 {fact.kind}"
    raise UsageError(zh, "no clause reads this kind", file=file, path="kind", remedy=_kind_meant(fact.kind, kinds))


def _waits_for_a_rule(fact: Fact, rule: str, registry: Registry) -> bool:
    """Whether agreements look at the section, and none of them lets such a figure in by `data.published`."""
    declared = registry.network.sections.get(fact.subject)
    if declared is None or fact.kind not in _ONLY_WHERE_ALLOWED:
        return False
    rules = [agreement.data for agreement in usable_agreements(registry) if agreement.reach.looks_at(declared)]
    return bool(rules) and not any(rule in stated.published for stated in rules)


def _section_meant(fact: Fact, registry: Registry) -> str:
    """Which sections of the same river a clause looks at for the quantity; else that there must be such a clause."""
    declared = registry.network.sections.get(fact.subject)
    beside = [code for code, other in registry.network.sections.items() if declared and other.basin == declared.basin]
    read = [code for code in beside if uses(registry, Recorded(code, fact.kind, None))]
    if read:
        return f"subject 写条款看 {fact.kind} 的断面：{'、'.join(read[:FEW])}"
    return f"先在协议里写看 {fact.subject} 的 {fact.kind} 的条款；断面写错的改正 subject，量写错的改正 kind"


def _refuse_impossible_figure(fact: Fact, file: object) -> None:
    """Refuse what stands in place of readings and is no number, or one that the quantity can never have."""
    if fact.kind not in QUANTITIES:
        return
    remedy = "类别写 1–6 的数字，如 3（Ⅲ类）" if fact.kind == CLASS else "写数字，如 0.15"
    try:
        zh = impossible_of(fact.kind, exact(fact.value))
    except ValueError as problem:
        en = "the figure is no number"
        raise UsageError(f"{fact.kind} 不是数字：{fact.value}", en, file=file, path="value", remedy=remedy) from problem
    if zh is not None:
        remedy = remedy if fact.kind == CLASS else "改正数值"
        raise UsageError(zh, "a figure that cannot be", file=file, path="value", remedy=remedy)


def _refuse_text_that_a_clause_counts(fact: Fact, registry: Registry, file: object) -> None:
    """Refuse a value that is no number where a clause counts with it: the clause would stop.

    A kind that is not general is recorded for a clause only, whatever the subject; an incident that no clause reads may
    be told in words.
    """
    is_for_a_clause = fact.kind not in GENERAL_FACTS or bool(uses(registry, Recorded(fact.subject, fact.kind, None)))
    if not is_for_a_clause or is_payment(fact):
        return
    try:
        exact(fact.value)
    except ValueError as problem:
        zh = f"条款按数字读 {fact.kind}，这不是数字：{fact.value}"
        en = "a clause counts with the value, and it is no number"
        remedy = "只写数字，如 80、0.8；不写单位、“约”、逗号小数点，说明写进 document"
        raise UsageError(zh, en, file=file, path="value", remedy=remedy) from problem


def _kind_meant(kind: str, kinds: set[str]) -> str:
    """What to write in place of a kind that is not known."""
    general = {folded_name(name): code for code, name in GENERAL_FACTS.items()}
    named = {folded_name(code): code for code in kinds} | general
    similar = get_close_matches(folded_name(kind), named, n=3, cutoff=0.6)
    meant = " 或 ".join(dict.fromkeys(named[name] for name in similar))
    listed = f"；可用：{'、'.join(sorted(kinds))}" if len(kinds) <= FEW else ""
    return f"写的是 {meant} 吗？kind 与条款里的 fact 一字不差" if meant else f"照条款里的 fact 写{listed}"


def _refuse_payment_that_cannot_count(payment: Fact, registry: Registry, file: object) -> None:
    """Refuse a payment whose agreement or payer is not declared, or that could not be made under the agreement.

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
    if payment.withdrawn_by is None:
        agreement = registry.agreements[payment.subject]
        _refuse_payer_of_another_agreement(payment, agreement, registry.network, file)
        _refuse_payment_outside_the_term(payment, agreement, file)


def _refuse_payer_of_another_agreement(payment: Fact, agreement: Agreement, network: Network, file: object) -> None:
    """Refuse a payer that can owe nothing under the agreement: its payment would be taken from no debt."""
    parties = agreement.reach.parties_in(network)
    for payer in payment.kind.split()[1:]:
        if payer not in parties:
            zh = f"{payer} 不是协议 {agreement.code} 的主体"
            en = f"{payer} is no party of the agreement"
            remedy = f"写 kind: {PAID} 主体代码，本协议的有 {'、'.join(sorted(parties))}"
            raise UsageError(zh, en, file=file, path="kind", remedy=remedy)


def _refuse_payment_outside_the_term(payment: Fact, agreement: Agreement, file: object) -> None:
    """Refuse a payment for a period in which nothing is owed, or of a day before the agreement."""
    of = period(payment.period)
    is_outside = periods.ends_on(of) < agreement.starts or periods.starts_on(of) > agreement.ends
    if is_outside or agreement.reaches_beyond(of):
        zh = f"所付的结算期 {payment.period} 不在协议期限 {agreement.starts} 至 {agreement.ends} 以内"
        en = "a payment for a period outside the term of the agreement"
        raise UsageError(zh, en, file=file, path="period", remedy="写所付的结算期，如 " + agreement.years[:4])
    if payment.paid_on is not None and date.fromisoformat(payment.paid_on) < agreement.starts:
        zh = f"付款日 {payment.paid_on} 早于协议开始的 {agreement.starts}"
        en = "a day of payment before the agreement starts"
        raise UsageError(zh, en, file=file, path="paid_on", remedy="改正付款日；付的是别的协议的，改正 subject")
