"""Texts of the page of facts, Chinese and English side by side."""

from __future__ import annotations

FACTS: dict[str, tuple[str, str]] = {
    "facts": ("登记事项", "Recorded facts"),
    "facts.lead": (
        "由一人提出、另一人批准，现在有效的事实；更正过的列最新的一次，撤销的不列。每一件写明哪份协议的哪几条会用到它。",
        "Facts that one person proposed and another approved, and that are in force: the latest of each, without "
        "withdrawn ones. Each says which clauses of which agreement will use it.",
    ),
    "facts.caption": ("最近登记的在前", "The last recorded first."),
    "facts.people": ("登记与批准", "Recorded and approved by"),
    "facts.used_by": ("用到它的条款", "Used by"),
    "facts.unused": ("没有条款会用到", "no clause will use it"),
    "facts.paid_on": ("{day} 付", "paid on {day}"),
    "facts.revised": ("更正：{reason}", "revised: {reason}"),
    "facts.approved": ("批准 {person}", "approved by {person}"),
    "facts.withdrawn": ("已撤销", "withdrawn"),
    "facts.none": ("还没有登记过事实", "No fact has been recorded yet"),
    "facts.fate": ("批准后", "Once approved"),
    "facts.before": ("原为 {value}", "was {value}"),
    "facts.previewed": ("所提的事实", "The facts"),
    "facts.previewed.caption": ("按现在所登记的看", "As things stand now"),
    "batch": ("批次 {number}", "Batch {number}"),
    "batches": ("密钥送来、待采用的事实", "Facts that came by key and wait to be adopted"),
    "batches.caption": ("先来的在前", "The first come first"),
    "batch.number": ("批次", "Batch"),
    "batch.facts": ("件数", "Facts"),
    "batch.lead": (
        "密钥送来的事实不作数，直到有关机构的一人提出采用、同一机构的另一人批准。",
        "What a key handed in counts for nothing until one person of an office concerned proposes to adopt it and "
        "another approves.",
    ),
    "batch.key": ("密钥", "Key"),
    "batch.received": ("收到（北京时间）", "Received (Beijing)"),
    "batch.adopt": ("提出采用", "Propose to adopt it"),
    "batch.adopt.do": ("提出", "Propose"),
    "batch.adopted": ("已采用。", "It has been adopted."),
    "batch.not_you": ("由上述机构的经办提出采用。", "Somebody who prepares in that office may propose to adopt it."),
    "facts.history": ("连同更正与撤销前的（CSV）", "with what was revised or withdrawn (CSV)"),
}
