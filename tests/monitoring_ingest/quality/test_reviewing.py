"""What people decide about values: two of them, with reason and document; nothing is lost, and what was known stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from basin.errors import NotFound, Refused, UsageError
from basin.periods import Window
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.known_store import changed_since
from monitoring_ingest.quality import store
from monitoring_ingest.quality.decisions import DECIDED, MAKES, REASONS, REASONS_FOR, decision
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.names import FOUND
from monitoring_ingest.quality.reviewing import decide, release, uphold
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import TESTS
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.records import store as intake
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network, rows_of, sent, with_alias

LATER, LAST = NOW + timedelta(days=1), NOW + timedelta(days=2)
AT = datetime(2025, 3, 1, tzinfo=UTC)
KEY = Key("qiaotou", "ph", AT)
GIVEN = {"reason": "laboratory_confirms", "document": "复核单 7 号", "proposed_by": "张三", "approved_by": "李四"}
IMPLAUSIBLE = "qiaotou,2025-03-01 08:00,nh3n,120,mg/L,"
ROW = "qiaotou,2025-03-01 08:00,ph,7.2,-,"


def decided(action, **changed):
    own = {"reason": REASONS_FOR[action][0]}
    return decision(action, GIVEN | own | changed)


def waiting(engine, as_of=None):
    with engine.connect() as connection:
        return store.queue(connection, as_of=as_of)


def known(engine, as_of=None):
    """(value, quality, what decided it) of every observation."""
    with engine.connect() as connection:
        found = store.observations(connection, as_of=as_of)
    return [(v, Quality(q).name, t) for v, q, t in rows_of(found, "value", "quality", "test")]


class TestDecision:
    @pytest.mark.parametrize("field", ["reason", "document", "proposed_by", "approved_by"])
    @pytest.mark.parametrize("value", ["", "  ", None, 7])
    def test_every_field_must_be_a_text(self, field, value):
        with pytest.raises(UsageError) as refusal:
            decision("remove", GIVEN | {"reason": "instrument_fault"} | {field: value})
        assert refusal.value.path == field

    @pytest.mark.parametrize("approver", ["张三", " 张 三 ", "张三 "])
    def test_the_approver_is_somebody_else(self, approver):
        with pytest.raises(UsageError, match="批准人与提出人同为 张三"):
            decided("release", approved_by=approver)

    def test_a_reason_fits_its_action(self):
        with pytest.raises(UsageError, match="不能以此为由：laboratory_confirms") as refusal:
            decided("remove", reason="laboratory_confirms")
        assert "instrument_fault 仪器故障" in str(refusal.value)

    def test_there_are_four_actions_and_three_make_something_of_an_observation(self):
        with pytest.raises(UsageError, match="没有动作 delete"):
            decision("delete", GIVEN)
        assert set(REASONS_FOR) == {"release", "uphold", "remove", "restore"}
        assert set(DECIDED) == set(MAKES) == {"release", "remove", "restore"}

    def test_every_reason_and_every_test_has_its_words(self):
        assert {code for codes in REASONS_FOR.values() for code in codes} == set(REASONS)
        assert set(FOUND) == {*TESTS, *DECIDED.values()}


class TestRelease:
    def test_a_quarantined_reading_becomes_an_observation_that_counts(self, engine):
        sent(engine, IMPLAUSIBLE)
        (reading,) = waiting(engine)["id"]
        run(engine, stopped(NOW))
        review = release(engine, reading, decided("release"), stopped(LATER))
        assert (review["station"], review["revision"], review["recorded_at"]) == ("qiaotou", 1, LATER)
        assert known(engine) == [(120.0, "RELIABLE", "released")]
        assert known(engine, as_of=NOW) == []
        assert waiting(engine).empty

    def test_it_is_no_longer_left_out_and_as_of_before_it_still_is(self, engine):
        sent(engine, IMPLAUSIBLE)
        release(engine, int(waiting(engine)["id"][0]), decided("release"), stopped(LATER))
        with engine.connect() as connection:
            before, after = (len(intake.left_out_readings(connection, as_of=at)) for at in (NOW, LATER))
        assert (before, after) == (1, 0)

    def test_the_queue_as_of_then_holds_what_had_come_and_was_not_released_yet(self, engine):
        sent(engine, IMPLAUSIBLE)
        sent(engine, IMPLAUSIBLE.replace("08:00", "12:00"), now=LATER, name="b.csv")
        release(engine, int(waiting(engine)["id"].min()), decided("release"), stopped(LAST))
        then = [NOW - timedelta(seconds=1), NOW, LATER, LAST, None]
        assert [waiting(engine, as_of)["id"].tolist() for as_of in then] == [[], [1], [2, 1], [2], [2]]

    def test_tests_judge_it_with_its_neighbours_and_people_outrank_them(self, engine):
        hours = range(0, 24, 4)
        rows = [f"qiaotou,2025-03-0{day} {hour:02d}:00,nh3n,0.2,mg/L," for day in (1, 2) for hour in hours]
        sent(engine, *(row for row in rows if "03-01 08:00" not in row), IMPLAUSIBLE)
        run(engine, stopped(NOW))
        release(engine, int(waiting(engine)["id"][0]), decided("release"), stopped(LATER))
        run(engine, stopped(LATER))
        with engine.connect() as connection:
            spikes = store.faults(connection, start=AT, end=AT + timedelta(seconds=1))
        assert "gross_range" in set(spikes["test"])
        assert (120.0, "RELIABLE", "released") in known(engine)

    def test_the_second_of_two_values_may_be_released_and_is_a_revision(self, engine):
        sent(engine, ROW, ROW.replace("7.2", "7.9"))
        assert list(waiting(engine)["code"]) == ["conflict"]
        review = release(engine, int(waiting(engine)["id"][0]), decided("release"), stopped(LATER))
        assert review["revision"] == 2
        assert known(engine) == [(7.9, "RELIABLE", "released")]
        assert known(engine, as_of=NOW) == [(7.2, "NOT_EVALUATED", "")]

    def test_sent_again_it_is_a_duplicate(self, engine):
        sent(engine, IMPLAUSIBLE)
        release(engine, int(waiting(engine)["id"][0]), decided("release"), stopped(LATER))
        assert fates(sent(engine, IMPLAUSIBLE, now=LAST, name="b.csv")) == {"duplicate": 1}
        assert known(engine) == [(120.0, "RELIABLE", "released")]

    def test_nothing_is_released_twice_or_without_a_station(self, engine):
        sent(engine, IMPLAUSIBLE, "无名,2025-03-01 08:00,ph,7.2,-,", ROW)
        (reading,) = waiting(engine)["id"]
        release(engine, reading, decided("release"), stopped(LATER))
        with pytest.raises(Refused, match="已放行"):
            release(engine, reading, decided("release"), stopped(LAST))
        with pytest.raises(Refused, match="站点没有登记"):
            release(engine, 2, decided("release"), stopped(LAST))
        for accepted_or_none in (3, 99):
            with pytest.raises(NotFound):
                release(engine, accepted_or_none, decided("release"), stopped(LAST))


class TestUphold:
    """The doubt stands: the reading waits no longer, and nothing else changes."""

    BETWEEN = Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))

    def upheld(self, engine, now=LATER, **changed):
        """The only reading that waits, upheld."""
        (reading,) = waiting(engine)["id"]
        return uphold(engine, int(reading), decided("uphold", **changed), stopped(now))

    def test_it_waits_no_longer_and_as_of_before_the_decision_it_still_does(self, engine):
        sent(engine, IMPLAUSIBLE)
        review = self.upheld(engine, reason="not_confirmed")
        assert (review["revision"], review["reading"], review["recorded_at"]) == (0, 1, LATER)
        then = [NOW, LATER - timedelta(microseconds=1), LATER, None]
        assert [waiting(engine, as_of)["id"].tolist() for as_of in then] == [[1], [1], [], []]

    @pytest.mark.parametrize("rows", [[IMPLAUSIBLE], [ROW, ROW.replace("7.2", "7.9")]], ids=["alone", "second value"])
    def test_nothing_that_is_observed_or_settled_changes(self, engine, rows):
        sent(engine, *rows)
        run(engine, stopped(NOW))
        before = self.settled_from(engine)
        self.upheld(engine)
        run(engine, stopped(LAST))
        assert self.settled_from(engine) == before

    def settled_from(self, engine):
        """Observations, what is left out and why, and what came since: what settlements and late data are told of."""
        with engine.connect() as connection:
            aside = intake.left_out_readings(connection)
            late = changed_since(connection, NOW, ["qiaotou"], self.BETWEEN)
        return known(engine), rows_of(aside, "indicator", "fate", "reason", "value"), len(late)

    def test_sent_again_it_is_a_duplicate_and_another_value_counts(self, engine):
        sent(engine, IMPLAUSIBLE)
        self.upheld(engine)
        assert fates(sent(engine, IMPLAUSIBLE, now=LAST, name="b.csv")) == {"duplicate": 1}
        assert fates(sent(engine, IMPLAUSIBLE.replace("120", "0.2"), now=LAST, name="c.csv")) == {"accepted": 1}
        assert waiting(engine).empty
        assert known(engine) == [(0.2, "NOT_EVALUATED", "")]

    def test_two_others_may_release_it_later_and_both_decisions_stay(self, engine):
        sent(engine, IMPLAUSIBLE)
        self.upheld(engine)
        people = {"proposed_by": "王五", "approved_by": "赵六"}
        release(engine, 1, decided("release", **people), stopped(LAST))
        assert [known(engine, as_of) for as_of in (LATER, LAST)] == [[], [(120.0, "RELIABLE", "released")]]
        with engine.connect() as connection:
            told = rows_of(store.decisions(connection), "action", "revision", "reading", "approved_by")
        assert told == [("uphold", 0, 1, "李四"), ("release", 1, 1, "赵六")]
        assert waiting(engine).empty

    def test_what_was_released_is_no_longer_quarantined_and_can_only_be_removed(self, engine):
        sent(engine, IMPLAUSIBLE)
        release(engine, 1, decided("release"), stopped(LATER))
        with pytest.raises(Refused, match=r"已放行.*不应采用的，用 remove 剔除"):
            uphold(engine, 1, decided("uphold"), stopped(LAST))
        decide(engine, Key("qiaotou", "nh3n", AT), decided("remove"), stopped(LAST))
        with pytest.raises(Refused, match="已放行"):
            uphold(engine, 1, decided("uphold"), stopped(LAST))

    def test_nothing_is_upheld_twice_without_a_station_or_where_nobody_doubts(self, engine):
        sent(engine, IMPLAUSIBLE, "无名,2025-03-01 08:00,ph,7.2,-,", ROW)
        self.upheld(engine)
        with pytest.raises(Refused, match="已维持隔离"):
            uphold(engine, 1, decided("uphold"), stopped(LAST))
        with pytest.raises(Refused, match="站点没有登记"):
            uphold(engine, 2, decided("uphold"), stopped(LAST))
        for accepted_or_none in (3, 99):
            with pytest.raises(NotFound):
                uphold(engine, accepted_or_none, decided("uphold"), stopped(LAST))


class TestKnownLater:
    """What is doubted of a station that was unknown is asked about once its name is known."""

    ROWS = ("新站,2025-03-01 08:00,nh3n,120,mg/L,", "新站,2025-03-01 12:00,nh3n,0.2,mg/L,",
            "新站,2025-03-01 12:00,nh3n,0.3,mg/L,")  # fmt: skip

    @pytest.fixture
    def named(self, engine):
        sent(engine, *self.ROWS)
        assert waiting(engine).empty
        known_now = with_alias(network(), "qiaotou", "新站")
        assert [accept_known(engine, known_now, stopped(LATER)) for _ in range(2)] == [1, 0]
        return engine

    def test_it_waits_for_people_once_and_tells_why(self, named):
        told = rows_of(waiting(named), "station", "code", "value_text", "recorded_at")
        assert told == [("qiaotou", "conflict", "0.3", LATER), ("qiaotou", "implausible", "120", LATER)]

    def test_it_can_be_released(self, named):
        release(named, int(waiting(named)["id"].iloc[-1]), decided("release"), stopped(LAST))
        assert known(named) == [(120.0, "RELIABLE", "released"), (0.2, "NOT_EVALUATED", "")]
        assert list(waiting(named)["code"]) == ["conflict"]

    def test_it_can_be_upheld_and_is_not_asked_about_again(self, named):
        uphold(named, int(waiting(named)["id"].iloc[-1]), decided("uphold"), stopped(LAST))
        assert accept_known(named, with_alias(network(), "qiaotou", "新站"), stopped(LAST)) == 0
        assert list(waiting(named)["code"]) == ["conflict"]

    def test_it_is_left_out_from_then_on_and_sent_again_a_duplicate(self, named):
        with named.connect() as connection:
            before, after = (intake.left_out_readings(connection, as_of=at) for at in (NOW, LATER))
        assert (list(before["value"]), list(after["value"])) == ([], ["120 mg/L", "0.3 mg/L"])
        assert fates(sent(named, self.ROWS[0].replace("新站", "qiaotou"), now=LAST)) == {"duplicate": 1}

    def test_the_reading_without_a_station_says_where_to_look(self, named):
        with pytest.raises(Refused, match="以新编号列入待核"):
            release(named, 1, decided("release"), stopped(LAST))


class TestRemoveAndRestore:
    def test_a_removed_observation_is_unreliable_and_stays_where_it_is(self, engine):
        sent(engine, ROW)
        decide(engine, KEY, decided("remove"), stopped(LATER))
        assert known(engine) == [(7.2, "UNRELIABLE", "removed")]
        assert known(engine, as_of=NOW) == [(7.2, "NOT_EVALUATED", "")]

    def test_restored_it_counts_and_every_state_is_known_as_of_then(self, engine):
        sent(engine, ROW)
        decide(engine, KEY, decided("remove"), stopped(LATER))
        decide(engine, KEY, decided("restore", reason="decided_in_error"), stopped(LAST))
        assert [known(engine, as_of=at)[0][2] for at in (NOW, LATER, LAST)] == ["", "removed", "restored"]

    def test_a_value_that_a_test_finds_fault_with_may_be_restored(self, engine):
        rows = [f"qiaotou,2025-03-0{day} {hour:02d}:00,ph,7.2,-," for day in (1, 2) for hour in range(0, 24, 4)]
        sent(engine, *rows)
        run(engine, stopped(NOW))
        decide(engine, KEY, decided("restore"), stopped(LATER))
        assert (7.2, "RELIABLE", "restored") in known(engine)
        assert known(engine).count((7.2, "DOUBTFUL", "flat_line")) == 11

    def test_a_correction_is_a_new_value_about_which_nothing_was_decided(self, engine):
        sent(engine, ROW)
        decide(engine, KEY, decided("remove"), stopped(LATER))
        sent(engine, ROW.replace("7.2", "7.4"), now=LAST)
        assert known(engine) == [(7.4, "NOT_EVALUATED", "")]

    def test_what_makes_no_sense_is_refused(self, engine):
        sent(engine, ROW)
        with pytest.raises(Refused, match="没有标记"):
            decide(engine, KEY, decided("restore"), stopped(LATER))
        decide(engine, KEY, decided("remove"), stopped(LATER))
        with pytest.raises(Refused, match="已剔除"):
            decide(engine, KEY, decided("remove"), stopped(LAST))
        with pytest.raises(NotFound):
            decide(engine, Key("qiaotou", "ph", AT + timedelta(hours=1)), decided("remove"), stopped(LAST))

    def test_decisions_cannot_be_changed_or_deleted(self, engine):
        sent(engine, ROW)
        decide(engine, KEY, decided("remove"), stopped(LATER))
        for statement in ("UPDATE reviews SET approved_by = '王五'", "DELETE FROM reviews", "DELETE FROM quality_runs"):
            if "quality_runs" in statement:
                run(engine, stopped(LATER))
            with pytest.raises(Exception, match="append-only"), writing(engine) as connection:
                connection.execute(text(statement))
