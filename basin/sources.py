"""Sources (数据来源): where readings come from, declared once, so that nothing about readings has to be guessed.

In: the plain tree of one YAML file, ``sources/<code>.yaml``. Out: a frozen `Source`, and every fault in that tree.
The files and telegrams of a source are read in `monitoring_ingest`; this module does not open the place of a source.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, TypeAdapter

from basin.checks.finding import Finding
from basin.clauses import not_negative
from basin.errors import HengjieError, RegisterError, UnknownCode
from basin.hosts import WEB, host_of, is_host
from basin.indicators import INDICATORS, Indicator, find_indicator
from basin.measures import FORBID_UNKNOWN
from basin.network import TIMEZONE, Network
from basin.scales import Figure
from basin.shapes import fitted
from basin.written.agreement_files import tree
from basin.written.qualifiers import is_number
from basin.written.texts import CODE, fits
from basin.written.units import factor
from basin.written.whole_numbers import Count

Format = Literal["readings", "table", "national-release", "telegrams", "laboratory", "bulletin"]
Hidden = Literal["refused", "taken"]
TABLES = ("table", "bulletin")
COLUMNS = (
    "province", "station", "date", "time", "indicator", "value", "unit", "mark", "status", "limit", "sample_type",
)  # fmt: skip
# the keys that each format understands
ALWAYS = frozenset({"code", "title", "format", "file"})
PULLED = frozenset({"place", "hosts", "every_hours"})
NAMED = frozenset({"zone", "station", "stations", "indicators", "units"})
KEYS: Mapping[str, frozenset[str]] = {
    "readings": ALWAYS | PULLED | NAMED | {"hidden"},
    "table": ALWAYS | PULLED | NAMED | {"columns", "ignored", "at", "no_value", "hidden"},
    "bulletin": ALWAYS | PULLED | NAMED | {"columns", "ignored", "at", "no_value", "hidden"},
    "national-release": ALWAYS | PULLED,
    "telegrams": ALWAYS | NAMED | {"password_sha256", "fields"},
    "laboratory": ALWAYS | PULLED | {"zone", "tolerance", "hidden"},
}
HOURS_A_DAY = 24
LONGEST_INTERVAL = 8760  # hours: a year
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_COMMAND = re.compile(r"\d{4}", re.ASCII)
_STATED_IN_TITLE = re.compile(r"(.*?)\s*[(（]([^()（）]*)[)）]")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One declared source of readings.

    Attributes
    ----------
    code : by which commands and receipts name the source.
    title : what the source is, for people.
    format : what reads its files.
    zone : time zone of times that are written without zone.
    station : code of the station of all rows, where the rows name none.
    stations : name or device number (MN) in the source → station code.
    indicators : column title or factor code in the source → indicator code.
    units : column title or factor code → unit, where the source writes none.
    columns : our name (`COLUMNS`) → title in the source's table.
    ignored : titles of columns that hold no readings.
    no_value : numbers that this source writes where it has no value, as ``999``; ``-9999`` and the like are known
        (`basin.written.qualifiers`).
    hidden : whether values in hidden worksheets, rows and columns of a workbook are ``refused`` or ``taken``.
    at : clock time of rows that only have a date, as ``08:00``.
    place : folder, file, pattern (``*.csv``) or address to pull from; a relative path is relative to `file`.
    hosts : other hosts that a redirection of the address may lead to.
    every_hours : [h] interval at which the source is pulled.
    password_sha256 : of telegrams: the password's SHA-256.
    fields : of telegrams: command (CN) → the field that is its value (``Rtd``).
    tolerance : of split samples: indicator code → how far two laboratories may differ, as a fraction of their mean.
    file : where the source is declared.
    """

    __pydantic_config__ = FORBID_UNKNOWN

    code: str
    title: str
    format: Format
    zone: str = TIMEZONE
    station: str = ""
    stations: dict[str, str] = field(default_factory=dict)
    indicators: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    no_value: tuple[str, ...] = ()
    hidden: Hidden = "refused"
    at: str = ""
    place: str = ""
    hosts: tuple[str, ...] = ()
    every_hours: Count | None = None
    password_sha256: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    tolerance: dict[str, Annotated[Figure, AfterValidator(not_negative)]] = field(default_factory=dict)
    file: str = ""

    @property
    def is_web(self) -> bool:
        """Whether the source is pulled from a web address rather than a folder."""
        return self.place.lower().startswith(WEB)

    @property
    def place_shown(self) -> str:
        """The place without what must stay private: an address's query may hold a secret, a path shows the machine."""
        if self.is_web:
            try:
                parts = urlsplit(self.place)
            except ValueError:  # a host in brackets that is none
                return "…"
            return f"{parts.scheme}://{parts.hostname or ''}{parts.path}" + ("?…" if parts.query else "")
        place = PurePath(self.place)
        return f"…/{place.name}" if place.is_absolute() else self.place

    @property
    def is_wide(self) -> bool:
        """Whether the source's table has a column per indicator."""
        return "value" not in self.columns


SOURCE: TypeAdapter[Source] = TypeAdapter(Source)


def source_findings(text: str, file: str, network: Network) -> tuple[Source | None, list[RegisterError]]:
    """The source that a text declares (None: unreadable), and every refusal.

    Parameters
    ----------
    text : YAML.
    file : where the text comes from, for the refusals.
    network : the registered stations.
    """
    try:
        document = tree(text, file, RegisterError)
    except RegisterError as refusal:
        return None, [refusal]
    return declared_source(document, file, network)


def declared_source(
    document: Mapping[str, Any], file: str, network: Network
) -> tuple[Source | None, list[RegisterError]]:
    """As `source_findings`, for a document that is already parsed."""
    if "file" in document:
        return None, [_refusal(Finding("file", "不认识的键", "unknown key", "删去此键"), file)]
    source, misfits = fitted(SOURCE, dict(document), file, "")
    if source is None:
        return None, [_of_register(misfit) for misfit in misfits]
    source = replace(source, file=file)
    return source, [_refusal(finding, file) for finding in _problems(source, network)]


def checked_source(document: Mapping[str, Any], file: str, network: Network) -> Source:
    """The source that a document declares.

    Parameters
    ----------
    document : the parsed document.
    file : where the document comes from.
    network : the registered stations.

    Raises
    ------
    RegisterError : the first finding.
    """
    source, findings = declared_source(document, file, network)
    if source is None or findings:
        raise findings[0]
    return source


def source_named(sources: Mapping[str, Source], code: str) -> Source:
    """The source with that code.

    Raises
    ------
    UnknownCode : no source has the code; the declared codes are named.
    """
    if code not in sources:
        remedy = "可用：" + " ".join(sources) if sources else "在 sources/ 里声明"
        raise UnknownCode(f"没有数据来源 {code}", f"no source {code}", path="source", remedy=remedy)
    return sources[code]


def indicator_of(source: Source, written: str) -> Indicator | None:
    """The indicator a source means by a title or factor code: as the source declares, otherwise by common spelling."""
    code = source.indicators.get(written)
    return INDICATORS.get(code) if code is not None else find_indicator(written)


def title_and_unit(title: str) -> tuple[str, str]:
    """``氨氮(mg/L)`` is 氨氮 in mg/L; the unit is blank where the title states none."""
    stated = _STATED_IN_TITLE.fullmatch(title)
    return (stated[1], stated[2]) if stated else (title, "")


def _of_register(problem: HengjieError) -> RegisterError:
    return RegisterError(problem.zh, problem.en, file=problem.file, path=problem.path, remedy=problem.remedy)


def _refusal(finding: Finding, file: str) -> RegisterError:
    return RegisterError(finding.zh, finding.en, file=file, path=finding.path, remedy=finding.remedy)


def _problems(source: Source, network: Network) -> Iterator[Finding]:
    yield from _keys(source)
    yield from _header(source)
    yield from _names(source, network)
    yield from _units(source)
    if source.format in TABLES:
        yield from _table(source)
    yield from _schedule(source)
    yield from _telegrams(source)


def _keys(source: Source) -> Iterator[Finding]:
    for key in dataclasses.fields(source):
        blank = key.default_factory() if callable(key.default_factory) else key.default
        if key.name not in KEYS[source.format] and getattr(source, key.name) != blank:
            fitting = "、".join(name for name, keys in KEYS.items() if key.name in keys)
            zh = f"不用于 format: {source.format}"
            yield Finding(key.name, zh, "not a key of this format", f"删去；只用于 {fitting}")


def _header(source: Source) -> Iterator[Finding]:
    if not fits(source.code, CODE):
        yield Finding("code", f"不能用作代码：{source.code!r}", "cannot be a code", CODE.remedy)
    if not source.title.strip():
        yield Finding("title", "不能为空", "must not be blank", "写明是哪里的什么数据")
    try:
        ZoneInfo(source.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Finding("zone", f"未知的时区：{source.zone}", f"unknown time zone {source.zone}", f"如 {TIMEZONE}、UTC")
    if source.at and not _CLOCK.fullmatch(source.at):
        yield Finding("at", f"不是时刻：{source.at}", "no clock time", '写成 "08:00"')


def _names(source: Source, network: Network) -> Iterator[Finding]:
    stations = {"station": source.station} if source.station else {}
    stations |= {f"stations.{name}": code for name, code in source.stations.items()}
    for path, code in stations.items():
        if code not in network.stations:
            remedy = "写登记表里的站点代码，或先在 stations.csv 中声明"
            yield Finding(path, f"未知的站点代码：{code}", f"unknown station {code}", remedy)
    indicators = {f"indicators.{written}": code for written, code in source.indicators.items()}
    for path, code in (indicators | {f"tolerance.{code}": code for code in source.tolerance}).items():
        if code not in INDICATORS:
            meant = find_indicator(code)
            remedy = f"写代码 {meant.code}" if meant else f"可用代码：{' '.join(INDICATORS)}"
            yield Finding(path, f"未知的指标代码：{code}", f"unknown indicator {code}", remedy)


def _units(source: Source) -> Iterator[Finding]:
    for written, unit in source.units.items():
        indicator = indicator_of(source, written)
        if indicator is None and source.indicators.get(written) is None:
            remedy = "在 indicators 里写明它是哪个指标，或删去"
            yield Finding(f"units.{written}", f"{written} 不是任何指标", "the unit belongs to no indicator", remedy)
        elif indicator is not None and factor(unit, indicator.unit) is None:
            zh = f"{unit or '空白'} 换算不成 {indicator.code} 的单位 {indicator.unit}"
            remedy = f"写 {indicator.unit} 或同量纲的单位"
            yield Finding(f"units.{written}", zh, f"does not convert to {indicator.unit}", remedy)
    for written, code in source.indicators.items():
        silent = code in INDICATORS and written not in source.units and not _says_unit(source, written)
        if silent and factor("", INDICATORS[code].unit) is None:
            remedy = f"在 units 里写 {written}: {INDICATORS[code].unit} 等"
            yield Finding(f"units.{written}", f"{written} 没有写明单位", "no unit is stated for it", remedy)


def _says_unit(source: Source, written: str) -> bool:
    """Whether the source's files state the unit: in a unit column, in the title, or always in this format."""
    always = source.format not in (*TABLES, "telegrams")
    return always or "unit" in source.columns or bool(title_and_unit(written)[1])


def _table(source: Source) -> Iterator[Finding]:
    for name in source.columns:
        if name not in COLUMNS:
            yield Finding(f"columns.{name}", f"没有列名 {name}", "unknown column", f"可用：{' '.join(COLUMNS)}")
    if not {"time", "date"} & source.columns.keys():
        yield Finding(
            "columns.time",
            "没有时间列",
            "no time column",
            "写 time: 表头里时间列的标题（日期与时刻分列时写 date 和 time）",
        )
    if "station" not in source.columns and not source.station:
        remedy = "写 columns.station: 站点列的标题；全表同一站点写 station: 站点代码"
        yield Finding("columns.station", "没有站点列，也没有写明站点", "neither a station column nor a station", remedy)
    if ("indicator" in source.columns) != ("value" in source.columns):
        remedy = "长表两列都写；一个指标一列的宽表两列都不写"
        yield Finding("columns.value", "indicator 与 value 只写了一个", "indicator and value belong together", remedy)
    for number, code in enumerate(source.no_value):
        if not is_number(code):
            yield Finding(f"no_value.{number}", f"不是数字：{code!r}", "not a number", "写来源用的缺测代码，如 999")
    if source.at and "date" not in source.columns:
        yield Finding("at", "没有 date 列", "no date column", "写 columns.date，或删去 at")
    if source.is_wide and "unit" in source.columns:
        remedy = "宽表的单位写在 units 里，或写在列标题的括号里"
        yield Finding("columns.unit", "宽表没有单位列", "a wide table has no unit column", remedy)
    if source.is_wide and not source.indicators:
        remedy = "写 indicators: {列标题: 指标代码}；长表写 columns.indicator 与 columns.value"
        yield Finding("indicators", "宽表没有写明哪些列是指标", "a wide table without indicator columns", remedy)
    named = [*source.columns.values(), *(source.indicators if source.is_wide else ()), *source.ignored]
    for title in sorted({title for title in named if named.count(title) > 1}):
        yield Finding(f"columns.{title}", f"列 {title} 用了两次", "one column used twice", "每列只写一处")


def _schedule(source: Source) -> Iterator[Finding]:
    if source.is_web and "@" in re.split("[/?#]", source.place)[2]:
        remedy = "去掉地址里的 用户:密码@；声明是公开的"
        yield Finding("place", "地址里写着用户或密码", "the address holds a user or password", remedy)
    elif source.is_web and host_of(source.place) is None:
        yield Finding("place", "不是网址", "not an address", "写成 https://主机/路径")
    if source.hosts and not source.is_web:
        yield Finding("hosts", "只用于网址", "only for an address", "place 写网址，或删去 hosts")
    for host in source.hosts:
        if not is_host(host):
            remedy = "只写主机名，如 data.example.cn，不写 http://、端口和路径"
            yield Finding("hosts", f"不是主机名：{host}", "not the name of a host", remedy)
    every = source.every_hours
    if every is None:
        return
    if not source.place:
        yield Finding(
            "place",
            "定时取数而没有写明从哪里取",
            "due every so often, but from nowhere",
            "写 place，或删去 every_hours",
        )
    if every > LONGEST_INTERVAL:
        remedy = f"至多 {LONGEST_INTERVAL}（一年）；更少见的，不写 every_hours，由人运行"
        yield Finding("every_hours", f"{every} 小时超过一年", "more than a year", remedy)
    if HOURS_A_DAY % every and every % HOURS_A_DAY:
        remedy = "写 1、2、3、4、6、8、12 或 24 的倍数"
        yield Finding("every_hours", f"{every} 小时分不匀一天", "does not divide a day, nor is it days", remedy)


def _telegrams(source: Source) -> Iterator[Finding]:
    if source.password_sha256 and not _SHA256.fullmatch(source.password_sha256):
        remedy = "写密码的 SHA-256（64 位小写十六进制），不写密码本身"
        yield Finding("password_sha256", "不是 SHA-256", "no SHA-256", remedy)
    for command in source.fields:
        if not _COMMAND.fullmatch(command):
            zh = f"命令编码应为四位数字：{command}"
            yield Finding(f"fields.{command}", zh, "a CN has four digits", '如 "2011": Rtd')
