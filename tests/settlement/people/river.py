"""A river between two parties with offices of each and a river authority, an agreement on it, and people at work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from basin.network import Network
from basin.registry import Registry
from settlement.people.proposals import Desk
from tests.databases import written
from tests.settlement.makers import RULES, a_network, an_agreement, per_unit
from tests.settlement.people.makers import OFFICES, Clock, appoint, approved, staffed

_RIVER = a_network("s1 upper lower 3", "s2 upper lower 3", parties="third")
_STATIONS = {**_RIVER.stations, "s2": replace(_RIVER.stations["s2"], province="lower")}


def network_with(*offices: str) -> Network:
    """The river, where only these offices are declared, in this order, by the folder of its basin."""
    declared = {code: OFFICES[code] for code in offices}
    return replace(_RIVER, stations=_STATIONS, offices=declared, offices_of_basin={"test": tuple(offices)})


NETWORK = network_with(*OFFICES)
EXCESS = per_unit("kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference")
AGREEMENT = an_agreement(EXCESS, NETWORK, data=RULES, parties="{upstream: upper, downstream: lower}")
CODE = AGREEMENT.code


def registry(network: Network = NETWORK) -> Registry:
    return Registry(network, {CODE: AGREEMENT}, {}, ())


REGISTRY = registry()
MORE_PEOPLE: Iterable[tuple[str, str, str, str, str, str]] = (
    ("lu", "he", "river-prepare", "江经办", "river", "prepare"),
    ("upper-admin", "upper-approve", "cai", "财经办", "upper-finance", "prepare"),
    ("upper-admin", "upper-approve", "shen", "财审定", "upper-finance", "approve"),
    ("upper-admin", "upper-approve", "upper-prepare-2", "上经办二", "upper-env", "prepare"),
)


def at_work(engine: Engine, clock: Clock | None = None) -> Desk:
    """Everybody of `staffed`, somebody who prepares for the river, and two of the finance department upstream.

    The database has nothing else in it yet. On SQLite it is a copy: to appoint everybody takes longer than most tests.
    """
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        engine.dispose()
        Path(engine.url.database).write_bytes(_everybody())
    else:
        _appoint_everybody(engine)
    return Desk(engine, REGISTRY, clock or Clock())


@cache
def _everybody() -> bytes:
    return written(_appoint_everybody)


def _appoint_everybody(engine: Engine) -> None:
    desk = staffed(engine)
    for admin, approver, login, name, office, role in MORE_PEOPLE:
        approved(desk, approver, appoint(desk, admin, login, name, office, role))
