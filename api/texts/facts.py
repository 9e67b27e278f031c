"""Texts of the page of facts, Chinese and English side by side."""

from __future__ import annotations

FACTS: dict[str, tuple[str, str]] = {
    "facts": ("登记事项", "Recorded facts"),
    "facts.lead": (
        "人工登记、现在有效的事实；更正过的列最新的一次，撤销的不列。每一件写明哪份协议的哪几条会用到它。",
        "Facts that people recorded and that are in force: the latest of each, without withdrawn ones. Each says which "
        "clauses of which agreement will use it.",
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
    "facts.history": ("连同更正与撤销前的（CSV）", "with what was revised or withdrawn (CSV)"),
}
