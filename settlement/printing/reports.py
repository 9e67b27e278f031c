"""Settlements and assessments as printed statements (结算书、绩效评价报告).

In: a settlement or assessment document and Chinese names. Out: PDF bytes, the same on every call. The views say what
is printed, in words; `templates/*.typ` say where. Working is printed exactly as it was recorded. No figure is computed
here but the total of the payments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from settlement.printing.typesetting import typeset
from settlement.printing.wording import (
    ABSENT,
    Band,
    Doubts,
    Names,
    RuleUsed,
    bands,
    capital_yuan,
    element_text,
    grouped,
    instant_text,
    parties_text,
    party_codes,
    period_text,
    ranges,
    readings_text,
    reason_text,
    rules_used,
    side_text,
    statistic_cells,
    stop_cells,
    total_yuan,
    undecided_cells,
    withdrawn_text,
)
from settlement.statement.engine_version import version_of, version_text
from settlement.statement.rows import (
    AssessmentDocument,
    CriterionRow,
    EvaluationRow,
    ObligationRow,
    PairAmountRow,
    PoolRow,
    SettlementDocument,
    StatisticRow,
    StopRow,
    ToDateRow,
)
from settlement.states import IN_REVIEW, REVOKED, TRIAL
from settlement.words import KINDS, STATUSES, UNDECIDED, amount_words, no_amount_words

__all__ = ["Names", "assessment_pdf", "assessment_view", "settlement_pdf", "settlement_view"]

View = Mapping[str, object]  # what a template prints: names of its places, and texts, lists or further views for them
PROVENANCE = ("数据截至", "编号", "文书指纹", "引擎版本")
NOTICES = {
    "indication": (
        "本件为预估：结算期尚未结束或短于条款的结算周期，不作为付款依据。",
        "An indication: the period is shorter than the clauses oblige for. Not payable.",
    ),
    "stopped": (
        "本结算有条款中止：所列条款因缺少数据或参数未能计算，其金额不在本件之内。",
        "Some clauses stopped for want of data or parameters; what they would oblige is not in this statement.",
    ),
    "trial": ("本件尚未经各方确认，不作为付款依据。", "Not yet confirmed by the parties. Not payable."),
    "unverified": (
        "本件依据的部分数值或规则未在协议原文中核实，以 ▲ 标明。",
        "Some figures or rules have not been verified against the signed text; they are marked ▲.",
    ),
    "undecided": (
        f"部分未检出读数的{UNDECIDED[0]}。金额按协议的未检出规则计算，见下表。",
        f"{UNDECIDED[1]}, for some readings. The sums follow the agreement's rule for non-detects; see the table.",
    ),
}


def settlement_pdf(document: SettlementDocument, names: Names) -> bytes:
    """A settlement as a statement to sign, PDF/A-2b; the same bytes on every call.

    Parameters
    ----------
    document : a settlement document, amounts in 万元 per evaluation and in yuan per obligation.
    names : Chinese names by code; unknown codes print as they are.

    Raises
    ------
    HengjieError : the Chinese fonts are missing.
    """
    return typeset("settlement.typ", settlement_view(document, names), datetime.fromisoformat(document["as_of"]))


def assessment_pdf(document: AssessmentDocument, names: Names) -> bytes:
    """An assessment as a report, PDF/A-2b; the same bytes on every call. Raises as `settlement_pdf`."""
    return typeset("assessment.typ", assessment_view(document, names), datetime.fromisoformat(document["as_of"]))


def settlement_view(document: SettlementDocument, names: Names) -> View:
    """What a statement prints, in the order it is printed, all as text."""
    rules = rules_used(document["rules"], [Doubts(of["clause"], of["unverified"]) for of in document["evaluations"]])
    titles = {of["clause"]: of["title"] for of in document["evaluations"]}
    may_be_signed = document["kind"] == "payable" and document["status"] != REVOKED
    signatories = party_codes(document["parties"]) if may_be_signed else []
    return {
        **_head("横向生态保护补偿资金结算书", "STATEMENT OF WATERSHED COMPENSATION", document),
        "particulars": _settlement_particulars(document, names),
        "notices": [*_withdrawal(document), *_notices(document)],
        "transfers": [_payment(transfer, names) for transfer in document["transfers"]],
        "total": _amount(total_yuan([transfer["amount_yuan"] for transfer in document["transfers"]])),
        "stops": [_stop(stop, names) for stop in document["stops"]],
        "undecided": [list(map(str, undecided_cells(row, names))) for row in document.get("limit_below_detection", [])],
        "amounts": amount_words(document["kind"], document["status"])._asdict(),
        "no_amounts": no_amount_words(document["kind"])._asdict(),
        "obligations": [_obligation(obligation, titles, names) for obligation in document["obligations"]],
        "pools": [_position(position, names) for position in document.get("pools", [])],
        "clauses": _clauses(document, rules, names),
        "statistics": _statistics(document["statistics"], names),
        "rules": rules,
        "signatories": [names.party(code) for code in signatories],
    }


def assessment_view(document: AssessmentDocument, names: Names) -> View:
    """What an assessment prints, in the order it is printed, all as text."""
    rules = rules_used(document.get("rules", []), [Doubts(of["ref"], of["unverified"]) for of in document["criteria"]])
    return {
        **_head("流域生态保护补偿绩效评价报告", "PERFORMANCE ASSESSMENT", document),
        "particulars": _particulars([
            ("评价办法", "Scorecard", f"{document['title']}（{document['scorecard']}）"),
            ("流域", "Basin", names.basin(document["basin"])), ("评价期", "Period", period_text(document["period"])),
            *_provenance(document),
        ], ("评价办法", *PROVENANCE)),
        "notices": [] if document["verified"] else [_notice("unverified")],
        "results": [
            _result("得分", "Score", document["score"] or ABSENT, "百分制，无数据的准则不计入"),
            _result("等级", "Grade", document["grade"] or ABSENT, "按下列等级划分"),
            _result("已得 / 可得", "Earned / available", f"{document['earned']} / {document['available']}", "分"),
        ],
        "criteria": [_criterion(criterion, rules) for criterion in document["criteria"]],
        "available": document["available"], "earned": document["earned"],
        "statistics": _statistics(document["statistics"], names),
        "bands": [_band(band) for band in bands(document)],
        "rules": rules,
    }  # fmt: skip


def _position(position: PoolRow, names: Names) -> View:
    """What a party receives from the pool, pays into it, and the difference."""
    return {
        "party": names.party(position["party"]),
        "period": period_text(position["period"]),
        "receives": grouped(position["receives_yuan"]),
        "pays": grouped(position["pays_yuan"]),
        "net": grouped(position["net_yuan"]),
    }


def _result(zh: str, en: str, value: str, note: str) -> View:
    return {"zh": zh, "en": en, "value": value, "note": note}


def _head(title: str, title_en: str, document: SettlementDocument | AssessmentDocument) -> View:
    return {
        "title": title, "title_en": title_en, "subject": document["title"], "period": period_text(document["period"]),
        "digest": document["digest"],
    }  # fmt: skip


def _particulars(rows: Iterable[tuple[str, str, str]], wide: Collection[str]) -> list[View]:
    """Labels with values; those labelled as `wide` take a line of their own."""
    return [{"zh": zh, "en": en, "value": value, "wide": zh in wide} for zh, en, value in rows if value]


def _settlement_particulars(document: SettlementDocument, names: Names) -> list[View]:
    kind, kind_en = KINDS.get(document["kind"], (document["kind"], ""))
    status = document["status"]
    return _particulars([
        ("协议", "Agreement", f"{document['title']}（{document['agreement']}）"),
        ("协议主体", "Parties", parties_text(document["parties"], names)),
        ("流域", "Basin", names.basin(document["basin"])),
        ("结算期", "Period", period_text(document["period"])),
        ("性质", "Kind", f"{kind} {kind_en}"),
        ("状态", "Status", f"{status} {STATUSES.get(status, '')}"),
        *_provenance(document),
        ("协议文本", "Agreement, SHA-256", document["agreement_sha256"]),
    ], ("协议", "协议主体", *PROVENANCE, "协议文本"))  # fmt: skip


def _provenance(document: SettlementDocument | AssessmentDocument) -> list[tuple[str, str, str]]:
    as_of, identity, digest, version = PROVENANCE
    return [
        (as_of, "As of", instant_text(document["as_of"])),
        (identity, "Identity", document["id"]),
        (digest, "Digest, SHA-256", document["digest"]),
        (version, "Engine version", version_text(version_of(document))),
    ]


def _withdrawal(document: SettlementDocument) -> list[View]:
    """The notice that stands before all others: a withdrawn statement is no statement any more."""
    withdrawn = document.get("withdrawn")
    if withdrawn is None:
        return []
    words = withdrawn_text(withdrawn)
    return [{"zh": words["message_zh"], "en": words["message_en"]}]


def _notices(document: SettlementDocument) -> list[View]:
    """What a reader must know before the figures: whether they are payable, complete, decidable and verified."""
    holds = {
        "indication": document["kind"] == "indication",
        "stopped": document["kind"] == "stopped",
        "trial": document["kind"] == "payable" and document["status"] in (TRIAL, IN_REVIEW),
        "undecided": "limit_below_detection" in document,
        "unverified": not document["verified"],
    }
    return [_notice(name) for name, applies in holds.items() if applies]


def _notice(name: str) -> View:
    zh, en = NOTICES[name]
    return {"zh": zh, "en": en}


def _amount(amount_yuan: str) -> View:
    return {"amount": grouped(amount_yuan), "capital": capital_yuan(amount_yuan)}


def _payment(amount: PairAmountRow, names: Names) -> View:
    return {
        "payer": names.party(amount["payer"]),
        "payee": names.party(amount["payee"]),
        **_amount(amount["amount_yuan"]),
        "working": amount.get("working", []),
    }


def _obligation(obligation: ObligationRow, titles: Mapping[str, str], names: Names) -> View:
    clause = f"{obligation['clause']} {titles.get(obligation['clause'], '')}".strip()
    return {**_payment(obligation, names), "clause": clause, "period": period_text(obligation["period"])}


def _stop(stop: StopRow, names: Names) -> View:
    cells = stop_cells(stop, names)
    return {
        "clause": cells.clause or "资金池", "period": cells.period, "element": cells.element or ABSENT, "zh": cells.zh,
        "en": f"{cells.en} ({stop['reason']})",
    }  # fmt: skip


def _clauses(document: SettlementDocument, rules: Sequence[RuleUsed], names: Names) -> list[View]:
    """Evaluations in the order of the document, under the clause they belong to."""
    by_clause = groupby(document["evaluations"], key=lambda of: (of["clause"], of["title"], of["source"]))
    clauses: list[View] = []
    for (ref, title, source), evaluations in by_clause:
        views = [_evaluation(of, document, rules, names) for of in evaluations]
        clauses.append({"ref": ref, "title": title, "source": source, "evaluations": views})
    return clauses


def _evaluation(
    evaluation: EvaluationRow, document: SettlementDocument, rules: Sequence[RuleUsed], names: Names
) -> View:
    where = [period_text(evaluation["period"]), *element_text(evaluation["element"], names).split(" · ")]
    absent = evaluation["amount"] is None
    return {
        "heading": " · ".join(dict.fromkeys(filter(None, where))),
        "value": "" if evaluation["value"] is None else grouped(evaluation["value"]),
        "amount": _amount_text(evaluation),
        "reason": reason_text(evaluation["reason"]) or ("无值" if absent else ""),
        "direction": _direction(evaluation, document, names),
        "working": evaluation["working"],
        "to_date": _to_date(evaluation["year_to_date"]),
        "rests_on": _rests_on(evaluation, rules),
    }


def _rests_on(evaluation: EvaluationRow | CriterionRow, rules: Sequence[RuleUsed]) -> View:
    """The numbers of the statistics and of the unverified rules behind an evaluation, as listed further down."""
    doubted = set(evaluation["unverified"])
    return {
        "statistics": ranges(position + 1 for position in evaluation["statistics"]),
        "unverified": ranges(rule["number"] for rule in rules if rule["path"] in doubted),
    }


def _amount_text(evaluation: EvaluationRow) -> str:
    """An amount of money in 万元; what a line gives has no unit of its own; blank where there is none."""
    if evaluation["amount"] is None:
        return ""
    figure = grouped(evaluation["amount"])
    return f"金额 {figure} 万元" if evaluation["pays"] else f"结果 {figure}"


def _direction(evaluation: EvaluationRow, document: SettlementDocument, names: Names) -> str:
    """Who pays whom for a positive amount; nothing for a line."""
    if not evaluation["pays"]:
        return ""
    element = evaluation["element"]
    pays = side_text(evaluation["pays"], element, document["parties"], names)
    receives = side_text(evaluation["receives"], element, document["parties"], names)
    return f"付方：{pays}　收方：{receives}"


def _to_date(beside: ToDateRow | None) -> str:
    """The year to date beside an indication, in one line."""
    if beside is None:
        return ""
    labelled = {
        "期间": period_text(beside.get("period") or ""),
        "计量值": beside.get("value"),
        "金额": beside.get("amount"),
        "原因": reason_text(beside.get("reason")),
    }
    return "，".join(f"{label} {text}" for label, text in labelled.items() if text)


def _statistics(statistics: Sequence[StatisticRow], names: Names) -> list[list[str]]:
    return [_statistic(position, statistic, names) for position, statistic in enumerate(statistics, 1)]


def _statistic(position: int, statistic: StatisticRow, names: Names) -> list[str]:
    cells = statistic_cells(statistic, names)
    return [
        str(position), cells.section, cells.indicator, cells.period, statistic["mean"] or ABSENT,
        statistic["reported"] or ABSENT, readings_text(statistic), str(statistic["days"]),
        "；".join(filter(None, [cells.left_out, cells.reason])),
    ]  # fmt: skip


def _criterion(criterion: CriterionRow, rules: Sequence[RuleUsed]) -> View:
    reason = reason_text(criterion["reason"])
    marks = ["▲ 未核实"] if criterion["unverified"] else []
    return {
        "ref": criterion["ref"], "title": criterion["title"], "source": criterion["source"],
        "points": criterion["points"], "working": criterion["working"],
        "value": criterion["value"] or ABSENT, "earned": criterion["earned"] or ABSENT,
        "remark": "；".join(filter(None, [reason, *marks])),
        "rests_on": _rests_on(criterion, rules),
    }  # fmt: skip


def _band(band: Band) -> View:
    """The range of a grade: 90 ≤ 得分 for the best, then 80 ≤ 得分 < 90 …"""
    upper = f" < {band.below}" if band.below else ""
    return {"grade": band.grade, "range": f"{band.floor} ≤ 得分{upper}"}
