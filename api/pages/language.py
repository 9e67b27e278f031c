"""The language of a page: Chinese unless the reader chose English.

In: the request (``?lang=en``, else the cookie). Out: `Words`, which a template asks for texts and names. It does not
translate what an agreement says: signed text stays as signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from api.texts import TEXTS
from settlement.printing.wording import period_text

LANGUAGES = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"
PARAMETER = "lang"


@dataclass(frozen=True)
class Words:
    """Texts and names in one language."""

    code: str = "zh"

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`, its places filled with `values`."""
        return TEXTS[key][self._position].format(**values)

    def known(self, group: str, word: str) -> str:
        """The text of ``group.word``; the word itself where nobody named it, since marks are kept verbatim."""
        key = f"{group}.{word}"
        return self(key) if key in TEXTS else word

    def name(self, thing: dict[str, Any]) -> str:
        """The name of a party, section, basin …: English where it has one and English is asked for."""
        return (self.code == "en" and thing.get("name_en")) or thing["name_zh"]

    def choose(self, zh: str, en: str) -> str:
        """One of two ready messages; the Chinese one where there is no English."""
        return (self.code == "en" and en) or zh

    def period(self, period: str) -> str:
        """A period in words: ``2020-08`` is 2020年8月; English readers get it as written."""
        return period_text(period) if self.code == "zh" else period.replace("..", "–")

    @property
    def tag(self) -> str:
        """The language tag of the page."""
        return LANGUAGES[self.code]

    @property
    def _position(self) -> int:
        return list(LANGUAGES).index(self.code)


def chosen(request: Request) -> str | None:
    """The language asked for in the address, if any."""
    asked = request.query_params.get(PARAMETER)
    return asked if asked in LANGUAGES else None


def words(request: Request) -> Words:
    """The language of this request."""
    remembered = request.cookies.get(COOKIE)
    return Words(chosen(request) or (remembered if remembered in LANGUAGES else "zh"))
