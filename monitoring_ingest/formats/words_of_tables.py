"""What the words of a table say of all its numbers: a table and its source in; why the whole table is refused, out.

A column of stations or times that the source does not declare, the name of another station above the header, a
worksheet called 空白样, or a note that names another unit: where any of them stands, the numbers may not be what the
source declares, and nobody knows which of the two is right. Words beside a single row are judged in `table_cells`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from basin.indicators import find_indicator
from basin.network import Network, Station
from basin.sources import Source
from basin.written.names import folded_name
from basin.written.qualifiers import is_number, speaks_of_others
from basin.written.units import factor, is_unit
from monitoring_ingest.formats.stated_units import contradicting_unit
from monitoring_ingest.formats.table_cells import NO_VALUE, has_words
from monitoring_ingest.formats.table_headers import Table, folded
from monitoring_ingest.readings.cells import OTHER_SUBJECT, UNKNOWN_COLUMN, Refusal

UNKNOWN_UNIT = "unknown_unit"
SHORTEST_NAME = 2  # signs of a station's name that is looked for in a title
WORDED_COLUMNS = 2  # number columns with words that make a row one of units or of kinds
_DESCRIBING = frozenset({
    "站名", "站点", "站点名称", "测站", "站位", "断面", "断面名称", "点位", "点位名称", "监测点", "监测点位",
    "监测断面", "采样点", "采样点位", "时间", "时刻", "日期", "监测时间", "监测日期", "采样时间", "采样日期",
    "station", "site", "date", "time",
})  # fmt: skip
_UNIT_LIKE = re.compile(
    r"(?<![a-z])(?:[mµμunk]?(?:g|mol)\s*[/·.]\s*(?:l|m3|m³|kg|g)(?:-1|⁻¹)?|pp[bmt])(?![a-z])|[毫微纳千]?(?:克|摩尔?)每\w",
    re.IGNORECASE,
)
_MULTIPLIED = re.compile(r"[乘除](?:以|了|上)|[×x*]\s*10(?![0-9])|扩大|缩小|放大", re.IGNORECASE)


def refusal_of_table(
    table: Table,
    times: Sequence[datetime | None],
    units: Mapping[int, Collection[str]],
    source: Source,
    network: Network | None,
) -> Refusal | None:
    """Why no value of a table is taken; None where nothing speaks against them.

    Parameters
    ----------
    table : the table.
    times : of each row; None where there is none that can be read.
    units : by column of values, the units in which they are read.
    source : the declaration by which the table is read.
    network : the register of stations; None where it is not known.
    """
    if undeclared := _undeclared_description(table):
        return undeclared
    if source.station and network and (line := _line_of_another_station(table.above, source.station, network)):
        return Refusal(OTHER_SUBJECT, line)
    if speaks_of_others(table.name):
        return Refusal(OTHER_SUBJECT, table.name)
    if stated := contradicting_unit(table, units) or _unit_like(table, times, units, source):
        return Refusal(UNKNOWN_UNIT, stated)
    return None


def _undeclared_description(table: Table) -> Refusal | None:
    """A column that by its title says of which station or time a row is, and that the source does not declare."""
    for column in (*table.measured, *table.unknown):
        if folded(table.titles[column]).casefold() in _DESCRIBING:
            cell = next((cells[column] for _, cells in table.rows if cells[column]), "")
            if cell:
                return Refusal(UNKNOWN_COLUMN, cell, table.titles[column])
    return None


def _line_of_another_station(lines: Iterable[str], code: str, network: Network) -> str:
    """The first line that names registered stations, and not the one with this code; blank where there is none."""
    stations = [station for station in network.stations.values() if station.code != code]
    names = set().union(*map(_names_of, stations))
    declared = network.stations.get(code)
    declared_names = _names_of(declared) if declared else set()
    for line in lines:
        written = folded_name(line)
        # 街口 in the name of 街口下 does not name 街口: the longest names go first
        named = set()
        for name in sorted(names | declared_names, key=len, reverse=True):
            if name in written:
                named.add(name)
                written = written.replace(name, " ")
        if named and named.isdisjoint(declared_names):
            return line
    return ""


def _names_of(station: Station) -> set[str]:
    """The folded name and aliases of a station that are long enough to be looked for."""
    names = map(folded_name, (station.name_zh, *station.aliases))
    return {name for name in names if len(name) >= SHORTEST_NAME}


def _unit_like(
    table: Table, times: Sequence[datetime | None], units: Mapping[int, Collection[str]], source: Source
) -> str:  # fmt: skip
    """A text that speaks of another unit, or of words instead of numbers in several columns; blank where none does.

    Parameters
    ----------
    table : the table.
    times : of each row; None where there is none that can be read.
    units : by column of values, the units in which they are read.
    source : says which column names the stations.
    """
    read_in = set(chain.from_iterable(units.values()))
    rows = [cells for (_, cells), time in zip(table.rows, times, strict=True) if time is None]
    stations = [column for column in table.read if table.titles[column] == source.columns.get("station")]
    for cells in rows:
        words = [cells[column] for column in table.measured if _is_remark(cells[column])]
        if len(words) >= WORDED_COLUMNS and not any(cells[column] for column in stations):
            return words[0]
    notes = [cells for cells in rows if not any(is_number(cells[column]) for column in table.measured)]
    texts = (text for text in chain(table.above, *notes) if text not in NO_VALUE)
    return next((text for text in texts if _speaks_of_another_unit(text, read_in)), "")


def _is_remark(cell: str) -> bool:
    return has_words(cell) and find_indicator(cell) is None


def _speaks_of_another_unit(text: str, read_in: Collection[str]) -> bool:
    """Whether a text names a unit other than those in which the values are read, or says that they were multiplied."""
    return bool(_MULTIPLIED.search(text)) or any(_is_another(unit, read_in) for unit in _UNIT_LIKE.findall(text))


def _is_another(unit: str, read_in: Collection[str]) -> bool:
    """Whether a unit is unknown, or converts to one of those in which the values are read by a factor other than 1."""
    return not is_unit(unit) or not {factor(unit, other) for other in read_in} <= {None, 1}
