"""Commands for facts: propose to record those of a file, list what came by keys, and propose to adopt it.

In: a file or the number of a batch, and whoever is signed in. Out: what would become of each fact, and a proposal that
another person of the office approves. What a fact may say is in `monitoring_ingest.readings`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from api.commands.shared import Told, command, composed, example
from api.commands.signed_in import acting, signed_in, told
from api.reads import facts
from api.reads.facts import TakenFacts, findings_in_words
from basin.errors import HengjieError
from basin.registry import Registry
from monitoring_ingest.formats.fact_tables import read_proposed_facts
from monitoring_ingest.readings.fact_history import FATES
from settlement.people.recorded_facts import batches_for, written_facts
from settlement.people.watching import offices_of

_PLACE = re.compile(r"(\d+)\.?(.*)")
_OFFICE = click.option("--office", default="", help="以哪个机构提出；只能是一处的不必写。For which office.")


@click.command(epilog=example("hengjie record incident.yaml\n    hengjie record 事实.csv"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_OFFICE
@command
def record(file: Path, office: str, extra: Sequence[Path]) -> Told:
    """提出登记一件事实（断流、事件、资金使用等），或一张表里的许多件。Propose to record a fact, or a table of them."""
    composition = composed(extra)
    with acting(composition, "record", file.name) as signed:
        lines, written = _read(file, composition.registry)
        with _named(file, lines):
            taken = facts.propose(composition.desk, signed, written, office)
    return _told(taken, lines)


def _read(file: Path, registry: Registry) -> tuple[Sequence[int], Sequence[Mapping[str, Any]]]:
    """The facts of a file, and the line of each where it is a CSV."""
    content = file.read_bytes()
    if file.suffix.lower() == ".csv":
        rows = read_proposed_facts(content, registry, file=file)
        return [row.number for row in rows], [row.written for row in rows]
    with _named(file, ()):
        return (), written_facts(content, registry, file=file)


@contextmanager
def _named(file: Path, lines: Sequence[int]) -> Iterator[None]:
    """Name the file in what is refused, and the line of a CSV in place of the place in the list.

    Of a file with one fact there is no place to name.
    """
    try:
        yield
    except HengjieError as problem:
        problem.file = problem.file or str(file)
        place = _PLACE.fullmatch(problem.path or "")
        if place is not None and lines:
            number = lines[int(place[1])]
            problem.path = f"第 {number} 行 line {number} {place[2]}".rstrip()
        elif place is not None and place[1] == "0":
            problem.path = place[2] or None
        raise


def _told(taken: TakenFacts, lines: Sequence[int]) -> Told:
    """What would become of each fact, and what was proposed."""
    rows = [dict(fact) for fact in taken.facts]
    for number, row in zip(lines, rows, strict=False):
        row["row"] = number
    counts = Counter(row["fate"] for row in rows)
    text = [line for row in rows for line in _in_words(row)]
    if taken.proposal is None:
        text.append("先前都已登记，没有提出 recorded already, nothing proposed")
        return {"proposal": None, "facts": rows, "fates": counts}, "\n".join(text)
    proposed, sentence = told(taken.proposal)
    by_fate = "，".join(f"{FATES[fate]} {fate} {count} 件" for fate, count in counts.items())
    text.append(f"批准后 once approved：{by_fate}")
    return {**proposed, "facts": rows, "fates": counts}, "\n".join([*text, sentence])


def _in_words(row: Mapping[str, Any]) -> Iterator[str]:
    """What would become of a fact, which clauses will read it, and what there is to tell of it."""
    line = f"第 {row['row']} 行 line {row['row']} " if "row" in row else ""
    about = f"{row['subject']} {row['period']} {row['kind']} {row['value']}".rstrip()
    yield f"{line}{row['fate_zh']} {row['fate']}：{about}；{_readers(row['used_by'])}"
    yield from (f"  {finding}" for finding in findings_in_words(row["findings"]))


def _readers(uses: Sequence[Mapping[str, Any]]) -> str:
    """Which clauses will read a fact, in one line."""
    if not uses:
        return "没有条款会用到它：看 subject、kind、period 是否与条款相符 no clause will use it"
    return "用到它的条款 used by：" + "；".join(f"{use['agreement']} {'、'.join(use['clauses'])}" for use in uses)


@click.group("fact")
def fact_group() -> None:
    """密钥送来的事实：待采用的批次，采用。Facts that came by keys: batches that wait, and adopting one."""


@fact_group.command("list", epilog=example("hengjie fact list"))
@command
def fact_list(extra: Sequence[Path]) -> Told:
    """本方可以采用的批次，先来的在前。The batches that one's own party may adopt, the first come first."""
    composition = composed(extra)
    signed = signed_in(composition)
    mine = offices_of(signed.staff, signed.person.number)
    with composition.engine.connect() as connection:
        waiting = batches_for(connection, composition.registry, mine)
    rows = [facts.batch_row(batch, composition.registry) for batch in waiting]
    lines = [f"{row['number']} {row['key']} {row['recorded_at']} {row['subject']}" for row in rows]
    return {"batches": rows}, "\n".join(lines) or "没有待采用的批次 no batch waits"


@fact_group.command("adopt", epilog=example("hengjie fact adopt 3 --reason 与来文核对一致"))
@click.argument("number", type=click.IntRange(min=1))
@_OFFICE
@click.option("--reason", default="", help="理由。Why.")
@command
def fact_adopt(number: int, office: str, reason: str, extra: Sequence[Path]) -> Told:
    """提出采用一个批次，另一人批准后全部登记。Propose to adopt a batch; all of it is recorded once another approves."""
    composition = composed(extra)
    with acting(composition, "fact adopt", str(number)) as signed:
        proposal = facts.adopt(composition.desk, signed, number, office, reason)
    return told(proposal)
