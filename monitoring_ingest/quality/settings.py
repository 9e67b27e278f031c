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
from typing import Any, NamedTuple

import numpy as np

import basin
from basin.errors import RegisterError, UsageError
from basin.indicators import INDICATORS
from basin.network import Network, Section
from basin.written.agreement_files import file_text, tree
from basin.written.numbers import measured, whole
from monitoring_ingest.quality import clocks, relations, series
from monitoring_ingest.quality.against_history import against_history
from monitoring_ingest.quality.flags import Flags
from monitoring_ingest.quality.laboratory_drift import Series, laboratory_drift

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
    "spike_of_flow": series.spike_of_flow,
    "rate_of_change": series.rate_of_change,
    "flat_line": series.flat_line,
    "part_of_whole": relations.part_of_whole,
    "oxygen_saturation": relations.oxygen_saturation,
    "ions_carry_current": relations.ions_carry_current,
    "shifted_clock": clocks.shifted_clock,
    "laboratory_drift": laboratory_drift,
    "between_sections": relations.between_sections,
    "against_history": against_history,
}
# tests of a reading against its neighbours: a laboratory's results are no part of the automatic series
ALONG = frozenset({"spike", "spike_of_flow", "rate_of_change", "flat_line", "shifted_clock", "against_history"})
# tests of automatic readings against the laboratory's
AGAINST_LABORATORY = frozenset({"laboratory_drift"})
# tests of a section against the one upstream: declared for reaches, each with the time that the water takes
BETWEEN_SECTIONS = frozenset({"between_sections"})
# tests against earlier readings alone, over a long window
AGAINST_HISTORY = frozenset({"against_history"})
# tests of two indicators: the other one, measured at the same station and instant
BESIDE: Mapping[str, str] = {
    "part_of_whole": "tn",
    "oxygen_saturation": "temperature",
    "ions_carry_current": "conductivity",
}
NO_BOUND = "nan"  # in a list by month
COUNTS = frozenset({"reach", "days", "pairs", "fewest"})  # keywords that count readings or days
LONGEST_WINDOW = 10_000  # hours, days or readings
LARGEST_THRESHOLD = 1e12  # in any unit
FROM_DATA = {"censored", "part_censored"}  # keywords that are measured, not declared


@dataclass(frozen=True)
class DeclaredTest:
    """The keywords with which one test judges one indicator, what they rest on, and where they hold.

    Attributes
    ----------
    test : the name of the test.
    keywords : what the test is called with; source, verified : where these come from, and whether anybody verified it.
    section : whose stations the test judges; "" is every station that has no thresholds of its own.
    stations : of that section; where `section` is "", the stations that have thresholds of their own.
    upstream : of a reach (河段), the section with which the readings of `section` are compared.
    upstream_stations : of the section upstream.
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
        """What the test is called with, as the history states it."""
        return {**self.keywords, **({"upstream": self.upstream} if self.upstream else {})}

    def judges(self, station: str) -> bool:
        """Whether a station's readings are judged with these keywords."""
        return (station in self.stations) == bool(self.section)


Tests = Mapping[str, Sequence[DeclaredTest]]


class DeclarationKey(NamedTuple):
    """What a declaration is about, and what a later declaration shadows."""

    indicator: str
    test: str
    section: str


class Declaration(NamedTuple):
    """The thresholds written in one place of a file, by indicator, and what these indicators have in common."""

    shared: DeclaredTest
    path: str
    thresholds: Mapping[str, Any]


def files_in(places: Sequence[Path]) -> list[Path]:
    """The threshold files of outside directories, or those handed in themselves."""
    files = [place / FILE.name if place.is_dir() else place for place in places]
    return [file for file in files if file.name == FILE.name and file.is_file()]


def declared_tests(
    files: Sequence[Path] = (FILE,), network: Network = NOWHERE, messages: list[str] | None = None
) -> Mapping[str, tuple[DeclaredTest, ...]]:
    """The tests of each indicator, in the order of the files; a later file shadows an earlier file.

    A declaration shadows everything declared before of the same test, indicator and section. Every indicator with a
    plausible range in ``indicators.csv`` has `gross_range` first, with that range.

    Parameters
    ----------
    files : to read, in this order.
    network : whose sections and stations thresholds may be declared for.
    messages : a line is added for everything that a file shadows.

    Raises
    ------
    RegisterError : an unknown test, key, indicator or section, a keyword that the test does not have or lacks, no
        number, what the test refuses to be called with, or a reach whose sections do not follow each other on one
        river.
    """
    declared = {DeclarationKey(code, test.test, ""): test for code in INDICATORS for test in _plausible(code)}
    home = dict.fromkeys(declared, "indicators.csv")
    for file in files:
        of_file = _declared_in(file, network)
        if messages is not None:
            messages += [_shadowing(key, file, home[key]) for key in of_file if key in declared]
        declared |= of_file
        home |= dict.fromkeys(of_file, str(file))
    return MappingProxyType({code: tuple(_holding(declared, code, network)) for code in INDICATORS})


def _shadowing(key: DeclarationKey, file: Path, earlier: str) -> str:
    """The line that says what a file shadows.

    Parameters
    ----------
    key : what both declare. file : the later file. earlier : the name of the earlier file.
    """
    what = " ".join(filter(None, (key.test, key.section, key.indicator)))
    return f"{what}：{file} 取代 {earlier}（{file} shadows {earlier}）"


def _holding(declared: Mapping[DeclarationKey, DeclaredTest], code: str, network: Network) -> Iterator[DeclaredTest]:
    """The tests of an indicator, each with the stations of its section, or the stations it does not judge.

    Parameters
    ----------
    declared : all tests. code : the indicator. network : holds the stations.
    """
    of_indicator = [test for key, test in declared.items() if key.indicator == code]
    for test in of_indicator:
        sections = {other.section for other in of_indicator if other.test == test.test} - {""}
        where = {test.section} if test.section else sections
        above = _stations(network, {test.upstream})
        yield replace(test, stations=_stations(network, where), upstream_stations=above)


def _stations(network: Network, sections: set[str]) -> frozenset[str]:
    return frozenset(station.code for station in network.stations.values() if station.section in sections)


def _declared_in(file: Path, network: Network) -> dict[DeclarationKey, DeclaredTest]:
    """What one file declares."""
    tests: dict[DeclarationKey, DeclaredTest] = {}
    for test, entry in tree(file_text(file, RegisterError), file, RegisterError).items():
        levels = REACHES if test in BETWEEN_SECTIONS else EVERYWHERE
        is_entry = isinstance(entry, dict) and set(entry) <= KEYS | levels and "source" in entry
        if test not in TESTS or not is_entry or not levels & set(entry):
            remedy = f"检验：{' '.join(TESTS)}；键：{' '.join(sorted(KEYS | levels))}"
            raise RegisterError("未知的检验，或键有多有少", "unknown test or keys", file=file, path=test, remedy=remedy)
        every = _mapping(entry.get("every", {}), file, f"{test}.every")
        shared = DeclaredTest(test, every, entry["source"], _verified(entry))
        declarations = _reaches if test in BETWEEN_SECTIONS else _levels
        for declaration in declarations(shared, entry, file, network):
            common = declaration.shared
            for code, thresholds in declaration.thresholds.items():
                place = f"{declaration.path}.{code}"
                if code not in INDICATORS:
                    zh = f"没有指标 {code}"
                    remedy = "指标见 indicators.csv"
                    raise RegisterError(zh, "no such indicator", file=file, path=place, remedy=remedy)
                keywords = _keywords(test, {**common.keywords, **_mapping(thresholds, file, place)}, file, place)
                tests[DeclarationKey(code, test, common.section)] = replace(common, keywords=MappingProxyType(keywords))
    return tests


def _verified(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("verified", "true") == "true")


def _levels(shared: DeclaredTest, entry: Mapping[str, Any], file: Path, network: Network) -> Iterator[Declaration]:
    """What all sections share, and each section that has thresholds of its own.

    Parameters
    ----------
    shared : what the whole entry has in common. entry : as written. file, network : where, and whose sections.
    """
    path = f"{shared.test}.indicators"
    yield Declaration(shared, path, _mapping(entry.get("indicators", {}), file, path))
    for code, thresholds in _mapping(entry.get("sections", {}), file, f"{shared.test}.sections").items():
        path = f"{shared.test}.sections.{code}"
        section = _section(code, network, file, path)
        yield Declaration(replace(shared, section=section.code), path, _mapping(thresholds, file, path))


def _reaches(shared: DeclaredTest, entry: Mapping[str, Any], file: Path, network: Network) -> Iterator[Declaration]:
    """Each reach, named by the section at its lower end, with the time the water takes and the source of that time.

    Parameters
    ----------
    shared : what the whole entry has in common. entry : as written. file, network : where, and whose sections.
    """
    for code, written in _mapping(entry["reaches"], file, f"{shared.test}.reaches").items():
        path = f"{shared.test}.reaches.{code}"
        reach = _mapping(written, file, path)
        if not REACH <= set(reach) <= REACH | {"verified"} or not reach["source"]:
            zh = "河段的键有多有少，或没有出处"
            remedy = f"应写：{' '.join(sorted(REACH))}；可写 verified"
            raise RegisterError(zh, "not the keys of a reach, or no source", file=file, path=path, remedy=remedy)
        thresholds = _mapping(reach["indicators"], file, f"{path}.indicators")
        written_elsewhere = [place for place in (shared.keywords, *thresholds.values()) if isinstance(place, dict)]
        if any("travel_hours" in place for place in written_elsewhere):
            zh = "在途时间只写在河段下"
            remedy = "删去 every 与各指标里的 travel_hours：它的出处是河段的 source"
            raise RegisterError(zh, "a travel time is the reach's", file=file, path=path, remedy=remedy)
        below = _section(code, network, file, path)
        above = _section(str(reach["upstream"]), network, file, f"{path}.upstream")
        _check_course(above, below, file, f"{path}.upstream")
        of_reach = replace(
            shared,
            keywords={**shared.keywords, "travel_hours": reach["travel_hours"]},
            source=f"{shared.source}；在途时间 travel time：{reach['source']}",
            verified=shared.verified and _verified(reach),
            section=below.code,
            upstream=above.code,
        )
        yield Declaration(of_reach, f"{path}.indicators", thresholds)


def _section(code: str, network: Network, file: Path, path: str) -> Section:
    if code not in network.sections:
        zh = f"没有断面 {code}"
        en = f"no section {code}"
        raise RegisterError(zh, en, file=file, path=path, remedy="断面见 sections.csv")
    return network.sections[code]


def _check_course(above: Section, below: Section, file: Path, path: str) -> None:
    if not above.on_river_of(below):
        sections = (above, below)
        rivers = "、".join(f"{end.code}（{end.basin}，{end.river or '河名未登记'}）" for end in sections)
        zh = f"不在同一条河上：{rivers}"
        remedy = "两个断面在 sections.csv 里应同属一个流域，river 写同一条河"
        raise RegisterError(zh, "the sections do not lie on one river", file=file, path=path, remedy=remedy)
    if above.order >= below.order:
        orders = "，".join(f"{end.code} 的 order 为 {end.order}" for end in (above, below))
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
    """The keywords as numbers: all that the test needs, none that the test does not have, and the test runs with them.

    Parameters
    ----------
    test : its name. written : the keywords as written. file, path : where.

    Raises
    ------
    RegisterError : a keyword is missing, unknown or no number, or the test refuses to be called with them.
    """
    taken = [p for p in inspect.signature(TESTS[test]).parameters.values() if p.kind is p.KEYWORD_ONLY]
    needed = {p.name for p in taken if p.default is p.empty}
    if not needed <= set(written) <= {p.name for p in taken} - FROM_DATA:
        zh = f"{test} 的参数不符"
        en = f"not the keywords of {test}"
        raise RegisterError(zh, en, file=file, path=path, remedy=f"应写：{' '.join(sorted(needed))}")
    try:
        keywords = {name: _threshold(value) for name, value in written.items()}
    except ValueError as problem:
        raise RegisterError(str(problem), file=file, path=path, remedy="写数字，或数字的列表") from problem
    for name, threshold in keywords.items():
        _refuse_too_much(name, threshold, file, f"{path}.{name}")
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


def _refuse_too_much(name: str, threshold: Any, file: Path, path: str) -> None:
    """Refuse a window or a threshold that no series of readings has; a test would look for it through all memory.

    Parameters
    ----------
    name : of the keyword. threshold : a number, or several. file, path : where.
    """
    numbers = threshold if isinstance(threshold, tuple) else (threshold,)
    most = LONGEST_WINDOW if name in COUNTS or name.endswith(("hours", "days")) else LARGEST_THRESHOLD
    if any(abs(number) > most for number in numbers):
        zh = f"数字太大，至多 {most:g}"
        raise RegisterError(zh, f"more than {most:g}", file=file, path=path, remedy="改正数字")


def _rehearse(test: str, keywords: Mapping[str, Any]) -> None:
    """Run a test on eight readings, so that keywords a test refuses are refused in the file and not later in a job."""
    values = np.arange(8.0)
    instants = np.datetime64("2000-01-01", "ns") + np.arange(8) * np.timedelta64(4, "h")
    second: dict[str, tuple[Any, ...]] = {"gross_range": (), "seasonal_range": (np.full(8, 1),)}
    second |= dict.fromkeys(BETWEEN_SECTIONS, (values, instants))
    beside = (values,) if test in BESIDE else second.get(test, (instants,))
    if test in AGAINST_LABORATORY:
        TESTS[test](Series(values, instants), Series(values, instants), **keywords)
    else:
        TESTS[test](values, *beside, **keywords)


def _threshold(written: Any) -> Any:
    """A number; nan or infinity, which would switch a test off, are none. In a list `NO_BOUND` is a month without."""
    return tuple(map(_of_a_month, written)) if isinstance(written, list) else _number(written)


def _of_a_month(written: Any) -> float:
    return math.nan if written == NO_BOUND else _number(written)


def _number(written: Any) -> float:
    text = str(written)
    return whole(text) if text.isdecimal() else measured(text)
