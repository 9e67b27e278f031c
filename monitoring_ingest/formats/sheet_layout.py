"""What a worksheet shows, and which of its formulas were computed: the XML of a workbook's parts in, layouts out.

The library that reads the cells says neither. A cell that nobody sees may be a draft, and the number saved with a
formula is that of the last program that computed it, or a 0 that stands for one that nobody ever computed. So a
formula counts only in a workbook that a spreadsheet program saved, and that does not ask for all to be computed anew.
What the cells mean, and what becomes of them, is decided in `table_cells`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, NamedTuple
from xml.parsers import expat

from monitoring_ingest.formats.file_text import MOST_COLUMNS, UnreadableFile

MOST_COVERED = 1_000_000  # cells of merged blocks and of array formulas, in one worksheet
MOST_BLOCKS = 100_000
SHEET_PROGRAMS = (
    "microsoft excel", "microsoft macintosh excel", "wps", "libreoffice", "openoffice", "collabora", "onlyoffice",
    "yozo", "永中", "kingsoft", "numbers", "softmaker", "planmaker",
)  # fmt: skip
_APPLICATION = "docprops/app.xml"
_WORKBOOK = re.compile(r"(?:.*/)?workbook\d*\.xml", re.IGNORECASE)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_COLUMN = re.compile(r"[A-Z]{1,3}")
# of another file, or another at every look: what was saved is not what anybody sees
_UNSTEADY = re.compile(r"\[\d+\]|\b(?:RAND|RANDBETWEEN|RANDARRAY|NOW|TODAY)\(", re.IGNORECASE)
# Words that a number format prints beside the number; what stands for a minus or a gap says nothing.
_WORDS_OF_FORMAT = re.compile(r'"[^"]*[^"\s()-][^"]*"|\\[^\s()-]')
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')  # of a format; the first is that of positive numbers
# Gaps, fillings, colours, conditions and languages; [h] counts hours and [$¥-804] is a sign of money.
_NOT_PRINTED = re.compile(r"_.|\*.|\[(?!h+\]|m+\]|s+\]|\$[^-\]])[^\]]*\]", re.IGNORECASE)
_MONEY = "[$"
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_OF_TIMES = re.compile(r"[ymdhs]", re.IGNORECASE)
_GENERAL = re.compile(r"General|G/[^;]*格式|@", re.IGNORECASE)
_FRACTION_OR_POWER = r"(?:E[+-][0#?]+|\s*/\s*[#?0-9]+)?\s*"
_DIGITS = re.compile(r"[+\s]*[#?0\s]*(?:,[#?0\s]+)*(?:\.[#?0\s]*)?" + _FRACTION_OR_POWER, re.IGNORECASE)
# Formats that a file names by number only (ECMA-376 part 1, 18.8.30), of those with signs.
_BUILT_IN = {"9": "0%", "10": "0.00%"} | dict.fromkeys(("5", "6", "7", "8", "42", "44"), "$#,##0")
_STYLES = re.compile(r"(?:.*/)?styles\.xml", re.IGNORECASE)
_TEXTS = re.compile(r"(?:.*/)?sharedstrings\.xml", re.IGNORECASE)
UNSEEN_FORMAT = ";;;"
STRIKE = "strike"
ODD_RUNS = ("vertAlign", STRIKE)


class Place(NamedTuple):
    """A cell: the row as the file numbers it, from 1, and the column from 0."""

    row: int
    column: int


class Formula(NamedTuple):
    """A formula that gives a value: its text, the cell the text was written for, and the cell that it fills.

    The two cells differ where a formula is filled down: its text stands in the first cell only.
    """

    text: str
    written_at: Place
    place: Place


class Block(NamedTuple):
    """A rectangle of cells, both ends included; its first cell holds what is shown."""

    first: Place
    last: Place

    def rows(self) -> range:
        """The numbers of its rows."""
        return range(self.first.row, self.last.row + 1)

    def columns(self) -> range:
        """The positions of its columns."""
        return range(self.first.column, self.last.column + 1)


@dataclass(frozen=True)
class Layout:
    """What is special about a worksheet's cells.

    Attributes
    ----------
    hidden : whether the worksheet is.
    hidden_rows, hidden_columns : row numbers from 1, column positions from 0; rows that a filter leaves out are hidden.
    merged : blocks of merged cells.
    uncomputed : cells with a formula that no spreadsheet program computed.
    from_1904 : whether the workbook counts its days from 1904.
    struck : cells whose content is struck through, or formatted so that nothing of it shows.
    struck_in_part : cells with a text of which a piece is struck through.
    worded : cells that show more than their value: a sign of the number format, or digits raised or struck.
    formulas : formulas that a spreadsheet program computed.
    without_input : cells with such a formula that refers to blank cells (`formula_inputs`).
    """

    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Block, ...] = ()
    uncomputed: frozenset[Place] = frozenset()
    from_1904: bool = False
    struck: frozenset[Place] = frozenset()
    struck_in_part: frozenset[Place] = frozenset()
    worded: frozenset[Place] = frozenset()
    formulas: tuple[Formula, ...] = ()
    without_input: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class Looks:
    """The styles of a workbook, by number as cells name them, and its shared texts, whose content is not all shown."""

    struck: frozenset[str] = frozenset()
    worded: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    struck_texts: frozenset[str] = frozenset()


def looks_of(archive: zipfile.ZipFile) -> Looks:
    """The styles and shared texts of a workbook that show other than the value of a cell."""
    styles = _Styles()
    texts = _Texts()
    for name in archive.namelist():
        reader = styles.start if _STYLES.fullmatch(name) else texts.start if _TEXTS.fullmatch(name) else None
        if reader is not None:
            with archive.open(name) as part:
                _parse(part, reader, styles.end, lambda _: None)
    return Looks(frozenset(styles.struck), frozenset(styles.worded), frozenset(texts.odd), frozenset(texts.struck))


class _Styles:
    """What the elements of the part with styles say."""

    def __init__(self) -> None:
        self.struck: set[str] = set()
        self.worded: set[str] = set()
        self._formats: dict[str, str] = {}
        self._struck_fonts: set[str] = set()
        self._fonts = -1
        self._styles = -1
        self._of_cells = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "font":
            self._fonts += 1
        elif name == "strike" and not _is_false(attributes.get("val")):
            self._struck_fonts.add(str(self._fonts))
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells:
            self._styles += 1
            number = attributes.get("numFmtId", "")
            code = self._formats.get(number, _BUILT_IN.get(number, ""))
            if attributes.get("fontId") in self._struck_fonts or code.strip() == UNSEEN_FORMAT:
                self.struck.add(str(self._styles))
            elif _WORDS_OF_FORMAT.search(code) or _shows_another_number(code):
                self.worded.add(str(self._styles))

    def end(self, tag: str) -> None:
        if _local(tag) == "cellXfs":
            self._of_cells = False


def _shows_another_number(code: str) -> bool:
    """Whether a number format shows a positive number as another: 30% and ‰, thousands left out, −0.3, (0.3), ¥0.3.

    The minus or the brackets of negative numbers stand in their own section and say what is stored.
    """
    first = _SECTION.match(code)
    section = _NOT_PRINTED.sub("", first[0] if first else "")
    if _MONEY not in section and _OF_TIMES.search(_QUOTED.sub("", section)):
        return False  # a date is read as it is stored
    printed = _GENERAL.sub("", _QUOTED.sub(r"\1\2", section))
    return _DIGITS.fullmatch(printed) is None


class _Texts:
    """Which shared texts have raised, lowered or struck pieces."""

    def __init__(self) -> None:
        self.odd: set[str] = set()
        self.struck: set[str] = set()
        self._position = -1

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            self._position += 1
        elif name in ODD_RUNS:
            self.odd.add(str(self._position))
            if _strikes(name, attributes):
                self.struck.add(str(self._position))


def _strikes(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element strikes through the piece of text that it describes."""
    return name == STRIKE and not _is_false(attributes.get("val"))


def is_computed(archive: zipfile.ZipFile) -> bool:
    """Whether a spreadsheet program saved the workbook, with all formulas computed.

    Libraries that write workbooks compute nothing. Those that call themselves Excel ask the next program that opens the
    file to compute everything, as does a library that has changed cells; a program told to compute by hand says when it
    has not finished.
    """
    names = archive.namelist()
    saved_by = "".join(_application(archive, name) for name in names if name.lower() == _APPLICATION)
    if not saved_by.strip().lower().startswith(SHEET_PROGRAMS):
        return False
    workbooks = [name for name in names if _WORKBOOK.fullmatch(name)]
    return bool(workbooks) and all(_says_computed(archive, name) for name in workbooks)


def _application(archive: zipfile.ZipFile, name: str) -> str:
    """The program that the properties of a workbook name."""
    inside = False
    written: list[str] = []

    def start(tag: str, _: Mapping[str, str]) -> None:
        nonlocal inside
        inside = _local(tag) == "Application"

    def end(_: str) -> None:
        nonlocal inside
        inside = False

    def text(piece: str) -> None:
        if inside:
            written.append(piece)

    with archive.open(name) as part:
        _parse(part, start, end, text)
    return "".join(written)


def _says_computed(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether the part says how formulas were computed, as spreadsheet programs do, and that all of them were."""
    settings: list[Mapping[str, str]] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if _local(tag) == "calcPr":
            settings.append(dict(attributes))

    with archive.open(name) as part:
        _parse(part, start, lambda _: None, lambda _: None)
    return bool(settings) and all(map(_is_finished, settings))


def _is_finished(setting: Mapping[str, str]) -> bool:
    by_hand = setting.get("calcMode") == "manual" and _is_false(setting.get("calcOnSave"))
    anew = (
        any(_is_true(setting.get(key)) for key in ("fullCalcOnLoad", "forceFullCalc")) or setting.get("calcId") == "0"
    )
    return not (by_hand or anew or _is_false(setting.get("calcCompleted")))


def layout_of(
    part: Callable[[], IO[bytes]], *, computed: bool, hidden: bool, from_1904: bool, looks: Looks
) -> Layout:  # fmt: skip
    """The layout of one worksheet.

    Parameters
    ----------
    part : opens the worksheet's part.
    computed : whether a spreadsheet program computed the formulas (`is_computed`).
    hidden : whether the worksheet is.
    from_1904 : whether the workbook counts its days from 1904.
    looks : the styles and texts of the workbook that show other than a value.

    Raises
    ------
    UnreadableFile : a row or cell stands twice, or blocks cover more than `MOST_COVERED` cells.
    """
    worksheet = _Worksheet(looks)
    with part() as stream:
        _parse(stream, worksheet.start, worksheet.end, worksheet.text)
    uncomputed = worksheet.valueless if computed else worksheet.formulas
    if not computed:
        uncomputed |= set(worksheet.covered(worksheet.arrays))
    return Layout(
        hidden=hidden or worksheet.hidden,
        hidden_rows=frozenset(worksheet.hidden_rows),
        hidden_columns=frozenset(worksheet.hidden_columns),
        merged=tuple(worksheet.shown(worksheet.merged)),
        uncomputed=frozenset(uncomputed),
        from_1904=from_1904,
        struck=frozenset(worksheet.struck),
        struck_in_part=frozenset(worksheet.struck_in_part),
        formulas=tuple(worksheet.with_values) if computed else (),
        worded=frozenset(worksheet.worded),
    )


class _Worksheet:
    """What the elements of a worksheet say, as a parser meets them; rows and cells are numbered as openpyxl does."""

    def __init__(self, looks: Looks) -> None:
        self.hidden = False
        self.struck: set[Place] = set()
        self.struck_in_part: set[Place] = set()
        self.worded: set[Place] = set()
        self.with_values: list[Formula] = []
        self._written: dict[str, Formula] = {}  # by the number under which cells share a formula, its first cell's
        self._shared_by = ""
        self._looks = looks
        self._rows: set[int] = set()
        self._columns: set[int] = set()  # of the row
        self._is_shared = False
        self._in_formula = False
        self._formula = ""
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[Block] = []
        self.arrays: list[Block] = []
        self.formulas: set[Place] = set()
        self.valueless: set[Place] = set()
        self._row = 0
        self._column = -1
        self._in_cell = False
        self._is_text = False  # whether the value is a text, which may be blank
        self._has_formula = False
        self._value: str | None = None  # None: no value is saved
        self._in_value = False
        self._is_plain = False  # whether the formula fills its own cell only

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            if self._has_formula or self._is_shared:  # a formula stands before its value
                self._in_value = True
                self._value = ""
        elif name == "f" and self._in_cell:
            self._has_formula = True
            self._in_formula = True
            self._formula = ""
            self._shared_by = attributes.get("si", "") if attributes.get("t") == "shared" else ""
            self._is_plain = attributes.get("t", "normal") in ("normal", "shared")
            # A formula may fill a block of cells, of which only the first has it.
            self._add(self.arrays, attributes.get("ref") if attributes.get("t") in ("array", "dataTable") else None)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "col" and _is_not_shown(attributes, "width"):
            first = _whole(attributes.get("min")) or 1
            last = _whole(attributes.get("max")) or first
            self.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))
        elif name == "sheetFormatPr":
            self.hidden = _is_true(attributes.get("zeroHeight")) or _is_not_shown(attributes, "defaultColWidth")
        elif name in ODD_RUNS and self._in_cell:
            self.worded.add(Place(self._row, self._column))
            if _strikes(name, attributes):
                self.struck_in_part.add(Place(self._row, self._column))
        elif name == "mergeCell":
            self._add(self.merged, attributes.get("ref"))

    def end(self, tag: str) -> None:
        name = _local(tag)
        if name == "v":
            self._in_value = False
        elif name == "f":
            self._in_formula = False
        elif name == "c" and self._in_cell:
            self._in_cell = False
            if self._is_shared and (text := (self._value or "").strip()) in self._looks.texts:
                self.worded.add(Place(self._row, self._column))
                if text in self._looks.struck_texts:
                    self.struck_in_part.add(Place(self._row, self._column))
            if self._has_formula:
                self._has_formula = False
                place = Place(self._row, self._column)
                self.formulas.add(place)
                blank = self._value is None or not (self._value or self._is_text)
                if blank or _UNSTEADY.search(self._formula):
                    self.valueless.add(place)
                elif self._is_plain and not self._is_text:
                    self._add_formula(place)

    def text(self, piece: str) -> None:
        if self._in_value:
            self._value = f"{self._value or ''}{piece}"
        elif self._in_formula:
            self._formula += piece

    def shown(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks, without what lies beyond the last row and the last column that is read.

        Raises
        ------
        UnreadableFile : they cover too many cells.
        """
        covered = 0
        for block in blocks:
            clipped = Block(
                block.first, Place(min(block.last.row, self._row), min(block.last.column, MOST_COLUMNS - 1))
            )
            covered += len(clipped.rows()) * len(clipped.columns())
            if covered > MOST_COVERED:
                raise UnreadableFile("file_too_large", f"{MOST_COVERED}")
            yield clipped

    def covered(self, blocks: Iterable[Block]) -> Iterator[Place]:
        """Every cell of the blocks."""
        for block in self.shown(blocks):
            for row in block.rows():
                yield from (Place(row, column) for column in block.columns())

    def _add_formula(self, place: Place) -> None:
        """Add the formula of a cell; of one filled down the text stands in its first cell."""
        formula = Formula(self._formula, place, place)
        if self._shared_by:
            formula = self._written.setdefault(self._shared_by, formula)._replace(place=place)
        self.with_values.append(formula)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._row = _whole(attributes.get("r")) or self._row + 1
        self._column = -1
        self._columns.clear()
        if self._row in self._rows:
            raise UnreadableFile("unreadable_file", f"XLSX：第 {self._row} 行写了两次 row twice")
        self._rows.add(self._row)
        if _is_not_shown(attributes, "ht"):
            self.hidden_rows.add(self._row)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        letters = _COLUMN.match(attributes.get("r", ""))
        self._column = position(letters[0]) if letters else self._column + 1
        self._in_cell = True
        if self._column in self._columns:
            raise UnreadableFile("unreadable_file", f"XLSX：{attributes.get('r', '')} 写了两次 cell twice")
        self._columns.add(self._column)
        style = attributes.get("s", "0")
        if style in self._looks.struck:
            self.struck.add(Place(self._row, self._column))
        elif style in self._looks.worded:
            self.worded.add(Place(self._row, self._column))
        kind = attributes.get("t")
        # a text counts here only where one of the workbook's texts is not all shown
        self._is_shared = kind == "s" and bool(self._looks.texts)
        self._is_text = kind == "str"
        self._has_formula = False
        self._value = None

    def _add(self, blocks: list[Block], reference: str | None) -> None:
        """Add the block of a reference as ``A2:A4``; one that is none is passed over."""
        ends = _REFERENCE.fullmatch(reference or "")
        if not ends:
            return
        if len(blocks) == MOST_BLOCKS:
            raise UnreadableFile("file_too_large", f"{MOST_BLOCKS}")
        first = Place(int(ends[2]), position(ends[1]))
        blocks.append(Block(first, Place(int(ends[4]), position(ends[3])) if ends[3] else first))


def _parse(
    part: IO[bytes],
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.buffer_text = True
    parser.ParseFile(part)


@lru_cache
def _local(tag: str) -> str:
    """The name of an element without the prefix of its namespace."""
    return tag.rpartition(":")[2]


def _is_not_shown(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or has no height or width to speak of."""
    try:
        return _is_true(attributes.get("hidden")) or float(attributes.get(size, "1")) < 1
    except ValueError:
        return False


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")


def _is_false(text: str | None) -> bool:
    return text in ("0", "false")


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


@lru_cache
def position(letters: str) -> int:
    """The position of a column from 0: ``A`` is 0, ``AA`` is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
