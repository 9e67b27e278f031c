"""Facts recorded by people (人工记录的事实): an incident, a dry month, a suspension, funds used.

In: the YAML text of one fact. Out: a frozen `Fact` or an error that names the line to change. Facts are append-only
like readings; what an agreement makes of one is decided in settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from basin.agreement import GROUNDS
from basin.agreement_files import tree
from basin.errors import UnknownCode, UsageError
from basin.periods import period
from basin.registry import Registry

# Kinds agreements ask for, the grounds that take data away among them; any other is taken as written, for the next
# agreement may name one.
KINDS: Mapping[str, str] = {
    "incident": "水污染事件",
    **GROUNDS,
    "in-kind co-operation": "非资金方式的合作",
    "funds used": "资金使用",
}
FIELDS = ("subject", "period", "kind", "value", "document", "recorded_by")


@dataclass(frozen=True)
class Fact:
    """What a person vouches for.

    Parameters
    ----------
    subject : code of the section, station, party, basin or agreement it is about.
    period : ``2020``, ``2020-07``, ``2020Q3`` … (`basin.periods`).
    kind : one of `KINDS`, or what an agreement calls it.
    value : as written; numbers stay text, for they are exact.
    document : what it rests on; recorded_by : who says so.
    recorded_at : when it was stored; None before that.
    """

    subject: str
    period: str
    kind: str
    value: str
    document: str
    recorded_by: str
    recorded_at: datetime | None = None


def read_fact(text: str, *, file: object = None) -> Fact:
    """The fact written in a YAML (or JSON) text.

    Raises
    ------
    UsageError : no mapping, a double, unknown, missing or blank key, or a period that is none; `file` is named.
    """
    return fact(tree(text, file, UsageError), file=file)


def fact(written: Mapping[str, object], *, file: object = None) -> Fact:
    """The fact of a mapping of texts, as a file or a request body gives it.

    Raises
    ------
    UsageError : a key is unknown, a field is missing, blank or no text, or the period is none.
    """
    for name in written:
        if name not in FIELDS:
            raise UsageError("未知的键", "unknown key", file=file, path=str(name), remedy=f"可用：{'、'.join(FIELDS)}")
    for name in FIELDS:
        value = written.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UsageError("缺少或不是文字", "missing or not a text", file=file, path=name, remedy=f"写明 {name}")
    subject, when, kind, value, document, recorded_by = (str(written[name]).strip() for name in FIELDS)
    found = Fact(subject, when, kind, value, document, recorded_by)
    try:
        period(found.period)
    except UsageError as problem:
        raise UsageError(problem.zh, problem.en, file=file, path="period", remedy=problem.remedy) from problem
    return found


def about_something_known(told: Fact, registry: Registry, *, file: object = None) -> Fact:
    """The fact, when its subject is declared: one about a mistyped section would be stored and never apply.

    Raises
    ------
    UnknownCode : the subject is no section, station, party, basin, agreement or scorecard.
    """
    network, agreements = registry.network, registry.agreements
    kinds = (network.sections, network.stations, network.parties, network.basins, agreements, registry.scorecards)
    codes = {code for known in (*kinds, *(a.section_codes for a in agreements.values())) for code in known}
    if told.subject in codes:
        return told
    similar = get_close_matches(told.subject, sorted(codes))
    remedy = "写断面、站点、主体、流域或协议的代码" + (f"；相近的有 {'、'.join(similar)}" if similar else "")
    zh, en = f"没有登记的对象 {told.subject}", f"nothing is declared as {told.subject}"
    raise UnknownCode(zh, en, file=file, path="subject", remedy=remedy)
