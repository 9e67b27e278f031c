"""What agencies push: the body of one request in, readings out.

JSON ``{"rows": [{station, time, indicator, value, unit, mark?, reason?, province?, status?}, …]}`` or ``{"columns":
{"station": […], …}}``, the long CSV, or an Arrow IPC stream of the same columns. Values are text or numbers; a number
becomes the shortest text that reads back as the same number. A cell that is neither gives a row with a `problem`; only
a body that cannot be parsed is refused as a whole. A body with too many rows is refused before decoding: sixteen
megabytes of ``{}`` would become thirty times as much as objects. This module judges no reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
import nanoarrow
import numpy as np

from basin.errors import HengjieError, UsageError
from basin.network import Network
from basin.signs import shown
from basin.written.numbers import measured
from monitoring_ingest.formats.arrow_messages import announced
from monitoring_ingest.formats.file_text import GZIP_MAGIC, UnreadableFile
from monitoring_ingest.formats.station_files import OPTIONAL, REQUIRED, long_readings, read_long_csv
from monitoring_ingest.readings.cells import MOST_QUOTED, with_problem
from monitoring_ingest.readings.frames import Columns

JSON = "application/json"
CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
VALUE = "value"
_NAMES = (*REQUIRED, *OPTIONAL)
_COLUMN_OF = {"station": "station_text", "indicator": "indicator_text", "time": "time_text", VALUE: "value_text"}
_FORMS = '写成 {"rows": [{…}]} 或 {"columns": {…}}，见 docs/pushing.md'


class TooLarge(HengjieError):
    """The body, or its number of rows, exceeds what one request may hold."""

    code = "too_large"
    status = 413


class _Row(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    station: Any = ""
    time: Any = ""
    indicator: Any = ""
    value: Any = ""
    unit: Any = ""
    mark: Any = ""
    province: Any = ""
    reason: Any = ""
    status: Any = ""


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    rows: list[_Row] | None = None
    columns: dict[str, list[Any]] | None = None


class _Extreme(NamedTuple):
    """A JSON number that no reading can be: float64 would make it 0, infinity or a bound of float64."""

    written: str


def _number(written: str) -> float | _Extreme:
    """A JSON number with a fraction or an exponent; the few that may lose their meaning are looked at twice."""
    value = float(written)
    if _SMALLEST < abs(value) < _LARGEST:
        return value
    try:
        return measured(written)
    except ValueError:
        return _Extreme(written)


_SMALLEST = 1e-90
_LARGEST = 1e90
_JSON = msgspec.json.Decoder(_Body, float_hook=_number)


def read_pushed(raw: bytes, media_type: str, network: Network, most_rows: int) -> Columns:
    """The readings of a body. Rows are numbered from 1; rows of a CSV are numbered by their line.

    Parameters
    ----------
    raw : the body, unpacked as its Content-Encoding says.
    media_type : `JSON`, `CSV` or `ARROW`.
    network : finds the zone of a station, for times without zone.
    most_rows : how many rows one request may hold.

    Raises
    ------
    UsageError : the body does not fit its media type, or lacks a column, or has an unknown one.
    TooLarge : the body has more than `most_rows` rows.
    """
    if media_type == CSV:
        _not_above(raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n"), most_rows + 1)
        readings = _csv(raw, network)
        _not_above(len(readings["row"]), most_rows)
        return readings
    columns = {JSON: _of_json, ARROW: _of_arrow}[media_type](raw, most_rows)
    return _readings(columns, network)


def _csv(raw: bytes, network: Network) -> Columns:
    if raw.startswith(GZIP_MAGIC):  # only a request with Content-Encoding is unpacked, and within the limit
        raise _not_readable("CSV", "gzip; Content-Encoding: gzip")
    try:
        return read_long_csv(raw, name="", network=network)
    except UnreadableFile as problem:
        raise _not_readable("CSV", f"{problem.code} {problem.value}".strip()) from problem


def _of_json(raw: bytes, most_rows: int) -> Mapping[str, Sequence[Any]]:
    _not_above(_full_rows(raw, most_rows), most_rows)
    try:
        body = _JSON.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise _not_readable("JSON", str(problem)) from problem
    if (body.rows is None) == (body.columns is None):
        raise UsageError("应有 rows 或 columns 之一", "either rows or columns", path="body", remedy=_FORMS)
    if body.rows is not None:
        _not_above(len(body.rows), most_rows)
        return {name: list(map(attrgetter(name), body.rows)) for name in _NAMES}
    columns = body.columns or {}
    _not_above(max(map(len, columns.values()), default=0), most_rows)
    return _complete(columns)


def _full_rows(raw: bytes, most_rows: int) -> int:
    """How many rows with every field the characters ``{ [ ,`` of a JSON body suffice for.

    In a sound body this is never more than its number of rows. Every object, list and value but the outermost follows
    one of these characters, so their number bounds what decoding creates. Characters inside texts do not count, but
    are removed only where the first count is too high, since removing them takes time.
    """
    rows = _rows_by_marks(raw)
    return rows if rows <= most_rows else _rows_by_marks(_without_texts(raw))


def _rows_by_marks(raw: bytes) -> int:
    marks_a_row = len(_NAMES) + 1  # the brace of the row, the commas between its fields, the comma after the row
    marks = sum(map(raw.count, (b"{", b"[", b",")))
    return marks // marks_a_row - 2  # the marks around the rows or columns make less than two rows


def _without_texts(raw: bytes) -> bytes:
    """A JSON body without the characters between quotes."""
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    characters = np.frombuffer(unescaped, dtype="uint8")
    return characters[~np.logical_xor.accumulate(characters == ord('"'))].tobytes()


def _of_arrow(raw: bytes, most_rows: int) -> Mapping[str, Sequence[Any]]:
    try:
        rows, cells = announced(raw)
        _not_above(max(rows, -(-cells // len(_NAMES))), most_rows)
        with nanoarrow.ArrayStream.from_readable(raw) as stream:
            names = [field.name for field in stream.schema.fields]
            _check_names(names)
            table = stream.read_all()
        return _complete({name: _cells(table.child(position)) for position, name in enumerate(names)})
    except HengjieError:
        raise
    except Exception as problem:  # the library raises errors of many kinds on bytes from outside
        raise _not_readable("Arrow", str(problem).strip() or type(problem).__name__) from problem


def _cells(column: nanoarrow.Array) -> list[Any]:
    """The cells of an Arrow column; instants as ISO text, decimals as their text."""
    cells = column.to_pylist()
    written: dict[type, Callable[[Any], str]] = {datetime: datetime.isoformat, date: date.isoformat, Decimal: str}
    how = written.get(next((type(cell) for cell in cells if cell is not None), str))
    return cells if how is None else [None if cell is None else how(cell) for cell in cells]


def _complete(columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """All columns in the order of `_NAMES`; optional columns that were left out are blank.

    Raises
    ------
    UsageError : a required column is missing, a column is unknown, or the columns differ in length.
    """
    _check_names(list(columns))
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = "，".join(f"{name} {length}" for name, length in lengths.items())
        raise UsageError(f"各列长度不同：{listed}", "columns of different lengths", path="columns", remedy="补齐各列")
    blank = [""] * lengths["station"]
    return {name: columns.get(name, blank) for name in _NAMES}


def _check_names(names: Sequence[str]) -> None:
    """Refuse a missing column, an unknown column, and a column given twice."""
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in _NAMES]
    double = [name for name, times in Counter(names).items() if times > 1]
    for listed, zh, en in (
        (missing, "缺少列", "missing column"),
        (unknown, "没有这样的列", "no such column"),
        (double, "列重复", "column given twice:"),
    ):
        if listed:
            zh = f"{zh} {'、'.join(listed)}"
            en = f"{en} {', '.join(listed)}"
            raise UsageError(zh, en, path="columns", remedy=f"列名：{' '.join(_NAMES)}")


class _TextCells(NamedTuple):
    """The cells of a column as stripped texts, and the positions of cells that are neither text nor a number."""

    texts: list[str]
    wrong: list[int]


def _readings(columns: Mapping[str, Sequence[Any]], network: Network) -> Columns:
    cells = {name: _text_cells(column, name == VALUE) for name, column in columns.items()}
    texts = {name: column.texts for name, column in cells.items()}
    readings = long_readings(range(1, len(texts["station"]) + 1), texts, network)
    for name, column in cells.items():
        if column.wrong:
            readings = with_problem(readings, _COLUMN_OF.get(name, name), column.wrong)
    return readings


def _text_cells(cells: Sequence[Any], numbers: bool) -> _TextCells:
    """The cells of a column as text; of a column where `numbers` is true, numbers are written as text."""
    kinds = set(map(type, cells))
    listed = cells if kinds <= {str} else [_text(cell, numbers) for cell in cells]
    wrong = [position for position, text in enumerate(listed) if text is None]
    if not wrong:
        return _TextCells(list(map(str.strip, listed)), [])
    quoted = {position: _quoted(cells[position]) for position in wrong}
    return _TextCells([quoted.get(position, text or "").strip() for position, text in enumerate(listed)], wrong)


def _text(cell: Any, numbers: bool) -> str | None:
    if cell is None:
        return ""
    if type(cell) is str:
        return cell
    if numbers and type(cell) in (int, float):
        return repr(cell)
    if numbers and type(cell) is _Extreme:
        return cell.written
    return None


def _quoted(cell: Any) -> str:
    """A printable form of a cell that is neither text nor a number."""
    return shown(msgspec.json.encode(cell, enc_hook=repr).decode(), MOST_QUOTED)


def _not_above(rows: int, most: int) -> None:
    if rows > most:
        zh = f"一次最多 {most} 行"
        en = f"at most {most} rows at once"
        raise TooLarge(zh, en, path="body", remedy="分几次报送")


def _not_readable(kind: str, why: str) -> UsageError:
    return UsageError(f"读不出 {kind}：{why}", f"not a readable {kind}: {why}", path="body", remedy=_FORMS)
