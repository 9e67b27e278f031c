"""Settlements and assessments in both databases: written once, listed, found, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DBAPIError

from basin import periods
from basin.errors import NotFound
from monitoring_ingest.database.engine import writing
from settlement import store, tables
from settlement.ledger.entries import postings
from settlement.settling import settled
from settlement.states import CONFIRMED, IN_REVIEW, TRIAL
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement, gathered, per_unit

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
CLAUSE = per_unit("kind: reported, fact: x")


def kept(
    engine: Engine, value: str, *, code: str = "test-river", period: str = "2020", days: int = 0
) -> dict[str, Any]:
    """A stored settlement that comes to `value` 万元, recorded some days after the others."""
    agreement = an_agreement(CLAUSE, code=code, data=RULES)
    facts = [a_fact(code, period, "x", value)]
    document = settled(agreement, RIVER, gathered({}, facts), periods.period(period), NOW)
    with writing(engine) as connection:
        assert store.keep_settlement(connection, document, agreement.text, NOW, NOW + timedelta(days=days))
    return document


class TestSettlements:
    """Documents, headers and obligations."""

    def test_a_document_is_read_back_as_it_was_with_status_and_time(self, engine: Engine) -> None:
        document = kept(engine, "5")
        with engine.connect() as connection:
            found = store.settlement(connection, document["id"])
        assert {key: found[key] for key in document} == document
        assert found["status"] == TRIAL
        assert datetime.fromisoformat(found["recorded_at"]) == NOW

    def test_the_same_document_is_kept_once(self, engine: Engine) -> None:
        document = kept(engine, "5")
        with writing(engine) as connection:
            assert not store.keep_settlement(connection, document, "another text", NOW, NOW)
        with engine.connect() as connection:
            assert len(store.settlements(connection)) == 1

    def test_the_newest_comes_first_and_filters_narrow(self, engine: Engine) -> None:
        old, other, new = (
            kept(engine, "1"),
            kept(engine, "2", code="other", days=1),
            kept(engine, "3", period="2021", days=2),
        )
        with engine.connect() as connection:
            assert [row["id"] for row in store.settlements(connection)] == [new["id"], other["id"], old["id"]]
            assert [row["id"] for row in store.settlements(connection, limit=1)] == [new["id"]]
            assert [row["id"] for row in store.settlements(connection, agreement="other")] == [other["id"]]
            assert [row["id"] for row in store.settlements(connection, period="2021")] == [new["id"]]
            assert len(store.settlements(connection, basin="test")) == 3
            assert store.settlements(connection, basin="elsewhere") == []

    def test_obligations_are_in_fen_and_payable_only_when_confirmed(self, engine: Engine) -> None:
        first, second = kept(engine, "0.000001"), kept(engine, "-2", period="2021", days=1)
        with writing(engine) as connection:
            store.add_status(connection, second["id"], (IN_REVIEW, "甲", "理由"), [], NOW)
            store.add_status(
                connection, second["id"], (CONFIRMED, "乙", "理由"), postings([("down", "up", 2_000_000)]), NOW
            )
        with engine.connect() as connection:
            rows = store.obligations(connection)
            assert [(row["settlement"], row["payer"], row["payee"], row["fen"], row["payable"]) for row in rows] == [
                (first["id"], "up", "down", 1, False), (second["id"], "down", "up", 2_000_000, True),
            ]  # fmt: skip
            assert [row["period"] for row in store.obligations(connection, status=CONFIRMED)] == ["2021"]
            assert [row["period"] for row in store.obligations(connection, period="2020")] == ["2020"]
            assert len(store.obligations(connection, party="up")) == 2
            assert store.obligations(connection, party="third") == []
            assert sum(entry.fen for entry in store.entries(connection, second["id"])) == 0
            assert store.entries(connection, first["id"]) == []

    def test_sums_larger_than_32_bits_are_kept_to_the_fen(self, engine: Engine) -> None:
        kept(engine, "9999999.999999")
        with engine.connect() as connection:
            assert store.obligations(connection)[0]["fen"] == 9_999_999_999_999

    def test_the_text_that_was_applied_is_kept_by_its_fingerprint(self, engine: Engine) -> None:
        document = kept(engine, "5")
        with engine.connect() as connection:
            text = store.agreement_text(connection, document["agreement_sha256"])
        assert text == an_agreement(CLAUSE, data=RULES).text

    @pytest.mark.parametrize("read", [store.settlement, store.assessment])
    def test_what_is_not_there_is_not_found(self, engine: Engine, read: Any) -> None:
        with engine.connect() as connection, pytest.raises(NotFound) as missing:
            read(connection, "none")
        assert missing.value.status == 404

    def test_statuses_are_listed_oldest_first(self, engine: Engine) -> None:
        document = kept(engine, "5")
        with writing(engine) as connection:
            store.add_status(connection, document["id"], (IN_REVIEW, "甲", "请复核"), [], NOW + timedelta(days=1))
        with engine.connect() as connection:
            rows = store.statuses(connection, document["id"])
            assert store.settlements(connection)[0]["status"] == IN_REVIEW
        assert [(row["status"], row["person"]) for row in rows][1:] == [(IN_REVIEW, "甲")]
        assert rows[0]["status"] == TRIAL


class TestAppendOnly:
    """The database itself refuses to change what was decided."""

    @pytest.mark.parametrize(
        "table", [tables.settlements, tables.obligations, tables.statuses, tables.entries, tables.agreement_texts],
        ids=lambda table: table.name,
    )  # fmt: skip
    @pytest.mark.parametrize("change", [update, delete])
    def test_rows_are_neither_changed_nor_deleted(self, engine: Engine, table: Any, change: Any) -> None:
        document = kept(engine, "5")
        with writing(engine) as connection:
            store.add_status(connection, document["id"], (IN_REVIEW, "甲", "理由"), postings([("up", "down", 5)]), NOW)
        column = next(column for column in table.c if column.name in ("title", "payer", "person", "party", "code"))
        statement = change(table).values({column.name: "x"}) if change is update else change(table)
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(statement)
        with engine.connect() as connection:
            rows = connection.execute(select(column)).scalars().all()
        assert rows
        assert "x" not in rows
