"""The river network as declared: parties that can owe, sections where the river is judged, stations that measure.

In: directories of CSV registers. Out: one `Network` of frozen dataclasses, checked as a whole, that finds parties and
stations by the names that sources use. Readings and agreements are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from basin.indicators import INDICATORS, find_indicator
from basin.layers import Declaration, Directory, basin_folders, declared, shadowing, things
from basin.written.names import folded_name, new_and_old, short_name
from basin.written.numbers import measured
from basin.written.register_files import Row
from basin.written.texts import CODE, fits

TIMEZONE = "Asia/Shanghai"  # zone of a station that declares none
SLOT_HOURS = 4  # [h] reporting interval of a station that declares none; national stations report every four hours
CHINA = ZoneInfo(TIMEZONE)  # in which days, months and years are counted
PRIMARY = 1  # rank of a station that declares none
LAST_RANK = 99
WATER_BODIES = ("river", "lake")
CLASSES = range(1, 7)
TO = ".."  # between the ends of a declared range
GRAMMAR_WORDS = frozenset({"pool", "upstream", "downstream", "party", "all", "else", "by"})


@dataclass(frozen=True)
class Basin:
    """A basin (流域): sections that are settled together."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Party:
    """A government that can owe or be owed (补偿主体); `adcode` by GB/T 2260, blank for a fictitious party."""

    code: str
    name_zh: str
    name_en: str
    adcode: str


@dataclass(frozen=True)
class Section:
    """Where the river is judged (断面). `order` counts from source to mouth; `target_class` is 1–6 or not declared."""

    code: str
    name_zh: str
    name_en: str
    river: str
    order: int
    upstream: str | None
    downstream: str | None
    water_body: str
    target_class: int | None
    basin: str

    def on_river_of(self, other: Section) -> bool:
        """Whether both sections lie on the same named river of the same basin, so that `order` compares them."""
        return bool(self.river) and (self.river, self.basin) == (other.river, other.basin)


@dataclass(frozen=True)
class DeclaredRange:
    """Between which values a station says that it measures an indicator [canonical unit]; both ends belong to it."""

    indicator: str
    lowest: float
    highest: float


@dataclass(frozen=True)
class Station:
    """A monitoring station (监测站), which serves one section. `province` is a party code.

    A value is due in every slot of `slot_hours` [h], counted from midnight in the station's zone. `ranges` has at most
    one range for each indicator; what a station does not declare is not known. Of several stations that serve a
    section, the one of `rank` 1 is the primary station (主站), the next ones are its backups in order.
    """

    code: str
    section: str
    province: str
    name_zh: str
    aliases: tuple[str, ...]
    timezone: str
    slot_hours: int = SLOT_HOURS
    ranges: tuple[DeclaredRange, ...] = ()
    rank: int = PRIMARY

    def reaches(self, indicator: str, value: float) -> bool:
        """Whether the station declares a range of the indicator in which the value [canonical unit] lies."""
        return any(of.indicator == indicator and of.lowest <= value <= of.highest for of in self.ranges)


@dataclass(frozen=True)
class Network:
    """Everything declared about the rivers, by code; declarations of later directories come last."""

    basins: Mapping[str, Basin]
    parties: Mapping[str, Party]
    sections: Mapping[str, Section]
    stations: Mapping[str, Station]

    def parties_named(self, text: str) -> frozenset[str]:
        """Codes of the parties a source means by `text`: code, full or short Chinese name, or adcode."""
        return self._party_codes.get(short_name(text), frozenset())

    def party_meant(self, text: str) -> Party | None:
        """The party that somebody seems to mean who wrote no code: by its name, else by a code or name much like it."""
        named = self.parties_named(text)
        similar = get_close_matches(short_name(text), sorted(self._party_codes), n=1, cutoff=0.75)
        codes = named or (self._party_codes[similar[0]] if similar else frozenset())
        return self.parties[next(iter(codes))] if len(codes) == 1 else None

    def station_named(self, province_text: str, name_text: str) -> Station | None:
        """The station a source means; None where no station fits, or more than one.

        Names are unique only within a province. ``新名(旧名)`` means the station whose name, alias or code is the whole
        text; where there is none, the station that answers to both parts. Words in brackets that are no registered name
        (空白, 目标值, 旧) may say that the numbers are not the station's, so nobody is meant.
        """
        provinces = self.parties_named(province_text)
        for names in ((folded_name(name_text),), new_and_old(name_text)):
            by_name = [self._codes_named(provinces, name) for name in names]
            codes = frozenset().union(*by_name)
            if codes:
                return self.stations[next(iter(codes))] if len(codes) == 1 and all(by_name) else None
        return None

    def _codes_named(self, provinces: Iterable[str], name: str) -> frozenset[str]:
        """Codes of the stations in the provinces that answer to a folded name."""
        keys = [(province, name) for province in provinces]
        return frozenset(self._station_codes[key] for key in keys if key in self._station_codes)

    @cached_property
    def _party_codes(self) -> dict[str, frozenset[str]]:
        codes: dict[str, frozenset[str]] = {}
        for party in self.parties.values():
            for text in {short_name(party.code), short_name(party.name_zh), party.adcode} - {""}:
                codes[text] = codes.get(text, frozenset()) | {party.code}
        return codes

    @cached_property
    def _station_codes(self) -> dict[tuple[str, str], str]:
        return {key: station.code for station in self.stations.values() for key in _answers_to(station)}


def load_network(directories: Sequence[Directory]) -> tuple[Network, list[str]]:
    """The network declared in `directories`, and messages about declarations that a later directory shadows.

    References may point into any of the directories, on disk or in memory. `basin.layers` describes their layout.

    Raises
    ------
    RegisterError : a file is unreadable, a column is missing, a code is double, a party is declared in two different
        ways, a station name is taken in its province, a party or section is unknown, or a cell does not fit; file, row
        and column are named.
    """
    folders = basin_folders(directories)
    messages: list[str] = []
    basins = declared(folders, "basins", _basin, messages)
    parties = declared(folders, "parties", _party, messages)
    _check_adcodes(parties.values(), messages)
    who = Network({}, things(parties), {}, {})
    sections = declared(folders, "sections", lambda row, home: _section(row, home, who), messages)
    where = Network({}, who.parties, things(sections), {})
    stations = declared(folders, "stations", lambda row, _: _station(row, where), messages)
    _check_station_names(stations.values(), messages)
    homes = {folder.basin for folder in folders if folder.path.parent.name == "basins"}  # a folder may have no sections
    unnamed = ({section.basin for section in where.sections.values()} | homes) - basins.keys()
    named = {**things(basins), **{code: Basin(code, code, code) for code in sorted(unnamed)}}
    return Network(MappingProxyType(named), who.parties, where.sections, things(stations)), messages


def _code(row: Row) -> str:
    code = row.required("code")
    if code in GRAMMAR_WORDS or not fits(code, CODE):
        zh = f"不能用作代码：{code}"
        raise row.refused("code", zh, "cannot be a code", f"{CODE.remedy}；避开协议语法的用词")
    return code


def _basin(row: Row, _home: str) -> Basin:
    return Basin(_code(row), row.required("name_zh"), row["name_en"])


def _party(row: Row, _home: str) -> Party:
    if row["adcode"] and not re.fullmatch(r"\d{6}", row["adcode"], re.ASCII):
        zh = f"行政区划代码应为六位数字：{row['adcode']}"
        raise row.refused("adcode", zh, "an adcode has six digits", "如安徽省 340000；虚构的主体留空")
    return Party(_code(row), row.required("name_zh"), row["name_en"], row["adcode"])


def _check_adcodes(parties: Iterable[Declaration[Party]], messages: list[str]) -> None:
    """Refuse a party that another code already stands for; tell where one division code has two names.

    What is owed to one code is not owed to the other, so a government with two codes would never be netted.
    """
    by_adcode: dict[str, Party] = {}
    for new in parties:
        party = new.thing
        old = by_adcode.setdefault(party.adcode, party) if party.adcode else party
        if old is party:
            continue
        if short_name(old.name_zh) == short_name(party.name_zh):
            zh = f"{party.name_zh}（{party.adcode}）已登记为 {old.code}"
            en = f"the same name and adcode are registered as {old.code}"
            raise new.row.refused("code", zh, en, f"用 {old.code}，删去这一行")
        zh = f"{old.code}（{old.name_zh}）与 {party.code}（{party.name_zh}）的行政区划代码都是 {party.adcode}"
        messages.append(f"parties {zh}，请核对 (one adcode under two names)")


def _section(row: Row, home: str, network: Network) -> Section:
    order = row.whole("order")
    return Section(
        code=_code(row),
        name_zh=row.required("name_zh"),
        name_en=row["name_en"],
        river=row["river"],
        order=row.line if order is None else order,
        upstream=_party_code(row, "upstream", network) if row["upstream"] else None,
        downstream=_party_code(row, "downstream", network) if row["downstream"] else None,
        water_body=_water_body(row),
        target_class=_target_class(row),
        basin=row["basin"] or home,
    )


def _water_body(row: Row) -> str:
    if row["water_body"] not in WATER_BODIES:
        zh = f"水体类型应为 river 或 lake：{row['water_body']}"
        raise row.refused("water_body", zh, "must be river or lake", "河流写 river，湖库写 lake")
    return row["water_body"]


def _target_class(row: Row) -> int | None:
    target = row.whole("target_class")
    if target is not None and target not in CLASSES:
        raise row.refused("target_class", f"类别应为 1–6：{target}", "a class is 1–6", "Ⅲ类写 3；没有目标留空")
    return target


def _party_code(row: Row, column: str, network: Network) -> str:
    text = row.required(column)
    named = {text} if text in network.parties else network.parties_named(text)
    if len(named) != 1:
        raise row.refused(column, f"未知的主体：{text}", f"unknown party {text}", "先在 parties.csv 中声明，或改正写法")
    return next(iter(named))


def _station(row: Row, network: Network) -> Station:
    section = row.required("section")
    if section not in network.sections:
        zh = f"未知的断面：{section}"
        remedy = "先在 sections.csv 中声明，或改正写法"
        raise row.refused("section", zh, f"unknown section {section}", remedy)
    return Station(
        code=_code(row),
        section=section,
        province=_party_code(row, "province", network),
        name_zh=row.required("name_zh"),
        aliases=row.several("aliases"),
        timezone=_timezone(row),
        slot_hours=_slot_hours(row),
        ranges=_ranges(row),
        rank=_rank(row),
    )


def _slot_hours(row: Row) -> int:
    hours = row.whole("slot_hours")
    if hours is not None and (hours < 1 or 24 % hours):
        zh = f"时次的小时数应能整除 24：{hours}"
        remedy = "如 1、4、24；每四小时一次可留空"
        raise row.refused("slot_hours", zh, "the hours of a slot must divide 24", remedy)
    return SLOT_HOURS if hours is None else hours


def _ranges(row: Row) -> tuple[DeclaredRange, ...]:
    ranges = tuple(_range(row, written) for written in row.several("ranges"))
    codes = [of.indicator for of in ranges]
    double = sorted({code for code in codes if codes.count(code) > 1})
    if double:
        zh = f"一项指标只写一个范围：{'、'.join(double)}"
        raise row.refused("ranges", zh, "two ranges of one indicator", "留下一个")
    return ranges


def _range(row: Row, written: str) -> DeclaredRange:
    """One range as written: ``flow 0..60000``."""
    before, _, high = written.partition(TO)
    name, _, low = before.strip().rpartition(" ")
    try:
        lowest = measured(low)
        highest = measured(high)
    except ValueError as problem:
        remedy = f"写 指标 最低{TO}最高，如 flow 0{TO}60000|level 0{TO}80，单位同 indicators.csv"
        raise row.refused("ranges", f"读不懂的范围：{written}", "not a range", remedy) from problem
    indicator = find_indicator(name)
    if indicator is None:
        zh = f"没有指标 {name.strip()}"
        raise row.refused("ranges", zh, "no such indicator", f"指标见 indicators.csv：{' '.join(INDICATORS)}")
    if lowest >= highest:
        zh = f"最低不低于最高：{written}"
        raise row.refused("ranges", zh, "the lowest is not below the highest", "先写最低，后写最高")
    return DeclaredRange(indicator.code, lowest, highest)


def _rank(row: Row) -> int:
    rank = row.whole("rank")
    if rank is not None and not PRIMARY <= rank <= LAST_RANK:
        remedy = "主站写 1，备用站依次写 2、3；只有一个站可留空"
        raise row.refused("rank", f"站序应为 1–{LAST_RANK}：{rank}", f"a rank is 1–{LAST_RANK}", remedy)
    return PRIMARY if rank is None else rank


def _timezone(row: Row) -> str:
    zone = row["timezone"] or TIMEZONE
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise row.refused("timezone", f"未知的时区：{zone}", f"unknown time zone {zone}", f"如 {TIMEZONE}") from problem
    return zone


def _answers_to(station: Station) -> frozenset[tuple[str, str]]:
    """The (province, name) pairs by which a station is looked up: by name, alias and code."""
    texts = (station.code, station.name_zh, *station.aliases)
    return frozenset((station.province, folded_name(text)) for text in texts)


def _check_station_names(stations: Iterable[Declaration[Station]], messages: list[str]) -> None:
    """Refuse a name shared by two stations of one province and directory; a later directory takes a name over."""
    owners: dict[tuple[str, str], Declaration[Station]] = {}
    for new in stations:
        for key in sorted(_answers_to(new.thing)):
            old = owners.get(key)
            if old is not None and old.layer == new.layer:
                zh = f"{key[1]} 在 {key[0]} 已是站点 {old.thing.code}"
                en = f"{key[1]} already names station {old.thing.code} in {key[0]}"
                raise new.row.refused("name_zh, aliases", zh, en, "同省内站名和别名不能重复")
            if old is not None:
                messages.append(shadowing("stations", f"{key[0]} {key[1]}", new.row.file))
            owners[key] = new
