"""What is unpaid (未付) when a period begins: what the ledger says was owed, less the payments that people recorded.

In: debts of confirmed settlements, recorded payments, an agreement and the period it is settled for. Out: facts of kind
`unpaid` [万元] that name the settlements and vouchers they rest on, so that an evidence file needs no ledger. A debt or
payment counts where its settlement period ended before the period asked for began; a payment, where a clause names a
day, only if it was made by then, so that a later one changes nothing. More paid than owed leaves 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import PAID, UNPAID
from basin.network import CHINA
from basin.rounding import FEN_PER_WAN, printed
from basin.written.numbers import exact
from monitoring_ingest.readings.facts import Fact
from settlement.ledger.entries import Debt

# no numbers: the evaluation stops and shows them
UNTOLD = "；几方应付，付款没有注明付方"
UNREADABLE = "；有一笔付款额不是数字，请另记一条更正"


def unpaid(agreement: Agreement, span: pd.Period, debts: Sequence[Debt], payments: Sequence[Fact]) -> list[Fact]:
    """What is unpaid as each period in `span` begins: under the agreement in all, and by each of its parties.

    Parameters
    ----------
    agreement : whose clauses may ask. span : the period it is settled for.
    debts : what confirmed settlements say is owed [fen].
    payments : facts of kind ``paid`` [万元], or ``paid CODE`` where several parties owe.

    Returns
    -------
    Facts of kind ``unpaid`` [万元], or ``unpaid 03-31`` where a clause counts payments up to a day of the year; none
    where no clause asks for them.
    """
    if not agreement.reach.ledger:
        return []
    facts = []
    for of in _periods(agreement, span):
        for on in agreement.reach.unpaid_on:
            paid = [payment for payment in payments if counts(payment, of, on)]
            for payer in (None, *dict.fromkeys(agreement.parties.values())):
                fact = _unpaid(agreement, of, payer, debts, paid)
                counted = f"{fact.document}，付款截至 {periods.starts_on(of).year}-{on}"
                facts.append(replace(fact, kind=f"{UNPAID} {on}", document=counted) if on else fact)
    return facts


def _made_by(payment: Fact, of: pd.Period, on: str) -> bool:
    """Whether a payment was made by the end of a day (``03-31``) of the year a period begins in.

    One that states no day of payment, as those of earlier versions, counts from the day it was recorded, Beijing time.
    """
    last = date.fromisoformat(f"{periods.starts_on(of).year}-{on}")
    if payment.paid_on is not None:
        return date.fromisoformat(payment.paid_on) <= last
    return payment.recorded_at is not None and payment.recorded_at.astimezone(CHINA).date() <= last


def _periods(agreement: Agreement, span: pd.Period) -> Iterator[pd.Period]:
    """Every period a clause may ask for: the one settled, its year so far, and those inside; no clause asks by day."""
    so_far = agreement.year_to_date(span)
    first = min(periods.months(span)[0], periods.months(so_far)[0])
    whole = periods.run_of_months(first, periods.months(span)[-1])
    frequencies = [frequency for frequency in agreement.reach.frequencies if frequency != "day"]
    inside = (of for frequency in frequencies for of in periods.periods_in(whole, frequency))
    yield from dict.fromkeys([span, so_far, *inside])


def _unpaid(
    agreement: Agreement, of: pd.Period, payer: str | None, debts: Iterable[Debt], payments: Iterable[Fact]
) -> Fact:
    """What is unpaid as one period begins.

    Parameters
    ----------
    of : the period. payer : one party; None for all together.
    debts [fen] : those whose own period was over by then count.
    payments [万元] : those that count.
    """
    owed = [debt for debt in debts if is_over(debt.period, of)]
    paid = list(payments)
    payer_is_clear = len({debt.payer for debt in owed}) <= 1 or all(fact.kind.split() != [PAID] for fact in paid)
    if payer is not None:
        owed = [debt for debt in owed if debt.payer == payer]
        paid = [fact for fact in paid if fact.kind.split() == [PAID, payer] or (fact.kind.split() == [PAID] and owed)]
    due = Fraction(sum(debt.fen for debt in owed), FEN_PER_WAN)
    sums = [_sum_paid(fact) for fact in paid]
    got = sum((paid_sum or Fraction(0) for paid_sum in sums), Fraction(0))
    untold = "" if payer is None or payer_is_clear else UNTOLD
    untold = UNREADABLE if None in sums else untold
    settlements = "、".join(dict.fromkeys(debt.settlement for debt in owed)) or "此前没有已确认的应付款"
    vouchers = "、".join(fact.proof for fact in paid) or "没有付款"
    document = f"应付 {printed(due)}（{settlements}）− 已付 {printed(got)}（{vouchers}）{untold}"
    value = untold or printed(max(due - got, Fraction(0)))
    return Fact(payer or agreement.code, periods.label(of), UNPAID, value, document, "账目")


def _sum_paid(payment: Fact) -> Fraction | None:
    """The sum of a payment [万元]; None where its text is no number: earlier versions recorded such texts."""
    try:
        return exact(payment.value)
    except ValueError:
        return None


def counts(payment: Fact, of: pd.Period, on: str) -> bool:
    """Whether a payment counts where a clause asks what is unpaid for a period, on a day (``03-31``; blank: any)."""
    return is_over(payment.period, of) and (not on or _made_by(payment, of, on))


def is_over(period: str, of: pd.Period) -> bool:
    """Whether the period was over when the other began."""
    return periods.ends_on(periods.period(period)) < periods.starts_on(of)
