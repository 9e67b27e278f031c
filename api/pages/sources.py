"""The pages of data sources: the list, one source, and what a sample file would become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from api.pages.lists import FATES, MOST_ROWS
from api.pages.names import Names
from basin.rounding import printed
from basin.sources import Source, title_and_unit
from monitoring_ingest.coverage.slots import State
from monitoring_ingest.doors.store import Received, Run
from monitoring_ingest.doors.trial import counted
from monitoring_ingest.readings.messages import MESSAGES

MOST_LISTED = 20
MOST_CHARACTERS = 200  # of one text of a sample: a cell may hold millions


def sources(
    newest: Sequence[tuple[Source, Sequence[Received]]], doings: Sequence[Mapping[str, Any]], names: Names
) -> dict[str, Any]:
    """All sources with the last submission of each and how those that are watched are doing, the silent first."""
    silent = {doing["source"] for doing in doings if doing["state"] == State.SILENT}
    rows = [
        {"source": source, "schedule": _schedule(source, names), "last": last, "doings": _worst(source, doings)}
        for source, last in newest
    ]
    return {"sources": sorted(rows, key=lambda row: row["source"].code not in silent)}


def _worst(one: Source, doings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """How a source is doing: every silent part of it or, where there is none, the first of all."""
    mine = [doing for doing in doings if doing["source"] == one.code]
    return [doing for doing in mine if doing["state"] == State.SILENT] or mine[:1]


def source(
    one: Source, received: Sequence[Received], runs: Sequence[Run], samples: Sequence[dict[str, Any]], names: Names
) -> dict[str, Any]:
    """One source: how it is declared, what came by it, and how split samples compare."""
    worded = [
        {**sample, "name": names.indicator(sample["indicator"]), "message": _message(sample, names)}
        for sample in samples
    ]
    return {
        "source": one,
        "schedule": _schedule(one, names),
        "mapping": list(_mapping(one, names)),
        "received": received,
        "runs": runs,
        "samples": worded[::-1][:MOST_ROWS],
        "fates": FATES,
        "most": MOST_LISTED,
    }


def tried(one: Source, file: str, decided: pd.DataFrame, names: Names) -> dict[str, Any]:
    """What the first rows of a sample file would become, the ones not simply accepted first; texts are cut."""
    rows = decided.assign(fine=decided["fate"] == "accepted").sort_values("fine", kind="stable").head(MOST_ROWS)
    return {
        "source": one,
        "file": _cut(file, names),
        "counts": counted(decided),
        "fates": FATES,
        "rows": [_row(row, names) for row in rows.to_dict("records")],
        "more": len(decided) - len(rows),
    }


def _row(row: Mapping[Any, Any], names: Names) -> dict[str, Any]:
    message = MESSAGES.get(row["code"])
    return {
        "row": row["row"],
        "station": names.station(row["station"]) if row["station"] else _cut(row["station_text"], names),
        "time": None if pd.isna(row["time"]) else row["time"].to_pydatetime(),
        "time_text": _cut(row["time_text"], names),
        "indicator": names.indicator(row["indicator"]) if row["indicator"] else _cut(row["indicator_text"], names),
        "value": _cut(row["value_text"] or row["printed"], names),
        "unit": _cut(row["unit"], names),
        "fate": row["fate"],
        "code": row["code"],
        "message": names.t.choose(message.zh, message.en) if message else "",
    }


def _cut(text: Any, names: Names) -> str:
    """The beginning of a text, and how many characters of it are left out."""
    whole = "" if pd.isna(text) else str(text)
    if len(whole) <= MOST_CHARACTERS:
        return whole
    return whole[:MOST_CHARACTERS] + names.t("source.tried.cut", count=len(whole) - MOST_CHARACTERS)


def _message(sample: Mapping[str, Any], names: Names) -> str:
    return names.t.choose(sample["message_zh"], sample["message_en"])


def _schedule(one: Source, names: Names) -> str:
    return names.t("source.every", hours=one.every_hours) if one.every_hours else names.t("source.not_scheduled")


def _mapping(one: Source, names: Names) -> Iterator[dict[str, str]]:
    """Every word of the source that the declaration explains: kind, as written, what it means, in which unit."""
    for column, title in one.columns.items():
        yield _meaning("column", title, names.t.known("source_column", column))
    for written, code in one.stations.items():
        yield _meaning("station", written, names.station(code))
    for written, code in one.indicators.items():
        yield _meaning(
            "indicator", written, names.indicator(code), one.units.get(written) or title_and_unit(written)[1]
        )
    for written in one.units.keys() - one.indicators.keys():
        yield _meaning("unit", written, "", one.units[written])
    for title in one.ignored:
        yield _meaning("ignored", title, "")
    for code, part in one.tolerance.items():
        yield _meaning("tolerance", names.indicator(code), f"{printed(part * 100)}%")
    for command, field in one.fields.items():
        yield _meaning("field", command, field)


def _meaning(kind: str, written: str, means: str, unit: str = "") -> dict[str, str]:
    return {"kind": kind, "written": written, "means": means, "unit": unit}
