"""The station's status (站点情况) that a source states beside a value, in the words that statistics obey.

An agreement names the statuses whose values count (正常 unless the agreement says otherwise), and a value without
status counts too. A status mistaken for a mere mark would therefore let its value count. So the words that are statuses
on their own are listed in `written.station_statuses`, for every door; where a source has a status column, any word in
that column is a status. The letters of HJ 212 are statuses in telegrams and in a status column only: in a mark column,
``D`` or ``B`` may as well be a qualifier of a laboratory (`basin.written.qualifiers`).
"""

from __future__ import annotations

from typing import NamedTuple

from basin.written.station_statuses import NORMAL, STATUS_OF, STATUSES, UNKNOWN_MARK

SEPARATOR = "|"


class MarksAndStatus(NamedTuple):
    """The marks on a value and the status of its station, each joined by `SEPARATOR`."""

    marks: str
    status: str

    @property
    def qualifier(self) -> str:
        """The marks without the flags of a station that the status beside them explains."""
        statuses = _parts(self.status)
        explained = {flag for flag, status in STATUS_OF.items() if status in statuses}
        if UNKNOWN_MARK in statuses:
            return ""
        return SEPARATOR.join(part for part in _parts(self.marks) if part not in explained)


def marks_and_status(text: str, stated: str = "") -> MarksAndStatus:
    """Marks and status in a mark column: ``极值过滤|维护`` is the mark 极值过滤 in the status 维护, ``N`` is 正常.

    Parameters
    ----------
    text : the cell of the mark column.
    stated : the status from a status column, in any words or as a letter of HJ 212; everything else in `text` is
        marks then.
    """
    parts = _parts(text)
    if stated:
        statuses = _parts(stated)
        marks = [part for part in parts if part not in frozenset(statuses)]
        return MarksAndStatus(SEPARATOR.join(marks), SEPARATOR.join(STATUS_OF.get(part, part) for part in statuses))
    statuses = [STATUS_OF.get(part, part) for part in parts if part == NORMAL or part in STATUSES]
    marks = [part for part in parts if part != NORMAL and part not in STATUSES]
    return MarksAndStatus(SEPARATOR.join(marks), SEPARATOR.join(dict.fromkeys(statuses)))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]
