"""Requests that wait at one moment: stored in one transaction, and none of them fares otherwise for it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from time import sleep

import pytest
from sqlalchemy import Engine, event

from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import Door
from monitoring_ingest.doors.requests import PUSH, Pushed, Terms, push
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.readings.receipts import Receipt
from monitoring_ingest.records import history_store as history
from tests.clocks import UNTIL_IT_WAITS, stopped
from tests.monitoring_ingest.makers import NOW, csv, fates, network, stored_set

Sent = tuple[str, str]  # the name of a request, its one row
PARTLY = Terms()
NOT_STORABLE = "\ud800"  # half of a pair: no database takes a name of it


def row(hour: int, value: str = "0.2", indicator: str = "nh3n") -> str:
    return f"qiaotou,2020-07-01 {hour:02d}:00,{indicator},{value},mg/L,"


def waiting(engine: Engine, sent: Sequence[Sent], terms: Terms = PARTLY) -> list[Future[Receipt]]:
    """What becomes of requests that all came while somebody else was writing."""
    through = Door(PUSH, partial(read_long_csv, network=network()), "a")
    with ThreadPoolExecutor(len(sent)) as pool, writing(engine):
        found = [
            pool.submit(push, engine, network(), Pushed(name, csv(line)), through, terms, stopped(NOW))
            for name, line in sent
        ]
        sleep(UNTIL_IT_WAITS)
    return found


def commits(engine: Engine) -> list[object]:
    """Filled with every commit from now on."""
    seen: list[object] = []
    event.listen(engine, "commit", seen.append)
    return seen


def test_they_are_stored_in_few_transactions_each_with_its_own_number_and_receipt(engine):
    seen = commits(engine)
    receipts = [one.result() for one in waiting(engine, [(f"{hour}.csv", row(hour)) for hour in range(8)])]
    assert len(seen) <= 1 + 2  # of who was writing; the first that waited, perhaps alone; and all others
    assert sorted(receipt.id or 0 for receipt in receipts) == list(range(1, 9))
    assert [(receipt.name, fates(receipt)) for receipt in receipts] == [
        (f"{hour}.csv", {"accepted": 1}) for hour in range(8)
    ]
    with engine.connect() as connection:
        kept = [history.receipt(connection, receipt.id or 0, NOW).document() for receipt in receipts]
    assert kept == [receipt.document() for receipt in receipts]


def test_where_two_speak_of_the_same_value_they_are_compared_as_if_one_had_come_after_the_other(engine):
    receipts = [
        one.result() for one in waiting(engine, [("a", row(8, "0.2")), ("b", row(8, "0.3")), ("c", row(8, "0.2"))])
    ]
    told = sorted((receipt.id or 0, *fates(receipt)) for receipt in receipts)
    assert told[0] == (1, "accepted")
    assert {fate for _, fate in told[1:]} <= {"revised", "duplicate"}
    assert len(stored_set(engine)) == 1 + sum(fate == "revised" for _, fate in told)


def test_of_several_the_one_that_cannot_be_stored_fails_alone(engine):
    good, bad, other = waiting(engine, [("a", row(0)), (NOT_STORABLE, row(4)), ("b", row(8))])
    with pytest.raises(UnicodeError):
        bad.result()
    assert sorted(one.result().id or 0 for one in (good, other)) == [1, 2]
    assert len(stored_set(engine)) == 2


def test_one_that_wants_all_or_nothing_is_refused_without_the_others(engine):
    sent = [("good", row(0)), ("bad", row(4, "rubbish")), ("fine", row(8))]
    receipts = [one.result() for one in waiting(engine, sent, Terms(atomic=True))]
    assert [receipt.state for receipt in receipts] == ["complete", "refused", "complete"]
    assert [receipt.id is None for receipt in receipts] == [False, True, False]
    assert len(stored_set(engine)) == 2
