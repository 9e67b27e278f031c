"""Many facts in one CSV: a row each, in the keys of a single fact or their Chinese names.

In: the bytes of a CSV with the columns of `readings.facts.PROPOSED`. Out: the rows in their order, in the keys of a
fact, or a refusal that names the first row that is wrong and how many more there are. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from basin.errors import HengjieError, UnknownCode, UsageError
from basin.registry import Registry
from monitoring_ingest.formats.file_text import UnreadableFile, csv_lines, decoded, unpacked
from monitoring_ingest.readings.fact_checks import about_something_known
from monitoring_ingest.readings.facts import (
    APPROVED_BY,
    FIELDS,
    MAY_STAND,
    PEOPLE,
    PROPOSED,
    WITHDRAWN_BY,
    proposed_fact,
)

# what people write at the top of a form
COLUMNS: Mapping[str, str] = {
    "对象": "subject",
    "期间": "period",
    "种类": "kind",
    "数值": "value",
    "文件": "document",
    "登记人": "recorded_by",
    "批准人": APPROVED_BY,
    "行": "line",
    "付款日": "paid_on",
    "理由": "reason",
    "撤销文件": WITHDRAWN_BY,
}


class TableRow(NamedTuple):
    """A row of a table in the keys of a fact, and the line of the file it stands on."""

    number: int
    written: dict[str, str]


def read_proposed_facts(raw: bytes, registry: Registry, *, file: object = None) -> list[TableRow]:
    """The rows of a CSV of facts that somebody proposes, each about something declared; no column names a person.

    Parameters
    ----------
    raw : the file.
    registry : what is declared.
    file : where the bytes come from, for the error.

    Raises
    ------
    UsageError, UnknownCode : the file is no table, a column is missing, double or unknown, or a row is no fact or about
        nothing known; the row is named.
    """
    needed = [name for name in FIELDS if name in PROPOSED]
    rows = _rows(raw, needed, [name for name in MAY_STAND if name in PROPOSED], file)
    _refuse_no_facts(rows, registry, file)
    return rows


def _rows(raw: bytes, needed: Sequence[str], may_stand: Sequence[str], file: object) -> list[TableRow]:
    """The rows of a CSV whose first line has the needed columns, and of the others those that it has."""
    names = (*needed, *may_stand)
    try:
        table = csv_lines(decoded(unpacked(raw)))
    except UnreadableFile as problem:
        remedy = "存为 UTF-8 的 CSV，第一行写列名：" + ",".join(names)
        raise UsageError(f"读不出表格：{problem.value}", "not a readable CSV", file=file, remedy=remedy) from problem
    columns = [COLUMNS.get(title, title) for title in table.header]
    _check_columns(columns, needed, names, file)
    for position, cell in table.beyond.items():
        zh = f"单元格比表头多：{cell}"
        path = f"第 {table.numbers[position]} 行 line {table.numbers[position]}"
        remedy = "有逗号的内容加引号，或删去多出的单元格"
        raise UsageError(zh, "more cells than titles", file=file, path=path, remedy=remedy)
    rows = []
    for number, cells in zip(table.numbers, table.lines, strict=True):
        stated = dict(zip(columns, cells, strict=True))
        left_blank = {*may_stand, "value"} if stated.get(WITHDRAWN_BY) else may_stand
        rows.append(TableRow(number, {name: cell for name, cell in stated.items() if cell or name not in left_blank}))
    if not rows:
        raise UsageError("表中没有事实", "no fact in the table", file=file, remedy="列名之下每行写一件事实")
    return rows


def _refuse_no_facts(rows: Sequence[TableRow], registry: Registry, file: object) -> None:
    """Refuse rows that are no facts; of several the first is told, and how many more there are."""
    refusals: list[HengjieError] = []
    for row in rows:
        try:
            with at_line(row.number):
                about_something_known(proposed_fact(row.written, file=file), registry, file=file)
        except (UsageError, UnknownCode) as problem:
            refusals.append(problem)
    if refusals:
        first = refusals[0]
        first.remedy += f"（另有 {len(refusals) - 1} 行有问题 and {len(refusals) - 1} more）" if refusals[1:] else ""
        raise first


@contextmanager
def at_line(number: int) -> Iterator[None]:
    """Name the line of a table in what is refused of it."""
    try:
        yield
    except (UsageError, UnknownCode) as problem:
        problem.path = f"第 {number} 行 line {number} {problem.path or ''}".rstrip()
        raise


def _check_columns(columns: list[str], needed: Sequence[str], names: Sequence[str], file: object) -> None:
    missing = [name for name in needed if name not in columns]
    odd = [name for name in columns if name not in names or columns.count(name) > 1]
    if missing or odd:
        zh = f"缺少列 {'、'.join(missing)}" if missing else f"不认识或重复的列 {'、'.join(dict.fromkeys(odd))}"
        en = "missing column" if missing else "unknown or double column"
        remedy = f"第一行写列名：{','.join(names)}"
        remedy += "；不写登记人、批准人：由登录确定" if not set(PEOPLE).isdisjoint(odd) else ""
        raise UsageError(zh, en, file=file, path="第 1 行 line 1", remedy=remedy)
