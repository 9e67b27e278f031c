"""Units that a table states where no reader applies them: a table and its values' units in; what contradicts, out.

A row of units may stand anywhere, and a line above or below a table may say in which unit all of it is. Nobody knows
whether such a unit or the declared one is right, so the table is refused unless both are the same. The row of units
directly below the titles is applied in `table_headers`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from basin.written.units import factor, is_unit, units_in
from monitoring_ingest.formats.table_cells import NO_VALUE
from monitoring_ingest.formats.table_headers import Table, is_unit_label


def contradicting_unit(table: Table, units: Mapping[int, Collection[str]]) -> str:
    """The cell of a table that states another unit than its values have; blank where none does.

    Parameters
    ----------
    table : the table.
    units : by column of values, the units in which they are read.
    """
    return _in_rows(table, units) or _in_notes(table, units)


def _in_rows(table: Table, units: Mapping[int, Collection[str]]) -> str:
    values = {cells[column] for _, cells in table.rows for column in table.measured}
    are_units = {text for text in values if text not in NO_VALUE and is_unit(text)}
    for _, cells in table.rows:
        if not (are_units.intersection(cells) or any(map(is_unit_label, filter(None, cells)))):
            continue
        for column in table.measured:
            stated = cells[column].strip("()（）")
            if stated not in NO_VALUE and any(factor(stated, unit) != 1 for unit in units[column]):
                return cells[column]
    return ""


def _in_notes(table: Table, units: Mapping[int, Collection[str]]) -> str:
    read_in = set().union(*units.values())
    for note in table.notes:
        for stated in units_in(note):
            # a unit of concentrations says nothing of the temperature beside them
            if not is_unit(stated) or any(factor(stated, unit) not in (None, 1) for unit in read_in):
                return note
    return ""
