"""The query parameters of a request: those that its address takes, each once, and no others.

In: a request whose route is known. Out: nothing, or a refusal. A filter that is misspelt, or that the address does not
have, would else be ignored in silence, and the whole list be taken for a part of it. Files below `/static` have nothing
to choose from and are not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from inspect import isclass
from typing import TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.pages.language import LANGUAGES, PARAMETER
from basin.errors import UsageError
from basin.signs import shown

LONGEST_NAME = 40  # of a parameter, as a refusal repeats it
Endpoint = TypeVar("Endpoint", bound=Callable[..., object])
_TAKE_ANY: set[Callable[..., object]] = set()


def takes_any_parameter(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint whose address another server puts together, which may add what it likes."""
    _TAKE_ANY.add(endpoint)
    return endpoint


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse query parameters that the address does not take, those that are given twice, and unknown languages.

    Raises
    ------
    UsageError : 400, with the parameters that there are.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    if not counts or takes_any(request.scope["route"]):
        return
    taken = parameters(request.scope["route"])
    for name, count in counts.items():
        text = shown(name, LONGEST_NAME)
        if name not in taken:
            listed = "、".join(sorted(taken))
            raise UsageError(
                f"这个地址没有查询参数 {text}", f"this address takes no parameter {text}", path=f"query.{text}",
                remedy=f"可用：{listed}" if listed else "去掉查询参数，这里没有可选的",
            )  # fmt: skip
        if count > 1:  # only the last would count
            raise UsageError(
                f"查询参数 {text} 给了 {count} 次", f"the parameter {text} is given {count} times",
                path=f"query.{text}", remedy="只给一次",
            )  # fmt: skip
    _refuse_other_language(request)


def _refuse_other_language(request: Request) -> None:
    language = request.query_params.get(PARAMETER)
    if language is not None and language not in LANGUAGES:
        text = shown(language, LONGEST_NAME)
        raise UsageError(
            f"没有这种语言：{text}", f"no such language: {text}", path=f"query.{PARAMETER}",
            remedy=f"可用：{'、'.join(LANGUAGES)}",
        )  # fmt: skip


def takes_any(route: APIRoute) -> bool:
    """Whether a route ignores parameters that it does not know."""
    return route.endpoint in _TAKE_ANY


def parameters(route: APIRoute) -> frozenset[str]:
    """The query parameters that a route takes; every page takes the language, too."""
    names = {name for part in with_dependencies(route.dependant) for name in _declared(part)}
    return frozenset(names | {PARAMETER} if _is_page(route) else names)


def with_dependencies(dependant: Dependant) -> Iterator[Dependant]:
    """A dependency with everything it depends on."""
    yield dependant
    for dependency in dependant.dependencies:
        yield from with_dependencies(dependency)


def _declared(dependant: Dependant) -> Iterator[str]:
    """The parameters that one function declares: single ones, and the fields of a model of several."""
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isclass(model) and issubclass(model, BaseModel):
            yield from model.model_fields
        else:
            yield field.alias


def _is_page(route: APIRoute) -> bool:
    """A route that people read: neither of the API nor a file, as `/openapi.json` is."""
    return not route.include_in_schema and not route.path.startswith("/v1/") and "." not in route.path
