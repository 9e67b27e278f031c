"""What stopped, in few lines: a heading for each clause and reason, and below it which sections, indicators, periods.

In: the stops of a settlement document, and the network for names. Out: lines of text. A clause over eight sections and
eight indicators that has no readings is one heading with eight lines, not sixty-four equal ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from basin.clauses import TIME_AXES
from basin.indicators import INDICATORS
from basin.network import Network
from settlement.statement.rows import StopRow

MOST_PERIODS = 3  # listed one by one
AND = "、"


@dataclass(frozen=True)
class _Heading:
    """What several stops have in common."""

    clause: str
    reason: str
    message: str


@dataclass(frozen=True)
class _Place:
    """Whose evaluations stopped, and in which periods; the indicators are told together."""

    names: tuple[str, ...]
    periods: tuple[str, ...]


def stop_lines(stops: Sequence[StopRow], network: Network) -> Iterator[str]:
    """The stops of a settlement as lines of text."""
    groups: dict[_Heading, list[StopRow]] = defaultdict(list)
    for stop in stops:
        groups[_Heading(stop["clause"], stop["reason"], stop["message_zh"])].append(stop)
    for heading, grouped in groups.items():
        count = f"，{len(grouped)} 处" if len(grouped) > 1 else ""
        yield f"中止 {heading.clause}：{heading.message}（{heading.reason}）{count}"
        for place, indicators in _places(grouped, network).items():
            parts = [*place.names, AND.join(indicators), _in_words(place.periods)]
            yield "    " + " ".join(filter(None, parts))


def _places(stops: Sequence[StopRow], network: Network) -> Mapping[_Place, list[str]]:
    """Who and when → indicators, those of equal periods together."""
    periods: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    for stop in stops:
        element = stop["element"]
        names = tuple(_name(axis, code, network) for axis, code in element.items() if axis in ("section", "party"))
        period = next((code for axis, code in element.items() if axis in TIME_AXES), stop["period"])
        periods[names, element.get("indicator", "")].append(period)
    places: dict[_Place, list[str]] = defaultdict(list)
    for (names, indicator), of in periods.items():
        places[_Place(names, tuple(of))].append(INDICATORS[indicator].name_zh if indicator else "")
    return places


def _name(axis: str, code: str, network: Network) -> str:
    declared = network.sections.get(code) if axis == "section" else network.parties.get(code)
    return f"{declared.name_zh}（{code}）" if declared is not None else code


def _in_words(periods: Sequence[str]) -> str:
    """``2021-01、2021-02``, or the first and the last of many with their number."""
    if len(periods) <= MOST_PERIODS:
        return AND.join(periods)
    return f"{periods[0]} … {periods[-1]}（{len(periods)} 期）"
