"""The words for the state of a station (站点情况): those of HJ 212-2017 table 8, and those sources write besides.

Readings carry them (see `monitoring_ingest.readings.station_statuses`), and an agreement names those whose readings
count. A source with a status column may have words of its own; which is not known here.
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
