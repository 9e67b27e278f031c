"""Commands for who writes agreements: check one, compare two, count the figures of all, print the schema for an editor.

In: files or codes. Out: what `basin` found, as text or JSON. No database is opened: an agreement can be written,
checked and compared on a machine that settles nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from api.commands.figures_page import failures, page, records, shown
from api.commands.shared import Told, command, example, registers
from api.settings import from_environment
from basin.agreement import Agreement, compiled
from basin.authoring.certain_stops import WillStop
from basin.authoring.diff import Difference, differences
from basin.authoring.hint import Hint
from basin.authoring.review import Unverified, WithoutSource, review
from basin.authoring.roles import Role
from basin.authoring.schema import schema
from basin.errors import AgreementError
from basin.network import Network
from basin.registry import declared_registry, load_registry
from basin.written.agreement_files import file_text, tree
from settlement.cases.running import run_cases

SUFFIXES = (".yaml", ".yml")


@click.group("agreement")
def agreement_group() -> None:
    """编写协议：检查、比较、数值清单、编辑器用的模式。Writing agreements: check, diff, figures, schema."""


@agreement_group.command("check", epilog=example("hengjie agreement check 草案.yaml"))
@click.argument("place", metavar="文件或目录", type=click.Path(path_type=Path))
@command
def check(place: Path, extra: Sequence[Path]) -> Told:
    """一次列出协议的全部问题、结算时必停之处、未核实的数值、没有出处的条款；目录则逐份列出。Findings and notices."""
    if not place.is_dir():
        return _checked(place, registers(extra))
    network = registers((*extra, place))
    checked = [_checked(file, network) for file in _files(place)]
    failed = sum(result["failed"] for result, _ in checked)
    results = {"place": str(place), "agreements": [result for result, _ in checked], "failed": failed}
    return results, "\n".join(text for _, text in checked)


def _files(place: Path) -> list[Path]:
    """The agreements of a directory: those in its folder ``agreements``, else those that lie in it.

    Raises
    ------
    AgreementError : there are none.
    """
    folder = place / "agreements" if (place / "agreements").is_dir() else place
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        remedy = "写协议文件，或放着 agreements/ 的目录"
        raise AgreementError("目录里没有协议文件", "no agreement in the directory", file=place, remedy=remedy)
    return files


def _checked(file: Path, network: Network) -> tuple[dict[str, Any], str]:
    """What is found in one agreement, as data and as text."""
    reviewed = review(file_text(file), str(file), network)
    findings = [_finding(finding) for finding in reviewed.findings]
    result = {
        "file": str(file),
        "code": reviewed.code,
        "clauses": reviewed.clauses,
        "findings": findings,
        "will_stop": [asdict(stop) for stop in reviewed.will_stop],
        "not_stated": list(reviewed.not_stated),
        "hints": [_hint(hint) for hint in reviewed.hints],
        "unverified": [asdict(value) for value in reviewed.unverified],
        "without_source": [asdict(clause) for clause in reviewed.without_source],
        "roles": [asdict(role) for role in reviewed.roles],
        "failed": len(findings),
    }
    lines = [
        *map(str, reviewed.findings),
        *_stopping(reviewed.will_stop),
        *map(_not_stated, reviewed.not_stated),
        *map(_looked_at_again, reviewed.hints),
        *map(_notice, reviewed.unverified),
        *map(_unsourced, reviewed.without_source),
        *_upstream_and_downstream(reviewed.roles),
    ]
    verdict = f"{len(findings)} 处问题 findings" if findings else f"可以使用 may be used：{reviewed.clauses} 条 clauses"
    notices = f"，{len(reviewed.will_stop)} 处用到就停 will stop" if reviewed.will_stop else ""
    notices += f"，{len(reviewed.not_stated)} 条规则用到而没写 not stated" if reviewed.not_stated else ""
    notices += f"，{len(reviewed.hints)} 条提示 hints" if reviewed.hints else ""
    notices += f"，{len(reviewed.unverified)} 个未核实的数值 unverified" if reviewed.unverified else ""
    notices += f"，{len(reviewed.without_source)} 条没有出处 without source" if reviewed.without_source else ""
    return result, "\n".join([*lines, f"{file}: {verdict}{notices}"])


def _finding(problem: AgreementError) -> dict[str, Any]:
    messages = {"message_zh": problem.zh, "message_en": problem.en, "remedy": problem.remedy}
    return {"file": problem.file, "path": problem.path, **messages}


def _hint(hint: Hint) -> dict[str, Any]:
    return {"path": hint.path, "message_zh": hint.zh, "message_en": hint.en}


def _looked_at_again(hint: Hint) -> str:
    return f"提示 hint {hint.path}：{hint.zh} ({hint.en})"


def _stopping(stops: Sequence[WillStop]) -> Iterator[str]:
    """A line for each place and its sections, with all that the sheets of these sections lack."""
    lacking: dict[WillStop, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for stop in stops:
        kind, _, quantity = stop.lacking.partition(" ")
        lacking[replace(stop, lacking="")][kind].append(quantity)
    for place, kinds in lacking.items():
        figures = "；".join(f"{kind} {'、'.join(quantities)}".rstrip() for kind, quantities in kinds.items())
        sheets = f"断面 {'、'.join(place.sections)} 没有 {figures}，在断面表写明 (not in the sheet)"
        yield f"用到就停 will stop {place.path}（条款 {place.clause}）：{sheets}"


def _not_stated(path: str) -> str:
    return f"用到而没写 used and not stated {path}：写明以前不能结算；原文未载的注明 verified: false"


def _notice(value: Unverified) -> str:
    clause = f"（条款 {value.clause}）" if value.clause else ""
    note = f" — {value.note}" if value.note else ""
    return f"未核实 unverified {value.path}{clause}：{value.value}{note}"


def _unsourced(clause: WithoutSource) -> str:
    return f"没有出处 without source {clause.path}（条款 {clause.clause}）：暂以协议的 source 为准，请写明原文第几条"


def _upstream_and_downstream(roles: Sequence[Role]) -> Iterator[str]:
    """A line for each section: who is above, who below, and which text says so."""
    words = {"upstream": "上游 upstream", "downstream": "下游 downstream"}
    of_section: dict[str, list[str]] = defaultdict(list)
    for role in roles:
        stated_in = f"（{role.stated_in}）" if role.stated_in else ""
        of_section[role.section].append(f"{words[role.side]} {role.party}{stated_in}")
    for section, sides in of_section.items():
        yield f"断面 section {section}：{'，'.join(sides)}"


@agreement_group.command("diff", epilog=example("hengjie agreement diff xinan-anhui-zhejiang-2015 草案.yaml"))
@click.argument("a")
@click.argument("b")
@command
def diff(a: str, b: str, extra: Sequence[Path]) -> Told:
    """逐条比较两份协议（代码或文件）。What two agreements say differently, clause by clause."""
    first, second = (_agreement(named, extra) for named in (a, b))
    changes = differences(first, second)
    result = {"a": first.code, "b": second.code, "differences": [asdict(change) for change in changes]}
    lines = [f"{first.code}（{first.title}）→ {second.code}（{second.title}）：{len(changes)} 处不同 differences"]
    return result, "\n".join([*lines, *map(_told, changes)])


def _agreement(named: str, extra: Sequence[Path]) -> Agreement:
    """The agreement of a file or of a code."""
    if named.lower().endswith(SUFFIXES):
        text = file_text(Path(named))
        return compiled(tree(text, named), text, named)
    return declared_registry((*from_environment().extra, *extra)).agreement(named)


def _told(difference: Difference) -> str:
    if difference.was is None:
        return f"+ 增 added {difference.path}：{difference.now}"
    if difference.now is None:
        return f"- 删 removed {difference.path}：{difference.was}"
    return f"~ 改 changed {difference.path}：{difference.was} → {difference.now}"


@agreement_group.command("figures", epilog=example("hengjie agreement figures --with fixtures > docs/figures.md"))
@click.argument("named", metavar="[代码或文件]...", nargs=-1)
@click.option("--families", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="写明各协议属于哪一类、依据什么的页面。Page that tells families and grounds.")  # fmt: skip
@command
def figures(named: Sequence[str], families: Path | None, extra: Sequence[Path]) -> Told:
    """每份协议有多少数值、各依据什么、哪些未核实；缺省为全部协议。Figures, references, what is unverified."""
    places = (*from_environment().extra, *extra)
    agreements = [_agreement(name, extra) for name in named] or load_registry(places).agreements.values()
    with_cases = [place for place in places if (place / "cases").is_dir()]
    outcomes = list(run_cases(with_cases, places)) if with_cases else []
    inventories = records(agreements, outcomes, shown(file_text(families)) if families else {})
    return {"agreements": inventories, "failed": failures(inventories)}, page(inventories)


@agreement_group.command("schema", epilog=example("hengjie agreement schema > agreement.schema.json"))
@command
def print_schema(extra: Sequence[Path]) -> Told:
    """编辑器用的 JSON Schema（补全与检查键名）。The JSON Schema for editors."""
    made = schema()
    return made, json.dumps(made, ensure_ascii=False, indent=2)
