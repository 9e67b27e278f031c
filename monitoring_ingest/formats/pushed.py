"""What agencies push: the body of one request in, readings out.

JSON ``{"rows": [{station, time, indicator, value, unit, mark?, reason?, province?, status?}, …]}`` or ``{"columns":
{"station": […], …}}``, the long CSV, or an Arrow IPC stream of the same columns. Values are text or numbers; a number
becomes the shortest text that reads back as the same number. A cell that is neither is a row that says so (`problem`);
only a body that cannot be taken apart is refused as a whole. What holds more than it may is refused before it is
decoded: sixteen megabytes of ``{}`` would be thirty times that as objects. Nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import nanoarrow
import numpy as np

from basin.errors import HengjieError, UsageError
from basin.network import Network
from monitoring_ingest.formats.arrow_messages import announced
from monitoring_ingest.formats.file_text import GZIP_MAGIC, UnreadableFile
from monitoring_ingest.formats.station_files import OPTIONAL, REQUIRED, long_readings, read_long_csv
from monitoring_ingest.readings.frames import Columns

JSON = "application/json"
CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
VALUE = "value"
_NAMES = (*REQUIRED, *OPTIONAL)
_FIELD_OF = {"station": "station_text", "indicator": "indicator_text", "time": "time_text", VALUE: "value_text"}
_FORMS = '写成 {"rows": [{…}]} 或 {"columns": {…}}，见 docs/pushing.md'


class TooLarge(HengjieError):
    """A body or a number of rows beyond what one request may hold."""

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


_JSON = msgspec.json.Decoder(_Body)


def read_pushed(raw: bytes, media_type: str, network: Network, most_rows: int) -> Columns:
    """The readings of a body; rows are numbered from 1, those of a CSV by their line.

    Raises
    ------
    UsageError : a body that is not what its type says, with a column too few or too many. TooLarge : too many rows.
    """
    if media_type == CSV:
        _not_above(raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n"), most_rows + 1)
        found = _csv(raw, network)
        _not_above(len(found["row"]), most_rows)
        return found
    given = {JSON: _of_json, ARROW: _of_arrow}[media_type](raw, most_rows)
    return _readings(given, network)


def _csv(raw: bytes, network: Network) -> Columns:
    if raw.startswith(GZIP_MAGIC):  # unpacked within the limit only where the request says so
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
        return {name: [getattr(row, name) for row in body.rows] for name in _NAMES}
    columns = body.columns or {}
    _not_above(max(map(len, columns.values()), default=0), most_rows)
    return _complete(columns)


def _full_rows(raw: bytes, most_rows: int) -> int:
    """How many rows with every field a JSON body has the ``{ [ ,`` for: never more than it has rows, if sound.

    Every object, list and value but the outermost follows one of these, so they bound what decoding makes. Those inside
    texts do not count; telling them apart is only worth it where there seem to be too many.
    """
    found = _marks(raw)
    return found if found <= most_rows else _marks(_without_texts(raw))


def _marks(raw: bytes) -> int:
    a_row = len(_NAMES) + 1  # its brace, the commas between its fields, the comma after it
    return sum(map(raw.count, (b"{", b"[", b","))) // a_row - 2  # what stands around rows or columns is less than two


def _without_texts(raw: bytes) -> bytes:
    """A JSON body without what stands between quotes."""
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    found = np.frombuffer(unescaped, dtype="uint8")
    return found[~np.logical_xor.accumulate(found == ord('"'))].tobytes()


def _of_arrow(raw: bytes, most_rows: int) -> Mapping[str, Sequence[Any]]:
    try:
        rows, cells = announced(raw)
        _not_above(max(rows, -(-cells // len(_NAMES))), most_rows)
        with nanoarrow.ArrayStream.from_readable(raw) as stream:
            names = [field.name for field in stream.schema.fields]
            _known(names)
            table = stream.read_all()
        return _complete({name: _cells(table.child(at)) for at, name in enumerate(names)})
    except HengjieError:
        raise
    except Exception as problem:  # whatever the library finds wrong with bytes from outside
        raise _not_readable("Arrow", str(problem).strip() or type(problem).__name__) from problem


def _cells(column: nanoarrow.Array) -> list[Any]:
    """The cells of an Arrow column; instants as ISO text, decimals as they are written."""
    cells = column.to_pylist()
    written: dict[type, Callable[[Any], str]] = {datetime: datetime.isoformat, date: date.isoformat, Decimal: str}
    how = written.get(next((type(cell) for cell in cells if cell is not None), str))
    return cells if how is None else [None if cell is None else how(cell) for cell in cells]


def _complete(columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """The columns in their order, those that may be left out as blanks.

    Raises
    ------
    UsageError : a column too few or too many, or columns of different lengths.
    """
    _known(list(columns))
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        told = "，".join(f"{name} {length}" for name, length in lengths.items())
        raise UsageError(f"各列长度不同：{told}", "columns of different lengths", path="columns", remedy="补齐各列")
    blank = [""] * lengths["station"]
    return {name: columns.get(name, blank) for name in _NAMES}


def _known(names: Sequence[str]) -> None:
    """Refuse a column too few, too many, or given twice."""
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


def _readings(given: Mapping[str, Sequence[Any]], network: Network) -> Columns:
    told = {name: _texts(cells, name == VALUE) for name, cells in given.items()}
    texts = {name: cells for name, (cells, _) in told.items()}
    found = long_readings(range(1, len(texts["station"]) + 1), texts, network)
    for name, (_, wrong) in told.items():
        if wrong:
            found = _with_problem(found, name, wrong)
    return found


def _with_problem(found: Columns, name: str, wrong: Sequence[int]) -> Columns:
    """Rows with a cell that is neither text nor a number: the field is named, and the cell quoted as it was sent."""
    problem = found["problem"].copy()
    field = found["field"].copy()
    values = found["value_text"].copy()
    quoted = found[_FIELD_OF.get(name, name)]
    first = [at for at in wrong if not problem[at]]
    problem[first], field[first], values[first] = "not_text", name, quoted[first]
    return found | {"problem": problem, "field": field, "value_text": values}


def _texts(cells: Sequence[Any], numbers: bool) -> tuple[list[str], list[int]]:
    """The cells as text without blanks around it, and which of them are no text a reading can hold."""
    kinds = set(map(type, cells))
    listed = cells if kinds <= {str} else [_text(cell, numbers) for cell in cells]
    whole = "".join(filter(None, listed))
    if None not in listed and _can_be_kept(whole):
        return list(map(str.strip, listed)), []
    wrong = [at for at, text in enumerate(listed) if text is None or not _can_be_kept(text)]
    quoted = {at: _quoted(cells[at]) for at in wrong}
    return [quoted.get(at, text or "").strip() for at, text in enumerate(listed)], wrong


def _text(cell: Any, numbers: bool) -> str | None:
    if cell is None:
        return ""
    if type(cell) is str:
        return cell
    if numbers and type(cell) in (int, float):
        return repr(cell)
    return None


def _can_be_kept(text: str) -> bool:
    """Whether a database can keep a text: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _quoted(cell: Any) -> str:
    """A cell that cannot be kept, as it can be shown."""
    text = cell if isinstance(cell, str) else msgspec.json.encode(cell, enc_hook=repr).decode()
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()[:MOST_QUOTED]


MOST_QUOTED = 200


def _not_above(rows: int, most: int) -> None:
    if rows > most:
        zh = f"一次最多 {most} 行"
        en = f"at most {most} rows at once"
        raise TooLarge(zh, en, path="body", remedy="分几次报送")


def _not_readable(kind: str, why: str) -> UsageError:
    return UsageError(f"读不出 {kind}：{why}", f"not a readable {kind}: {why}", path="body", remedy=_FORMS)
