"""The thresholds of quality control, read from a declared file: the key is the test's name, the rest its keywords.

In: ``basin/data/quality_control.yaml``, and the file of that name in outside directories on top of it. Out: for each
indicator the tests that apply, each with its keywords, source, whether anybody verified them, and the section or the
reach of a river they are for. No reading is judged here.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

import basin
from basin.agreement_files import file_text, tree
from basin.errors import RegisterError, UsageError
from basin.indicators import INDICATORS
from basin.network import Network, Section
from monitoring_ingest.quality import clocks, relations, series
from monitoring_ingest.quality.flags import Flags
from monitoring_ingest.quality.laboratory_drift import laboratory_drift

FILE = Path(basin.__file__).parent / "data" / "quality_control.yaml"
KEYS = {"source", "verified", "every"}
EVERYWHERE = {"indicators", "sections"}
REACHES = {"reaches"}
REACH = {"upstream", "travel_hours", "source", "indicators"}
NOWHERE = Network({}, {}, {}, {})
TESTS: Mapping[str, Callable[..., Flags]] = {
    "gross_range": series.gross_range,
    "seasonal_range": series.seasonal_range,
    "spike": series.spike,
    "rate_of_change": series.rate_of_change,
    "flat_line": series.flat_line,
    "part_of_whole": relations.part_of_whole,
    "oxygen_saturation": relations.oxygen_saturation,
    "ions_carry_current": relations.ions_carry_current,
    "shifted_clock": clocks.shifted_clock,
    "laboratory_drift": laboratory_drift,
    "between_sections": relations.between_sections,
}
# tests of a reading against its neighbours: a laboratory's results are no part of the automatic series
ALONG = frozenset({"spike", "rate_of_change", "flat_line", "shifted_clock"})
# tests of automatic readings against the laboratory's
AGAINST_LABORATORY = frozenset({"laboratory_drift"})
# tests of a section against the one upstream: declared for reaches, each with the time that the water takes
BETWEEN_SECTIONS = frozenset({"between_sections"})
# tests of two indicators: the other one, measured at the same station and instant
BESIDE: Mapping[str, str] = {
    "part_of_whole": "tn",
    "oxygen_saturation": "temperature",
    "ions_carry_current": "conductivity",
}
FROM_DATA = {"censored", "part_censored"}  # keywords that are measured, not declared


@dataclass(frozen=True)
class DeclaredTest:
    """The keywords with which one test judges one indicator, what they rest on, and where they hold.

    Attributes
    ----------
    section : whose stations it judges; "" is every station that has no thresholds of its own.
    stations : of that section; without one, those that have thresholds of their own.
    upstream : of a reach (河段), the section with which the readings of `section` are compared; `upstream_stations`
        those of it.
    """

    test: str
    keywords: Mapping[str, Any]
    source: str
    verified: bool
    section: str = ""
    stations: frozenset[str] = frozenset()
    upstream: str = ""
    upstream_stations: frozenset[str] = frozenset()

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the test is called with, as the history tells it."""
        return {**self.keywords, **({"upstream": self.upstream} if self.upstream else {})}

    def judges(self, station: str) -> bool:
        """Whether a station's readings are judged with these keywords."""
        return (station in self.stations) == bool(self.section)


Tests = Mapping[str, Sequence[DeclaredTest]]
_Key = tuple[str, str, str]  # indicator, test, section
# what the indicators of one place have in common, the place in the file, and the thresholds there by indicator
_Declared = Iterator[tuple[DeclaredTest, str, Mapping[str, Any]]]


def files_in(places: Sequence[Path]) -> list[Path]:
    """The threshold files of outside directories, or those handed in themselves."""
    files = [place / FILE.name if place.is_dir() else place for place in places]
    return [file for file in files if file.name == FILE.name and file.is_file()]


def declared_tests(
    files: Sequence[Path] = (FILE,), network: Network = NOWHERE, messages: list[str] | None = None
) -> Mapping[str, tuple[DeclaredTest, ...]]:
    """The tests of each indicator, in the order of the files; a later file's shadow an earlier one's.

    What is shadowed is all that was declared of a test for an indicator, of one section or without one. Every indicator
    with a plausible range in ``indicators.csv`` has `gross_range` first, with that range.

    Parameters
    ----------
    network : whose sections and stations thresholds may be declared for.
    messages : told what a file shadows.

    Raises
    ------
    RegisterError : an unknown test, key, indicator or section, a keyword that the test does not have or lacks, no
        number, what the test refuses to be called with, or a reach whose sections do not follow each other on one
        river.
    """
    known = {(code, each.test, ""): each for code in INDICATORS for each in _plausible(code)}
    home = dict.fromkeys(known, "indicators.csv")
    for file in files:
        own = _declared_in(file, network)
        if messages is not None:
            messages += [_shadowing(key, file, home[key]) for key in own if key in known]
        known |= own
        home |= dict.fromkeys(own, str(file))
    return MappingProxyType({code: tuple(_holding(known, code, network)) for code in INDICATORS})


def _shadowing(key: _Key, file: Path, earlier: str) -> str:
    code, test, section = key
    what = " ".join(filter(None, (test, section, code)))
    return f"{what}：{file} 取代 {earlier}（{file} shadows {earlier}）"


def _holding(known: Mapping[_Key, DeclaredTest], code: str, network: Network) -> Iterator[DeclaredTest]:
    """The tests of an indicator, each with the stations of its section or those it does not hold for."""
    of_indicator = [each for (indicator, _, _), each in known.items() if indicator == code]
    for one in of_indicator:
        sections = {each.section for each in of_indicator if each.test == one.test} - {""}
        where = {one.section} if one.section else sections
        stations, above = (_stations(network, those) for those in (where, {one.upstream}))
        yield replace(one, stations=stations, upstream_stations=above)


def _stations(network: Network, sections: set[str]) -> frozenset[str]:
    return frozenset(station.code for station in network.stations.values() if station.section in sections)


def _declared_in(file: Path, network: Network) -> dict[_Key, DeclaredTest]:
    found: dict[_Key, DeclaredTest] = {}
    for test, entry in tree(file_text(file, RegisterError), file, RegisterError).items():
        levels = REACHES if test in BETWEEN_SECTIONS else EVERYWHERE
        known = isinstance(entry, dict) and set(entry) <= KEYS | levels and "source" in entry
        if test not in TESTS or not known or not levels & set(entry):
            remedy = f"检验：{' '.join(TESTS)}；键：{' '.join(sorted(KEYS | levels))}"
            raise RegisterError("未知的检验，或键有多有少", "unknown test or keys", file=file, path=test, remedy=remedy)
        every = _mapping(entry.get("every", {}), file, f"{test}.every")
        shared = DeclaredTest(test, every, entry["source"], _verified(entry))
        declared = _reaches if test in BETWEEN_SECTIONS else _levels
        for one, path, thresholds in declared(shared, entry, file, network):
            for code, own in thresholds.items():
                place = f"{path}.{code}"
                if code not in INDICATORS:
                    zh = f"没有指标 {code}"
                    remedy = "指标见 indicators.csv"
                    raise RegisterError(zh, "no such indicator", file=file, path=place, remedy=remedy)
                keywords = _keywords(test, {**one.keywords, **_mapping(own, file, place)}, file, place)
                found[code, test, one.section] = replace(one, keywords=MappingProxyType(keywords))
    return found


def _verified(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("verified", "true") == "true")


def _levels(shared: DeclaredTest, entry: Mapping[str, Any], file: Path, network: Network) -> _Declared:
    """What all sections share, and each section that has thresholds of its own."""
    path = f"{shared.test}.indicators"
    yield shared, path, _mapping(entry.get("indicators", {}), file, path)
    for code, own in _mapping(entry.get("sections", {}), file, f"{shared.test}.sections").items():
        path = f"{shared.test}.sections.{code}"
        section = _section(code, network, file, path)
        yield replace(shared, section=section.code), path, _mapping(own, file, path)


def _reaches(shared: DeclaredTest, entry: Mapping[str, Any], file: Path, network: Network) -> _Declared:
    """Each reach, named by the section at its lower end, with the time that the water takes and where that is from."""
    for code, written in _mapping(entry["reaches"], file, f"{shared.test}.reaches").items():
        path = f"{shared.test}.reaches.{code}"
        reach = _mapping(written, file, path)
        if not REACH <= set(reach) <= REACH | {"verified"} or not reach["source"]:
            zh = "河段的键有多有少，或没有出处"
            remedy = f"应写：{' '.join(sorted(REACH))}；可写 verified"
            raise RegisterError(zh, "not the keys of a reach, or no source", file=file, path=path, remedy=remedy)
        thresholds = _mapping(reach["indicators"], file, f"{path}.indicators")
        if any("travel_hours" in each for each in (shared.keywords, *thresholds.values()) if isinstance(each, dict)):
            zh = "在途时间只写在河段下"
            remedy = "删去 every 与各指标里的 travel_hours：它的出处是河段的 source"
            raise RegisterError(zh, "a travel time is the reach's", file=file, path=path, remedy=remedy)
        below = _section(code, network, file, path)
        above = _section(str(reach["upstream"]), network, file, f"{path}.upstream")
        _check_course(above, below, file, f"{path}.upstream")
        yield replace(
            shared,
            keywords={**shared.keywords, "travel_hours": reach["travel_hours"]},
            source=f"{shared.source}；在途时间 travel time：{reach['source']}",
            verified=shared.verified and _verified(reach),
            section=below.code,
            upstream=above.code,
        ), f"{path}.indicators", thresholds  # fmt: skip


def _section(code: str, network: Network, file: Path, path: str) -> Section:
    if code not in network.sections:
        zh = f"没有断面 {code}"
        en = f"no section {code}"
        raise RegisterError(zh, en, file=file, path=path, remedy="断面见 sections.csv")
    return network.sections[code]


def _check_course(above: Section, below: Section, file: Path, path: str) -> None:
    if not above.on_river_of(below):
        rivers = "、".join(f"{each.code}（{each.basin}，{each.river or '河名未登记'}）" for each in (above, below))
        zh = f"不在同一条河上：{rivers}"
        remedy = "两个断面在 sections.csv 里应同属一个流域，river 写同一条河"
        raise RegisterError(zh, "the sections do not lie on one river", file=file, path=path, remedy=remedy)
    if above.order >= below.order:
        orders = "，".join(f"{each.code} 的 order 为 {each.order}" for each in (above, below))
        zh = f"{above.code} 不在 {below.code} 的上游：{orders}"
        en = f"{above.code} does not lie upstream of {below.code}"
        remedy = "order 从源头数到河口，见 sections.csv；写反了就对调：reaches 下写下游断面，upstream 写上游断面"
        raise RegisterError(zh, en, file=file, path=path, remedy=remedy)


def _mapping(written: Any, file: Path, path: str) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise RegisterError(
            "应是键值表", "must be a mapping", file=file, path=path, remedy="写 {键: 值}，没有可写的写 {}"
        )
    return written


def _plausible(code: str) -> list[DeclaredTest]:
    lowest = INDICATORS[code].plausible_min
    highest = INDICATORS[code].plausible_max
    if lowest is None or highest is None:
        return []
    source = "basin/data/indicators.csv: plausible_min, plausible_max"
    return [DeclaredTest("gross_range", MappingProxyType({"possible": (lowest, highest)}), source, verified=False)]


def _keywords(test: str, written: Mapping[str, Any], file: Path, path: str) -> dict[str, Any]:
    """The keywords as numbers; all that the test needs, none that it does not have, and such as it can be run with."""
    taken = [p for p in inspect.signature(TESTS[test]).parameters.values() if p.kind is p.KEYWORD_ONLY]
    needed = {p.name for p in taken if p.default is p.empty}
    if not needed <= set(written) <= {p.name for p in taken} - FROM_DATA:
        zh = f"{test} 的参数不符"
        en = f"not the keywords of {test}"
        raise RegisterError(zh, en, file=file, path=path, remedy=f"应写：{' '.join(sorted(needed))}")
    try:
        keywords = {name: _threshold(value) for name, value in written.items()}
    except (ValueError, TypeError) as problem:
        zh = f"不是数字：{problem}"
        en = "not a number"
        raise RegisterError(zh, en, file=file, path=path, remedy="写数字，或数字的列表") from problem
    try:
        _rehearse(test, keywords)
    except UsageError as problem:
        place = f"{path}.{problem.path}"
        raise RegisterError(problem.zh, problem.en, file=file, path=place, remedy=problem.remedy) from problem
    except (TypeError, ValueError, LookupError, ArithmeticError) as problem:
        zh = f"{test} 不能用这些参数"
        remedy = "一个数还是几个数，见 docs/quality-control.md 与随附的文件"
        raise RegisterError(zh, f"{test} cannot be run", file=file, path=path, remedy=remedy) from problem
    return keywords


def _rehearse(test: str, keywords: Mapping[str, Any]) -> None:
    """Run a test on eight readings, so that what it refuses is refused where it is declared and not in a job."""
    values = np.arange(8.0)
    instants = np.datetime64("2000-01-01", "ns") + np.arange(8) * np.timedelta64(4, "h")
    second: dict[str, tuple[Any, ...]] = {"gross_range": (), "seasonal_range": (np.full(8, 1),)}
    second |= dict.fromkeys(BETWEEN_SECTIONS, (values, instants))
    beside = (values,) if test in BESIDE else second.get(test, (instants,))
    if test in AGAINST_LABORATORY:
        TESTS[test]((values, instants), (values, instants), **keywords)
    else:
        TESTS[test](values, *beside, **keywords)


def _threshold(written: Any) -> Any:
    """A number; nan or infinity would switch a test off. In a list, by month, nan is a month without a bound."""
    if isinstance(written, list):
        return tuple(_number(each) for each in written)
    if not math.isfinite(number := _number(written)):
        raise ValueError(written)
    return number


def _number(written: Any) -> float:
    return int(written) if str(written).isdecimal() else float(written)
