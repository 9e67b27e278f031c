"""What two people of an office decide about data: one reading, one observation, or all of an incident at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from basin.errors import Conflict, NotFound, Refused, UsageError
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.quality import reviewing, store
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.readings.frames import Key
from settlement.people import acts, concerns, data_decisions, proposals
from settlement.people.data_decisions import DECISION
from settlement.people.proposals import Matter
from tests.clocks import stopped
from tests.settlement.people import makers
from tests.settlement.people.makers import MORNING, Clock, number
from tests.settlement.people.river import NETWORK, at_work, network_with

FIRST = datetime(2026, 2, 1, tzinfo=UTC)
SENT = """station,time,indicator,value,unit,mark
s1,2026-02-01 08:00,nh3n,9999,mg/L,
s1,2026-02-01 12:00,nh3n,9999,mg/L,
s2,2026-02-01 08:00,nh3n,9999,mg/L,
s1,2026-02-01 08:00,codmn,3.5,mg/L,
s2,2026-02-01 08:00,codmn,4.5,mg/L,
"""
ON_S1 = Key("s1", "codmn", FIRST)
ON_S2 = Key("s2", "codmn", FIRST)
BY_NAME = {"reason": "not_confirmed", "document": "旧单", "proposed_by": "张三", "approved_by": "李四"}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(engine, clock):
    """Everybody at work, and three readings in quarantine: numbers 1, 2 of s1 and 3 of s2; and two observations."""
    everybody = at_work(engine, clock)
    ingest(engine, NETWORK, [("a.csv", SENT.encode())], READINGS, stopped(MORNING))
    return everybody


def proposed(desk, payload, by="upper-prepare", office="upper-env"):
    return proposals.propose(desk, DECISION, number(desk, by), Matter(office, payload, "数据", "现场核查"))


def of_readings(action, *readings, reason=None, **changed):
    reasons = {"release": "laboratory_confirms", "uphold": "not_confirmed"}
    payload = data_decisions.readings_payload(action, reason or reasons[action], "复核单 7 号", list(readings))
    return {**payload, **changed}


def of_values(action, *values, **changed):
    reasons = {"remove": "instrument_fault", "restore": "decided_in_error"}
    return {**data_decisions.values_payload(action, reasons[action], "复核单 8 号", list(values)), **changed}


def approve(desk, proposal, by="upper-approve"):
    return proposals.approve(desk, acts.ACTS, number(desk, by), proposal.number)


def waiting(desk):
    with desk.engine.connect() as connection:
        return sorted(store.queue(connection)["id"].tolist())


def observed(desk):
    """(station, value, what decided it) of every observation that a decision or a value of its own tells."""
    with desk.engine.connect() as connection:
        rows = store.observations(connection)
    return sorted(zip(rows["station"], rows["value"], rows["test"], strict=True))


def decided(desk):
    """(action, reading, proposer, approver, proposal) of every decision."""
    with desk.engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT action, reading, proposed_by, approved_by, proposal FROM reviews ORDER BY id"
        ).all()


AS_SENT = [("s1", 3.5, ""), ("s2", 4.5, "")]
PEOPLE = ("上经办（upper-prepare）", "上审定（upper-approve）")


class TestADecision:
    def test_is_stored_once_both_agreed_and_names_them(self, desk):
        proposal = proposed(desk, of_readings("release", 1))
        assert (waiting(desk), observed(desk), decided(desk)) == ([1, 2, 3], AS_SENT, [])
        approve(desk, proposal)
        assert waiting(desk) == [2, 3]
        assert observed(desk) == [("s1", 3.5, ""), ("s1", 9999.0, "released"), ("s2", 4.5, "")]
        assert decided(desk) == [("release", 1, *PEOPLE, proposal.number)]

    def test_of_an_incident_names_many_readings(self, desk):
        approve(desk, proposed(desk, of_readings("uphold", 1, 2)))
        assert waiting(desk) == [3] and observed(desk) == AS_SENT
        assert [row[:2] for row in decided(desk)] == [("uphold", 1), ("uphold", 2)]

    def test_removes_observations_and_restores_them(self, desk):
        approve(desk, proposed(desk, of_values("remove", ON_S1)))
        assert observed(desk) == [("s1", 3.5, "removed"), ("s2", 4.5, "")]
        approve(desk, proposed(desk, of_values("restore", ON_S1)))
        assert observed(desk) == [("s1", 3.5, "restored"), ("s2", 4.5, "")]

    def test_is_all_or_none(self, desk):
        for payload, refusal in (
            (of_readings("release", 1, 99), "没有隔离的读数 99"),
            (of_values("remove", ON_S1, Key("s1", "codmn", MORNING)), "没有此观测：s1 codmn"),
        ):
            with pytest.raises(NotFound, match=refusal):
                proposed(desk, payload)
        assert (waiting(desk), observed(desk), decided(desk)) == ([1, 2, 3], AS_SENT, [])

    def test_about_what_was_decided_meanwhile_is_proposed_anew(self, desk):
        many = proposed(desk, of_readings("uphold", 1, 2))
        approve(desk, proposed(desk, of_readings("uphold", 2)))
        with pytest.raises(Conflict, match="所依据的内容已变"):
            approve(desk, many)
        assert [row[:2] for row in decided(desk)] == [("uphold", 2)]

    def test_about_what_was_corrected_meanwhile_is_proposed_anew(self, desk, clock):
        release = proposed(desk, of_readings("release", 1))
        remove = proposed(desk, of_values("remove", ON_S1))
        corrected = "station,time,indicator,value,unit,mark\ns1,2026-02-01 08:00,{},{},mg/L,\n"
        clock.passes(minutes=1)
        for indicator, value in (("nh3n", "0.3"), ("codmn", "3.6")):
            file = ("b.csv", corrected.format(indicator, value).encode())
            ingest(desk.engine, NETWORK, [file], READINGS, stopped(clock.now))
        for proposal in (release, remove):
            with pytest.raises(Conflict, match="所依据的内容已变"):
                approve(desk, proposal)

    def test_about_other_values_meanwhile_does_not_matter(self, desk):
        proposal = proposed(desk, of_readings("uphold", 1))
        approve(desk, proposed(desk, of_readings("uphold", 2)))
        approve(desk, proposal)
        assert waiting(desk) == [3]

    def test_by_name_from_before_people_signed_in_stands_beside_it(self, desk):
        reviewing.uphold(desk.engine, 1, decision("uphold", BY_NAME), stopped(desk.now()))
        approve(desk, proposed(desk, of_readings("release", 1)))
        assert [row[-1] for row in decided(desk)] == [None, number_of_last_proposal(desk)]

    @pytest.mark.parametrize(
        ("payload", "refusal"),
        [
            (of_readings("release", 1) | {"action": "delete"}, "没有动作 delete"),
            (of_readings("release", 1, reason="not_confirmed"), "不能以此为由：not_confirmed"),
            (of_readings("release", 1, document=" "), "写明 document"),
            (of_readings("release", 1, proposed_by="张三"), "不再写 proposed_by.*由登录确定"),
            (of_readings("release", 1, approved_by="李四"), "不再写 approved_by"),
            (of_readings("release", 1, because="x"), "未知的键 because"),
            (of_readings("release"), "readings 应是 1–1000 项的列表"),
            (of_readings("release", *range(1, 1002)), "readings 应是 1–1000 项的列表"),
            (of_readings("release", 1, 1), "每个写一次"),
            (of_readings("release", "1"), "读数应是编号"),
            (of_readings("release", True), "读数应是编号"),
            (of_values("remove", ON_S1, ON_S1), "同一观测写了两次"),
            (of_values("remove", ON_S1, values=[1]), "不是键值表"),
            (of_values("remove", ON_S1, values=[{"station": "s1", "indicator": "codmn"}]), "没有写 time"),
            (of_values("remove", ON_S1) | {"values": [{"station": "s1", "indicator": "codmn", "time": "2026-02-01"}]},
             "不是带时区的时刻"),
            (of_values("remove", ON_S1, readings=[1]), "未知的键 readings"),
        ],
    )  # fmt: skip
    def test_that_says_too_little_or_too_much_is_not_even_proposed(self, desk, payload, refusal):
        with pytest.raises(UsageError, match=refusal):
            proposed(desk, payload)

    def test_that_is_nothing_to_decide_is_not_even_proposed(self, desk):
        with pytest.raises(Refused, match="没有标记，无须恢复"):
            proposed(desk, of_values("restore", ON_S1))
        approve(desk, proposed(desk, of_readings("release", 1)))
        with pytest.raises(Refused, match="读数 1 已放行"):
            proposed(desk, of_readings("release", 1))


def number_of_last_proposal(desk):
    with desk.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT max(id) FROM proposals").scalar_one()


class TestWhoseDecisionItIs:
    @pytest.mark.parametrize(
        ("by", "office", "payload", "refusal"),
        [
            ("upper-prepare", "upper-env", of_readings("uphold", 1, 3),
             r"站点 s2 的数据不由上省生态环境厅办理.*可由 流域局、下省生态环境厅 提出"),
            ("lower-prepare", "lower-env", of_values("remove", ON_S1), r"可由 流域局、上省生态环境厅 提出"),
            ("cai", "upper-finance", of_readings("uphold", 1), "不由上省财政厅办理"),
            ("upper-approve", "upper-env", of_readings("uphold", 1), r"没有经办的任命.*可由 上经办、上经办二 提出"),
            ("upper-admin", "upper-env", of_readings("uphold", 1), "没有经办的任命"),
        ],
    )  # fmt: skip
    def test_others_do_not_propose_it(self, desk, by, office, payload, refusal):
        with pytest.raises(Refused, match=refusal):
            proposed(desk, payload, by, office)

    @pytest.mark.parametrize("by", ["upper-prepare", "upper-prepare-2", "upper-admin", "shen", "lower-approve", "he"])
    def test_others_do_not_approve_it(self, desk, by):
        proposal = proposed(desk, of_readings("uphold", 1))
        with pytest.raises(Refused, match="可由 上审定 批准"):
            approve(desk, proposal, by)
        assert decided(desk) == []

    def test_a_river_authority_decides_for_its_whole_basin(self, desk):
        approve(desk, proposed(desk, of_readings("uphold", 1, 2, 3), "river-prepare", "river"), "he")
        assert waiting(desk) == []

    def test_nobody_decides_about_a_station_that_is_declared_no_more(self, desk):
        gone = makers.desk(desk.engine, desk.now)
        with pytest.raises(Refused, match=r"站点 s1 没有登记.*在 stations\.csv 里登记"):
            proposed(gone, of_readings("uphold", 1))

    def test_an_office_of_no_party_is_none_of_another_basin(self):
        elsewhere = network_with("upper-env", "lower-env")
        assert [office.code for office in concerns.of_station(elsewhere, "s2")] == ["lower-env"]
        assert [office.code for office in concerns.of_station(NETWORK, "s2")] == ["river", "lower-env"]
