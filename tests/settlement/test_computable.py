"""What clauses come to is a number that can be written and posted, or is refused in words."""

from __future__ import annotations

import pytest

from basin.errors import AgreementError
from tests.settlement.makers import an_agreement, decided

PAYS = "pays: upstream, receives: downstream"


def fund(times: str) -> str:
    """A fund that grows by a factor every year, and is paid."""
    return (
        "- {ref: fund, source: x, measure: {kind: result, of: [fund], at: previous_year, otherwise: 1}, "
        f"times: {times}}}\n"
        f"- {{ref: p, source: x, measure: {{kind: result, of: [fund]}}, scale: [{{rate: 1}}], {PAYS}}}"
    )


@pytest.mark.parametrize(
    ("clauses", "starts", "said"),
    [
        (f"- {{ref: p, source: x, scale: [{{amount: 1e10}}], {PAYS}}}", "2020-01-01", "应付金额超过 1000000000 万元"),
        (f"- {{ref: p, source: x, scale: [{{amount: 1e99}}], {PAYS}}}", "2020-01-01", "应付金额超过"),
        (f"- {{ref: p, source: x, scale: [{{amount: 1}}], times: [{', '.join(['1e99'] * 90)}], {PAYS}}}", "2020-01-01",
         "数值太大，写不出"),
        (f"- {{ref: p, source: x, scale: [{{amount: 1}}], times: [{', '.join(['1/999999937'] * 900)}], {PAYS}}}",
         "2020-01-01", "数值太大，写不出"),
        (fund('["1.05"]'), "1900-01-01", "条款一条用一条，层数太多"),
    ],
    ids=["more than any agreement pays", "far more", "digits", "a denominator", "a hundred years"],
)  # fmt: skip
def test_what_comes_to_no_number_is_refused_in_words(clauses: str, starts: str, said: str) -> None:
    agreement = an_agreement(clauses, starts=starts, ends="2024-12-31")
    with pytest.raises(AgreementError, match=said) as refusal:
        decided(agreement, "2020")
    assert (refusal.value.file, bool(refusal.value.remedy)) == (agreement.file, True)


@pytest.mark.parametrize(
    ("clauses", "starts"),
    [
        (f"- {{ref: p, source: x, scale: [{{amount: 999999999}}], {PAYS}}}", "2020-01-01"),
        (fund('["1.05"]'), "1980-01-01"),
    ],
    ids=["nine hundred billion", "forty years"],
)
def test_what_an_agreement_may_come_to_is_paid(clauses: str, starts: str) -> None:
    assert decided(an_agreement(clauses, starts=starts, ends="2024-12-31"), "2020").transfers
