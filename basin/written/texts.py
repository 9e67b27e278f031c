"""The grammar of text from outside: free text, names of people, codes, and names of writing keys.

In: a text. Out: the same text without blanks around it, or a `Misfit` that says what is wrong and what to write
instead. What may not stand in any text, as NUL, is in `basin.signs`.

People and codes have an alphabet, because they are compared: of two names that look alike and differ in one sign, one
would count as another person, and as a second pair of eyes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from basin.errors import HengjieError, UsageError
from basin.signs import shown, spelled, unseen_sign

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u01cd-\u01dc\u1e00-\u1effＡ-Ｚａ-ｚ"
_DIGITS = "0-9０-９"
_QUOTED = 60  # characters of a refused text that are quoted


@dataclass(frozen=True)
class Grammar:
    """What one kind of text may be.

    Attributes
    ----------
    zh, en : what the text is.
    longest : characters it may have.
    signs : those it may have, as a class of a regular expression; blank: every sign that can be seen.
    remedy : what to write.
    """

    zh: str
    en: str
    longest: int
    signs: str
    remedy: str

    @property
    def foreign(self) -> re.Pattern[str] | None:
        """Finds a sign that the text may not have."""
        return re.compile(f"[^{self.signs}]") if self.signs else None


TEXT = Grammar("文字", "text", 2_000, "", "缩短，或把长文放进文件，这里写文号")
LINE = Grammar("一行文字", "a line of text", 500, r"\S \u3000\xa0", "写成一行，不超过 500 字")
PERSON = Grammar(
    "姓名", "the name of a person", 50, rf"{HAN}{LATIN}{_DIGITS} \u3000·.'()（）_@-",
    "一格写一人；用汉字、拉丁字母、数字、空格与 · . ' ( ) - _ @，间隔号写 ·",
)  # fmt: skip
CODE = Grammar("代码", "a code", 100, rf"{HAN}A-Za-z0-9_.-", "只用字母、汉字、数字、- _ 与 .")
AGREEMENT_CODE = Grammar(
    "协议代码", "the code of an agreement", 100, rf"{HAN}A-Za-z0-9_-", "只用字母、汉字、数字、- 与 _"
)
KEY_NAME = Grammar(
    "密钥名称", "the name of a key", 100, rf"{HAN}{LATIN}{_DIGITS} \u3000·.'()（）_@/:#&+,，、-",
    "用汉字、拉丁字母、数字、空格与 · . ' ( ) - _ @ / : # & + ,",
)  # fmt: skip
REQUEST_KEY = Grammar(
    "Idempotency-Key", "an Idempotency-Key", 200, r"!-~ ", "只用可见的 ASCII 字符，如 UUID，不超过 200 个"
)


class Misfit(ValueError):
    """What is wrong with a text, in Chinese and English, and what to write instead."""

    def __init__(self, zh: str, en: str, remedy: str) -> None:
        super().__init__(f"{zh} ({en})")
        self.zh = zh
        self.en = en
        self.remedy = remedy


def fitting(text: str, grammar: Grammar) -> str:
    """The text without blanks around it.

    Raises
    ------
    Misfit : the text is blank, too long, or has a sign that nobody can see or that this kind of text does not have.
    """
    plain = unicodedata.normalize("NFC", text).strip() if len(text) <= grammar.longest else text
    if not plain:
        raise Misfit(f"{grammar.zh}不能为空", f"{grammar.en} must not be blank", grammar.remedy)
    if len(plain) > grammar.longest:
        zh = f"{grammar.zh}超过 {grammar.longest} 字"
        raise Misfit(zh, f"{grammar.en} of more than {grammar.longest} characters", grammar.remedy)
    if (sign := unseen_sign(plain)) is not None:
        zh = f"有看不见的符号 {spelled(sign[0])}：{shown(plain, _QUOTED)}"
        raise Misfit(zh, "a sign nobody can see", f"删去它；{grammar.remedy}")
    if grammar.foreign is not None and (sign := grammar.foreign.search(plain)) is not None:
        zh = f"{grammar.zh}里不能有 {sign[0]!r}：{shown(plain, _QUOTED)}"
        raise Misfit(zh, f"{grammar.en} has no {sign[0]!r}", grammar.remedy)
    return plain


def fits(text: str, grammar: Grammar) -> bool:
    """Whether a text is of that kind."""
    try:
        return fitting(text, grammar) == text
    except Misfit:
        return False


def accepted(
    text: str, grammar: Grammar, path: str, *, refusal: type[HengjieError] = UsageError, file: object = None
) -> str:
    """As `fitting`, for a shell that tells the place.

    Parameters
    ----------
    text, grammar : the text, and its kind.
    path : where the text stands.
    refusal : class of the error to raise.
    file : where the text was read.

    Raises
    ------
    HengjieError : of the class `refusal`.
    """
    try:
        return fitting(text, grammar)
    except Misfit as problem:
        raise refusal(problem.zh, problem.en, file=file, path=path, remedy=problem.remedy) from problem


def _seen(text: str) -> str:
    return text if not text.strip() else fitting(text, TEXT)


# A field of a request: visible, of bounded length; whether it may be blank is said beside it.
Text = Annotated[str, AfterValidator(_seen)]
