"""The address of a request, looked at before any route: what nobody can read is no address of ours.

In: path and query of a request. Out: nothing, or a refusal. So no route, no static file and no database is handed NUL,
a sign that nobody can see, or a parameter of any length.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.types import Scope

from api.web.local import CALLBACK
from basin.errors import UsageError
from basin.signs import spelled, unseen_sign

LONGEST_PATH = 2_000  # characters
LONGEST_PARAMETER = 1_000
LONGEST_OF_PROVIDER = 4_096  # of what a provider adds to our address: some write codes of more than a thousand
MOST_PARAMETERS = 50


def refuse_illegible(scope: Scope) -> None:
    """Refuse an address that nobody can read.

    Raises
    ------
    UsageError : 400.
    """
    _refuse(scope["path"], "path", LONGEST_PATH)
    query = scope["query_string"]
    if not query.isascii():
        raise UsageError("地址中有不能用的字符", "a raw byte in an address", path="query", remedy="改正地址")
    try:
        parameters = parse_qsl(query.decode(), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError as problem:
        zh = f"查询参数超过 {MOST_PARAMETERS} 个"
        raise UsageError(zh, "too many query parameters", path="query", remedy="去掉多余的参数") from problem
    longest = LONGEST_OF_PROVIDER if scope["path"] == CALLBACK else LONGEST_PARAMETER
    for name, value in parameters:
        for text in (name, value):
            _refuse(text, f"query.{name}", longest)


def _refuse(text: str, path: str, longest: int) -> None:
    if len(text) > longest:
        raise UsageError(f"地址超过 {longest} 字", "an address too long", path=path, remedy="缩短这一项")
    sign = unseen_sign(text)
    if sign is not None:
        zh = f"地址里有看不见的符号 {spelled(sign[0])}"
        raise UsageError(zh, "a sign nobody can see in the address", path=path, remedy="删去它，或重打一遍地址")
