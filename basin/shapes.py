"""The shape of a declared value: a plain tree of texts in, a frozen dataclass out, or a refusal in words.

What does not fit is named by its keys (``clauses.1.scale.0.amount``), with what to write instead. What the values mean,
and whether they fit each other, is checked elsewhere (`basin.agreement_checks`).
"""

from __future__ import annotations

from collections.abc import Sequence
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
}
_KEYS_OF_A_PROPORTION = frozenset({"in_proportion_to", "among"})


def typed(adapter: TypeAdapter[Any], plain: Any, file: str, path: str) -> Any:
    """The plain tree as a dataclass.

    Raises
    ------
    AgreementError : naming the path of the first thing that does not fit (``clauses.1.scale.0.amount``).
    """
    try:
        return adapter.validate_python(plain)
    except ValidationError as problem:
        first = _telling(problem.errors())
        place = ".".join(str(part).removesuffix("_") for part in first["loc"] if _is_key(part))  # class_ is Python's
        at = join(path, place) if place else path
        zh, en, remedy = _told(first["type"], str(first["msg"]), first.get("input"))
        remedy = _INSTEAD.get(at.rpartition(".")[2], remedy) if remedy in (_OTHER_VALUE, _OTHER_FORM) else remedy
        raise AgreementError(zh, en, file=file, path=at, remedy=remedy) from problem


def _telling(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The first error; of a value that may have several shapes, that of the shape that was meant."""
    first = errors[0]
    given = first.get("input")
    if not isinstance(given, dict) or _is_key(first["loc"][-1] if first["loc"] else ""):
        return first
    shares = "Proportion" if given.keys() & _KEYS_OF_A_PROPORTION else "dict["
    meant = [e for e in errors if any(str(part).startswith((shares, "Against", "Runs")) for part in e["loc"])]
    return meant[0] if meant else first


def _is_key(part: object) -> bool:
    """Pydantic names the branch of a union too (``str``, ``Proportion``, ``tuple[str, ...]``); a reader wants keys."""
    return isinstance(part, int) or (
        isinstance(part, str) and part == part.lower() and "[" not in part and part != str.__name__
    )


_OTHER_VALUE, _OTHER_FORM = "改用列出的取值", "改成所要求的形式"


def _told(kind: str, message: str, given: object) -> tuple[str, str, str]:
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return "不认识的键", "unknown key", "检查拼写，或删去此键"
    if kind in ("missing", "missing_argument"):
        return "缺少必填的键", "required key is missing", "补上此键"
    if kind == "literal_error":
        return f"不认识的取值 {given!r}", message, _OTHER_VALUE
    return f"取值不合要求：{given!r}", message.removeprefix("Value error, "), _OTHER_FORM
