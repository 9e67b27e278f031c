"""The declared worlds that tests share, each loaded once in a process: a registry is frozen, and no test changes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from basin.registry import Registry, load_registry

FIXTURES = Path(__file__).parents[1] / "fixtures"


@cache
def bundled() -> Registry:
    """What ships in the package."""
    return load_registry()


@cache
def with_fixtures() -> Registry:
    """What ships, and the invented rivers of `fixtures`."""
    return load_registry([FIXTURES])
