"""The explanation of a stored settlement, for the command line and the API.

In: a connection, the registry and a settlement's identity. Out: the tree of `settlement.statement.explanation`, and its
lines for a terminal. Agreement text and readings are those of the settlement's own instant.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.reads.numerals import roman
from basin.agreement import RuleRow
from basin.clauses import TIME_AXES
from basin.indicators import INDICATORS
from settlement.printing.wording import limit_text
from settlement.statement.engine_version import version_text
from settlement.statement.explanation import (
    ExplainedEvaluation,
    ExplainedObligation,
    ExplainedStatistic,
    Explanation,
    FigureRow,
)
from settlement.statement.readings_behind import ReadingRow
from settlement.statement.rows import PairAmountRow, PoolRow, UndecidedRow, WorkingRow
from settlement.words import STAND_INS, UNDECIDED, in_chinese, message

INDENT = "    "


def lines(tree_: Explanation, every_reading: bool = False) -> list[str]:
    """The tree as indented text; readings as counts and those left out, or every one of them."""
    statistics = {statistic["place"]: statistic for statistic in tree_["statistics"]}
    writer = _Writer(statistics, every_reading)
    version = version_text(tree_["engine_version"])
    head = f"{tree_['title']} {tree_['period']}（{tree_['id']}），数据截至 {tree_['as_of']}"
    written = [f"{head}，引擎版本 engine version {version}", f"出处 source：{tree_['source']}"]
    written += [*_transfers(tree_["transfers"]), *_pools(tree_["pools"])]
    for obligation in tree_["obligations"]:
        written += writer.obligation(obligation)
    for e in tree_["others"]:
        kind = "预估，不是应付款 indication, not payable" if e["indication"] else "没有应付款 no obligation"
        written += [f"{kind}：", *writer.evaluation(e, 1)]
    for s in tree_["stops"]:
        written.append(f"中止 stopped {s['clause']} {s['period']}：{s['message_zh']}（{s['message_en']}）")
    written += _undecided(tree_["limit_below_detection"])
    return [*written, "规则 rules：", *(f"{INDENT}{_rule(rule)}" for rule in tree_["rules"])]


def _transfers(transfers: list[PairAmountRow]) -> Iterator[str]:
    """Who finally pays whom, and how obligations came to it."""
    if transfers:
        yield "净额划转 transfers："
    for t in transfers:
        yield f"{INDENT}{t['payer']} → {t['payee']}：{t['amount_yuan']} 元 yuan"
        yield from _working(t.get("working", []), INDENT * 2)


def _pools(pools: list[PoolRow]) -> Iterator[str]:
    """What each party receives from the pool and pays into it."""
    if pools:
        yield "资金池 pool（元 yuan）："
    for pool in pools:
        flows = f"应得 receives {pool['receives_yuan']} − 应出 pays in {pool['pays_yuan']}"
        yield f"{INDENT}{pool['period']} {pool['party']}：{flows} = 净额 net {pool['net_yuan']}"


def _undecided(rows: list[UndecidedRow]) -> Iterator[str]:
    """Readings below detection that could not see as low as the limit."""
    if rows:
        yield "{}（{}）：".format(*UNDECIDED)
    for row in rows:
        unit = INDICATORS[row["indicator"]].unit
        of = f"{limit_text(row['target'])} {_of_limit(row['target'])}"
        beyond = f"检出限至 up to {row['detection_limit']} > 限值 limit {row['limit']} {unit}（{of}）"
        yield f"{INDENT}{row['section']} {row['indicator']} {row['period']}：读数 readings {row['readings']}，{beyond}"


def _of_limit(target: int | None) -> str:
    return "stated in the section sheet" if target is None else f"class {roman(target)}"


def _working(steps: list[WorkingRow], indent: str) -> Iterator[str]:
    """The working as it was recorded."""
    for step in steps:
        yield f"{indent}{step['label']}：{step['expression']} = {step['value']}"


def _rule(rule: RuleRow) -> str:
    return f"{rule['path']} = {rule['value']}（{rule['source']}）{_unverified(rule['verified'])}"


def _figure(figure: FigureRow, source: str) -> str:
    """A figure with its own source, where it has another than its clause."""
    other_source = f"（{figure['source']}）" if figure["source"] != source else ""
    note = f" — {figure['note']}" if figure["note"] else ""
    return f"{figure['path']} = {figure['value']}{other_source}{_unverified(figure['verified'])}{note}"


def _unverified(verified: bool) -> str:
    return "" if verified else " 未核实 unverified"


class _Writer:
    """Writes nodes of the tree, each statistic's readings only where it stands first."""

    def __init__(self, statistics: dict[int, ExplainedStatistic], every_reading: bool) -> None:
        self.statistics = statistics
        self.every_reading = every_reading
        self.written: set[int] = set()

    def obligation(self, o: ExplainedObligation) -> Iterator[str]:
        """What is owed, how it was rounded, and what it sums."""
        yield f"{o['payer']} → {o['payee']}：{o['amount_yuan']} 元 yuan（条款 clause {o['clause']}，{o['period']}）"
        yield from _working(o.get("working", []), INDENT)
        for e in o["evaluations"]:
            yield from self.evaluation(e, 1)

    def evaluation(self, e: ExplainedEvaluation, depth: int) -> Iterator[str]:
        """One evaluation: its text, figures, working, statistics, and the lines it looks at below it."""
        indent = INDENT * depth
        axes = (code for axis, code in e["element"].items() if axis not in TIME_AXES)
        named = " ".join(filter(None, (e["clause"], e["title"], e["period"], *axes)))
        outcome = e["amount"] if e["amount"] is not None else in_chinese(e["reason"] or "absent")
        yield f"{indent}条款 clause {named} → {outcome}"
        within = indent + INDENT
        yield f"{within}出处 source：{e['source']}"
        yield from (f"{within}参数 figure {_figure(figure, e['source'])}" for figure in e["figures"])
        yield from _working(e["working"], within)
        yield from (f"{within}{line}" for line in _outcome(e))
        for place in e["statistics"]:
            yield from self._statistic(self.statistics[place], within)
        for used in e["uses"]:
            yield from self.evaluation(used, depth + 1)

    def _statistic(self, s: ExplainedStatistic, indent: str) -> Iterator[str]:
        instants = f"，时刻 instants {s['instants']}" if "instants" in s else ""
        left_out = sum(s["left_out"].values())
        counts = f"采用 used {s['readings']}{instants}，天 days {s['days']}，未采用 left out {left_out}"
        absent = message(s["reason"] or "absent")["message_zh"]
        mean = absent if s["mean"] is None else f"{s['mean']} → {s['reported']}"
        yield f"{indent}统计 {s['section']} {s['indicator']} {s['period']}：{mean}（{counts}{_stand_in(s)}）"
        if s["place"] in self.written:
            return
        self.written.add(s["place"])
        for reading in s["used"] if self.every_reading else ():
            yield f"{indent}{INDENT}{_reading(reading)}"
        for reading in s["not_used"]:
            yield f"{indent}{INDENT}未采用 left out {_reading(reading)}：{reading['reason_zh']}"


def _stand_in(s: ExplainedStatistic) -> str:
    """Whose counts these are, or how many months of a longer period are counted apart; blank where the mean is own."""
    if "stands_in" in s:
        by, section, period = (s["stands_in"][name] for name in ("by", "section", "period"))
        zh, en = STAND_INS[by]
        return f"；缺月替代 stands in：{zh} {en} {section} {period}"
    if "stood_in_for" in s:
        months, readings, days = (s["stood_in_for"][name] for name in ("months", "readings", "days"))
        return f"；另有缺月替代 stood in for {months} 个月 months，所用 with {readings} 个读数 readings、{days} 天 days"
    return ""


def _outcome(e: ExplainedEvaluation) -> Iterator[str]:
    if e["scale"] is not None:
        yield f"适用第 {e['scale']['piece'] + 1} 段 piece {e['scale']['piece'] + 1}，n = {e['scale']['n']}"
    if e["cap"] is not None and e["amount"] is not None:
        yield f"封顶 cap {e['cap']['amount']}：{'起作用 bound' if e['cap']['bound'] else '未触及 not reached'}"


def _reading(reading: ReadingRow) -> str:
    sign = "<" if reading["censored"] else ""
    test = reading.get("test")
    judged = in_chinese(test) if test else ""
    marks = " ".join(filter(None, (reading["mark"], reading["status"], judged)))
    return f"{reading['time']} {reading['station']} {sign}{reading['value'] or '—'} {reading['unit']} {marks}".rstrip()
