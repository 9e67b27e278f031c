"""The text of cells: what a source wrote in, text that can be stored and read out.

A cell that is longer than `LONGEST` characters or has a sign nobody can see (`signs`) is quoted in a form that
can be printed, and its row gets the problem ``not_text``. A row that has a problem already keeps the earlier one.
Readings of every door pass here (`validation`), so that no store and no page has to ask again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from basin.signs import shown, unseen_sign
from monitoring_ingest.readings.frames import TEXTS, Columns, objects

LONGEST = 1_000  # characters of a cell
MOST_QUOTED = 200
NOT_TEXT = "not_text"
BEYOND_THE_HEADER: Final = "beyond_header"  # the problem of a row that has more cells than there are titles
UNKNOWN_COLUMN: Final = "unknown_column"  # of a row with something under a title that nobody understands
OTHER_SUBJECT: Final = "other_subject"  # of a table whose words say that its numbers are something else


class Refusal(NamedTuple):
    """Why a row or value is refused: the message code, the cell that the receipt quotes, and the cell's title.

    The title is blank where the cell is the value's, or has none.
    """

    code: str
    cell: str
    title: str = ""


FIELD_OF: Mapping[str, str] = {
    "station_text": "station",
    "indicator_text": "indicator",
    "time_text": "time",
    "value_text": "value",
    "printed": "value",
}  # the name of a column in the long form; other columns are called the same there


def legible(rows: Columns) -> Columns:
    """The rows with every cell that is no text quoted, and the problem noted."""
    for name in TEXTS:
        cells = rows[name].tolist()
        quoted = _quoted(set(cells))
        if quoted:
            wrong = [position for position, cell in enumerate(cells) if cell in quoted]
            texts = objects([quoted.get(cell, cell) for cell in cells])
            rows = with_problem(rows | {name: texts}, name, wrong)
    return rows


def with_problem(rows: Columns, name: str, wrong: Iterable[int]) -> Columns:
    """The rows, with the problem ``not_text`` where a cell is wrong.

    Parameters
    ----------
    rows : columns of readings.
    name : the column whose cells are wrong; each cell is quoted as it stands there.
    wrong : positions of the rows.
    """
    problem = rows["problem"].copy()
    field = rows["field"].copy()
    values = rows["value_text"].copy()
    first = [position for position in wrong if not problem[position]]
    problem[first] = NOT_TEXT
    field[first] = FIELD_OF.get(name, name)
    values[first] = rows[name][first]
    return rows | {"problem": problem, "field": field, "value_text": values}


def refused_rows(rows: Columns, refusals: Mapping[int, Refusal]) -> Columns:
    """The rows, with the problem of each that its reader refuses.

    Parameters
    ----------
    rows : columns of readings.
    refusals : by position of the row.
    """
    if not refusals:
        return rows
    problem = rows["problem"].copy()
    values = rows["value_text"].copy()
    field = rows["field"].copy()
    for position, refusal in refusals.items():
        problem[position] = refusal.code
        values[position] = refusal.cell
        field[position] = refusal.title or field[position]
    return rows | {"problem": problem, "value_text": values, "field": field}


def _quoted(cells: set[str]) -> dict[str, str]:
    """The cells that are no text, each with its quotation."""
    if max(map(len, cells), default=0) <= LONGEST and unseen_sign("".join(cells)) is None:
        return {}
    return {cell: shown(cell, MOST_QUOTED) for cell in cells if len(cell) > LONGEST or unseen_sign(cell) is not None}
