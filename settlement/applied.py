"""A stored settlement as it was made: its document, the agreement as applied, and what was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from basin import periods
from basin.agreement import compiled
from basin.agreement_files import tree
from basin.registry import Registry
from monitoring_ingest.records import store as intake
from settlement import store
from settlement.gathered import sections_of
from settlement.run import gathered, window
from settlement.statement.explanation import Explanation, explanation


def explained(connection: Connection, registry: Registry, identity: str, clause: str | None = None) -> Explanation:
    """The tree of a stored settlement, or of one clause of it.

    Raises
    ------
    NotFound : no such settlement. UnknownCode : no such clause.
    """
    document = store.settlement(connection, identity)
    text = store.agreement_text(connection, document["agreement_sha256"])
    agreement = compiled(tree(text), text, f"{document['agreement']}.yaml")
    sections = sections_of(agreement, registry.network)
    between = window(agreement, periods.period(document["period"]))
    as_of = datetime.fromisoformat(document["as_of"])
    found = gathered(connection, registry.network, sections, between, as_of)
    stations = [station.code for station in registry.network.stations.values() if station.section in sections]
    selected: intake.Selected = {"stations": stations, "start": between[0], "end": between[1], "as_of": as_of}
    found = replace(found, left_out=intake.left_out_readings(connection, **selected))  # here with the values as sent
    return explanation(document, agreement, registry.network, found, clause)
