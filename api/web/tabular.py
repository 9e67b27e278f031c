"""Lists as JSON or CSV.

In: rows and the request. Out: a response in the shape asked for: CSV where the address ends in ``.csv`` or ``Accept``
prefers ``text/csv``, else JSON. Nested values are JSON inside a CSV cell; nothing is reordered or rounded. A text that
a spreadsheet would run as a formula has an apostrophe in front (`formats.spreadsheet_cells`). The address of a next
page is relative: no link is built from what the request says of the host.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import Request, Response

from basin.errors import UsageError
from monitoring_ingest.formats.spreadsheet_cells import no_formula

CSV = "text/csv"
_WEIGHT = re.compile(r"0(\.[0-9]{0,9})?|1(\.0{0,9})?|\.[0-9]{1,9}")  # from 0 to 1 (RFC 9110, 12.4.2)
JSON = ("application/json", "application/*", "*/*")


def wants_csv(request: Request) -> bool:
    """Whether the request asks for CSV; a tie is JSON."""
    if request.url.path.endswith(".csv"):
        return True
    accepted = _qualities(request.headers.get("accept", "*/*"))
    return accepted.get(CSV, 0) > max(accepted.get(kind, 0) for kind in JSON)


def _qualities(accept: str) -> dict[str, float]:
    """Media types with the weight the client gave each.

    Raises
    ------
    UsageError : a weight is no number.
    """
    qualities = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((text.removeprefix("q=") for text in parameters if text.startswith("q=")), "1")
        if not _WEIGHT.fullmatch(weight):
            zh = f"Accept 的权重不是数：{weight}"
            raise UsageError(zh, f"a weight that is no number: {weight}", path="Accept", remedy="写成 q=0 到 q=1")
        qualities[kind] = float(weight)
    return qualities


def shaped(request: Request, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], whole: Any = None) -> Response:
    """`rows` as CSV with `columns`, or `whole` (default: the rows) as JSON."""
    headers = {"Vary": "Accept"}
    if not wants_csv(request):
        body = msgspec.json.encode(rows if whole is None else whole, enc_hook=_of_numpy)
        return Response(body, media_type="application/json", headers=headers)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return Response(text.getvalue(), media_type=f"{CSV}; charset=utf-8", headers=headers)


def following(request: Request, **parameters: str | int) -> str:
    """The address of this list with other parameters, as seen from this server."""
    return f"{request.url.path}?{request.url.include_query_params(**parameters).query}"


def _of_numpy(value: Any) -> Any:
    """A number of an array as a plain one."""
    return value.item()


def _cell(value: Any) -> Any:
    match value:
        case bool():
            return str(value).lower()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case str():
            return no_formula(value)
        case _:
            return value
