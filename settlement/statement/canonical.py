"""The one text of a settlement or assessment document, its fingerprint, and where two documents differ.

In: a document of maps, lists, strings, whole numbers, booleans and nulls. Out: canonical JSON and its SHA-256. Two
equal documents have one text, so the fingerprint can be compared, signed and printed. It does not store, check or
shape the document; a float is refused, because no float is an amount.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from basin.errors import UsageError

LEFT_OUT_OF_THE_DIGEST = ("id", "as_of", "digest", "status", "beside")
# What is computed first is compared first, so that the difference named is the cause and not its effect.
CAUSES_FIRST = (
    "rules", "statistics", "limit_below_detection", "evaluations", "working", "value", "amount", "obligations",
    "transfers", "parts", "beside",
)  # fmt: skip
MAY_DIFFER = ("status",)
_EXACT = frozenset({str, int, bool, type(None)})
_QUICKLY = msgspec.json.Encoder(order="sorted")  # of exact values the text that `json` writes, in a tenth of the time


def canonical_json(document: object) -> str:
    """`document` as JSON with sorted keys, no spaces and Chinese as it is.

    Raises
    ------
    UsageError : naming the path of a float, a key that is no string or a type that JSON does not have; or for a text
        that is none.
    """
    if not _is_exact(document):
        _refuse_what_is_not_exact(document, "")
        return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        return _QUICKLY.encode(document).decode()
    except UnicodeEncodeError as problem:
        zh = "文书里有半个代理对，写不成 UTF-8"
        raise UsageError(zh, f"a document holds a lone surrogate: {problem.reason}", remedy="改正文本") from problem


def digest(document: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON without id, as_of, digest, status and beside: what was decided, not when."""
    decided = {key: value for key, value in document.items() if key not in LEFT_OUT_OF_THE_DIGEST}
    return sha256(canonical_json(decided).encode()).hexdigest()


def first_difference(stated: object, recomputed: object, path: str = "") -> str | None:
    """The first place where two documents differ, causes before effects: ``rules[0].value: 1 ≠ 2``; None if equal."""
    match stated, recomputed:
        case Mapping(), Mapping():
            inner = _keys_compared(stated, recomputed, path)
        case ((list() | tuple()), (list() | tuple())):
            length = max(len(stated), len(recomputed))
            inner = [(f"{path}[{i}]", _at(stated, i), _at(recomputed, i)) for i in range(length)]
        case _:
            same = type(stated) is type(recomputed) and stated == recomputed
            return None if same else f"{path}: {_shown(stated)} ≠ {_shown(recomputed)}"
    differences = (first_difference(value, other, place) for place, value, other in inner)
    return next((difference for difference in differences if difference), None)


def _is_exact(value: object) -> bool:
    """Whether a value is made of plain maps, lists and exact values only: nothing to refuse, so no path is needed."""
    if type(value) is dict:
        for key, inner in value.items():
            if type(key) is not str or not (type(inner) in _EXACT or _is_exact(inner)):
                return False
        return True
    if type(value) is list:
        return all(type(inner) in _EXACT or _is_exact(inner) for inner in value)
    return type(value) in _EXACT


def _refuse_what_is_not_exact(value: object, path: str) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case Mapping():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise UsageError(f"键不是文本：{key!r}", f"key is not text: {key!r}", path=path)
                if type(inner) not in _EXACT:  # most are, and need no path
                    _refuse_what_is_not_exact(inner, f"{path}.{key}" if path else key)
        case list() | tuple():
            for position, inner in enumerate(value):
                if type(inner) not in _EXACT:
                    _refuse_what_is_not_exact(inner, f"{path}[{position}]")
        case _:
            raise UsageError(
                f"文书里不能有 {type(value).__name__}：{value!r}",
                f"a document holds no {type(value).__name__}",
                path=path,
                remedy='写成文本，例如 "0.1" 或 "1/3" (write it as text)',
            )


def _keys_compared(stated: Mapping[str, Any], recomputed: Mapping[str, Any], path: str) -> list[tuple[str, Any, Any]]:
    """Keys of two maps, causes first, with both values; at the top, what may differ is left out."""
    keys = (stated.keys() | recomputed.keys()) - (set() if path else set(MAY_DIFFER))
    places = {cause: position for position, cause in enumerate(CAUSES_FIRST)}
    ordered = sorted(keys, key=lambda key: (places.get(key, len(places)), key))
    prefix = f"{path}." if path else ""
    return [(prefix + key, stated.get(key, _MISSING), recomputed.get(key, _MISSING)) for key in ordered]


class _Missing:
    """Stands where one of two documents has nothing."""


_MISSING = _Missing()


def _at(items: list[Any] | tuple[Any, ...], position: int) -> object:
    return items[position] if position < len(items) else _MISSING


def _shown(value: object) -> str:
    match value:
        case _Missing():
            return "（无 missing）"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
