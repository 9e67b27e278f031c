"""Rows stored as the first of their keys without being looked up: where one is not, all are compared after all."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select

from monitoring_ingest.database.engine import Clash, at_once, writing
from monitoring_ingest.doors import taking_in
from monitoring_ingest.doors.files import ROWS_A_TRANSACTION, Door
from monitoring_ingest.doors.requests import PUSH, Pushed, Terms, push
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.readings.receipts import Receipt
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import tables
from monitoring_ingest.records.store import record_submissions
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, csv, fates, network, sent, stored_set

MANY = 2 * taking_in.SAMPLED
BETWEEN = taking_in.SAMPLED // 2  # a row that no sample looks at


def rows(values: dict[int, str], count: int = MANY) -> list[str]:
    """So many rows, four hours apart; a few with other values."""
    at = [datetime(2020, 1, 1) + timedelta(hours=4 * each) for each in range(count)]
    return [f"qiaotou,{time:%Y-%m-%d %H:%M},nh3n,{values.get(n, '0.2')},mg/L," for n, time in enumerate(at)]


def pushed(engine: Engine, *lines: str, terms: Terms = Terms()) -> Receipt:  # noqa: B008  immutable
    through = Door(PUSH, partial(read_long_csv, network=network()), "a")
    return push(engine, network(), Pushed("a.csv", csv(*lines)), through, terms, stopped(NOW))


def number_of_readings(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(tables.readings)) or 0)


@pytest.fixture(params=[pushed, sent], ids=["request", "file"])
def take(request):
    return request.param


@pytest.fixture
def compared(monkeypatch):
    """How often rows were compared with what is stored."""
    seen: list[int] = []
    whole = taking_in.decided_by_comparison

    def telling(connection, within, digests):
        seen.append(len(within["row"]))
        return whole(connection, within, digests)

    for module in ("files", "requests"):
        monkeypatch.setattr(f"monitoring_ingest.doors.{module}.decided_by_comparison", telling)
    return seen


def test_new_rows_are_stored_without_being_compared(engine, take, compared):
    assert fates(take(engine, *rows({}))) == {"accepted": MANY}
    assert (compared, len(stored_set(engine)), number_of_readings(engine)) == ([], MANY, MANY)


def test_a_row_that_no_sample_finds_is_compared_and_all_with_it(engine, take, compared):
    take(engine, rows({})[BETWEEN])
    receipt = take(engine, *rows({BETWEEN: "0.3"}))
    assert (compared, receipt.id) == ([MANY], 2)
    assert fates(receipt) == {"accepted": MANY - 1, "revised": 1}
    assert receipt.rows is not None
    assert [(row["row"], row["stands"], row["replaced"]) for row in receipt.rows] == [
        (BETWEEN + 2, "0.3 mg/L", "0.2 mg/L")
    ]
    assert (len(stored_set(engine)), number_of_readings(engine)) == (MANY + 1, MANY + 1)
    with engine.connect() as connection:
        assert history.receipt(connection, 2, NOW).document() == receipt.document()


def test_what_is_sent_again_is_not_stored_first(engine, take, compared, monkeypatch):
    take(engine, *rows({}))
    monkeypatch.setattr("monitoring_ingest.doors.requests.decided_as_new", None)
    monkeypatch.setattr("monitoring_ingest.doors.files.decided_as_new", None)
    assert fates(take(engine, *rows({}))) == {"duplicate": MANY}
    assert (compared, number_of_readings(engine)) == ([MANY], MANY)


def test_of_a_long_file_only_the_transactions_with_rows_sent_before_are_compared(engine, compared):
    one = ROWS_A_TRANSACTION
    all_rows = rows({}, 2 * one + MANY)
    sent(engine, *all_rows[one : 2 * one])
    assert fates(sent(engine, *all_rows)) == {"accepted": one + MANY, "duplicate": one}
    assert (compared, number_of_readings(engine)) == ([one], len(all_rows))


def test_a_doubted_row_among_new_ones_is_known_from_before(engine, take, compared):
    """No key refuses what is set aside: those rows are looked up."""
    doubted = {BETWEEN: "500"}
    assert fates(take(engine, rows(doubted)[BETWEEN])) == {"quarantined": 1}
    assert compared == []
    assert fates(take(engine, *rows(doubted))) == {"accepted": MANY - 1, "duplicate": 1}
    assert (compared, number_of_readings(engine)) == ([MANY], MANY)


def test_one_that_is_refused_is_told_what_it_repeats(engine):
    pushed(engine, rows({})[BETWEEN])
    receipt = pushed(engine, *rows({MANY - 1: "高"}), terms=Terms(atomic=True))
    assert (receipt.state, fates(receipt)) == ("refused", {"accepted": MANY - 2, "duplicate": 1, "rejected": 1})
    assert number_of_readings(engine) == 1


_NO_FILE = {
    "sqlite": ["""CREATE TRIGGER rows_have_files BEFORE INSERT ON readings
        WHEN NOT EXISTS (SELECT 1 FROM submission_files AS f WHERE f.submission = NEW.submission AND f.file = NEW.file)
        BEGIN SELECT RAISE(ABORT, 'no such file'); END"""],
    "postgresql": ["ALTER TABLE readings ADD FOREIGN KEY (submission, file) REFERENCES submission_files"],
}  # fmt: skip


def test_a_file_is_stored_before_its_rows(engine, take):
    """Databases of before check it; no other does."""
    with engine.begin() as connection:
        for statement in _NO_FILE[engine.dialect.name]:
            connection.exec_driver_sql(statement)
    assert fates(take(engine, *rows({BETWEEN: "500"}))) == {"accepted": MANY - 1, "quarantined": 1}


def test_a_window_that_slides_is_found_by_its_oldest_row(engine, take, compared):
    newest_first = rows({}, 24)[::-1]
    take(engine, *newest_first[1:])
    assert fates(take(engine, *newest_first)) == {"accepted": 1, "duplicate": 23}
    assert (compared, number_of_readings(engine)) == ([24], 24)


def test_what_a_constraint_refuses_in_one_exchange_is_told_and_leaves_nothing(engine):
    one = {1: (("push", "", "a"), [("a", "", 0)])}

    def twice() -> None:
        with writing(engine) as connection, at_once(connection):
            record_submissions(connection, one, NOW)
            record_submissions(connection, one, NOW)

    with pytest.raises(Clash):
        twice()
    assert pushed(engine, *rows({})).id == 1
