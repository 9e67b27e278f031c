"""Sections month by month: statistics under a chosen agreement, classes, and the readings behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from basin.agreement import Agreement
from basin.errors import AgreementError
from basin.indicators import INDICATORS
from basin.network import CHINA, Section
from basin.registry import Registry
from basin.rounding import rounded
from basin.standards import Standard, classify, deciding, indicator_class, standard
from monitoring_ingest.quality import store as quality
from monitoring_ingest.records import store
from monitoring_ingest.records.store import Selected
from settlement.gathered import data_rules
from settlement.statement.detection_limits import Limit, class_limit, undecided
from settlement.statement.rows import UndecidedRow
from settlement.statistics.months import non_detects, section_months
from settlement.statistics.speaking import ranks_of


class Months(NamedTuple):
    """A run of months, both ends in it."""

    first: pd.Period
    last: pd.Period


def month_of(time: datetime) -> pd.Period:
    """The month of an instant in Chinese time."""
    return pd.Timestamp(time).tz_convert(CHINA).tz_localize(None).to_period("M")


def instants(first: pd.Period, last: pd.Period) -> tuple[datetime, datetime]:
    """The half-open instants of the months from `first` to `last` in Chinese time."""
    start, end = (month.start_time.tz_localize(CHINA).to_pydatetime() for month in (first, last + 1))
    return start, end


def ruling_agreements(registry: Registry, sections: Collection[str], month: pd.Period) -> dict[str, Agreement]:
    """Whose data rules apply to each section: the newest agreement that looks at it, else the first scorecard.

    Agreements of the section's own basin come first; a section that neither looks at is not there.
    """
    ruling: dict[str, Agreement] = {}
    asked = [registry.network.sections[code] for code in sorted(sections)]
    for agreement in sorted(registry.agreements.values(), key=lambda a: a.starts, reverse=True):
        looked_at = [section for section in asked if agreement.reach.looks_at(section)]
        for section in looked_at if states_rules(agreement) else ():
            is_of_basin = section.basin == agreement.basin
            if section.code not in ruling or (is_of_basin and ruling[section.code].basin != agreement.basin):
                ruling[section.code] = agreement
    rest = sorted(set(sections) - ruling.keys())
    cards = (card.agreement("", rest, month) for card in registry.scorecards.values())
    return ruling | {code: card for card in islice(filter(states_rules, cards), 1) for code in rest}


def states_rules(agreement: Agreement) -> bool:
    """Whether an agreement says how means are formed."""
    try:
        data_rules(agreement)
    except AgreementError:
        return False
    return True


def months_of(
    connection: Connection, registry: Registry, sections: Collection[str], agreement: Agreement, of: Months
) -> pd.DataFrame:
    """`section_months` of some sections, readings left out counted by reason.

    Parameters
    ----------
    sections : codes. agreement : whose data rules count. of : the months.
    """
    observed, aside = readings_of(connection, registry, sections, of)
    return section_months(observed, data_rules(agreement), aside)


def readings_of(
    connection: Connection, registry: Registry, sections: Collection[str], of: Months
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The observations of some sections in the months `of`, with section and rank of their stations, and the readings
    left out, each with its section.
    """
    section_of = stations_of(registry, sections)
    selected = selection(section_of, of)
    observed = quality.observations(connection, **selected)
    aside = store.left_out_readings(connection, **selected)
    rank = ranks_of(observed["station"], registry.network)
    of_observed = observed.assign(section=observed["station"].map(section_of), rank=rank)
    return of_observed, aside.assign(section=aside["station"].map(section_of))


def selection(stations: Iterable[str], of: Months) -> Selected:
    """The readings of some stations in the months `of`."""
    start, end = instants(of.first, of.last)
    return {"stations": list(stations), "start": start, "end": end}


def stations_of(registry: Registry, sections: Collection[str]) -> dict[str, str]:
    """The stations that serve some sections, each with its section."""
    stations = registry.network.stations.values()
    return {station.code: station.section for station in stations if station.section in sections}


def classes_of(months: pd.DataFrame, registry: Registry, agreement: Agreement) -> pd.DataFrame:
    """The class of sections by month and the items that decide it.

    Returns
    -------
    index (section, month), columns `class` (nan where nothing is present) and `deciding` (codes).
    """
    means = months["mean"].unstack("indicator")
    bodies = [registry.network.sections[code].water_body for code in means.index.get_level_values("section")]
    rules = standard(agreement.standard)
    evaluated = [code for code in means.columns if code in rules.evaluated]
    values = {code: compared(means[code].to_numpy(), code, agreement) for code in evaluated}
    if not values:
        return pd.DataFrame({"class": np.nan, "deciding": [()] * len(means)}, index=means.index)
    worst, items = (function(rules, values, np.array(bodies)) for function in (classify, deciding))
    return pd.DataFrame({"class": worst, "deciding": items}, index=means.index)


def compared(means: NDArray[np.float64], indicator: str, agreement: Agreement) -> NDArray[np.float64]:
    """Means as they are compared with limits: rounded first, or not, as the agreement says."""
    decimals = INDICATORS[indicator].evaluation_decimals
    if agreement.data.compare == "unrounded" or decimals is None:
        return means
    return rounded(means, decimals)


def undecided_of(
    observed: pd.DataFrame, section: Section, agreement: Agreement, target: int | None
) -> list[UndecidedRow]:
    """By month and indicator, the readings whose detection limit lies above the limit of the section's target class.

    Parameters
    ----------
    observed : observations of the section; only those count that means are formed from under the agreement's rules.
    agreement : names the rules and the standard. target : the class [1-6]; None where none is declared.
    """
    limits = _limits_below_detection(observed, section, standard(agreement.standard), target)
    if not limits:
        return []
    rows = non_detects(observed[observed["indicator"].isin(list(limits))], data_rules(agreement))
    by_month = rows.groupby([rows["day"].dt.asfreq("M"), "indicator"], observed=True)["value"]
    undecided_rows: list[UndecidedRow] = []
    for (month, indicator), detection_limits in by_month:
        beyond = undecided(detection_limits, limits[str(indicator)])
        if beyond:
            undecided_rows.append(
                {"section": section.code, "indicator": str(indicator), "period": str(month), **beyond}
            )
    return undecided_rows


def _limits_below_detection(
    observed: pd.DataFrame, section: Section, rules: Standard, target: int | None
) -> dict[str, Limit]:
    """The limits of the target class that lie below any detection limit among the observations, by indicator.

    Most sections have none, and then nobody need look at which of the readings below detection count.

    Parameters
    ----------
    observed : observations of the section [canonical units].
    section, rules : whose water body the limits are of, and the standard that states them.
    target : the class [1-6]; None where none is declared.
    """
    censored = observed["censored"].to_numpy(dtype=bool)
    if target is None or not censored.any():
        return {}
    detection_limits = observed["value"].to_numpy(np.float64)[censored]
    indicators = observed["indicator"].to_numpy(dtype=object)[censored]
    limits: dict[str, Limit] = {}
    for indicator in sorted(set(indicators.tolist())):
        limit = class_limit(rules, indicator, target, section.water_body)
        if limit is not None and undecided(detection_limits[indicators == indicator], limit):
            limits[indicator] = limit
    return limits


def item_classes(means: NDArray[np.float64], code: str, section: Section, agreement: Agreement) -> NDArray[np.float64]:
    """The class of one item in each month; nan where it has none, as for nitrogen in a river.

    Parameters
    ----------
    means : (month) [canonical unit].
    code : the indicator.
    section, agreement : whose water body it is, and the agreement whose standard and rules apply.
    """
    rules = standard(agreement.standard)
    if rules.bands(code, section.water_body) is None or code not in rules.evaluated:
        return np.full(len(means), np.nan)
    return indicator_class(rules, code, compared(means, code, agreement), section.water_body)
