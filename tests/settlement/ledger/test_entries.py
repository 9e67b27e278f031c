"""Double entry and the life of a settlement's status."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.errors import Refused
from settlement.ledger.entries import Entry, postings, reversal
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL, check_change

ALLOWED = {
    (TRIAL, IN_REVIEW), (TRIAL, REVOKED), (IN_REVIEW, CONFIRMED), (IN_REVIEW, REVOKED), (CONFIRMED, REVOKED),
}  # fmt: skip
STATUSES = (TRIAL, IN_REVIEW, CONFIRMED, REVOKED)
transfers = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(1, 10**12)), max_size=8
)  # fmt: skip


class TestEntries:
    """Two entries for each transfer; together they are zero."""

    def test_the_payer_owes_and_the_payee_is_owed(self) -> None:
        assert postings([("hunan", "jiangxi", 1_200_000_000)]) == [
            Entry("hunan", "jiangxi", -1_200_000_000), Entry("jiangxi", "hunan", 1_200_000_000),
        ]  # fmt: skip

    @given(transfers)
    def test_entries_sum_to_zero_as_a_whole_and_for_each_pair(self, moved: list[tuple[str, str, int]]) -> None:
        entries = postings(moved)
        assert sum(entry.fen for entry in entries) == 0
        for payer, payee in product("abc", "xyz"):
            between = [e.fen for e in entries if {e.party, e.counterparty} == {payer, payee}]
            assert sum(between) == 0

    @given(transfers)
    def test_a_reversal_undoes_every_partys_balance(self, moved: list[tuple[str, str, int]]) -> None:
        entries = postings(moved)
        both = entries + reversal(entries, 7)
        assert {p: sum(e.fen for e in both if e.party == p) for p in "abcxyz"} == dict.fromkeys("abcxyz", 0)

    def test_a_reversal_names_the_confirmation_it_undoes(self) -> None:
        assert reversal(postings([("hunan", "jiangxi", 5)]), 7) == [
            Entry("hunan", "jiangxi", 5, reverses=7), Entry("jiangxi", "hunan", -5, reverses=7),
        ]  # fmt: skip


class TestStatus:
    """试算 → 待复核 → 已确认 / 已撤销, and nothing else."""

    @pytest.mark.parametrize(("now", "then"), list(product(STATUSES, STATUSES)))
    def test_what_may_follow(self, now: str, then: str) -> None:
        if (now, then) in ALLOWED:
            check_change("payable", now, then)
        else:
            with pytest.raises(Refused, match=f"{now} 之后不能是 {then}"):
                check_change("payable", now, then)

    @pytest.mark.parametrize("kind", ["indication", "stopped"])
    def test_only_what_is_payable_can_be_confirmed(self, kind: str) -> None:
        check_change(kind, TRIAL, IN_REVIEW)
        check_change(kind, IN_REVIEW, REVOKED)
        with pytest.raises(Refused, match="不能确认"):
            check_change(kind, IN_REVIEW, CONFIRMED)

    def test_an_unknown_status_is_refused_with_the_allowed_ones(self) -> None:
        with pytest.raises(Refused) as refused:
            check_change("payable", TRIAL, "done")
        assert IN_REVIEW in refused.value.remedy
