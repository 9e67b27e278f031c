"""A settlement: who pays whom, and every line's working down to the readings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from api.pages.language import Words
from api.pages.names import Names
from api.pages.people import proposal_rows
from api.reads.numerals import approximate, padded, roman, signed
from api.reads.settled import shows
from basin.agreement import RuleRow
from basin.indicators import INDICATORS
from settlement.people.proposals_store import Proposal
from settlement.people.sessions import Signed
from settlement.people.statuses import STATUS
from settlement.people.stewards import steward
from settlement.statement.rows import (
    EvaluationRow,
    ObligationRow,
    PoolRow,
    ScaleRow,
    SettlementDocument,
    StatisticRow,
    StatusRow,
    UndecidedRow,
)
from settlement.states import CONFIRMED, MAY_FOLLOW


def settlement(document: SettlementDocument, statuses: Sequence[StatusRow], names: Names) -> dict[str, Any]:
    """The view of a settlement document; `statuses` is its history, oldest first."""
    return {
        "document": document,
        "engine_version": names.engine_version(document.get("engine_version")),
        "basin_name": names.basin(document["basin"]),
        "period_text": names.period(document["period"]),
        "parties": names.parties(document["parties"]),
        "amount_word": names.amount_word(document["kind"], document["status"]),
        "no_amount_word": names.no_amount_word(document["kind"]),
        "transfers": [names.transfer(transfer) for transfer in document["transfers"]],
        "obligations": [_obligation(obligation, document, names) for obligation in document["obligations"]],
        "pools": [_position(position, names) for position in document.get("pools", [])],
        "sums": list(_sums(document, names)),
        "clauses": _clauses(document, names),
        "stops": [names.stop(stop) for stop in document["stops"]],
        "undecided": undecided(document.get("limit_below_detection", []), document["agreement"], names),
        "unverified": sorted(set(chain.from_iterable(of["unverified"] for of in document["evaluations"]))),
        "rules": [rule_text(rule, names) for rule in document["rules"]],
        "statuses": list(statuses),
        "withdrawn": document.get("withdrawn"),
    }


def in_short(document: SettlementDocument, names: Names) -> dict[str, Any]:
    """Which settlement it is and who pays whom how much, for whoever decides about it."""
    return {
        "id": document["id"],
        "title": document["title"],
        "period_text": names.period(document["period"]),
        "transfers": [names.transfer(transfer) for transfer in document["transfers"]],
        "amount_word": names.amount_word(document["kind"], document["status"]),
        "no_amount_word": names.no_amount_word(document["kind"]),
    }


def proposing(
    document: SettlementDocument, signed: Signed, waiting: Sequence[Proposal], names: Names
) -> dict[str, Any]:
    """What is proposed of the status, and what who is signed in may propose next.

    Parameters
    ----------
    document : the settlement. waiting : the open proposals about it.
    """
    network = names.registry.network
    agreement = names.registry.agreements.get(document["agreement"])
    office = None if agreement is None else steward(network, agreement)
    may = office is not None and signed.person.number in STATUS.may_propose(signed.staff, office.code)
    following = MAY_FOLLOW.get(document["status"], ())
    return {
        "proposed": proposal_rows(waiting, signed, names),
        "may_propose": may,
        "steward": "" if office is None else names.office(office.code),
        "next_statuses": [status for status in following if status != CONFIRMED or document["kind"] == "payable"],
    }


def rule_text(rule: RuleRow, names: Names) -> dict[str, Any]:
    """A rule of data or money in words beside its path and value."""
    t = names.t
    return {**rule, "name": t.known("rule", rule["path"]), "value_text": _rule_value(rule, t)}


def _rule_value(rule: RuleRow, t: Words) -> str:
    """The value of a rule in words; each word by itself where it has several."""
    return "、".join(t.known(f"rule_value.{rule['path']}", word) for word in rule["value"].split("、"))


def _obligation(obligation: ObligationRow, document: SettlementDocument, names: Names) -> dict[str, Any]:
    """An obligation with the place of the working behind it."""
    return names.transfer(obligation) | {
        "period_text": names.period(obligation["period"]),
        "anchor": clause_anchor(document, obligation["clause"]),
    }


def _sums(document: SettlementDocument, names: Names) -> Iterator[dict[str, Any]]:
    """How each obligation and transfer was summed, rounded and shared; documents stored earlier do not tell."""
    for obligation in document["obligations"]:
        if obligation.get("working"):
            of = {"ref": obligation["clause"], "period_text": names.period(obligation["period"])}
            yield names.transfer(obligation) | of
    for amount in document["transfers"]:
        if amount.get("working"):
            yield names.transfer(amount) | {"ref": None}


def _position(position: PoolRow, names: Names) -> dict[str, Any]:
    """What a party pays into the pool and receives from it."""
    return {**position, "period_text": names.period(position["period"]), "party_name": names.party(position["party"])}


def clause_anchor(document: SettlementDocument, clause: str) -> str:
    """The fragment of a clause: its place, since refs may hold any character."""
    refs = list(dict.fromkeys(evaluation["clause"] for evaluation in document["evaluations"]))
    return f"clause-{refs.index(clause) + 1}" if clause in refs else "clauses"


def _clauses(document: SettlementDocument, names: Names) -> list[dict[str, Any]]:
    """The clauses in the order of the document, each with its evaluations."""
    clauses: dict[str, dict[str, Any]] = {}
    for place, evaluation in enumerate(document["evaluations"]):
        ref = evaluation["clause"]
        head = {"ref": ref, "title": evaluation["title"], "source": evaluation["source"], "evaluations": []}
        clause = clauses.setdefault(ref, head | {"anchor": clause_anchor(document, ref)})
        clause["evaluations"].append(_evaluation(evaluation, f"evaluation-{place + 1}", document, names))
    for clause in clauses.values():
        clause["is_line"] = not any(evaluation["pays"] for evaluation in clause["evaluations"])
        clause["open"] = len(clause["evaluations"]) <= 3
    return list(clauses.values())


def _evaluation(evaluation: EvaluationRow, anchor: str, document: SettlementDocument, names: Names) -> dict[str, Any]:
    period = names.period(evaluation["period"])
    element = names.element(evaluation["element"])
    return {
        **evaluation,
        **_sides(evaluation, document["parties"], names),
        "anchor": anchor,
        "what": period if element in ("", period) else f"{period} · {element}",
        "reason_text": names.reason(evaluation["reason"]),
        "steps": steps(evaluation, names),
        "behind": [
            statistic(document["statistics"][place], document["agreement"], names) for place in evaluation["statistics"]
        ],
        "to_date_text": names.period(evaluation["year_to_date"]["period"]) if evaluation["year_to_date"] else "",
    }


def _sides(evaluation: EvaluationRow, parties: object, names: Names) -> dict[str, Any]:
    """Who pays whom how much in fact: a negative amount goes from `receives` to `pays`."""
    roles = parties if isinstance(parties, Mapping) else {}
    payer = names.side(evaluation["pays"], evaluation, roles)
    payee = names.side(evaluation["receives"], evaluation, roles)
    amount = evaluation["amount"] or ""
    if not amount.startswith("-"):
        return {"payer": payer, "payee": payee, "sum": evaluation["amount"], "reversed": False}
    return {"payer": payee, "payee": payer, "sum": amount[1:], "reversed": bool(payer)}


def steps(evaluation: EvaluationRow, names: Names) -> list[dict[str, str]]:
    """The chain value → scale → × times → cap → amount, as far as the evaluation went."""
    t = names.t
    scale = evaluation["scale"]
    value = evaluation["value"]
    result = t("step.amount") if evaluation["pays"] else t("step.result")
    links: list[tuple[str, str]] = []
    if value is not None and not _is_lump_sum(evaluation):
        links.append((t("step.value"), approximate(value)))
    if scale:
        links.append((t("step.scale", piece=scale["piece"] + 1), scale_text(scale)))
    links += [(t("step.times"), f"× {signed(factor)}") for factor in evaluation["times"]]
    if evaluation["cap"] is not None:
        links.append((t("step.cap"), f"≤ {signed(evaluation['cap'])}"))
    if evaluation["amount"] is not None:
        links.append((result, approximate(evaluation["amount"])))
    return [{"label": label, "text": text} for label, text in links]


def _is_lump_sum(evaluation: EvaluationRow) -> bool:
    """Whether the amount does not depend on the value, as a document stored earlier may give it: 0."""
    scale = evaluation["scale"]
    return scale is not None and scale["rate"] == "0" and evaluation["value"] == "0"


def scale_text(scale: ScaleRow) -> str:
    """The piece that applied, as a pocket calculator takes it: ``0 + −6,000 × −1``."""
    amount = signed(scale["amount"])
    rate = signed(scale["rate"])
    return amount if scale["rate"] == "0" else f"{amount} + {_bracketed(rate)} × {_bracketed(signed(scale['n']))}"


def _bracketed(figure: str) -> str:
    return f"({figure})" if figure.startswith("−") else figure


def statistic(row: StatisticRow, agreement: str | None, names: Names) -> dict[str, Any]:
    """A statistic with its names and the address of the readings behind it, shown under the agreement."""
    declared = INDICATORS.get(row["indicator"])
    return {
        **_of_series(row, agreement, names),
        "left_out_text": names.left_out(row["left_out"]),
        "reason_text": names.reason(row["reason"]),
        "reported": padded(row["reported"], declared.evaluation_decimals) if declared else row["reported"],
        "stands_in_text": _stands_in(row, names),
    }


def _stands_in(row: StatisticRow, names: Names) -> str:
    """What stands in for a missing month, or for how many of a longer period; blank where the mean is its own."""
    if "stood_in_for" in row:
        return names.t("stood_in_for", **row["stood_in_for"])
    if "stands_in" not in row:
        return ""
    stand_in = row["stands_in"]
    section = names.section(stand_in["section"]) if stand_in["section"] != row["section"] else ""
    period = names.period(stand_in["period"])
    text = names.t("stands_in", by=names.t(f"stand_in.{stand_in['by']}"), section=section, period=period)
    return text + (names.t("stands_in.counts") if row["readings"] else "")


def _of_series(row: StatisticRow | UndecidedRow, agreement: str | None, names: Names) -> dict[str, Any]:
    """A row about a section, an indicator and a period with their names, and the address of the readings behind it."""
    return {
        **row,
        "section_name": names.section(row["section"]),
        "indicator_name": names.indicator(row["indicator"]) if row["indicator"] else "",
        "period_text": names.period(row["period"]),
        "href": _readings_href(row, agreement, names),
    }


def undecided(rows: Sequence[UndecidedRow], agreement: str | None, names: Names) -> list[dict[str, Any]]:
    """What can be neither met nor exceeded, with names, what limit it is, and the address of the readings."""
    return [
        {
            **_of_series(row, agreement, names),
            "unit": INDICATORS[row["indicator"]].unit,
            "of": _held_to(row["target"], names),
        }
        for row in rows
    ]


def _held_to(target: int | None, names: Names) -> str:
    return names.t("undecided.target", cls=roman(target)) if target else names.t("undecided.sheet")


def _readings_href(row: StatisticRow | UndecidedRow, agreement: str | None, names: Names) -> str:
    """The page of the readings behind a statistic: that of its month, else of its year."""
    period = row["period"]
    query = f"month={period}" if re.fullmatch(r"\d{4}-\d{2}", period) else f"year={period[:4]}"
    under = f"&agreement={agreement}" if agreement and shows(names.registry, row["section"], agreement) else ""
    return f"/sections/{row['section']}?{query}{under}"
