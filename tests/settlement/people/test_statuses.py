"""A settlement is submitted, confirmed and revoked by two people of the office that runs the cycle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from basin.errors import Conflict, NotFound, Refused, UnknownCode, UsageError
from monitoring_ingest.doors.files import READINGS, ingest
from settlement import store
from settlement.people import acts, proposals, statuses
from settlement.people.proposals import Matter
from settlement.people.stewards import steward
from settlement.review.checking import check
from settlement.run import settle
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL, StatusChange
from tests.clocks import stopped
from tests.settlement.makers import an_agreement, monthly, readings
from tests.settlement.people import makers
from tests.settlement.people.makers import MORNING, number
from tests.settlement.people.river import AGREEMENT, CODE, NETWORK, REGISTRY, at_work, network_with, registry
from tests.settlement.statuses import set_status

TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]


@pytest.fixture
def desk(engine):
    """Everybody at work, and a settlement of 2020."""
    everybody = at_work(engine)
    ingest(engine, NETWORK, [("a.csv", readings(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(MORNING))
    settle(engine, REGISTRY, CODE, "2020", now=MORNING + timedelta(minutes=1))
    return everybody


def settlement(desk):
    with desk.engine.connect() as connection:
        (header,) = store.settlements(connection)
    return header["id"]


def proposed(desk, status, by="river-prepare", office="river", **payload):
    stated = statuses.status_payload(settlement(desk), status) | payload
    return proposals.propose(desk, statuses.STATUS, number(desk, by), Matter(office, stated, status, "数据齐全"))


def approve(desk, proposal, by="he"):
    return proposals.approve(desk, acts.ACTS, number(desk, by), proposal.number)


def history(desk):
    with desk.engine.connect() as connection:
        return [(row["status"], row["person"], row["reason"]) for row in store.statuses(connection, settlement(desk))]


class TestAStatus:
    def test_is_given_once_both_agreed_and_names_who_approved(self, desk):
        waiting = proposed(desk, IN_REVIEW)
        assert [row[0] for row in history(desk)] == [TRIAL]
        approve(desk, waiting)
        assert history(desk)[1:] == [(IN_REVIEW, "何审定（he）", "数据齐全")]

    def test_that_confirms_posts_to_the_ledger_and_the_check_holds(self, desk):
        for status in (IN_REVIEW, CONFIRMED):
            approve(desk, proposed(desk, status))
        with desk.engine.connect() as connection:
            assert sum(entry.fen for entry in store.entries(connection, settlement(desk))) == 0
            assert store.settlement(connection, settlement(desk))["status"] == CONFIRMED
            assert check(connection, REGISTRY).difference is None

    def test_names_its_proposal(self, desk):
        waiting = proposed(desk, IN_REVIEW)
        approve(desk, waiting)
        with desk.engine.connect() as connection:
            named = connection.exec_driver_sql("SELECT proposal FROM statuses ORDER BY id").scalars().all()
        assert named == [None, waiting.number]

    @pytest.mark.parametrize(
        ("status", "refusal"), [(CONFIRMED, "试算 之后不能是 已确认"), ("无此状态", "之后不能是 无此状态")]
    )
    def test_that_may_not_follow_is_not_even_proposed(self, desk, status, refusal):
        with pytest.raises(Refused, match=refusal):
            proposed(desk, status)

    def test_changed_meanwhile_is_proposed_anew(self, desk):
        waiting = proposed(desk, REVOKED)
        approve(desk, proposed(desk, IN_REVIEW))
        with pytest.raises(Conflict, match="所依据的内容已变"):
            approve(desk, waiting)

    def test_of_a_settlement_that_is_not_there(self, desk):
        with pytest.raises(NotFound, match="没有结算 none"):
            proposed(desk, IN_REVIEW, settlement="none")

    def test_needs_its_fields_and_no_others(self, desk):
        with pytest.raises(UsageError, match="未知的键 person"):
            proposed(desk, IN_REVIEW, person="张三")

    def test_of_an_agreement_nobody_declares_any_more(self, desk):
        gone = makers.desk(desk.engine, desk.now)
        with pytest.raises(UnknownCode, match=f"没有协议 {CODE}"):
            proposed(gone, IN_REVIEW)

    @pytest.mark.parametrize(
        ("by", "office", "refusal"),
        [
            ("upper-prepare", "upper-env", r"不由上省生态环境厅主办.*可由 流域局 提出"),
            ("lower-prepare", "lower-env", r"不由下省生态环境厅主办.*可由 流域局 提出"),
            ("he", "river", "没有经办的任命"),
            ("lu", "river", "没有经办的任命"),
            ("upper-prepare", "river", "没有经办的任命"),
        ],
    )
    def test_is_proposed_by_the_steward_only(self, desk, by, office, refusal):
        with pytest.raises(Refused, match=refusal):
            proposed(desk, IN_REVIEW, by, office)

    @pytest.mark.parametrize("by", ["river-prepare", "lu", "upper-approve", "lower-approve", "upper-prepare"])
    def test_is_approved_by_the_steward_only(self, desk, by):
        waiting = proposed(desk, IN_REVIEW)
        with pytest.raises(Refused, match="可由 何审定 批准"):
            approve(desk, waiting, by)
        assert [row[0] for row in history(desk)] == [TRIAL]

    def test_submitted_by_name_before_people_signed_in_is_confirmed_by_two(self, desk):
        change = StatusChange(IN_REVIEW, "何审定", "齐全")
        set_status(desk.engine, settlement(desk), change, stopped(MORNING + timedelta(minutes=2)))
        approve(desk, proposed(desk, CONFIRMED))
        with desk.engine.connect() as connection:
            assert check(connection, REGISTRY).difference is None


class TestTheSteward:
    def test_is_the_first_office_of_no_party_in_the_basin(self):
        assert steward(NETWORK, AGREEMENT).code == "river"

    def test_is_else_an_authority_upstream(self):
        network = network_with("court", "upper-finance", "upper-env", "lower-env")
        assert steward(network, AGREEMENT).code == "upper-env"

    def test_may_be_nobody(self):
        assert steward(network_with("court", "upper-finance", "lower-env"), AGREEMENT) is None
        of_three = an_agreement(
            '- {ref: "1", measure: {kind: volume, section: s1}, scale: [{rate: 1}], pays: upper, receives: lower}',
            NETWORK, parties="[upper, lower]",
        )  # fmt: skip
        assert steward(network_with("upper-env"), of_three) is None

    def test_nobody_can_propose_where_there_is_none(self, desk):
        alone = proposals.Desk(desk.engine, registry(replace(network_with("river"), offices_of_basin={})), desk.now)
        with pytest.raises(Refused, match=r"没有主办机构：在流域的 offices\.csv 里声明"):
            proposed(alone, IN_REVIEW)
