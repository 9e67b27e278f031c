"""A request that is killed: all of it is stored with its receipt, or nothing, and it can be sent again."""

from __future__ import annotations

import os
import signal
from functools import partial

import pytest
from sqlalchemy import Engine, event

from monitoring_ingest import store
from monitoring_ingest.database import open_engine
from monitoring_ingest.pushing import PUSH, Pushed, Terms, push
from monitoring_ingest.receipts import Receipt
from monitoring_ingest.sources.station_files import read_long_csv
from monitoring_ingest.submissions import Door
from tests.monitoring_ingest.makers import NOW, csv, fates, network, stored_set

KEY = "qiaotou,2020-07-01 08:00,nh3n"
BODY = csv(f"{KEY},0.2,mg/L,", "shangyou,2020-07-01 08:00,nh3n,高,mg/L,", "qiaotou,2020-07-01 08:00,tp,0.01,mg/L,")
TERMS = Terms(claim="push/a/1")


def pushed(engine: Engine) -> Receipt:
    through = Door(PUSH, partial(read_long_csv, network=network()), "a")
    return push(engine, network(), Pushed("a.csv", BODY), through, TERMS, lambda: NOW)


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


@pytest.mark.parametrize(
    ("moment", "number"),
    [("commit", 1), ("commit", 2), *(("before_cursor_execute", number) for number in range(1, 12))],
)
def test_killed_anywhere_and_sent_again_it_is_stored_once(engine, moment, number):
    killed_at(engine.url.render_as_string(hide_password=False), moment, number)
    with engine.connect() as connection:
        assert store.submissions(connection, NOW) == []
    assert stored_set(engine) == set()
    first, second = pushed(engine), pushed(engine)
    assert (first.id, fates(first)) == (1, {"accepted": 2, "rejected": 1})
    assert second.document() == first.document()
    assert len(stored_set(engine)) == 2
