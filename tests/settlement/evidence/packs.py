"""Makers of evidence files of all kinds, in memory, and of single changes to them.

The river, the readings and the agreements are invented. Together the files hold everything that one may hold: readings
used and left out, with marks, states and flags, corrected ones and ones below detection, decisions, facts and grounds,
loads, weeks, pools, and settlements that pay, only indicate or stop.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.network import Network, Station
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.readings.facts import Fact
from settlement.evidence.exporting import file_of
from settlement.evidence.pack import _archive, _sums
from settlement.gathered import LEFT_OUT, OBSERVED, DecisionRow, Gathered
from settlement.settling import Settlement, settlement_of
from settlement.statement.canonical import canonical_json, digest
from settlement.statement.rows import SettlementDocument
from tests.settlement.makers import RULES, a_network, an_agreement, per_unit

AS_OF = datetime(2021, 1, 15, 8, tzinfo=UTC)
RECORDED = datetime(2021, 1, 3, 4, 5, 6, tzinfo=UTC)
PLAIN = a_network("s1 up down 3", "s2 up down 3", parties="third fourth")
BOTH_STATIONS = RULES.replace("{min", "{stations: mean_of_instants, min")
# s1 has two stations; the other one also has an alias, which no settlement reads
RIVER = replace(
    PLAIN,
    stations=dict(PLAIN.stations) | {"s1-b": Station("s1-b", "s1", "up", "二号站", ("旧名",), "Asia/Shanghai", 1)},
)
INDICATORS = {"nh3n": 1.2, "tp": 0.15, "codmn": 4.0, "flow": 20.0}
EVERY_MONTH = """
- {ref: "1", every: month, each: {section: [s1, s2]}, measure: {kind: quality_class}, scale: [{rate: 1}],
   pays: upstream, receives: downstream}
"""
INDEX = """
- {ref: P, each: {section: [s1]}, measure: {kind: index, weights: {nh3n: 1/2, tp: 1/2}, against: baseline}}
- {ref: "1", measure: {kind: result, of: P}, scale: [{amount: 5, up_to: 1}, {amount: 0}], pays: up, receives: down}
"""
LOADS = """
- {ref: "1", each: {section: [s2]}, measure: {kind: load, indicator: tp}, scale: [{rate: 1}], pays: upstream,
   receives: downstream}
"""
WEEKS = """
- {ref: "1", every: month, measure: {kind: concentration, section: s1, indicator: tp, over: week, take: max},
   scale: [{rate: 1}], pays: upstream, receives: downstream}
"""
POOL = """
- {ref: "1", scale: [{amount: 10}], pays: {up: 1/2, down: 1/2}, receives: pool}
- {ref: "2", scale: [{amount: 10}], pays: pool, receives: {up: 3/10, down: 7/10}}
"""
FACTS = """
- {ref: "1", measure: {kind: reported, fact: funds used}, scale: [{rate: 1}], pays: up, receives: down}
- {ref: "2", measure: {kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference},
   scale: [{rate: 1}], pays: upstream, receives: downstream}
"""
COMPLETE = per_unit("kind: completeness, section: s1, indicator: nh3n")
LAST_YEAR = per_unit("kind: concentration, section: s1, indicator: tp, against: previous_year, expressed: difference")
BASELINE = "{s1: {baseline: {nh3n: 1.5, tp: 0.2}}}"


def readings(seed: int = 1, years: Sequence[int] = (2019, 2020), a_month: int = 3) -> Gathered:
    """What a store might give: some readings a month of every station and indicator, with everything that befalls one.

    Parameters
    ----------
    seed : of chance. years : in which there are readings.
    a_month : readings of each series and month.
    """
    chance = np.random.default_rng(seed)
    months = [(year, month) for year in years for month in range(1, 13)]
    days = [pd.Timestamp(*month, 5 + 9 * n, 12) for month in months for n in range(a_month)]
    times = pd.DatetimeIndex(days).tz_localize("Asia/Shanghai").tz_convert("UTC").as_unit("ns")
    series = [(station, indicator) for station in sorted(RIVER.stations) for indicator in sorted(INDICATORS)]
    frames = []
    for station, indicator in series:
        usual = INDICATORS[indicator]
        value = np.round(usual * (0.5 + chance.random(len(times))), 4)
        chosen = chance.random((4, len(times))) < 0.06
        mark = np.where(chosen[1], "D", "").astype(object)
        frames.append(pd.DataFrame({
            "station": station, "indicator": indicator, "time": times,
            "value": np.where(chosen[1], np.nan, value), "censored": chosen[2] & ~chosen[1],
            "status": np.where(chosen[0], "维护", "正常").astype(object), "mark": mark,
            "revision": np.where(chosen[3], 2, 1),
        }))  # fmt: skip
    observations = pd.concat(frames, ignore_index=True)[OBSERVED]
    aside = observations[["station", "indicator", "time"]].sample(frac=0.05, random_state=seed)
    aside = aside.assign(time=aside["time"] + pd.Timedelta("1h"), reason="withheld")[LEFT_OUT]
    return Gathered(observations, aside.sort_values(LEFT_OUT[:3], ignore_index=True), facts())


def flagged(read: Gathered, seed: int = 1) -> Gathered:
    """The same after quality control and after people removed and restored some readings."""
    chance = np.random.default_rng(seed)
    rows = read.observations
    drawn = chance.random(len(rows))
    test = np.select([drawn < 0.03, drawn < 0.06, drawn < 0.09, drawn < 0.11],
                     ["spike", "gross_range", "removed", "restored"], "").astype(object)  # fmt: skip
    quality = np.select([drawn < 0.03, drawn < 0.09], [Quality.DOUBTFUL, Quality.UNRELIABLE], Quality.RELIABLE)
    decided = rows[np.isin(test, ["removed", "restored"])]
    labels = dict(zip(decided.index, test[decided.index], strict=True))
    decisions = [_decision(row, labels[place].removesuffix("d")) for place, row in decided.iterrows()]
    return replace(
        read, observations=rows.assign(quality=quality.astype("int64"), test=test), decisions=decisions, kept={}
    )


def _decision(row: Any, action: str) -> DecisionRow:
    return {
        "action": action, "station": row["station"], "indicator": row["indicator"],
        "time": row["time"].isoformat(), "revision": int(row["revision"]), "reason": "instrument_fault",
        "document": "维修单", "proposed_by": "张三", "approved_by": "李四", "recorded_at": RECORDED.isoformat(),
    }  # fmt: skip


def facts() -> list[Fact]:
    """Grounds and figures, of which some are about something else, and one was corrected."""
    return [
        Fact("test-river", "2020", "funds used", "2.5", "初稿", "甲", RECORDED),
        Fact("s1", "2020-02", "frozen", "1", "会议纪要", "甲", RECORDED, "乙"),
        Fact("s1", "2018-02", "frozen", "1", "会议纪要", "甲", RECORDED, "乙"),
        Fact("elsewhere", "2020-03", "frozen", "1", "会议纪要", "甲", RECORDED, "乙"),
        Fact("test-river", "2020", "funds used", "5/2", "审计报告", "甲", RECORDED),
    ]


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of settlement: its agreement, its period, and what it is made from."""

    agreement: Agreement
    period: str
    read: Gathered
    network: Network = RIVER

    @cached_property
    def stated(self) -> SettlementDocument:
        """Its document."""
        return self.settlement().document

    @cached_property
    def file(self) -> bytes:
        """Its evidence file."""
        settlement = self.settlement()
        return file_of(settlement, settlement.document)

    def settlement(self, read: Gathered | None = None, network: Network | None = None) -> Settlement:
        """The settlement, from these readings or other ones."""
        made_from = replace(self.read if read is None else read, kept={})
        span = periods.period(self.period)
        return settlement_of(self.agreement, network or self.network, made_from, span, AS_OF)


@cache
def kinds() -> Mapping[str, Kind]:
    """The kinds of settlements, by name."""
    plain = readings()
    checked = flagged(plain)

    def kind(clauses: str, period: str, read: Gathered = plain, **header: str) -> Kind:
        agreement = an_agreement(clauses, RIVER, **({"data": BOTH_STATIONS} | header))
        return Kind(agreement, period, read.within(agreement.window(periods.period(period))))

    loads = BOTH_STATIONS.replace("{min", "{load_method: B, min")
    some_weeks = BOTH_STATIONS.replace("missing_month: stop", "missing_month: exclude")
    return {
        "classes of a month": kind(EVERY_MONTH, "2020-05", checked),
        "an index of a year": kind(INDEX, "2020", plain, sections=BASELINE),
        "a part of a year": kind(INDEX, "2020-07", checked, sections=BASELINE),
        "loads": kind(LOADS, "2020Q3", plain, every="quarter", data=loads),
        "weeks": kind(WEEKS, "2020-08", checked, data=some_weeks),
        "a pool": kind(POOL, "2021", plain, parties="[up, down]"),
        "facts and grounds": kind(FACTS, "2020", checked),
        "completeness": kind(COMPLETE, "2020", checked),
        "the year before": kind(LAST_YEAR, "2020"),
        "nothing measured": kind(FACTS, "2022"),
    }  # fmt: skip


# --- changes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One field changed: which, and the entry with it."""

    entry: str
    field: str
    content: bytes


def entries_of(raw: bytes) -> dict[str, bytes]:
    """The entries of a file, the list of their hashes apart."""
    with ZipFile(BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist() if name != "SHA256SUMS"}


def sealed(entries: Mapping[str, bytes]) -> bytes:
    """A file of these entries, every hash in SHA256SUMS made anew."""
    return _archive({**entries, "SHA256SUMS": _sums(entries)})


def restated(entries: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same with a document that states the hash of the agreement and a digest of its own, as a forger would."""
    document = json.loads(entries["settlement.json"])
    document["agreement_sha256"] = sha256(entries["agreement.yaml"]).hexdigest()
    document["digest"] = digest(document)
    return {**entries, "settlement.json": canonical_json(document).encode()}


def changed(raw: bytes, change: Change) -> bytes:
    """The file with one change, sealed again; a changed document has a digest and an identity of its own."""
    entries = entries_of(raw) | {change.entry: change.content}
    return sealed(entries)


def changes(raw: bytes) -> Iterator[Change]:
    """Every field of every entry, changed one at a time."""
    for name, content in entries_of(raw).items():
        text = content.decode()
        if name.endswith(".json"):
            yield from (Change(name, field, other.encode()) for field, other in _in_json(name, json.loads(text)))
        elif name.endswith(".csv"):
            yield from (Change(name, field, other.encode()) for field, other in _in_csv(text))
        else:
            yield from (Change(name, field, other.encode()) for field, other in _in_lines(text))


def _in_json(name: str, whole: Any) -> Iterator[tuple[str, str]]:
    """Every value changed, every key and element left out."""

    def text() -> str:
        stated = whole
        if name == "settlement.json":  # a careful forger seals the document, too
            stated = {**whole, "digest": digest(whole)}
        return canonical_json(stated)

    def visit(node: Any, path: str) -> Iterator[tuple[str, str]]:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            value = node[key]
            if isinstance(value, dict | list):
                yield from visit(value, f"{path}.{key}")
            else:
                node[key] = _other(value)
                yield f"{path}.{key}", text()
                node[key] = value
        for key in list(keys):
            value = node.pop(key)
            yield f"{path}.{key} left out", text()
            if isinstance(node, dict):
                node[key] = value
            else:
                node.insert(key, value)

    yield from visit(whole, "")


def _other(value: Any) -> Any:
    if value is None:
        return "x"
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}1"


def _in_csv(text: str) -> Iterator[tuple[str, str]]:
    """Every cell changed, every row left out or twice."""
    rows = list(csv.reader(StringIO(text)))

    def written(table: Sequence[Sequence[str]]) -> str:
        buffer = StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(table)
        return buffer.getvalue()

    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            table = [list(cells) for cells in rows]
            table[line][column] = _other_cell(cell)
            yield f"line {line + 1}, {rows[0][column]}", written(table)
        yield f"line {line + 1} left out", written(rows[:line] + rows[line + 1 :])
        yield f"line {line + 1} twice", written([*rows[: line + 1], *rows[line:]])


def _other_cell(cell: str) -> str:
    """Another text of the same form where there is one."""
    if cell in ("True", "False"):
        return str(cell != "True")
    if cell.endswith("Z"):
        return cell.replace("T0", "T1", 1)
    return f"{cell}1" if cell else "x"


def _in_lines(text: str) -> Iterator[tuple[str, str]]:
    """Every line with another end, or left out."""
    lines = text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        for field, other in (("changed", f"{line.rstrip()} \n"), ("left out", "")):
            yield f"line {place + 1} {field}", "".join([*lines[:place], other, *lines[place + 1 :]])


def some(items: Sequence[Any], number: int, key: Callable[[Any], str]) -> list[Any]:
    """So many of the items, drawn by the hash of what they are called: the same on every machine."""
    return sorted(items, key=lambda item: sha256(key(item).encode()).hexdigest())[:number]
