"""Clauses to refuse: the smallest text around the one thing that is wrong, and what is said about it."""

from __future__ import annotations

from basin.authoring.review import review
from basin.errors import AgreementError
from tests.settlement.makers import RIVER, agreement_text

PAYS = "pays: upstream, receives: downstream"
LUMP = f"scale: [{{amount: 1}}], {PAYS}"
FACT = "measure: {kind: reported, fact: x}"
LEAGUE = '- {ref: "1", each: {party: all}, measure: {kind: rank, %s}, scale: [{rate: 1}], pays: pool, receives: party}'
LADDER = "[{up_to: 0.5, amount: 50}, {amount: 100}]"


def found(clauses: str, **header: str) -> list[AgreementError]:
    """Everything that is refused."""
    return list(review(agreement_text(clauses, **header), "test.yaml", RIVER).findings)


def lump(text: str) -> str:
    """A clause with a lump sum and something more."""
    return f'- {{ref: "1", {text}, {LUMP}}}'


def measured(text: str) -> str:
    """A clause with this measure."""
    return lump(f"measure: {{{text}}}")


def when(text: str) -> str:
    """A clause under this condition."""
    return lump(f"when: [{{{text}}}]")


def exceeding(ref: str, more: str = "") -> str:
    """A clause on the exceedance of one section and indicator."""
    measure = "measure: {kind: exceedance, section: s1, indicator: tp}"
    return f"- {{ref: {', '.join(filter(None, (ref, measure, more)))}}}\n"


def scaled(pieces: str) -> str:
    """A clause with a fact on these pieces."""
    return f'- {{ref: "1", {FACT}, scale: [{pieces}], {PAYS}}}'


def assert_refused(clauses: str, path: str, word: str, **header: str) -> None:
    """Something is refused at this path with this word, and all that is refused names file and remedy."""
    refusals = found(clauses, **header)
    assert (path, True) in [(r.path, any(word in text for text in (r.zh, r.en, r.remedy))) for r in refusals]
    for refusal in refusals:
        assert refusal.file == "test.yaml"
        assert refusal.remedy
        assert refusal.en
