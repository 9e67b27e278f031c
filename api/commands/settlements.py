"""Commands that settle, explain and give a settlement its status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from api.commands import explanation
from api.commands.shared import AS_OF, Told, command, composed, composed_to_read, example
from api.commands.signed_in import acting, no_author, told
from api.commands.stops import stop_lines
from basin.clauses import TIME_AXES
from basin.network import Network
from settlement import applied
from settlement import run as settling
from settlement.people import statuses
from settlement.statement.rows import SettlementDocument
from settlement.words import amount_words, no_amount_words


@click.command(epilog=example("hengjie settle lushui-jiangxi-hunan-2019 2020"))
@click.argument("agreement")
@click.argument("period")
@AS_OF
@command
def settle(agreement: str, period: str, as_of: datetime | None, extra: Sequence[Path]) -> Told:
    """按协议结算一个期间。Settle an agreement for a period."""
    composition = composed(extra)
    now = composition.now()
    document = settling.settle(composition.engine, composition.registry, agreement, period, as_of=as_of, now=now)
    return document, "\n".join(_settlement_lines(document, composition.registry.network))


def _settlement_lines(document: SettlementDocument, network: Network) -> list[str]:
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
    lines += stop_lines(document["stops"], network)
    amounts = amount_words(document["kind"], document["status"])
    lines += [
        f"{amounts.zh} {amounts.en} {t['payer']} → {t['payee']}：{t['amount_yuan']} 元" for t in document["transfers"]
    ]
    return lines if document["transfers"] else [*lines, " ".join(no_amount_words(document["kind"]))]


@click.command(epilog=example("hengjie explain ID --clause 2.1 --readings"))
@click.argument("settlement")
@click.option("--clause", help="只看一条。One clause only.")
@click.option("--readings", is_flag=True, help="列出每个读数，不只是未采用的。Every reading, not only those left out.")
@command
def explain(settlement: str, clause: str | None, readings: bool, extra: Sequence[Path]) -> Told:
    """一份结算从应付款到读数的全部依据。A settlement unfolded, from obligations down to readings."""
    composition = composed_to_read(extra)
    with composition.engine.connect() as connection:
        tree = applied.explained(connection, composition.registry, settlement, clause)
    return tree, "\n".join(explanation.lines(tree, readings))


@click.command(epilog=example('hengjie status ID 待复核 --reason "数据齐全"'))
@click.argument("settlement")
@click.argument("status")
@no_author("--person")
@click.option("--reason", required=True, help="理由。Why.")
@command
def status(settlement: str, status: str, reason: str, extra: Sequence[Path]) -> Told:
    """提出结算的下一个状态：待复核、已确认、已撤销。Propose the next status of a settlement."""
    composition = composed(extra)
    with acting(composition, "status", settlement) as signed:
        proposal = statuses.propose(composition.desk, signed.person.number, settlement, status, reason)
    return told(proposal)
