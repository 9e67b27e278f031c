"""Spreadsheet formulas that say again, in cells, what an agreement's scale and shares did.

In: evaluations, obligations and transfers of a settlement document. Out: formula text over the columns named here, and
only where exact arithmetic on the same figures gives what the document says: a cell that cannot be recomputed gets its
amount as a figure and no formula. It decides no amount and writes no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor

from basin import periods
from basin.errors import UsageError
from basin.rounding import YUAN_PER_WAN, fen, number, printed, yuan_fen
from settlement.printing.wording import parties_of
from settlement.statement.rows import Decision, EvaluationRow, ObligationRow, ScaleRow, Side

NOISE_DIGITS = 9  # a spreadsheet counts in binary: 0.3/0.1 is 2.999… there, and must stay three completed steps


@dataclass(frozen=True)
class Formula:
    """A live cell: the text with its ``=``, and the value it has in the document."""

    text: str
    value: Fraction | str


@dataclass(frozen=True)
class Columns:
    """Letters of the columns that the formula of an evaluation reads."""

    value: str
    amount: str
    rate: str
    origin: str
    per: str
    n: str
    times: str
    cap: str


def exact(figure: str | None) -> Fraction | None:
    """A figure of the document as an exact number; None for an absent one and for text."""
    try:
        return None if figure is None else number(figure)
    except ValueError:
        return None


def written(figure: Fraction) -> str:
    """An exact number inside a formula: ``(1/3)`` or ``0.95``."""
    if figure.denominator == 1:
        return str(figure.numerator)
    return f"({figure.numerator}/{figure.denominator})"


def figure_cell(figure: Fraction) -> Formula | Fraction:
    """A number as a cell: a formula ``=1/3`` where no decimal says it."""
    return Formula(f"={figure.numerator}/{figure.denominator}", figure) if "/" in printed(figure) else figure


@dataclass(frozen=True)
class Factor:
    """A multiplier of an amount: as text inside a formula (a figure, or the cell of a line) and its exact value."""

    text: str
    value: Fraction


def factors(evaluation: EvaluationRow, document: Decision, cell: Callable[[int], str]) -> list[Factor] | None:
    """The multipliers of an evaluation; a reference to a line is the cell of that line. None where one is missing.

    Parameters
    ----------
    evaluation, document : an evaluation of the document, and the document, in which lines are looked up.
    cell : the cell with the amount of an evaluation, by its position in the document.
    """
    multipliers = [_factor(text, evaluation, document, cell) for text in evaluation["times"]]
    stated = [factor for factor in multipliers if factor is not None]
    return stated if len(stated) == len(multipliers) else None


def _factor(text: str, evaluation: EvaluationRow, document: Decision, cell: Callable[[int], str]) -> Factor | None:
    lines = [
        (position, exact(line["amount"]))
        for position, line in enumerate(document["evaluations"])
        if line["clause"] == text and lies_in(evaluation["period"], line["period"])
        and line["element"].items() <= evaluation["element"].items()
    ]  # fmt: skip
    if len(lines) == 1 and lines[0][1] is not None:
        return Factor(cell(lines[0][0]), lines[0][1])
    figure = exact(text)
    return None if lines or figure is None else Factor(written(figure), figure)


def product_cell(multipliers: Sequence[Factor] | None) -> Formula | Fraction | None:
    """The multipliers of a clause as one cell; None where one of them is missing."""
    if multipliers is None:
        return None
    product = _product(factor.value for factor in multipliers)
    return Formula("=" + "*".join(factor.text for factor in multipliers), product) if multipliers else product


def steps_cell(evaluation: EvaluationRow, columns: Columns, row: int) -> Formula | Fraction | None:
    """n = (value − origin)/per, rounded up or down where the scale counts started or completed steps."""
    scale = evaluation["scale"]
    if scale is None:
        return None
    stated = number(scale["n"])
    if _steps(evaluation["value"], scale) != stated:
        return stated
    ratio = f"({columns.value}{row}-{columns.origin}{row})/{columns.per}{row}"
    cleared = f"ROUND({ratio},{NOISE_DIGITS})"
    text = {None: ratio, "completed": f"INT({cleared})", "started": f"-INT(-{cleared})"}[scale["steps"]]
    return Formula(f"={text}", stated)


def amount_cell(
    evaluation: EvaluationRow, multipliers: Sequence[Factor] | None, columns: Columns, row: int
) -> Formula | Fraction | None:
    """(amount + rate × n) × times within ± cap; the bare figure where a test or an excuse decided; None if absent."""
    stated = exact(evaluation["amount"])
    if stated is None or multipliers is None or _amount(evaluation, multipliers) != stated:
        return stated
    cell = {name: f"{letter}{row}" for name, letter in vars(columns).items()}
    base = cell["value"] if evaluation["scale"] is None else f"({cell['amount']}+{cell['rate']}*{cell['n']})"
    multiplied = f"{base}*{cell['times']}" if evaluation["times"] else base
    if evaluation["cap"] is not None:
        multiplied = f"MIN({cell['cap']},MAX(-{cell['cap']},{multiplied}))"
    return Formula(f"={multiplied}", stated)


Shares = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Group:
    """Evaluations that one obligation adds up: same clause, obligation period, payers and payees."""

    clause: str
    period: str
    pays: Shares
    receives: Shares

    def share(self, payer: str, payee: str) -> Fraction:
        """What part of the sum goes from `payer` to `payee`; negative where the clause points the other way."""
        pays = dict(self.pays)
        receives = dict(self.receives)
        forward = pays.get(payer, Fraction(0)) * receives.get(payee, Fraction(0))
        return forward - pays.get(payee, Fraction(0)) * receives.get(payer, Fraction(0))


def groups(document: Decision) -> list[Group | None]:
    """The group of each evaluation, in order; None for a line, which pays nobody."""
    due: dict[str, dict[str, None]] = {}
    for obligation in document["obligations"]:
        due.setdefault(obligation["clause"], {})[obligation["period"]] = None
    return [
        _group(evaluation, list(due.get(evaluation["clause"], ())), document["parties"]) if evaluation["pays"] else None
        for evaluation in document["evaluations"]
    ]


def _group(evaluation: EvaluationRow, due: Sequence[str], parties: Mapping[str, str]) -> Group:
    """The group of an evaluation, whose clause obliges for the periods `due`."""
    period = evaluation["period"]
    within = next((of for of in due if lies_in(period, of)), period)
    pays = _shares(evaluation["pays"], evaluation["element"], parties)
    receives = _shares(evaluation["receives"], evaluation["element"], parties)
    return Group(evaluation["clause"], within, pays, receives)


@cache
def lies_in(inner: str, outer: str) -> bool:
    """Whether a period of the document lies in another; a text that is no period lies in itself only."""
    if inner == outer:
        return True
    try:
        within = periods.period(outer)
        end = periods.period(inner).end_time
    except UsageError:
        return False
    return within.start_time <= end <= within.end_time


@dataclass(frozen=True)
class Terms:
    """An obligation as shares of group sums: group number → signed share, and the fen left to the exact total."""

    shares: Mapping[int, Fraction]
    tail_fen: int

    def text(self, amounts: str, numbers: str, tail: str) -> str:
        """Formula over the range of amounts, the range of group numbers, and the cell with the remainder."""
        sums = ((share, f"SUMIFS({amounts},{numbers},{group})") for group, share in self.shares.items())
        added = "+".join(part if share == 1 else f"{written(share)}*{part}" for share, part in sums)
        return f"=ROUND(({added})*{YUAN_PER_WAN},2)+{tail}"


def terms(obligation: ObligationRow, numbered: Mapping[Group, tuple[int, Fraction]]) -> Terms | None:
    """How group sums [万元] make an obligation; None where they do not, to the fen a share may differ by.

    Parameters
    ----------
    numbered : group → its number in the sheet and its exact sum.
    """
    of_clause = {
        group: item
        for group, item in numbered.items()
        if group.clause == obligation["clause"] and group.period == obligation["period"]
    }
    shares = {group: group.share(obligation["payer"], obligation["payee"]) for group in of_clause}
    used = {of_clause[group][0]: share for group, share in shares.items() if share}
    wan = sum((share * of_clause[group][1] for group, share in shares.items()), Fraction(0))
    tail = yuan_fen(obligation["amount_yuan"]) - fen(wan, "half_up")
    return Terms(used, tail) if used and abs(tail) <= len(used) else None


def owed(obligations: Iterable[ObligationRow], payer: str, payee: str) -> int:
    """What the obligations make `payer` owe `payee`, net [fen]."""
    signs = {(payer, payee): 1, (payee, payer): -1}
    return sum(signs.get((o["payer"], o["payee"]), 0) * yuan_fen(o["amount_yuan"]) for o in obligations)


def _product(factors: Iterable[Fraction]) -> Fraction:
    product = Fraction(1)
    for factor in factors:
        product *= factor
    return product


def _steps(value: str | None, scale: ScaleRow) -> Fraction:
    """The steps n that the scale counts for a value; an absent value counts as 0."""
    n = ((exact(value) or Fraction(0)) - number(scale["origin"])) / number(scale["per"])
    match scale["steps"]:
        case "started":
            return Fraction(ceil(n))
        case "completed":
            return Fraction(floor(n))
        case _:
            return n


def _amount(evaluation: EvaluationRow, multipliers: Sequence[Factor]) -> Fraction | None:
    """What the formula would give; None where it has nothing to work on."""
    scale = evaluation["scale"]
    value = exact(evaluation["value"])
    base = value if scale is None else number(scale["amount"]) + number(scale["rate"]) * number(scale["n"])
    if base is None:
        return None
    amount = base * _product(factor.value for factor in multipliers)
    cap = exact(evaluation["cap"])
    return amount if cap is None else max(-cap, min(cap, amount))


def _shares(side: Side, element: Mapping[str, str], parties: Mapping[str, str]) -> Shares:
    """Party code → exact share of one side."""
    return tuple((code, exact(share) or Fraction(0)) for code, share in parties_of(side, element, parties).items())
