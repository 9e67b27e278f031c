"""What an evidence file that holds says, in short: which settlement, who pays whom how much; and what it cannot prove.

In: the contents of an evidence file that was found to hold. Out: records for the command line, in Chinese and English.
It checks nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TypedDict

from settlement.evidence.pack import EvidenceContents
from settlement.statement.engine_version import version_of, version_text
from settlement.words import KINDS, Message, no_amount_words


class Payment(TypedDict):
    """What one party pays another, by code and by name."""

    payer: str
    payer_zh: str
    payee: str
    payee_zh: str
    amount_yuan: str


class Stated(TypedDict):
    """What an evidence file says. `status` is None: no evidence file tells it."""

    id: str
    agreement: str
    title: str
    period: str
    as_of: str
    kind: str
    payments: list[Payment]
    status: None
    digest: str
    engine_version: str | None


NOT_PROVEN: tuple[Message, ...] = (
    {
        "message_zh": "读数是站点实测的，除此之外再无读数、事实或决定：没有登记过的，谁也看不出",
        "message_en": "that the readings are what the stations measured, and that there were no other readings, facts "
        "or decisions: what was never recorded, nobody can see",
    },
    {
        "message_zh": "协议文本就是各方所签的，登记与事实属实",
        "message_en": "that the text of the agreement is what was signed, and that register and facts are true",
    },
    {
        "message_zh": "此结算现在的状态：是否已确认、撤销或被后来的取代，是否已付",
        "message_en": "the status of the settlement now: whether it was confirmed, withdrawn or replaced, and whether "
        "anything was paid",
    },
    {
        "message_zh": "出具者是谁：自洽的证据包谁都能做，请将指纹与结算书上的、对方所持的核对",
        "message_en": "who made the file: anybody can make one that holds, so compare the digest with that on the "
        "statement and with what the other party keeps",
    },
    {
        "message_zh": "所知时刻、登记时刻、读数的修订号与未起作用的质控标记：指纹不含这些",
        "message_en": "as of when it was known, when facts and decisions were recorded, which revision of a reading it "
        "is, and flags that decided nothing: the digest leaves these out",
    },
)


def stated(evidence: EvidenceContents) -> Stated:
    """What an evidence file says of its settlement."""
    document = evidence.document
    names = _names(evidence)
    payments: list[Payment] = [
        {
            "payer": row["payer"], "payer_zh": names.get(row["payer"], row["payer"]),
            "payee": row["payee"], "payee_zh": names.get(row["payee"], row["payee"]),
            "amount_yuan": row["amount_yuan"],
        }
        for row in document["transfers"]
    ]  # fmt: skip
    return {
        "id": document["id"], "agreement": document["agreement"], "title": document["title"],
        "period": document["period"], "as_of": document["as_of"], "kind": document["kind"], "payments": payments,
        "status": None, "digest": document["digest"], "engine_version": version_of(document),
    }  # fmt: skip


def _names(evidence: EvidenceContents) -> dict[str, str]:
    """The Chinese names of the parties, by code."""
    registers = (text for name, text in evidence.register.items() if name.endswith("parties.csv"))
    rows = (row for text in registers for row in csv.DictReader(text.splitlines()))
    return {row["code"]: row["name_zh"] for row in rows}


def lines(settlement: Stated) -> Iterator[str]:
    """What an evidence file says, and what it does not prove, as lines of text."""
    zh, en = KINDS[settlement["kind"]]
    yield f"结算 settlement：{settlement['id']}"
    yield f"协议 agreement：{settlement['title']}（{settlement['agreement']}）"
    yield f"期间 period：{settlement['period']}（所知截至 known as of {settlement['as_of']}）"
    yield f"结果 result：{zh} {en}"
    for payment in settlement["payments"]:
        payer = f"{payment['payer_zh']}（{payment['payer']}）"
        payee = f"{payment['payee_zh']}（{payment['payee']}）"
        yield f"  {payer} 付 pays {payee} {payment['amount_yuan']} 元 yuan"
    if not settlement["payments"]:
        yield f"  {' '.join(no_amount_words(settlement['kind']))}"
    yield "状态 status：证据包不载，请问结算的保管者 not in the file: ask whoever keeps the settlement"
    yield f"指纹 digest：{settlement['digest']}"
    yield f"引擎版本 engine version：{version_text(settlement['engine_version'])}"
    yield "证据包不能证明 what it does not prove："
    yield from (f"  · {limit['message_zh']} {limit['message_en']}" for limit in NOT_PROVEN)
