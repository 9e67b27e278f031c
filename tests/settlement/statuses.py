"""A settlement that has a status as the given of a test, whoever gave it: two people give it elsewhere."""

from __future__ import annotations

from sqlalchemy import Engine

from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from settlement.review.confirming import change_status
from settlement.statement.rows import StoredSettlement
from settlement.states import StatusChange
from tests.clocks import Clock


def set_status(engine: Engine, identity: str, change: StatusChange, clock: Clock) -> StoredSettlement:
    """Give a settlement its next status in a transaction of its own, at the instant that the clock then tells."""
    with writing(engine) as connection:
        return change_status(connection, identity, change, instant_to_record(connection, clock()))
