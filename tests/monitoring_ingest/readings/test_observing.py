"""Which readings become observations: the rule, and that the store goes by it."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine, select

from monitoring_ingest.readings.observing import becomes_observation
from monitoring_ingest.records.tables import observations, readings
from tests.monitoring_ingest.makers import sent

ROWS = {
    "qiaotou,2020-07-01 08:00,nh3n,0.2,mg/L,": True,
    "qiaotou,2020-07-01 12:00,nh3n,<0.02,mg/L,": True,
    "qiaotou,2020-07-01 16:00,nh3n,500,mg/L,": False,  # beyond what is plausible: people decide
    "qiaotou,2020-07-01 20:00,nh3n,0.2,mg/L,维护": True,  # whether it counts, the agreement says
    "nowhere,2020-07-02 00:00,nh3n,0.2,mg/L,": False,
}


@pytest.mark.parametrize(("revision", "expected"), [(0, False), (1, True), (2, True)])
def test_a_reading_with_a_revision_becomes_an_observation(revision: int, expected: bool) -> None:
    assert becomes_observation(revision) is expected
    assert becomes_observation(np.array([revision, 0])).tolist() == [expected, False]
    assert str(becomes_observation(readings.c.revision)) == "readings.revision > :revision_1"


def test_what_is_stored_goes_by_it(engine: Engine) -> None:
    sent(engine, *ROWS)
    sent(engine, "qiaotou,2020-07-01 08:00,nh3n,0.3,mg/L,")
    with engine.connect() as connection:
        stored = connection.execute(select(readings.c.id, readings.c.revision).order_by(readings.c.id)).all()
        observed = set(connection.scalars(select(observations.c.reading)))
    became = [reading.id in observed for reading in stored]
    assert became == [becomes_observation(reading.revision) for reading in stored]
    assert became == [*ROWS.values(), True]
