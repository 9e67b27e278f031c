"""Late data (迟到数据): what settling again would change, told beside what was settled.

In: two reads of the same observations, two settlement documents. Out: the readings that are new, revised or removed;
the amounts of both documents per pair and per clause, with the difference; the stops that appear or vanish. Pure:
nothing is stored or decided; a person settles again, or does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NotRequired, TypedDict

import pandas as pd

from basin.rounding import yuan, yuan_fen
from monitoring_ingest.quality.flags import Quality
from settlement.statement.engine_version import same_result
from settlement.statement.rows import PairAmountRow, SettlementDocument, StopRow
from settlement.statistics.counting import usable

Place = tuple[str, ...]  # whose amount it is: (clause, period), or nothing for a transfer
KEY = ["station", "indicator", "time"]
CONTENT = ["value", "censored", "status", "mark"]
NEW = "new"
REVISED = "revised"
REMOVED = "removed"


class AmountChange(TypedDict):
    """What a sum was and would be [yuan]: of a pair of parties or, with clause and period, of an obligation."""

    clause: NotRequired[str]
    period: NotRequired[str]
    payer: str
    payee: str
    was_yuan: str | None
    would_be_yuan: str | None
    difference_yuan: str | None


class Effect(TypedDict):
    """What differs between a settlement and the same settlement made again."""

    changed: bool
    kind_would_be: str | None
    transfers: list[AmountChange]
    obligations: list[AmountChange]
    stops_appear: list[StopRow]
    stops_vanish: list[StopRow]


def changes(before: pd.DataFrame, after: pd.DataFrame, doubtful: str | None = None) -> pd.DataFrame:
    """What differs between two reads of observations, ordered by station, indicator and time.

    Parameters
    ----------
    before, after : one row per key with `CONTENT`; further columns of `after` are kept (blank for what was removed).
        Where both have `quality`, what is unreliable is as good as removed.
    doubtful : what the agreement says of doubtful readings; "leave_out": they are as good as removed, too.

    Returns
    -------
    The key, `change` (new, revised, removed), `was` and `value` [canonical unit; nan where there is none], and the
    further columns of `after`.
    """
    before, after = (usable(frame, doubtful) for frame in (before, after))
    earlier = before[KEY + CONTENT].rename(columns={name: f"was_{name}" for name in CONTENT})
    both = earlier.merge(after, on=KEY, how="outer", indicator="side", sort=True)
    same = both["side"].eq("both")
    for name in CONTENT:
        same &= both[name].eq(both[f"was_{name}"])
    change = both["side"].astype(object).map({"left_only": REMOVED, "right_only": NEW, "both": REVISED})
    changed = both.assign(change=change, was=both["was_value"])[~same]
    return changed[[*KEY, "change", "was", *(name for name in after.columns if name not in KEY)]].reset_index(drop=True)


def overlaid(observations: pd.DataFrame, extra: pd.DataFrame) -> pd.DataFrame:
    """The observations as they would stand with further ones: a key that is there already is revised.

    Parameters
    ----------
    observations : those of `gathered`, and `quality` and `test` where quality control was run.
    extra : the key and `CONTENT`; of several rows of one key the last counts. Nobody has judged them yet.
    """
    newest = extra[KEY + CONTENT].drop_duplicates(KEY, keep="last")
    earlier = observations[[*KEY, "revision"]].rename(columns={"revision": "earlier"})
    placed = newest.merge(earlier, on=KEY, how="left")
    numbered = placed.assign(revision=placed["earlier"].fillna(0).astype("int64") + 1)
    rows = numbered.assign(quality=int(Quality.NOT_EVALUATED), test="")[observations.columns]
    both = pd.concat([frame for frame in (observations, rows) if len(frame)] or [rows], ignore_index=True)
    newest_of_each = both.drop_duplicates(KEY, keep="last")
    return newest_of_each.sort_values(KEY, kind="stable").reset_index(drop=True)


def effect(was: SettlementDocument, then: SettlementDocument) -> Effect:
    """What differs between a settlement and the same one made again.

    Returns
    -------
    ``changed`` : whether anything comes out differently; ``transfers`` : per pair of parties, and
    ``obligations`` : per clause, period and pair, ``was_yuan``, ``would_be_yuan`` and ``difference_yuan``, a sum being
    negative where the money goes the other way and None where its side stops and does not say; ``stops_appear`` and
    ``stops_vanish``. Pairs that stay are not listed.
    """
    pairs = _differences(_transfers(was), _transfers(then))
    return {
        "changed": not same_result(was, then),
        "kind_would_be": then["kind"],
        "transfers": [amount for _, amount in pairs],
        "obligations": [
            {"clause": place[0], "period": place[1], **amount}
            for place, amount in _differences(_obligations(was), _obligations(then))
        ],
        "stops_appear": _without(then["stops"], was["stops"]),
        "stops_vanish": _without(was["stops"], then["stops"]),
    }


class _Side:
    """The amounts of one document by place and pair [fen], and where it stops."""

    def __init__(self, rows: Iterable[tuple[Place, PairAmountRow]], stopped: Iterable[Place]) -> None:
        self.stopped = set(stopped)
        self.amounts: dict[tuple[Place, str, str], int] = {}
        for place, row in rows:
            key = (place, row["payer"], row["payee"])
            self.amounts[key] = self.amounts.get(key, 0) + yuan_fen(row["amount_yuan"])

    def between(self, place: Place, payer: str, payee: str) -> int | None:
        """What flows from payer to payee; None where nothing is known because it stops."""
        forth = (place, payer, payee)
        back = (place, payee, payer)
        if place in self.stopped and not self.amounts.keys() & {forth, back}:
            return None
        return self.amounts.get(forth, 0) - self.amounts.get(back, 0)


def _transfers(document: SettlementDocument) -> _Side:
    return _Side((((), row) for row in document["transfers"]), [()] if document["stops"] else [])


def _obligations(document: SettlementDocument) -> _Side:
    rows = (((row["clause"], row["period"]), row) for row in document["obligations"])
    return _Side(rows, ((stop["clause"], stop["period"]) for stop in document["stops"]))


def _differences(was: _Side, then: _Side) -> Iterator[tuple[Place, AmountChange]]:
    """The pairs of every place whose amounts differ, in the direction met first."""
    met: dict[tuple[Place, frozenset[str]], tuple[str, str]] = {}
    for place, payer, payee in (*was.amounts, *then.amounts):
        met.setdefault((place, frozenset((payer, payee))), (payer, payee))
    for (place, _), (payer, payee) in met.items():
        earlier = was.between(place, payer, payee)
        later = then.between(place, payer, payee)
        if earlier != later:
            difference = None if earlier is None or later is None else later - earlier
            yield place, {
                "payer": payer, "payee": payee, "was_yuan": _yuan(earlier), "would_be_yuan": _yuan(later),
                "difference_yuan": _yuan(difference),
            }  # fmt: skip


def _without(stops: Sequence[StopRow], others: Sequence[StopRow]) -> list[StopRow]:
    return [stop for stop in stops if stop not in others]


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else yuan(fen)
