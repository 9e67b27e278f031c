"""Laboratory workbooks (化验单): the filled template in, a readings frame out; and what a mark says of a sample.

A row is one result. Sample, side and method become the mark of the reading (``样品 S-01|上游|HJ 535-2009``), so
that they are stored with the reading and two results of one sample can be matched again. A result without a number
says so (``样品 未编号``): the sample tells a result of a laboratory from a station's own reading (`readings.origins`).
Remark and sample type are read as `written.qualifiers` says: 未检出 (ND), and a result below the limit of its row, are
below that limit; 未检出 without a limit is not a number. The template is made in `laboratory_template`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import starmap
from typing import Literal, NamedTuple

import pandas as pd

from basin.sources import Source
from basin.written.qualifiers import DOUBTED, SAMPLE, is_known_type, without_unit, written_value
from monitoring_ingest.formats.declared_tables import readings_of
from monitoring_ingest.formats.table_headers import Table, tables
from monitoring_ingest.readings.station_statuses import SEPARATOR

Side = Literal["upstream", "downstream", "third"]
# our name → title in the template; sample, side, method, sampler, remark and sample type go into the mark
COLUMNS: Mapping[str, str] = {
    "sample": "样品编号 Sample",
    "station": "站点 Station",
    "time": "采样时间 Sampled at",
    "indicator": "指标 Indicator",
    "value": "结果 Result",
    "unit": "单位 Unit",
    "limit": "检出限 Detection limit",
    "side": "分析方 Analysed by",
    "method": "方法 Method",
    "sampler": "采样人 Sampler",
    "mark": "备注 Remark",
    "sample_type": "样品类型 Sample type",
}
READ = ("station", "time", "indicator", "value", "unit", "mark")
SIDES: Mapping[str, Side] = {"上游": "upstream", "下游": "downstream", "第三方": "third"}
IN_ENGLISH: Mapping[Side, str] = {"upstream": "upstream", "downstream": "downstream", "third": "third laboratory"}
SAMPLER = "采样 "
UNNUMBERED = "未编号"  # in place of the number: by its sample a result is known to come from a laboratory
_CODE_AND_NAME = re.compile(r"([A-Za-z0-9_.-]+)\s+\S.*")


class Sampled(NamedTuple):
    """The sample that a mark names, and the side that analysed the sample (None: not stated)."""

    sample: str
    side: Side | None


def read_laboratory(raw: bytes, *, name: str, source: Source) -> pd.DataFrame:
    """The results of one workbook, read as a table whose columns are those of the template.

    Parameters
    ----------
    raw : bytes of the workbook.
    name : name of the file; not used, every reader of a format takes it.
    source : the laboratory; its zone is that of the sampling times.

    Raises
    ------
    UnreadableFile : the workbook is not made from the template.
    """
    by_template = replace(source, format="table", columns={column: COLUMNS[column] for column in READ})
    further = [COLUMNS[column] for column in COLUMNS if column not in READ]
    return pd.concat([_results(table, by_template) for table in tables(raw, by_template, further)], ignore_index=True)


def _results(table: Table, source: Source) -> pd.DataFrame:
    frame = readings_of(table, source)
    for column in ("station_text", "indicator_text"):
        frame[column] = frame[column].map(_code)
    cells = {name: table.column(title) for name, title in COLUMNS.items()}
    frame["limit"] = pd.Series(cells["limit"], dtype=object)
    described = (cells[name] for name in ("sample", "side", "method", "sampler"))
    marks = list(starmap(_mark, zip(*described, frame["mark"], cells["sample_type"], strict=True)))
    qualifying = zip(cells["sample"], frame["qualifier"], cells["sample_type"], strict=True)
    frame["qualifier"] = pd.Series(list(starmap(_qualifier, qualifying)), dtype=object)
    limits = map(without_unit, cells["limit"], frame["unit"])
    remarks = zip(frame["value_text"], frame["qualifier"], limits, strict=True)
    # A mark on a blank result would be taken for the reason why the value was withheld.
    filled = [bool(value) or written_value(value, remark, limit).limit for value, remark, limit in remarks]
    frame["mark"] = pd.Series(marks, dtype=object).where(pd.Series(filled, dtype=bool), frame["mark"])
    return frame


def _code(text: str) -> str:
    """The code in ``nh3n 氨氮``, as the drop-downs of the template write it; any other text as it is."""
    from_list = _CODE_AND_NAME.fullmatch(text)
    return from_list[1] if from_list else text


def _qualifier(sample: str, remark: str, kind: str) -> str:
    """What qualifies a result: the number of its sample, remark and type; method and sampler do not."""
    doubt = "" if is_known_type(kind) else DOUBTED
    return SEPARATOR.join(filter(None, (sample and SAMPLE + sample, remark, kind, doubt)))


def _mark(sample: str, side: str, method: str, sampler: str, remark: str, sample_type: str) -> str:
    """The mark of a result: the sample, then every part that is not blank, in the order of the parameters."""
    side = side.partition(" ")[0] if side.partition(" ")[0] in SIDES else side
    parts = (SAMPLE + (sample or UNNUMBERED), side, method, sampler and SAMPLER + sampler, remark, sample_type)
    return SEPARATOR.join(part.replace(SEPARATOR, "/") for part in parts if part)


def sampled(mark: str) -> Sampled | None:
    """The sample that a mark names, and its side; None where the mark names no sample."""
    first, *rest = mark.split(SEPARATOR)
    if not first.startswith(SAMPLE) or first == SAMPLE + UNNUMBERED:  # two of those need not be of one sample
        return None
    return Sampled(first.removeprefix(SAMPLE), SIDES.get(rest[0]) if rest else None)
