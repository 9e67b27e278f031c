"""Names as sources write them: the same province or station in full or half width, long or short, new or old.

In: text. Out: folded text to look up by. What exists under a name is not known here; see `basin.network`.
"""

from __future__ import annotations

import unicodedata

DIVISION_ENDINGS = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "特别行政区", "省", "市")


def folded_name(text: str) -> str:
    """A name without width, case and blanks: ``街口（鸠坑口）`` is ``街口(鸠坑口)``."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def same_person(one: str, other: str) -> bool:
    """Whether two names of people are the same but for width, case, blanks and signs: ``某甲.`` is ``某甲``."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, folded_name(name)))


def short_name(text: str) -> str:
    """A folded division name without what kind of division it is: ``广西壮族自治区`` is ``广西``."""
    name = folded_name(text)
    for ending in DIVISION_ENDINGS:
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending)
    return name


def new_and_old(text: str) -> tuple[str, ...]:
    """The folded new and old name of ``新名(旧名)``; nothing where the text is not of that form."""
    new, bracket, old = folded_name(text).partition("(")
    return (new, old.removesuffix(")")) if bracket and new and old.endswith(")") else ()
