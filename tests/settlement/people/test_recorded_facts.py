"""Facts are recorded by two people of an office that they concern, all of a proposal or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from basin.errors import Conflict, NotFound, Refused, UnknownCode, UsageError
from monitoring_ingest.access.store import Access
from monitoring_ingest.database.engine import writing
from monitoring_ingest.readings.facts import proposed_fact
from monitoring_ingest.records.store import facts, record_fact, stored_facts
from settlement.people import acts, batches_store, concerns, proposals, recorded_facts
from settlement.people.proposals import Matter
from tests.basin.test_scorecards import a_card
from tests.settlement.makers import a_fact
from tests.settlement.people.makers import MORNING, Clock, number
from tests.settlement.people.river import CODE, NETWORK, REGISTRY, at_work, registry

INCIDENT = {"subject": "s1", "period": "2026-02", "kind": "incident", "value": "1", "document": "上省〔2026〕3号"}
PAID = {"subject": CODE, "period": "2021", "kind": "paid upper", "value": "1200", "document": "回单1"}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(engine, clock):
    return at_work(engine, clock)


def proposed(desk, *written, by="upper-prepare", office="upper-env", payload=None):
    stated = payload or recorded_facts.facts_payload(written)
    return proposals.propose(desk, recorded_facts.RECORDED, number(desk, by), Matter(office, stated, "事实", "来文"))


def approve(desk, proposal, by="upper-approve"):
    return proposals.approve(desk, acts.ACTS, number(desk, by), proposal.number)


def rows(connection):
    return [
        (row.id, row.fact.subject, row.fact.document, row.fact.value, row.revises) for row in stored_facts(connection)
    ]


def in_force(desk):
    with desk.engine.connect() as connection:
        return [(fact.subject, fact.value, fact.recorded_by, fact.approved_by) for fact in facts(connection)]


class TestAFact:
    def test_counts_once_both_agreed_and_names_them(self, desk):
        waiting = proposed(desk, INCIDENT)
        assert in_force(desk) == []
        approve(desk, waiting)
        assert in_force(desk) == [("s1", "1", "上经办（upper-prepare）", "上审定（upper-approve）")]
        with desk.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT proposal FROM facts").scalars().all() == [waiting.number]

    def test_that_takes_data_away_has_its_second_person_already(self, desk):
        approve(desk, proposed(desk, INCIDENT | {"kind": "frozen"}))
        assert len(in_force(desk)) == 1

    @pytest.mark.parametrize(
        ("changed", "refusal"),
        [
            ({"recorded_by": "张三"}, "不再写 recorded_by.*删去 recorded_by：提出人与批准人由登录确定"),
            ({"approved_by": "李四"}, "不再写 approved_by"),
            ({"recorder": "张三"}, r"未知的键.*可用：subject、period、kind、value、document、line、paid_on"),
            ({"value": ""}, "写明 value"),
            ({"value": 1}, "缺少或不是文字"),
            ({"period": "去年"}, "去年"),
            ({"subject": "s9"}, "没有登记的对象 s9"),
            ({"kind": "weather"}, "没有条款读 weather"),
            ({"withdrawn_by": "更正函", "reason": "录错"}, "撤销的事实没有数值"),
        ],
    )
    def test_that_says_too_little_or_too_much_is_not_even_proposed(self, desk, changed, refusal):
        with pytest.raises((UsageError, UnknownCode), match=refusal) as refused:
            proposed(desk, INCIDENT, INCIDENT | {"document": "另一文"} | changed)
        assert str(refused.value.path).startswith("1.")

    def test_of_another_kind_of_act_is_refused(self, desk):
        for payload in ({"facts": INCIDENT}, {"facts": []}, {"facts": [INCIDENT] * 1001}, {"facts": [1]}, {"fact": 1}):
            with pytest.raises(UsageError):
                proposed(desk, payload=payload)


class TestWhomItConcerns:
    @pytest.mark.parametrize(
        ("subject", "able"),
        [
            ("s1", "river upper-env upper-finance lower-env"),  # a section: both its parties
            ("upper", "river upper-env upper-finance"),
            ("third", ""),  # a party on no river, with no office
            (CODE, "river upper-env upper-finance lower-env"),
            ("test", "river upper-env upper-finance lower-env"),  # a basin: the parties along it
            ("nothing", ""),
        ],
    )
    def test_is_told_by_its_subject(self, subject, able):
        assert [office.code for office in concerns.of_subject(REGISTRY, subject)] == able.split()

    def test_a_scorecard_scores_any_basin_and_concerns_offices_of_no_party(self):
        scored = replace(REGISTRY, scorecards={"card": a_card()})
        assert [office.code for office in concerns.of_subject(scored, "card")] == ["river"]

    def test_a_station_that_is_no_section_concerns_its_province(self):
        apart = {"z1": replace(NETWORK.stations["s2"], code="z1", section="s1")}
        there = registry(replace(NETWORK, stations=apart))
        assert [office.code for office in concerns.of_subject(there, "z1")] == ["river", "lower-env"]

    @pytest.mark.parametrize(
        ("by", "office", "written", "refusal"),
        [
            (
                "lower-prepare",
                "lower-env",
                INCIDENT | {"subject": "upper"},
                "可由 流域局、上省生态环境厅、上省财政厅 提出",
            ),
            ("lower-prepare", "lower-env", INCIDENT | {"subject": "third"}, "没有机构可以办理：在 offices.csv 里声明"),
            ("river-prepare", "river", PAID, f"{CODE} 的付款不由流域局办理.*可由 上省财政厅 提出"),
            ("upper-prepare", "upper-env", PAID, "的付款不由上省生态环境厅办理"),
            ("cai", "upper-finance", PAID | {"kind": "paid lower"}, "的付款不由上省财政厅办理.*没有机构可以办理"),
        ],
    )
    def test_others_do_not_propose_it(self, desk, by, office, written, refusal):
        with pytest.raises(Refused, match=refusal) as refused:
            proposed(desk, INCIDENT, written, by=by, office=office)
        assert refused.value.path == "1.office"

    @pytest.mark.parametrize("kind", ["paid upper", "paid", "paid lower upper"])
    def test_a_payment_is_recorded_by_finance_of_who_pays(self, desk, kind):
        approve(desk, proposed(desk, PAID | {"kind": kind}, by="cai", office="upper-finance"), "shen")
        assert in_force(desk) == [(CODE, "1200", "财经办（cai）", "财审定（shen）")]

    @pytest.mark.parametrize("by", ["upper-prepare", "upper-prepare-2", "upper-admin", "shen", "lower-approve", "he"])
    def test_nobody_of_another_office_or_role_approves_it(self, desk, by):
        waiting = proposed(desk, INCIDENT)
        with pytest.raises(Refused, match="可由 上审定 批准"):
            approve(desk, waiting, by)
        assert in_force(desk) == []


class TestManyFacts:
    def test_are_recorded_all_or_none(self, desk, clock):
        waiting = proposed(desk, INCIDENT, INCIDENT | {"document": "二号", "value": "2"})
        with writing(desk.engine) as connection:  # meanwhile, as the doors of before do it
            record_fact(connection, a_fact("s1", "2026-02", "incident", "3", "二号"), clock.now)
        clock.passes(minutes=1)
        with pytest.raises(UsageError, match="同一文件的这件事实已登记") as refused:
            approve(desk, waiting)
        assert refused.value.path == "1.reason"
        assert [row[1] for row in in_force(desk)] == ["3"]

    def test_revise_duplicate_and_withdraw_as_always(self, desk, clock):
        approve(desk, proposed(desk, INCIDENT, INCIDENT))
        clock.passes(minutes=1)
        revised = INCIDENT | {"value": "2", "reason": "录错"}
        withdrawn = {name: text for name, text in INCIDENT.items() if name != "value"}
        withdrawn |= {"withdrawn_by": "撤销函", "reason": "误报"}
        approve(desk, proposed(desk, INCIDENT, revised, withdrawn))
        assert in_force(desk) == []
        with desk.engine.connect() as connection:
            assert rows(connection) == [
                (1, "s1", "上省〔2026〕3号", "1", None),
                (2, "s1", "上省〔2026〕3号", "2", 1),
                (3, "s1", "上省〔2026〕3号", "", 2),
            ]

    def test_come_out_as_if_each_were_recorded_alone(self, desk):
        written = [
            INCIDENT | {"subject": subject, "document": document, "line": line, "value": value, "reason": "更正"}
            for value in ("1", "2")
            for subject in ("s1", "s2", CODE)
            for document in ("甲文", "甲 文", "乙文")
            for line in ("一", "二")
        ]
        with writing(desk.engine) as connection:
            for fact in written:
                record_fact(connection, proposed_fact(fact), MORNING)
            singly = rows(connection)
            connection.rollback()
        approve(desk, proposed(desk, *written, by="river-prepare", office="river"), "he")
        with desk.engine.connect() as connection:
            assert rows(connection) == singly
        assert len(singly) == 24  # 甲 文 is 甲文, as people read it

    def test_a_revision_of_what_was_revised_meanwhile_is_proposed_anew(self, desk, clock):
        approve(desk, proposed(desk, INCIDENT))
        waiting = proposed(desk, INCIDENT | {"value": "2", "reason": "录错"})
        approve(desk, proposed(desk, INCIDENT | {"value": "3", "reason": "核实"}))
        with pytest.raises(Conflict, match="所依据的内容已变"):
            approve(desk, waiting)

    def test_other_facts_recorded_meanwhile_do_not_matter(self, desk):
        waiting = proposed(desk, INCIDENT, INCIDENT | {"value": "2", "reason": "录错"})
        approve(desk, proposed(desk, INCIDENT | {"document": "另一文"}))
        approve(desk, waiting)
        assert sorted(row[1] for row in in_force(desk)) == ["1", "2"]

    def test_a_payment_that_is_still_to_come_is_refused(self, desk):
        with pytest.raises(UsageError, match="还没有到"):
            proposed(desk, PAID | {"paid_on": "2026-04-01"}, by="cai", office="upper-finance")


class TestAPreview:
    def test_tells_what_would_become_of_each_fact(self, desk):
        approve(desk, proposed(desk, INCIDENT))
        revised = INCIDENT | {"value": "2", "reason": "录错"}
        payload = recorded_facts.facts_payload([INCIDENT, revised, INCIDENT | {"document": "另一文"}])
        told = recorded_facts.preview(desk, payload)
        assert [(row.fate, row.replaces and row.replaces.value) for row in told] == [
            ("duplicate", None), ("revised", "1"), ("recorded", None),
        ]  # fmt: skip
        assert len(in_force(desk)) == 1

    def test_tells_which_documents_differ_and_which_voucher_pays_again(self, desk):
        other = INCIDENT | {"document": "乙文", "value": "2"}
        told = recorded_facts.preview(desk, recorded_facts.facts_payload([INCIDENT, other]))
        assert [[finding["code"] for finding in row.findings] for row in told] == [["facts_differ"]] * 2
        twice = recorded_facts.facts_payload([PAID, PAID | {"period": "2022"}])
        told = recorded_facts.preview(desk, twice)
        assert [[finding["code"] for finding in row.findings] for row in told] == [["voucher_pays_again"]] * 2

    def test_names_the_place_of_what_could_not_be_recorded(self, desk):
        with pytest.raises(UsageError, match="同一文件的这件事实已登记") as refused:
            recorded_facts.preview(desk, recorded_facts.facts_payload([INCIDENT, INCIDENT | {"value": "2"}]))
        assert refused.value.path == "1.reason"

    def test_is_there_for_a_batch(self, desk):
        with writing(desk.engine) as connection:
            batch = batches_store.keep_batch(connection, "站", "upper-env", [INCIDENT], MORNING)
        (told,) = recorded_facts.preview(desk, recorded_facts.batch_payload(batch))
        assert (told.fate, told.fact.document) == ("recorded", "上省〔2026〕3号")


class TestABatch:
    KEY = Access("上省一站", frozenset({"s1"}), MORNING, None, None, "upper-env", None, frozenset({"push"}))

    def kept(self, desk, *written, key=KEY):
        office = recorded_facts.office_of_batch(key, written, REGISTRY)
        with writing(desk.engine) as connection:
            return batches_store.keep_batch(connection, key.name, office, written, MORNING)

    def waiting(self, desk, office="upper-env"):
        with desk.engine.connect() as connection:
            return [(batch.number, batch.key) for batch in batches_store.waiting_batches(connection, [office])]

    def adopted(self, desk, batch, **who):
        return proposed(desk, payload=recorded_facts.batch_payload(batch), **who)

    def test_counts_for_nothing_until_two_people_of_the_office_adopt_it(self, desk):
        batch = self.kept(desk, INCIDENT, INCIDENT | {"document": "二号"})
        assert self.waiting(desk) == [(batch, "上省一站")] and self.waiting(desk, "river") == []
        proposal = self.adopted(desk, batch)
        assert in_force(desk) == [] and self.waiting(desk) == [(batch, "上省一站")]
        approve(desk, proposal)
        assert len(in_force(desk)) == 2 and self.waiting(desk) == []

    def test_is_adopted_once(self, desk):
        batch = self.kept(desk, INCIDENT)
        first, second = self.adopted(desk, batch), self.adopted(desk, batch, by="upper-prepare-2")
        approve(desk, first)
        with pytest.raises(Conflict, match=f"批次 {batch} 已采用"):
            approve(desk, second)

    def test_of_another_office_or_of_no_number_is_refused(self, desk):
        batch = self.kept(desk, INCIDENT)
        with pytest.raises(Refused, match=r"由上省生态环境厅采用.*可由 上省生态环境厅 提出"):
            self.adopted(desk, batch, by="river-prepare", office="river")
        for unknown in (99, "1", True, None):
            with pytest.raises(NotFound, match="没有批次"):
                self.adopted(desk, unknown)

    def test_is_refused_at_the_door_where_it_could_not_be_recorded(self, desk):
        with pytest.raises(UsageError, match="不再写 recorded_by"):
            self.kept(desk, INCIDENT | {"recorded_by": "张三"})
        reads = Access("读", None, MORNING, None, None, "upper-env", None, frozenset({"read"}))
        with pytest.raises(Refused, match="不能报送事实"):
            self.kept(desk, INCIDENT, key=reads)

    @pytest.mark.parametrize(
        ("office", "written", "refusal"),
        [
            ("upper-env", INCIDENT | {"subject": "third"}, "没有机构可以办理"),
            ("upper-finance", PAID | {"kind": "paid lower"}, "的付款不由上省财政厅办理"),
            ("gone", INCIDENT, "密钥 上省一站 的机构 gone 没有登记"),
        ],
    )
    def test_that_the_office_of_the_key_could_never_adopt_is_refused_at_the_door(self, desk, office, written, refusal):
        with pytest.raises(Refused, match=refusal):
            self.kept(desk, written, key=replace(self.KEY, office=office))


class TestABatchOfAKeyWithoutOffice:
    """A key from before there were offices: its facts wait for whoever they all concern."""

    OLD = Access("旧", None, MORNING, None, None)

    def kept(self, desk, *written):
        office = recorded_facts.office_of_batch(self.OLD, written, REGISTRY)
        assert office == batches_store.ANY
        with writing(desk.engine) as connection:
            return batches_store.keep_batch(connection, self.OLD.name, office, written, MORNING)

    def seen_by(self, desk, *offices):
        with desk.engine.connect() as connection:
            return [batch.number for batch in recorded_facts.batches_for(connection, REGISTRY, offices)]

    @pytest.mark.parametrize(
        ("written", "able"),
        [
            ((INCIDENT,), "river upper-env upper-finance lower-env"),
            ((INCIDENT, INCIDENT | {"subject": "upper"}), "river upper-env upper-finance"),
            ((INCIDENT, PAID), "upper-finance"),
        ],
    )
    def test_waits_for_the_offices_that_all_its_facts_concern(self, desk, written, able):
        batch = self.kept(desk, *written)
        assert [office for office in NETWORK.offices if self.seen_by(desk, office)] == able.split()
        with desk.engine.connect() as connection:
            stored = recorded_facts.batch_for(connection, REGISTRY, batch, [able.split()[0]])
            assert recorded_facts.may_adopt(REGISTRY, stored) == able.split()
            with pytest.raises(Refused, match=r"由.*上省财政厅.*采用.*可由 .*上省财政厅"):
                recorded_facts.batch_for(connection, REGISTRY, batch, ["court"])

    def test_is_adopted_by_one_of_them(self, desk):
        batch = self.kept(desk, INCIDENT | {"subject": "upper"})
        payload = recorded_facts.batch_payload(batch)
        with pytest.raises(Refused, match="可由 流域局、上省生态环境厅、上省财政厅 提出"):
            proposed(desk, payload=payload, by="lower-prepare", office="lower-env")
        approve(desk, proposed(desk, payload=payload))
        assert [row[0] for row in in_force(desk)] == ["upper"]
        assert self.seen_by(desk, "upper-env") == self.seen_by(desk, "river") == []

    def test_that_no_office_could_adopt_is_refused_at_the_door(self, desk):
        paid_by_lower = PAID | {"kind": "paid lower"}
        for written in ((paid_by_lower,), (INCIDENT, INCIDENT | {"subject": "third"})):
            with pytest.raises(Refused, match="没有一个机构同时与这些事实都有关"):
                self.kept(desk, *written)


class TestAFile:
    CSV = "对象,期间,种类,数值,文件\ns1,2026-02,incident,1,上省〔2026〕3号\n"
    YAML = "subject: s1\nperiod: 2026-02\nkind: incident\nvalue: 1\ndocument: 上省〔2026〕3号\n"
    JSON = '[{"subject": "s1", "period": "2026-02", "kind": "incident", "value": "1", "document": "上省〔2026〕3号"}]'

    @pytest.mark.parametrize(("name", "content"), [("a.csv", CSV), ("a.yaml", YAML), ("a.json", JSON), ("b.CSV", CSV)])
    def test_holds_facts_as_a_proposal_takes_them(self, name, content):
        assert recorded_facts.written_facts(content.encode(), REGISTRY, file=name) == [INCIDENT]

    @pytest.mark.parametrize(
        ("name", "content", "refusal"),
        [
            (
                "a.csv",
                CSV.replace("文件\n", "文件,登记人\n").replace("号\n", "号,张三\n"),
                "不认识或重复的列 recorded_by",
            ),
            ("a.csv", CSV.replace("s1,", "s9,"), "第 2 行 line 2"),
            ("a.yaml", YAML + "recorded_by: 张三\n", "不再写 recorded_by"),
            ("a.json", "[{]", "读不出事实"),
            ("a.json", JSON.replace("s1", "s9"), "没有登记的对象 s9"),
        ],
    )
    def test_with_anything_else_is_refused(self, name, content, refusal):
        with pytest.raises((UsageError, UnknownCode), match=refusal):
            recorded_facts.written_facts(content.encode(), REGISTRY, file=name)

    def test_in_no_utf8_is_refused(self):
        with pytest.raises(UsageError, match="读不出事实"):
            recorded_facts.written_facts(b"\xff\xfe", REGISTRY, file="a.json")
