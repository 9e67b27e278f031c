"""Uploads of 4 MiB that are made to cost memory or time, beside ten sound ones of that size.

Printed are the most memory that the server had meanwhile and the seconds to the answer, and both for ten sound uploads
one after another: no upload should take the server over a gigabyte or longer than those.
"""

from __future__ import annotations

import gzip
import http.client
import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from tests.api.makers import FIXTURES
from tests.benchmarks.ingest_speed import Fresh, empty, sqlite
from tests.benchmarks.push_speed import Server, arrow, batches, json_columns, served
from tests.monitoring_ingest.makers import xlsx

SIZE = 4 * 2**20
MOST_BYTES = 2**30
JSON, CSV, ARROW, XLSX = "application/json", "text/csv", "application/vnd.apache.arrow.stream", "xlsx"
PUSH, TRY = "/v1/submissions", "/sources/demo-hand-samples/try"
BOUNDARY = "4f3a1c"
WIDE = 15 * 2**20  # unpacked
HEAD = b"station,time,indicator,value,unit\n"
LINE = b"demo-qx2,2025-08-01 08:00,nh3n,0.21,mg/L\n"
ROW = '{"station":"demo-qx2","time":"2025-08-01 08:00","indicator":"nh3n","value":"%s","unit":"mg/L"}'
UNKNOWN = '{"station":"s%d","time":"2025-08-01 08:00","indicator":"nh3n","value":"1","unit":"mg/L"},'
ILLEGIBLE = '{"station":"demo-qx2","time":"t%d","indicator":"i%d","value":"v%d","unit":"u%d"},'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
OWN_ROW = "山平桥下,x,2022-12-01,09:00,7,2,3,4,晴,\n".encode()
OTHER_ROW = "s%d,x,d%d,t%d,v%d,v%d,v%d,v%d,晴,\n"
STYLES, WORKBOOK = "xl/styles.xml", "xl/workbook.xml"
OWN_HEAD = (FIXTURES / "sources" / "files" / "demo-hand-samples-2022-12.csv").read_bytes().splitlines(keepends=True)[0]


def filled(begin: bytes, piece: bytes, end: bytes) -> bytes:
    """A body of `SIZE` bytes: a beginning, the same piece again and again, an end."""
    return begin + piece * ((SIZE - len(begin) - len(end)) // len(piece)) + end


def numbered(begin: str, piece: str, end: str) -> bytes:
    """As `filled`, with the number of each piece in it."""
    parts = [begin.encode()]
    size = len(begin) + len(end)
    while size < SIZE:
        parts.append((piece % ((len(parts),) * piece.count("%d"))).encode())
        size += len(parts[-1])
    return b"".join([*parts, end.encode()])


def sound(number: int, written: Callable[[Mapping[str, object]], bytes]) -> bytes:
    """Readings as agencies push them, so many thousand of them."""
    cells = batches(number, first_year=1950)
    return written({name: [value for part in cells for value in part[name]] for name in cells[0]})


def noisy(raw: bytes) -> bytes:
    """The same bytes, one in a thousand changed."""
    rng, changed = np.random.default_rng(7), np.frombuffer(raw, np.uint8).copy()
    places = rng.integers(0, len(changed), len(changed) // 1000)
    changed[places] = rng.integers(0, 256, len(places))
    return changed.tobytes()


def workbook(name: str, content: bytes) -> bytes:
    """A workbook of which one part is replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(["点位", "日期"], ["a", "b"]))) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in {*before.namelist(), name}:
            after.writestr(part, content if part == name else before.read(part))
    return out.getvalue()


def sheet(begin: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """A workbook whose sheet holds the same piece again and again."""
    rows = begin + piece * (WIDE // len(piece)) + end
    return workbook(SHEET, f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>")


def part(name: str, tags: Sequence[str], piece: bytes) -> bytes:
    """A workbook with a part that holds the same piece again and again inside of tags."""
    begin = "".join(f"<{tag}>" for tag in tags).replace(">", f' xmlns="{MAIN}">', 1)
    end = "".join(f"</{tag}>" for tag in reversed(tags))
    return workbook(name, begin.encode() + piece * (WIDE // len(piece)) + end.encode())


UPLOADS: Mapping[str, tuple[str, str, Callable[[], bytes]]] = {
    "empty rows": (PUSH, JSON, lambda: filled(b'{"rows":[', b"{},", b"{}]}")),
    "numbers for rows": (PUSH, JSON, lambda: filled(b'{"rows":[', b"1,", b"1]}")),
    "rows all alike": (PUSH, JSON, lambda: filled(b'{"rows":[', (ROW % 1).encode() + b",", b"{}]}")),
    "rows that contradict": (PUSH, JSON, lambda: numbered('{"rows":[', ROW.replace("%s", "%d") + ",", "{}]}")),
    "rows of unknown stations": (PUSH, JSON, lambda: numbered('{"rows":[', UNKNOWN, "{}]}")),
    "rows nobody can read": (PUSH, JSON, lambda: numbered('{"rows":[', ILLEGIBLE, "{}]}")),
    "a key for each row": (PUSH, JSON, lambda: numbered('{"rows":[', '{"k%d":1},', "{}]}")),
    "keys of one row": (PUSH, JSON, lambda: numbered('{"rows":[{', '"k%d":1,', '"k":1}]}')),
    "columns": (PUSH, JSON, lambda: numbered('{"columns":{', '"k%d":[1],', '"k":[1]}}')),
    "numbers in a column": (PUSH, JSON, lambda: filled(b'{"columns":{"value":[', b"1,", b"1]}}")),
    "deep lists": (PUSH, JSON, lambda: filled(b"", b"[", b"")),
    "deep objects": (PUSH, JSON, lambda: filled(b"", b'{"rows":', b"")),
    "one long text": (PUSH, JSON, lambda: filled(b'{"rows":[{"station":"', b"x", b'"}]}')),
    "escapes": (PUSH, JSON, lambda: filled(b'{"rows":[{"station":"', b"\\u4e2d", b'"}]}')),
    "a long number": (PUSH, JSON, lambda: filled(b'{"rows":[{"value":', b"9", b"}]}")),
    "long numbers": (PUSH, JSON, lambda: filled(b'{"rows":[', (ROW % ("9" * 4000)).encode() + b",", b"{}]}")),
    "exponents": (PUSH, JSON, lambda: filled(b'{"rows":[', (ROW % "1e999999999").encode() + b",", b"{}]}")),
    "line ends": (PUSH, CSV, lambda: filled(HEAD, b"\n", b"")),
    "commas": (PUSH, CSV, lambda: filled(HEAD, b",", b"\n")),
    "lines of commas": (PUSH, CSV, lambda: filled(HEAD, b",,,,\n", b"")),
    "a wide head": (PUSH, CSV, lambda: filled(HEAD.strip(), b",", b"\n" + b"a\n" * 1000)),
    "a quote that does not end": (PUSH, CSV, lambda: filled(HEAD + b'"', b"x\n", b"")),
    "quotes": (PUSH, CSV, lambda: filled(HEAD, b'""""""""\n', b"")),
    "lines all alike": (PUSH, CSV, lambda: filled(HEAD, LINE, b"")),
    "short lines": (PUSH, CSV, lambda: filled(HEAD, b"a\n", b"")),
    "gzip of zeros": (PUSH, f"{CSV};gzip", lambda: gzip.compress(bytes(2**31), 1)[:SIZE]),
    "gzip of lines": (PUSH, f"{CSV};gzip", lambda: gzip.compress(HEAD + b",,,,\n" * (WIDE // 5))),
    "gzip of letters": (PUSH, f"{CSV};gzip", lambda: gzip.compress(HEAD + b"a\n" * (WIDE // 2))),
    "gzip of empty rows": (PUSH, f"{JSON};gzip", lambda: gzip.compress(b'{"rows":[' + b"{}," * (WIDE // 3) + b"{}]}")),
    "gzip of deep lists": (PUSH, f"{JSON};gzip", lambda: gzip.compress(b"[" * WIDE)),
    "gzip of numbers": (PUSH, f"{JSON};gzip", lambda: gzip.compress(b'{"rows":[' + b"1," * (WIDE // 2) + b"1]}")),
    "gzip of lists": (PUSH, f"{JSON};gzip", lambda: gzip.compress(b'{"rows":[' + b"[]," * (WIDE // 3) + b"1]}")),
    "noise as Arrow": (PUSH, ARROW, lambda: random.Random(7).randbytes(SIZE)),
    "Arrow cut short": (PUSH, ARROW, lambda: sound(40, arrow)[:-1000]),
    "Arrow with noise in it": (PUSH, ARROW, lambda: noisy(sound(40, arrow))),
    "sample: lines of commas": (TRY, CSV, lambda: filled(b"", b",,,,\n", b"")),
    "sample: commas": (TRY, CSV, lambda: filled(b"", b",", b"\n")),
    "sample: line ends": (TRY, CSV, lambda: filled(b"x", b"\n", b"")),
    "sample: letters": (TRY, CSV, lambda: filled(b"", b"a\n", b"")),
    "sample: separators": (TRY, CSV, lambda: filled(b"", b"a;b\tc,d\n", b"")),
    "sample: a long line": (TRY, CSV, lambda: filled(b"", "氨氮,".encode(), b"\n")),
    "sample: rows of its own": (TRY, CSV, lambda: filled(OWN_HEAD, OWN_ROW, b"")),
    "sample: rows that differ": (TRY, CSV, lambda: OWN_HEAD + numbered("", OTHER_ROW, "")[: -len(OWN_HEAD)]),
    "sample: gzip of letters": (TRY, CSV, lambda: gzip.compress(OWN_HEAD + b"a,b,c,d,e,f,g,h,i,\n" * (WIDE // 19))),
    "sample: gzip of commas": (TRY, CSV, lambda: gzip.compress(b",,,,\n" * (WIDE // 5))),
    "sample: sheet of cells": (TRY, XLSX, lambda: sheet(b"<row>", b"<c/>", b"</row>")),
    "sample: sheet of rows": (TRY, XLSX, lambda: sheet(b"", b"<row/>")),
    "sample: sheet of texts": (TRY, XLSX, lambda: sheet(b"", b'<row><c t="inlineStr"><is><t>a</t></is></c></row>')),
    "sample: sheet of numbers": (TRY, XLSX, lambda: sheet(b"", b"<row><c><v>1</v></c></row>")),
    "sample: far cells": (TRY, XLSX, lambda: sheet(b"", b'<row><c r="XFD1"><v>1</v></c></row>')),
    "sample: a far row": (TRY, XLSX, lambda: sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', b" ")),
    "sample: shared texts": (TRY, XLSX, lambda: part("xl/sharedStrings.xml", ["sst"], b"<si><t>a</t></si>")),
    "sample: styles": (TRY, XLSX, lambda: part(STYLES, ["styleSheet", "cellXfs"], b"<xf/>")),
    "sample: sheets": (TRY, XLSX, lambda: part(WORKBOOK, ["workbook", "sheets"], b'<sheet name="a" sheetId="1"/>')),
}  # fmt: skip


def sent(server: Server, path: str, kind: str, body: bytes) -> tuple[float, int]:
    """Send an upload: the seconds to the answer, and its status."""
    media, _, packing = kind.partition(";")
    headers = {"X-API-Key": server.secret, "Content-Type": media}
    if packing:
        headers["Content-Encoding"] = packing
    if path == TRY:
        name = "sample.xlsx" if kind == XLSX else "sample.csv"
        disposition = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="sample"; filename="{name}"\r\n\r\n'
        body = disposition.encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    started = perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.ports[0], timeout=600)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return perf_counter() - started, answer.status


def most_memory(server: Server) -> int:
    """The most memory that the process of a server had since `forget_memory` [bytes]."""
    status = (Path("/proc") / str(server.processes[0]) / "status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def forget_memory(server: Server) -> None:
    """Let the most memory that the server had be what it has now."""
    (Path("/proc") / str(server.processes[0]) / "clear_refs").write_text("5", encoding="utf-8")


def compare(fresh: Fresh, names: Sequence[str] = ()) -> None:
    """Ten sound uploads, then each hostile one."""
    with served(empty(fresh)) as server:
        at_rest = most_memory(server)
        body = sound(70, json_columns)
        ten = sum(sent(server, PUSH, JSON, body)[0] for _ in range(10))
        print(
            f"\nUploads of {len(body) / 2**20:.1f} MiB: ten sound ones {ten:.1f} s, server at rest "
            f"{at_rest / 2**20:.0f} MiB, at most {most_memory(server) / 2**20:.0f} MiB",
            flush=True,
        )
        for name in names or UPLOADS:
            path, kind, made = UPLOADS[name]
            body = made()
            assert len(body) <= SIZE + 2**16, f"{name}: {len(body)}"
            forget_memory(server)
            seconds, status = sent(server, path, kind, body)
            memory = most_memory(server)
            much = " (too much)" if memory > MOST_BYTES or seconds > ten else ""
            times = f"{seconds:7.2f} s × {seconds / ten:.2f} of ten"
            print(f"  {name:<28} {status} {times}   {memory / 2**20:6.0f} MiB{much}", flush=True)


def main() -> None:
    """Over SQLite: what costs is taking the uploads apart."""
    with sqlite() as fresh:
        compare(fresh)
