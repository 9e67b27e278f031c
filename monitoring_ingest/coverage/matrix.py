"""What came in for each slot of a month at one station: the slot matrix (时次表).

In: observations, readings left out, and when the slots begin. Out: one state per indicator and slot. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from monitoring_ingest.quality.decisions import DECIDED, REMOVE

NOTHING = "nothing"
REMOVED = DECIDED[REMOVE]
CELLS = ("accepted", "quarantined", REMOVED, "withheld", "rejected", NOTHING)  # of several in a slot the first is shown
_RANK = {state: rank for rank, state in enumerate(CELLS)}


def slot_states(observed: pd.DataFrame, aside: pd.DataFrame, begins: Sequence[datetime]) -> pd.DataFrame:
    """The state of every slot, of every indicator for which anything came in.

    Parameters
    ----------
    observed : indicator, time, test, of observations with their quality.
    aside : indicator, time, fate, of readings that gave no observation.
    begins : when each slot begins and, last, when they end.

    Returns
    -------
    index: the number of the slot; a column per indicator; each cell one of `CELLS`.
    """
    fates = np.where(observed["test"] == REMOVED, REMOVED, "accepted")
    both = pd.concat([observed.assign(fate=fates)[["indicator", "time", "fate"]], aside[["indicator", "time", "fate"]]])
    edges = pd.DatetimeIndex(list(begins)).as_unit("ns")
    both = both.assign(slot=edges.searchsorted(pd.DatetimeIndex(both["time"]), side="right") - 1)
    both = both[both["slot"].between(0, len(begins) - 2)]
    ranks = both["fate"].map(_RANK).groupby([both["slot"], both["indicator"]]).min().unstack("indicator")
    return _named(ranks.reindex(range(len(begins) - 1)))


def any_or_all(states: pd.DataFrame) -> pd.DataFrame:
    """For each slot, the best state of any indicator (`any`) and what can be said of all of them (`all`)."""
    ranks = states.apply(lambda column: column.map(_RANK)) if len(states.columns) else states.assign(_=_RANK[NOTHING])
    return _named(pd.DataFrame({"any": ranks.min(axis=1), "all": ranks.max(axis=1)}))


def _named(ranks: pd.DataFrame) -> pd.DataFrame:
    names = np.array(CELLS, dtype=object)
    numbers = ranks.fillna(_RANK[NOTHING]).to_numpy(dtype="int64")
    return pd.DataFrame(names[numbers], index=ranks.index, columns=ranks.columns)
