"""A basin as a drawing: the river from source to mouth, whose land it crosses, where it is judged, who pays whom.

In: the sections of a basin in order (with the parties up- and downstream, the latest class and its month) and the net
transfers. Out: `Drawing`, the geometry that the template prints as inline SVG; units are those of the view box. It
chooses no words and no colours: a class is a number here, its colour is in the style sheet and its numeral beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

WIDTH = 960
RIVER_X = 330  # where the river runs
MONEY_X = 640  # where the arrows of money begin
ROW = 66  # height that one section inside a band takes
MARGIN = 30  # between the edge of a band and what stands in it
LEAST_BAND = 104  # a party without a section of its own is still seen
BEND = 20  # how far the river swings from side to side
MOST_ARROWS = 6  # more would be a tangle; the table beside the drawing has all
FIRST_LANE = 70
LANE = 40  # how far the first arrow of money swings out, and each further one beyond it
BETWEEN_ENDS = 18  # between the ends of arrows in one band
LABEL = 64.0  # height of a label
Pair = tuple[float, float]


@dataclass
class Band:
    """The land of one party along the river."""

    party: str
    top: float
    bottom: float = 0.0

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Node:
    """A section on the river; at a border between bands or inside one."""

    section: Mapping[str, Any]
    y: float
    x: float = RIVER_X


@dataclass(frozen=True)
class Reach:
    """A piece of the river; `width` grows from source to mouth."""

    path: str
    width: float


@dataclass(frozen=True)
class Arrow:
    """Money from one band to another, with the place of its label."""

    transfer: Mapping[str, Any]
    path: str
    head: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Drawing:
    """Everything the template prints."""

    width: float
    height: float
    bands: Sequence[Band]
    nodes: Sequence[Node]
    reaches: Sequence[Reach]
    arrows: Sequence[Arrow]


@dataclass
class _Layout:
    """Bands and nodes while they are laid out from the top."""

    y: float = 0.0
    bands: list[Band] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    def enter(self, party: str) -> None:
        """Begin the land of `party` unless the river is in it already."""
        if self.bands and self.bands[-1].party == party:
            return
        self.leave()
        self.bands.append(Band(party, self.y))
        self.y += MARGIN

    def leave(self) -> None:
        """End the land the river is in."""
        if self.bands:
            self.y = max(self.y, self.bands[-1].top + LEAST_BAND)
            self.bands[-1].bottom = self.y

    def place(self, section: Mapping[str, Any]) -> None:
        """Put a section where the river meets it: inside a band, or on the border of two."""
        above = section.get("upstream") or ""
        below = section.get("downstream") or ""
        self.enter(above or below)
        if above and below and above != below:
            self.y += MARGIN
            self.leave()
            self.nodes.append(Node(section, self.y))
            self.enter(below)
        else:
            self.nodes.append(Node(section, self.y + ROW / 2))
            self.y += ROW


def drawing(sections: Sequence[Mapping[str, Any]], transfers: Sequence[Mapping[str, Any]]) -> Drawing:
    """The geometry of a basin.

    Parameters
    ----------
    sections : from source to mouth; keys `upstream` and `downstream` (party codes or None) and what a label needs.
    transfers : net sums, keys `payer`, `payee`; those between parties without land here get no arrow.
    """
    layout = _Layout()
    for section in sections:
        layout.place(section)
    layout.leave()
    height = layout.y
    return Drawing(
        WIDTH, height, layout.bands, layout.nodes, _river(layout.nodes, height), _arrows(layout.bands, transfers)
    )


def _river(nodes: Sequence[Node], height: float) -> list[Reach]:
    """The river as curves from node to node, swinging to alternate sides so that it stays smooth."""
    stops = [0.0, *(node.y for node in nodes), height]
    reaches = []
    for place, (top, bottom) in enumerate(pairwise(stops)):
        bend = RIVER_X + (BEND if place % 2 else -BEND)
        third = (bottom - top) / 3
        path = f"M{RIVER_X} {top:.1f}C{bend} {top + third:.1f} {bend} {bottom - third:.1f} {RIVER_X} {bottom:.1f}"
        reaches.append(Reach(path, 5 + 9 * (place + 1) / len(stops)))
    return reaches


def _arrows(bands: Sequence[Band], transfers: Sequence[Mapping[str, Any]]) -> list[Arrow]:
    """Arrows between the largest bands of the parties; shorter ones run further in, labels stand in one column."""
    largest = {band.party: band for band in sorted(bands, key=lambda band: band.height)}
    drawn = [t for t in transfers if t["payer"] in largest and t["payee"] in largest][:MOST_ARROWS]
    ends = _ends([(largest[t["payer"]].middle, largest[t["payee"]].middle) for t in drawn])
    inner_first = sorted(zip(drawn, ends, strict=True), key=lambda item: abs(item[1][0] - item[1][1]))
    label_x = MONEY_X + 0.75 * (FIRST_LANE + LANE * (len(drawn) - 1)) + 16
    heights = _apart([(start + end) / 2 for _, (start, end) in inner_first])
    return [
        _arrow(transfer, pair, FIRST_LANE + LANE * lane, (label_x, heights[lane]))
        for lane, (transfer, pair) in enumerate(inner_first)
    ]


def _ends(pairs: Sequence[Pair]) -> list[Pair]:
    """Where each arrow begins and ends: arrows of one band apart, in the order in which none crosses another."""
    ends = [_End(start, end, arrow) for arrow, (start, end) in enumerate(pairs)]
    ends += [_End(end, start, arrow) for arrow, (start, end) in enumerate(pairs)]
    placed: dict[tuple[float, int], float] = {}
    for band in {end.band for end in ends}:
        of_band = sorted((end for end in ends if end.band == band), key=_nested)
        for place, end in enumerate(of_band):
            placed[band, end.arrow] = band + (place - (len(of_band) - 1) / 2) * BETWEEN_ENDS
    return [(placed[start, i], placed[end, i]) for i, (start, end) in enumerate(pairs)]


class _End(NamedTuple):
    """One end of an arrow: the height of its band, the height of the other end's band, and the arrow's number."""

    band: float
    other: float
    arrow: int


def _nested(end: _End) -> tuple[bool, float]:
    """Arrows that go up stand above those that go down; on each side the longer one stands further out."""
    return (end.other > end.band, end.band - end.other)


def _apart(heights: Sequence[float]) -> list[float]:
    """Heights of labels, moved down where one would stand on another."""
    apart = list(heights)
    last = -LABEL
    for place in sorted(range(len(heights)), key=lambda i: heights[i]):
        last = apart[place] = max(heights[place], last + LABEL)
    return apart


def _arrow(transfer: Mapping[str, Any], ends: Pair, lane: float, label: Pair) -> Arrow:
    """One curve from the payer's land to the payee's, its head pointing at the river."""
    start, end = ends
    out = MONEY_X + lane
    path = f"M{MONEY_X} {start:.1f}C{out} {start:.1f} {out} {end:.1f} {MONEY_X + 9} {end:.1f}"
    return Arrow(transfer, path, f"M{MONEY_X} {end:.1f}l13 -6.5v13z", *label)
