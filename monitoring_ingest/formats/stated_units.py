"""Units that a table states where no reader applies them: a table and its values' units in; what contradicts, out.

A row of units may stand anywhere, and a line above or below a table may say in which unit all of it is. Nobody knows
whether such a unit or the declared one is right, so the table is refused unless both are the same. The row of units
directly below the titles is applied in `table_headers`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain

from basin.indicators import find_indicator
from basin.written.qualifiers import is_bound
from basin.written.units import factor, is_like_a_unit, is_unit, units_in
from monitoring_ingest.formats.table_cells import NO_VALUE
from monitoring_ingest.formats.table_headers import Table, is_unit_label


def contradicting_unit(table: Table, units: Mapping[int, Collection[str]]) -> str:
    """The cell of a table that states another unit than its values have; blank where none does.

    Parameters
    ----------
    table : the table.
    units : by column of values, the units in which they are read.
    """
    return _in_rows(table, units) or _above_the_readings(table) or _in_notes(table, units)


def _in_rows(table: Table, units: Mapping[int, Collection[str]]) -> str:
    values = {cells[column] for _, cells in table.rows for column in table.measured}
    are_units = {text for text in values if text not in NO_VALUE and is_unit(text)}
    texts = set(chain.from_iterable(cells for _, cells in table.rows))
    telling = are_units.union(filter(is_unit_label, texts))
    for _, cells in table.rows:
        if telling.isdisjoint(cells):
            continue
        for column in table.measured:
            stated = cells[column].strip("()（）")
            if stated not in NO_VALUE and any(factor(stated, unit) != 1 for unit in units[column]):
                return cells[column]
    return ""


def _above_the_readings(table: Table) -> str:
    """The first unit that nobody knows in a row of nothing but such: between the header and the first reading.

    Such a row has no label, no station and no time; known units there are told by `_in_rows`.
    """
    for _, cells in table.rows:
        if any(cells[column] for column in table.read):
            return ""
        texts = [cells[column] for column in table.measured if cells[column] not in NO_VALUE]
        if texts and all(map(_is_nothing_but_a_unit, texts)):
            return texts[0]
    return ""


def _is_nothing_but_a_unit(text: str) -> bool:
    """Whether a text looks like a unit, and is neither the name of an indicator nor ND."""
    return is_like_a_unit(text) and find_indicator(text) is None and not is_bound(text)


def _in_notes(table: Table, units: Mapping[int, Collection[str]]) -> str:
    read_in = set().union(*units.values())
    for note in table.notes:
        for stated in units_in(note):
            # a unit of concentrations says nothing of the temperature beside them
            if not is_unit(stated) or any(factor(stated, unit) not in (None, 1) for unit in read_in):
                return note
    return ""
