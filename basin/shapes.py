"""The shape of a declared value: a plain tree of texts in, a frozen dataclass out, or a refusal in words.

What does not fit is named by its keys (``clauses.1.scale.0.amount``), with what to write instead. What the values mean,
and whether they fit each other, is checked elsewhere (`basin.checks.agreements`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from basin.dated import join
from basin.errors import AgreementError

_SHARES = "写一个代码；几方分担写成份额 {a: 50%, b: 50%}"
# what to write instead of a value that does not fit, by its key
_INSTEAD = {
    "pays": _SHARES,
    "receives": _SHARES,
    "upstream": _SHARES,
    "downstream": _SHARES,
    "against": "写 target、limits、baseline、inflow、previous_year，或 {class: 3}、{section: …}、{ref: …}；"
    "自定的限值写在 sections 中该断面的 limits 里，此处写 against: limits",
    "section": "写一个断面；几个断面写 sections: [a, b]，并写明 take",
    "indicator": "写一个指标；几个指标写 indicators: [a, b]，并写明 take",
    "target": "写 1–6 的数字，如 3（Ⅲ类）",
    "class": "写 1–6 的数字，如 3（Ⅲ类）",
}
# what a value must be, by pydantic's name of what it is not
_MUST_BE = {
    "int": "须为整数",
    "bool": "须为 true 或 false",
    "string": "须为一行文字",
    "dict": "须为键值表",
    "dataclass": "须为键值表",
    "list": "须为列表",
    "tuple": "须为列表",
    "greater_than_equal": "须为正整数",
}
_DAY_SHORTENED = re.compile(r"\d{4}(-\d{1,2}(-\d{1,2})?)?")
_KEYS_OF_A_PROPORTION = frozenset({"in_proportion_to", "among"})


def typed(adapter: TypeAdapter[Any], plain: Any, file: str, path: str) -> Any:
    """The plain tree as a dataclass.

    Raises
    ------
    AgreementError : naming the path of the first thing that does not fit (``clauses.1.scale.0.amount``).
    """
    value, misfits = fitted(adapter, plain, file, path)
    if misfits:
        raise misfits[0]
    return value


def fitted(adapter: TypeAdapter[Any], plain: Any, file: str, path: str) -> tuple[Any, list[AgreementError]]:
    """The plain tree as a dataclass; or None, and everything in it that does not fit."""
    try:
        return adapter.validate_python(plain), []
    except ValidationError as problem:
        by_value = groupby(problem.errors(), key=lambda error: tuple(takewhile(_is_key, error["loc"])))
        return None, [_refusal(error, file, path) for _, errors in by_value for error in _telling(list(errors))]


def _refusal(error: ErrorDetails, file: str, path: str) -> AgreementError:
    place = ".".join(str(part).removesuffix("_") for part in error["loc"] if _is_key(part))  # class_ is Python's
    whole_path = join(path, place) if place else path
    zh, en, remedy = _in_words(error, "：" in place)
    if remedy.startswith((_OTHER_VALUE, _OTHER_FORM)):
        remedy = _INSTEAD.get(whole_path.rpartition(".")[2], remedy)
    if _is_dated_by_half(error.get("input")):
        remedy = "日期写全，如 2022-01-01"
    return AgreementError(zh, en, file=file, path=whole_path, remedy=remedy)


def _is_dated_by_half(given: object) -> bool:
    """Whether years or months stand where whole dates should."""
    return isinstance(given, dict) and bool(given) and all(_DAY_SHORTENED.fullmatch(str(key)) for key in given)


def _telling(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Of the errors of one value, which may have several shapes: all of the shape that was meant, else the first."""
    first = errors[0]
    given = first.get("input")
    meant: list[ErrorDetails] = []
    if isinstance(given, dict) and not _is_key(first["loc"][-1] if first["loc"] else ""):
        shares = "Proportion" if given.keys() & _KEYS_OF_A_PROPORTION else "dict["
        branches = (shares, "Against", "Runs")
        meant = [error for error in errors if _goes_through(error, branches)]
    yield from meant or [first]


def _goes_through(error: ErrorDetails, branches: tuple[str, ...]) -> bool:
    """Whether one of the branches of a union was tried on the way to the error."""
    return any(str(part).startswith(branches) for part in error["loc"])


def _is_key(part: object) -> bool:
    """Pydantic names the branch of a union too (``str``, ``Proportion``, ``tuple[str, ...]``); a reader wants keys."""
    return isinstance(part, int) or (
        isinstance(part, str) and part == part.lower() and "[" not in part and part != str.__name__
    )


_OTHER_VALUE = "改用列出的取值"
_OTHER_FORM = "改成所要求的形式"
_NO_FIGURE = {"不是数字": "写 0.95、1/3、83%，不带单位", "除数为零": "改正分母"}  # what `rounding.number` says


def _in_words(error: ErrorDetails, full_width: bool) -> tuple[str, str, str]:
    """What does not fit, in Chinese and English, and what to do; `full_width`: a key holds a full-width colon."""
    kind = error["type"]
    message = str(error["msg"])
    given = error.get("input")
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return "不认识的键", "unknown key", "冒号写成半角加空格，如 cap: 250" if full_width else "检查拼写，或删去此键"
    if kind in ("missing", "missing_argument"):
        return "缺少必填的键", "required key is missing", "补上此键"
    if kind == "literal_error":
        words = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        return f"不认识的取值 {given!r}", message, f"{_OTHER_VALUE}：{' '.join(words)}"
    sentence = message.removeprefix("Value error, ")
    figure = next((words for words in _NO_FIGURE if words in message), None)
    if figure is not None:
        zh, _, en = sentence.removesuffix(")").rpartition(" (")
        return zh, en, _NO_FIGURE[figure]
    wanted = next((words for name, words in _MUST_BE.items() if kind.startswith(name)), None)
    wanted = "不能为负" if sentence == "must not be negative" else wanted
    return f"取值不合要求：{given!r}" + (f"，{wanted}" if wanted else ""), sentence, _OTHER_FORM
