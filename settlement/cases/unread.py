"""What a case gives and no clause looks at: it would prove nothing, and look as if it did.

In: a raw case of the right shape, right names and possible figures, its agreement and the network. Out: findings (path
below the case, Chinese, English, remedy). Every branch of every clause counts, so a figure that a condition of this
very case keeps a clause from looking at is none of them. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from basin.agreement import Agreement
from basin.authoring.fact_readers import Recorded, clauses_reading, takes_published
from basin.measures import quantity_code
from basin.network import Network
from settlement.cases.checks import OF_A_SUBJECT, Finding, figures_of, is_by_period, recorded


def unread_findings(case: Mapping[str, Any], agreement: Agreement, network: Network) -> Iterator[Finding]:
    """Every figure and fact of a case that no clause looks at."""
    for block in OF_A_SUBJECT:
        for subject, quantities in case.get(block, {}).items():
            for quantity in quantities:
                figure = Recorded(subject, quantity_code(quantity), None)
                if not takes_published(agreement, network, figure):
                    yield _unread(figure, f"{block}.{subject}.{quantity}")
    for kind, of_kind in figures_of(case, "facts").items():
        is_by_subject = isinstance(of_kind, dict) and not is_by_period(of_kind)
        for subject in of_kind if is_by_subject else [agreement.code]:
            figure = Recorded(subject, quantity_code(kind), None)
            if not takes_published(agreement, network, figure):
                yield _unread(figure, f"facts.{kind}.{subject}" if is_by_subject else f"facts.{kind}")
    for position, fact in enumerate(recorded(case)):
        figure = Recorded(fact.subject, fact.kind, None)
        if not clauses_reading(agreement, network, figure):
            yield _unread(figure, f"facts.{position}")
    if agreement.reach.years_back or agreement.reach.whole_term:
        return
    for block in ("given_previous", "lines_previous"):
        if case.get(block):
            yield block, "没有条款看上年", "no clause looks at the year before", f"删去 {block}"


def _unread(figure: Recorded, path: str) -> Finding:
    zh = f"没有条款看 {figure.subject} 的 {figure.kind}"
    return path, zh, "no clause looks at this figure", "改正断面、主体或指标，或删去"
