"""The shape of the product code in numbers, each of which may only fall; printed by ``make check``.

The limits are what was reached; they hold the shape and say nothing about what is good. Files are listed by length so
that somebody looks at the longest of them, not to forbid any.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("basin", "monitoring_ingest", "settlement", "api")
NAMES_OF_NOTHING = {"found", "told", "one", "each", "at", "known", "here", "own", "said", "kept"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LONGEST_LISTED = 10
A_HARD_LOOK = 300  # lines; a longer file may well hold two things


@dataclass(frozen=True)
class Source:
    """A file of the product."""

    path: str
    lines: int
    nodes: tuple[ast.AST, ...]


@cache
def sources() -> tuple[Source, ...]:
    """Every file of the product code, below the root."""
    return tuple(_source(file) for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))


def _source(file: Path) -> Source:
    text = file.read_text(encoding="utf-8")
    return Source(file.relative_to(ROOT).as_posix(), len(text.splitlines()), tuple(ast.walk(ast.parse(text))))


def is_tuple_assignment(node: ast.AST) -> bool:
    """``a, b = 1, 2``: two assignments on a line."""
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple)


def is_nested_comprehension(node: ast.AST) -> bool:
    """A comprehension with another one inside."""
    inside = (inner for inner in ast.walk(node) if inner is not node)
    return isinstance(node, COMPREHENSIONS) and any(isinstance(inner, COMPREHENSIONS) for inner in inside)


def names_nothing(node: ast.AST) -> bool:
    """A local called by a word that says nothing about the field."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in NAMES_OF_NOTHING


def is_bare_bundle(node: ast.AST) -> bool:
    """A parameter that is a tuple of several things without a name."""
    if not isinstance(node, ast.arg) or node.annotation is None:
        return False
    written = ast.unparse(node.annotation)
    return written.startswith("tuple[") and "..." not in written


def places(asked: Callable[[ast.AST], bool]) -> Iterator[str]:
    """``path:line`` of every node that is one."""
    for source in sources():
        for node in source.nodes:
            if asked(node):
                yield f"{source.path}:{node.lineno}"  # type: ignore[attr-defined]


def number_of(asked: Callable[[ast.AST], bool]) -> int:
    """How many there are in the product code."""
    return len(list(places(asked)))


def lines_of_code() -> int:
    """Lines of the product code, all of them counted."""
    return sum(source.lines for source in sources())


def per_thousand_lines(count: int) -> float:
    """`count` per 1 000 lines of product code."""
    return 1000 * count / lines_of_code()


@dataclass(frozen=True)
class Limit:
    """A number that may only fall: lower it when it has."""

    words: str
    limit: float
    counted: Callable[[], float]


LIMITS = {
    "tuple_assignments": Limit(
        "tuple assignments per 1 000 lines", 0.03, lambda: per_thousand_lines(number_of(is_tuple_assignment))
    ),
    "nested_comprehensions": Limit(
        "nested comprehensions per 1 000 lines", 0.41, lambda: per_thousand_lines(number_of(is_nested_comprehension))
    ),
    "names_of_nothing": Limit("locals that name nothing", 15, lambda: number_of(names_nothing)),
    "bare_bundles": Limit("parameters that are bare tuples", 0, lambda: number_of(is_bare_bundle)),
}


def longest() -> list[Source]:
    """The longest files of the product code, longest first."""
    return sorted(sources(), key=lambda source: source.lines, reverse=True)[:LONGEST_LISTED]


def lines() -> Iterable[str]:
    """What ``make check`` prints."""
    yield f"{len(sources())} files, {lines_of_code()} lines of product code"
    for limit in LIMITS.values():
        yield f"{limit.words}: {limit.counted():.4g} (limit {limit.limit:g})"
    yield f"the longest files (a hard look at more than {A_HARD_LOOK} lines):"
    yield from (f"  {source.lines:4} {source.path}" for source in longest())


if __name__ == "__main__":
    print("\n".join(lines()))
