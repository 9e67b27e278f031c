"""Documents that state different values of one fact are told, and so is a voucher that pays two periods."""

from __future__ import annotations

import pytest

from monitoring_ingest.readings.fact_findings import (
    COUNTS_AS_A_SHARE,
    FACTS_DIFFER,
    LARGE_PAYMENT,
    VOUCHER_PAYS_AGAIN,
    findings,
)
from monitoring_ingest.readings.facts import Fact


def a_class(value: str, document: str = "甲", **changed: str) -> Fact:
    """A published class of a section-month."""
    texts = {"subject": "s1", "period": "2020-07", "kind": "quality_class", "value": value, "document": document}
    return Fact(**{"recorded_by": "张三", **texts, **changed})


def a_payment(period: str, document: str = "回单1号", kind: str = "paid", line: str = "", value: str = "120") -> Fact:
    return Fact("river", period, kind, value, document, "张三", line=line)


def codes(fact: Fact, *others: Fact) -> list[str]:
    return [finding["code"] for finding in findings(fact, [*others, fact])]


ALIKE = {
    "the same value in another document": a_class("3.0", "乙"),
    "another month": a_class("4", "乙", period="2020-08"),
    "another kind": a_class("4", "乙", kind="nh3n"),
}
DIFFERENT = {
    "another document": a_class("4", "乙"),
    "another line of the document": a_class("4", line="2"),
    "the same month in other words": a_class("4", "乙", period="2020-07..2020-07"),
}


class TestDocumentsThatDiffer:
    """A class of a section-month can have one value only."""

    @pytest.mark.parametrize("other", ALIKE.values(), ids=ALIKE)
    def test_what_agrees_or_is_about_something_else_is_not_told(self, other: Fact) -> None:
        assert codes(a_class("3"), other) == []

    @pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
    def test_what_differs_is_told_of_both(self, other: Fact) -> None:
        fact = a_class("3")
        assert codes(fact, other) == codes(other, fact) == [FACTS_DIFFER]

    def test_the_words_name_every_document_with_its_line_and_value(self) -> None:
        [finding] = findings(a_class("3"), [a_class("3"), a_class("4", "乙", line="登记编号 2")])
        assert "3（甲）、4（乙，登记编号 2）" in finding["message_zh"]
        assert "withdraw or revise one" in finding["message_en"]

    def test_a_ground_taken_back_by_another_document_is_no_conflict(self) -> None:
        frozen = a_class("1", kind="frozen")
        assert codes(frozen, a_class("0", "乙", kind="frozen")) == []


OTHER_PAYMENTS = {
    "the voucher under another period": (a_payment("2020-08"), [VOUCHER_PAYS_AGAIN]),
    "its name with other signs": (a_payment("2020-08", "回单１号 "), [VOUCHER_PAYS_AGAIN]),
    "by a payer that was not named": (a_payment("2020-08", kind="paid up"), [VOUCHER_PAYS_AGAIN]),
    "another line of it": (a_payment("2020-08", line="2"), []),
    "another voucher": (a_payment("2020-08", "回单2号"), []),
    "another voucher for the same period": (a_payment("2020-07", "回单2号", value="1"), []),
}


class TestSize:
    """What would pay a hundredth, or ten thousand times, of what is meant is told; it may be meant."""

    @pytest.mark.parametrize(
        ("value", "expected"), [("80", []), ("0.8", []), ("80%", [COUNTS_AS_A_SHARE]), ("约80%", [])]
    )
    def test_a_percentage(self, value: str, expected: list[str]) -> None:
        assert codes(a_class(value, kind="score")) == expected

    def test_the_words_say_what_it_counts_as(self) -> None:
        [finding] = findings(a_class("80%", kind="score"), [])
        assert finding["message_zh"] == "80% 计作 0.8；条款按分数、百分数计的，登记 80"

    @pytest.mark.parametrize(("value", "expected"), [("999999", []), ("1000000", [LARGE_PAYMENT]), ("全部", [])])
    def test_a_payment_of_ten_billion_yuan(self, value: str, expected: list[str]) -> None:
        assert codes(a_payment("2020", value=value)) == expected


class TestVouchers:
    """One voucher may lawfully pay two periods, so it is told and not refused."""

    @pytest.mark.parametrize(("other", "expected"), OTHER_PAYMENTS.values(), ids=OTHER_PAYMENTS)
    def test_a_voucher_that_pays_again_is_told(self, other: Fact, expected: list[str]) -> None:
        assert codes(a_payment("2020-07"), other) == expected

    def test_payments_of_two_named_payers_are_two(self) -> None:
        assert codes(a_payment("2020-07", kind="paid up"), a_payment("2020-08", kind="paid down")) == []

    def test_the_words_name_the_other_period_and_its_sum(self) -> None:
        [finding] = findings(a_payment("2020-07"), [a_payment("2020-07"), a_payment("2020-08", value="30")])
        assert finding["message_zh"].startswith("同一凭证另登记付了 2020-08：30（万元）")
