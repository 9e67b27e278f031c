"""The command line ``hengjie``: every door of the program for people and scripts.

In: arguments and files. Out: text for people, or with ``--json`` exactly one JSON object on standard output; progress
and messages go to standard error. Exit 0 done, 1 refused, or a case or slot failed, 2 usage. It decides nothing: each
command parses, calls one function of the packages, and tells; how that is printed is in `api.commands`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import pandas as pd

from api import asking, explaining
from api.agreement_commands import agreement_group
from api.commands import AS_OF, Commands, Told, command, composed, example, now, say
from api.composition import Composition
from api.jobs_commands import jobs_group
from api.key_commands import key_group
from api.quality_commands import quality_group, review_group
from api.source_commands import ingest_laboratory, laboratory_group, source_group
from api.telegram_commands import listen, telegram_group
from basin.agreement_files import file_text
from basin.clauses import TIME_AXES
from basin.errors import UsageError
from basin.standards import standard
from monitoring_ingest import exports
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import NATIONAL_RELEASE, READINGS, door, ingest
from monitoring_ingest.readings.facts import about_something_known, read_fact
from monitoring_ingest.records.store import record_fact
from settlement import applied, proposing
from settlement import run as settling
from settlement.assessment.classification import classified
from settlement.cases.running import run_cases
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import verify
from settlement.review import confirming

STANDARD = "gb3838-2002"
FIXTURES = Path(__file__).parents[1] / "fixtures"


@click.group(cls=Commands, epilog=example("hengjie settle lushui-jiangxi-hunan-2019 2020"))
def main() -> None:
    """衡界：跨省流域生态补偿的结算。Settling river compensation between provinces."""


@main.group("ingest")
def ingest_group() -> None:
    """接收监测数据。Take in station data."""


def _taken_in(extra: Sequence[Path], files: Sequence[Path], name: str, day: date | None) -> Told:
    here = composed(extra)
    contents = [(file.name, file.read_bytes()) for path in files for file in _files(path)]
    say(f"{len(contents)} 个文件 files …")
    through = door(name, here.registry.network, day)
    receipt = ingest(here.engine, here.registry.network, contents, through, now).document()
    counts = "，".join(f"{fate} {count}" for fate, count in receipt["counts"].items())
    rows = [f"  {r['file']}:{r['row']} {r['field']} {r['value']} {r['fate']} {r['code']} {r['message_zh']}" for r in
            (receipt["rows"] or [])[:20]]  # fmt: skip
    more = len(receipt["rows"] or []) - len(rows)
    text = "\n".join(
        [f"提交 submission {receipt['id']}：{counts}", *rows, *([f"  … 另有 {more} 行"] if more > 0 else [])]
    )
    return receipt, text


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]


@ingest_group.command("national-release", epilog=example("hengjie ingest national-release 2020-08-13.json.gz"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="文件名没有日期时的发布日期。")
@command
def ingest_release(paths: Sequence[Path], day: datetime | None, extra: Sequence[Path]) -> Told:
    """国家实时发布的应答（JSON，可 gzip）。Replies of the national real-time release."""
    return _taken_in(extra, paths, NATIONAL_RELEASE, day.date() if day else None)


@ingest_group.command("readings", epilog=example("hengjie ingest readings station.csv"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@command
def ingest_readings(paths: Sequence[Path], extra: Sequence[Path]) -> Told:
    """长表 CSV：station,time,indicator,value,unit[,mark]。Long CSV of readings."""
    return _taken_in(extra, paths, READINGS, None)


@main.group("readings")
def readings_group() -> None:
    """已接收的数据。Stored readings."""


@readings_group.command("export", epilog=example("hengjie readings export --station jiekou -o jiekou.csv"))
@click.option("--station", "stations", multiple=True, help="站点代码，可重复。")
@click.option("--wide", is_flag=True, help="classify 所读的宽表。The wide table that classify reads.")
@click.option(
    "--qartod",
    is_flag=True,
    help="另加标记与 QARTOD 代码四列，补出缺测的时次。With flags, QARTOD codes and missing slots.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件；缺省为标准输出。")
@AS_OF
@command
def readings_export(
    stations: Sequence[str], output: Path | None, as_of: datetime | None, extra: Sequence[Path], **forms: bool
) -> Told:
    """导出读数为 CSV。Readings as CSV."""
    if all(forms.values()):
        zh, en = "宽表没有标记列", "the wide table has no columns for flags"
        raise UsageError(zh, en, path="qartod", remedy="--wide 与 --qartod 只用一个")
    here = composed(extra)
    selected: dict[str, Any] = {"stations": list(stations) or None, "as_of": as_of}
    with here.engine.connect() as connection:
        form = _FORMS[forms["wide"], forms["qartod"]]
        frame = form(connection, here.registry.network, **selected)
    return _written(frame, output)


_FORMS = {
    (False, False): exports.long_readings,
    (True, False): exports.wide_readings,
    (False, True): exports.with_missing_slots,
}


def _written(frame: pd.DataFrame, output: Path | None) -> Told:
    """A table to a file or, as text, to standard output."""
    text = frame.to_csv(index=False, lineterminator="\n")
    if output is None:
        return {"rows": frame.to_dict("records")}, text.rstrip("\n")
    output.write_text(text, encoding="utf-8")
    return {"rows": len(frame), "file": str(output)}, f"{len(frame)} 行 rows → {output}"


@main.command(epilog=example("hengjie settle lushui-jiangxi-hunan-2019 2020"))
@click.argument("agreement")
@click.argument("period")
@AS_OF
@command
def settle(agreement: str, period: str, as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """按协议结算一个期间。Settle an agreement for a period."""
    here = composed(extra)
    document = settling.settle(here.engine, here.registry, agreement, period, as_of=as_of, now=now())
    return document, "\n".join(_settlement_lines(document))


def _settlement_lines(document: dict[str, Any]) -> list[str]:
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


@main.command(epilog=example("hengjie explain ID --clause 2.1 --readings"))
@click.argument("settlement")
@click.option("--clause", help="只看一条。One clause only.")
@click.option("--readings", is_flag=True, help="列出每个读数，不只是未采用的。Every reading, not only those left out.")
@command
def explain(settlement: str, clause: str | None, readings: bool, extra: Sequence[Path]) -> Told:
    """一份结算从应付款到读数的全部依据。A settlement unfolded, from obligations down to readings."""
    here = composed(extra)
    with here.engine.connect() as connection:
        tree = applied.explained(connection, here.registry, settlement, clause)
    return tree, "\n".join(explaining.lines(tree, readings))


@main.command(epilog=example("hengjie whatif lushui-jiangxi-hunan-2019 --set clauses.1.cap=5000 --years 2020..2021"))
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
    here = composed(extra)
    proposed = proposing.proposal(here.registry, agreement, changes, file)
    with here.engine.connect() as connection:
        answer = proposing.answered(connection, here.registry, agreement, proposed, years, as_of or now())
    return answer, "\n".join(asking.lines(answer))


@main.command(epilog=example('hengjie status ID 待复核 --person 张三 --reason "数据齐全"'))
@click.argument("settlement")
@click.argument("status")
@click.option("--person", required=True, help="经办人。")
@click.option("--reason", required=True, help="理由。")
@command
def status(settlement: str, status: str, person: str, reason: str, extra: Sequence[Path]) -> Told:
    """给结算下一个状态：待复核、已确认、已撤销。The next status of a settlement."""
    here = composed(extra)
    document = confirming.set_status(here.engine, settlement, (status, person, reason), now)
    return document, f"{document['id']}：{document['status']}"


@main.command(epilog=example("hengjie assess demo-qingxi 2025"))
@click.argument("basin")
@click.argument("period")
@click.option("--scorecard", help="评价表代码；只有一个时可省略。")
@AS_OF
@command
def assess(basin: str, period: str, scorecard: str | None, as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """评价一个流域的绩效。Assess the performance of a basin."""
    here = composed(extra)
    registry = here.registry.scoring_by(scorecard)
    document = settling.assess(here.engine, registry, basin, period, as_of=as_of, now=now())
    lines = [f"{document['title']} {basin} {period}：{document['score']} 分，{document['grade']}，{document['id']}"]
    for c in document["criteria"]:
        lines.append(f"{c['title']}：{c['earned'] if c['earned'] is not None else c['message_zh']} / {c['points']}")
        lines += [f"    {step['label']}：{step['expression']} = {step['value']}" for step in c["working"]]
    return document, "\n".join(lines)


@main.command(epilog=example("hengjie cases fixtures/cases"))
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


@main.command(epilog=example("hengjie classify means.csv --require ph,do,codmn,nh3n,tp -o classes.csv"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件；缺省为标准输出。")
@click.option("--require", default="", help="缺一即不评的指标，逗号分隔。")
@click.option("--compare", type=click.Choice(["raw", "reported"]), default="raw", help="按原值，或修约后比较。")
@command
def classify(file: Path, output: Path | None, require: str, compare: str, extra: Sequence[Path]) -> Told:
    """评定水质类别。Water-quality classes of a table."""
    table = _table(file)
    wanted = [code for code in require.split(",") if code.strip()]
    return _written(classified(table, standard(STANDARD), require=wanted, compare=compare), output)


def _table(file: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"读不出表格：{problem}", "not a readable CSV", file=file, remedy="另存为 UTF-8 的 CSV"
        ) from problem


@main.command(epilog=example("hengjie record incident.yaml"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
def record(file: Path, extra: Sequence[Path]) -> Told:
    """登记一件事实（断流、事件、资金使用等）。Record a fact."""
    here = composed(extra)
    fact = about_something_known(read_fact(file_text(file, UsageError), file=file), here.registry, file=file)
    with writing(here.engine) as connection:
        recorded = record_fact(connection, fact, now())
    told = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in vars(recorded).items()}
    return told, f"已登记 recorded：{recorded.subject} {recorded.period} {recorded.kind}"


@main.command("evidence", epilog=example("hengjie evidence ID -o settlement.zip"))
@click.argument("settlement")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="写入的 ZIP 文件。")
@command
def evidence_file(settlement: str, output: Path, extra: Sequence[Path]) -> Told:
    """导出一份结算的证据包。The evidence file of a settlement."""
    here = composed(extra)
    raw = evidence(here.engine, here.registry, settlement)
    output.write_bytes(raw)
    return {"file": str(output), "bytes": len(raw)}, f"{len(raw)} 字节 bytes → {output}"


@main.command("verify", epilog=example("hengjie verify settlement.zip"))
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


main.add_command(agreement_group)
main.add_command(source_group)
main.add_command(laboratory_group)
ingest_group.add_command(ingest_laboratory)
main.add_command(telegram_group)
main.add_command(listen)
main.add_command(jobs_group)
main.add_command(key_group)
main.add_command(quality_group)
main.add_command(review_group)


@main.command("serve", epilog=example("PORT=8080 hengjie serve"))
@command
def serve_pages(extra: Sequence[Path]) -> Told:
    """提供网页与接口，并运行定时任务。Serve pages and API, with the schedule inside."""
    return _serving(composed(extra))


def _serving(here: Composition) -> Told:
    """The address, told before the server starts and only when it can be used."""
    from api import serving  # the web framework takes a second to load, which no other command needs

    serving.check_port(here.settings)
    address = here.settings.address
    return {"address": address}, f"衡界 {address} （Ctrl-C 停止 to stop）", lambda: serving.serve(here)


@main.command("schedule", epilog=example("hengjie schedule --once"))
@click.option("--once", is_flag=True, help="只补做到期的时段，然后结束。Run the slots that are due, then end.")
@command
def schedule_jobs(once: bool, extra: Sequence[Path]) -> Told:
    """只运行定时任务。Run the scheduled jobs."""
    from api import serving

    here = composed(extra)
    if once:
        ran = serving.run_due(here)
        slots = [{"job": one.job, "slot": one.slot.isoformat(), "failure": one.failure} for one in ran]
        lines = [f"{one.job} {one.slot.isoformat()} {one.failure or '完成 done'}" for one in ran]
        told = {"ran": slots, "failed": sum(one.failure is not None for one in ran)}
        return told, "\n".join(lines) or "没有到期的时段 nothing is due"
    inbox, day = here.settings.inbox, here.settings.settling_day
    text = f"定时任务 schedule：{inbox}，每月 {day} 日结算（Ctrl-C 停止 to stop）"
    return {"inbox": str(inbox), "settling_day": day}, text, lambda: serving.schedule(here)


@main.command("run", epilog=example("make run"))
@command
def run_demonstration(extra: Sequence[Path]) -> Told:
    """建库、载入虚构示例、接收、结算、评价，然后提供网页。Build the demonstration and serve it."""
    from api.demonstration import build

    here = composed([FIXTURES, *extra])
    build(here, say, now)
    return _serving(here)


if __name__ == "__main__":
    main()
