"""What tests push: rows that differ from a good one, in every format, and what the receipt says of them."""

from __future__ import annotations

import base64
import io
import json
import zlib

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
    return arrow_stream(kinds, len(listed), [nanoarrow.c_array(cells[name], kind) for name, kind in kinds.items()])


def arrow_stream(kinds, rows_sent: int, children=()) -> bytes:
    """One batch of columns by name; without `children` they are empty, which costs no byte of their type `null`."""
    children = children or [nanoarrow.c_array_from_buffers(kind, rows_sent, []) for kind in kinds.values()]
    batch = nanoarrow.c_array_from_buffers(nanoarrow.struct(kinds), rows_sent, buffers=[None], children=children)
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


# Streams our own writer cannot make, from pyarrow (zlib, base64): a good row whose station is dictionary-encoded; the
# same row in LZ4 buffers; and one whose `reason` is 100 MB of zeros, in 4 KB of ZSTD buffers.
UNPACKING = {
    "dictionary": (
        "eNqlUrFOwzAQvVCnDahCGSLUgSEjS8ENQooQQwcGhg6MDCwRrWgkmgpIER/AwEcwMDLwOQz9EEaEeZc4xbUSFk4639n33vn5EqWUunCIfGLb"
        "oi61ySUPGcwRJBA+v5Xi6MKX8Bf4JVzC+fwJPQB2uUdPn5GOiyzNOQ+AeW/Acd+H5GYxQTwB5sPA7Rq4TXiajdOrJJ/fIZ8C51MAtW3qQDm/"
        "onxHvZY8nfEV9Frweise96h4AdZTeGhwO/D7PMnTeQaOV1R45Rs9rB4QXgl1Sp5YcXGVeuP3630XWTnhbsGnDVHUfF0vJ1/2r75JD0ihKyN9"
        "7tCvtajZvIZIuofTwBlPZvP+7WPE+p8dU//Ouv6WKOZ8vmKv6/2q0bv9h15Ro7NOv2/F0MKHFn7P6i8tvLTwsYUfWvihhT+z8NV/bc/3v3vT"
        "+O2RjI76Mu7LQSjjYykrDdn0MDNnKvejgbmfXR+Mqv+T4w8En06f"
    ),
    "lz4": (
        "eNqlk8FOg0AQhodIWzQk7qEHEk1svNgLusWYNJ44eqhv0EOJbZREIOrWeCTGQw8+hMcefBAewUfwLfAHFgKrxUM3GWb/mW9msgukaZoONSJG"
        "2dojk7rUIQM7LE2HJigDT10+CXmiBPYOm8K4jE/RC0WdrJclYyT9MvRFtp+AedvAZX2fvfvlAl6A+axxhzVuF+aHc//GE9Ej9h/gvlpmCz/I"
        "WlIChlEf5+hSLz8Zk+f+PaMHexKe8KMQMb2Ko0W6xn31pTYxrbgxM+9IO3re50qjapmIsPz+CsbSillZjxpWzdmnzetI+oGiXYVzlfxM+hPp"
        "Vwq/Uvi19AfSJwqfKPy3whtaky91yQ+1Jl++f6Vsa22Ud3t8bc3cV8i4Hv4rP18Ekf3w4rTVs7KeNfOQscOdC5uPbT4a8PEl5219dKp9p7U8"
        "ZBzenYf/naOtnp86o23qg9uzSVWf5v8X0Q8WvGGq"
    ),
    "zstd": (
        "eNrtlzFLw1AQxy9t2kaJGKRCBZEKHVxqn1WhOtXNoUMHB4cOBls0YFNsU3FUcOjHcHRwFRw7+hEc9Rs4KBRE4v/FZ5s+bYfiJO+Ff+4u97t7"
        "yb0pvu/7ZY3IIr6myaQ4xciAh6XpiAmRgbsu7gSC6BW6hzpQBWIit4F+KIzxfinxjERNs2a3Gi5RBkxlBMdt23U87pfAXI3gYtCZfdKuwXpg"
        "bkPcYoibghy36hzaXqMJ/xrc45i9PafOW9IDGIuS+OY4JYIpWGJGP/dIQC3P9hx8nB5cRCj3XzDXpGBM7PQ1WTPoRlE96LE/Q/1l0hL20PsM"
        "P5eMeEeNwisOJhHMlKfmaPRaEDYtxUWJK0r5A2GXhe1IfEfib4SdF7Yr8V2Jf5L4nsT3JD6lDfNseCD9+Jsvizhhhqcmz/HvY0PYlbvcR9rY"
        "GX74W75aqzeyp+f5cfXWoN4K561LojzLb2ZZIcvW0qywzdi4Pvqgjx7O6zhl93jdnaSOrebXJqmrH+VKo+ro+S1Gwy7PX+zyaA9DYDjud3+r"
        "G4nAV1JSUlJSUlJSUlL6P4oasyz4n+b/AZ+KS0RA"
    ),
}


def unpacking(name: str) -> bytes:
    """An Arrow stream that unpacks to more than was sent."""
    return zlib.decompress(base64.b64decode(UNPACKING[name]))
