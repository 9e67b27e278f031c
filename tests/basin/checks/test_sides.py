"""Roles of the header against the register: where they differ, the sheet says who is meant."""

from __future__ import annotations

import pytest

from basin.authoring.roles import roles
from tests.basin.clauses import assert_refused, found
from tests.settlement.makers import RIVER, a_network, an_agreement

SWAPPED = "{upstream: down, downstream: up}"
AT_S1 = '- {ref: "1", measure: {kind: quality_class, section: s1}, scale: [{rate: 1}], pays: %s, receives: %s}'
EACH = '- {ref: "1", each: {section: all}, measure: {kind: quality_class}, scale: [{rate: 1}], pays: %s, receives: %s}'
UPSTREAM = "断面 s1 登记的上游是 up，协议写的上游是 down"
REFUSED: dict[str, tuple[str, dict[str, str], str, str]] = {
    "the section of the measure": (AT_S1 % ("upstream", "pool"), {"parties": SWAPPED}, "clauses.1.pays", UPSTREAM),
    "who receives": (
        AT_S1 % ("pool", "downstream"), {"parties": SWAPPED}, "clauses.1.receives",
        "断面 s1 登记的下游是 down，协议写的下游是 up",
    ),
    "the sections of an axis": (EACH % ("upstream", "pool"), {"parties": SWAPPED}, "clauses.1.pays", UPSTREAM),
    "a section whose sheet says nothing of it": (
        AT_S1 % ("upstream", "pool"), {"parties": SWAPPED, "sections": "{s1: {target: 3, downstream: up}}"},
        "clauses.1.pays", UPSTREAM,
    ),
    "another party altogether": (
        AT_S1 % ("upstream", "pool"), {"parties": "{upstream: third, downstream: down}"}, "clauses.1.pays",
        "断面 s1 登记的上游是 up，协议写的上游是 third",
    ),
}  # fmt: skip
ACCEPTED: dict[str, tuple[str, dict[str, str]]] = {
    "the same parties": (AT_S1 % ("upstream", "downstream"), {}),
    "a sheet that names the party": (
        AT_S1 % ("upstream", "pool"), {"parties": SWAPPED, "sections": "{s1: {upstream: down}}"},
    ),
    "a sheet that shares the side": (
        AT_S1 % ("upstream", "pool"), {"parties": SWAPPED, "sections": "{s1: {upstream: {up: 1/2, down: 1/2}}}"},
    ),
    "no section in hand": (
        '- {ref: "1", measure: {kind: reported, fact: x}, scale: [{rate: 1}], pays: upstream, receives: downstream}',
        {"parties": SWAPPED},
    ),
    "sides named by their codes": (AT_S1 % ("up", "down"), {"parties": SWAPPED}),
    "a list of parties": (AT_S1 % ("upstream", "downstream"), {"parties": "[down, up]"}),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "header", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_refused(clauses: str, header: dict[str, str], path: str, word: str) -> None:
    assert_refused(clauses, path, word, **header)


@pytest.mark.parametrize(("clauses", "header"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(clauses: str, header: dict[str, str]) -> None:
    assert [str(refusal) for refusal in found(clauses, **header)] == []


def test_who_is_upstream_and_downstream_and_which_text_says_so() -> None:
    sheets = "{s1: {upstream: {up: 1/4, third: 3/4}}, s2: {}, both: {mean_of: [s1, s2]}}"
    agreement = an_agreement(EACH % ("up", "down"), sections=sheets)
    assert [(role.section, role.side, role.party, role.stated_in) for role in roles(agreement, RIVER)] == [
        ("both", "upstream", "up", "parties"),
        ("both", "downstream", "down", "parties"),
        ("s1", "upstream", "up 0.25、third 0.75", "断面表 sheet"),
        ("s1", "downstream", "down", "sections.csv"),
        ("s2", "upstream", "up", "sections.csv"),
        ("s2", "downstream", "down", "sections.csv"),
    ]


MOUTH = a_network("s1 up down 3", "s2 down - 3")


@pytest.mark.parametrize(
    ("clause", "downstream"),
    [
        (AT_S1 % ("upstream", "downstream"), ("—", "")),
        (EACH % ("up", "pool"), ("—", "")),
        (EACH % ("downstream", "pool"), ("down", "parties")),  # the clause is settled by the role
    ],
)
def test_nobody_is_downstream_of_itself(clause: str, downstream: tuple[str, str]) -> None:
    agreement = an_agreement(clause, MOUTH, sections="{s1: {}, s2: {}}")
    of_s2 = [role for role in roles(agreement, MOUTH) if role.section == "s2"]
    assert [(role.party, role.stated_in) for role in of_s2] == [("down", "sections.csv"), downstream]
