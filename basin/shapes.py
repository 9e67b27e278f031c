"""The shape of a declared value: a plain tree of texts in; a frozen dataclass, or a refusal in words, out.

A value that does not fit is named by its keys (``clauses.1.scale.0.amount``), with what to write instead. What the
values mean, and whether they fit each other, is checked in `basin.checks.agreements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import groupby, takewhile
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from basin.dated import join
from basin.errors import AgreementError
from basin.written.numbers import NO_WHOLE_NUMBER

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
# what a value must be, by pydantic's name of the type that the value is not
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
_DAY_SHORTENED = re.compile(r"\d{4}(-\d{1,2}(-\d{1,2})?)?", re.ASCII)
_KEYS_OF_A_PROPORTION = frozenset({"in_proportion_to", "among"})


def typed(adapter: TypeAdapter[Any], plain: Any, file: str, path: str) -> Any:
    """The plain tree as a dataclass.

    Parameters
    ----------
    adapter : of the dataclass.
    plain : the tree.
    file, path : where the tree stands, for the error.

    Raises
    ------
    AgreementError : the first value that does not fit, named by its path (``clauses.1.scale.0.amount``).
    """
    value, misfits = fitted(adapter, plain, file, path)
    if misfits:
        raise misfits[0]
    return value


def fitted(adapter: TypeAdapter[Any], plain: Any, file: str, path: str) -> tuple[Any, list[AgreementError]]:
    """The plain tree as a dataclass, or None and a refusal for every value that does not fit.

    Parameters
    ----------
    adapter : of the dataclass.
    plain : the tree.
    file, path : where the tree stands, for the refusals.
    """
    try:
        return adapter.validate_python(plain), []
    except ValidationError as problem:
        values = groupby(problem.errors(), key=lambda error: tuple(takewhile(_is_key, error["loc"])))
        return None, [_refusal(error, file, path) for _, errors in values for error in _telling(list(errors))]


def _refusal(error: ErrorDetails, file: str, path: str) -> AgreementError:
    place = ".".join(str(part).removesuffix("_") for part in error["loc"] if _is_key(part))  # class_ is Python's
    keys = join(path, place) if place else path
    words = _words(error, place)
    remedy = words.remedy
    if remedy.startswith((_OTHER_VALUE, _OTHER_FORM)):
        remedy = _INSTEAD.get(keys.rpartition(".")[2], remedy)
    if _is_dated_by_half(error.get("input")):
        remedy = "日期写全，如 2022-01-01"
    return AgreementError(words.zh, words.en, file=file, path=keys, remedy=remedy)


def _is_dated_by_half(given: object) -> bool:
    """Whether the keys are years or months where whole dates are needed."""
    return isinstance(given, dict) and bool(given) and all(_DAY_SHORTENED.fullmatch(str(key)) for key in given)


def _telling(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors to report of one value: all errors of the shape that was meant, else the first error.

    Pydantic reports the errors of every shape that the value may have.
    """
    first = errors[0]
    given = first.get("input")
    meant: list[ErrorDetails] = []
    if isinstance(given, dict) and not _is_key(first["loc"][-1] if first["loc"] else ""):
        shares = "Proportion" if given.keys() & _KEYS_OF_A_PROPORTION else "dict["
        shapes = (shares, "Against", "Runs")
        meant = [error for error in errors if _passes_through(error, shapes)]
    yield from meant or [first]


def _passes_through(error: ErrorDetails, shapes: tuple[str, ...]) -> bool:
    """Whether an error was found while reading a value as one of the shapes."""
    return any(str(part).startswith(shapes) for part in error["loc"])


def _is_key(part: object) -> bool:
    """Whether a part of a location is a key; pydantic also names branches of unions (``str``, ``Proportion`` …)."""
    return isinstance(part, int) or (
        isinstance(part, str) and part == part.lower() and "[" not in part and part != str.__name__
    )


_OTHER_VALUE = "改用列出的取值"
_OTHER_FORM = "改成所要求的形式"
# remedies, by the words with which `numbers.exact` refuses a text
_NO_FIGURE = {"不是数字": "写 0.95、1/3、83%，不带单位", "除数为零": "改正分母"}


def remedy_of_unknown(place: str) -> str:
    """What to write instead of a key that nobody knows, by the keys that lead to it (``clauses.1.cap``)."""
    if "：" in place:
        return "冒号写成半角加空格，如 cap: 250"
    if place.rpartition(".")[2].isdigit():  # {amount: 1,000} is an amount of 1, and a key 000
        return "花括号里不写千位逗号，或给数加引号"
    return "检查拼写，或删去此键"


class _Words(NamedTuple):
    """What is wrong with a value, and what to write instead."""

    zh: str
    en: str
    remedy: str


def _words(error: ErrorDetails, place: str) -> _Words:
    """What an error of pydantic means, in words; `place`: the keys that lead to it."""
    kind = error["type"]
    message = str(error["msg"])
    given = error.get("input")
    if isinstance(given, int):  # a count is quoted as it was written
        given = str(given)
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return _Words("不认识的键", "unknown key", remedy_of_unknown(place))
    if kind in ("missing", "missing_argument"):
        return _Words("缺少必填的键", "required key is missing", "补上此键")
    if kind == "literal_error":
        expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        similar = get_close_matches(str(given), expected, n=1)
        meant = f"；写的是 {similar[0]} 吗？" if similar else ""
        return _Words(f"不认识的取值 {given!r}", message, f"{_OTHER_VALUE}：{' '.join(expected)}{meant}")
    reason = message.removeprefix("Value error, ")
    figure = next((words for words in _NO_FIGURE if words in message), None)
    if figure is not None:
        zh, _, en = reason.removesuffix(")").rpartition(" (")
        return _Words(zh, en, _NO_FIGURE[figure])
    wanted = next((words for name, words in _MUST_BE.items() if kind.startswith(name)), None)
    if reason == "must not be negative":
        wanted = "不能为负"
    elif NO_WHOLE_NUMBER in message:  # as `numbers.whole` refuses it
        wanted = _MUST_BE["int"]
        reason = "must be a whole number"
    return _Words(f"取值不合要求：{given!r}" + (f"，{wanted}" if wanted else ""), reason, _OTHER_FORM)
