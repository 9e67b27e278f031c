"""What a scale may not say: pieces out of order, steps that could be negative, ladders that pay for nothing.

In: a typed clause and the range of its measure. Out: `Finding`s. Pieces beyond the range of the measure are told in
`basin.checks.ranges`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from basin.checks.finding import Finding
from basin.checks.measures import empty_list
from basin.clauses import Clause
from basin.ranges import Range
from basin.rounding import printed
from basin.scales import Piece, applied, parts
from basin.written.numbers import exact


def scale_findings(clause: Clause, value: Range, lines: Mapping[str, bool], path: str) -> Iterator[Finding]:
    """Everything the grammar refuses about the scale of a clause.

    Parameters
    ----------
    clause : its measure says what the scale is applied to.
    value : the range of that measure.
    lines : as `lines_of_exceedances` gives them.
    path : of the scale.
    """
    if clause.scale == ():
        yield empty_list(path)
    if clause.measure is None:
        yield from _without_measure(clause.scale or (), path)
    yield from _pieces(clause.scale or (), path)
    yield from _counted_back(clause, value, path)
    yield from _ladder(clause, lines, path)


def nothing_findings(branches: Sequence[Clause], path: str) -> Iterator[Finding]:
    """A clause that comes to nothing whatever is measured, on every day and for every element.

    Parameters
    ----------
    branches : the clause as it may ever stand; one that pays nothing in its first year only is meant.
    path : of the clause.
    """
    if all(_has_no_factor(clause) for clause in branches):
        yield Finding(f"{path}.times", "times 里有 0，永远是 0", "a factor of 0", "改正系数，或删去这一条")
    if all(clause.measure is not None and _comes_to_nothing(clause.scale or ()) for clause in branches):
        zh = "各段的 amount 与 rate 都是 0，永远是 0"
        yield Finding(f"{path}.scale", zh, "every piece comes to nothing", "写明金额，或删去这一条")


def _comes_to_nothing(pieces: Sequence[Piece]) -> bool:
    """Whether a whole scale gives 0 for every value; of a scale that is not whole, that is told first."""
    is_whole = bool(pieces) and pieces[-1].bound is None
    return is_whole and not any(piece.amount or piece.rate for piece in pieces)


def _has_no_factor(clause: Clause) -> bool:
    return any(_is_zero(text) for text in clause.times)


def _is_zero(text: str) -> bool:
    try:
        return exact(text) == 0
    except ValueError:  # the ref of a line
        return False


def _without_measure(pieces: Sequence[Piece], path: str) -> Iterator[Finding]:
    """Without a measure the value is 0: one piece applies whatever is measured, and a rate comes to nothing."""
    remedy = "补上 measure；一次性金额只写一段 [{amount: …}]"
    if len(pieces) > 1:
        zh = "没有 measure，几段里永远只用得上一段"
        yield Finding(path, zh, "several pieces and nothing measured", remedy)
    elif any(piece.rate for piece in pieces):
        yield Finding(f"{path}.0.rate", "没有 measure，rate 永远乘以 0", "a rate and nothing measured", remedy)


def _pieces(pieces: Sequence[Piece], path: str) -> Iterator[Finding]:
    last: Piece | None = None
    for i, piece in enumerate(pieces):
        if piece.up_to is not None and piece.below is not None:
            yield Finding(f"{path}.{i}", "up_to 与 below 只能写一个", "both up_to and below", "删去一个")
        if last is not None and (last.bound is None or not _beyond(piece, last)):
            zh = "此段顺序不对或永远用不到"
            yield Finding(f"{path}.{i}", zh, "piece out of order or never reached", "按上限从小到大排列")
        if piece.per == 0:
            remedy = "写一个单位的大小，如 0.01；由 origin 往下数的写负数，如 -1"
            yield Finding(f"{path}.{i}.per", "per 不能为 0", "per must not be 0", remedy)
        last = piece
    if last is not None and last.bound is not None:
        last_path = f"{path}.{len(pieces) - 1}"
        yield Finding(last_path, "最后一段没有敞口", "the last piece is not open at the top", "最后一段不写上限")


def _counted_back(clause: Clause, value: Range, path: str) -> Iterator[Finding]:
    """Steps are counted away from the origin: below 0 neither a started nor a completed one is what its word says."""
    pieces = clause.scale or ()
    for i, (piece, covered) in enumerate(zip(pieces, parts(pieces), strict=True)):
        reached = covered.within(value)
        backwards = reached.least < piece.origin if piece.per > 0 else reached.greatest > piece.origin
        if piece.steps is not None and piece.rate and backwards:
            zh = "档数会是负的，steps 说不通"
            en = "the number of steps can be negative"
            origin = printed(piece.origin)
            upwards = f"由 {origin} 往上数的，前面另写一段 up_to: {origin}"
            remedy = f"{upwards}；往下数的，本段写 up_to: {origin}，per 写负数，如 -1"
            yield Finding(f"{path}.{i}.steps", zh, en, remedy)


def _beyond(piece: Piece, last: Piece) -> bool:
    if piece.bound is None or last.bound is None:
        return True
    closes_the_same_point = last.below is not None and piece.up_to == last.below
    return piece.bound > last.bound or closes_the_same_point


def _ladder(clause: Clause, lines: Mapping[str, bool], path: str) -> Iterator[Finding]:
    """A ladder on `exceedance` that pays at 0 would charge a compliant month; a line of one piece is a multiplier."""
    scale = clause.scale or ()
    if not _is_exceedance(clause, lines) or (clause.is_line and len(scale) < 2):
        return
    at_zero = applied(scale, Fraction(0))
    if at_zero is not None and at_zero.amount != 0:
        yield Finding(path, "超标倍数为 0 时也付款", "the ladder on exceedance pays at 0", "第一段写 {up_to: 0}")


def lines_of_exceedances(clauses: Iterable[Clause]) -> Mapping[str, bool]:
    """The lines by ref, with whether each measures an exceedance without a scale, itself or through other lines."""
    lines = {clause.ref: clause for clause in clauses if clause.is_line}
    before: dict[str, bool] = {}
    now = dict.fromkeys(lines, False)
    while now != before:  # every round finds those that rest on what the last round found
        before = now
        now = {ref: line.scale is None and _is_exceedance(line, before) for ref, line in lines.items()}
    return now


def _is_exceedance(clause: Clause, lines: Mapping[str, bool]) -> bool:
    """Whether it measures an exceedance, itself or through lines without a scale."""
    measure = clause.measure
    if measure is None or measure.kind != "result":
        return measure is not None and measure.kind == "exceedance" and measure.against != "previous_year"
    refs = [ref for ref in measure.of or () if ref in lines and ref != clause.ref]
    return bool(refs) and all(lines[ref] for ref in refs)
