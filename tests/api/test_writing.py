"""What decides needs a person and what records needs a key; settling twice is settling once; a status takes two."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from monitoring_ingest.access.store import create_key
from tests.api.makers import NOW, XINAN, client_of, composed, month_rows, registry, send
from tests.api.people import give_status, pair_of
from tests.databases import sqlite, written

SETTLE = {"agreement": "demo-monthly-class", "period": "2025-08"}
FACT = {
    "subject": "qingxi-2",
    "period": "2025-08",
    "kind": "frozen",
    "value": "1",
    "document": "示例函〔2025〕1号",
    "recorded_by": "示例记录人",
    "approved_by": "示例批准人",
}
STATUS = {"status": "待复核", "reason": "核对"}
WRITES = [("/v1/facts", FACT)]
ASSESS = {"basin": "demo-qingxi", "period": "2025"}
OF_PEOPLE = [
    ("/v1/settlements", SETTLE),
    ("/v1/assessments", ASSESS),
    ("/v1/settlements/any/status", STATUS),
]


@cache
def one_month():
    """A month of readings of two stations."""

    def fill(engine):
        here = composed(engine, registry())
        send(here, month_rows("demo-qx2", "2025-08", tp="0.25"))
        send(here, month_rows("demo-qx3", "2025-08"), "three.csv")

    return written(fill)


@pytest.fixture
def writing(world, tmp_path):
    """A client with a key over one month of readings."""
    engine = sqlite(tmp_path / "hengjie.sqlite", one_month())
    with client_of(composed(engine, world)) as client:
        client.headers["X-API-Key"] = create_key(engine, "测试", NOW)
        yield client


class TestKeys:
    @pytest.mark.parametrize(("address", "body"), WRITES)
    def test_writing_without_a_key_is_refused(self, client, address, body):
        answer = client.post(address, json=body)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:hengjie:problem:refused")
        assert "X-API-Key" in answer.json()["remedy"]

    @pytest.mark.parametrize(("address", "body"), WRITES)
    def test_a_wrong_key_is_refused(self, client, address, body):
        assert client.post(address, json=body, headers={"X-API-Key": "guess"}).status_code == 403

    def test_a_key_may_come_as_a_bearer_token(self, client, key):
        bearer = {"Authorization": f"Bearer {key['X-API-Key']}"}
        nowhere = FACT | {"subject": "nowhere"}
        assert client.post("/v1/facts", json=nowhere, headers=bearer).json()["type"].endswith("unknown_code")


@pytest.fixture
def settling(world, tmp_path):
    """A client over one month of readings, and two people of the basin's office."""
    here = composed(sqlite(tmp_path / "hengjie.sqlite", one_month()), world)
    with client_of(here) as client:
        pair = pair_of(here)
        client.headers.update(pair.preparer)
        yield client, pair


@pytest.fixture
def person(settling):
    """A client of somebody who prepares in the basin's office, over one month of readings."""
    return settling[0]


def bearer(client):
    """The header with a key in the place of the token of a person."""
    return {"Authorization": f"Bearer {create_key(client.app.state.composition.engine, '测试', NOW)}"}


class TestPeople:
    @pytest.mark.parametrize(("address", "body"), OF_PEOPLE)
    def test_who_did_not_sign_in_is_told_where(self, client, address, body):
        answer = client.post(address, json=body)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:hengjie:problem:not_signed_in")
        assert "/sign-in" in answer.json()["remedy"]

    @pytest.mark.parametrize(("address", "body"), OF_PEOPLE)
    def test_a_key_decides_nothing(self, person, address, body):
        answer = person.post(address, json=body, headers=bearer(person))
        assert answer.status_code == 403
        assert "清溪兰江流域局（虚构）" in answer.json()["remedy"]

    @pytest.mark.parametrize(("address", "body"), OF_PEOPLE)
    def test_where_people_are_switched_off_nobody_decides(self, here, address, body):
        client = client_of(replace(here, settings=replace(here.settings, people=False)))
        answer = client.post(address, json=body)
        assert (answer.status_code, answer.json()["path"]) == (403, "HENGJIE_PEOPLE")

    def test_a_key_is_told_the_office_that_runs_the_cycle(self, person):
        identity = person.post("/v1/settlements", json=SETTLE).json()["id"]
        answer = person.post(f"/v1/settlements/{identity}/status", json=STATUS, headers=bearer(person))
        assert (answer.status_code, answer.json()["remedy"]) == (403, "由 清溪兰江流域局（虚构） 的人员登录后办理")

    @pytest.mark.parametrize("field", ["person", "recorded_by", "approved_by", "proposed_by"])
    def test_no_request_names_its_author(self, person, field):
        answer = person.post("/v1/settlements/any/status", json=STATUS | {field: "张三"})
        assert (answer.status_code, answer.json()["path"]) == (422, f"body.{field}")
        assert "姓名取自登录" in answer.json()["remedy"]

    @pytest.mark.parametrize(
        ("address", "body"),
        [
            ("/v1/settlements", {"agreement": XINAN, "period": "2020-08"}),
            ("/v1/assessments", {"basin": "xinan", "period": "2020"}),
        ],
    )
    def test_of_an_office_that_may_not_read_it_settles_and_assesses_nothing(self, person, address, body):
        answer = person.post(address, json=body)
        assert (answer.status_code, answer.json()["path"]) == (403, "office")

    def test_who_administers_or_audits_settles_nothing(self, settling):
        client, pair = settling
        answer = client.post("/v1/settlements", json=SETTLE, headers=pair.admin)
        assert answer.status_code == 403
        assert "可由 清溪兰江流域局（虚构）、山州生态环境厅（虚构）" in answer.json()["remedy"]
        assert client.post("/v1/settlements", json=SETTLE, headers=pair.approver).status_code == 201


class TestSettling:
    def test_a_settlement_is_created_and_found_at_its_address(self, person):
        answer = person.post("/v1/settlements", json=SETTLE)
        assert answer.status_code == 201
        assert person.get(answer.headers["location"]).json()["digest"] == answer.json()["digest"]

    def test_the_same_request_gives_the_same_settlement(self, person):
        first, second = (person.post("/v1/settlements", json=SETTLE).json() for _ in range(2))
        assert (first["id"], first["digest"]) == (second["id"], second["digest"])
        assert len(person.get("/v1/settlements").json()) == 1

    def test_an_instant_before_the_data_gives_a_stop(self, person):
        document = person.post("/v1/settlements", json=SETTLE | {"as_of": "2026-01-09T00:00:00Z"}).json()
        assert document["kind"] == "stopped"
        assert {stop["reason"] for stop in document["stops"]} == {"no_readings"}

    @pytest.mark.parametrize(
        ("changed", "path"),
        [
            ({"agreement": "nobody-signed-this"}, None),
            ({"period": "sometime"}, None),
            ({"period": "1999-01"}, "demo-monthly-class.yaml: period"),
            ({"as_of": "2025-01-01"}, "body.as_of"),
        ],
    )
    def test_what_cannot_be_settled_is_told(self, person, changed, path):
        answer = person.post("/v1/settlements", json=SETTLE | changed)
        assert answer.status_code == 400
        assert answer.json()["path"] == path
        assert answer.json()["remedy"]

    def test_an_unknown_field_is_refused(self, person):
        answer = person.post("/v1/settlements", json=SETTLE | {"amount": "1"})
        assert (answer.status_code, answer.json()["path"]) == (422, "body.amount")


class TestStatus:
    def change(self, person, status: str):
        identity = person.post("/v1/settlements", json=SETTLE).json()["id"]
        return person.post(f"/v1/settlements/{identity}/status", json={"status": status, "reason": "核对无误"})

    def test_a_settlement_is_reviewed_and_then_confirmed_by_two(self, settling):
        client, pair = settling
        proposed = self.change(client, "待复核")
        row = proposed.json()
        assert (proposed.status_code, proposed.headers["location"]) == (202, f"/v1/proposals/{row['number']}")
        assert (row["subject"], row["office"]) == ("demo-monthly-class 2025-08 待复核", "demo-basin-office")
        identity = row["payload"]["settlement"]
        assert client.get(f"/v1/settlements/{identity}").json()["status"] == "试算"
        own = client.post(f"/v1/proposals/{row['number']}/approve", json={})
        assert (own.status_code, own.json()["detail"]) == (403, "自己提出的不能自己批准")
        assert client.post(f"/v1/proposals/{row['number']}/approve", json={}, headers=pair.approver).status_code == 200
        give_status(client, pair, identity, "已确认")
        history = client.get(f"/v1/settlements/{identity}/status").json()
        assert [one["status"] for one in history] == ["试算", "待复核", "已确认"]
        assert all(one["payable"] for one in client.get("/v1/obligations").json())

    def test_a_step_may_not_be_skipped(self, person):
        answer = self.change(person, "已确认")
        assert (answer.status_code, answer.json()["path"]) == (403, "status")

    def test_who_only_approves_proposes_nothing(self, settling):
        client, pair = settling
        client.headers.update(pair.approver)
        answer = self.change(client, "待复核")
        assert (answer.status_code, answer.json()["remedy"]) == (403, "可由 江经办 提出")

    def test_a_reason_is_needed(self, person):
        identity = person.post("/v1/settlements", json=SETTLE).json()["id"]
        answer = person.post(f"/v1/settlements/{identity}/status", json=STATUS | {"reason": ""})
        assert answer.status_code == 422


class TestFacts:
    def test_a_fact_is_recorded_and_listed(self, writing):
        answer = writing.post("/v1/facts", json=FACT)
        assert (answer.status_code, answer.json()["fate"]) == (201, "recorded")
        blank = {"line": "", "paid_on": None, "reason": None, "withdrawn_by": None}
        assert writing.get("/v1/facts").json() == [FACT | blank | {"recorded_at": "2026-01-10T00:00:00Z"}]

    def test_a_fact_without_its_document_is_refused(self, writing):
        assert writing.post("/v1/facts", json=FACT | {"document": ""}).status_code == 422

    @pytest.mark.parametrize(
        ("approver", "said"),
        [({}, "自然灾害剔除数据，须有批准人"), ({"approved_by": FACT["recorded_by"]}, "批准人与登记人同为 示例记录人")],
    )
    def test_data_are_not_taken_away_by_one_person(self, writing, approver, said):
        alone = {key: value for key, value in FACT.items() if key != "approved_by"} | {"kind": "disaster"}
        problem = writing.post("/v1/facts", json=alone | approver).json()
        assert (problem["path"], problem["detail"], bool(problem["remedy"])) == ("approved_by", said, True)
        assert writing.get("/v1/facts").json() == []

    def test_the_same_request_with_the_same_key_is_recorded_once(self, writing):
        once = {"Idempotency-Key": "2025-08/1"}
        first, second = (writing.post("/v1/facts", json=FACT, headers=once) for _ in range(2))
        assert first.json() == second.json()
        assert len(writing.get("/v1/facts").json()) == 1

    def test_another_request_with_the_same_key_is_refused(self, writing):
        once = {"Idempotency-Key": "2025-08/2"}
        writing.post("/v1/facts", json=FACT, headers=once)
        answer = writing.post("/v1/facts", json=FACT | {"value": "0"}, headers=once)
        assert (answer.status_code, answer.json()["path"]) == (422, "Idempotency-Key")
        assert len(writing.get("/v1/facts").json()) == 1

    def test_the_same_fact_is_recorded_once_without_a_key_too(self, writing):
        first, second = (writing.post("/v1/facts", json=FACT) for _ in range(2))
        assert [(first.status_code, first.json()["fate"]), (second.status_code, second.json()["fate"])] == [
            (201, "recorded"), (200, "duplicate"),
        ]  # fmt: skip
        assert second.json()["recorded_at"] == first.json()["recorded_at"]
        assert len(writing.get("/v1/facts").json()) == 1

    def test_another_value_needs_a_reason_and_both_are_kept(self, writing):
        writing.post("/v1/facts", json=FACT)
        refused = writing.post("/v1/facts", json=FACT | {"value": "0"})
        assert (refused.status_code, refused.json()["path"]) == (400, "reason")
        assert "已登记：frozen 1" in refused.json()["detail"]
        revised = writing.post("/v1/facts", json=FACT | {"value": "0", "reason": "解冻"})
        assert (revised.status_code, revised.json()["fate"], revised.json()["replaces"]["value"]) == (
            201, "revised", "1",
        )  # fmt: skip
        assert [fact["value"] for fact in writing.get("/v1/facts").json()] == ["0"]
        assert [fact["value"] for fact in writing.get("/v1/facts?history=true").json()] == ["1", "0"]

    def test_a_fact_is_withdrawn_by_a_document(self, writing):
        writing.post("/v1/facts", json=FACT)
        without_value = {key: text for key, text in FACT.items() if key != "value"}
        withdrawal = without_value | {"withdrawn_by": "更正函", "reason": "误报"}
        assert writing.post("/v1/facts", json=withdrawal).json()["fate"] == "withdrawn"
        assert writing.post("/v1/facts", json=withdrawal).json()["fate"] == "duplicate"
        assert writing.get("/v1/facts").json() == []
        assert [fact["withdrawn_by"] for fact in writing.get("/v1/facts?history=true").json()] == [None, "更正函"]

    def test_several_facts_go_in_one_request_and_each_has_its_fate(self, writing):
        other = FACT | {"period": "2025-09"}
        writing.post("/v1/facts", json=FACT)
        answer = writing.post("/v1/facts", json=[FACT, other, other])
        assert answer.status_code == 201
        assert [fact["fate"] for fact in answer.json()] == ["duplicate", "recorded", "duplicate"]
        assert writing.post("/v1/facts", json=[FACT, other]).status_code == 200

    def test_of_several_facts_all_are_recorded_or_none(self, writing):
        answer = writing.post("/v1/facts", json=[FACT, FACT | {"period": "some day"}])
        assert (answer.status_code, answer.json()["path"]) == (400, "1.period")
        answer = writing.post("/v1/facts", json=[FACT, FACT | {"period": 2025}])
        assert (answer.status_code, answer.json()["path"]) == (422, "body.1.period")
        assert writing.get("/v1/facts").json() == []

    @pytest.mark.parametrize("subject", ["qingxi-2", "demo-qx2", "shanzhou", "demo-qingxi", "demo-monthly-class"])
    def test_a_fact_is_about_a_section_a_station_a_party_a_basin_or_an_agreement(self, writing, subject):
        assert writing.post("/v1/facts", json=FACT | {"subject": subject, "kind": "funds used"}).status_code == 201

    def test_the_page_lists_facts_in_force_with_the_clauses_that_use_them(self, writing):
        incident = FACT | {"subject": "demo-bonus-holdback-veto", "period": "2021", "kind": "incident"}
        writing.post("/v1/facts", json=[FACT, incident])
        writing.post("/v1/facts", json=FACT | {"value": "0", "reason": "解冻"})
        text = writing.get("/facts").text
        assert "更正：解冻" in text and "批准 示例批准人" in text and "封冻" in text
        assert 'title="' in text and "demo-bonus-holdback-veto</span> bonus" in text and "没有条款会用到" in text
        assert "no clause will use it" in writing.get("/facts", params={"lang": "en"}).text
        assert 'href="/facts"' in writing.get("/submissions").text

    def test_documents_that_differ_and_a_voucher_that_pays_again_are_told_in_answer_and_page(self, writing):
        of_year = {"subject": "demo-bonus-holdback-veto", "period": "2021", "kind": "incident"}
        writing.post("/v1/facts", json=FACT | of_year)
        [finding] = writing.post("/v1/facts", json=FACT | of_year | {"value": "0", "document": "乙文"}).json()[
            "findings"
        ]
        assert finding["code"] == "facts_differ" and "0（乙文）" in finding["message_zh"]
        paid = FACT | {"subject": "demo-bonus-holdback-veto", "kind": "paid", "value": "100", "document": "回单1号"}
        periods = [paid | {"period": period} for period in ("2021", "2022")]
        answers = writing.post("/v1/facts", json=periods).json()
        assert [[finding["code"] for finding in answer["findings"]] for answer in answers] == [
            [],
            ["voucher_pays_again"],
        ]
        text = writing.get("/facts").text
        assert text.count("几份文件登记的数值不同") == 2 and text.count("同一凭证另登记付了") == 2
        assert "documents state different values" in writing.get("/facts", params={"lang": "en"}).text

    def test_a_kind_that_no_clause_reads_is_refused_and_every_fact_says_who_reads_it(self, writing):
        refused = writing.post("/v1/facts", json=FACT | {"kind": "freeze"}).json()
        assert (refused["path"], refused["detail"]) == ("kind", "没有条款读 freeze")
        recorded = writing.post("/v1/facts", json=FACT | {"subject": "demo-qx2", "kind": "funds used"}).json()
        assert recorded["used_by"] == []
        incident = FACT | {"subject": "demo-bonus-holdback-veto", "period": "2021", "kind": "incident"}
        (use,) = writing.post("/v1/facts", json=incident).json()["used_by"]
        assert use["agreement"] == "demo-bonus-holdback-veto" and use["clauses"]

    def test_a_fact_about_nothing_that_is_declared_is_refused(self, writing):
        answer = writing.post("/v1/facts", json=FACT | {"subject": "qingxi-22"})
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:hengjie:problem:unknown_code")
        assert (answer.json()["path"], "qingxi-2" in answer.json()["remedy"]) == ("subject", True)
        assert writing.get("/v1/facts").json() == []

    @pytest.mark.parametrize(
        ("changed", "path"),
        [
            ({"subject": "shanzhou"}, "subject"),
            ({"kind": "paid nobody"}, "kind"),
            ({"kind": "paid jiazhou"}, "kind"),  # a party of other agreements
            ({"value": "-120"}, "value"),
            ({"period": "2022"}, "period"),
            ({"paid_on": "1925-08-31"}, "paid_on"),
            ({"value": "much"}, "value"),
            ({"kind": "unpaid"}, "kind"),
        ],
    )
    def test_a_payment_is_a_sum_under_an_agreement_by_a_known_party(self, writing, changed, path):
        payment = FACT | {"subject": "demo-monthly-class", "kind": "paid shanzhou", "value": "50.25"}
        answer = writing.post("/v1/facts", json=payment | changed)
        assert (answer.status_code, answer.json()["path"]) == (400, path)
        assert writing.post("/v1/facts", json=payment).status_code == 201
        assert writing.post("/v1/facts", json=payment | {"kind": "paid"}).json()["fate"] == "duplicate"

    def test_a_fact_of_no_period_is_refused(self, writing):
        answer = writing.post("/v1/facts", json=FACT | {"period": "some day"})
        assert (answer.status_code, answer.json()["path"]) == (400, "period")


def test_a_basin_is_assessed(person):
    answer = person.post("/v1/assessments", json=ASSESS)
    assert answer.status_code == 201
    assert person.get(answer.headers["location"]).json()["score"] == answer.json()["score"]
