"""Settling from stored readings on both engines, and the life of a settlement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.errors import NotFound, Refused, UnknownCode, UsageError
from basin.periods import period
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.records import store as intake
from monitoring_ingest.schedule.store import hold, release
from settlement import store
from settlement.ledger.entries import Entry
from settlement.run import settle, settle_all, settle_each
from settlement.statement.document import instant
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL, StatusChange
from tests.clocks import stopped, told_before
from tests.databases import sqlite
from tests.settlement.makers import RIVER, RULES, a_fact, an_agreement, monthly, per_unit, readings
from tests.settlement.statuses import set_status

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
EXCESS = per_unit("kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference")
OF_ALL_READINGS = """
    - {ref: "1", measure: {kind: trend, section: s1, indicator: nh3n, significance: 0.5}, scale: [{rate: 1}],
       pays: upstream, receives: downstream}
    - {ref: "2", measure: {kind: completeness, section: s1, indicator: nh3n}, scale: [{rate: 1}], pays: upstream,
       receives: downstream}
    - {ref: "3", measure: {kind: completeness, section: s1, indicator: codmn}, scale: [{rate: 1}], pays: upstream,
       receives: downstream}
"""
LONG_AFTER = datetime(2023, 1, 15, tzinfo=UTC)
TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]


def a_registry(*clauses: str, **header: str) -> Registry:
    """One agreement a text, called test-1, test-2, …"""
    made = [
        an_agreement(text, **({"data": RULES, "code": f"test-{number}"} | header))
        for number, text in enumerate(clauses or [EXCESS], start=1)
    ]
    return Registry(RIVER, {agreement.code: agreement for agreement in made}, {}, ())


def sent(engine: Engine, values: Any = None, now: datetime = NOW) -> None:
    """Readings taken in: one in the middle of each month of 2020 unless others are given."""
    read = monthly({("s1", "nh3n"): TWELVE}) if values is None else values
    ingest(engine, RIVER, [("a.csv", readings(read))], READINGS, stopped(now))


def _of_year(year: int) -> dict[tuple[str, str, str], float]:
    """Readings that rise from year to year; the permanganate index was measured in 2021 only."""
    rising = monthly({("s1", "nh3n"): [value + year / 1000 for value in TWELVE]}, year)
    return rising | (monthly({("s1", "codmn"): [3.0] * 12}, year) if year == 2021 else {})


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Engine]:
    """One engine for what does not depend on the kind of database."""
    made = sqlite(tmp_path / "quick.sqlite")
    yield made
    made.dispose()


class TestSettle:
    """Gather, decide, write, on SQLite and PostgreSQL."""

    def test_a_year_of_stored_readings(self, engine: Engine) -> None:
        sent(engine)
        found = settle(engine, a_registry(), "test-1", "2020", now=NOW)
        assert (found["kind"], found["status"]) == ("payable", TRIAL)
        (transfer,) = found["transfers"]
        assert (transfer["payer"], transfer["payee"], transfer["amount_yuan"]) == ("up", "down", "1700.00")
        with engine.connect() as connection:
            (row,) = store.obligations(connection)
            assert (row["fen"], row["payable"], row["settlement"]) == (170_000, False, found["id"])
            kept = store.settlement(connection, found["id"])
        assert {key: kept[key] for key in found} == found

    def test_both_engines_give_the_same_digest_as_settling_in_memory(self, engine: Engine) -> None:
        sent(engine)
        digest = settle(engine, a_registry(), "test-1", "2020", now=NOW)["digest"]
        again = settle(engine, a_registry(), "test-1", "2020", now=LATER)
        assert again["digest"] == digest

    def test_periods_settled_from_one_read_are_those_settled_alone(self, engine: Engine) -> None:
        """A trend and the completeness depend on every reading there is, also on those of the other periods."""
        sent(engine, {key: value for year in (2020, 2021, 2022) for key, value in _of_year(year).items()}, LONG_AFTER)
        wanted = ["2022", "2020", "2021-03"]
        together = list(settle_each(engine, a_registry(OF_ALL_READINGS), "test-1", wanted, stopped(LONG_AFTER)))
        alone = [settle(engine, a_registry(OF_ALL_READINGS), "test-1", of, now=LONG_AFTER) for of in wanted]
        assert together == alone
        assert [document["period"] for document in together] == wanted
        with engine.connect() as connection:
            assert len(store.settlements(connection)) == 3

    def test_where_one_period_is_refused_none_is_settled(self, quick: Engine) -> None:
        sent(quick)
        with pytest.raises(UsageError, match="不在协议期内"):
            next(settle_each(quick, a_registry(), "test-1", ["2020", "1999"], stopped(NOW)))
        with quick.connect() as connection:
            assert store.settlements(connection) == []

    def test_no_periods_are_no_settlements(self, quick: Engine) -> None:
        assert list(settle_each(quick, a_registry(), "test-1", [], stopped(NOW))) == []

    def test_settling_again_stores_nothing_new(self, engine: Engine) -> None:
        sent(engine)
        first = settle(engine, a_registry(), "test-1", "2020", now=NOW)
        second = settle(engine, a_registry(), "test-1", "2020", now=LATER)
        assert (first["id"], first["digest"]) == (second["id"], second["digest"])
        with engine.connect() as connection:
            assert len(store.settlements(connection)) == 1
            assert len(store.statuses(connection, first["id"])) == 1
            assert len(store.obligations(connection)) == 1

    def test_a_correction_is_seen_only_from_its_recording_on(self, engine: Engine) -> None:
        sent(engine)
        before = settle(engine, a_registry(), "test-1", "2020", now=NOW)
        sent(engine, {("s1", "nh3n", "2020-12-15 12:00"): 3.1}, now=LATER)
        after = settle(engine, a_registry(), "test-1", "2020", now=LATER)
        as_it_was = settle(engine, a_registry(), "test-1", "2020", as_of=NOW, now=LATER + timedelta(days=1))
        assert after["digest"] != before["digest"]
        assert (as_it_was["digest"], as_it_was["id"]) == (before["digest"], before["id"])
        with engine.connect() as connection:
            assert len(store.settlements(connection)) == 2

    def test_a_fact_is_seen_only_from_its_recording_on(self, quick: Engine) -> None:
        sent(quick, monthly({("s1", "nh3n"): TWELVE[:11]}))
        registry = a_registry()
        assert settle(quick, registry, "test-1", "2020", now=NOW)["kind"] == "stopped"
        with writing(quick) as connection:
            intake.record_fact(connection, a_fact("s1", "2020-12", "frozen"), LATER)
        assert settle(quick, registry, "test-1", "2020", now=LATER)["kind"] == "payable"
        assert settle(quick, registry, "test-1", "2020", as_of=NOW, now=LATER)["kind"] == "stopped"

    def test_what_is_still_being_taken_in_is_not_yet_known(self, quick: Engine) -> None:
        """A settlement names an instant up to which it saw everything, and can be made again as it was."""
        with writing(quick) as connection:
            submission = intake.record_submission(connection, (READINGS, "", "a.csv"), [("a.csv", b"")], NOW)
            hold(connection, intake.lease_name(submission), NOW)
        later = NOW + timedelta(minutes=1)
        assert settle(quick, a_registry(), "test-1", "2020", now=later)["as_of"] == "2021-01-15T07:59:59.999999Z"
        with writing(quick) as connection:
            release(connection, intake.lease_name(submission))
        assert settle(quick, a_registry(), "test-1", "2020", now=later)["as_of"] == "2021-01-15T08:01:00Z"

    @pytest.mark.parametrize("underway", [False, True])
    def test_an_instant_at_which_not_all_is_known_yet_is_refused(self, engine: Engine, underway: bool) -> None:
        """What came by then would never be late; an instant is closed when nobody can store at it any more."""
        sent(engine)
        now = closed = NOW + timedelta(minutes=1)
        if underway:
            with writing(engine) as connection:
                submission = intake.record_submission(connection, (READINGS, "", "b.csv"), [("b.csv", b"")], NOW)
                hold(connection, intake.lease_name(submission), NOW)
            closed = NOW - timedelta(microseconds=1)
        assert settle(engine, a_registry(), "test-1", "2020", as_of=closed, now=now)["as_of"] == instant(closed)
        with pytest.raises(UsageError, match=f"写 {instant(closed)} 或更早的时刻") as refusal:
            settle(engine, a_registry(), "test-1", "2020", as_of=closed + timedelta(microseconds=1), now=now)
        assert refusal.value.path == "as_of"

    def test_without_readings_it_stops_by_name(self, engine: Engine) -> None:
        found = settle(engine, a_registry(), "test-1", "2020", now=NOW)
        assert [stop["reason"] for stop in found["stops"]] == ["no_readings"]
        assert found["obligations"] == []

    def test_maintenance_readings_are_left_out_and_told(self, quick: Engine) -> None:
        sent(quick)
        ingest(
            quick,
            RIVER,
            [("b.csv", readings({("s1", "nh3n", "2020-12-16 12:00"): 9.9}, "维护"))],
            READINGS,
            stopped(NOW),
        )
        found = settle(quick, a_registry(), "test-1", "2020", now=NOW)
        december = found["statistics"][11]
        assert (december["readings"], december["left_out"]) == (1, {"维护": 1})
        both = a_registry(data=RULES.replace("[正常]", "[正常, 维护]"))
        assert settle(quick, both, "test-1", "2020", now=NOW)["statistics"][11]["readings"] == 2

    def test_quarantined_readings_are_told_too(self, quick: Engine) -> None:
        sent(quick, monthly({("s1", "nh3n"): [*TWELVE[:11], 999]}))
        december = settle(quick, a_registry(), "test-1", "2020", now=NOW)["statistics"][11]
        assert (december["reason"], sum(december["left_out"].values())) == ("no_readings", 1)

    def test_an_indication_has_the_year_to_date_beside(self, engine: Engine) -> None:
        sent(engine)
        found = settle(engine, a_registry(), "test-1", "2020-03", now=NOW)
        assert (found["kind"], found["obligations"]) == ("indication", [])
        assert found["evaluations"][0]["value"] == "-0.2"
        assert found["evaluations"][0]["year_to_date"]["value"] == "0.17"

    def test_the_year_before_is_read_where_a_clause_compares(self, quick: Engine) -> None:
        change = EXCESS.replace("against: target", "against: previous_year")
        sent(quick, monthly({("s1", "nh3n"): TWELVE}) | monthly({("s1", "nh3n"): [1.0] * 12}, 2019))
        assert settle(quick, a_registry(change), "test-1", "2020", now=NOW)["evaluations"][0]["value"] == "0.17"

    def test_the_whole_term_is_read_where_a_clause_reaches_through_it(self, quick: Engine) -> None:
        for year in (2020, 2021, 2022):
            sent(quick, monthly({("s1", "nh3n"): [1.0 + year - 2020] * 12}, year), now=datetime(2023, 1, 1, tzinfo=UTC))
        term = a_registry(EXCESS.replace("measure", "every: term, measure"))
        found = settle(quick, term, "test-1", "2022", now=datetime(2023, 2, 1, tzinfo=UTC))
        assert found["obligations"][0]["amount_yuan"] == "10000.00"  # mean of 1, 2, 3 over a limit of 1
        grown = """
        - {ref: a, measure: {kind: concentration, section: s1, indicator: nh3n}}
        - {ref: sum, measure: {kind: result, of: [sum], at: previous_year, otherwise: 1}, times: [a]}
        - {ref: "1", measure: {kind: result, of: [sum]}, scale: [{rate: 1}], pays: upstream, receives: downstream}
        """
        found = settle(quick, a_registry(grown), "test-1", "2022", now=datetime(2023, 2, 1, tzinfo=UTC))
        assert found["obligations"][0]["amount_yuan"] == "60000.00"  # 1 × 2 × 3

    def test_a_week_over_new_year_is_whole(self, quick: Engine) -> None:
        week = per_unit("kind: concentration, section: s1, indicator: nh3n", ", every: week")
        days = {("s1", "nh3n", f"2020-12-{day} 12:00"): 3.0 for day in (28, 29, 30, 31)}
        sent(quick, days | {("s1", "nh3n", f"2021-01-0{day} 12:00"): 1.0 for day in (1, 2, 3)}, now=LATER)
        found = settle(quick, a_registry(week), "test-1", "2021-01", now=LATER)
        first = found["evaluations"][0]
        assert (first["period"], first["value"], found["statistics"][0]["days"]) == ("2020-W53", "2.14", 7)

    def test_readings_of_other_sections_play_no_part(self, quick: Engine) -> None:
        sent(quick)
        alone = settle(quick, a_registry(), "test-1", "2020", now=NOW)["digest"]
        sent(quick, monthly({("s2", "nh3n"): [9.0] * 12}))
        assert settle(quick, a_registry(), "test-1", "2020", now=NOW)["digest"] == alone

    @pytest.mark.parametrize(
        ("code", "of", "error"),
        [("none", "2020", UnknownCode), ("test-1", "2019", UsageError), ("test-1", "2020-13", UsageError)],
    )
    def test_what_cannot_be_settled_is_refused_and_nothing_is_stored(
        self, quick: Engine, code: str, of: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            settle(quick, a_registry(), code, of, now=NOW)
        with quick.connect() as connection:
            assert store.settlements(connection) == []

    def test_the_monthly_job_settles_all_in_force_and_no_refusal_stops_the_others(self, quick: Engine) -> None:
        sent(quick)
        registry = a_registry(EXCESS, per_unit("kind: reported, fact: x"), data=RULES)
        silent = an_agreement(EXCESS, code="silent")  # states no data rules
        ended = an_agreement(EXCESS, code="ended", data=RULES, ends="2020-06-30")
        registry = Registry(RIVER, {**registry.agreements, "silent": silent, "ended": ended}, {}, ())
        found = dict(settle_all(quick, registry, period("2020-07"), NOW))
        assert set(found) == {"test-1", "test-2", "silent"}
        assert found["test-1"]["kind"] == "indication"
        assert found["test-2"]["kind"] == "stopped"
        assert "没有写明" in str(found["silent"])


class TestWindow:
    """The instants of the readings that are loaded."""

    @pytest.mark.parametrize(
        ("clause", "of", "first"),
        [
            (EXCESS, "2021", "2021-01-01"),
            (EXCESS, "2021-07", "2021-01-01"),
            (EXCESS, "2021..2022", "2021-01-01"),
            (EXCESS.replace("against: target", "against: previous_year"), "2021", "2020-01-01"),
            (EXCESS.replace("measure", "every: term, measure"), "2022", "2020-01-01"),
            (EXCESS.replace("measure", "every: week, measure"), "2021", "2020-12-28"),
        ],
    )
    def test_it_starts_where_the_clauses_begin_to_look(self, clause: str, of: str, first: str) -> None:
        start, end = an_agreement(clause, data=RULES).window(period(of))
        assert start.date().isoformat() == first
        assert end.date().isoformat() == str(period(of).end_time.date())


class TestStatus:
    """试算 → 待复核 → 已确认 / 已撤销; confirming posts to the ledger, revoking reverses."""

    def settled(self, engine: Engine, of: str = "2020") -> str:
        sent(engine)
        return settle(engine, a_registry(), "test-1", of, now=NOW)["id"]

    def test_confirming_posts_entries_that_sum_to_zero(self, engine: Engine) -> None:
        identity = self.settled(engine)
        set_status(engine, identity, StatusChange(IN_REVIEW, "甲", "请复核"), stopped(NOW))
        confirmed = set_status(engine, identity, StatusChange(CONFIRMED, "乙", "复核无误"), stopped(LATER))
        assert confirmed["status"] == CONFIRMED
        with engine.connect() as connection:
            assert store.entries(connection, identity) == [Entry("up", "down", -170_000), Entry("down", "up", 170_000)]
            history = store.statuses(connection, identity)
            (row,) = store.obligations(connection, status=CONFIRMED)
        assert [(h["status"], h["person"], h["reason"]) for h in history][1:] == [
            (IN_REVIEW, "甲", "请复核"), (CONFIRMED, "乙", "复核无误"),
        ]  # fmt: skip
        assert row["payable"] is True

    def test_a_ledger_read_while_a_confirmation_waits_is_not_changed_by_it(self, engine: Engine) -> None:
        identity = self.settled(engine)
        set_status(engine, identity, StatusChange(IN_REVIEW, "甲", "请复核"), stopped(NOW))
        confirmed = StatusChange(CONFIRMED, "乙", "无误")
        told = told_before(engine, LATER, lambda clock: set_status(engine, identity, confirmed, clock))
        with engine.connect() as connection:
            assert store.debts(connection, "test-1", told) == []
            assert len(store.debts(connection, "test-1", LATER + timedelta(days=1))) == 1

    def test_revoking_reverses_and_the_period_may_be_confirmed_anew(self, engine: Engine) -> None:
        identity = self.settled(engine)
        for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙"), (REVOKED, "甲")):
            set_status(engine, identity, StatusChange(status, person, "理由"), stopped(NOW))
        with engine.connect() as connection:
            entries = store.entries(connection, identity)
            assert len(entries) == 4
            assert {party: sum(e.fen for e in entries if e.party == party) for party in ("up", "down")} == {
                "up": 0, "down": 0,
            }  # fmt: skip
            assert store.obligations(connection)[0]["payable"] is False
        sent(engine, {("s1", "nh3n", "2020-12-15 12:00"): 3.1}, now=LATER)
        again = settle(engine, a_registry(), "test-1", "2020", now=LATER)["id"]
        for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙")):
            set_status(engine, again, StatusChange(status, person, "理由"), stopped(LATER))

    def test_each_revocation_reverses_just_the_confirmation_it_revokes(self, engine: Engine) -> None:
        """Confirmed, revoked and settled again with the same result, five times: two entries more at each change."""
        sent(engine)
        counts = []
        balances = []
        debts = []
        for _ in range(5):
            identity = settle(engine, a_registry(), "test-1", "2020", now=NOW)["id"]
            set_status(engine, identity, StatusChange(IN_REVIEW, "甲", "请复核"), stopped(NOW))
            for status in (CONFIRMED, REVOKED):
                set_status(engine, identity, StatusChange(status, "乙", "理由"), stopped(NOW))
                with engine.connect() as connection:
                    entries = store.entries(connection, identity)
                    debts.append([debt.fen for debt in store.debts(connection, "test-1", NOW)])
                counts.append(len(entries))
                balances.append([sum(e.fen for e in entries if e.party == party) for party in ("up", "down")])
        assert counts == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
        assert balances == [[-170_000, 170_000], [0, 0]] * 5
        assert debts == [[170_000], []] * 5

    def test_a_reversal_stands_entry_by_entry_beside_what_it_reverses(self, engine: Engine) -> None:
        identity = self.settled(engine)
        for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙"), (REVOKED, "甲")):
            set_status(engine, identity, StatusChange(status, person, "理由"), stopped(NOW))
        with engine.connect() as connection:
            confirmation = store.newest_status(connection, identity) - 1
            assert store.entries(connection, identity) == [
                Entry("up", "down", -170_000), Entry("down", "up", 170_000),
                Entry("up", "down", 170_000, reverses=confirmation),
                Entry("down", "up", -170_000, reverses=confirmation),
            ]  # fmt: skip

    def test_revoking_a_trial_reverses_nothing_though_an_earlier_confirmation_was_revoked(self, quick: Engine) -> None:
        identity = self.settled(quick)
        for status, person in ((IN_REVIEW, "甲"), (CONFIRMED, "乙"), (REVOKED, "甲")):
            set_status(quick, identity, StatusChange(status, person, "理由"), stopped(NOW))
        assert settle(quick, a_registry(), "test-1", "2020", now=NOW)["status"] == TRIAL
        set_status(quick, identity, StatusChange(REVOKED, "甲", "理由"), stopped(NOW))
        with quick.connect() as connection:
            assert len(store.entries(connection, identity)) == 4

    def test_a_second_confirmed_settlement_of_the_period_is_refused(self, engine: Engine) -> None:
        first = self.settled(engine)
        sent(engine, {("s1", "nh3n", "2020-12-15 12:00"): 3.1}, now=LATER)
        second = settle(engine, a_registry(), "test-1", "2020", now=LATER)["id"]
        assert first != second
        for identity in (first, second):
            set_status(engine, identity, StatusChange(IN_REVIEW, "甲", "理由"), stopped(LATER))
        set_status(engine, first, StatusChange(CONFIRMED, "乙", "理由"), stopped(LATER))
        with pytest.raises(Refused, match="已有确认的结算") as refused:
            set_status(engine, second, StatusChange(CONFIRMED, "乙", "理由"), stopped(LATER))
        assert first in str(refused.value)
        with engine.connect() as connection:
            assert store.entries(connection, second) == []

    def test_overlapping_periods_are_one_period(self, quick: Engine) -> None:
        monthly_clause = a_registry(EXCESS.replace("measure", "every: month, measure"))
        sent(quick)
        year, july = (settle(quick, monthly_clause, "test-1", of, now=NOW)["id"] for of in ("2020", "2020-07"))
        for identity in (year, july):
            set_status(quick, identity, StatusChange(IN_REVIEW, "甲", "理由"), stopped(NOW))
        set_status(quick, july, StatusChange(CONFIRMED, "乙", "理由"), stopped(NOW))
        with pytest.raises(Refused, match="已有确认的结算"):
            set_status(quick, year, StatusChange(CONFIRMED, "乙", "理由"), stopped(NOW))

    @pytest.mark.parametrize("of", ["2020-07", "2021"])
    def test_an_indication_or_a_stopped_one_cannot_be_confirmed(self, quick: Engine, of: str) -> None:
        sent(quick)
        identity = settle(quick, a_registry(), "test-1", of, now=NOW)["id"]
        set_status(quick, identity, StatusChange(IN_REVIEW, "甲", "理由"), stopped(NOW))
        with pytest.raises(Refused, match="不能确认"):
            set_status(quick, identity, StatusChange(CONFIRMED, "乙", "理由"), stopped(NOW))

    def test_an_unknown_settlement_is_not_found(self, quick: Engine) -> None:
        with pytest.raises(NotFound):
            set_status(quick, "none", StatusChange(IN_REVIEW, "甲", "理由"), stopped(NOW))
