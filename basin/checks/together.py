"""Tests that stand side by side: two that contradict each other, and one that an earlier test already decides.

In: an agreement and its typed clauses. Out: `Finding`s for tests that can never hold together, and the paths of tests
that change nothing, which `basin.authoring.hints` tells. Only tests of the same number are compared; where several
values under the tests of a clause change by date or element, nothing is concluded from their branches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from basin.agreement import Agreement, clause_path
from basin.checks.finding import Finding
from basin.checks.measures import is_whole_number
from basin.checks.places import places
from basin.checks.ranges import allowed
from basin.checks.values import values_that_depend
from basin.clauses import Clause
from basin.dated import join
from basin.measures import Measure
from basin.ranges import Range

_TESTING = ("measure", "when", "unless")


@dataclass(frozen=True)
class _Row:
    """Tests of one list: all of them must hold, or any one is enough."""

    path: str
    tests: Sequence[Measure]
    all_must_hold: bool


@dataclass(frozen=True)
class _Earlier:
    """What the tests before say of one number.

    Attributes
    ----------
    path : of the first of them.
    together : the values for which all of them hold.
    widest : the values for which one of them holds, those inside another left out.
    """

    path: str
    together: Range
    widest: tuple[Range, ...]


@dataclass(frozen=True)
class _Compared:
    """A test beside the earlier ones of the same number."""

    path: str
    test: Measure
    values: Range
    earlier: _Earlier


def contradictions(agreement: Agreement, clauses: Mapping[str, Sequence[Clause]]) -> Iterator[Finding]:
    """Every test that can never hold together with an earlier one of its list."""
    for row, compared in _beside_each_other(agreement, clauses):
        both = compared.values.within(compared.earlier.together)
        if row.all_must_hold and not _is_possible(compared.test, both):
            zh = f"与 {compared.earlier.path} 矛盾，不能同时成立"
            remedy = "改正其中一个界限；任一成立即可的写 any_of"
            yield Finding(compared.path, zh, "contradicts an earlier test", remedy)


def always_excused(clauses: Mapping[str, Sequence[Clause]]) -> Iterator[Finding]:
    """Every clause that is excused by one of its own conditions, on every day and for every element."""
    for ref, branches in clauses.items():
        excuses = [_own_excuse(branch) for branch in branches]
        if excuses and None not in excuses:
            zh = "与 when 的条件相同：条件成立就免除，永远是 0"
            path = f"{clause_path(ref)}.unless.{excuses[0]}"
            yield Finding(path, zh, "an excuse that is a condition as well", "删去一处，或改正其中一个")


def _own_excuse(clause: Clause) -> int | None:
    """The place of the first excuse that is a condition too."""
    excuses = [replace(test, because=None) for test in clause.unless]
    return next((i for i, test in enumerate(excuses) if test in clause.when), None)


def without_effect(agreement: Agreement, clauses: Mapping[str, Sequence[Clause]]) -> Iterator[str]:
    """The paths of tests that change nothing: an earlier one of the list has already decided wherever they could."""
    for row, compared in _beside_each_other(agreement, clauses):
        earlier = compared.earlier
        if row.all_must_hold:  # where the earlier ones hold, this one holds as well
            is_decided = earlier.together.within(compared.values) == earlier.together
        else:  # where this one holds, an earlier one holds already
            is_decided = any(compared.values.within(wide) == compared.values for wide in earlier.widest)
        if is_decided:
            yield compared.path


def _is_possible(test: Measure, values: Range) -> bool:
    return values.holds_a_whole_number if is_whole_number(test) else not values.is_empty


def _beside_each_other(
    agreement: Agreement, clauses: Mapping[str, Sequence[Clause]]
) -> Iterator[tuple[_Row, _Compared]]:
    """Every test with those before it in its list that look at the same number."""
    for ref, branches in clauses.items():
        for branch in branches if _changes_once(agreement, ref) else ():
            for row in _rows(branch, clause_path(ref)):
                yield from ((row, compared) for compared in _compared(row))


def _compared(row: _Row) -> Iterator[_Compared]:
    seen: dict[str, _Earlier] = {}
    for i, test in enumerate(row.tests):
        values = allowed(test)
        if not test.bounded or not _is_possible(test, values):  # which is told for itself
            continue
        path = f"{row.path}.{i}"
        number = repr(replace(test, at_most=None, below=None, at_least=None, above=None, because=None))
        earlier = seen.get(number)
        if earlier is None:
            seen[number] = _Earlier(path, values, (values,))
            continue
        yield _Compared(path, test, values, earlier)
        outside = tuple(wide for wide in earlier.widest if wide.within(values) != wide)
        seen[number] = _Earlier(earlier.path, earlier.together.within(values), (*outside, values))


def _rows(clause: Clause, path: str) -> Iterator[_Row]:
    """The lists of tests of a clause, those inside its measures and tests too."""
    yield _Row(f"{path}.when", clause.when, all_must_hold=True)
    yield _Row(f"{path}.unless", clause.unless, all_must_hold=False)
    for place in places(clause):
        inside = join(path, place.name)
        yield _Row(f"{inside}.all_of", place.measure.all_of or (), all_must_hold=True)
        yield _Row(f"{inside}.any_of", place.measure.any_of or (), all_must_hold=False)


def _changes_once(agreement: Agreement, ref: str) -> bool:
    """Whether at most one value of the tests changes by date or element, so that every branch is one that may be."""
    raw = agreement.raw_clause(ref)
    return sum(1 for key in _TESTING for _ in values_that_depend(raw.get(key), key)) <= 1
