"""The scorecard of senders (报送评分): completeness, lag and fates of a month, by province and by sender.

In: counts by sender, station and series. Out: a `Card` for each; every share can be computed again from the two numbers
beside it. Pure; the counts come from `agencies_store` and `store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from monitoring_ingest.coverage.health import MEDIAN, P95, lag, share

DOUBTED = ("rejected", "quarantined", "revised")


@dataclass(frozen=True)
class Card:
    """What one province or sender gave in a month.

    Parameters
    ----------
    of : the code of the province, or the sender. stations : how many it gave values for.
    accepted, due : slots with an accepted value, and slots in which a value was due.
    lag_readings : accepted values that the lag is formed of.
    lag_median, lag_p95 : [min] whole minutes from reading to arrival.
    judged : values that came in, without absent values and repeats.
    rejected, quarantined, revised : how many of the values judged.
    """

    of: str
    stations: int
    accepted: int
    due: int
    lag_readings: int
    lag_median: int | None
    lag_p95: int | None
    judged: int
    rejected: int
    quarantined: int
    revised: int

    def shares(self) -> dict[str, float | None]:
        """The shares of the card; None where nothing was due, or nothing came in."""
        doubted = {f"{name}_share": share(getattr(self, name), self.judged) for name in DOUBTED}
        return {"completeness": share(self.accepted, self.due), **doubted}


@dataclass(frozen=True)
class Counts:
    """What was counted of a month; every frame has a column to group by.

    Parameters
    ----------
    slots : station, accepted, due; lags : minutes, readings; fates : fate, rows.
    """

    slots: pd.DataFrame
    lags: pd.DataFrame
    fates: pd.DataFrame

    def cards(self, by: str) -> list[Card]:
        """A card for each value of the column `by`, in order; rows where the column is absent are on no card."""
        present = {value for frame in (self.slots, self.lags, self.fates) for value in frame[by].dropna().unique()}
        return [self._card(by, value) for value in sorted(present)]

    def _card(self, by: str, value: str) -> Card:
        slots, lags, fates = (frame[frame[by] == value] for frame in (self.slots, self.lags, self.fates))
        counted = fates.groupby("fate")["rows"].sum()
        return Card(
            value,
            int(slots["station"].nunique()),
            int(slots["accepted"].sum()),
            int(slots["due"].sum()),
            int(lags["readings"].sum()),
            lag(lags["minutes"], lags["readings"], MEDIAN),
            lag(lags["minutes"], lags["readings"], P95),
            int(counted.sum()),
            *(int(counted.get(name, 0)) for name in DOUBTED),
        )

    def of_provinces(self, provinces: Mapping[str, str]) -> Counts:
        """The same counts with the province of each station beside it."""
        return Counts(*(f.assign(province=f["station"].map(provinces)) for f in (self.slots, self.lags, self.fates)))
