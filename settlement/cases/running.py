"""Worked cases (算例): published or rule-derived outcomes, run as they stand in a YAML file.

In: a case file and the registry. Out: for every case passed or failed, with what differs and the working. The file is
documentation, acceptance test and the web page's example at once; how to write one is in `docs/agreements.md`. Amounts
are 万元. It reads no database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.clauses import POOL
from basin.dated import join
from basin.errors import AgreementError, HengjieError, UnknownCode
from basin.measures import quantity_code
from basin.network import Network
from basin.registry import Registry, load_registry
from basin.rounding import FEN_PER_WAN, printed, yuan
from basin.written.agreement_files import file_text, readable, tree
from basin.written.numbers import exact
from settlement.cases.checks import (
    Finding,
    figures_of,
    is_by_period,
    is_there,
    is_total,
    name_findings,
    recorded,
    shape_findings,
)
from settlement.cases.impossible import impossible_findings
from settlement.cases.unread import unread_findings
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Key, Measurements
from settlement.clauses.working import printed_lines
from settlement.obligations.compensation import Compensation, compensation
from settlement.obligations.obligation import Obligation, Stop

_FORMERLY = {"no_volume": "no_readings"}  # reasons to stop that have a name of their own since
_FILE_KEYS = frozenset({"agreement", "source", "cases", "note"})
_CASE_KEYS = frozenset(
    {"name", "period", "given", "given_previous", "lines", "lines_previous", "facts", "assumed", "expect",
     "by_clause", "stops", "note", "source", "agreement"}
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One case: passed, or what differs (Chinese and English), with the whole working and the part that leads there.

    `sums` are the working of what is owed and of what finally moves.
    """

    file: str
    name: str
    agreement: str
    differences: tuple[str, ...]
    working: tuple[str, ...]
    leading: tuple[str, ...]
    sums: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything expected came out."""
        return not self.differences


@dataclass(frozen=True)
class Difference:
    """What did not come out, and of what: a clause, else some parties, else the whole."""

    words: str
    clause: str = ""
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expected:
    """What a case says must come out; None where it says nothing."""

    transfers: Mapping[tuple[str, ...], Fraction] | None
    obligations: Mapping[tuple[str, ...], Fraction] | None
    stops: tuple[str, ...]


def case_files(paths: Sequence[Path]) -> list[Path]:
    """The case files among the paths: files as they are, folders with their `cases/` or flat.

    Raises
    ------
    AgreementError : when there is no case file at all.
    """
    files = []
    for path in paths:
        folder = path / "cases" if (path / "cases").is_dir() else path
        inside = [] if path.is_file() else sorted(folder.glob("*.y*ml"))
        files += [path] if path.is_file() else [file for file in inside if "cases" in tree(file_text(file), file)]
    if not files:
        raise AgreementError(
            "没有算例文件", "no case files", file=" ".join(map(str, paths)), remedy="给出 *.yaml 或其目录"
        )
    return files


def beside(paths: Sequence[Path]) -> list[Path]:
    """The outside directories that lie beside case files: agreements and basins that travel with them."""
    places = []
    for path in paths:
        folder = path.parent if path.is_file() else path
        root = folder.parent if folder.name == "cases" else folder
        places.append(root)
    return [place for place in dict.fromkeys(places) if _declares_something(place)]


def _declares_something(place: Path) -> bool:
    if any((place / name).is_dir() for name in ("agreements", "basins", "scorecards")):
        return True
    return any("clauses" in (readable(file) or {}) for file in place.glob("*.y*ml"))


def run_cases(
    paths: Sequence[Path], extra: Sequence[Path] = (), tell: Callable[[str], object] = lambda _: None
) -> Iterator[Outcome]:
    """Every case of every file, with the bundled agreements, on top those beside the files, on top those of `extra`.

    What shadows what is told before the first case runs.

    Raises
    ------
    AgreementError : a file that cannot be read as cases. UnknownCode : an agreement nobody declared.
    """
    places = beside(paths)
    registry = load_registry(extra, places)
    for message in registry.messages:
        tell(message)
    for file in case_files(paths):
        try:
            yield from outcomes(file, registry)
        except UnknownCode as unknown:
            lying = [other for place in {*places, file.parent} for other in place.glob("*.y*ml")]
            broken = [other.name for other in lying if not readable(other)]
            if broken:
                unknown.remedy += f"；旁边的 {'、'.join(sorted(broken))} 读不出，协议或在其中"
            raise


def outcomes(file: Path, registry: Registry) -> Iterator[Outcome]:
    """Every case of one file.

    Raises
    ------
    AgreementError : what is no case file, or a case that has not its shape; file and path are named.
    UnknownCode : no such agreement.
    """
    document = tree(file_text(file), file)
    _known_keys(document, _FILE_KEYS, file, "")
    if not isinstance(document.get("cases"), list):
        raise AgreementError("不是算例文件", "no case file", file=file, path="cases", remedy="写 cases: 及其下各例")
    for position, case in enumerate(document["cases"]):
        path = f"cases.{position}"
        if not isinstance(case, dict):
            raise AgreementError(
                "算例应是键值表", "a case must be a mapping", file=file, path=path, remedy="逐条写键: 值"
            )
        _known_keys(case, _CASE_KEYS, file, path)
        for place, zh, en, remedy in shape_findings(case):
            raise AgreementError(f"算例写法有误：{zh}", en, file=file, path=join(path, place), remedy=remedy)
        yield _outcome(file, path, case, _agreement(document, case, registry, file), registry.network)


def _agreement(document: Mapping[str, Any], case: Mapping[str, Any], registry: Registry, file: Path) -> Agreement:
    """The agreement a case names, else its file."""
    code = case.get("agreement", document.get("agreement", ""))
    try:
        return registry.agreement(str(code))
    except UnknownCode as unknown:
        unknown.file = str(file)
        unknown.path = "agreement"
        raise


def _known_keys(node: Mapping[str, Any], known: frozenset[str], file: Path, path: str) -> None:
    for key in node:
        if key not in known:
            where = f"{path}.{key}" if path else key
            raise AgreementError(
                "不认识的键", "unknown key", file=file, path=where, remedy="可用：" + " ".join(sorted(known))
            )


def _outcome(file: Path, path: str, case: Mapping[str, Any], agreement: Agreement, network: Network) -> Outcome:
    name = case.get("name", f"#{int(path.rpartition('.')[2]) + 1}")
    findings = list(name_findings(case, agreement, network))
    findings = findings or list(impossible_findings(case, agreement, network))
    if findings:
        return _refused(file, path, name, agreement, findings)
    span = periods.period(case["period"])
    try:
        figures = given(case, span, agreement)
    except ValueError as problem:
        raise AgreementError(f"算例写法有误：{problem}", "malformed case", file=file, path=path,
                             remedy="每月一个数，或每年一个数") from problem  # fmt: skip
    unread = list(unread_findings(case, agreement, network))
    if unread:
        return _refused(file, path, name, agreement, unread)
    data = Measurements(given=figures, facts=recorded(case))
    try:
        decided = compensation(Evaluator(agreement, network, data), span)
    except HengjieError as refusal:
        return Outcome(str(file), name, agreement.code, (str(refusal),), (), ())
    if all(evaluation.clause.is_line for evaluation in decided.evaluations):
        nothing = AgreementError(
            f"{case['period']} 之内没有付款条款到期", "no clause that pays falls due", file=file,
            path=join(path, "period"), remedy="按年付的协议写整年，如 2020；全期付一次的写整个协议期",
        )  # fmt: skip
        return Outcome(str(file), name, agreement.code, (str(nothing),), (), ())
    differing = list(_differences(_expected(case), decided))
    leading = tuple(working_lines(decided, _leading(decided, differing))) if differing else ()
    words = tuple(difference.words for difference in differing)
    return Outcome(
        str(file), name, agreement.code, words, tuple(working_lines(decided)), leading, tuple(sum_lines(decided))
    )


def _refused(file: Path, path: str, name: str, agreement: Agreement, findings: Iterable[Finding]) -> Outcome:
    """The outcome of a case that is not run: what is wrong with it, each with file, path and remedy.

    Parameters
    ----------
    file, path : where the case stands.
    name : of the case. agreement : it is run with.
    findings : their paths are below the case.
    """
    wrong = tuple(
        str(AgreementError(zh, en, file=file, path=join(path, place), remedy=remedy))
        for place, zh, en, remedy in findings
    )
    return Outcome(str(file), name, agreement.code, wrong, (), ())


def _leading(decided: Compensation, differing: Sequence[Difference]) -> set[str]:
    """The clauses behind the sums that differ, with the lines they use; every clause where nothing says which."""
    of_refs = {e.clause.ref: e.clause.refs for e in decided.evaluations}
    paying = [(e.clause.ref, e.sides.parties) for e in decided.evaluations if not e.clause.is_line]
    refs: set[str] = set()
    for difference in differing:
        named = {difference.clause} & of_refs.keys()
        leading = named or {ref for ref, sided in paying if _between(difference.parties, sided)}
        if not leading:
            return set(of_refs)
        refs |= leading
    ahead = refs
    while ahead := {used for ref in ahead for used in of_refs[ref]} & of_refs.keys() - refs:
        refs = refs | ahead
    return refs


def _between(parties: Collection[str], sided: Collection[str]) -> bool:
    """Whether a clause with these sides can move money between two parties, itself or through the pool."""
    named = {*parties} & {*sided}
    return bool(named) and (len(named) == len(parties) or POOL in sided)


def given(case: Mapping[str, Any], span: pd.Period, agreement: Agreement) -> dict[Key, Fraction]:
    """The published figures of a case by (subject, quantity, period)."""
    figures: dict[Key, Fraction] = {}
    before = _before(span)
    for block, of in (("given", span), ("given_previous", before)):
        for subject, quantities in dict(case.get(block, {})).items():
            for quantity, figure in dict(quantities).items():
                figures |= _spread(Published(subject, quantity_code(quantity)), figure, of)
    for block, of, prefix in (("facts", span, ""), ("lines", span, "line "), ("lines_previous", before, "line ")):
        whole = "" if prefix else agreement.code
        for name, figure in figures_of(case, block).items():
            by_subject = figure.items() if isinstance(figure, dict) and not is_by_period(figure) else [(whole, figure)]
            for subject, of_subject in by_subject:
                figures |= _spread(Published(subject, prefix + name), of_subject, of)
    return figures


def _before(span: pd.Period) -> pd.Period:
    """The same period of the year before; of several years, the year before the first."""
    if len(_years(span)) == 1:
        return periods.year_before(span)
    return pd.Period(str(span.start_time.year - 1), freq="Y")


def _years(span: pd.Period) -> list[int]:
    return sorted({month.year for month in periods.months(span)})


class Published(NamedTuple):
    """Whose figure it is, and of which quantity: an indicator, a kind of fact, or ``line`` and a ref."""

    subject: str
    quantity: str


def _spread(published: Published, figure: Any, of: pd.Period) -> dict[Key, Fraction]:
    """The figures of a subject and quantity by period.

    Parameters
    ----------
    figure : a scalar for the period and the years and months in it; a list for its months, or its years; or a map
        from period to figure, of which a blank takes away what stands there already.
    of : the period the figure is for.

    Raises
    ------
    ValueError : a list that has neither as many figures as the period has months, nor as it has years.
    """
    figures: dict[Key, Fraction] = {}
    if isinstance(figure, dict):
        for text, of_part in figure.items():
            part = periods.period(text)
            taken_away = [] if is_there(of_part) else [part, *periods.months(part)]
            figures = {key: stated for key, stated in figures.items() if key[2] not in taken_away}
            figures |= _spread(published, of_part, part)
        return figures
    if isinstance(figure, list):
        parts = periods.months(of)
        if len(figure) != len(parts):
            parts = tuple(pd.Period(str(year), freq="Y") for year in _years(of))
        if len(figure) != len(parts):
            months = len(periods.months(of))
            name = f"{published.subject}.{published.quantity}"
            raise ValueError(f"{name}：{len(figure)} 个数值，{periods.label(of)} 有 {months} 个月")
        for part, of_part in zip(parts, figure, strict=True):
            figures |= _spread(published, of_part, part)
        return figures
    if not is_there(figure):
        return {}
    parts = () if is_total(published.quantity) else (*periods.periods_in(of, "year"), *periods.months(of))
    quarters = () if is_total(published.quantity) else periods.periods_in(of, "quarter")
    return {(*published, part): exact(figure) for part in dict.fromkeys([of, *parts, *quarters])}


def _expected(case: Mapping[str, Any]) -> Expected:
    pairs = case.get("expect")
    single = case.get("by_clause")
    stops = case.get("stops", [])
    return Expected(
        transfers=None if pairs is None else _wanted(pairs, ()),
        obligations=None if single is None else _wanted(single, ("clause", "period")),
        stops=(stops,) if isinstance(stops, str) else tuple(stops),
    )


def _wanted(rows: Sequence[Mapping[str, str]], first: Sequence[str]) -> dict[tuple[str, ...], Fraction]:
    """(clause and period where they are named, payer, payee) → amount."""
    wanted: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    for row in rows:
        named = [
            periods.label(periods.period(row[key])) if key == "period" else row[key] for key in first if key in row
        ]
        wanted[*named, row["payer"], row["payee"]] += exact(row["amount"])
    return dict(wanted)


def _differences(expected: Expected, decided: Compensation) -> Iterator[Difference]:
    for stop in decided.stops:
        follows = stop.reason.startswith("pool_incomplete")  # from the stop of one of its clauses, which is told
        if not follows and not any(_stops_for(stop, reason) for reason in expected.stops):
            element = "".join(f" {code}" for _, code in stop.element)
            words = f"条款 {stop.clause} {periods.label(stop.period)}{element} 中止：{stop.reason} (stopped)"
            yield Difference(words, stop.clause, (stop.clause,))
    for reason in expected.stops:
        if not any(_stops_for(stop, reason) for stop in decided.stops):
            yield Difference(f"应中止而未中止：{reason} (did not stop)")
    if expected.transfers is not None:
        yield from _compare(expected.transfers, decided.transfers, [*expected.transfers, *decided.transfers])
    if expected.obligations is not None:
        yield from _compare(expected.obligations, _by_clause(decided.obligations), expected.obligations)
    if expected == Expected(None, None, ()):
        yield Difference("算例没有 expect (no expectation)")


def _stops_for(stop: Stop, reason: str) -> bool:
    """Whether a stop is what a case expects, by the name it has now or the one it had when the case was written."""
    return stop.reason.startswith(reason) or _FORMERLY.get(stop.reason, stop.reason).startswith(reason)


def _by_clause(obligations: Sequence[Obligation]) -> dict[tuple[str, ...], int]:
    """Each obligation under its clause and sides, and also under its period, so that a case may name either."""
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for o in obligations:
        sums[o.clause, o.payer, o.payee] += o.fen
        sums[o.clause, periods.label(o.period), o.payer, o.payee] += o.fen
    return sums


def _compare(
    wanted: Mapping[tuple[str, ...], Fraction], computed: Mapping[Any, int], keys: Iterable[tuple[str, ...]]
) -> Iterator[Difference]:
    """The sums that differ.

    Parameters
    ----------
    wanted : what the case expects [万元]. computed : what came out [fen].
    keys : clause and period where they are named, payer and payee of the sums to compare.
    """
    for key in dict.fromkeys(keys):
        amount = Fraction(computed.get(key, 0), FEN_PER_WAN)
        due = wanted.get(key, Fraction(0))
        if amount != due:
            words = f"{' → '.join(key)}：应为 {printed(due)} 万元，算得 {printed(amount)} 万元"
            *clause, payer, payee = key
            yield Difference(words, "".join(clause[:1]), (payer, payee))


def working_lines(decided: Compensation, of: Collection[str] | None = None) -> Iterator[str]:
    """The working of every evaluation, or those of some clauses, as lines of text."""
    for evaluation in decided.evaluations:
        if of is not None and evaluation.clause.ref not in of:
            continue
        axes = " ".join(code for _, code in evaluation.element.axes_without_time)
        yield f"{evaluation.clause.ref} {periods.label(evaluation.element.of)} {axes}".rstrip()
        yield from printed_lines(evaluation.steps)
        amount = evaluation.reason if evaluation.amount is None else printed(evaluation.amount)
        yield f"    → {amount}"


def sum_lines(decided: Compensation) -> Iterator[str]:
    """How evaluations make what is owed, and that what finally moves, as lines of text."""
    for o in decided.obligations:
        yield f"应付补偿款 {o.clause} {periods.label(o.period)} {o.payer} → {o.payee}"
        yield from printed_lines(o.steps)
    for amount in decided.netted:
        yield f"净额划转 {amount.payer} → {amount.payee}：{yuan(amount.fen)} 元"
        yield from printed_lines(amount.steps)
