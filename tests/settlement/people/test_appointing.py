"""Appointing: the first two of all, the first two of a party by its letter, and everybody else by two people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from basin.errors import Conflict, NoSecondPerson, Refused, UsageError
from settlement.people import appointing, proposals, store
from settlement.people.appointing import Named
from tests.settlement.people import makers
from tests.settlement.people.makers import Clock, appoint, approved, desk, number, staffed


def people(desk):
    """Who may do what for which office, now."""
    with desk.engine.connect() as connection:
        staff = store.staff(connection, desk.offices, desk.now())
    return {
        (person.login, appointment.office, " ".join(sorted(appointment.roles)))
        for person in staff.people.values()
        for appointment in staff.in_force(person.number)
    }


def propose(desk, act, by, office, **payload):
    return proposals.propose(desk, act, number(desk, by), proposals.Matter(office, payload, act.zh, "来函"))


class TestTheFirstTwo:
    def test_are_named_together_and_get_a_code_each(self, engine):
        codes = makers.first(desk(engine))
        assert set(codes) == {"lu", "he"}
        assert people(desk(engine)) == {("lu", "river", "admin"), ("he", "river", "approve")}

    def test_are_named_once(self, engine):
        makers.first(desk(engine))
        with pytest.raises(Refused, match="已有任命，命令行不再任命"):
            appointing.name_first(desk(engine), "upper-env", Named("a", "甲"), Named("b", "乙"))

    def test_are_two_people(self, engine):
        with pytest.raises(UsageError, match="须是两个人"):
            appointing.name_first(desk(engine), "river", Named("lu", "陆"), Named("lu", "陆"))

    def test_of_an_office_nobody_declared_are_refused_and_leave_nobody(self, engine):
        with pytest.raises(UsageError, match="没有机构 lake"):
            appointing.name_first(desk(engine), "lake", Named("a", "甲"), Named("b", "乙"))
        assert people(desk(engine)) == set()


class TestTheFirstTwoOfAParty:
    def test_are_named_by_the_operators_admin_with_a_letter(self, engine):
        makers.first(desk(engine))
        makers.party(desk(engine), "upper-env", Named("wang", "王管理"), Named("li", "李审定"))
        assert people(desk(engine)) >= {("wang", "upper-env", "admin"), ("li", "upper-env", "approve")}
        with engine.connect() as connection:
            letters = [a.letter for a in store.staff(connection, makers.OFFICES, makers.MORNING).appointments]
        assert letters == [None, None, makers.LETTER, makers.LETTER]

    @pytest.mark.parametrize(
        ("by", "office", "letter", "refusal"),
        [
            ("he", "court", makers.LETTER, "最初的管理人由运行方管理人"),  # who approves for the operator
            ("upper-admin", "court", makers.LETTER, "最初的管理人由运行方管理人"),  # an admin of a party
            ("lu", "upper-finance", makers.LETTER, "这一方已有任命"),  # another office of a party that has people
            ("lu", "court", "", "须写来函的 SHA-256"),
            ("lu", "court", "A" * 64, "须写来函的 SHA-256"),
        ],
    )
    def test_by_nobody_else_not_twice_and_not_without_a_letter(self, engine, by, office, letter, refusal):
        at = staffed(engine)
        with pytest.raises((Refused, UsageError), match=refusal):
            appointing.name_first(at, office, Named("a", "甲"), Named("b", "乙"), letter=letter, by=number(at, by))


class TestAnAppointment:
    def test_counts_once_another_person_approved_it(self, engine):
        at = staffed(engine)
        proposed = appoint(at, "upper-admin", "zhao", "赵经办", "upper-finance", "prepare", "approve")
        assert ("zhao", "upper-finance", "approve prepare") not in people(at)
        approved(at, "upper-approve", proposed)
        assert ("zhao", "upper-finance", "approve prepare") in people(at)

    def test_is_not_approved_by_whoever_proposed_it(self, engine):
        at = staffed(engine)
        proposed = appoint(at, "upper-admin", "zhao", "赵经办", "upper-env", "prepare")
        with pytest.raises(Refused, match=r"自己提出的不能自己批准.*可由 上审定 批准"):
            approved(at, "upper-admin", proposed)

    @pytest.mark.parametrize("remark", ["x\x00y", "石" * 2_001])
    def test_is_neither_approved_nor_withdrawn_with_a_remark_nobody_can_read(self, engine, remark):
        at = staffed(engine)
        proposed = appoint(at, "upper-admin", "zhao", "赵经办", "upper-env", "prepare")
        with pytest.raises(UsageError, match="reason"):
            proposals.approve(at, appointing.ACTS, number(at, "upper-approve"), proposed.number, reason=remark)
        with pytest.raises(UsageError, match="reason"):
            proposals.withdraw(at, number(at, "upper-admin"), proposed.number, reason=remark)
        assert approved(at, "upper-approve", proposed).outcome == "approved"

    @pytest.mark.parametrize("by", ["lower-approve", "lower-admin", "lu", "he", "upper-prepare"])
    def test_is_approved_within_the_party_only(self, engine, by):
        at = staffed(engine)
        proposed = appoint(at, "upper-admin", "zhao", "赵经办", "upper-env", "prepare")
        with pytest.raises(Refused, match="不能批准这一项"):
            approved(at, by, proposed)
        assert ("zhao", "upper-env", "prepare") not in people(at)

    def test_a_second_admin_approves_as_well(self, engine):
        at = staffed(engine)
        approved(at, "upper-approve", appoint(at, "upper-admin", "sun", "孙管理", "upper-finance", "admin"))
        approved(at, "sun", appoint(at, "upper-admin", "zhao", "赵经办", "upper-env", "prepare"))
        assert ("zhao", "upper-env", "prepare") in people(at)

    @pytest.mark.parametrize("by", ["upper-approve", "upper-prepare", "lower-admin"])
    def test_is_proposed_by_an_admin_of_the_party_only(self, engine, by):
        at = staffed(engine)
        with pytest.raises(Refused, match="没有管理的任命"):
            appoint(at, by, "zhao", "赵经办", "upper-env", "prepare")

    @pytest.mark.parametrize(
        ("login", "name", "office", "roles", "refusal"),
        [
            ("zhao", "赵", "upper-env", ["king"], "没有角色 king"),
            ("zhao", "赵", "upper-env", [], "没有写角色"),
            ("zhao", "赵", "upper-env", ["admin", "approve"], "不能兼任其他角色"),
            ("zhao", "赵", "upper-env", ["audit", "prepare"], "不能兼任其他角色"),
            ("upper-admin", "", "upper-env", ["prepare"], "不能兼任其他角色"),  # an admin already
            ("lower-prepare", "", "upper-env", ["prepare"], "已由另一方任命"),
            ("upper-prepare", "别人", "upper-env", ["approve"], "登录名 upper-prepare 是 上经办"),
            ("Zhao Wu", "赵", "upper-env", ["prepare"], "登录名里不能有"),
            ("zhao", "", "upper-env", ["prepare"], "姓名不能为空"),
        ],
    )
    def test_that_could_not_stand_is_not_even_proposed(self, engine, login, name, office, roles, refusal):
        at = staffed(engine)
        before = people(at)
        with pytest.raises((Refused, UsageError), match=refusal):
            appoint(at, "upper-admin", login, name, office, *roles)
        assert people(at) == before

    def test_ends_with_its_last_day_in_china(self, engine):
        clock = Clock()
        at = staffed(engine, clock)
        approved(
            at, "upper-approve", appoint(at, "upper-admin", "dai", "代审定", "upper-env", "approve", ends="2026-03-10")
        )
        clock.now = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)
        assert ("dai", "upper-env", "approve") in people(at)
        clock.passes(minutes=1)
        assert ("dai", "upper-env", "approve") not in people(at)

    def test_is_ended_by_two_people(self, engine):
        clock = Clock()
        at = staffed(engine, clock)
        with engine.connect() as connection:
            staff = store.staff(connection, at.offices, at.now())
        (theirs,) = staff.in_force(number(at, "upper-prepare"))
        proposed = propose(at, appointing.END, "upper-admin", "upper-env", appointment=theirs.number)
        assert ("upper-prepare", "upper-env", "prepare") in people(at)
        approved(at, "upper-approve", proposed)
        clock.passes(seconds=1)
        assert ("upper-prepare", "upper-env", "prepare") not in people(at)

    def test_of_another_party_is_not_ended(self, engine):
        at = staffed(engine)
        with engine.connect() as connection:
            (theirs,) = store.staff(connection, at.offices, at.now()).in_force(number(at, "lower-prepare"))
        with pytest.raises(Refused, match="管理人只管本方的机构"):
            propose(at, appointing.END, "upper-admin", "upper-env", appointment=theirs.number)


class TestSuspension:
    """Somebody is suspended between proposing and approving."""

    def suspend(self, at, login, by="upper-admin", approver="upper-approve"):
        approved(at, approver, propose(at, appointing.SUSPEND, by, "upper-env", login=login))

    def test_of_the_proposer_lapses_what_is_open(self, engine):
        at = staffed(engine)
        approved(at, "upper-approve", appoint(at, "upper-admin", "sun", "孙管理", "upper-env", "admin"))
        waiting = appoint(at, "sun", "zhao", "赵经办", "upper-env", "prepare")
        self.suspend(at, "sun")
        with pytest.raises(Conflict, match="这一项已失效"):
            approved(at, "upper-approve", waiting)
        assert ("zhao", "upper-env", "prepare") not in people(at)

    def test_of_the_approver_refuses(self, engine):
        at = staffed(engine)
        approved(at, "upper-approve", appoint(at, "upper-admin", "qian", "钱审定", "upper-env", "approve"))
        waiting = appoint(at, "upper-admin", "zhao", "赵经办", "upper-env", "prepare")
        self.suspend(at, "qian")
        with pytest.raises(Refused, match=r"不能批准这一项.*可由 上审定 批准"):
            approved(at, "qian", waiting)

    def test_what_was_approved_stands(self, engine):
        at = staffed(engine)
        approved(at, "upper-approve", appoint(at, "upper-admin", "sun", "孙管理", "upper-env", "admin"))
        approved(at, "upper-approve", appoint(at, "sun", "zhao", "赵经办", "upper-env", "prepare"))
        self.suspend(at, "sun")
        assert ("zhao", "upper-env", "prepare") in people(at)

    def test_an_end_of_the_appointment_lapses_as_well(self, engine):
        clock = Clock()
        at = staffed(engine, clock)
        approved(
            at, "upper-approve", appoint(at, "upper-admin", "sun", "孙管理", "upper-env", "admin", ends="2026-03-02")
        )
        waiting = appoint(at, "sun", "zhao", "赵经办", "upper-env", "prepare")
        clock.passes(days=1)
        with pytest.raises(Conflict, match="提出人已停用或不再任职"):
            approved(at, "upper-approve", waiting)
        with pytest.raises(Conflict, match="这一项已失效"):  # and it stays so
            approved(at, "upper-approve", waiting)

    def test_is_undone_by_two_people(self, engine):
        at = staffed(engine)
        self.suspend(at, "upper-prepare")
        assert ("upper-prepare", "upper-env", "prepare") not in people(at)
        approved(
            at, "upper-approve", propose(at, appointing.RESTORE, "upper-admin", "upper-env", login="upper-prepare")
        )
        assert ("upper-prepare", "upper-env", "prepare") in people(at)

    def test_proposed_before_somebody_else_suspended_rests_on_what_has_changed(self, engine):
        at = staffed(engine)
        waiting = propose(at, appointing.SUSPEND, "upper-admin", "upper-env", login="upper-prepare")
        self.suspend(at, "upper-prepare")
        with pytest.raises(Conflict, match="所依据的内容已变"):
            approved(at, "upper-approve", waiting)

    def test_of_another_party_is_refused(self, engine):
        with pytest.raises(Refused, match="下经办 不是本方任命的"):
            self.suspend(staffed(engine), "lower-prepare")


class TestOneTimeCodes:
    def test_an_admin_issues_them_to_people_of_his_party_who_cannot_sign_in(self, engine):
        at = staffed(engine)
        code = appointing.issue_code(at, number(at, "upper-admin"), "upper-prepare")
        assert len(code.replace("-", "")) == 16

    @pytest.mark.parametrize("by", ["lower-admin", "upper-approve", "lu"])
    def test_nobody_else_does(self, engine, by):
        at = staffed(engine)
        with pytest.raises(Refused, match="只有本方的管理人能发一次性代码"):
            appointing.issue_code(at, number(at, by), "upper-prepare")

    def test_not_to_oneself(self, engine):
        at = staffed(engine)
        with pytest.raises(Refused, match="只有本方的管理人"):
            appointing.issue_code(at, number(at, "upper-admin"), "upper-admin")

    def test_who_can_sign_in_is_reset_by_two_people_first(self, engine):
        at = staffed(engine)
        makers.signing_in(at, "upper-prepare", "upper-admin")
        admin = number(at, "upper-admin")
        with pytest.raises(Conflict, match="上经办 已能登录"):
            appointing.issue_code(at, admin, "upper-prepare")
        approved(at, "upper-approve", propose(at, appointing.RESET, "upper-admin", "upper-env", login="upper-prepare"))
        assert appointing.issue_code(at, admin, "upper-prepare")


class TestAnOfficeOfOnePerson:
    def test_is_told_who_can_appoint_a_second(self, engine):
        at = desk(engine)
        makers.first(at)
        makers.party(at, "upper-env", Named("wang", "王管理"), Named("li", "李审定"))
        with engine.connect() as connection:
            (of_li,) = store.staff(connection, at.offices, at.now()).in_force(number(at, "li"))
        # the only one who could approve is the one it concerns; once he is gone, nobody is left
        ended = propose(at, appointing.END, "wang", "upper-env", appointment=of_li.number)
        at.now.passes(seconds=1)
        approved(at, "li", ended)
        at.now.passes(seconds=1)
        with pytest.raises(NoSecondPerson, match=r"没有另一人可以批准.*请 王管理 任命一位审定") as refusal:
            appoint(at, "wang", "zhao", "赵", "upper-env", "prepare")
        assert (refusal.value.status, refusal.value.code) == (409, "no_second_person")
