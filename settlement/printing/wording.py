"""How a document's codes, periods and amounts read on paper: Chinese first, English second.

In: codes, exact strings and small maps of a settlement or assessment document. Out: text for statements and workbooks.
It knows no layout and computes no amount; a code nobody named is printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple, TypedDict

from basin.agreement import RuleRow
from basin.clauses import POOL
from basin.indicators import INDICATORS
from basin.network import CHINA
from basin.rounding import number
from settlement.statement.rows import Scored, Side, StatisticRow, StopRow, UndecidedRow, WithdrawalRow
from settlement.words import CLASS_NAMES, FATES, ROLES, RULE_VALUES, RULES, STAND_INS, STATUSES, Message, message

ABSENT = "—"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|Q(\d)|-W(\d{2}))?")


@dataclass(frozen=True)
class Names:
    """Chinese names by code; a code that is not there is printed as it is."""

    parties: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)
    basins: Mapping[str, str] = field(default_factory=dict)

    def party(self, code: str) -> str:
        """A party's name; the pool is 资金池."""
        return self.parties.get(code, "资金池" if code == POOL else code)

    def section(self, code: str) -> str:
        """A section's name."""
        return self.sections.get(code, code)

    def indicator(self, code: str) -> str:
        """An indicator's name."""
        return self.indicators.get(code, code)

    def basin(self, code: str) -> str:
        """A basin's name."""
        return self.basins.get(code, code)


def _chinese(words: Mapping[str, tuple[str, str]], code: str) -> str:
    """A code in Chinese; one without words prints as it is."""
    return words[code][0] if code in words else code


def parties_text(parties: object, names: Names) -> str:
    """The parties of a document: roles with names, or the names where parties have no roles but their codes."""
    if isinstance(parties, Mapping) and any(role != code for role, code in parties.items()):
        return "　".join(f"{_chinese(ROLES, role)}：{names.party(str(code))}" for role, code in parties.items())
    return "、".join(names.party(code) for code in party_codes(parties))


def party_codes(parties: object) -> list[str]:
    """The codes of a document's parties in the agreement's order, each once."""
    listed = parties.values() if isinstance(parties, Mapping) else _listed(parties)
    return list(dict.fromkeys(str(code) for code in listed))


def parties_of(side: Side, element: Mapping[str, str] | None, parties: object) -> dict[str, str]:
    """Who stands on a side of a clause: party code → share as written; empty where the document does not tell.

    Parameters
    ----------
    side : as the agreement writes it: a role, a code, ``party``, ``pool``, or shares of several.
    element, parties : of the evaluation and of the document; they tell what ``party`` and a role stand for.
    """
    if not side or (isinstance(side, Mapping) and "in_proportion_to" in side):
        return {}
    roles = parties if isinstance(parties, Mapping) else {}
    shares = side if isinstance(side, Mapping) else {str(side): "1"}
    in_hand = {"party": (element or {}).get("party", "party")}
    return {str({**in_hand, **roles}.get(code, code)): str(share) for code, share in shares.items()}


def side_text(side: Side, element: Mapping[str, str] | None, parties: object, names: Names) -> str:
    """Who pays or receives an evaluation: one party, or shares of several."""
    shares = parties_of(side, element, parties)
    if not shares:
        return "按比例分担" if side else ABSENT
    if len(shares) == 1:
        return _one_side(next(iter(shares)), names)
    return "、".join(f"{_one_side(code, names)} {share}" for code, share in shares.items())


def _one_side(code: str, names: Names) -> str:
    named = names.party(code)
    return _chinese(ROLES, code) if named == code else named


def element_text(element: Mapping[str, object] | None, names: Names) -> str:
    """What is evaluated: section, indicator, party or period of an evaluation."""
    readable = {"section": names.section, "indicator": names.indicator, "party": names.party}
    parts = [readable.get(axis, period_text)(str(value)) for axis, value in (element or {}).items()]
    return " · ".join(parts)


def period_text(period: str) -> str:
    """``2020`` is 2020年, ``2020-08`` 2020年8月, ``2020Q3`` 2020年第3季度, ``2018..2020`` 2018年至2020年."""
    if ".." in period:
        return "至".join(period_text(part) for part in period.split(".."))
    written = _PERIOD.fullmatch(period)
    if not written:
        return period
    year, month, day, quarter, week = written.groups()
    parts = ((month, "{}月"), (day, "{}日"), (quarter, "第{}季度"), (week, "第{}周"))
    return f"{year}年" + "".join(form.format(int(part)) for part, form in parts if part)


def reason_text(reason: str | None, *, code: bool = True) -> str:
    """A reason in Chinese, its detail, and the code: ``no_readings`` is 没有可用的监测数据（no_readings）."""
    if not reason:
        return ""
    zh = message(reason)["message_zh"]
    return f"{zh}（{reason.partition(': ')[0]}）" if code and zh != reason else zh


def rule_text(path: str) -> str:
    """A rule's path with what it rules: 每月最少有效天数（data.min_days_a_month）; the bare path of a figure."""
    return f"{RULES[path][0]}（{path}）" if path in RULES else path


def rule_value_text(path: str, value: object) -> str:
    """The value of a data or money rule in words; a figure or a text as it is."""
    if path not in RULES:
        return str(value)
    return "、".join(RULE_VALUES.get((path, word), (word, word))[0] for word in str(value).split("、"))


def instant_text(instant: str) -> str:
    """An instant in Beijing time beside the UTC it is stored as."""
    local = datetime.fromisoformat(instant).astimezone(CHINA)
    return f"{local:%Y-%m-%d %H:%M:%S} 北京时间（{instant}）"


def withdrawn_text(withdrawn: WithdrawalRow) -> Message:
    """That a settlement was withdrawn: who, when, why, and what stands for its period now."""
    instant = datetime.fromisoformat(withdrawn["recorded_at"]).astimezone(CHINA)
    zh = f"本件已于 {instant:%Y-%m-%d %H:%M:%S}（北京时间）由 {withdrawn['person']} 撤销，理由：{withdrawn['reason']}。"
    en = f"Withdrawn on {instant:%Y-%m-%d %H:%M:%S} (Beijing) by {withdrawn['person']}: {withdrawn['reason']}."
    successor = withdrawn["successor"]
    if successor is None:
        zh_now = "本期现在没有其他结算。"
        en_now = "No other settlement stands for the period."
    else:
        status = withdrawn["successor_status"] or ""
        zh_now = f"本期现行的结算：{successor}（{status}）。"
        en_now = f"Now stands for the period: {successor} ({STATUSES.get(status, status)})."
    return {"message_zh": f"{zh}不作为付款依据。{zh_now}", "message_en": f"{en} Not payable. {en_now}"}


def left_out_text(left_out: Mapping[str, int] | None) -> str:
    """Readings that were not used, counted by reason: 维护 1、未公布 3."""
    return "、".join(f"{_chinese(FATES, reason)} {count}" for reason, count in sorted((left_out or {}).items()))


def limit_text(target: int | None) -> str:
    """What a limit is: that of a class, Ⅲ类限值, or one that the section sheet states."""
    return "断面表所列限值" if target is None else f"{CLASS_NAMES[target]}限值"


class UndecidedCells(NamedTuple):
    """A row of ``limit_below_detection`` as it is printed; the indicator has its unit beside it."""

    section: str
    indicator: str
    period: str
    readings: int
    detection_limit: str
    limit: str
    of: str


def undecided_cells(row: UndecidedRow, names: Names) -> UndecidedCells:
    """A row of ``limit_below_detection`` in words."""
    named = f"{names.indicator(row['indicator'])}（{INDICATORS[row['indicator']].unit}）"
    return UndecidedCells(
        names.section(row["section"]), named, period_text(row["period"]), row["readings"], row["detection_limit"],
        row["limit"], limit_text(row["target"]),
    )  # fmt: skip


class StopCells(NamedTuple):
    """What stopped as it is printed: the clause (or the pool), for when, for what, and why in both languages."""

    clause: str
    period: str
    element: str
    zh: str
    en: str


def stop_cells(stop: StopRow, names: Names) -> StopCells:
    """A stop in words."""
    return StopCells(
        stop["clause"], period_text(stop["period"]), element_text(stop["element"], names), stop["message_zh"],
        stop["message_en"],
    )  # fmt: skip


class StatisticCells(NamedTuple):
    """Of what a statistic is, what was left out of it by reason, and why there is no mean; its figures stay as stated.

    `reason` is Chinese alone, `reason_with_code` has the code behind it.
    """

    section: str
    indicator: str
    period: str
    left_out: str
    reason: str
    reason_with_code: str


def statistic_cells(statistic: StatisticRow, names: Names) -> StatisticCells:
    """A statistic in words."""
    stand_in = stand_in_text(statistic, names)
    return StatisticCells(
        names.section(statistic["section"]), names.indicator(statistic["indicator"]), period_text(statistic["period"]),
        left_out_text(statistic["left_out"]), _joined(stand_in, reason_text(statistic["reason"], code=False)),
        _joined(stand_in, reason_text(statistic["reason"])),
    )  # fmt: skip


def readings_text(statistic: StatisticRow) -> str:
    """How many readings a mean rests on, and of how many instants where several are of one: 372（186 个时刻）."""
    instants = f"（{statistic['instants']} 个时刻）" if "instants" in statistic else ""
    return f"{statistic['readings']}{instants}"


def stand_in_text(statistic: StatisticRow, names: Names) -> str:
    """What stands in for a missing month, 缺月由上年同月（2019年7月）顶替, or for how many of a longer period."""
    if "stood_in_for" in statistic:
        months, readings, days = (statistic["stood_in_for"][name] for name in ("months", "readings", "days"))
        return f"另有 {months} 个月缺月替代，所用 {readings} 个读数、{days} 天不计在内"
    if "stands_in" not in statistic:
        return ""
    by, section, period = (statistic["stands_in"][name] for name in ("by", "section", "period"))
    of_section = names.section(section) if section != statistic["section"] else ""
    whose = "，读数和天数是其所有" if statistic["readings"] else ""
    return f"缺月由{STAND_INS[by][0]}{of_section}（{period_text(period)}）顶替{whose}"


def _joined(*texts: str) -> str:
    """The texts that say anything, set apart."""
    return "；".join(filter(None, texts))


class Band(NamedTuple):
    """A grade and the half-open range of scores that earns it: floor ≤ score < below; the best grade has no `below`."""

    grade: str
    floor: str
    below: str | None


def bands(document: Scored) -> list[Band]:
    """The grades of a scorecard, the best first."""
    ranges_from = document["bands"]
    ceilings = [None, *(floor for _, floor in ranges_from[:-1])]
    return [Band(grade, floor, below) for (grade, floor), below in zip(ranges_from, ceilings, strict=True)]


class RuleUsed(TypedDict):
    """A rule in words with its number in the list, and the clauses that used it where it is not verified."""

    number: int
    path: str
    rule: str
    value: str
    source: str
    verified: bool
    used_by: str


class Doubts(NamedTuple):
    """The paths of unverified figures that a clause (or criterion) used."""

    clause: str
    paths: Sequence[str]


def rules_used(rules: Sequence[RuleRow], uses: Iterable[Doubts]) -> list[RuleUsed]:
    """The rules of a document and the unverified figures used beside them, numbered, each with who used it.

    Parameters
    ----------
    uses : for each evaluation or criterion, the unverified figures in it.
    """
    used_by: dict[str, dict[str, None]] = {}
    for clause, paths in uses:
        for path in paths:
            used_by.setdefault(path, {})[clause] = None
    stated = {rule["path"] for rule in rules}
    figures = [RuleRow(path=path, value="", source="", verified=False) for path in used_by if path not in stated]
    return [
        {
            "number": place, "path": rule["path"], "rule": rule_text(rule["path"]),
            "value": rule_value_text(rule["path"], rule["value"]), "source": rule["source"],
            "verified": rule["verified"], "used_by": "、".join(used_by.get(rule["path"], ())),
        }
        for place, rule in enumerate((*rules, *figures), 1)
    ]  # fmt: skip


def ranges(positions: Iterable[int]) -> str:
    """``[1, 2, 3, 5]`` as 1–3、5."""
    runs: list[list[int]] = []
    for position in sorted(positions):
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def grouped(figure: str) -> str:
    """A plain decimal with thousands separators: ``12000000.00`` is 12,000,000.00; a fraction stays as it is."""
    sign, digits = ("-", figure[1:]) if figure.startswith("-") else ("", figure)
    whole, point, decimals = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{decimals}" if whole.isdecimal() else figure


def total_yuan(amounts: list[str]) -> str:
    """The sum of yuan strings, as a yuan string."""
    fen = int(sum((number(amount) for amount in amounts), Fraction(0)) * 100)
    return f"{fen // 100}.{fen % 100:02d}"


def capital_yuan(amount_yuan: str) -> str:
    """A yuan string in the capital figures of Chinese vouchers: ``1200.05`` is 壹仟贰佰元零伍分.

    《支付结算办法》 (银发〔1997〕393号) 附一: 整 after whole yuan or jiao, 零 for figures left out between others.
    """
    yuan, _, decimals = amount_yuan.partition(".")
    jiao, fen = (int(digit) for digit in (decimals + "00")[:2])
    whole = _capital_integer(int(yuan))
    coins = (f"{_CAPITALS[jiao]}角" if jiao else "") + (f"{_CAPITALS[fen]}分" if fen else "")
    if not coins:
        return f"{whole or '零'}元整"
    gap = "零" if whole and not jiao else ""
    return f"{whole + '元' if whole else ''}{gap}{coins}{'' if fen else '整'}"


def _capital_integer(value: int) -> str:
    """A whole number in capital figures; empty for 0."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if value >= size:
            high, low = divmod(value, size)
            gap = "零" if 0 < low < size // 10 else ""
            return _capital_integer(high) + unit + gap + _capital_integer(low)
    return _four_digits(value)


def _four_digits(four: int) -> str:
    text = ""
    gap = False
    for digit, unit in zip(f"{four:04d}", ("仟", "佰", "拾", ""), strict=True):
        if digit == "0":
            gap = bool(text)
        else:
            text += ("零" if gap else "") + _CAPITALS[int(digit)] + unit
            gap = False
    return text


def _listed(parties: object) -> list[object]:
    return list(parties) if isinstance(parties, (list, tuple)) else []
