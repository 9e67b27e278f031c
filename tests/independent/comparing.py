"""The engine and the second evaluator on one agreement and one set of figures.

In: an agreement's tree, who belongs to which section, figures and a period. Out: what differs, in words; empty when
both come to the same obligations, stops and transfers to the fen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from basin import periods
from basin.agreement import Agreement
from basin.network import Basin, Network, Party, Section
from basin.registry import checked
from settlement.clauses import evaluation
from settlement.clauses.values import Measurements, Month, Substituted
from settlement.obligations import compensation as engine
from tests.independent.evaluator import Evaluator, Outcome
from tests.independent.figures import Span, span
from tests.independent.non_detects import agreed, possible_figures


@dataclass(frozen=True)
class Example:
    """A family's agreement with figures by (subject, quantity, written period), for a written period."""

    family: str
    agreement: dict[str, Any]
    sections: Mapping[str, tuple[str | None, ...]]  # upstream, downstream, target class
    given: Mapping[tuple[str, str, str], Fraction]
    period: str
    others: tuple[str, ...] = ("prov",)
    below: Mapping[tuple[str, str, str], Fraction] = field(default_factory=dict)  # months found below these limits

    def __str__(self) -> str:
        figures = [f"{' '.join(key)} = {value}" for key, value in self.given.items()]
        figures += [f"{' '.join(key)} < {limit}" for key, limit in self.below.items()]
        tree = json.dumps(self.agreement, ensure_ascii=False)
        return "\n".join([f"{self.family} {self.period}", tree, *figures])


def differences(example: Example, network: Network | None = None) -> list[str]:
    """What the two evaluators see differently, over a network or the smallest one."""
    ours, theirs = of_engine(example, network or network_of(example)), independent(example)
    paying = {clause["ref"] for clause in example.agreement["clauses"] if "pays" in clause}
    return list(_told(ours, theirs, paying))


def independent(example: Example) -> Outcome:
    """What the second evaluator comes to."""
    given = {(subject, quantity, span(of)): value for (subject, quantity, of), value in example.given.items()}
    of = span(example.period)
    if not example.below:
        return Evaluator(example.agreement, example.sections, given).outcome(of)
    limits = {(section, code, span(month)): limit for (section, code, month), limit in example.below.items()}
    compared = [clause.get("measure", {}) for clause in example.agreement["clauses"]]
    divides = any(m.get("against") == "previous_year" and m["expressed"] != "difference" for m in compared)
    figures = (given | found for found in possible_figures(limits, of.year - 1 if divides else None))
    return agreed([Evaluator(example.agreement, example.sections, each).outcome(of) for each in figures])


def of_engine(example: Example, network: Network) -> engine.Compensation:
    """What the engine comes to."""
    agreement = agreement_of(example, network)
    given = {(subject, quantity, periods.period(of)): value for (subject, quantity, of), value in example.given.items()}
    limits = {(section, code, periods.period(of)): limit for (section, code, of), limit in example.below.items()}
    figures = Measurements(
        given=given,
        months={key: Month(float(limit) / 2, readings=1, days=1) for key, limit in limits.items()},
        substituted={key: Substituted(1.0, float(limit)) for key, limit in limits.items()},
    )
    return engine.compensation(evaluation.Evaluator(agreement, network, figures), periods.period(example.period))


def agreement_of(example: Example, network: Network) -> Agreement:
    """The example's agreement as the engine reads it."""
    text = json.dumps(example.agreement, ensure_ascii=False)
    return checked(example.agreement, text, f"{example.family}.yaml", network)


def network_of(example: Example) -> Network:
    """The smallest network that holds the example's sections and parties."""
    parties = example.agreement["parties"]
    codes = {*(parties if isinstance(parties, list) else parties.values()), *example.others}
    codes |= {code for sides in example.sections.values() for code in sides[:2] if code}
    sections = {
        code: Section(code, code, code, "r", order, up, down, "river", None, "test")
        for order, (code, (up, down, *_)) in enumerate(example.sections.items(), start=1)
    }
    people = {code: Party(code, code, code, "") for code in codes}
    return Network({"test": Basin("test", "试验", "test")}, people, sections, {})


def _told(ours: engine.Compensation, theirs: Outcome, paying: set[str]) -> Iterator[str]:
    mine, other = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for o in ours.obligations:
        mine[o.clause, periods.label(o.period), o.payer, o.payee] += o.fen
    for owed in theirs.owed:
        other[owed.clause, label(owed.of), owed.payer, owed.payee] += owed.fen
    for key in sorted({*mine, *other}):
        if mine[key] != other[key]:
            yield f"{' '.join(key)}: engine {mine[key]}, independent {other[key]} fen"
    yield from _sets(
        "stop", {s for s in _stops(ours) if s[0] in paying}, {(ref, label(of)) for ref, of in theirs.stopped}
    )
    yield from _sets("transfer", set(ours.transfers.items()), set(theirs.transfers.items()))


def _stops(ours: engine.Compensation) -> set[tuple[str, str]]:
    return {(stop.clause, periods.label(stop.period)) for stop in ours.stops}


def _sets(what: str, ours: set[Any], theirs: set[Any]) -> Iterator[str]:
    yield from (f"only the engine: {what} {one}" for one in sorted(ours - theirs))
    yield from (f"only the independent one: {what} {one}" for one in sorted(theirs - ours))


def label(of: Span) -> str:
    """A span as people write it."""
    year, month = divmod(of.first, 12)
    last_year, last_month = divmod(of.first + of.months - 1, 12)
    if of.months == 12 and month == 0:
        return str(year)
    if of.months == 3 and month % 3 == 0:
        return f"{year}Q{month // 3 + 1}"
    if of.months == 1:
        return f"{year}-{month + 1:02d}"
    whole = (month, last_month) == (0, 11)
    return f"{year}..{last_year}" if whole else f"{year}-{month + 1:02d}..{last_year}-{last_month + 1:02d}"
