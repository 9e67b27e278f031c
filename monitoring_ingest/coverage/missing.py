"""Missing slots (缺测时次): in which slots of a series nothing came, though it reported before and after.

In: what came, as station, indicator and instant. Out: the slots that are missing, by when they begin. Pure; how many
came of how many is counted in `counting`, and what is judged missing in a block is `quality_control.gaps`.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from basin.network import Network
from monitoring_ingest.coverage.slots import Slots, by_slots
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.series import Instants, gaps, on_slots

SERIES = ["station", "indicator"]


def missing_slots(observed: pd.DataFrame, came: pd.DataFrame, network: Network) -> pd.DataFrame:
    """The slots of each series from its first observation to its last in which nothing came.

    Parameters
    ----------
    observed : station, indicator, time [UTC] of the observations of the series.
    came : the same of all else that came for it: blank cells, and what was quarantined or rejected.

    Returns
    -------
    station, indicator, time [UTC]: when the slot begins. Stations the network does not know have no slots.
    """
    both = pd.concat([observed[[*SERIES, "time"]].assign(ends=True), came[[*SERIES, "time"]].assign(ends=False)])
    both = both[both["station"].isin(list(network.stations))]
    found = [both.iloc[:0][[*SERIES, "time"]]]
    for slots, stations in by_slots(network, sorted(both["station"].unique())).items():
        here = both[both["station"].isin(stations)]
        begins = {at: np.datetime64(slots.begin(at.to_pydatetime()).replace(tzinfo=None), "ns")
                  for at in here["time"].unique()}  # fmt: skip
        axis = _axis(slots, here["time"].min().to_pydatetime(), here["time"].max().to_pydatetime())
        for (station, indicator), series in here.assign(begin=here["time"].map(begins)).groupby(SERIES):
            missing = _missing(series, axis)
            times = pd.DatetimeIndex(missing).tz_localize("UTC")
            found.append(pd.DataFrame({"station": station, "indicator": indicator, "time": times}))
    return pd.concat([one for one in found if len(one)] or found[:1], ignore_index=True)


def _axis(slots: Slots, first: datetime, last: datetime) -> Instants:
    """When each slot from that of one instant to that of another begins."""
    begins = [slots.begin(first)]
    while begins[-1] < slots.begin(last):
        begins.append(slots.after(begins[-1]))
    return np.array([begin.replace(tzinfo=None) for begin in begins], dtype="datetime64[ns]")


def _missing(series: pd.DataFrame, axis: Instants) -> Instants:
    ends = series.loc[series["ends"], "begin"]
    if ends.empty:
        return axis[:0]
    due = axis[(axis >= ends.min().to_datetime64()) & (axis <= ends.max().to_datetime64())]
    here = np.unique(series["begin"].to_numpy("datetime64[ns]"))
    values, instants = on_slots(np.ones(here.size), here, due)
    return instants[gaps(values, instants, slots=due) == Quality.MISSING]
