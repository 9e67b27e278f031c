"""Commands that judge water and performance: assess a basin by a scorecard, classify a table of means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import pandas as pd

from api.commands.shared import AS_OF, Told, command, composed, example, written
from basin.clauses import NonDetect
from basin.errors import UsageError
from basin.standards import standard
from basin.written.agreement_files import file_text
from monitoring_ingest.formats.file_text import CsvLines, UnreadableFile, csv_lines, csv_records
from settlement import run as settling
from settlement.assessment.classification import classified

STANDARD = "gb3838-2002"
MOST_TABLE_BYTES = 64 * 2**20


@click.command(epilog=example("hengjie assess demo-qingxi 2025"))
@click.argument("basin")
@click.argument("period")
@click.option("--scorecard", help="评价表代码；只有一个时可省略。")
@AS_OF
@command
def assess(basin: str, period: str, scorecard: str | None, as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """评价一个流域的绩效。Assess the performance of a basin."""
    composition = composed(extra)
    registry = composition.registry.scoring_by(scorecard)
    document = settling.assess(composition.engine, registry, basin, period, as_of=as_of, now=composition.now())
    result = "没有数据，不能评分 no data, no score"
    if document["score"] is not None:
        result = f"{document['score']} 分，{document['grade']}"
    lines = [f"{document['title']} {basin} {period}：{result}，{document['id']}"]
    for c in document["criteria"]:
        lines.append(f"{c['title']}：{c['earned'] if c['earned'] is not None else c['message_zh']} / {c['points']}")
        lines += [f"    {step['label']}：{step['expression']} = {step['value']}" for step in c["working"]]
    return document, "\n".join(lines)


@click.command(epilog=example("hengjie classify means.csv --require ph,do,codmn,nh3n,tp -o classes.csv"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件；缺省为标准输出。")
@click.option("--require", default="", help="缺一即不评的指标，逗号分隔。")
@click.option("--ignore", multiple=True, help="不用的列，可写多次。Columns to pass over.")
@click.option(
    "--non-detect",
    type=click.Choice(["half", "zero", "limit"]),
    default="half",
    help="未检出（<0.02）按检出限的一半、零或检出限。What stands for a value below detection.",
)
@click.option("--compare", type=click.Choice(["raw", "reported"]), default="raw", help="按原值，或修约后比较。")
@command
def classify(
    file: Path,
    output: Path | None,
    require: str,
    ignore: Sequence[str],
    non_detect: NonDetect,
    compare: str,
    extra: Sequence[Path],
) -> Told:
    """评定水质类别；列名可带单位，如 总磷(μg/L)。Water-quality classes of a table."""
    table = _table(file)
    wanted = [code for code in require.split(",") if code.strip()]
    classes = classified(
        table, standard(STANDARD), require=wanted, compare=compare, ignore=ignore, non_detect=non_detect
    )
    return written(classes, output)


def _table(file: Path) -> pd.DataFrame:
    """The cells of a CSV as text, whose lines and columns are bounded before a table is made of them.

    Raises
    ------
    UsageError : the file cannot be read, or is no CSV.
    """
    text = file_text(file, UsageError, MOST_TABLE_BYTES)
    if not text.strip():
        remedy = "第一行写列名：section,time,water_body 和各指标"
        raise UsageError("表格是空的，没有表头", "an empty CSV without a header", file=file, remedy=remedy)
    try:
        table = csv_lines(text)
    except UnreadableFile as problem:
        zh = f"读不出表格：{problem.value}"
        remedy = "另存为 UTF-8 的 CSV；太大的拆成几个"
        raise UsageError(zh, "not a readable CSV", file=file, remedy=remedy) from problem
    double = [title for title, times in Counter(table.header).items() if title and times > 1]
    if double:
        listed = "、".join(double)
        raise UsageError(f"列重复：{listed}", "a column stands twice", file=file, path=listed, remedy="留下一列")
    for position, cell in table.beyond.items():
        line = f"第 {table.numbers[position]} 行 line {table.numbers[position]}"
        zh = f"单元格比表头多：{cell}"
        remedy = "小数点写成逗号的改正；多出的列写上列名"
        raise UsageError(zh, "more cells than titles", file=file, path=line, remedy=remedy)
    _refuse_short(table, text, file)
    return pd.DataFrame(table.lines, columns=_titles(table), dtype=object).drop(columns="", errors="ignore")


def _refuse_short(table: CsvLines, text: str, file: Path) -> None:
    """Refuse a table with a row that has fewer cells than titles: nobody knows which cell is missing.

    Parameters
    ----------
    table : the table. text : of the file. file : for the message.
    """
    width = max((column + 1 for column, title in enumerate(table.header) if title), default=0)
    for number, cells in csv_records(text):
        if any(cells) and len(cells) < width:
            line = f"第 {number} 行 line {number}"
            zh = f"单元格比表头少：{len(cells)} < {width}"
            remedy = "补齐这一行；没有值的格留空，逗号不能少"
            raise UsageError(zh, "fewer cells than titles", file=file, path=line, remedy=remedy)


def _titles(table: CsvLines) -> list[str]:
    """The titles. A column without a title is named by its number; without content, too, it stays blank."""
    used = {column for cells in table.lines for column, cell in enumerate(cells) if cell.strip()}
    return [title or (f"第{column + 1}列" if column in used else "") for column, title in enumerate(table.header)]
