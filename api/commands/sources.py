"""Commands for declared sources: check a declaration, list them, run one, try a file.

In: files and codes. Out: findings, or the receipts of what was taken in. Reading and judging is `monitoring_ingest`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from api.commands.shared import Told, command, composed, composed_to_read, composed_to_try, example, say, settings_with
from api.reads.split_samples import line, split_samples_of, told
from api.settings import from_environment
from basin.errors import RegisterError, UsageError
from basin.network import Network, load_network
from basin.registry import BUNDLED, Registry, declared_registry
from basin.sources import Source, source_findings
from basin.written.agreement_files import file_text
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import ingest
from monitoring_ingest.doors.pulling import run_source
from monitoring_ingest.doors.store import kept_answer
from monitoring_ingest.doors.trial import counted, trial
from monitoring_ingest.formats.laboratory_template import laboratory_template
from monitoring_ingest.readings.messages import MESSAGES

ROWS_SHOWN = 20


@click.group("source")
def source_group() -> None:
    """数据来源：检查声明、列出、取数、试读。Declared sources: check, list, run, try."""


@source_group.command("check", epilog=example("hengjie source check sources/实验室.yaml"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@command
def check(file: Path, extra: Sequence[Path]) -> Told:
    """一次列出声明里的全部问题。All findings on one declaration."""
    source, findings = source_findings(file_text(file, RegisterError), str(file), _network(extra))
    result = {
        "file": str(file),
        "code": source.code if source else "",
        "findings": [_finding(finding) for finding in findings],
        "failed": len(findings),
    }
    verdict = f"{len(findings)} 处问题 findings" if findings else "可以使用 may be used"
    return result, "\n".join([*map(str, findings), f"{file}: {verdict}"])


def _network(extra: Sequence[Path]) -> Network:
    """The register alone: the sources beside the one in hand may themselves be drafts."""
    places = (*from_environment().extra, *extra)
    network, messages = load_network([BUNDLED, *(place for place in places if place.is_dir())])
    for message in messages:
        say(message)
    return network


def _finding(problem: RegisterError) -> dict[str, Any]:
    messages = {"message_zh": problem.zh, "message_en": problem.en, "remedy": problem.remedy}
    return {"file": problem.file, "path": problem.path, **messages}


@source_group.command("list", epilog=example("hengjie source list --with fixtures"))
@command
def list_sources(extra: Sequence[Path]) -> Told:
    """列出声明了的数据来源。The declared sources."""
    registry = declared_registry(settings_with(extra).extra)
    for message in registry.messages:
        say(message)
    sources = [_declared(source) for source in registry.sources.values()]
    return {"sources": sources}, "\n".join(map(_line, sources)) or "没有声明数据来源 no sources"


def _declared(source: Source) -> dict[str, Any]:
    document = {name: getattr(source, name) for name in ("code", "title", "format", "zone", "every_hours", "file")}
    return document | {"place": source.place_shown}


def _line(source: dict[str, Any]) -> str:
    return f"{source['code']}  {source['title']}  {source['format']}  {source['place'] or '—'}  {_due(source)}"


def _due(source: dict[str, Any]) -> str:
    return f"每 {source['every_hours']} 小时 hours" if source["every_hours"] else "不定时 not scheduled"


@source_group.command("run", epilog=example("hengjie source run demo-bulletin --with fixtures"))
@click.argument("code")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@command
def run(code: str, paths: Sequence[Path], extra: Sequence[Path]) -> Told:
    """从声明的位置取来新的，或接收给出的文件。Take in what is new at the place, or these files."""
    composition = composed(extra)
    source = composition.registry.source(code)
    network = composition.registry.network
    if paths:
        receipts = [
            ingest(composition.engine, network, _contents(paths), source_door(source, network), composition.now)
        ]
    else:
        receipts = run_source(composition.engine, network, source, composition.now, composition.settings.inside)
    lines = [f"提交 submission {receipt.id}：{_counts(receipt.counts)}" for receipt in receipts]
    result = {"source": code, "submissions": [receipt.document() for receipt in receipts]}
    return result, "\n".join(lines) or "没有新的文件 nothing new"


@source_group.command("try", epilog=example("hengjie source try demo-hand-samples 样表.xlsx --with fixtures"))
@click.argument("code")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@command
def try_files(code: str, paths: Sequence[Path], extra: Sequence[Path]) -> Told:
    """试读：每行会成为什么，不入库。What each row would become; nothing is stored."""
    composition = composed_to_try(extra)
    door = source_door(composition.registry.source(code), composition.registry.network)
    with composition.engine.connect() as connection:
        decided = trial(connection, composition.registry.network, _contents(paths), door, composition.now())
    counts = counted(decided)
    columns = ("row", "field", "station", "indicator", "number", "unit", "fate", "code", "value")
    rows = decided[list(columns)].astype(object).where(decided[list(columns)].notna(), None).to_dict("records")
    lines = [
        f"  {row['row']} {row['field']} {row['value']} {row['fate']} {row['code']} {MESSAGES[row['code']].zh}"
        for row in rows
        if row["code"]
    ]
    more = [f"  … 另有 {len(lines) - ROWS_SHOWN} 行 more"] if len(lines) > ROWS_SHOWN else []
    text = "\n".join([f"试读，没有入库 nothing stored：{_counts(counts)}", *lines[:ROWS_SHOWN], *more])
    return {"source": code, "counts": counts, "rows": rows}, text


@click.group("laboratory")
def laboratory_group() -> None:
    """实验室化验单。Laboratory workbooks."""


@laboratory_group.command("template", epilog=example("hengjie laboratory template -o 化验单.xlsx"))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="写入的 XLSX 文件。")
@command
def template(output: Path, extra: Sequence[Path]) -> Told:
    """写出化验单模板，下拉列表取自登记表。The workbook to fill in, its lists from the register."""
    raw = laboratory_template(_network(extra))
    output.write_bytes(raw)
    return {"file": str(output), "bytes": len(raw)}, f"{len(raw)} 字节 bytes → {output}"


@click.command("laboratory", epilog=example("hengjie ingest laboratory 化验单.xlsx"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--source", "code", default="", help="哪个数据来源；只声明了一个化验单来源时可省。")
@command
def ingest_laboratory(paths: Sequence[Path], code: str, extra: Sequence[Path]) -> Told:
    """填好的化验单；逐个分样列出两方的值、相差、允差与结论。Filled workbooks, with every split sample compared."""
    composition = composed(extra)
    source = composition.registry.source(code) if code else _only_laboratory(composition.registry)
    network = composition.registry.network
    receipt = ingest(
        composition.engine, network, _contents(paths), source_door(source, network), composition.now
    ).document()
    with composition.engine.connect() as connection:
        samples = [told(sample) for sample in split_samples_of(connection, composition.registry, source)]
    rows = [
        f"  {row['file']}:{row['row']} {row['field']} {row['value']} {row['fate']} {row['code']} {row['message_zh']}"
        for row in (receipt["rows"] or [])[:ROWS_SHOWN]
    ]
    text = [f"提交 submission {receipt['id']}：{_counts(receipt['counts'])}", *rows, *map(line, samples)]
    return receipt | {"samples": samples}, "\n".join(text)


def _only_laboratory(registry: Registry) -> Source:
    """The one laboratory source there is; one without any tolerance of its own where none is declared."""
    declared = [source for source in registry.sources.values() if source.format == "laboratory"]
    if len(declared) > 1:
        remedy = "写 --source，可用：" + " ".join(source.code for source in declared)
        raise UsageError("声明了几个化验单来源", "several laboratory sources", path="source", remedy=remedy)
    return declared[0] if declared else Source(code="laboratory", title="化验单", format="laboratory")


@source_group.command("answer", epilog=example("hengjie source answer 3b1f… -o 回复.json"))
@click.argument("digest", metavar="SHA256")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="写入的文件。")
@command
def answer(digest: str, output: Path, extra: Sequence[Path]) -> Told:
    """取出从网址得到的原始回复，SHA-256 见回执。The answer of an address as it came."""
    composition = composed_to_read(extra)
    with composition.engine.connect() as connection:
        raw = kept_answer(connection, digest)
    output.write_bytes(raw)
    return {"file": str(output), "bytes": len(raw)}, f"{len(raw)} 字节 bytes → {output}"


def _counts(counts: dict[str, int]) -> str:
    return "，".join(f"{fate} {count}" for fate, count in counts.items() if count) or "没有行 no rows"


def _contents(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    files = [sorted(path.iterdir()) if path.is_dir() else [path] for path in paths]
    return [(file.name, file.read_bytes()) for listed in files for file in listed if file.is_file()]
