"""Keys of an office: two people of its side create, rotate and revoke them, and the secret is shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from basin.errors import Conflict, NotFound, Refused, UsageError
from monitoring_ingest.access.store import NOTED_EVERY, access, create_key, keys, note_used, rotate_key
from settlement.people import acts, office_keys, proposals, proposals_store
from settlement.people.proposals import Matter
from tests.settlement.people.makers import Clock, number
from tests.settlement.people.river import at_work


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(engine, clock):
    return at_work(engine, clock)


def proposed(desk, act, payload, by="upper-admin", office="upper-env"):
    return proposals.propose(desk, act, number(desk, by), Matter(office, payload, act.zh, "站房更新"))


def created(desk, by="upper-admin", office="upper-env", **changed):
    payload = office_keys.key_payload("上省一站", office, ["s1"], ["push"], "2027-03-01")
    return proposed(desk, office_keys.CREATE, payload | changed, by, office)


def approve(desk, proposal, by="upper-approve"):
    return proposals.approve(desk, acts.ACTS, number(desk, by), proposal.number).shown_once


def secret(desk):
    return approve(desk, created(desk))


def opened(desk, secret):
    with desk.engine.connect() as connection:
        return access(connection, secret, desk.now())


class TestANewKey:
    def test_is_of_its_office_with_stations_verbs_and_an_end(self, desk):
        key = opened(desk, secret(desk))
        assert (key.name, key.office, key.stations, key.verbs) == ("上省一站", "upper-env", {"s1"}, {"push"})
        assert (key.may("push"), key.may("read"), key.maker) == (True, False, number(desk, "upper-admin"))
        assert key.expires_at is not None and key.expires_at.isoformat() == "2027-03-01T16:00:00+00:00"

    def test_is_there_once_somebody_else_approved_it_and_its_secret_stands_nowhere(self, desk):
        waiting = created(desk)
        with desk.engine.connect() as connection:
            assert keys(connection) == []
        shown = approve(desk, waiting)
        with desk.engine.connect() as connection:
            stored = proposals_store.proposal(connection, waiting.number)
            rows = connection.exec_driver_sql("SELECT * FROM access_keys").all()
        assert stored is not None and shown not in repr(stored) + repr(rows) and len(shown) == 43

    def test_of_a_river_authority_is_for_any_station_of_its_basin(self, desk):
        key = opened(desk, approve(desk, created(desk, "lu", "river", stations=["s1", "s2"]), "he"))
        assert key.stations == {"s1", "s2"}

    @pytest.mark.parametrize(
        ("changed", "refusal"),
        [
            ({"stations": ["s2"]}, "站点 s2 不归上省生态环境厅"),
            ({"stations": ["s1", "s9"]}, "没有登记的站点 s9"),
            ({"stations": []}, "stations 应是 1–1000 项的列表"),
            ({"stations": ["s1", "s1"]}, "每个写一次"),
            ({"verbs": ["push", "settle"]}, "密钥不能 settle"),
            ({"verbs": []}, "verbs 应是 1–1000 项的列表"),
            ({"expires": ""}, "写明 expires"),
            ({"expires": "2026-03-01"}, "止期应在今天之后、2 年以内"),  # yesterday in China
            ({"expires": "2028-03-03"}, "止期应在今天之后、2 年以内"),
            ({"expires": "明年"}, "不是日期：明年"),
            ({"name": "一站\x00"}, "看不见的符号|名称"),
            ({"name": " "}, "写明 name"),
            ({"office": "lower-env"}, "管理人只管本方的机构"),
            ({"office": "lake"}, "没有机构 lake"),
            ({"recorded_by": "张三"}, "未知的键 recorded_by"),
        ],
    )
    def test_that_could_not_stand_is_not_even_proposed(self, desk, changed, refusal):
        with pytest.raises((Refused, UsageError), match=refusal):
            proposed(desk, office_keys.CREATE, created_payload() | changed)
        with desk.engine.connect() as connection:
            assert keys(connection) == []

    def test_lasts_two_years_at_most_and_today_at_least(self, desk):
        for expires in ("2026-03-02", "2028-03-02"):
            approve(desk, created(desk, expires=expires, name=expires))

    def test_gets_no_name_that_a_key_has(self, desk):
        waiting = created(desk)
        secret(desk)
        with pytest.raises(UsageError, match="上省一站 已有密钥"):
            created(desk)
        with pytest.raises(UsageError, match="上省一站 已有密钥"):
            approve(desk, waiting)

    @pytest.mark.parametrize(("by", "office"), [("upper-prepare", "upper-env"), ("lower-admin", "upper-env")])
    def test_is_proposed_by_an_admin_of_the_side_only(self, desk, by, office):
        with pytest.raises(Refused, match=r"没有管理的任命.*可由 上管理 提出"):
            created(desk, by, office)

    @pytest.mark.parametrize("by", ["upper-admin", "upper-prepare", "lower-approve", "lower-admin", "he"])
    def test_is_approved_by_another_person_of_the_side_only(self, desk, by):
        waiting = created(desk)
        with pytest.raises(Refused, match=r"可由 上审定、财审定 批准"):
            approve(desk, waiting, by)


def created_payload():
    return office_keys.key_payload("上省一站", "upper-env", ["s1"], ["push"], "2027-03-01")


class TestAnotherSecret:
    def test_opens_and_the_one_before_does_so_for_some_days(self, desk, clock):
        before = secret(desk)
        after = approve(desk, proposed(desk, office_keys.ROTATE, office_keys.rotation_payload("上省一站", 7)))
        assert opened(desk, after).office == opened(desk, before).office == "upper-env"
        clock.passes(days=8)
        with pytest.raises(Refused, match="密钥无效"):
            opened(desk, before)
        assert opened(desk, after).verbs == {"push"}

    def test_is_proposed_anew_where_the_key_was_rotated_meanwhile(self, desk):
        secret(desk)
        waiting = [proposed(desk, office_keys.ROTATE, office_keys.rotation_payload("上省一站", 7)) for _ in "12"]
        approve(desk, waiting[0])
        with pytest.raises(Conflict, match="所依据的内容已变"):
            approve(desk, waiting[1])

    @pytest.mark.parametrize("days", [-1, 31, "7", True])
    def test_leaves_the_one_before_for_thirty_days_at_most(self, desk, days):
        secret(desk)
        with pytest.raises(UsageError, match="旧密钥还能用 0–30 天"):
            proposed(desk, office_keys.ROTATE, {"name": "上省一站", "overlap_days": days})


class TestRevocation:
    def test_ends_the_key_at_once(self, desk, clock):
        shown = secret(desk)
        approve(desk, proposed(desk, office_keys.REVOKE, office_keys.revocation_payload("上省一站")))
        clock.passes(seconds=1)
        with pytest.raises(Refused, match="密钥已撤销或到期"):
            opened(desk, shown)
        for act, payload in (
            (office_keys.REVOKE, office_keys.revocation_payload("上省一站")),
            (office_keys.ROTATE, office_keys.rotation_payload("上省一站", 0)),
        ):
            with pytest.raises(Refused, match="密钥已撤销"):
                proposed(desk, act, payload)

    def test_of_a_key_of_another_side_or_of_none_is_refused(self, desk):
        secret(desk)
        revocation = office_keys.revocation_payload("上省一站")
        with pytest.raises(Refused, match="管理人只管本方的机构"):
            proposed(desk, office_keys.REVOKE, revocation, "lower-admin", "lower-env")
        with pytest.raises(NotFound, match="无此名 没有密钥"):
            proposed(desk, office_keys.REVOKE, office_keys.revocation_payload("无此名"))

    def test_of_a_key_from_before_belongs_to_the_operator(self, desk):
        create_key(desk.engine, "旧密钥", desk.now())
        revocation = office_keys.revocation_payload("旧密钥")
        with pytest.raises(Refused, match="管理人只管本方的机构"):
            proposed(desk, office_keys.REVOKE, revocation)
        approve(desk, proposed(desk, office_keys.REVOKE, revocation, "lu", "river"), "he")
        with desk.engine.connect() as connection:
            (key,) = keys(connection)
        assert key.revoked_at is not None


class TestUse:
    def test_is_noted_no_more_often_than_every_five_minutes(self, desk, clock):
        shown = secret(desk)
        noted = []
        for wait in (timedelta(), NOTED_EVERY - timedelta(seconds=1), timedelta(seconds=1)):
            clock.now += wait
            note_used(desk.engine, opened(desk, shown), clock.now)
            noted.append(opened(desk, shown).used_at)
        began = clock.now - NOTED_EVERY
        assert noted == [began, began, clock.now]

    def test_a_key_from_before_may_do_everything(self, desk):
        old = create_key(desk.engine, "旧密钥", desk.now(), ["s1"])
        again = rotate_key(desk.engine, "旧密钥", timedelta(days=1), desk.now())
        for key in (opened(desk, old), opened(desk, again)):
            assert (key.office, key.verbs, key.may("push"), key.may("read")) == (None, None, True, True)
