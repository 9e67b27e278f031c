"""A settlement: who pays whom, and every line's working down to the readings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.pages.names import Names
from api.reads.numerals import approximate, padded, roman, signed
from basin.indicators import INDICATORS

Evaluation = Mapping[str, Any]


def settlement(document: Mapping[str, Any], statuses: Sequence[Mapping[str, Any]], names: Names) -> dict[str, Any]:
    """The view of a settlement document; `statuses` is its history, oldest first."""
    return {
        "document": document,
        "basin_name": names.basin(document["basin"]),
        "period_text": names.period(document["period"]),
        "parties": names.parties(document["parties"]),
        "transfers": [names.transfer(transfer) for transfer in document["transfers"]],
        "obligations": [_obligation(one, document, names) for one in document["obligations"]],
        "pools": [_position(one, names) for one in document.get("pools", [])],
        "sums": list(_sums(document, names)),
        "clauses": _clauses(document, names),
        "stops": [_stop(stop, names) for stop in document["stops"]],
        "undecided": undecided(document.get("limit_below_detection", []), names),
        "unverified": sorted({path for one in document["evaluations"] for path in one["unverified"]}),
        "rules": [rule_text(rule, names) for rule in document["rules"]],
        "statuses": list(statuses),
    }


def rule_text(rule: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A rule of data or money in words beside its path and value."""
    t = names.t
    return {**rule, "name": t.known("rule", rule["path"]), "value_text": t.known("rule_value", rule["value"])}


def _obligation(obligation: Mapping[str, Any], document: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """An obligation with the place of the working behind it."""
    return names.transfer(obligation) | {
        "period_text": names.period(obligation["period"]),
        "anchor": clause_anchor(document, obligation["clause"]),
    }


def _sums(document: Mapping[str, Any], names: Names) -> Iterator[dict[str, Any]]:
    """How each obligation and transfer was summed, rounded and shared; documents stored earlier do not tell."""
    owed = [
        ({"ref": one["clause"], "period_text": names.period(one["period"])}, one) for one in document["obligations"]
    ]
    moved: list[tuple[dict[str, Any], Mapping[str, Any]]] = [({"ref": None}, one) for one in document["transfers"]]
    for what, one in (*owed, *moved):
        if lines := one.get("working"):
            yield names.transfer(one) | what | {"working": lines}


def _position(position: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """What a party pays into the pool and receives from it."""
    return {**position, "period_text": names.period(position["period"]), "party_name": names.party(position["party"])}


def _stop(stop: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {
        **stop,
        "period_text": names.period(stop["period"]),
        "element_text": names.element(stop["element"]),
        "message": names.t.choose(stop["message_zh"], stop["message_en"]),
    }


def clause_anchor(document: Mapping[str, Any], clause: str) -> str:
    """The fragment of a clause: its place, since refs may hold any character."""
    refs = list(dict.fromkeys(one["clause"] for one in document["evaluations"]))
    return f"clause-{refs.index(clause) + 1}" if clause in refs else "clauses"


def _clauses(document: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """The clauses in the order of the document, each with its evaluations."""
    clauses: dict[str, dict[str, Any]] = {}
    for place, evaluation in enumerate(document["evaluations"]):
        ref = evaluation["clause"]
        head = {"ref": ref, "title": evaluation["title"], "source": evaluation["source"], "evaluations": []}
        clause = clauses.setdefault(ref, head | {"anchor": clause_anchor(document, ref)})
        clause["evaluations"].append(_evaluation(evaluation, f"evaluation-{place + 1}", document, names))
    for clause in clauses.values():
        clause["is_line"] = not any(one["pays"] for one in clause["evaluations"])
        clause["open"] = len(clause["evaluations"]) <= 3
    return list(clauses.values())


def _evaluation(evaluation: Evaluation, anchor: str, document: Mapping[str, Any], names: Names) -> dict[str, Any]:
    behind = [document["statistics"][place] for place in evaluation["statistics"]]
    period, element = names.period(evaluation["period"]), names.element(evaluation["element"])
    return {
        **evaluation,
        **_sides(evaluation, document["parties"], names),
        "anchor": anchor,
        "what": period if element in ("", period) else f"{period} · {element}",
        "reason_text": names.reason(evaluation["reason"]),
        "steps": steps(evaluation, names),
        "behind": [statistic(one, names) for one in behind],
        "to_date_text": names.period(evaluation["year_to_date"]["period"]) if evaluation["year_to_date"] else "",
    }


def _sides(evaluation: Evaluation, parties: object, names: Names) -> dict[str, Any]:
    """Who pays whom how much in fact: a negative amount goes from `receives` to `pays`."""
    roles = parties if isinstance(parties, Mapping) else {}
    payer, payee = (names.side(evaluation[side], evaluation, roles) for side in ("pays", "receives"))
    amount = evaluation["amount"] or ""
    if not amount.startswith("-"):
        return {"payer": payer, "payee": payee, "sum": evaluation["amount"], "reversed": False}
    return {"payer": payee, "payee": payer, "sum": amount[1:], "reversed": bool(payer)}


def steps(evaluation: Evaluation, names: Names) -> list[dict[str, str]]:
    """The chain value → scale → × times → cap → amount, as far as the evaluation went."""
    scale, t = evaluation["scale"], names.t
    result = t("step.amount") if evaluation["pays"] else t("step.result")
    chain = (
        []
        if _is_lump_sum(evaluation) or evaluation["value"] is None
        else [(t("step.value"), approximate(evaluation["value"]))]
    )
    if scale:
        chain.append((t("step.scale", piece=scale["piece"] + 1), scale_text(scale)))
    chain += [(t("step.times"), f"× {signed(factor)}") for factor in evaluation["times"]]
    if evaluation["cap"] is not None:
        chain.append((t("step.cap"), f"≤ {signed(evaluation['cap'])}"))
    if evaluation["amount"] is not None:
        chain.append((result, approximate(evaluation["amount"])))
    return [{"label": label, "text": text} for label, text in chain]


def _is_lump_sum(evaluation: Evaluation) -> bool:
    """Whether the amount does not depend on the value, as a document stored earlier may give it: 0."""
    return bool(evaluation["scale"]) and evaluation["scale"]["rate"] == "0" and evaluation["value"] == "0"


def scale_text(scale: Mapping[str, Any]) -> str:
    """The piece that applied, as a pocket calculator takes it: ``0 + −6,000 × −1``."""
    amount, rate = signed(scale["amount"]), signed(scale["rate"])
    return amount if scale["rate"] == "0" else f"{amount} + {_bracketed(rate)} × {_bracketed(signed(scale['n']))}"


def _bracketed(figure: str) -> str:
    return f"({figure})" if figure.startswith("−") else figure


def statistic(one: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A statistic with its names and the address of the readings behind it."""
    return {
        **one,
        "section_name": names.section(one["section"]),
        "indicator_name": names.indicator(one["indicator"]) if one["indicator"] else "",
        "period_text": names.period(one["period"]),
        "left_out_text": names.left_out(one["left_out"]),
        "reason_text": names.reason(one["reason"]),
        "reported": padded(one["reported"], INDICATORS[one["indicator"]].evaluation_decimals)
        if one["indicator"] in INDICATORS
        else one["reported"],
        "href": _readings_href(one),
    }


def undecided(rows: Sequence[Mapping[str, Any]], names: Names) -> list[dict[str, Any]]:
    """What can be neither met nor exceeded, with names, what limit it is, and the address of the readings."""
    return [
        {
            **row,
            "section_name": names.section(row["section"]),
            "indicator_name": names.indicator(row["indicator"]),
            "unit": INDICATORS[row["indicator"]].unit,
            "period_text": names.period(row["period"]),
            "of": _held_to(row["target"], names),
            "href": _readings_href(row),
        }
        for row in rows
    ]


def _held_to(target: int | None, names: Names) -> str:
    return names.t("undecided.target", cls=roman(target)) if target else names.t("undecided.sheet")


def _readings_href(one: Mapping[str, Any]) -> str:
    """The page of the readings behind a statistic: that of its month, else of its year."""
    period = one["period"]
    query = f"month={period}" if re.fullmatch(r"\d{4}-\d{2}", period) else f"year={period[:4]}"
    return f"/sections/{one['section']}?{query}"
