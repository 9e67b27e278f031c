"""A person proposes facts and another approves them; a key hands in a batch that waits until two people adopt it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from fastapi.testclient import TestClient

from api.composition import Composition
from monitoring_ingest.access.audit_store import Wanted, acts
from monitoring_ingest.access.store import READ, VERBS, KeyOfOffice, add_key, create_key
from monitoring_ingest.database.engine import writing
from monitoring_ingest.readings.facts import fact
from monitoring_ingest.records.store import record_fact
from tests.api.makers import NOW, client_of, composed
from tests.api.markup import read
from tests.api.offices import (
    JIAZHOU_ENV,
    JIAZHOU_FINANCE,
    OF_FINANCE,
    OF_OTHERS,
    OF_PROVINCE,
    Pair,
    browsing,
    staff,
    with_jiazhou,
)
from tests.api.people import csrf_of
from tests.databases import sqlite, written

FACT = {
    "subject": "qingxi-2",
    "period": "2025-08",
    "kind": "frozen",
    "value": "1",
    "document": "示例函〔2025〕1号",
}
PAID = FACT | {"subject": "demo-monthly-class", "kind": "paid shanzhou", "value": "50.25"}
PEOPLE = {"recorded_by": "山经办（shanzhou-env-prepare）", "approved_by": "山审定（shanzhou-env-approve）"}


@cache
def people_at_work():
    return written(staff)


@pytest.fixture
def here(world, tmp_path) -> Iterator[Composition]:
    """Nothing recorded, and people of some offices."""
    engine = sqlite(tmp_path / "hengjie.sqlite", people_at_work())
    made = replace(composed(engine, with_jiazhou(world)), now=lambda: NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def client(here) -> Iterator[TestClient]:
    with client_of(here) as opened:
        yield opened


@pytest.fixture
def pair(here, client) -> Pair:
    return Pair(here, client)


@pytest.fixture
def key(here) -> dict[str, str]:
    """A key from before there were offices."""
    return {"X-API-Key": create_key(here.engine, "示例监测中心", NOW)}


def propose(pair, body, **parameters):
    return pair.client.post("/v1/facts", json=body, headers=pair.proposes, params=parameters)


def recorded(client, history=False):
    return client.get("/v1/facts", params={"history": history}).json()


class TestProposing:
    def test_a_fact_counts_once_another_person_approves_and_names_both(self, client, pair):
        answer = propose(pair, FACT)
        proposal = answer.json()["proposal"]
        assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/proposals/{proposal['number']}")
        assert (proposal["kind"], proposal["office"], proposal["subject"], proposal["reason"]) == (
            "facts", OF_PROVINCE, "qingxi-2 2025-08 frozen 1", "依据 示例函〔2025〕1号",
        )  # fmt: skip
        assert [(row["fate"], row["fate_zh"]) for row in answer.json()["facts"]] == [("recorded", "已登记")]
        assert answer.json()["batch"] is None and recorded(client) == []
        approve = f"/v1/proposals/{proposal['number']}/approve"
        assert client.post(approve, json={}, headers=pair.proposes).status_code == 403
        assert client.post(approve, json={}, headers=pair.approves).status_code == 200
        blank = {"line": "", "paid_on": None, "reason": None, "withdrawn_by": None}
        assert recorded(client) == [FACT | blank | PEOPLE | {"recorded_at": "2026-01-10T00:00:00Z"}]

    def test_a_fact_of_before_is_listed_as_it_was(self, client, here):
        by_name = {"recorded_by": "示例记录人", "approved_by": "示例批准人"}
        with writing(here.engine) as connection:
            record_fact(connection, fact(FACT | by_name), NOW)
        assert [(row["recorded_by"], row["approved_by"]) for row in recorded(client)] == [("示例记录人", "示例批准人")]

    @pytest.mark.parametrize("name", ["recorded_by", "approved_by"])
    def test_a_request_that_names_its_people_is_told_to_sign_in(self, client, pair, key, name):
        for headers in (pair.proposes, key):
            answer = client.post("/v1/facts", json=FACT | {name: "张三"}, headers=headers)
            assert (answer.status_code, answer.json()["path"]) == (422, f"body.{name}")
            assert "hengjie login" in answer.json()["remedy"]

    def test_a_fact_without_its_document_is_refused(self, pair):
        assert propose(pair, FACT | {"document": ""}).status_code == 422

    def test_what_is_recorded_already_is_proposed_no_second_time(self, client, pair):
        pair.decide("/v1/facts", FACT)
        again = propose(pair, FACT)
        assert (again.status_code, again.json()["proposal"]) == (200, None)
        assert [row["fate"] for row in again.json()["facts"]] == ["duplicate"]
        assert len(recorded(client)) == 1

    def test_another_value_needs_a_reason_and_both_are_kept(self, client, pair):
        pair.decide("/v1/facts", FACT)
        refused = propose(pair, FACT | {"value": "0"})
        assert (refused.status_code, refused.json()["path"]) == (400, "0.reason")
        assert "已登记：frozen 1" in refused.json()["detail"]
        (row,) = pair.decide("/v1/facts", FACT | {"value": "0", "reason": "解冻"})["facts"]
        assert (row["fate"], row["replaces"]["value"]) == ("revised", "1")
        assert [row["value"] for row in recorded(client)] == ["0"]
        assert [row["value"] for row in recorded(client, history=True)] == ["1", "0"]

    def test_a_fact_is_withdrawn_by_a_document(self, client, pair):
        pair.decide("/v1/facts", FACT)
        without_value = {name: text for name, text in FACT.items() if name != "value"}
        withdrawal = without_value | {"withdrawn_by": "更正函", "reason": "误报"}
        assert pair.decide("/v1/facts", withdrawal)["facts"][0]["fate"] == "withdrawn"
        assert propose(pair, withdrawal).json()["facts"][0]["fate"] == "duplicate"
        assert recorded(client) == []
        assert [row["withdrawn_by"] for row in recorded(client, history=True)] == [None, "更正函"]

    def test_several_facts_go_in_one_request_and_each_has_its_fate(self, client, pair):
        other = FACT | {"period": "2025-09"}
        pair.decide("/v1/facts", FACT)
        told = pair.decide("/v1/facts", [FACT, other, other])
        assert [row["fate"] for row in told["facts"]] == ["duplicate", "recorded", "duplicate"]
        assert told["proposal"]["subject"] == "qingxi-2 2025-08 frozen 1 等 3 件"
        assert propose(pair, [FACT, other]).status_code == 200
        assert len(recorded(client)) == 2

    def test_of_several_facts_all_are_proposed_or_none(self, client, pair):
        answer = propose(pair, [FACT, FACT | {"period": "some day"}])
        assert (answer.status_code, answer.json()["path"]) == (400, "1.period")
        answer = propose(pair, [FACT, FACT | {"period": 2025}])
        assert (answer.status_code, answer.json()["path"]) == (422, "body.1.period")
        assert client.get("/v1/proposals", headers=pair.proposes).json() == []

    @pytest.mark.parametrize("subject", ["qingxi-2", "demo-qx2", "shanzhou", "demo-qingxi", "demo-monthly-class"])
    def test_a_fact_is_about_a_section_a_station_a_party_a_basin_or_an_agreement(self, pair, subject):
        assert propose(pair, FACT | {"subject": subject, "kind": "funds used"}).status_code == 202

    def test_documents_that_differ_and_a_voucher_that_pays_again_are_told(self, client, pair):
        of_year = {"subject": "demo-bonus-holdback-veto", "period": "2021", "kind": "incident"}
        jiazhou = Pair(pair.here, client, JIAZHOU_ENV.code)
        jiazhou.decide("/v1/facts", FACT | of_year)
        (row,) = jiazhou.decide("/v1/facts", FACT | of_year | {"value": "0", "document": "乙文"})["facts"]
        (finding,) = row["findings"]
        assert finding["code"] == "facts_differ" and "0（乙文）" in finding["message_zh"]
        paid = FACT | {"subject": "demo-bonus-holdback-veto", "kind": "paid", "value": "100", "document": "回单1号"}
        periods = [paid | {"period": period} for period in ("2021", "2022")]
        answers = Pair(pair.here, client, JIAZHOU_FINANCE.code).decide("/v1/facts", periods)["facts"]
        assert [[finding["code"] for finding in answer["findings"]] for answer in answers] == [
            ["voucher_pays_again"], ["voucher_pays_again"],
        ]  # fmt: skip
        text = client.get("/facts").text
        assert text.count("几份文件登记的数值不同") == 2 and text.count("同一凭证另登记付了") == 2
        assert "documents state different values" in client.get("/facts", params={"lang": "en"}).text

    def test_a_kind_that_no_clause_reads_is_refused_and_every_fact_says_who_reads_it(self, pair):
        refused = propose(pair, FACT | {"kind": "freeze"}).json()
        assert (refused["path"], refused["detail"]) == ("0.kind", "没有条款读 freeze")
        (row,) = propose(pair, FACT | {"subject": "demo-qx2", "kind": "funds used"}).json()["facts"]
        assert row["used_by"] == []
        incident = FACT | {"subject": "demo-bonus-holdback-veto", "period": "2021", "kind": "incident"}
        (row,) = propose(Pair(pair.here, pair.client, JIAZHOU_ENV.code), incident).json()["facts"]
        (use,) = row["used_by"]
        assert use["agreement"] == "demo-bonus-holdback-veto" and use["clauses"]

    def test_a_fact_about_nothing_that_is_declared_is_refused(self, pair):
        answer = propose(pair, FACT | {"subject": "qingxi-22"})
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:hengjie:problem:unknown_code")
        assert (answer.json()["path"], "qingxi-2" in answer.json()["remedy"]) == ("0.subject", True)

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
    def test_a_payment_is_a_sum_under_an_agreement_by_a_known_party(self, here, client, changed, path):
        finance = Pair(here, client, OF_FINANCE)
        answer = propose(finance, PAID | changed)
        assert (answer.status_code, answer.json()["path"]) == (400, f"0.{path}")
        assert propose(finance, PAID).status_code == 202

    def test_a_fact_of_no_period_is_refused(self, pair):
        answer = propose(pair, FACT | {"period": "some day"})
        assert (answer.status_code, answer.json()["path"]) == (400, "0.period")

    @pytest.mark.parametrize(
        ("office", "body", "status", "remedy"),
        [
            (OF_OTHERS, FACT, 403, "可由 .*山州生态环境厅（虚构）.* 提出"),
            (OF_PROVINCE, PAID, 403, "可由 山州财政厅（虚构） 提出"),
            (OF_FINANCE, PAID, 202, ""),
        ],
    )
    def test_an_office_that_it_does_not_concern_is_told_who_could(self, here, client, office, body, status, remedy):
        answer = propose(Pair(here, client, office), body)
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["path"] == "0.office"
            assert re.search(remedy, answer.json()["remedy"])

    def test_people_of_another_party_are_not_told_what_is_recorded(self, here, client, pair):
        pair.decide("/v1/facts", FACT)
        others = Pair(here, client, OF_OTHERS)
        for body in (FACT, FACT | {"value": "0"}):
            for office in ("", OF_PROVINCE):
                answer = propose(others, body, office=office)
                assert answer.status_code == 403
                assert "已登记" not in answer.text and "示例函" not in answer.text

    def test_who_only_approves_is_told_who_could_propose(self, client, pair):
        answer = client.post("/v1/facts", json=FACT, headers=pair.approves)
        assert (answer.status_code, answer.json()["remedy"]) == (403, "可由 山经办 提出")

    def test_a_person_states_for_which_of_his_offices(self, pair):
        assert propose(pair, FACT, office=OF_PROVINCE).status_code == 202
        refused = propose(pair, FACT, office=OF_OTHERS)
        assert (refused.status_code, refused.json()["path"]) == (403, "office")
        assert propose(pair, FACT, office="nowhere").json()["path"] == "office"

    def test_a_person_repeats_nothing_by_a_key_of_requests(self, client, pair):
        answer = client.post("/v1/facts", json=FACT, headers=pair.proposes | {"Idempotency-Key": "1"})
        assert (answer.status_code, answer.json()["path"]) == (400, "Idempotency-Key")

    def test_a_person_who_sends_a_key_too_acts_as_a_person_and_is_named_in_the_trail(self, here, client, pair, key):
        assert client.post("/v1/facts", json=FACT, headers=pair.proposes | key).status_code == 202
        with here.engine.connect() as connection:
            (act,) = acts(connection, Wanted(), 9)
        assert (act.who, act.outcome, act.subject) == (
            f"{OF_PROVINCE}-prepare", "done", "第 1 项 qingxi-2 2025-08 frozen 1",
        )  # fmt: skip

    def test_a_stranger_is_told_of_key_and_signing_in(self, client):
        answer = client.post("/v1/facts", json=FACT)
        assert answer.status_code == 401
        assert "X-API-Key" in answer.json()["remedy"] and "/sign-in" in answer.json()["remedy"]

    def test_a_cookie_alone_proposes_nothing(self, here, client):
        browsing(here, client, f"{OF_PROVINCE}-prepare")
        assert client.post("/v1/facts", json=FACT).status_code == 403
        token = client.get("/v1/me").json()["csrf"]
        assert client.post("/v1/facts", json=FACT, headers={"X-CSRF-Token": token}).status_code == 202


class TestABatch:
    def adopt(self, pair, number, **body):
        return pair.client.post(f"/v1/facts/batches/{number}/adopt", json=body, headers=pair.proposes)

    def of_office(self, here, office, *verbs):
        named = KeyOfOffice(
            f"{office} 站", office, None, frozenset({"demo-qx2"}), frozenset(verbs or VERBS), NOW + timedelta(days=30)
        )
        with writing(here.engine) as connection:
            return {"X-API-Key": add_key(connection, named, NOW)}

    def test_of_a_key_counts_for_nothing_until_two_people_adopt_it(self, here, client, pair):
        answer = client.post(
            "/v1/facts", json=[FACT, FACT | {"period": "2025-09"}], headers=self.of_office(here, OF_PROVINCE)
        )
        told = answer.json()
        assert (answer.status_code, told["batch"], told["offices"], told["proposal"]) == (201, 1, [OF_PROVINCE], None)
        assert answer.headers["location"] == "/v1/facts/batches/1"
        assert [row["fate"] for row in told["facts"]] == ["recorded", "recorded"]
        assert recorded(client) == []
        (waiting,) = client.get("/v1/facts/batches", headers=pair.proposes).json()
        assert (waiting["number"], waiting["key"], waiting["facts"][0]) == (1, f"{OF_PROVINCE} 站", FACT)
        assert client.get("/v1/facts/batches/1", headers=pair.proposes).json() == waiting
        proposal = self.adopt(pair, 1, reason="与来文一致")
        assert (proposal.status_code, proposal.json()["reason"]) == (202, "与来文一致")
        assert proposal.json()["subject"] == "批次 1：qingxi-2 2025-08 frozen 1 等 2 件"
        assert recorded(client) == []
        client.post(f"/v1/proposals/{proposal.json()['number']}/approve", json={}, headers=pair.approves)
        assert [(row["period"], row["recorded_by"]) for row in recorded(client)] == [
            ("2025-08", PEOPLE["recorded_by"]), ("2025-09", PEOPLE["recorded_by"]),
        ]  # fmt: skip
        assert client.get("/v1/facts/batches", headers=pair.proposes).json() == []
        assert self.adopt(pair, 1).status_code == 409

    def test_of_a_key_without_office_waits_for_whoever_it_concerns(self, client, here, key):
        told = client.post("/v1/facts", json=PAID, headers=key).json()
        assert told["offices"] == [OF_FINANCE]
        finance = Pair(here, client, OF_FINANCE)
        assert len(client.get("/v1/facts/batches", headers=finance.proposes).json()) == 1
        assert self.adopt(finance, told["batch"]).json()["office"] == OF_FINANCE

    def test_of_another_party_is_neither_seen_nor_adopted(self, here, client, key):
        client.post("/v1/facts", json=FACT, headers=key)
        others = Pair(here, client, OF_OTHERS)
        assert client.get("/v1/facts/batches", headers=others.proposes).json() == []
        for answer in (client.get("/v1/facts/batches/1", headers=others.proposes), self.adopt(others, 1)):
            assert answer.status_code == 403
            assert "山州生态环境厅" in answer.json()["remedy"]

    def test_that_is_not_there_is_told(self, client, pair):
        assert client.get("/v1/facts/batches/7", headers=pair.proposes).status_code == 404
        assert self.adopt(pair, 7).status_code == 404

    def test_of_a_key_that_only_reads_or_of_an_office_it_does_not_concern_is_refused(self, here, client):
        reads = self.of_office(here, OF_PROVINCE, READ)
        assert client.post("/v1/facts", json=FACT, headers=reads).json()["path"] == "X-API-Key"
        others = self.of_office(here, OF_OTHERS)
        answer = client.post("/v1/facts", json=FACT, headers=others)
        assert (answer.status_code, answer.json()["path"]) == (403, "0.office")
        assert client.post("/v1/facts?office=x", json=FACT, headers=others).json()["path"] == "query.office"

    def test_of_facts_that_are_recorded_already_is_not_kept(self, client, pair, key):
        pair.decide("/v1/facts", FACT)
        answer = client.post("/v1/facts", json=FACT, headers=key)
        assert (answer.status_code, answer.json()["batch"], answer.json()["facts"][0]["fate"]) == (
            200, None, "duplicate",
        )  # fmt: skip

    def test_sent_again_with_the_same_key_of_requests_is_kept_once(self, client, pair, key):
        once = key | {"Idempotency-Key": "2025-08/1"}
        first, second = (client.post("/v1/facts", json=FACT, headers=once) for _ in range(2))
        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert len(client.get("/v1/facts/batches", headers=pair.proposes).json()) == 1

    def test_another_request_with_the_same_key_of_requests_is_refused(self, client, pair, key):
        once = key | {"Idempotency-Key": "2025-08/2"}
        client.post("/v1/facts", json=FACT, headers=once)
        answer = client.post("/v1/facts", json=FACT | {"value": "0"}, headers=once)
        assert (answer.status_code, answer.json()["path"]) == (422, "Idempotency-Key")
        assert len(client.get("/v1/facts/batches", headers=pair.proposes).json()) == 1

    def test_is_refused_where_people_are_switched_off(self, here, key):
        with client_of(replace(here, settings=replace(here.settings, people=False))) as alone:
            answer = alone.post("/v1/facts", json=FACT, headers=key)
        assert (answer.status_code, answer.json()["path"]) == (403, "HENGJIE_PEOPLE")

    def test_is_refused_whole_where_one_fact_could_not_be_recorded(self, client, pair, key):
        answer = client.post("/v1/facts", json=[FACT, FACT | {"value": "0"}], headers=key)
        assert (answer.status_code, answer.json()["path"]) == (400, "1.reason")
        assert client.get("/v1/facts/batches", headers=pair.proposes).json() == []


class TestPages:
    def page(self, client, address):
        answer = client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        return read(answer.text)

    def test_facts_in_force_stand_with_the_clauses_that_use_them(self, client, pair):
        incident = FACT | {"subject": "demo-bonus-holdback-veto", "period": "2021", "kind": "incident"}
        pair.decide("/v1/facts", FACT)
        Pair(pair.here, client, JIAZHOU_ENV.code).decide("/v1/facts", incident)
        pair.decide("/v1/facts", FACT | {"value": "0", "reason": "解冻"})
        text = client.get("/facts").text
        assert "更正：解冻" in text and f"批准 {PEOPLE['approved_by']}" in text and "封冻" in text
        assert 'title="' in text and "demo-bonus-holdback-veto</span> bonus" in text and "没有条款会用到" in text
        assert "no clause will use it" in client.get("/facts", params={"lang": "en"}).text
        assert 'href="/facts"' in client.get("/submissions").text

    def test_open_proposals_are_shown_to_their_party(self, here, client, pair):
        number = propose(pair, FACT).json()["proposal"]["number"]
        assert "待批准的提议" not in self.page(client, "/facts").text
        browsing(here, client, f"{OF_PROVINCE}-approve")
        assert f'href="/proposals/{number}"' in client.get("/facts").text

    def test_a_proposal_shows_what_would_become_of_each_fact(self, here, client, pair):
        spill = FACT | {"kind": "incident"}
        pair.decide("/v1/facts", spill)
        number = propose(pair, spill | {"value": "0", "reason": "未造成影响"}).json()["proposal"]["number"]
        browsing(here, client, f"{OF_PROVINCE}-approve")
        text = self.page(client, f"/proposals/{number}").text
        for words in ("按现在所登记的看", "已更正", "原为 1", "没有条款会用到"):
            assert words in text
        with client_of(replace(here, now=lambda: NOW + timedelta(minutes=1))) as later:
            other = Pair(here, later)
            other.decide("/v1/facts", spill | {"value": "2", "reason": "核实"})
        assert "原为 2" in self.page(client, f"/proposals/{number}").text

    def test_a_batch_is_adopted_by_a_form(self, here, client, pair, key):
        number = client.post("/v1/facts", json=FACT, headers=key).json()["batch"]
        browsing(here, client, f"{OF_PROVINCE}-prepare")
        assert f'href="/facts/batches/{number}"' in client.get("/proposals").text
        address = f"/facts/batches/{number}"
        assert "示例函〔2025〕1号" in self.page(client, address).text
        fields = {"csrf": csrf_of(client, address), "reason": "与来文一致", "office": OF_PROVINCE}
        answer = client.post(f"{address}/adopt", data=fields, follow_redirects=False)
        assert answer.status_code == 303
        assert "与来文一致" in self.page(client, answer.headers["location"]).text
        approve = f"/v1{answer.headers['location']}/approve"
        assert client.post(approve, json={}, headers=pair.approves).status_code == 200
        assert "已采用" in self.page(client, address).text
        assert [row["document"] for row in recorded(client)] == [FACT["document"]]

    def test_who_may_not_propose_sees_no_form(self, here, client, key):
        client.post("/v1/facts", json=FACT, headers=key)
        browsing(here, client, f"{OF_PROVINCE}-approve")
        assert "由上述机构的经办提出采用" in self.page(client, "/facts/batches/1").text
