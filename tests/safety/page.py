"""docs/safety.md, whose sections are written by the programs that prove them.

In: a heading and a section. Out: the page with the section in the place of the one before, or at its end.
"""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"


def keep(heading: str, section: str) -> None:
    """Put a section, which begins with its heading, in the place of the one before."""
    text = PAGE.read_text(encoding="utf-8")
    before, found, after = text.partition(f"{heading}\n")
    rest = after.partition("\n## ")
    following = f"\n## {rest[2]}" if found and rest[1] else ""
    PAGE.write_text(f"{before.rstrip()}\n\n{section}{following}", encoding="utf-8")
