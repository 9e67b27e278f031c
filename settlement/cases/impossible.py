"""What a case may not give: figures that cannot be, whatever was measured or published.

In: a raw case of the right shape and right names, its agreement and the network. Out: findings (path below the case,
Chinese, English, remedy). A class is one of six, a concentration is not negative, a line lies in the range of its
clause: a case beyond would prove something that can never happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from basin.agreement import Agreement
from basin.checks.ranges import Ranges
from basin.measures import quantity_code
from basin.network import Network
from basin.possible import impossible_of, outside
from basin.rounding import number
from settlement.cases.checks import Finding, figures_of, is_number, recorded
from settlement.words import WORDS

_NO_STOPS = frozenset({"when", "unless", "published", "excluded"})
Why = Callable[[Fraction], str | None]  # why a figure cannot be; None where it can
STOPS = tuple(code for code in WORDS if code not in _NO_STOPS)


def impossible_findings(case: Mapping[str, Any], agreement: Agreement, network: Network) -> Iterator[Finding]:
    """Every figure of a case that cannot be, and every reason to stop that there is not."""
    for block in ("given", "given_previous"):
        for subject, quantities in dict(case.get(block, {})).items():
            for quantity, figure in quantities.items():
                yield from _impossible(figure, _of_quantity(quantity), f"{block}.{subject}.{quantity}")
    for kind, figure in figures_of(case, "facts").items():
        yield from _impossible(figure, _of_quantity(kind), f"facts.{kind}")
    for position, fact in enumerate(recorded(case)):
        yield from _impossible(fact.value, _of_quantity(fact.kind), f"facts.{position}.value")
    ranges = Ranges(agreement, network, agreement.branches)
    for block in ("lines", "lines_previous"):
        for ref, figure in figures_of(case, block).items():
            yield from _impossible(figure, partial(_of_line, ranges, ref), f"{block}.{ref}")
    stops = case.get("stops", [])
    for reason in [stops] if isinstance(stops, str) else stops:
        if reason.partition(":")[0] not in STOPS:
            remedy = f"改正，原因见 9.2；可用：{' '.join(STOPS)}"
            yield "stops", f"没有这个停下的原因：{reason}", f"no such reason to stop: {reason}", remedy


def _of_quantity(spelled: str) -> Why:
    return partial(impossible_of, quantity_code(spelled))


def _of_line(ranges: Ranges, ref: str, figure: Fraction) -> str | None:
    return outside(ranges.of_line(ref), figure, ref)


def _impossible(figure: object, why: Why, path: str) -> Iterator[Finding]:
    """The single figures that cannot be, of a list or map the ones inside it; blanks are no figures."""
    if isinstance(figure, dict):
        for key, inner in figure.items():
            yield from _impossible(inner, why, f"{path}.{key}")
    elif isinstance(figure, list):
        for position, inner in enumerate(figure):
            yield from _impossible(inner, why, f"{path}.{position}")
    elif is_number(figure):
        zh = why(number(figure))
        if zh is not None:
            yield path, zh, "a figure that cannot be", "改正数值"
