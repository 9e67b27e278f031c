"""A trial says what ingest would do, and stores nothing."""

from __future__ import annotations

from sqlalchemy import Engine

from monitoring_ingest.doors.files import READINGS, door, ingest
from monitoring_ingest.doors.trial import counted, trial
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, csv, network, sent, stored_set

ROWS = (
    "qiaotou,2020-07-01 08:00,ph,7,-",  # stored with this value
    "qiaotou,2020-07-01 12:00,ph,7.5,-",  # stored with another
    "qiaotou,2020-07-01 16:00,ph,8,-",
    "qiaotou,2020-07-01 16:00,ph,8.5,-",
    "nobody,2020-07-01 08:00,ph,7,-",
    "qiaotou,2020-07-01 20:00,ph,abc,-",
    "qiaotou,2020-07-01 20:00,ph,--,-",
)


def test_a_trial_tells_what_ingest_then_does(engine: Engine):
    sent(engine, "qiaotou,2020-07-01 08:00,ph,7,-", "qiaotou,2020-07-01 12:00,ph,7,-")
    before, raw = stored_set(engine), csv(*ROWS)
    with engine.connect() as connection:
        tried = trial(connection, network(), [("a.csv", raw)], door(READINGS, network()), NOW)
    assert tried["fate"].tolist() == [
        "duplicate", "revised", "accepted", "quarantined", "quarantined", "rejected", "absent",
    ]  # fmt: skip
    assert stored_set(engine) == before
    assert counted(tried) == ingest(engine, network(), [("a.csv", raw)], READINGS, stopped(NOW)).counts
