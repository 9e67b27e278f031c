"""Settlements and assessments in both databases: written once, listed, found, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from basin import periods
from basin.errors import NotFound
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.schema import create_schema, downgrade
from settlement import store, tables
from settlement.ledger.entries import Debt, Entry, postings, reversal
from settlement.settling import settled
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL, StatusChange
from tests.clocks import stopped
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement, gathered, per_unit
from tests.settlement.statuses import set_status

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

    def test_a_withdrawn_one_says_who_when_why_and_what_stands_for_its_period_now(self, engine: Engine) -> None:
        first, second, third, other = (
            kept(engine, "1")["id"], kept(engine, "2", days=1)["id"], kept(engine, "3", days=2)["id"],
            kept(engine, "4", period="2021", days=3)["id"],
        )  # fmt: skip
        later = NOW + timedelta(days=4)

        def withdrawn(identity: str) -> Any:
            with engine.connect() as connection:
                return store.settlement(connection, identity).get("withdrawn")

        assert withdrawn(third) is None
        set_status(engine, third, StatusChange(REVOKED, "张三", "读数有误"), stopped(later))
        by_whom = {"person": "张三", "reason": "读数有误", "recorded_at": later.isoformat()}
        assert withdrawn(third) == by_whom | {"successor": second, "successor_status": TRIAL}
        for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙")):
            set_status(engine, first, StatusChange(status, person, "数据齐全"), stopped(later))
        assert withdrawn(third) == by_whom | {"successor": first, "successor_status": CONFIRMED}
        for identity in (first, second):
            set_status(engine, identity, StatusChange(REVOKED, "张三", "读数有误"), stopped(later))
        assert withdrawn(third) == by_whom | {"successor": None, "successor_status": None}
        assert withdrawn(other) is None

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
            store.add_status(connection, second["id"], StatusChange(IN_REVIEW, "甲", "理由"), [], NOW)
            confirmed = StatusChange(CONFIRMED, "乙", "理由")
            store.add_status(connection, second["id"], confirmed, postings([("down", "up", 2_000_000)]), NOW)
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
            submitted = StatusChange(IN_REVIEW, "甲", "请复核")
            store.add_status(connection, document["id"], submitted, [], NOW + timedelta(days=1))
        with engine.connect() as connection:
            rows = store.statuses(connection, document["id"])
            assert store.settlements(connection)[0]["status"] == IN_REVIEW
        assert [(row["status"], row["person"]) for row in rows][1:] == [(IN_REVIEW, "甲")]
        assert rows[0]["status"] == TRIAL


OWED = [Entry("up", "down", -5), Entry("down", "up", 5)]
UNDONE = [Entry("up", "down", 5), Entry("down", "up", -5)]
# What an earlier version posted when a settlement was confirmed and revoked twice: its second revocation undid all that
# was there, the first revocation too.
DOUBLED = [
    (CONFIRMED, OWED), (REVOKED, UNDONE), (CONFIRMED, OWED), (REVOKED, [*UNDONE, *OWED, *UNDONE]),
]  # fmt: skip


def posted(engine: Engine, settlement: str, status: str, entries: list[Entry]) -> int:
    """The identity of a change of status that made these entries."""
    with writing(engine) as connection:
        store.add_status(connection, settlement, StatusChange(status, "乙", "理由"), entries, NOW)
        return store.newest_status(connection, settlement)


def posted_at_the_baseline(engine: Engine, settlement: str, status: str) -> int:
    """The identity of a change of status as the first version of the program wrote it, whose entries come after it."""
    with engine.begin() as connection:
        identity = connection.exec_driver_sql("SELECT max(id) + 1 FROM statuses").scalar_one()
        at = "'2021-01-15T08:00:00.000000Z'"
        values = f"({identity}, '{settlement}', '{status}', '乙', '理由', {at})"
        columns = "id, settlement, status, person, reason, recorded_at"
        connection.exec_driver_sql(f"INSERT INTO statuses ({columns}) VALUES {values}")
    return int(identity)


class TestReversals:
    """The database itself refuses to reverse an entry a second time."""

    def test_a_second_reversal_of_a_confirmation_is_refused(self, engine: Engine) -> None:
        identity = kept(engine, "0.0005")["id"]
        confirmation = posted(engine, identity, CONFIRMED, OWED)
        posted(engine, identity, REVOKED, reversal(OWED, confirmation))
        with pytest.raises(IntegrityError):
            posted(engine, identity, REVOKED, reversal(OWED, confirmation))
        with engine.connect() as connection:
            assert store.entries(connection, identity) == [*OWED, *reversal(OWED, confirmation)]

    def test_each_confirmation_is_reversed_by_itself(self, engine: Engine) -> None:
        identity = kept(engine, "0.0005")["id"]
        for _ in range(3):
            confirmation = posted(engine, identity, CONFIRMED, OWED)
            posted(engine, identity, REVOKED, reversal(OWED, confirmation))
        with engine.connect() as connection:
            assert len(store.entries(connection, identity)) == 12

    def test_what_is_no_entry_cannot_be_reversed(self, engine: Engine) -> None:
        identity = kept(engine, "0.0005")["id"]
        confirmation = posted(engine, identity, CONFIRMED, OWED)
        with pytest.raises(IntegrityError):
            posted(engine, identity, REVOKED, reversal([*OWED, *OWED], confirmation))

    def test_a_database_with_doubled_reversals_is_taken_on_and_reverses_once(self, engine: Engine) -> None:
        identity = kept(engine, "0.0005")["id"]
        downgrade(engine, "0001")  # the ledger did not say yet which entry another one reverses
        columns = "status, ordinal, party, counterparty, fen"
        for status, entries in DOUBLED:
            change = posted_at_the_baseline(engine, identity, status)
            rows = [f"({change}, {i}, '{e.party}', '{e.counterparty}', {e.fen})" for i, e in enumerate(entries)]
            with engine.begin() as connection:
                connection.exec_driver_sql(f"INSERT INTO entries ({columns}) VALUES {', '.join(rows)}")
        for _ in range(2):
            create_schema(engine)
        before = [entry for _, entries in DOUBLED for entry in entries]
        with engine.connect() as connection:
            assert store.entries(connection, identity) == before
            assert store.debts(connection, "test-river", NOW) == []
        confirmation = posted(engine, identity, CONFIRMED, OWED)
        with engine.connect() as connection:
            assert store.debts(connection, "test-river", NOW) == [Debt(identity, "2020", "up", 5)]
        posted(engine, identity, REVOKED, reversal(OWED, confirmation))
        with pytest.raises(IntegrityError):
            posted(engine, identity, REVOKED, reversal(OWED, confirmation))
        with engine.connect() as connection:
            assert store.entries(connection, identity) == [*before, *OWED, *reversal(OWED, confirmation)]
            assert store.debts(connection, "test-river", NOW) == []
        with pytest.raises(DBAPIError, match="entries is append-only"), engine.begin() as connection:
            connection.execute(delete(tables.entries))

    def test_a_confirmation_of_an_earlier_version_is_reversed_once(self, engine: Engine) -> None:
        identity = kept(engine, "0.0005")["id"]
        downgrade(engine, "0001")  # the ledger did not say yet which entry another one reverses
        confirmation = posted_at_the_baseline(engine, identity, CONFIRMED)
        with engine.begin() as connection:
            values = f"({confirmation}, 0, 'up', 'down', -5), ({confirmation}, 1, 'down', 'up', 5)"
            connection.exec_driver_sql(f"INSERT INTO entries VALUES {values}")
        create_schema(engine)
        set_status(engine, identity, StatusChange(REVOKED, "甲", "理由"), stopped(NOW))
        with engine.connect() as connection:
            assert store.entries(connection, identity) == [*OWED, *reversal(OWED, confirmation)]
        with pytest.raises(IntegrityError):
            posted(engine, identity, REVOKED, reversal(OWED, confirmation))


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
            submitted = StatusChange(IN_REVIEW, "甲", "理由")
            store.add_status(connection, document["id"], submitted, postings([("up", "down", 5)]), NOW)
        column = next(column for column in table.c if column.name in ("title", "payer", "person", "party", "code"))
        statement = change(table).values({column.name: "x"}) if change is update else change(table)
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(statement)
        with engine.connect() as connection:
            rows = connection.execute(select(column)).scalars().all()
        assert rows
        assert "x" not in rows
