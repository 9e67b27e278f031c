"""Commands that prove: worked cases, evidence files and their verification."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from api.commands.shared import Told, command, composed_to_read, example, say
from settlement.cases.running import run_cases
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.opening import file_bytes
from settlement.evidence.pack import verify
from settlement.evidence.summary import NOT_PROVEN, lines, stated


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
    listed = [vars(outcome) | {"passed": outcome.passed} for outcome in outcomes]
    return summary | {"cases": listed}, "\n".join([*lines, f"{summary['passed']} passed, {failed} failed"])


@click.command("evidence", epilog=example("hengjie evidence ID -o settlement.zip"))
@click.argument("settlement")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="写入的 ZIP 文件。")
@command
def evidence_file(settlement: str, output: Path, extra: Sequence[Path]) -> Told:
    """导出一份结算的证据包。The evidence file of a settlement."""
    composition = composed_to_read(extra)
    raw = evidence(composition.engine, composition.registry, settlement)
    output.write_bytes(raw)
    return {"file": str(output), "bytes": len(raw)}, f"{len(raw)} 字节 bytes → {output}"


@click.command("verify", epilog=example("hengjie verify settlement.zip"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
def verify_file(file: Path, extra: Sequence[Path]) -> Told:
    """不用数据库重算证据包，指出第一处不符。Recompute an evidence file without the database."""
    verification = verify(file_bytes(file), recomputed)
    report = [f"✓ {held}" for held in verification.checked]
    result = {"ok": verification.ok, "checked": verification.checked, "failure": verification.failure}
    if verification.evidence is None or not verification.ok:
        report.append(f"✗ {verification.failure}")
        return result | {"settlement": None, "not_proven": [], "failed": 1}, "\n".join(report)
    settlement = stated(verification.evidence)
    report += ["证据包成立 holds", *lines(settlement)]
    return result | {"settlement": settlement, "not_proven": list(NOT_PROVEN), "failed": 0}, "\n".join(report)
