"""What is unpaid: owed by confirmed settlements of earlier periods, less recorded payments; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.commands import explanation
from basin.agreement import Agreement
from basin.errors import UsageError
from basin.periods import period
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.readings.fact_checks import about_something_known
from monitoring_ingest.records import store as intake
from settlement import applied, proposing, store
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import verify
from settlement.ledger.entries import Debt
from settlement.ledger.unpaid import unpaid
from settlement.run import settle
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, StatusChange
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement
from tests.settlement.statuses import set_status

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
DAY = timedelta(days=1)
# 1000 万元 a year, and 10 % of what is unpaid as the year begins
SURCHARGE = """
- {ref: "1", scale: [{amount: 1000}], pays: downstream, receives: upstream}
- {ref: late, measure: {kind: reported, fact: unpaid}, scale: [{rate: 10%}], pays: downstream, receives: upstream}
"""


def a_registry(clauses: str = SURCHARGE, **header: str) -> Registry:
    return Registry(RIVER, {"test-river": an_agreement(clauses, **({"data": RULES} | header))}, {}, ())


def confirmed(engine: Engine, registry: Registry, of: str, at: datetime = NOW) -> str:
    """A settlement of the period, reviewed and confirmed at that instant."""
    identity = str(settle(engine, registry, "test-river", of, now=at)["id"])
    for status in (IN_REVIEW, CONFIRMED):
        set_status(engine, identity, StatusChange(status, f"经办{status}", "无误"), stopped(at))
    return identity


def record_payment(engine: Engine, of: str, value: str, at: datetime = NOW, kind: str = "paid") -> None:
    with writing(engine) as connection:
        intake.record_fact(connection, a_fact("test-river", of, kind, value, f"回单{value}"), at)


def late(engine: Engine, of: str = "2021", registry: Registry | None = None, **when: datetime) -> dict[str, Any]:
    """The surcharge of a settlement made two days later."""
    found = settle(engine, registry or a_registry(), "test-river", of, **({"now": NOW + 2 * DAY} | when))
    (evaluation,) = (e for e in found["evaluations"] if e["clause"] == "late")
    return dict(evaluation)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Engine]:
    made = sqlite(tmp_path / "quick.sqlite")
    yield made
    made.dispose()


class TestFromTheLedger:
    """Settle, confirm, pay in part, settle the next year."""

    def test_ten_percent_of_what_is_unpaid_is_due_and_shows_where_it_comes_from(self, engine: Engine) -> None:
        first = confirmed(engine, a_registry(), "2020")
        record_payment(engine, "2020", "300")
        record_payment(engine, "2020", "100")
        evaluation = late(engine)
        assert (evaluation["value"], evaluation["amount"]) == ("600", "60")
        assert evaluation["working"][0] == {
            "label": "2021 unpaid", "value": "600",
            "expression": f"应付 1000（{first}）− 已付 400（回单300、回单100），账目 记录",
        }  # fmt: skip

    def test_it_is_explained_and_proven_without_the_ledger(self, engine: Engine) -> None:
        registry = a_registry()
        first = confirmed(engine, registry, "2020")
        identity = settle(engine, registry, "test-river", "2021", now=NOW + DAY)["id"]
        with engine.connect() as connection:
            lines = explanation.lines(applied.explained(connection, registry, identity, "late"))
        assert f"        2021 unpaid：应付 1000（{first}）− 已付 0（没有付款），账目 记录 = 1000" in lines
        raw = evidence(engine, registry, identity)
        assert verify(raw, recomputed).ok
        assert b'"kind":"unpaid"' in raw

    @pytest.mark.parametrize("value", ["1e10000000", "１２００", "全部", "9" * 500])
    def test_a_payment_of_an_earlier_version_that_is_no_number_stops_the_clause_and_nothing_else(
        self, engine: Engine, value: str
    ) -> None:
        confirmed(engine, a_registry(), "2020")
        record_payment(engine, "2020", "300")
        record_payment(engine, "2020", value)
        evaluation = late(engine)
        assert (evaluation["amount"], evaluation["reason"]) == (None, "fact_is_no_number: unpaid")

    def test_what_nobody_confirmed_or_what_was_revoked_is_not_owed(self, engine: Engine) -> None:
        settle(engine, a_registry(), "test-river", "2020", now=NOW)
        assert late(engine)["working"][0]["expression"].startswith("应付 0（此前没有已确认的应付款）")
        first = confirmed(engine, a_registry(), "2020")
        assert late(engine)["amount"] == "100"
        set_status(engine, first, StatusChange(REVOKED, "甲", "更正"), stopped(NOW + DAY))
        assert late(engine)["amount"] == "0"

    def test_debts_and_payments_count_from_when_they_were_recorded(self, engine: Engine) -> None:
        confirmed(engine, a_registry(), "2020", NOW)
        record_payment(engine, "2020", "400", NOW + DAY)
        instants = {"before": NOW - DAY, "confirmed": NOW, "paid": NOW + DAY}
        values = {name: late(engine, as_of=at, now=NOW + 9 * DAY)["value"] for name, at in instants.items()}
        assert values == {"before": "0", "confirmed": "1000", "paid": "600"}

    def test_only_periods_that_were_over_count(self, quick: Engine) -> None:
        for of in ("2020", "2021"):
            confirmed(quick, a_registry(), of)
        record_payment(quick, "2021", "50")
        # 1000 of 2020, and 1000 + 100 of 2021
        assert [late(quick, of)["value"] for of in ("2020", "2021", "2022")] == ["0", "1000", "2050"]

    def test_on_a_day_of_the_year_later_payments_change_nothing(self, quick: Engine) -> None:
        on_a_day = a_registry(SURCHARGE.replace("fact: unpaid}", "fact: unpaid, on: 03-31}"))
        confirmed(quick, on_a_day, "2020", datetime(2021, 1, 15, 8, tzinfo=UTC))
        record_payment(quick, "2020", "300", datetime(2021, 3, 31, 15, 59, tzinfo=UTC))  # 23:59 in Beijing
        record_payment(quick, "2020", "200", datetime(2021, 3, 31, 16, 1, tzinfo=UTC))  # the first of April there
        found = late(quick, registry=on_a_day, now=datetime(2021, 12, 31, tzinfo=UTC))
        assert (found["value"], found["amount"]) == ("700", "70")
        assert found["working"][0]["label"] == "2021 unpaid 03-31"
        assert "已付 300（回单300），付款截至 2021-03-31" in found["working"][0]["expression"]
        assert late(quick, now=datetime(2021, 12, 31, tzinfo=UTC))["value"] == "500"

    @pytest.mark.parametrize(
        ("paid_on", "value"), [("2021-03-31", "700"), ("2021-01-20", "700"), ("2021-04-01", "1000")]
    )
    def test_a_payment_counts_from_the_day_it_was_made_not_recorded(
        self, quick: Engine, paid_on: str, value: str
    ) -> None:
        on_a_day = a_registry(SURCHARGE.replace("fact: unpaid}", "fact: unpaid, on: 03-31}"))
        confirmed(quick, on_a_day, "2020", datetime(2021, 1, 15, 8, tzinfo=UTC))
        payment = replace(a_fact("test-river", "2020", "paid", "300", "回单"), paid_on=paid_on)
        with writing(quick) as connection:
            intake.record_fact(connection, payment, datetime(2021, 6, 1, tzinfo=UTC))
        assert late(quick, registry=on_a_day, now=datetime(2021, 12, 31, tzinfo=UTC))["value"] == value

    def test_where_a_clause_counts_by_days_a_payment_states_its_day(self) -> None:
        on_a_day = a_registry(SURCHARGE.replace("fact: unpaid}", "fact: unpaid, on: 03-31}"))
        payment = a_fact("test-river", "2020", "paid", "300", "回单")
        with pytest.raises(UsageError, match="协议按03-31以前付了多少计，付款须写付款日") as refused:
            about_something_known(payment, on_a_day)
        assert (refused.value.path, refused.value.remedy) == ("paid_on", "写明 paid_on，如 2026-03-31")
        dated = replace(payment, paid_on="2021-03-31")
        assert about_something_known(dated, on_a_day) == dated
        assert about_something_known(payment, a_registry()) == payment

    def test_a_voucher_recorded_twice_is_paid_once(self, quick: Engine) -> None:
        confirmed(quick, a_registry(), "2020")
        for _ in range(2):
            record_payment(quick, "2020", "700")
        assert (late(quick)["value"], late(quick)["amount"]) == ("300", "30")

    def test_a_payment_that_was_revised_counts_once_and_one_that_was_withdrawn_not_at_all(self, quick: Engine) -> None:
        confirmed(quick, a_registry(), "2020")
        payment = a_fact("test-river", "2020", "paid", "700", "回单1号")
        corrected = replace(payment, value="600", reason="录错")
        withdrawn = replace(payment, value="", withdrawn_by="退款单", reason="银行退回")
        for days, (stated, unpaid_now) in enumerate(((payment, "300"), (corrected, "400"), (withdrawn, "1000"))):
            with writing(quick) as connection:
                intake.record_fact(connection, stated, NOW + days * DAY)
            assert late(quick, now=NOW + (days + 1) * DAY)["value"] == unpaid_now
        assert late(quick, as_of=NOW, now=NOW + 9 * DAY)["value"] == "300"

    def test_more_paid_than_owed_leaves_nothing(self, quick: Engine) -> None:
        confirmed(quick, a_registry(), "2020")
        record_payment(quick, "2020", "1200")
        assert late(quick)["value"] == "0"

    def test_a_correction_of_a_payment_is_a_negative_one(self, quick: Engine) -> None:
        confirmed(quick, a_registry(), "2020")
        for value in ("400", "-150"):
            record_payment(quick, "2020", value)
        assert late(quick)["value"] == "750"

    def test_each_month_asks_for_itself_and_an_indication_for_its_year_to_date(self, quick: Engine) -> None:
        monthly = a_registry(SURCHARGE, every="month")
        for of in ("2020-01", "2020-02"):
            confirmed(quick, monthly, of)
        found = settle(quick, monthly, "test-river", "2020Q1", now=NOW + DAY)
        told = [(e["period"], e["value"]) for e in found["evaluations"] if e["clause"] == "late"]
        assert told == [("2020-01", "0"), ("2020-02", "1000"), ("2020-03", "2100")]
        shown = late(quick, "2021-03")
        assert (shown["value"], shown["year_to_date"]["value"]) == ("2100", "2100")

    def test_a_what_if_has_the_ledger_of_the_agreement_in_force(self, quick: Engine) -> None:
        registry = a_registry()
        confirmed(quick, registry, "2020")
        proposed = an_agreement(SURCHARGE.replace("10%", "25%"), data=RULES, code="draft")
        with quick.connect() as connection:
            answer = proposing.answered(connection, registry, "test-river", proposed, "2020..2021", NOW + DAY)
        sums = [(one["in_force_yuan"], one["proposed_yuan"]) for year in answer["years"] for one in year["pairs"]]
        assert sums == [("10000000.00", "10000000.00"), ("11000000.00", "12500000.00")]


class TestOfAParty:
    """With a party in hand it is what that party owes."""

    EACH = """
    - {ref: "1", scale: [{amount: 1000}], pays: {up: 3/10, third: 7/10}, receives: down}
    - {ref: late, each: {party: all}, measure: {kind: reported, fact: unpaid}, scale: [{rate: 10%}], pays: party,
       receives: fourth}
    """
    PARTIES = "[up, down, third]"

    def amounts(self, engine: Engine) -> dict[str, str | None]:
        found = settle(engine, a_registry(self.EACH, parties=self.PARTIES), "test-river", "2021", now=NOW + DAY)
        return {e["element"]["party"]: e["value"] for e in found["evaluations"] if e["clause"] == "late"}

    def test_each_owes_its_own_less_the_payments_that_name_it(self, quick: Engine) -> None:
        confirmed(quick, a_registry(self.EACH, parties=self.PARTIES), "2020")
        record_payment(quick, "2020", "200", kind="paid third")
        assert self.amounts(quick) == {"up": "300", "down": "0", "third": "500"}

    def test_a_payment_that_names_nobody_where_two_owe_is_not_divided(self, quick: Engine) -> None:
        confirmed(quick, a_registry(self.EACH, parties=self.PARTIES), "2020")
        record_payment(quick, "2020", "200")
        assert self.amounts(quick) == {"up": None, "down": None, "third": None}
        debts = [Debt("a", "2020", "up", 3_000_000), Debt("a", "2020", "third", 7_000_000)]
        assert ["没有注明付方" in fact.document for fact in told_of(debts, "paid")] == [False, True, True]

    def test_a_payment_that_names_nobody_is_by_the_only_one_who_owes(self) -> None:
        told = {fact.subject: fact.value for fact in told_of([Debt("a", "2020", "up", 300_000_000)], "paid")}
        assert told == {"test-river": "260", "up": "260", "down": "0"}


def told_of(debts: list[Debt], *kinds: str, clauses: str = SURCHARGE) -> list[Any]:
    """What is unpaid as 2021 begins, after payments of 40 万元 of these kinds for 2020."""
    agreement: Agreement = an_agreement(clauses)
    return unpaid(agreement, period("2021"), debts, [a_fact("test-river", "2020", kind, "40") for kind in kinds])


def test_an_agreement_that_does_not_ask_is_told_nothing() -> None:
    clauses = '- {ref: "1", scale: [{amount: 1}], pays: upstream, receives: downstream}'
    assert told_of([Debt("a", "2020", "up", 100)], clauses=clauses) == []


def test_the_debts_of_a_pool_are_what_each_net_debtor_was_to_pay_each_creditor(quick: Engine) -> None:
    pool = """
    - {ref: "1", scale: [{amount: 9}], pays: {up: 1/3, third: 2/3}, receives: pool}
    - {ref: "2", scale: [{amount: 9}], pays: pool, receives: down}
    """
    registry = a_registry(pool, parties="[up, down, third]")
    identity = confirmed(quick, registry, "2020")
    with quick.connect() as connection:
        debts = store.debts(connection, "test-river", NOW)
    assert debts == [Debt(identity, "2020", "third", 6_000_000), Debt(identity, "2020", "up", 3_000_000)]
