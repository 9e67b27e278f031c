"""Commands that settle, explain, confirm, assess and prove."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import pandas as pd

from api.commands import explanation
from api.commands import whatif as proposal
from api.commands.shared import AS_OF, Told, command, composed, composed_to_read, example, say, written
from basin.clauses import TIME_AXES
from basin.errors import UsageError
from basin.standards import standard
from settlement import applied, proposing
from settlement import run as settling
from settlement.assessment.classification import classified
from settlement.cases.running import run_cases
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import verify
from settlement.review import confirming
from settlement.statement.rows import SettlementDocument
from settlement.states import StatusChange

STANDARD = "gb3838-2002"


@click.command(epilog=example("hengjie settle lushui-jiangxi-hunan-2019 2020"))
@click.argument("agreement")
@click.argument("period")
@AS_OF
@command
def settle(agreement: str, period: str, as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """按协议结算一个期间。Settle an agreement for a period."""
    here = composed(extra)
    document = settling.settle(here.engine, here.registry, agreement, period, as_of=as_of, now=here.now())
    return document, "\n".join(_settlement_lines(document))


def _settlement_lines(document: SettlementDocument) -> list[str]:
    lines = [f"{document['title']} {document['period']}：{document['kind']}，{document['id']}"]
    for e in document["evaluations"]:
        axes = " ".join(code for axis, code in e["element"].items() if axis not in TIME_AXES)
        lines.append(f"条款 {e['clause']} {e['period']} {axes}".rstrip())
        lines += [f"    {step['label']}：{step['expression']} = {step['value']}" for step in e["working"]]
        lines.append(f"    → {e['amount'] if e['amount'] is not None else e['reason']}")
        if e["unverified"]:
            lines.append(f"    未核实 unverified：{'、'.join(e['unverified'])}")
        if beside := e["year_to_date"]:
            shown = beside["amount"] if beside["amount"] is not None else beside["reason"]
            lines.append(f"    年初至今 {beside['period']} → {shown}")
    lines += [f"中止 {s['clause']} {s['period']}：{s['message_zh']}（{s['reason']}）" for s in document["stops"]]
    lines += [f"{t['payer']} → {t['payee']}：{t['amount_yuan']} 元" for t in document["transfers"]]
    return lines


@click.command(epilog=example("hengjie explain ID --clause 2.1 --readings"))
@click.argument("settlement")
@click.option("--clause", help="只看一条。One clause only.")
@click.option("--readings", is_flag=True, help="列出每个读数，不只是未采用的。Every reading, not only those left out.")
@command
def explain(settlement: str, clause: str | None, readings: bool, extra: Sequence[Path]) -> Told:
    """一份结算从应付款到读数的全部依据。A settlement unfolded, from obligations down to readings."""
    here = composed_to_read(extra)
    with here.engine.connect() as connection:
        tree = applied.explained(connection, here.registry, settlement, clause)
    return tree, "\n".join(explanation.lines(tree, readings))


@click.command(epilog=example("hengjie whatif lushui-jiangxi-hunan-2019 --set clauses.1.cap=5000 --years 2020..2021"))
@click.argument("agreement")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="改一处，可重复。Change one value.")
@click.option("--with-agreement", "file", type=click.Path(dir_okay=False, path_type=Path), help="拟议的协议文件。")
@click.option("--years", required=True, help="2023 或 2023..2025。")
@AS_OF
@command
def whatif(
    agreement: str, changes: Sequence[str], file: Path | None, years: str, as_of: datetime | None, extra: Sequence[Path]
) -> Told:
    """同样的数据，换一份协议会怎样。The same data under a changed or proposed agreement."""
    here = composed_to_read(extra)
    proposed = proposing.proposal(here.registry, agreement, changes, file)
    with here.engine.connect() as connection:
        answer = proposing.answered(connection, here.registry, agreement, proposed, years, as_of or here.now())
    return answer, "\n".join(proposal.lines(answer))


@click.command(epilog=example('hengjie status ID 待复核 --person 张三 --reason "数据齐全"'))
@click.argument("settlement")
@click.argument("status")
@click.option("--person", required=True, help="经办人。")
@click.option("--reason", required=True, help="理由。")
@command
def status(settlement: str, status: str, person: str, reason: str, extra: Sequence[Path]) -> Told:
    """给结算下一个状态：待复核、已确认、已撤销。The next status of a settlement."""
    here = composed(extra)
    document = confirming.set_status(here.engine, settlement, StatusChange(status, person, reason), here.now)
    return document, f"{document['id']}：{document['status']}"


@click.command(epilog=example("hengjie assess demo-qingxi 2025"))
@click.argument("basin")
@click.argument("period")
@click.option("--scorecard", help="评价表代码；只有一个时可省略。")
@AS_OF
@command
def assess(basin: str, period: str, scorecard: str | None, as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """评价一个流域的绩效。Assess the performance of a basin."""
    here = composed(extra)
    registry = here.registry.scoring_by(scorecard)
    document = settling.assess(here.engine, registry, basin, period, as_of=as_of, now=here.now())
    lines = [f"{document['title']} {basin} {period}：{document['score']} 分，{document['grade']}，{document['id']}"]
    for c in document["criteria"]:
        lines.append(f"{c['title']}：{c['earned'] if c['earned'] is not None else c['message_zh']} / {c['points']}")
        lines += [f"    {step['label']}：{step['expression']} = {step['value']}" for step in c["working"]]
    return document, "\n".join(lines)


@click.command(epilog=example("hengjie cases fixtures/cases"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--all", "whole", is_flag=True, help="每个算例都印出全部条款的过程。The working of every case.")
@command
def cases(paths: Sequence[Path], whole: bool, extra: Sequence[Path]) -> Told:
    """运行算例，打印不符处的计算过程；加 --all 打印全部。Run worked cases."""
    outcomes = list(run_cases(paths, extra, say))
    lines: list[str] = []
    for outcome in outcomes:
        if whole or not outcome.passed:
            verdict = "相符 passed" if outcome.passed else "不符 FAILED"
            lines += [f"{verdict} {outcome.file} {outcome.name}", *(f"  {d}" for d in outcome.differences)]
            lines += [f"  {line}" for line in ((*outcome.working, *outcome.sums) if whole else outcome.leading)]
    failed = sum(not outcome.passed for outcome in outcomes)
    summary = {"passed": len(outcomes) - failed, "failed": failed}
    told = [vars(outcome) | {"passed": outcome.passed} for outcome in outcomes]
    return summary | {"cases": told}, "\n".join([*lines, f"{summary['passed']} passed, {failed} failed"])


@click.command(epilog=example("hengjie classify means.csv --require ph,do,codmn,nh3n,tp -o classes.csv"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件；缺省为标准输出。")
@click.option("--require", default="", help="缺一即不评的指标，逗号分隔。")
@click.option("--compare", type=click.Choice(["raw", "reported"]), default="raw", help="按原值，或修约后比较。")
@command
def classify(file: Path, output: Path | None, require: str, compare: str, extra: Sequence[Path]) -> Told:
    """评定水质类别。Water-quality classes of a table."""
    table = _table(file)
    wanted = [code for code in require.split(",") if code.strip()]
    return written(classified(table, standard(STANDARD), require=wanted, compare=compare), output)


def _table(file: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"读不出表格：{problem}", "not a readable CSV", file=file, remedy="另存为 UTF-8 的 CSV"
        ) from problem


@click.command("evidence", epilog=example("hengjie evidence ID -o settlement.zip"))
@click.argument("settlement")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="写入的 ZIP 文件。")
@command
def evidence_file(settlement: str, output: Path, extra: Sequence[Path]) -> Told:
    """导出一份结算的证据包。The evidence file of a settlement."""
    here = composed_to_read(extra)
    raw = evidence(here.engine, here.registry, settlement)
    output.write_bytes(raw)
    return {"file": str(output), "bytes": len(raw)}, f"{len(raw)} 字节 bytes → {output}"


@click.command("verify", epilog=example("hengjie verify settlement.zip"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
def verify_file(file: Path, extra: Sequence[Path]) -> Told:
    """不用数据库重算证据包，指出第一处不符。Recompute an evidence file without the database."""
    found = verify(file.read_bytes(), recomputed)
    lines = [f"✓ {held}" for held in found.checked] + (
        [f"✗ {found.failure}"] if found.failure else ["证据包成立 holds"]
    )
    told = {"ok": found.ok, "checked": found.checked, "failure": found.failure, "failed": 0 if found.ok else 1}
    return told, "\n".join(lines)
