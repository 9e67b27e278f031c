"""What somebody changed by hand in the database is found and named, although the triggers were dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine

from basin.registry import Registry
from monitoring_ingest.database.engine import reading, writing
from monitoring_ingest.database.schema import create_schema, unguarded
from monitoring_ingest.doors.files import READINGS, ingest
from settlement import store
from settlement.review.checking import Report, check
from settlement.run import settle
from settlement.statement.engine_version import as_made_by
from settlement.statement.rows import SettlementDocument
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, StatusChange
from tests.clocks import stopped
from tests.settlement.makers import RIVER, RULES, an_agreement, monthly, per_unit, readings
from tests.settlement.statuses import set_status

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
EXCESS = per_unit("kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference")
TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]
AGREEMENT = an_agreement(EXCESS, data=RULES)
REGISTRY = Registry(RIVER, {AGREEMENT.code: AGREEMENT}, {}, ())
STEPS = ((IN_REVIEW, "甲"), (CONFIRMED, "乙"), (REVOKED, "丙"))


@pytest.fixture
def identity(engine: Engine) -> str:
    """A settlement that was confirmed and revoked."""
    ingest(engine, RIVER, [("a.csv", readings(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(NOW))
    identity: str = settle(engine, REGISTRY, AGREEMENT.code, "2020", now=NOW + timedelta(minutes=1))["id"]
    for status, person in STEPS:
        set_status(engine, identity, StatusChange(status, person, "示例"), stopped(NOW + timedelta(hours=1)))
    return identity


def changed(engine: Engine, table: str, change: str) -> None:
    """Change a table by hand, after its triggers were dropped."""
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for refused in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_{refused}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_change ON {table}")
        assert connection.exec_driver_sql(change).rowcount > 0


def checked(engine: Engine) -> Report:
    with reading(engine) as connection:
        return check(connection, REGISTRY)


def test_what_nobody_changed_holds(engine, identity):
    assert checked(engine) == Report(1, 0, None, [])


@pytest.mark.parametrize(
    ("table", "change", "row", "words"),
    [
        ("agreement_texts", "text = text || ' '", "agreement_texts ", "协议文本与它的指纹不符"),
        ("settlements", 'document = replace(document, \'"payer":"\', \'"payer":"x\')', "settlements ID", "文书与它"),
        ("settlements", "document = 'x'", "settlements ID", "文书与它的指纹不符"),
        ("settlements", "digest = 'x'", "settlements ID", "文书与它的指纹不符"),
        ("settlements", "kind = 'indication'", "settlements ID", "kind：indication ≠ payable"),
        ("settlements", "period = '2021'", "settlements ID", "period：2021 ≠ 2020"),
        ("observations", "value = value + 1", "settlements ID", "重算不同"),
        ("obligations", "fen = fen + 1", "obligations ID/0", "≠"),
        ("obligations", "payer = 'x'", "obligations ID/0", "payer='x'"),
        ("statuses", "person = '甲'", "statuses 3", "同一人"),
        ("statuses", "status = '试算'", "entries 3/0", "≠ 没有"),
        ("entries", "fen = 2 * fen", "entries 3/0", "≠"),
        ("entries", "fen = fen + 1 WHERE fen > 0", "entries 3/", "≠"),
        ("entries", "party = 'x' WHERE reverses IS NOT NULL", "entries 4/0", "party='x'"),
    ],
)
def test_a_change_by_hand_is_named(engine, identity, table, change, row, words):
    changed(engine, table, f"UPDATE {table} SET {change}")
    difference = checked(engine).difference
    assert difference is not None
    assert difference.row.startswith(row.replace("ID", identity)) and words in difference.words


@pytest.mark.parametrize(
    ("table", "where", "row"),
    [
        ("obligations", "ordinal = 0", "obligations ID/0"),
        ("entries", "status = 4", "entries 4/0"),
        ("observations", "value > 1.8", "settlements ID"),
    ],
)
def test_a_row_that_was_deleted_is_named(engine, identity, table, where, row):
    changed(engine, table, f"DELETE FROM {table} WHERE {where}")
    difference = checked(engine).difference
    assert difference is not None and difference.row == row.replace("ID", identity)


def test_dropped_triggers_are_missed_also_those_of_later_revisions(engine):
    for table in ("entries", "audit"):
        with writing(engine) as connection:
            names = [f"{table}_refuses_UPDATE", f"{table}_refuses_change ON {table}"]
            connection.exec_driver_sql(f"DROP TRIGGER {names[engine.dialect.name == 'postgresql']}")
    with reading(engine) as connection:
        assert len(unguarded(connection)) == 2
    create_schema(engine)
    with reading(engine) as connection:
        assert unguarded(connection) == []


class TestAnEarlierVersion:
    """What an earlier version of the engine made and this one makes differently."""

    OTHER_RULES: ClassVar = {"title": "另一份"}

    def kept(self, engine: Engine, version: str | None, other: dict[str, Any] | None = None) -> str:
        """The identity of a settlement as another version made it, whose rules gave `other` content."""
        ingest(engine, RIVER, [("a.csv", readings(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(NOW))
        document = settle(engine, REGISTRY, AGREEMENT.code, "2020", now=NOW + timedelta(minutes=1))
        old: SettlementDocument = as_made_by({**document, **(other or {})}, version)  # type: ignore[typeddict-item]
        with writing(engine) as connection:
            as_of = datetime.fromisoformat(old["as_of"])
            store.keep_settlement(connection, old, AGREEMENT.text, as_of, as_of)
        return old["id"]

    @pytest.mark.parametrize("version", [None, "1", "2"])
    def test_with_the_same_result_it_holds(self, engine, version):
        self.kept(engine, version)
        assert checked(engine) == Report(2, 0, None, [])

    @pytest.mark.parametrize("version", [None, "1", "2"])
    def test_with_another_result_it_cannot_be_told_and_does_not_count_as_holding(self, engine, version):
        old = self.kept(engine, version, self.OTHER_RULES)
        report = checked(engine)
        assert (report.settlements, report.difference) == (1, None)
        assert [(row.row, row.certain) for row in report.otherwise] == [(f"settlements {old}", False)]

    def test_readings_that_are_not_as_its_hashes_say_are_a_difference(self, engine):
        old = self.kept(engine, "2", {"parts": {"observations": "x", "register": "y"}})
        report = checked(engine)
        assert report.otherwise == [] and report.difference is not None
        assert report.difference.row == f"settlements {old}"
        assert "observations、register 与当时不同" in report.difference.words

    def test_a_register_that_another_version_wrote_differently_cannot_be_told(self, engine):
        old = self.kept(engine, "2", {"parts": {"register": "y"}})
        report = checked(engine)
        assert report.difference is None
        assert [row.row for row in report.otherwise] == [f"settlements {old}"]
