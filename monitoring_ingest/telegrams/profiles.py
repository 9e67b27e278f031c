"""From telegrams to readings: telegrams of a device and its declared source in, a readings frame out.

A telegram states a device (MN), factor codes and the station's own marks, but no unit. The source declares which
station the device stands for, which field of which command is the value, what unknown codes mean and in which unit they
are sent. Nothing is guessed: an undeclared code and a factor without unit become rejected rows of the receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from basin.errors import RegisterError
from basin.sources import Source
from basin.written.station_statuses import NORMAL, STATUS_OF, UNKNOWN_MARK
from monitoring_ingest.formats.file_text import UnreadableFile
from monitoring_ingest.formats.station_telegrams import FactorValues, Refused, Telegram, data_of, joined, read_data
from monitoring_ingest.formats.written_times import instants
from monitoring_ingest.readings.frames import readings_frame
from monitoring_ingest.readings.station_statuses import MarksAndStatus

FORMAT = "telegrams"
# HJ 212-2017: real time, minutes, hours, days. Of a source that declares `fields`, only those commands are taken.
VALUE_FIELDS: Mapping[str, str] = {"2011": "Rtd", "2051": "Avg", "2061": "Avg", "2031": "Avg"}

# 14 digits by the standard; some stations send no seconds, or milliseconds as well
_DATA_TIME = re.compile(r"\d{12}(?:\d\d(?:\d{3})?)?", re.ASCII)
_COLUMNS = ("row", "station_text", "field", "indicator_text", "time_text", "value_text", "unit", "mark", "status")

Devices = Mapping[str, Source]  # by MN


def devices(sources: Iterable[Source]) -> Devices:
    """The declared source of every device number (MN).

    Raises
    ------
    RegisterError : two sources declare one device.
    """
    by_device: dict[str, Source] = {}
    for source in sources:
        for device in source.stations if source.format == FORMAT else ():
            if (other := by_device.setdefault(device, source)) is not source:
                zh = f"设备 {device} 已在来源 {other.code} 中声明"
                en = f"device already declared by source {other.code}"
                raise RegisterError(
                    zh, en, file=source.file, path=f"stations.{device}", remedy="一台设备只属于一个来源"
                )
    return by_device


def value_field(telegram: Telegram, source: Source) -> str | None:
    """The field of a telegram that is the value; None where the telegram's command gives no readings."""
    return (source.fields or VALUE_FIELDS).get(telegram.header["CN"])


def gives_readings(telegram: Telegram, source: Source) -> bool:
    """Whether the value of some factor in the telegram, or in another part of a split telegram, is taken."""
    return value_field(telegram, source) is not None and bool(telegram.parts > 1 or telegram.values)


def has_unreadable_time(telegram: Telegram, source: Source) -> bool:
    """Whether values of the telegram are of no time that can be read.

    A later part of a split telegram may go on with the DataTime of the part before.
    """
    texts = [values.time for values in telegram.values if values.time or telegram.part == 1]
    return None in instants(list(map(_data_time, texts)), [source.zone] * len(texts))


def read_telegrams(raw: bytes, *, name: str, declared: Devices) -> pd.DataFrame:
    """The readings of frames as stored: checked on arrival, passwords masked, one frame a line.

    Rows are numbered by factor through the whole file; `field` is the name of the value in the telegram.

    Parameters
    ----------
    raw : lines of stored frames.
    name : name of the file, for the receipt.
    declared : the source of each device.

    Raises
    ------
    UnreadableFile : a line is no telegram, or comes from a device that no source declares.
    """
    telegrams = [_telegram(line, name) for line in raw.split(b"\n") if line.strip()]
    rows: list[tuple[Any, ...]] = []
    zones: list[str] = []
    for telegram in joined(telegrams).complete:
        source = declared.get(telegram.header["MN"])
        if source is None:
            raise UnreadableFile("unreadable_file", f"MN {telegram.header['MN']}")
        rows += _rows(telegram, source, start=len(rows) + 1)
        zones += [source.zone] * (len(rows) - len(zones))
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    texts = [_data_time(text) for text in columns["time_text"]]
    values = columns["value_text"]
    # The mark is the station's flag (HJ 212-2017 table 8), not the qualifier of a laboratory.
    unqualified = [""] * len(values)
    return readings_frame({**columns, "time": instants(texts, zones), "printed": values, "qualifier": unqualified})


def _telegram(line: bytes, name: str) -> Telegram:
    telegram = read_data(data_of(line))
    if isinstance(telegram, Refused):
        raise UnreadableFile("unreadable_file", name)
    return telegram


def _rows(telegram: Telegram, source: Source, start: int) -> Iterator[tuple[Any, ...]]:
    """One row per factor and time, in the order of `_COLUMNS`.

    Parameters
    ----------
    telegram : a whole telegram.
    source : declares station, indicators, units and the field that is the value.
    start : number of the first row.
    """
    field = value_field(telegram, source)
    station = source.stations[telegram.header["MN"]]
    for row, values in enumerate(telegram.values if field else (), start):
        code = values.code
        marks, status = _mark_and_status(values)
        yield (
            *(row, station, f"{code}-{field}", source.indicators.get(code, code), values.time),
            *(values.fields.get(field or "", ""), source.units.get(code, ""), marks, status),
        )


def _mark_and_status(values: FactorValues) -> MarksAndStatus:
    """The station's mark as sent, and the status it means; the mark of a normal value is left out."""
    mark = values.mark.strip()
    return MarksAndStatus("" if mark == NORMAL else mark, STATUS_OF.get(mark, UNKNOWN_MARK))


def _data_time(text: str) -> str:
    """The digits of a DataTime; blank for a text of any other form."""
    return text if _DATA_TIME.fullmatch(text) else ""
