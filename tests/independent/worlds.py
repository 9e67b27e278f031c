"""Two worlds, one clause code: the engine on exact figures, draw by draw, beside the engine on arrays of the same.

In: an example, and further figures under the same keys. Out: what differs, in words: the value and amount of every
evaluation, stopped or not, and the balance of every party. Both worlds are the engine's; what differs is the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random

import numpy as np

from basin import periods
from basin.agreement import Agreement
from basin.draws import Draws, Number, floats
from basin.network import Network
from settlement.clauses.context import Evaluation
from settlement.clauses.element import Element
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.obligations.balances import balances
from settlement.obligations.compensation import compensation
from tests.independent.comparing import Example, agreement_of, network_of

LEVELS = [Fraction(1, 5), Fraction(1, 2), Fraction(1), Fraction(1), Fraction(2), Fraction(5)]
# Of the example's largest amount [万元]: what float64 sums of a year leave of large amounts that cancel.
NEAR = 1e-9
Figures = Mapping[tuple[str, str, str], Fraction]
Key = tuple[str, Element]


def variants(example: Example, r: Random, count: int) -> list[Figures]:
    """The example's figures, and further ones of the same kinds; grounds of exclusion stay as they are."""
    of_kind: dict[str, list[Fraction]] = {}
    for (_, quantity, _), value in example.given.items():
        of_kind.setdefault(quantity, []).append(value)
    stated = example.agreement.get("data", {}).get("excludes", [])
    fixed = stated["value"] if isinstance(stated, dict) else stated
    made: list[Figures] = [example.given]
    for _ in range(count):
        level = {quantity: Fraction(1) if quantity in fixed else r.choice(LEVELS) for quantity in of_kind}
        drawn = {key: value if key[1] in fixed else r.choice(of_kind[key[1]]) for key, value in example.given.items()}
        made.append({key: _another(key[1], value, level[key[1]]) for key, value in drawn.items()})
    return made


def _another(quantity: str, value: Fraction, level: Fraction) -> Fraction:
    """A figure at another level; a class stays a class."""
    return Fraction(min(max(round(value * level), 1), 6)) if quantity == "quality_class" else value * level


def differences_of_worlds(example: Example, figures: Sequence[Figures], network: Network | None = None) -> list[str]:
    """What the exact world and the world of draws see differently."""
    river = network or network_of(example)
    agreement = agreement_of(example, river)
    drawn = _evaluator(agreement, river, _drawn(figures))
    span = periods.period(example.period)
    together = balances(drawn, span)
    found: list[str] = []
    for i, one in enumerate(figures):
        exact = _evaluator(agreement, river, dict(one))
        alone, paid = balances(exact, span), compensation(exact, span)
        near = NEAR * max(1.0, *(abs(float(floats(each.amount or Fraction(0)))) for each in exact.made.values()))
        found += [f"draw {i}: {told}" for told in _evaluations(exact.made, drawn.made, i, near)]
        found += [f"draw {i}: {told}" for told in _balances(alone, together, i, near)]
        unit = agreement.money.unit
        found += [] if paid.stops else [f"draw {i}: {told}" for told in _not_paid(alone, paid.transfers, unit)]
    return found


def _drawn(figures: Sequence[Figures]) -> dict[tuple[str, str, str], Number]:
    return {key: Draws(np.array([float(one[key]) for one in figures])) for key in figures[0]} | {
        key: value for key, value in figures[0].items() if all(one[key] == value for one in figures)
    }


def _evaluator(agreement: Agreement, network: Network, figures: Mapping[tuple[str, str, str], Number]) -> Evaluator:
    given = {(subject, quantity, periods.period(of)): value for (subject, quantity, of), value in figures.items()}
    return Evaluator(agreement, network, Measurements(given=given))


def _evaluations(
    exact: Mapping[Key, Evaluation], drawn: Mapping[Key, Evaluation], i: int, near: float
) -> Iterator[str]:
    for key, one in exact.items():
        where = f"{key[0]} {periods.label(key[1].of)} {key[1].axes}"
        if key not in drawn:
            yield f"{where}: not evaluated on draws"
            continue
        amount = _at(drawn[key].amount, i)
        if not _near(one.amount, amount, near) and not (one.excluded and amount == 0):
            yield f"{where}: exact {one.amount} ({one.reason}), draws {amount}"


def _balances(
    alone: Mapping[str, Number | None], together: Mapping[str, Number | None], i: int, near: float
) -> Iterator[str]:
    for party, balance in together.items():
        exact, drawn = alone.get(party, Fraction(0)), _at(balance, i)
        if not _near(exact, drawn, near):
            yield f"balance of {party}: exact {exact}, draws {drawn}"


def _at(number: Number | None, i: int) -> float | None:
    """One draw of a number; None where it is absent."""
    if number is None:
        return None
    value = float(number.values[i] if isinstance(number, Draws) else number)
    return None if np.isnan(value) else value


def _near(exact: Number | None, drawn: float | None, near: float) -> bool:
    if exact is None or drawn is None:
        return exact is None and drawn is None
    return bool(abs(float(floats(exact)) - drawn) <= near)


def _not_paid(alone: Mapping[str, Number | None], transfers: Mapping[tuple[str, str], int], unit: int) -> Iterator[str]:
    """Balances that the transfers do not come to, but for the units [fen] that rounding moves."""
    paid: dict[str, int] = {}
    for (payer, payee), fen in transfers.items():
        paid[payer], paid[payee] = paid.get(payer, 0) - fen, paid.get(payee, 0) + fen
    for party, balance in alone.items():
        if party != "pool" and abs(Fraction(str(balance)) * 1_000_000 - paid.get(party, 0)) > len(alone) * 60 * unit:
            yield f"{party} balance {balance}, paid {paid.get(party, 0)} fen"
