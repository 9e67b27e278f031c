"""A database or a disk that does not do its part: 503 and when to come again, in one line of the log."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from api.app import application
from api.composition import Composition
from api.web.errors import MEDIA_TYPE
from monitoring_ingest.access.store import create_key
from monitoring_ingest.database.engine import open_engine
from tests.api import makers
from tests.api.live_server import served, talk
from tests.api.makers import NOW, client_of
from tests.databases import sqlite

ROW = {"station": "demo-qx2", "indicator": "nh3n", "value": "0.21", "unit": "mg/L"}
ROWS = [ROW | {"time": f"2025-08-{day:02d} {hour:02d}:00"} for day in range(1, 29) for hour in range(24)]
FACT = {"subject": "qingxi-2", "period": "2025-08", "kind": "funds used", "value": "1", "document": "示例函" * 660}
WRITING = (("/v1/submissions", {"rows": ROWS}), ("/v1/facts", FACT))


@contextmanager
def on_every_connection(engine: Engine, statement: str) -> Iterator[None]:
    """A statement that every connection executes when it is opened."""

    def opened(connection, _record):
        connection.execute(statement)
        if engine.dialect.name == "postgresql":
            connection.commit()

    event.listen(engine, "connect", opened)
    engine.dispose()
    yield
    event.remove(engine, "connect", opened)
    engine.dispose()


TROUBLES = {
    "sqlite": {"PRAGMA query_only = ON": "数据库只读，没有存下", "PRAGMA max_page_count = 1": "磁盘已满，没有存下"},
    "postgresql": {"SET default_transaction_read_only TO on": "数据库只读，没有存下"},
}


def test_who_writes_is_told_to_come_again(blank, caplog):
    headers = {"X-API-Key": create_key(blank.engine, "示例监测中心", NOW)}
    if blank.engine.dialect.name == "sqlite":  # no free page is left that a fact could lie in
        with closing(sqlite3.connect(blank.engine.url.database, isolation_level=None)) as connection:
            connection.execute("VACUUM")
    for statement, detail in TROUBLES[blank.engine.dialect.name].items():
        with client_of(blank) as client:
            for path, body in WRITING:
                with on_every_connection(blank.engine, statement), caplog.at_level(logging.WARNING):
                    answer = client.post(path, json=body, headers=headers)
                assert (answer.status_code, answer.headers["content-type"]) == (503, MEDIA_TYPE), answer.text
                assert (answer.json()["detail"], answer.json()["type"]) == (detail, "urn:hengjie:problem:unavailable")
                assert int(answer.headers["retry-after"]) > 0
        lines = [record.getMessage() for record in caplog.records if record.name == "hengjie.api"]
        assert len(lines) == len(WRITING) and not any("\n" in line for line in lines)
        assert not any(record.exc_info for record in caplog.records)
        caplog.clear()


def test_a_server_that_was_started_anew_is_asked_again(blank):
    """The sessions of the pool are gone: one request is told so, the next is answered."""
    if blank.engine.dialect.name == "sqlite":
        return  # a file is not started
    with client_of(blank) as client:
        assert client.get("/v1/facts").status_code == 200
        outside = open_engine(blank.engine.url.render_as_string(False))
        with outside.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        outside.dispose()
        answers = [client.get("/v1/facts") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 200, 200]
    assert answers[0].json()["detail"] == "数据库没有应答"


class TestDamage:
    """A file that no database wrote: told as such, and remembered until somebody has looked after it."""

    @pytest.fixture
    def damaged(self, world, tmp_path: Path) -> Iterator[Composition]:
        """A database whose pages but the first ones are overwritten while it is in use."""
        file = tmp_path / "damaged.sqlite"
        here = makers.composed(sqlite(file), world)
        makers.send(here, makers.month_rows("demo-qx2", "2025-08", days=28))
        here.engine.dispose()
        raw = bytearray(file.read_bytes())
        raw[4096 * 2 :] = b"\xa5" * (len(raw) - 4096 * 2)
        file.write_bytes(raw)
        yield here
        here.engine.dispose()

    def test_every_list_says_so(self, damaged):
        with client_of(damaged) as client:
            for path in ("/v1/readings", "/v1/submissions", "/healthz", "/v1/status"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["detail"]) == (503, "数据库文件已损坏"), path
                assert "hengjie database restore" in answer.json()["remedy"]
                assert "retry-after" in answer.headers
            told = client.get("/v1/status").json()
            assert (told["type"], told["service"], told["database"]) == ("urn:hengjie:problem:damaged", "up", "damaged")
            page = client.get("/status")
            assert (page.status_code, "数据库文件已损坏" in page.text) == (503, True)
            assert "is damaged" in client.get("/status?lang=en").text

    def test_what_no_database_wrote_from_its_first_byte_is_damage_too(self, world, tmp_path):
        file = tmp_path / "damaged.sqlite"
        here = makers.composed(sqlite(file), world)
        file.write_bytes(b"\xa5" * 8192)
        with client_of(here) as client:
            assert client.get("/v1/status").json()["database"] == "damaged"

    def test_it_is_remembered_where_the_next_question_misses_the_place(self, blank, damaged):
        app = application(replace(blank, now=lambda: NOW))
        with TestClient(app) as client:
            assert client.get("/v1/status").json()["database"] == "ok"
            app.state.composition = replace(app.state.composition, engine=damaged.engine)
            assert client.get("/v1/submissions").status_code == 503
            app.state.composition = replace(app.state.composition, engine=blank.engine)
            assert client.get("/v1/submissions").status_code == 200
            assert client.get("/v1/status").json()["database"] == "damaged"
            assert client.get("/healthz").status_code == 503


def test_a_fault_of_the_program_is_one_line_in_the_log_of_a_server(here, caplog):
    broken = replace(here, registry=None)
    with caplog.at_level(logging.DEBUG), served(broken) as port:
        answer = talk(port, b"GET /v1/basins HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500")
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1
    line = told[0].getMessage()
    assert line.startswith("500 GET /v1/basins AttributeError: 'NoneType' object has no attribute 'network' @ ")
    assert "api/reads/declared.py:" in line and "\n" not in line and told[0].exc_info is None
