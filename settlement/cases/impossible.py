"""What a case may not give: figures that cannot be, whatever was measured or published.

In: a raw case of the right shape and right names, its agreement and the network. Out: findings (path below the case,
Chinese, English, remedy). A class is one of six, a concentration is not negative, a line lies in the range of its
clause: a case beyond would prove something that can never happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from basin.agreement import Agreement
from basin.checks.ranges import Ranges, possible
from basin.measures import quantity_code
from basin.network import Network
from basin.ranges import ANY, Range, between, exactly
from basin.rounding import number, printed
from settlement.cases.checks import Finding, figures_of, is_number, recorded
from settlement.words import WORDS

_CLASS = between(1, 6)
_NO_STOPS = frozenset({"when", "unless", "published", "excluded"})
STOPS = tuple(code for code in WORDS if code not in _NO_STOPS)


def impossible_findings(case: Mapping[str, Any], agreement: Agreement, network: Network) -> Iterator[Finding]:
    """Every figure of a case that cannot be, and every reason to stop that there is not."""
    for block in ("given", "given_previous"):
        for subject, quantities in dict(case.get(block, {})).items():
            for quantity, figure in quantities.items():
                yield from _outside(figure, _of_quantity(quantity), quantity, f"{block}.{subject}.{quantity}")
    for position, fact in enumerate(recorded(case)):
        yield from _outside(fact.value, _of_quantity(fact.kind), fact.kind, f"facts.{position}.value")
    ranges = Ranges(agreement, network, agreement.branches)
    for block in ("lines", "lines_previous"):
        for ref, figure in figures_of(case, block).items():
            yield from _outside(figure, ranges.of_line(ref), ref, f"{block}.{ref}")
    stops = case.get("stops", [])
    for reason in [stops] if isinstance(stops, str) else stops:
        if reason.partition(":")[0] not in STOPS:
            remedy = f"改正，原因见 9.2；可用：{' '.join(STOPS)}"
            yield "stops", f"没有这个停下的原因：{reason}", f"no such reason to stop: {reason}", remedy


def _of_quantity(spelled: str) -> Range:
    return _CLASS if spelled == "quality_class" else possible(quantity_code(spelled))


def _outside(figure: object, values: Range, name: str, path: str) -> Iterator[Finding]:
    """The single figures outside a range, of a list or map the ones inside it; blanks are no figures."""
    if values == ANY:
        return
    if isinstance(figure, dict):
        for key, inner in figure.items():
            yield from _outside(inner, values, name, f"{path}.{key}")
    elif isinstance(figure, list):
        for position, inner in enumerate(figure):
            yield from _outside(inner, values, name, f"{path}.{position}")
    elif is_number(figure) and not exactly(number(figure)).meets(values):
        zh = f"{name} 不会是 {printed(number(figure))}：这个数{values.in_words()}"
        yield path, zh, "a figure that cannot be", "改正数值"
