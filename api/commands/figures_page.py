"""The page of figures: per agreement how many it states, on what they rest, which are unverified, which cases use it.

In: agreements, the outcomes of cases, and the page that tells by hand which family an agreement shows and on what
grounds. Out: one record per agreement, for JSON, and the same as a Markdown page. It reads no database.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypedDict

from basin.agreement import Agreement
from basin.authoring.inventory import inventory
from settlement.cases.running import Outcome

PROVENANCE = {
    "公布": "公布 published", "条文": "条文 rule text", "虚构": "虚构 invented", "推算": "推算 derived",
}  # fmt: skip
INVENTED = "虚构"
_CODE = re.compile(r"`([a-z0-9-]+)`")
_FAMILY = re.compile(r"F\d+")
_LEADING = re.compile(f"(?:{'|'.join(PROVENANCE)}|、)*")
_INTRODUCTION = """\
# 数值与出处 Figures and references

本页由程序打印，不要手改；`make figures` 重写，测试核对它与现在的协议、算例一致。
This page is printed by the program (`make figures`); a test compares it with the agreements and cases as they are now.

- **类、依据 families, grounds**：取自 [coverage.md](coverage.md)；“—”表示该协议不为说明某一类而设。
  From coverage.md; a dash where an agreement is not there to show a family.
- **数值 figures**：条款、断面表、`data`、`money` 里的每个数，每个日期、每个要素的都算。
  Every number in clauses, section sheets, `data` and `money`, of every date and every element.
- **出处 reference**：先看该值自己的注，再看所在条款，再看协议；三栏分别计数，缺出处的另计。
  Its own note, else its clause, else the agreement; counted apart.
- **分日期的值 dated**：协议期内随日期改变的值；只有自己的注或条款写明出处才算有。其余的值自协议起始日起有效。
  Values that change within the term; only their own note or clause counts. All others hold from the first day.
- **未核实 unverified**：无人见过原文的数；另有日期、规则、主体等不是数的值，一并列在后面。
  Numbers nobody has seen in a signed text; the list below also has dates, rules and parties marked so.
"""
_HEAD = (
    "协议 agreement", "类 families", "依据 grounds", "条 clauses", "数值 figures", "出处：注 note", "条款 clause",
    "整份协议 whole text", "无 none", "分日期 dated", "有出处 with reference", "未核实 unverified",
    "算例 cases", "通过 passed",
)  # fmt: skip
_LISTED = ("路径 path", "值 value", "出处或说明 why")


class UnverifiedRow(TypedDict):
    """A value that nobody has seen in a signed text."""

    path: str
    value: str
    source: str
    note: str


class Record(TypedDict):
    """One agreement: the figures of its `Inventory`, the families and grounds of the page, its cases."""

    code: str
    title: str
    source: str
    families: tuple[str, ...]
    grounds: tuple[str, ...]
    clauses: int
    figures: int
    by_value: int
    by_clause: int
    by_agreement: int
    without_reference: int
    unverified_figures: int
    dated: int
    dated_without_reference: tuple[str, ...]
    unverified: tuple[UnverifiedRow, ...]
    cases: int
    cases_passed: int


class Shown(NamedTuple):
    """What the page kept by hand says of one agreement."""

    families: tuple[str, ...]
    grounds: tuple[str, ...]


def shown(page: str) -> Mapping[str, Shown]:
    """Families and grounds of each agreement, from the tables of a page.

    The first cell of a row names a family, or is empty below one; its last cell begins with the grounds, if it tells
    them.
    """
    families: defaultdict[str, dict[str, None]] = defaultdict(dict)
    grounds: defaultdict[str, dict[str, None]] = defaultdict(dict)
    family = ""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            family = ""
            continue
        family = cells[0] if _FAMILY.fullmatch(cells[0]) else family if not cells[0] else ""
        leading = _leading_words(cells[-1])
        for code in _CODE.findall(" ".join(cells)):
            families[code] |= dict.fromkeys([family] if family else [])
            grounds[code] |= {PROVENANCE[word]: None for word in PROVENANCE if word in leading}
    return {code: Shown(tuple(families[code]), tuple(grounds[code])) for code in families}


def _leading_words(cell: str) -> str:
    """The words of `PROVENANCE` that a cell begins with; blank where it begins with others."""
    leading = _LEADING.match(cell)
    return leading[0] if leading else ""


def records(agreements: Iterable[Agreement], outcomes: Sequence[Outcome], said: Mapping[str, Shown]) -> list[Record]:
    """One record per agreement."""
    of_agreement: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        of_agreement[outcome.agreement].append(outcome)
    return [_record(agreement, of_agreement[agreement.code], said.get(agreement.code)) for agreement in agreements]


def _record(agreement: Agreement, outcomes: Sequence[Outcome], said: Shown | None) -> Record:
    stated = inventory(agreement.document)
    invented = (PROVENANCE[INVENTED],) if INVENTED in agreement.title else ()
    return {
        "code": agreement.code, "title": agreement.title, "source": agreement.source,
        "families": said.families if said else (), "grounds": (said.grounds if said else ()) or invented,
        "clauses": stated.clauses, "figures": stated.figures, "by_value": stated.by_value,
        "by_clause": stated.by_clause, "by_agreement": stated.by_agreement,
        "without_reference": stated.without_reference, "unverified_figures": stated.unverified_figures,
        "dated": stated.dated, "dated_without_reference": stated.dated_without_reference,
        "unverified": tuple(
            UnverifiedRow(path=value.path, value=value.value, source=value.source, note=value.note)
            for value in stated.unverified
        ),
        "cases": len(outcomes), "cases_passed": sum(outcome.passed for outcome in outcomes),
    }  # fmt: skip


def failures(listed: Sequence[Record]) -> int:
    """Figures and dated values without a reference, and cases that do not come out."""
    return sum(
        record["without_reference"] + len(record["dated_without_reference"]) + record["cases"] - record["cases_passed"]
        for record in listed
    )


def page(listed: Sequence[Record]) -> str:
    """The records as a Markdown page."""
    rows = [_HEAD, ["---"] * 3 + ["--:"] * (len(_HEAD) - 3), *map(_cells, listed), _sums(listed)]
    return "\n".join([_INTRODUCTION, "## 各协议 Agreements", "", *map(_row, rows), "", *_unverified(listed)])


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', '｜') for cell in cells)} |"


def _counts(record: Record) -> list[int]:
    with_reference = record["dated"] - len(record["dated_without_reference"])
    return [
        record["clauses"], record["figures"], record["by_value"], record["by_clause"], record["by_agreement"],
        record["without_reference"], record["dated"], with_reference, record["unverified_figures"], record["cases"],
        record["cases_passed"],
    ]  # fmt: skip


def _cells(record: Record) -> list[object]:
    grounds = "、".join(record["grounds"]) or "—"
    return [f"`{record['code']}` {record['title']}", " ".join(record["families"]) or "—", grounds, *_counts(record)]


def _sums(listed: Sequence[Record]) -> list[object]:
    totals = [sum(column) for column in zip(*map(_counts, listed), strict=True)]
    return [f"合计 total：{len(listed)}", "", "", *totals]


def _unverified(listed: Sequence[Record]) -> list[str]:
    """The list of unverified values: those that many agreements share once, the others under their agreement."""
    agreements: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for record in listed:
        for value in record["unverified"]:
            agreements[_said_of(value)].append(record["code"])
    shared = {value: codes for value, codes in agreements.items() if len(codes) > max(1, len(listed) / 4)}
    lines = [
        "## 未核实的值 Unverified values",
        "",
        "路径照协议文件；位置从 0 数起。Paths as in the file, counted from 0.",
        "",
    ]
    lines += [
        "多份协议同样写的 the same in many agreements：",
        "",
        _row([*_LISTED, "协议 agreements"]),
        _row(["---"] * 4),
    ]
    lines += [_row([f"`{path}`", value, why, len(codes)]) for (path, value, why), codes in shared.items()]
    lines += ["", "其余 the others：", "", _row(["协议 agreement", *_LISTED]), _row(["---"] * 4)]
    for record in listed:
        values = [_said_of(value) for value in record["unverified"]]
        of_its_own = [value for value in values if value not in shared]
        lines += [_row([f"`{record['code']}`", f"`{path}`", *rest]) for path, *rest in of_its_own]
    return lines


def _said_of(value: UnverifiedRow) -> tuple[str, str, str]:
    return value["path"], value["value"], "；".join(filter(None, [value["source"], value["note"]]))
