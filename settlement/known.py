"""What is known at an instant, read from the database: readings, readings left out, facts, and what is unpaid.

In: a connection, the network, agreements, periods and an instant. Out: `Gathered`. It reads what was recorded up to the
instant and nothing later, in an order that depends on nothing else. It decides nothing and stores nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from basin.agreement import Agreement
from basin.network import Network
from basin.periods import Window
from monitoring_ingest.quality import store as quality
from monitoring_ingest.readings.facts import is_payment
from monitoring_ingest.records import store as intake
from settlement import store
from settlement.gathered import LEFT_OUT, OBSERVED, QUALITY, DecisionRow, Gathered
from settlement.ledger.unpaid import unpaid


@dataclass(frozen=True)
class Account:
    """The ledger of one agreement as it stood at an instant."""

    agreement: str
    as_of: datetime


def known_of_all(
    connection: Connection, network: Network, agreements: Sequence[Agreement], spans: Sequence[pd.Period],
    as_of: datetime,
) -> Gathered:  # fmt: skip
    """Everything known at `as_of` that any of the agreements looks at for any of the periods, without what is unpaid.

    Parameters
    ----------
    agreements, spans : one read serves every agreement in every period.
    as_of : nothing recorded later is read.
    """
    sections = {section for agreement in agreements for section in agreement.reach.sections_in(network)}
    return gathered(connection, network, sorted(sections), window_of_all(agreements, spans), as_of)


def window_of_all(agreements: Sequence[Agreement], spans: Sequence[pd.Period]) -> Window:
    """The shortest window that holds those of all agreements in all periods."""
    return reduce(Window.around, (agreement.window(span) for agreement in agreements for span in spans))


def with_unpaid(
    connection: Connection, agreement: Agreement, span: pd.Period, readings: Gathered, account: Account
) -> Gathered:
    """What was gathered, and what is unpaid where a clause asks for it.

    Parameters
    ----------
    agreement, span : the agreement whose clauses may ask, and the period it is applied to.
    readings : what was gathered, with all facts known at the instant of the account.
    account : whose ledger and payments count: in a what-if that of the agreement in force, not of the proposed one.
    """
    if not agreement.reach.ledger:
        return readings
    payments = [fact for fact in readings.facts if fact.subject == account.agreement and is_payment(fact)]
    debts = store.debts(connection, account.agreement, account.as_of)
    return replace(readings, facts=[*readings.facts, *unpaid(agreement, span, debts, payments)])


def gathered(
    connection: Connection, network: Network, sections: Collection[str], between: Window, as_of: datetime,
    left_out: Sequence[str] = tuple(LEFT_OUT),
) -> Gathered:  # fmt: skip
    """Everything known at `as_of` about some sections in a window, with what people decided there, and all facts.

    Parameters
    ----------
    sections : codes; their stations' readings are read.
    between : the instants of the readings.
    as_of : nothing recorded later is read.
    left_out : the columns wanted of readings that are left out.
    """
    stations = stations_of(network, sections)
    selected: intake.Selected = {"stations": stations, "start": between.start, "end": between.end, "as_of": as_of}
    observations = quality.observations(connection, **selected)
    flagged = bool(observations["test"].ne("").any())
    observations = observations[OBSERVED + QUALITY if flagged else OBSERVED]
    aside = intake.left_out_readings(connection, **selected)[list(left_out)]
    order = ["station", "indicator", "time"]
    return Gathered(
        observations.sort_values(order, kind="stable").reset_index(drop=True),
        aside.sort_values([*order, "reason"], kind="stable").reset_index(drop=True),
        intake.facts(connection, as_of),
        _decisions(quality.decisions(connection, **selected)),
    )


def _decisions(rows: pd.DataFrame) -> list[DecisionRow]:
    """What people decided about readings, oldest first, instants as text."""
    if rows.empty:
        return []
    texts = {name: [recorded.isoformat() for recorded in rows[name]] for name in ("time", "recorded_at")}
    names = list(DecisionRow.__annotations__)
    decided: Any = rows.assign(**texts)[names].to_dict("records")
    return decided


def stations_of(network: Network, sections: Collection[str]) -> list[str]:
    """The codes of the stations that serve some sections."""
    wanted = set(sections)
    return [station.code for station in network.stations.values() if station.section in wanted]
