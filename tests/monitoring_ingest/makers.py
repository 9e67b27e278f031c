"""Small things to ingest: a network of four stations, a few rows of CSV, a release with the cells one names, a
workbook, a web server.

Everything here is invented except the names of provinces.
"""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pandas as pd
import xlsxwriter
from openpyxl import Workbook
from sqlalchemy import Engine, select

from basin.hosts import inside
from basin.network import Basin, Network, Party, Section, Station
from monitoring_ingest.database.engine import read_frame
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.readings.frames import Columns
from monitoring_ingest.readings.receipts import Receipt
from monitoring_ingest.records import tables
from tests.clocks import stopped

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "station,time,indicator,value,unit,mark"
MEASURED = ("pH(无量纲)", "氨氮(mg/L)")
DESCRIBING = ("省份", "流域", "断面名称", "监测时间", "水质类别")


def network() -> Network:
    """Two sections on one river; 桥头 is a station in both provinces, 上游 only in one, and one keeps UTC."""
    parties = {
        "anhui": Party("anhui", "安徽省", "Anhui", "340000"),
        "zhejiang": Party("zhejiang", "浙江省", "", "330000"),
    }
    section = Section("qiaotou", "桥头", "", "示例河", 1, "anhui", "zhejiang", "river", 2, "demo")
    lake = replace(section, code="hukou", name_zh="湖口", water_body="lake", order=2)
    stations = (
        Station("qiaotou", "qiaotou", "anhui", "桥头", ("老桥",), "Asia/Shanghai"),
        Station("qiaotou-zj", "hukou", "zhejiang", "桥头", (), "Asia/Shanghai"),
        Station("shangyou", "qiaotou", "anhui", "上游", (), "Asia/Shanghai"),
        Station("utc", "hukou", "zhejiang", "世界时站", (), "UTC"),
    )
    sections = {each.code: each for each in (section, lake)}
    return Network({"demo": Basin("demo", "示例", "")}, parties, sections, {each.code: each for each in stations})


def with_alias(known: Network, station: str, alias: str) -> Network:
    """The same network, in which a station answers to one more name."""
    named = replace(known.stations[station], aliases=(*known.stations[station].aliases, alias))
    return Network(known.basins, known.parties, known.sections, {**known.stations, station: named})


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def sent(engine: Engine, *rows: str, now: datetime = NOW, known: Network | None = None, name: str = "a.csv") -> Receipt:
    """Ingest one long CSV of these rows."""
    return ingest(engine, known or network(), [(name, csv(*rows))], READINGS, stopped(now))


def original(value: str, printed: str) -> str:
    return f"<span data-toggle='tooltip' title='原始值：{value}'>{printed}</span>"


def release(*rows: Sequence[str | None], measured: Sequence[str] = MEASURED, with_status: bool = True) -> bytes:
    """A reply of the national release: a row is province, station, time, the measured cells and, last, the status."""
    headed = [title.replace("(", "<br/><span class='unit'>(").replace(")", ")</span>") for title in measured]
    body = [[row[0], "示例流域", row[1], row[2], "Ⅱ", *row[3:]] for row in rows]
    head = [*DESCRIBING, *headed, *(["站点情况"] if with_status else [])]
    return json.dumps({"result": 1, "thead": head, "tbody": body}, ensure_ascii=False).encode()


def xlsx(*rows: list[Any], merged: tuple[str, ...] = (), name: str = "监测") -> bytes:
    """A workbook of one sheet with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shared_xlsx(*rows: list[Any], name: str = "监测") -> bytes:
    """As `xlsx`, with each text kept once for all cells that show it, as spreadsheet programs do."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def repacked(book: bytes, part: str, content: bytes, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same workbook with another content of one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", packing) as new:
        parts = {entry: old.read(entry) for entry in old.namelist()} | {part: content}
        for entry, raw in parts.items():
            new.writestr(entry, raw)
    return out.getvalue()


def with_dtd(book: bytes, part: str, encoding: str = "utf-8", text: str = "v") -> bytes:
    """The same workbook with a DTD in one part, in an encoding; its entity `a` stands for 100 000 times `text`."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        xml = packed.read(part).decode().partition("?>")
    root = (xml[2] if xml[1] else xml[0]).lstrip()
    tens = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in ("fe", "ed", "dc", "cb", "ba"))
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- a table -->\n'
    dtd = f'<!DOCTYPE any [<!ENTITY f "{text}">{tens}]>'
    filled = root.replace(">监测<", ">&a;<").replace(">点位<", ">&a;<")
    return repacked(book, part, f"{declared}{dtd}{filled}".encode(encoding))


THIS_MACHINE = inside(["127.0.0.1"])  # what an operator writes who serves the answers of tests


@contextmanager
def served(*answers: tuple[int, bytes, str]) -> Iterator[str]:
    """A web server of this machine that gives these answers (status, body, location) in turn, the last for ever."""
    waiting = list(answers)

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, location = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stored_set(engine: Engine) -> set[tuple[object, ...]]:
    """Everything that counts of what is stored: (station, indicator, time, value, unit, mark, revision)."""
    observed, sent_as = tables.observations, tables.readings
    query = select(
        *(observed.c[name] for name in ("station", "indicator", "time", "value", "mark", "revision")), sent_as.c.unit
    ).join_from(observed, sent_as, observed.c.reading == sent_as.c.id)
    with engine.connect() as connection:
        return set(read_frame(connection, query).itertuples(index=False, name=None))


def fates(receipt: Receipt) -> dict[str, int]:
    """The fates that occurred."""
    return {fate: count for fate, count in receipt.counts.items() if count}


def rows_of(frame: pd.DataFrame | Columns, *columns: str) -> list[tuple[object, ...]]:
    return list(zip(*(frame[name].tolist() for name in columns), strict=True))
