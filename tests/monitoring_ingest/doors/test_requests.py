"""A request that is killed: all of it is stored with its receipt, or nothing, and it can be sent again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.doors.files import Door
from monitoring_ingest.doors.requests import PUSH, Pushed, Terms, push
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.readings.receipts import Receipt
from monitoring_ingest.records import history_store as history
from tests.monitoring_ingest.makers import NOW, csv, fates, network, stored_set

KEY = "qiaotou,2020-07-01 08:00,nh3n"
BODY = csv(f"{KEY},0.2,mg/L,", "shangyou,2020-07-01 08:00,nh3n,高,mg/L,", "qiaotou,2020-07-01 08:00,tp,0.01,mg/L,")
TERMS = Terms(claim="push/a/1")


def pushed(engine: Engine, body: bytes = BODY, terms: Terms = TERMS) -> Receipt:
    through = Door(PUSH, partial(read_long_csv, network=network()), "a")
    return push(engine, network(), Pushed("a.csv", body), through, terms, lambda: NOW)


def killed_at(url: str, moment: str, number: int) -> None:
    """Push in a process of its own that is killed right before its `number`-th commit or statement."""
    child = os.fork()
    if child == 0:
        engine, left = open_engine(url), iter(range(1, 999))

        def kill(*_: object) -> None:
            if next(left) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, moment, kill)
        try:
            pushed(engine)
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.proof
@pytest.mark.parametrize(
    ("moment", "number"),
    [("commit", 1), ("commit", 2), *(("before_cursor_execute", number) for number in range(1, 12))],
)
def test_killed_anywhere_and_sent_again_it_is_stored_once(engine, moment, number):
    killed_at(engine.url.render_as_string(hide_password=False), moment, number)
    with engine.connect() as connection:
        assert history.submissions(connection, NOW) == []
    assert stored_set(engine) == set()
    first, second = pushed(engine), pushed(engine)
    assert (first.id, fates(first)) == (1, {"accepted": 2, "rejected": 1})
    assert second.document() == first.document()
    assert len(stored_set(engine)) == 2


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile; a COPY goes past SQLAlchemy, so the driver tells of it."""
    sent: list[str] = []

    class Telling(psycopg.Cursor[Any]):
        def copy(self, statement: Any, *given: Any, **named: Any) -> Any:
            sent.append(statement)
            return super().copy(statement, *given, **named)

    def tell(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    def prepare(connection: Any, *_: Any) -> None:
        if engine.dialect.name == "postgresql":
            connection.cursor_factory = Telling

    engine.dispose()
    event.listen(engine, "checkout", prepare)
    event.listen(engine, "before_cursor_execute", tell)
    yield sent
    event.remove(engine, "before_cursor_execute", tell)
    event.remove(engine, "checkout", prepare)
    engine.dispose()


def rows(count: int, year: int, value: str) -> bytes:
    """So many rows, four hours apart; of every five one is unlikely and one cannot be read."""
    times = [datetime(year, 1, 1) + timedelta(hours=4 * at) for at in range(count)]
    cells = [value, value, "500", value, "高"]
    return csv(*(f"qiaotou,{time:%Y-%m-%d %H:%M},nh3n,{cells[at % 5]},mg/L," for at, time in enumerate(times)))


@pytest.mark.parametrize("again", ["new", "sent again", "corrected"])
def test_a_push_of_many_rows_takes_as_many_statements_as_one_of_few(engine, again):
    took = {}
    for count, year in ((10, 2020), (1000, 2022)):
        if again != "new":
            pushed(engine, rows(count, year, "0.2"), Terms())
        with statements(engine) as sent:
            receipt = pushed(engine, rows(count, year, "0.3" if again == "corrected" else "0.2"), Terms())
        fate = {"new": "accepted", "sent again": "duplicate", "corrected": "revised"}[again]
        assert (receipt.counts[fate] >= count * 3 // 5, receipt.counts["rejected"]) == (True, count // 5)
        took[count] = sent
    assert len(took[1000]) == len(took[10]) < 30
    assert (engine.dialect.name == "postgresql") == any(each.startswith("COPY") for each in took[1000])
