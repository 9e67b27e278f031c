"""What a proposal is about, looked up for whoever decides it: a settlement, values of a decision, facts to record.

In: a stored proposal. Out: a part of the view model of its page; empty for acts that its own words tell in full.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypedDict

from sqlalchemy import Connection

from api.pages import facts as fact_page
from api.pages import settlements as settlement_page
from api.pages.names import Names
from monitoring_ingest.quality import store
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.records import history_store
from settlement import store as decided
from settlement.people.data_decisions import DECISION, READINGS, VALUES
from settlement.people.proposals import Desk
from settlement.people.proposals_store import Proposal
from settlement.people.recorded_facts import RECORDED
from settlement.people.statuses import STATUS
from settlement.statement.document import instant

MOST_VALUES = 100  # that the page of one proposal lists


class ProposedValue(TypedDict):
    """A value that a decision is about."""

    reading: int
    station: str
    indicator: str
    time: str
    value: str
    unit: str


def about(connection: Connection, desk: Desk, proposal: Proposal, names: Names) -> dict[str, Any]:
    """The settlement, values or facts of a proposal; facts only while it is open: afterwards they have a page."""
    model: dict[str, Any] = {"facts": [], "values": [], "settlement": None, "problem": "", "most_values": MOST_VALUES}
    payload = json.loads(proposal.payload)
    if proposal.kind == RECORDED.kind and proposal.outcome is None:
        model |= fact_page.previewed(desk, payload, names)
    if proposal.kind == STATUS.kind:
        model["settlement"] = settlement_page.in_short(decided.settlement(connection, payload["settlement"]), names)
    if proposal.kind == DECISION.kind:
        values = islice(_values(connection, payload), MOST_VALUES)
        model["values"] = [_in_words(value, names) for value in values]
    return model


def _values(connection: Connection, payload: Mapping[str, Any]) -> Iterator[ProposedValue]:
    """The values as they were sent; of an observation the newest."""
    for row in store.quarantined(connection, payload.get(READINGS, ())[:MOST_VALUES]).to_dict("records"):
        yield ProposedValue(
            reading=row["id"], station=row["station"], indicator=row["indicator"], time=instant(row["time"]),
            value=row["value_text"], unit=row["unit"],
        )  # fmt: skip
    for named in payload.get(VALUES, ()):
        key = Key(named["station"], named["indicator"], datetime.fromisoformat(named["time"]))
        for revision in history_store.revisions(connection, key)[-1:]:
            yield ProposedValue(
                reading=revision["reading"], station=key.station, indicator=key.indicator, time=instant(key.time),
                value=revision["value_text"], unit=revision["unit"],
            )  # fmt: skip


def _in_words(value: ProposedValue, names: Names) -> dict[str, Any]:
    return {**value, "station": names.station(value["station"]), "indicator": names.indicator(value["indicator"])}
