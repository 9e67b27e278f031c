"""A fact is one however often it is recorded; what says something else needs a reason, and history stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from basin.errors import UsageError
from monitoring_ingest.database.engine import writing
from monitoring_ingest.readings.fact_history import FATES
from monitoring_ingest.readings.facts import Fact, fact
from monitoring_ingest.records import store

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PAYMENT = {
    "subject": "river", "period": "2026-01", "kind": "paid", "value": "120", "document": "银行回单第1号",
    "recorded_by": "甲",
}  # fmt: skip


def written(**changed: str | None) -> Fact:
    """The payment, with some keys changed, added or, as None, left out."""
    texts = {key: text for key, text in (PAYMENT | changed).items() if text is not None}
    return fact(texts)


def recorded(engine: Engine, *facts: Fact) -> list[str]:
    """The fates of facts recorded day by day."""
    fates = []
    for days, stated in enumerate(facts):
        with writing(engine) as connection:
            fates.append(store.record_fact(connection, stated, NOW + days * DAY).fate)
    return fates


def values(engine: Engine, as_of: datetime | None = None) -> list[str]:
    """The values of the facts in force."""
    with engine.connect() as connection:
        return [fact.value for fact in store.facts(connection, as_of)]


def refusal(engine: Engine, stated: Fact) -> UsageError:
    with pytest.raises(UsageError) as refused:
        recorded(engine, stated)
    assert refused.value.remedy
    return refused.value


SAME = {
    "word for word": {},
    "by somebody else": {"recorded_by": "乙"},
    "another number of zeros": {"value": "120.00"},
    "with a reason that changes nothing": {"reason": "核对"},
    "full-width digits in the document": {"document": "银行回单第１号"},
    "blanks in the document": {"document": "银行回单 第1号"},
    "the same months": {"period": "2026-01..2026-01"},
}
OTHERS = {
    "another voucher": {"document": "银行回单第2号"},
    "another period": {"period": "2026-02"},
    "another line of the document": {"line": "2"},
    "another kind": {"kind": "funds used"},
    "another subject": {"subject": "stream"},
}
REVISIONS = {
    "another value": {"value": "100"},
    "a payer that was not named": {"kind": "paid downstream"},
    "a day that was not stated": {"paid_on": "2026-02-03"},
    "an approver that was not named": {"approved_by": "丙"},
}


class TestWhatIsTheSame:
    """Subject, period, kind, document and line."""

    @pytest.mark.parametrize("changed", SAME.values(), ids=SAME)
    def test_recorded_again_it_is_a_duplicate_and_counts_once(self, engine: Engine, changed: dict[str, str]) -> None:
        assert recorded(engine, written(), written(**changed)) == ["recorded", "duplicate"]
        assert values(engine) == ["120"]

    @pytest.mark.parametrize("changed", OTHERS.values(), ids=OTHERS)
    def test_anything_else_is_another_fact(self, engine: Engine, changed: dict[str, str]) -> None:
        assert recorded(engine, written(), written(**changed)) == ["recorded", "recorded"]
        assert values(engine) == ["120", "120"]

    @pytest.mark.parametrize("changed", REVISIONS.values(), ids=REVISIONS)
    def test_what_says_more_or_other_needs_a_reason(self, engine: Engine, changed: dict[str, str]) -> None:
        recorded(engine, written())
        assert refusal(engine, written(**changed)).path == "reason"
        assert recorded(engine, written(**changed, reason="回单补全")) == ["revised"]
        assert len(values(engine)) == 1

    def test_a_payment_that_names_nobody_is_the_one_by_a_named_payer(self, engine: Engine) -> None:
        fates = recorded(engine, written(kind="paid downstream"), written())
        assert fates == ["recorded", "duplicate"]

    def test_payments_of_two_payers_by_one_document_are_two(self, engine: Engine) -> None:
        recorded(engine, written(kind="paid a"), written(kind="paid b", value="30"))
        assert values(engine) == ["120", "30"]
        assert refusal(engine, written()).path == "line"

    def test_where_lines_were_stated_a_fact_without_one_is_none_of_them(self, engine: Engine) -> None:
        recorded(engine, written(line="1"), written(line="2"))
        problem = refusal(engine, written())
        assert (problem.path, "银行回单第1号，line: 1" in problem.zh) == ("line", True)


class TestHistory:
    """What was recorded stays, and is what was known then."""

    def test_the_latest_counts_and_earlier_instants_know_what_was_recorded_by_then(self, engine: Engine) -> None:
        recorded(engine, written(), written(value="100", reason="录错"), written(value="90", reason="又错"))
        assert [values(engine, NOW + days * DAY) for days in (-1, 0, 1, 2)] == [[], ["120"], ["100"], ["90"]]
        with engine.connect() as connection:
            rows = store.stored_facts(connection)
        assert [(row.id, row.revises, row.fact.reason) for row in rows] == [
            (1, None, None), (2, 1, "录错"), (3, 2, "又错"),
        ]  # fmt: skip

    def test_what_is_withdrawn_counts_no_more_and_may_be_recorded_again_with_a_reason(self, engine: Engine) -> None:
        withdrawal = written(value=None, withdrawn_by="更正通知第2号", reason="重复登记")
        assert recorded(engine, written(), withdrawal, withdrawal) == ["recorded", "withdrawn", "duplicate"]
        assert values(engine) == []
        assert values(engine, NOW) == ["120"]
        assert refusal(engine, written()).path == "reason"
        assert recorded(engine, written(reason="撤销有误")) == ["revised"]
        assert values(engine) == ["120"]

    def test_what_was_never_recorded_is_not_withdrawn(self, engine: Engine) -> None:
        problem = refusal(engine, written(value=None, withdrawn_by="更正通知第2号", reason="重复登记"))
        assert (problem.path, problem.zh) == ("document", "没有登记过，无可撤销：paid，银行回单第1号")

    def test_a_revision_keeps_its_place_before_what_was_recorded_after_it(self, engine: Engine) -> None:
        taken_back = {"kind": "funds used", "document": "第二份文件", "value": "0"}
        recorded(engine, written(kind="funds used"), written(**taken_back))
        recorded(engine, written(kind="funds used", value="100", reason="录错"))
        assert values(engine) == ["100", "0"]


class TestWritten:
    """What a text may say of withdrawals and days of payment."""

    @pytest.mark.parametrize(
        ("changed", "path", "said"),
        [
            ({"withdrawn_by": "更正通知", "reason": "重复"}, "value", "撤销的事实没有数值"),
            ({"withdrawn_by": "更正通知", "value": None}, "reason", "缺少或不是文字"),
            ({"value": None}, "value", "缺少或不是文字"),
            ({"paid_on": "3月31日"}, "paid_on", "付款日不是日期：3月31日"),
            ({"paid_on": "2026-W05-5"}, "paid_on", "付款日不是日期：2026-W05-5"),
            ({"paid_on": "20260331"}, "paid_on", "付款日不是日期：20260331"),
            ({"paid_on": "2026-02-30"}, "paid_on", "付款日不是日期：2026-02-30"),
            ({"paid_on": "2026-03-31", "kind": "funds used"}, "paid_on", "只有付款有付款日"),
            ({"reason": " "}, "reason", "缺少或不是文字"),
        ],
    )
    def test_refused(self, changed: dict[str, str | None], path: str, said: str) -> None:
        with pytest.raises(UsageError, match=said) as refused:
            written(**changed)
        assert (refused.value.path, bool(refused.value.remedy)) == (path, True)

    def test_a_payment_is_recorded_on_the_day_it_was_made_or_later(self, engine: Engine) -> None:
        assert refusal(engine, written(paid_on="2026-04-02")).zh == "付款日 2026-04-02 还没有到"
        assert recorded(engine, written(paid_on="2026-04-01")) == ["recorded"]

    def test_every_fate_has_its_words(self) -> None:
        assert list(FATES) == ["recorded", "duplicate", "revised", "withdrawn"]
