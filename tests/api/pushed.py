"""What tests push: rows that differ from a good one, in every format, and what the receipt says of them."""

from __future__ import annotations

import io
import json

import nanoarrow
from nanoarrow.ipc import StreamWriter

ADDRESS = "/v1/submissions"
GOOD = {"station": "demo-qx2", "time": "2025-08-01 08:00", "indicator": "nh3n", "value": "0.21", "unit": "mg/L"}
JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"


def rows(*changes):
    """JSON rows that differ from a good one."""
    return {"rows": [GOOD | change for change in changes]}


def columns(*changes):
    listed = [GOOD | change for change in changes]
    return {"columns": {name: [row[name] for row in listed] for name in listed[0]}}


def long_csv(*changes) -> bytes:
    listed = [GOOD | change for change in changes]
    lines = [",".join(listed[0]), *(",".join(str(value) for value in row.values()) for row in listed)]
    return "\n".join(lines).encode()


def arrow(*changes) -> bytes:
    """The rows as an Arrow stream: texts, but for values that are all numbers."""
    listed = [GOOD | change for change in changes]
    cells = {name: [row[name] for row in listed] for name in listed[0]}
    kinds = {n: nanoarrow.float64() if isinstance(c[0], float) else nanoarrow.string() for n, c in cells.items()}
    children = [nanoarrow.c_array(cells[name], kind) for name, kind in kinds.items()]
    kind, rows_sent = nanoarrow.struct(kinds), len(listed)
    batch = nanoarrow.c_array_from_buffers(kind, length=rows_sent, buffers=[None], children=children)
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as writer:
        writer.write_stream(batch)
    return out.getvalue()


FORMATS = {
    "rows": (JSON, lambda *changes: json.dumps(rows(*changes)).encode()),
    "columns": (JSON, lambda *changes: json.dumps(columns(*changes)).encode()),
    "csv": (CSV, long_csv),
    "arrow": (ARROW, arrow),
}


def push(client, *changes, form="rows", headers=None, **asked):
    kind, written = FORMATS[form]
    told = {"Content-Type": kind, **(headers or {})}
    return client.post(ADDRESS, content=written(*changes), headers=told, params=asked)


def fates(answer) -> dict[str, int]:
    return {fate: count for fate, count in answer.json()["counts"].items() if count}


def only_row(answer):
    (row,) = answer.json()["rows"]
    return row


def stored(client) -> list[tuple[float, int]]:
    """(value, revision) of everything observed."""
    return [(one["value"], one["revision"]) for one in client.get("/v1/readings").json()["items"]]
