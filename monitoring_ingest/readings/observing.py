"""Reading → observation (读数成为有效数据): which readings become observations, and when.

A *reading* is what a source sent, kept as it was sent. An *observation* is a reading that counts: statistics, quality
control and settlements see observations only. `revisions.decide` gives every reading a revision: 1 for the first that
is accepted for a station, indicator and instant, the next number for one whose value differs from the newest, 0 for
one that does not count (quarantined, withheld, absent).

The reading becomes an observation in the transaction that stores it (`records.store.observe`), by one statement for
all new readings: there is no observation without its reading, nobody ever sees the one without the other, and the rows
are not sent to the database twice. A reading whose station was unknown, or that people released, becomes one later
(`records.store.add_observations`); its row among the readings keeps revision 0, for readings are never changed.
"""

from __future__ import annotations

from typing import Any


def becomes_observation(revision: Any) -> Any:
    """Whether a reading becomes an observation as it is stored: its revision is above 0.

    Parameters
    ----------
    revision : what `revisions.decide` gave it; a number, an array of numbers, or a column of numbers in a query.

    Returns
    -------
    A truth value, an array of them, or a condition of a query.
    """
    return revision > 0
