"""The chain of one value, the newest of every series, and what users elsewhere lose by zones, units and repeats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import decide, release, uphold
from monitoring_ingest.readings.frames import Key
from tests.api.makers import NOW, client_of, row, send
from tests.api.pushed import GOOD, fates, only_row, push, stored
from tests.clocks import stopped

LATER, LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
PEOPLE = {"document": "单 3", "proposed_by": "张三", "approved_by": "李四"}
CHAIN = "/v1/readings/demo-qx2/nh3n/2025-08-01T00:00:00Z/revisions"


class TestChain:
    """Who, when, why: nothing is overwritten."""

    def test_every_value_stays_with_sender_instant_and_reason(self, pushing, blank):
        push(pushing, {})
        later = NOW + timedelta(hours=1)
        with client_of(blank) as client:
            client.app.state.composition = replace(blank, now=lambda: later)
            client.headers["X-API-Key"] = pushing.headers["X-API-Key"]
            push(client, {"value": "<0.02", "reason": "laboratory"})
            push(client, {"value": "0.25"})
            push(client, {"value": "0.26", "reason": "复核原始记录〔2025〕3号"})
        chain = pushing.get(CHAIN).json()
        assert [(one["revision"], one["value_text"], one["censored"], one["reason"]) for one in chain] == [
            (1, "0.21", False, None),
            (2, "<0.02", True, "laboratory"),
            (3, "0.25", False, "resubmitted"),
            (4, "0.26", False, "复核原始记录〔2025〕3号"),
        ]
        assert [(one["submission"], one["recorded_at"]) for one in chain][:2] == [
            (1, "2026-01-10T00:00:00Z"),
            (2, "2026-01-10T01:00:00Z"),
        ]
        assert {(one["sender"], one["door"], one["unit"]) for one in chain} == {("示例监测中心", "push", "mg/L")}

    def test_the_indicator_may_be_written_as_sources_do_and_the_time_in_any_zone(self, pushing):
        push(pushing, {})
        other = "/v1/readings/demo-qx2/w21003/2025-08-01T08:00:00+08:00/revisions"
        assert pushing.get(other).json() == pushing.get(CHAIN).json() != []

    def test_every_value_names_the_file_and_the_row_it_stood_in(self, pushing):
        push(pushing, {"indicator": "tp"}, {}, form="csv", name="一号.csv")
        push(pushing, {"value": "0.3"}, name="二号.json")
        told = [(one["file"], one["row"], one["fate"]) for one in pushing.get(CHAIN).json()]
        assert told == [("一号.csv", 3, "accepted"), ("二号.json", 1, "revised")]

    def test_a_key_that_nothing_counts_for_lists_what_was_set_aside_with_its_fate(self, pushing):
        push(pushing, {"value": "9999"}, {"value": "--", "mark": "极值过滤"})
        chain = pushing.get(CHAIN).json()
        assert [(one["revision"], one["value"], one["value_text"], one["fate"], one["row"]) for one in chain] == [
            (0, 9999.0, "9999", "quarantined", 1),
            (0, None, "", "withheld", 2),
        ]

    def test_what_people_decided_is_told_with_the_value_it_is_about(self, pushing, blank):
        push(pushing, {})
        push(pushing, {"value": "0.3"})
        key = Key("demo-qx2", "nh3n", datetime(2025, 8, 1, tzinfo=UTC))
        decide(blank.engine, key, decision("remove", PEOPLE | {"reason": "maintenance"}), stopped(LATER))
        decide(blank.engine, key, decision("restore", PEOPLE | {"reason": "decided_in_error"}), stopped(LAST))
        told = [[one["action"] for one in each["decisions"]] for each in pushing.get(CHAIN).json()]
        assert told == [[], ["remove", "restore"]]
        (decided,) = pushing.get(CHAIN, params={"as_of": LATER.isoformat()}).json()[1]["decisions"]
        named = ("reason_zh", "document", "proposed_by", "approved_by", "recorded_at")
        assert [decided[name] for name in named] == ["维护、校准期间", "单 3", "张三", "李四", "2026-01-10T01:00:00Z"]

    def test_an_upheld_value_stands_in_its_chain_until_it_is_released_after_all(self, pushing, blank):
        push(pushing, {"value": "9999"})
        uphold(blank.engine, 1, decision("uphold", PEOPLE | {"reason": "not_confirmed"}), stopped(LATER))
        release(blank.engine, 1, decision("release", PEOPLE | {"reason": "real_event"}), stopped(LAST))
        assert [self.told(pushing, at) for at in (NOW, LATER, LAST)] == [
            [(0, "9999", [])],
            [(0, "9999", ["uphold"])],
            [(1, "9999", ["uphold", "release"])],
        ]

    def test_of_two_values_the_upheld_one_is_told_beside_the_one_that_counts(self, pushing, blank):
        push(pushing, {}, {"value": "0.3"})
        assert self.told(pushing, NOW) == [(1, "0.21", [])]
        uphold(blank.engine, 2, decision("uphold", PEOPLE | {"reason": "transmission_error"}), stopped(LATER))
        assert self.told(pushing, LATER) == [(1, "0.21", []), (0, "0.3", ["uphold"])]

    def told(self, pushing, as_of):
        chain = pushing.get(CHAIN, params={"as_of": as_of.isoformat()}).json()
        return [(one["revision"], one["value_text"], [each["action"] for each in one["decisions"]]) for one in chain]

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            (CHAIN, 404),
            (CHAIN.replace("2025-08-01T00:00:00Z", "yesterday"), 400),
            (CHAIN.replace("2025-08-01T00:00:00Z", "2025-08-01T08:00"), 404),  # a time, in the station's zone
            (CHAIN.replace("2025-08-01T00:00:00Z", "2025-W31-5"), 400),
            (CHAIN.replace("demo-qx2", "nowhere"), 404),
        ],
    )
    def test_no_such_value_is_not_found(self, pushing, address, status):
        assert pushing.get(address).status_code == status


def test_the_time_in_the_address_is_written_as_in_a_push(pushing):
    push(pushing, {})
    for written in ("2025-08-01T00:00:00Z", "2025-08-01T08:00", "2025-08-01 08:00", "2025-08-01T08:00+08:00"):
        chain = pushing.get(CHAIN.replace("2025-08-01T00:00:00Z", written)).json()
        assert [one["value_text"] for one in chain] == ["0.21"]


class TestAsOf:
    """What was known at an instant, whatever came in later."""

    @pytest.fixture
    def told(self, blank):
        """Two values of a series at `NOW`; later the second one corrected, a newer one, and another series."""
        first = [row("demo-qx2", "2025-08-01 08:00", "nh3n", "0.2"), row("demo-qx2", "2025-08-02 08:00", "nh3n", "0.3")]
        send(blank, first)
        send(blank, [row("demo-qx2", "2025-08-02 08:00", "nh3n", "0.4")], now=LATER)
        last = [row("demo-qx2", "2025-08-03 08:00", "nh3n", "0.5"), row("demo-qx3", "2025-08-01 08:00", "tp", "0.05")]
        send(blank, last, now=LAST)
        with client_of(blank) as client:
            yield client

    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [
            (NOW - timedelta(microseconds=1), []),
            (NOW, [("nh3n", "2025-08-02T00:00:00Z", 0.3, 1)]),
            (LATER - timedelta(microseconds=1), [("nh3n", "2025-08-02T00:00:00Z", 0.3, 1)]),
            (LATER, [("nh3n", "2025-08-02T00:00:00Z", 0.4, 2)]),
            (LAST, [("nh3n", "2025-08-03T00:00:00Z", 0.5, 1), ("tp", "2025-08-01T00:00:00Z", 0.05, 1)]),
        ],
    )
    def test_the_newest_values(self, told, as_of, expected):
        found = told.get("/v1/readings/latest", params={"as_of": as_of.isoformat()}).json()
        assert [(one["indicator"], one["time"], one["value"], one["revision"]) for one in found] == expected

    def test_without_an_instant_the_newest_values_are_those_of_now(self, told):
        assert (
            told.get("/v1/readings/latest").json()
            == told.get("/v1/readings/latest", params={"as_of": LAST.isoformat()}).json()
        )

    def test_what_was_decided_later_is_not_known(self, told, blank):
        grounds = {"reason": "instrument_fault", "document": "单 3", "proposed_by": "张三", "approved_by": "李四"}
        key = Key("demo-qx2", "nh3n", datetime(2025, 8, 3, tzinfo=UTC))
        decide(blank.engine, key, decision("remove", grounds), stopped(LAST + timedelta(hours=1)))
        wanted = {"station": "demo-qx2"}
        (then,) = told.get("/v1/readings/latest", params=wanted | {"as_of": LAST.isoformat()}).json()
        (now,) = told.get("/v1/readings/latest", params=wanted).json()
        assert (then["quality"], now["quality"]) == ("not_evaluated", "unreliable")

    def test_the_chain(self, told):
        chain = "/v1/readings/demo-qx2/nh3n/2025-08-02T00:00:00Z/revisions"
        found = [told.get(chain, params={"as_of": at.isoformat()}).json() for at in (NOW, LATER)]
        assert [[one["value"] for one in each] for each in found] == [[0.3], [0.3, 0.4]]
        before = told.get(chain, params={"as_of": (NOW - timedelta(hours=1)).isoformat()})
        assert before.status_code == 404
        assert "没有读数（2026-01-09T23:00:00Z 所知）" in before.json()["detail"]

    @pytest.mark.parametrize("address", ["/v1/readings/latest", CHAIN])
    def test_an_instant_without_a_zone_is_refused(self, told, address):
        answer = told.get(address, params={"as_of": "2026-01-10"})
        assert (answer.status_code, answer.json()["path"]) == (400, "as_of")


class TestLatest:
    """The newest observation of every series, whatever came in last."""

    def test_the_newest_instant_of_each_series_in_its_newest_revision(self, pushing):
        push(pushing, {"time": "2025-08-02 08:00"}, {"indicator": "tp", "value": "0.05"})
        push(pushing, {"time": "2025-08-02 08:00", "value": "0.3"}, {"value": "0.9"}, {"station": "demo-qx3"})
        found = pushing.get("/v1/readings/latest").json()
        assert [(one["station"], one["indicator"], one["value"], one["revision"]) for one in found] == [
            ("demo-qx2", "nh3n", 0.3, 2),
            ("demo-qx2", "tp", 0.05, 1),
            ("demo-qx3", "nh3n", 0.21, 1),
        ]
        narrower = pushing.get("/v1/readings/latest", params={"station": "demo-qx2", "indicator": "总磷"}).json()
        assert [one["value"] for one in narrower] == [0.05]

    def test_nothing_stored_is_an_empty_list(self, pushing):
        assert pushing.get("/v1/readings/latest").json() == []


class TestLessons:
    """What users of other systems complain of."""

    @pytest.mark.parametrize(
        ("time", "instant"),
        [
            ("2025-08-01T00:00:00+00:00", "2025-08-01T00:00:00Z"),
            ("2025-08-01T00:00:00Z", "2025-08-01T00:00:00Z"),
            ("2025-08-01T00:00:00-07", "2025-08-01T07:00:00Z"),
            ("2025-08-01T00:00:00-07:00", "2025-08-01T07:00:00Z"),
            ("2025-08-01T08:00:00+08:00", "2025-08-01T00:00:00Z"),
            ("2025-08-01T08:00:00", "2025-08-01T00:00:00Z"),
        ],
    )
    def test_an_instant_is_read_with_the_zone_it_names_and_no_hours_vanish(self, pushing, time, instant):
        assert fates(push(pushing, {"time": time})) == {"accepted": 1}
        assert [one["time"] for one in pushing.get("/v1/readings").json()["items"]] == [instant]

    def test_one_instant_in_two_zones_is_one_reading(self, pushing):
        answer = push(pushing, {"time": "2025-08-01T08:00:00+08:00"}, {"time": "2025-07-31T17:00:00-07"})
        assert fates(answer) == {"accepted": 1, "duplicate": 1}

    def test_one_bad_row_rejects_no_other(self, pushing):
        bad = [{"time": "x"}, {"value": "高"}, {"unit": ""}, {"indicator": ""}, {"station": ""}]
        answer = push(pushing, *bad, {})
        assert (fates(answer), stored(pushing)) == ({"accepted": 1, "rejected": 4, "quarantined": 1}, [(0.21, 1)])

    def test_one_duplicate_rejects_no_other(self, pushing):
        push(pushing, {})
        assert fates(push(pushing, {}, {"indicator": "tp", "value": "0.05"})) == {"accepted": 1, "duplicate": 1}

    @pytest.mark.parametrize("value", ["21.1", 21.1], ids=["text", "number"])
    def test_a_number_as_text_is_the_number(self, pushing, value):
        push(pushing, {"indicator": "temperature", "value": value, "unit": "℃"})
        assert stored(pushing) == [(21.1, 1)]

    @pytest.mark.parametrize(
        ("unit", "expected"),
        [("ug/L", [(0.21, 1)]), ("μg/L", [(0.21, 1)]), ("mg", []), ("ppm?", []), ("", [])],
    )
    def test_a_unit_is_converted_or_refused_and_never_guessed(self, pushing, unit, expected):
        push(pushing, {"unit": unit, "value": "210"})
        assert stored(pushing) == expected

    @pytest.mark.parametrize("time", ["2026-01-10T01:00:01Z", "2026-01-10 09:00:01", "2030-01-01"])
    def test_a_time_in_the_future_is_rejected(self, pushing, time):
        assert only_row(push(pushing, {"time": time}))["code"] == "future_time"

    def test_deep_pages_repeat_and_lose_nothing_while_rows_come_in(self, pushing):
        hours = [f"2025-08-{day:02d}T{hour:02d}:00Z" for day in range(1, 6) for hour in (0, 4, 8)]
        push(pushing, *({"time": hour} for hour in hours))
        page, found = pushing.get("/v1/readings", params={"limit": 2}).json(), []
        while True:
            found += [item["time"] for item in page["items"]]
            push(pushing, {"time": f"2025-08-10T00:{len(found):02d}Z"}, {"value": str(len(found) / 100)})
            if not page["next"]:
                break
            page = pushing.get(page["next"]).json()
        assert found[: len(hours)] == [hour.replace("Z", ":00Z") for hour in hours]
        assert len(found) == len(set(found))

    def test_a_good_row_is_what_the_others_differ_from(self, pushing):
        assert (fates(push(pushing, {})), GOOD["value"]) == ({"accepted": 1}, "0.21")
