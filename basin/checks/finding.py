"""A finding: one thing the grammar refuses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is refused, at which path of the document, in Chinese and English, and what to do about it."""

    path: str
    zh: str
    en: str
    remedy: str
