"""The scorecard of those who send (报送评分): completeness, lag and fates of a month, by province and by sender.

In: counts by sender, station and series. Out: one `Card` each, whose every share can be formed again from the two
numbers beside it. Pure; the counts come from `agencies.store` and `store`.
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
    accepted, due : slots with an accepted value, and slots in which one was due.
    lag_median, lag_p95 : whole minutes from reading to arrival, of `lag_readings` accepted values.
    judged : values that came in, but absent ones and repeats; rejected, quarantined, revised : those among them.
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
        """A card for each value of the column `by`, in its order; rows without one are on none."""
        present = {value for frame in (self.slots, self.lags, self.fates) for value in frame[by].dropna().unique()}
        return [self._card(by, one) for one in sorted(present)]

    def _card(self, by: str, one: str) -> Card:
        slots, lags, fates = (frame[frame[by] == one] for frame in (self.slots, self.lags, self.fates))
        counted = fates.groupby("fate")["rows"].sum()
        return Card(
            one,
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
