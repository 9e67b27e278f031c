"""Makers: the smallest rivers, agreements and figures that show a point. Everything here is invented.

An agreement is written as its file would be: `an_agreement` takes the clauses as YAML text and any header line as a
keyword, so that a test reads like the page it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from textwrap import dedent

import pandas as pd

from basin import periods
from basin.agreement import Agreement
from basin.network import Basin, Network, Party, Section, Station
from basin.registry import checked
from basin.rounding import FEN_PER_WAN, number, printed
from basin.written.agreement_files import tree
from monitoring_ingest.readings.facts import Fact
from settlement.cases.running import given
from settlement.clauses.context import Evaluation
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.gathered import LEFT_OUT, OBSERVED, Gathered
from settlement.obligations.compensation import Compensation, compensation

HEADER = {
    "code": "test-river", "title": "试验协议", "basin": "test", "source": "试验文本", "standard": "gb3838-2002",
    "starts": "2020-01-01", "ends": "2022-12-31", "parties": "{upstream: up, downstream: down}", "every": "year",
}  # fmt: skip
# the data rules, every one stated
RULES = (
    "{min_readings_a_day: 1, min_days_a_month: 1, statuses: [正常], compare: rounded, non_detect: half,"
    " missing_month: stop, excludes: [frozen, dry]}"
)


def a_network(*sections: str, parties: str = "") -> Network:
    """A network from ``code upstream downstream target water_body`` lines (``-`` for none) and further parties."""
    rows = [(*line.split(), *("-",) * 5)[:5] for line in sections]
    named = dict.fromkeys([*(side for row in rows for side in row[1:3] if side != "-"), *parties.split()])
    made = {
        code: Section(code, code, code, "test", order, _known(up), _known(down), _known(body) or "river",
                      int(target) if target != "-" else None, "test")
        for order, (code, up, down, target, body) in enumerate(rows, start=1)
    }  # fmt: skip
    stations = {code: Station(code, code, named and next(iter(named)), code, (), "Asia/Shanghai") for code in made}
    people = {code: Party(code, code, code, "") for code in named}
    return Network({"test": Basin("test", "试验", "test")}, people, made, stations)


def _known(text: str) -> str | None:
    return None if text == "-" else text


RIVER = a_network("s1 up down 3", "s2 up down 3", parties="third fourth")


def agreement_text(clauses: str, **header: str) -> str:
    """The YAML text of an agreement; a header line given as an empty text is left out."""
    lines = [f"{key}: {value}" for key, value in (HEADER | header).items() if value]
    return "\n".join([*lines, "clauses:", dedent(clauses).strip("\n")]) + "\n"


def an_agreement(clauses: str, network: Network = RIVER, **header: str) -> Agreement:
    """A checked agreement with these clauses."""
    text = agreement_text(clauses, **header)
    return checked(tree(text), text, "test.yaml", network)


def per_unit(measure: str, more: str = "") -> str:
    """The text of a clause "1" that pays 1 万元 per unit of a measure, from upstream to downstream."""
    return f'- {{ref: "1", measure: {{{measure}}}, scale: [{{rate: 1}}], pays: upstream, receives: downstream{more}}}'


def decided(
    agreement: Agreement, period: str, figures: str = "", *, network: Network = RIVER, facts: Sequence[Fact] = ()
) -> Compensation:
    """What the agreement comes to for published figures, written as in a case file."""
    return compensation(evaluator(agreement, period, figures, network=network, facts=facts), periods.period(period))


def evaluator(
    agreement: Agreement, period: str, figures: str = "", *, network: Network = RIVER, facts: Sequence[Fact] = ()
) -> Evaluator:
    """The agreement with published figures in hand."""
    case = tree(dedent(figures)) if figures.strip() else {}
    published = given(case, periods.period(period), agreement)
    return Evaluator(agreement, network, Measurements(given=published, facts=facts))


def paid(
    agreement: Agreement, period: str, figures: str = "", *, network: Network = RIVER, facts: Sequence[Fact] = ()
) -> dict[str, str]:
    """``payer → payee``: 万元 over the whole period, when nothing stops."""
    found = decided(agreement, period, figures, network=network, facts=facts)
    assert [stop.reason for stop in found.stops] == []
    return in_wan(found.transfers)


def in_wan(transfers: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """Transfers [fen] as ``payer → payee``: 万元."""
    return {f"{payer} → {payee}": printed(number(str(fen)) / FEN_PER_WAN) for (payer, payee), fen in transfers.items()}


def by_clause(found: Compensation) -> dict[str, str]:
    """``clause: payer → payee``: 万元, summed over the periods."""
    sums: dict[tuple[str, str], int] = {}
    for o in found.obligations:
        key = (f"{o.clause}: {o.payer}", o.payee)
        sums[key] = sums.get(key, 0) + o.fen
    return in_wan(sums)


def reasons(found: Compensation) -> list[str]:
    """Why clauses stopped, each reason once."""
    return list(dict.fromkeys(stop.reason for stop in found.stops))


def evaluations(found: Compensation, ref: str) -> list[Evaluation]:
    """The evaluations of one clause."""
    return [e for e in found.evaluations if e.clause.ref == ref]


def amounts(found: Compensation, ref: str) -> list[str | None]:
    """The amounts of one clause as text."""
    return [None if e.amount is None else printed(e.amount) for e in evaluations(found, ref)]


def a_fact(
    subject: str, period: str, kind: str, value: str = "1", document: str = "会议纪要", approved_by: str | None = None
) -> Fact:
    """A fact somebody recorded."""
    return Fact(subject, period, kind, value, document, "记录人", datetime(2023, 1, 1, tzinfo=UTC), approved_by)


def amount(clauses: str, figures: str = "", period: str = "2020", **header: str) -> str | None:
    """The amount [万元] of the one evaluation of clause "1"; None where it stops or is excluded."""
    (found,) = amounts(decided(an_agreement(clauses, **header), period, figures), "1")
    return found


def readings(values: Mapping[tuple[str, str, str], float | str], mark: str = "正常") -> bytes:
    """A long CSV: (station, indicator, local time) → value, in mg/L."""
    rows = [f"{s},{t},{i},{v},mg/L,{mark}" for (s, i, t), v in values.items()]
    return "\n".join(["station,time,indicator,value,unit,mark", *rows, ""]).encode()


def monthly(values: Mapping[tuple[str, str], Sequence[float]], year: int = 2020) -> dict[tuple[str, str, str], float]:
    """One reading at noon on the fifteenth of each month: (station, indicator) → values of the months from January."""
    return {
        (station, indicator, f"{year}-{month:02d}-15 12:00"): value
        for (station, indicator), of_months in values.items()
        for month, value in enumerate(of_months, start=1)
    }


def gathered(values: Mapping[tuple[str, str, str], float | str], facts: Sequence[Fact] = ()) -> Gathered:
    """What a store would give for these readings: (station, indicator, local time) → value [canonical unit].

    A reading below detection is written as sources write it: ``"<0.5"``.
    """
    times = pd.to_datetime([time for *_, time in values]).tz_localize("Asia/Shanghai").tz_convert("UTC")
    rows = {
        "station": [station for station, *_ in values], "indicator": [indicator for _, indicator, _ in values],
        "time": times.as_unit("ns"), "value": [float(str(value).removeprefix("<")) for value in values.values()],
        "censored": [str(value).startswith("<") for value in values.values()], "status": "正常", "mark": "",
        "revision": 1,
    }  # fmt: skip
    none = pd.DataFrame({name: pd.Series(dtype="str") for name in LEFT_OUT}).astype({"time": "datetime64[ns, UTC]"})
    return Gathered(pd.DataFrame(rows)[OBSERVED], none, facts)


def calculated(expression: str) -> Fraction:
    """What a pocket calculator makes of a line of working; words, units and notes in brackets or behind are none of it.

    ``10 ÷ 4 个时段，舍去`` is 5/2; ``2/3（≈0.666667） × 6 mg/L`` is 4.
    """
    bare = re.sub(r"；.*|，.*|（[^）]*）|[A-Za-z³]+/[A-Za-z³]+", "", expression)
    figures = re.sub(r"[^0-9.+−×÷/()-]", "", bare).translate(str.maketrans("×÷−", "*/-"))
    exact: Fraction = eval(re.sub(r"[0-9.]+", r"Fraction('\g<0>')", figures), {"Fraction": Fraction})
    return exact
