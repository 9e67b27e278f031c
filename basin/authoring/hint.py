"""A hint: what in an agreement should be looked at again. What gives hints is in `basin.authoring.hints`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hint:
    """What should be looked at again, and where it stands."""

    path: str
    zh: str
    en: str
