"""What a source says of the station beside its values (站点情况), in the words that statistics obey, at every door.

An agreement names the statuses whose values count (正常 unless it says otherwise), and a value without any counts, too:
a status taken for a mere mark would count. So a word that stands alone is known here, and any other one is a status
where a source has a column of its own for it.
"""

from __future__ import annotations

from collections.abc import Mapping

NORMAL = "N"
# HJ 212-2017 table 8.
STATUS_OF: Mapping[str, str] = {
    NORMAL: "正常",
    "F": "停运",
    "M": "维护",
    "S": "手工",
    "D": "故障",
    "C": "校准",
    "T": "超上限",
    "B": "通讯异常",
    "": "未标记",
}
UNKNOWN_MARK = "未知标记"
STATUSES = frozenset({"停站", "检修", "调试", "异常", UNKNOWN_MARK, *STATUS_OF.values()})
SEPARATOR = "|"


def marks_and_status(text: str, stated: str = "") -> tuple[str, str]:
    """A mark column taken apart: ``极值过滤|维护`` is the mark 极值过滤 under the status 维护, ``M`` is M under 维护.

    Parameters
    ----------
    stated : the status from a column of its own, whatever its word; the rest is marks then.
    """
    parts = _parts(text)
    if stated:
        own = _parts(stated)
        return SEPARATOR.join(part for part in parts if part not in own), SEPARATOR.join(own)
    statuses = [STATUS_OF.get(part, part) for part in parts if part in STATUS_OF or part in STATUSES]
    marks = [part for part in parts if part != NORMAL and part not in STATUSES]
    return SEPARATOR.join(marks), SEPARATOR.join(dict.fromkeys(statuses))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]
