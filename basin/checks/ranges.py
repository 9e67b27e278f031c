"""Tests that never hold and pieces that are never reached: every measure has a range, and what lies outside is a slip.

In: an agreement, the network, and its typed clauses. Out: `Finding`s, and the range of each measure and line for who
else asks. A class lies in 1–6, a share in 0–1, a place in 1–N, a concentration is not negative; comparisons, `take` and
references to other clauses carry the ends on. Only what is certain is refused: where an end is not known the range is
open there, and where several values of a clause change by date or element nothing is concluded from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import inf

from basin import periods
from basin.agreement import Agreement, clause_path
from basin.checks.finding import Finding
from basin.checks.measures import is_a_class, is_whole_number
from basin.checks.places import Place, lasting, places
from basin.checks.size import MOST_CHAINED
from basin.checks.values import codes_on, values_that_depend
from basin.clauses import TIME_AXES, UNPAID, Clause
from basin.dated import join
from basin.measures import Against, Measure, Runs
from basin.network import Network
from basin.possible import CLASSES, possible
from basin.ranges import ANY, NOT_NEGATIVE, Bound, Range, around, between, exactly
from basin.rounding import half_even, printed
from basin.scales import Piece, amounts_between, parts
from basin.written.numbers import exact

BOUNDS = ("at_most", "below", "at_least", "above")
_MEASURING = ("measure", "when", "unless")
_AMOUNTING = ("measure", "scale", "times", "cap")
# how many whole periods of the first length lie in one of the second, at most
_PERIODS_IN: Mapping[str, Mapping[str, int]] = {
    "day": {"week": 7, "month": 31, "quarter": 92, "year": 366},
    "week": {"month": 5, "quarter": 14, "year": 53},
    "month": {"quarter": 3, "year": 12},
    "quarter": {"year": 4},
}
Axes = Mapping[str, Sequence[str]]
Take = str | Runs | None
_ONE = exactly(1)
_ZERO = exactly(0)
_SHARE = between(0, 1)


class Ranges:
    """The ranges of the measures and lines of one agreement, each worked out once.

    Parameters
    ----------
    agreement, network : what is looked at.
    clauses : the typed branches of each clause that fits its type in all of them; of another clause nothing is known.
    """

    def __init__(self, agreement: Agreement, network: Network, clauses: Mapping[str, Sequence[Clause]]) -> None:
        self.agreement = agreement
        self.network = network
        self.clauses = clauses
        self._lines: dict[str, Range] = {}
        self._waiting = 0

    def of_place(self, ref: str, name: str) -> Range:
        """The range of the measure or test at a place of a clause, over all its branches."""
        return self._places.get((ref, name), ANY)

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], Range]:
        ranges: dict[tuple[str, str], Range] = {}
        for ref, branches in self.clauses.items():
            for branch in branches if self._changes_once(ref, _MEASURING) else ():
                for place in places(branch):
                    key = (ref, place.name)
                    of_branch = self._measured(place, self._every(branch))
                    ranges[key] = of_branch.with_also(ranges.get(key, of_branch))
        return ranges

    def of_line(self, ref: str) -> Range:
        """The range of the amounts of a clause [万元, or whatever it counts], one evaluation at a time."""
        if self._waiting >= MOST_CHAINED:  # which is refused elsewhere
            return ANY
        if ref not in self._lines:
            self._lines[ref] = ANY  # for a clause that uses its own amount
            self._waiting += 1
            if ref in self.clauses and self._changes_once(ref, _AMOUNTING):
                self._lines[ref] = around(self._amount(branch) for branch in self.clauses[ref])
            self._waiting -= 1
        return self._lines[ref]

    def _changes_once(self, ref: str, keys: Sequence[str]) -> bool:
        """Whether at most one value under these keys depends on a date or an element, bounds of tests aside.

        The branches of a clause are made in step: of two values that change, not every pair stands in a branch.
        """
        raw = self.agreement.raw_clause(ref)
        depending = (path for key in keys for path in values_that_depend(raw.get(key), key))
        return sum(path.rpartition(".")[2] not in BOUNDS for path in depending) <= 1

    def _every(self, clause: Clause) -> str:
        return clause.every or self.agreement.every or "term"

    def _amount(self, clause: Clause) -> Range:
        every = self._every(clause)
        value = _ZERO
        if clause.measure is not None:
            value = self._measured(Place("measure", clause.measure, clause.each), every)
        amount = value if clause.scale is None else amounts_between(clause.scale, value)
        for text in clause.times:
            factor = self._line(text, clause.each, every) if text in self.agreement.refs else _number(text)
            amount = amount.times(factor)
        if clause.cap is not None:
            within = between(-abs(clause.cap), abs(clause.cap))
            amount = amount.within(within) if amount.meets(within) else within
        return amount.with_also(_ZERO) if clause.when or clause.unless else amount

    def _measured(self, place: Place, every: str) -> Range:
        """The range of a measure after comparison, `otherwise`, `take` and `decimals`."""
        measure = place.measure
        value = self._compared(place, every)
        if measure.otherwise is not None:
            value = value.with_also(exactly(measure.otherwise))
        if measure.several:
            value = _taken(measure.take, value, self._number_of_values(place, every))
        decimals = measure.decimals
        return value if decimals is None else value.mapped(lambda end: half_even(end, decimals))

    def number_of_values(self, place: Place, clause: Clause) -> Bound:
        """How many values the measure or test at a place of a clause has at most, before `take`."""
        return self._number_of_values(place, self._every(clause))

    def _number_of_values(self, place: Place, every: str) -> Bound:
        """How many values a measure has at most, before `take`."""
        measure = place.measure
        listed = {"section": measure.sections, "indicator": measure.indicators}
        count: Bound = self._periods(measure.over, lasting(place.axes, every)) if measure.over else 1
        for axis, codes in listed.items():
            count *= self._number_of(axis, codes) if codes else 1
        return count

    def _number_of(self, axis: str, codes: Sequence[str]) -> Bound:
        """How many elements an axis has; infinitely many where they are not known, as in a scorecard."""
        return len(set(codes_on(self.agreement, self.network, axis, codes))) or inf

    def _periods(self, length: str, inside: str) -> Bound:
        """How many periods of a length lie in the period in hand, at most."""
        if inside == "term" and self.agreement.starts <= self.agreement.ends:
            return len(periods.periods_in(self.agreement.term, length)) or inf
        return _PERIODS_IN.get(length, {}).get(inside, 1 if length == inside else inf)

    def _compared(self, place: Place, every: str) -> Range:
        measure = place.measure
        value = self._single(place, every)
        if measure.against is None or measure.expressed is None:
            return value
        reference = self._reference(place, value, every)
        if measure.expressed == "difference":
            return value.minus(reference)
        ratio = value.over(reference)
        return ratio if measure.expressed == "ratio" else ratio.minus(_ONE).times(exactly(100))

    def _reference(self, place: Place, value: Range, every: str) -> Range:
        """What a value is compared with: another value or limit of the same kind, unless another clause is named."""
        against = place.measure.against
        if isinstance(against, Against) and against.ref is not None:
            return self._line(against.ref, {**place.axes, **place.measure.axes}, every)
        if isinstance(against, Against) and against.class_ is not None and place.measure.kind == "quality_class":
            return exactly(against.class_)
        return value

    def _single(self, place: Place, every: str) -> Range:
        """The range of one value before any comparison."""
        measure = place.measure
        kind = measure.kind
        if kind == "concentration":
            return self._concentration(place)
        if kind == "index":
            means = around(map(possible, measure.weights or ()))
            weighted = NOT_NEGATIVE if means.least >= 0 else ANY
            return weighted.times(exactly(1 if measure.coefficient is None else measure.coefficient))
        if kind == "result":
            take = None if measure.several else measure.take  # several values of its own are combined by it later
            axes = {**place.axes, **measure.axes}
            amounts = _ZERO
            for ref, weight in (measure.of or {}).items():
                amounts = amounts.plus(self._line(ref, axes, every, take).times(exactly(weight)))
            return amounts
        if kind == "rank":
            return between(1, max(1, len(set(self.agreement.parties.values()))))
        if kind == "reported":
            return NOT_NEGATIVE if measure.fact == UNPAID else ANY
        return _OF_KIND.get(kind, ANY)

    def _concentration(self, place: Place) -> Range:
        measure = place.measure
        named = (measure.indicator,) if measure.indicator else measure.indicators
        indicators = named or place.axes.get("indicator", ())
        return around(map(possible, codes_on(self.agreement, self.network, "indicator", indicators)))

    def _line(self, ref: str, axes: Axes, every: str, take: Take = None) -> Range:
        """The range of another clause as one number, its further evaluations combined.

        Parameters
        ----------
        ref : of the other clause.
        axes, every : what is in hand, and how often it obliges.
        take : how several evaluations become one number; None sums them.
        """
        if ref not in self.clauses:
            return ANY
        line = self.clauses[ref][0]
        amount = self.of_line(ref)
        if "party" in axes and "party" not in line.each and "section" in line.each:
            amount = amount.times(_SHARE)  # a section counts for its upstream party, or parties with their shares
        return _taken(take, amount, self._evaluations(line, axes, every))

    def _evaluations(self, line: Clause, axes: Axes, every: str) -> Bound:
        """How many evaluations of a line are combined into one number at most."""
        theirs = lasting(line.each, self._every(line))
        ours = lasting(axes, every)
        is_shorter = periods.LENGTHS.index(theirs) < periods.LENGTHS.index(ours)
        count: Bound = self._periods(theirs, ours) if is_shorter else 1
        for axis in line.each.keys() - TIME_AXES - axes.keys():
            count *= self._number_of(axis, line.each[axis])
        return count


_OF_KIND: Mapping[str, Range] = {
    "volume": NOT_NEGATIVE,
    "load": NOT_NEGATIVE,
    "quality_class": CLASSES,
    "exceedance": NOT_NEGATIVE,
    "met": _SHARE,
    "completeness": _SHARE,
}


def _number(text: str) -> Range:
    try:
        return exactly(exact(text))
    except ValueError:  # a ref nobody has, which is told where refs are looked at
        return ANY


def _taken(take: Take, value: Range, count: Bound) -> Range:
    """Between 1 and `count` values as one."""
    if isinstance(take, Runs):
        return Range(Fraction(0), inf if count == inf else Fraction(count // max(1, take.runs_of)))
    if take in ("mean", "min", "max") or count == 1:
        return value
    return value.times(Range(Fraction(1), count))


def range_findings(ranges: Ranges) -> Iterator[Finding]:
    """Every test that can never hold and every piece that can never be reached."""
    for ref, branches in ranges.clauses.items():
        path = clause_path(ref)
        for branch in branches:
            for place in places(branch):
                value = ranges.of_place(ref, place.name)
                yield from _never_holds(place.measure, value, join(path, place.name))
                yield from _never_so_long(place, ranges.number_of_values(place, branch), join(path, place.name))
            if branch.measure is not None:
                yield from _never_reached(branch, ranges.of_place(ref, "measure"), join(path, "scale"))


def _never_holds(test: Measure, value: Range, path: str) -> Iterator[Finding]:
    if allowed(test).is_empty:
        zh = "条件永远不成立：界限互相矛盾"
        yield Finding(path, zh, "the bounds contradict each other", "改正其中一个界限")
        return
    if is_whole_number(test):
        yield from _between_whole_numbers(test, value, path)
    for key in BOUNDS:
        bound = getattr(test, key)
        if bound is not None and not allowed_by(key, bound).meets(value) and not _is_no_class(test, bound):
            zh = f"条件永远不成立：这个数{value.in_words()}"
            yield Finding(f"{path}.{key}", zh, "a test that can never hold", _remedy(test, value, bound))


def _never_so_long(place: Place, count: Bound, path: str) -> Iterator[Finding]:
    """A run of more values than there are, which no period ever has."""
    take = place.measure.take
    if isinstance(take, Runs) and place.measure.several and take.runs_of > count:
        zh = f"只有 {count} 个数值，没有连续 {take.runs_of} 个，永远是 0"
        yield Finding(f"{path}.take", zh, "a run of more values than there are", "改正 runs_of，或改 over、every")


def _between_whole_numbers(test: Measure, value: Range, path: str) -> Iterator[Finding]:
    """Bounds of a class, a place or a count: each a whole number, with one between them."""
    broken = {key: bound for key in BOUNDS if (bound := getattr(test, key)) is not None and bound.denominator != 1}
    for key, bound in broken.items():
        yield _no_whole_number(f"{path}.{key}", bound)
    possible_values = allowed(test).within(value)
    if not broken and not possible_values.is_empty and not possible_values.holds_a_whole_number:
        zh = "条件永远不成立：这个数总是整数，界限之间没有整数"
        yield Finding(path, zh, "no whole number lies between the bounds", "改正其中一个界限")


def _no_whole_number(path: str, bound: Fraction) -> Finding:
    zh = f"界限 {printed(bound)} 不是整数，而这个数总是整数"
    en = "the bound of a whole number is none"
    return Finding(path, zh, en, "写整数；几个数的平均、份额写 take: mean")


def _is_no_class(test: Measure, bound: Fraction) -> bool:
    """Whether a bound on a bare class is no class at all, which is told where classes are looked at."""
    return is_a_class(test) and not 1 <= bound <= 6


def allowed(test: Measure) -> Range:
    """The values for which all bounds of a test hold."""
    values = ANY
    for key in BOUNDS:
        bound = getattr(test, key)
        values = values if bound is None else values.within(allowed_by(key, bound))
    return values


def allowed_by(key: str, bound: Fraction) -> Range:
    """The values that keep one bound of a test."""
    if key in ("at_most", "below"):
        return Range(greatest=bound, without_greatest=key == "below")
    return Range(least=bound, without_least=key == "above")


def _never_reached(clause: Clause, value: Range, path: str) -> Iterator[Finding]:
    pieces = clause.scale or ()
    last: Piece | None = None
    is_whole = clause.measure is not None and is_whole_number(clause.measure)
    broken = [i for i, piece in enumerate(pieces) if is_whole and piece.bound and piece.bound.denominator != 1]
    for i in broken:
        key = "below" if pieces[i].up_to is None else "up_to"
        yield _no_whole_number(f"{path}.{i}.{key}", pieces[i].bound or Fraction(0))
    for i, (piece, covered) in enumerate(zip(pieces, parts(pieces), strict=True)):
        in_order = not covered.is_empty  # what is out of order is told where pieces are looked at
        if in_order and not covered.meets(value) and not _closes(piece, last, value):
            zh = f"此段永远用不到：这个数{value.in_words()}"
            bound = piece.bound if last is None or last.bound is None else last.bound
            remedy = _remedy(clause.measure or Measure(), value, bound)
            yield Finding(f"{path}.{i}", zh, "a piece that can never be reached", remedy)
        elif in_order and is_whole and not broken and _holds_none(covered.within(value)):
            zh = "此段永远用不到：这个数总是整数，此段之内没有整数"
            yield Finding(f"{path}.{i}", zh, "no whole number lies in the piece", "改正界限，或删去此段")
        last = piece


def _holds_none(values: Range) -> bool:
    return not values.is_empty and not values.holds_a_whole_number


def _closes(piece: Piece, last: Piece | None, value: Range) -> bool:
    """Whether an empty last piece only closes a scale whose pieces reach just as far as the value does."""
    is_blank = piece.bound is None and not piece.amount and not piece.rate
    return is_blank and last is not None and last.up_to == value.greatest


def _remedy(measure: Measure, value: Range, bound: Fraction | None) -> str:
    if measure.kind == "met" and not measure.several:
        return "met 是 0 或 1：成立为 1，不成立为 0；数几个月达标写 over: month、take: sum，份额写 take: mean"
    if value.greatest == 1 and bound is not None and 1 < bound <= 100:
        return f"这是 0–1 的份额：写 {printed(bound)}% 或 {printed(bound / 100)}；数个数的写 take: sum"
    if measure.kind == "quality_class" and measure.against is None:
        return "类别从 1（Ⅰ类，最好）到 6（劣Ⅴ类）；与目标比几类的写 against: target、expressed: difference"
    if measure.kind == "rank":
        return f"名次从 1 到 {printed_end(value.greatest)}：parties 有几方就到几；改正界限，或补上缺的主体"
    return "改正界限或删去；或改所看的数（kind、take、against、expressed）"


def printed_end(end: Bound) -> str:
    """An end as text."""
    return printed(end) if isinstance(end, Fraction) else "∞"
