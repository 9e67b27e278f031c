"""Missing slots (缺测时次): the slots of a series in which nothing came, though the series reported before and after.

In: what came, as station, indicator and instant. Out: the slots that are missing, by when they begin. Pure; `store`
counts how many slots are filled, and `quality.series.gaps` judges what is missing in a block.
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
    came : the same of everything else that came for the series: blank cells, quarantined and rejected readings.
    network : the slots of each station.

    Returns
    -------
    station, indicator, time [UTC]: when the slot begins. Stations outside the network have no slots.
    """
    both = pd.concat([observed[[*SERIES, "time"]].assign(ends=True), came[[*SERIES, "time"]].assign(ends=False)])
    both = both[both["station"].isin(list(network.stations))]
    absent = [both.iloc[:0][[*SERIES, "time"]]]
    for slots, stations in by_slots(network, sorted(both["station"].unique())).items():
        rows = both[both["station"].isin(stations)]
        begins = {
            time: np.datetime64(slots.begin(time.to_pydatetime()).replace(tzinfo=None), "ns")
            for time in rows["time"].unique()
        }
        axis = _axis(slots, rows["time"].min().to_pydatetime(), rows["time"].max().to_pydatetime())
        for (station, indicator), series in rows.assign(begin=rows["time"].map(begins)).groupby(SERIES):
            missing = _missing(series, axis)
            times = pd.DatetimeIndex(missing).tz_localize("UTC")
            absent.append(pd.DataFrame({"station": station, "indicator": indicator, "time": times}))
    return pd.concat([rows for rows in absent if len(rows)] or absent[:1], ignore_index=True)


def _axis(slots: Slots, first: datetime, last: datetime) -> Instants:
    """When each slot begins, from the slot that holds the first instant to the slot that holds the last."""
    begins = [slots.begin(first)]
    while begins[-1] < slots.begin(last):
        begins.append(slots.after(begins[-1]))
    return np.array([begin.replace(tzinfo=None) for begin in begins], dtype="datetime64[ns]")


def _missing(series: pd.DataFrame, axis: Instants) -> Instants:
    """The slots of the axis in which nothing came for a series, between its first and its last observation."""
    ends = series.loc[series["ends"], "begin"]
    if ends.empty:
        return axis[:0]
    due = axis[(axis >= ends.min().to_datetime64()) & (axis <= ends.max().to_datetime64())]
    filled = np.unique(series["begin"].to_numpy("datetime64[ns]"))
    values, instants = on_slots(np.ones(filled.size), filled, due)
    return instants[gaps(values, instants, slots=due) == Quality.MISSING]
