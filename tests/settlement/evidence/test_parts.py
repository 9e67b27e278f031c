"""What a settlement reads stands in its parts and its digest; what it does not read changes neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from basin.network import DeclaredRange, Network, Party, Section, Station
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.records import store as intake
from settlement import store
from settlement.evidence.exporting import evidence, file_of, recomputed
from settlement.evidence.pack import contents, verify
from settlement.gathered import Gathered
from settlement.run import settle
from settlement.statement.engine_version import BEFORE_PARTS, ENGINE_VERSION, as_made_by
from tests.clocks import stopped
from tests.settlement.evidence.packs import RECORDED, RIVER, Kind, kinds
from tests.settlement.evidence.test_exporting import EXCESS, NOW, TWELVE, a_registry
from tests.settlement.makers import a_fact, monthly
from tests.settlement.makers import readings as csv_of

pytestmark = pytest.mark.proof  # every kind of evidence file, made anew for every change

KINDS = [pytest.param(kind, id=name) for name, kind in kinds().items()]
KEY = ["station", "indicator", "time"]
Unread = Callable[[Gathered], Gathered]


def in_file(kind: Kind) -> pd.DataFrame:
    """The readings in the evidence file of a kind."""
    return contents(kind.file).observations


def is_unread(kind: Kind) -> np.ndarray:
    """Which of its observations an evidence file does not hold."""
    keys = pd.MultiIndex.from_frame(in_file(kind)[KEY])
    return ~pd.MultiIndex.from_frame(kind.read.observations[KEY]).isin(keys)


def with_facts(*more: Fact) -> Unread:
    return lambda read: replace(read, facts=[*read.facts, *more])


def with_reading(station: str, indicator: str, time: str) -> Unread:
    """One more reading, of 9.9, at a time in UTC."""

    def added(read: Gathered) -> Gathered:
        row = {
            "station": station, "indicator": indicator, "time": pd.Timestamp(time, tz="UTC"), "value": 9.9,
            "censored": False, "status": "正常", "mark": "", "revision": 1, "quality": 1, "test": "",
        }  # fmt: skip
        frame = pd.DataFrame([row]).astype({"time": read.observations["time"].dtype})[read.observations.columns]
        return replace(read, observations=pd.concat([read.observations, frame], ignore_index=True))

    return added


# what none of the kinds reads
ELSEWHERE: dict[str, Unread] = {
    "a fact about something else": with_facts(Fact("third", "2020", "funds used", "9", "函", "甲", RECORDED)),
    "a fact of a kind nobody asks for": with_facts(Fact("s1", "2020-05", "incident", "1", "函", "甲", RECORDED)),
    "a fact for another period": with_facts(Fact("s1", "2023-05", "frozen", "1", "函", "甲", RECORDED, "乙")),
    "a reading nobody asks for": with_reading("s2", "temperature", "2020-05-20 04:00"),
}


STATIONS = dict(RIVER.stations)
SECTIONS = dict(RIVER.sections)
# the river with something that none of the kinds reads
NETWORKS = {
    "a station without readings": replace(
        RIVER, stations=STATIONS | {"s1-c": Station("s1-c", "s1", "up", "三号站", (), "Asia/Shanghai")}
    ),
    "a section of another basin": replace(
        RIVER, sections=SECTIONS | {"s9": Section("s9", "九", "", "test", 9, "up", "down", "river", 2, "other")}
    ),
    "a party that nobody names": replace(RIVER, parties=dict(RIVER.parties) | {"else": Party("else", "他", "", "")}),
    "another name of a station": replace(RIVER, stations=STATIONS | {"s1": replace(STATIONS["s1"], aliases=("又名",))}),
    "the range that a station declares": replace(
        RIVER, stations=STATIONS | {"s1": replace(STATIONS["s1"], ranges=(DeclaredRange("flow", 0, 60000),))}
    ),
    "an English name": replace(RIVER, sections=SECTIONS | {"s1": replace(SECTIONS["s1"], name_en="Section One")}),
}


class TestWhatIsNotRead:
    """What a settlement does not read changes no digest."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("unread", ELSEWHERE.values(), ids=ELSEWHERE)
    def test_what_lies_elsewhere(self, kind: Kind, unread: Unread) -> None:
        assert kind.settlement(unread(kind.read)).document == kind.stated

    @pytest.mark.parametrize("kind", KINDS)
    def test_no_reading_outside_the_file(self, kind: Kind) -> None:
        rows = kind.read.observations
        unread = is_unread(kind)
        gone = replace(kind.read, observations=rows[~unread].reset_index(drop=True))
        assert kind.settlement(gone).document == kind.stated
        other = rows.assign(value=rows["value"].mask(unread, 77.0), status=rows["status"].mask(unread, "维护"))
        assert kind.settlement(replace(kind.read, observations=other)).document == kind.stated

    @settings(deadline=None, max_examples=30)
    @given(st.data())
    def test_nor_any_part_of_them(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(list(kinds().values())))
        rows = kind.read.observations
        places = np.flatnonzero(is_unread(kind)).tolist()
        chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=20)) if places else []
        value = data.draw(st.floats(0.001, 50))
        rows = rows.assign(value=rows["value"].mask(rows.index.isin(chosen), value))
        dropped = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=20)) if places else []
        shuffled = rows.drop(dropped).sample(frac=1, random_state=data.draw(st.integers(0, 99)))
        read = replace(kind.read, observations=shuffled.reset_index(drop=True))
        assert kind.settlement(read).document == kind.stated

    @pytest.mark.parametrize("kind", KINDS)
    def test_no_fact_outside_the_file(self, kind: Kind) -> None:
        held = [(fact["subject"], fact["kind"], fact["value"]) for fact in contents(kind.file).facts]
        gone = [fact for fact in kind.read.facts if (fact.subject, fact.kind, fact.value) in held]
        assert kind.settlement(replace(kind.read, facts=gone)).document == kind.stated

    @pytest.mark.parametrize("kind", KINDS)
    def test_when_facts_and_decisions_were_recorded_and_by_which_revision_a_reading_came(self, kind: Kind) -> None:
        later = RECORDED + timedelta(days=3)
        rows = kind.read.observations
        read = replace(
            kind.read,
            observations=rows.assign(revision=5),
            facts=[replace(fact, recorded_at=later) for fact in kind.read.facts],
            decisions=[
                decision | {"recorded_at": later.isoformat(), "revision": 5} for decision in kind.read.decisions
            ],
        )
        again = kind.settlement(read).document
        first = kind.stated
        if not any(row["action"] == "remove" for row in contents(kind.file).parameters.get("decisions", [])):
            assert (again["digest"], again["id"]) == (first["digest"], first["id"])
        assert again["parts"]["observations"] == first["parts"]["observations"]
        assert again["parts"]["facts"] == first["parts"]["facts"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_flags_and_decisions_by_which_a_reading_counts_all_the_same(self, kind: Kind) -> None:
        if "test" not in kind.read.observations:
            rows = kind.read.observations.assign(quality=1, test="")
            read = replace(kind.read, observations=rows)
        else:
            read = kind.read
        rows = read.observations
        doubtful = rows["test"].eq("") & (rows.index % 3 == 0)
        noted = rows.assign(
            quality=rows["quality"].mask(doubtful, 2), test=rows["test"].mask(doubtful, "rate_of_change")
        )
        again = kind.settlement(replace(read, observations=noted)).document
        assert again["digest"] == kind.stated["digest"]

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
    def test_what_the_register_says_elsewhere(self, kind: Kind, network: Network) -> None:
        assert kind.settlement(network=network).document == kind.stated

    def test_a_fact_that_is_recorded_once_more_as_it_was(self) -> None:
        kind = kinds()["facts and grounds"]
        again = [replace(fact, recorded_at=RECORDED + timedelta(days=1)) for fact in kind.read.facts]
        read = replace(kind.read, facts=[*kind.read.facts, *again])
        assert kind.settlement(read).document["digest"] == kind.stated["digest"]


class TestWhatIsRead:
    """Whatever stands in the file was read: any of it that changes is another digest."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_reading_in_the_file(self, kind: Kind) -> None:
        rows = kind.read.observations
        for place in np.flatnonzero(~is_unread(kind))[::29]:
            other = rows.assign(value=rows["value"].mask(rows.index == place, 1.2345))
            changed = kind.settlement(replace(kind.read, observations=other)).document
            assert changed["parts"]["observations"] != kind.stated["parts"]["observations"]

    def test_a_reading_left_out_by_a_ground_stands_in_the_file(self) -> None:
        kind = kinds()["facts and grounds"]
        frozen = in_file(kind)["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m").eq("2020-02")
        assert frozen.any()

    def test_the_newest_fact_stands_in_the_file_alone(self) -> None:
        held = contents(kinds()["facts and grounds"].file).facts
        assert [(fact["kind"], fact["period"], fact["document"]) for fact in held] == [
            ("frozen", "2020-02", "会议纪要"), ("funds used", "2020", "审计报告")
        ]  # fmt: skip

    def test_a_removal_stands_in_the_digest_and_its_reason_with_it(self) -> None:
        kind = kinds()["completeness"]
        other = [decision | {"reason": "maintenance"} for decision in kind.read.decisions]
        document = kind.settlement(replace(kind.read, decisions=other)).document
        assert document["parts"]["parameters"] != kind.stated["parts"]["parameters"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_file_verifies(self, kind: Kind) -> None:
        found = verify(kind.file, recomputed)
        assert (found.ok, found.failure) == (True, None)
        assert "所载即结算所读，各部分与散列一致 parts (5)" in found.checked


class TestOnBothEngines:
    """The same from a database: what is recorded elsewhere settles to the same identity."""

    def test_what_is_recorded_elsewhere_changes_nothing(self, engine: Engine) -> None:
        registry = a_registry()
        ingest(engine, RIVER, [("a.csv", csv_of(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(NOW))
        first = settle(engine, registry, "test-river", "2020", now=NOW)
        later = NOW + timedelta(days=1)
        elsewhere = {("s1", "codmn", "2020-03-03 12:00"): 3.0, ("s2", "nh3n", "2020-03-03 12:00"): 3.0,
                     ("s1", "nh3n", "2021-01-03 12:00"): 3.0}  # fmt: skip
        ingest(engine, RIVER, [("b.csv", csv_of(elsewhere))], READINGS, stopped(later))
        with writing(engine) as connection:
            intake.record_fact(connection, a_fact("s2", "2020-01", "frozen"), later)
            intake.record_fact(connection, a_fact("s1", "2020-01", "incident"), later)
        again = settle(engine, registry, "test-river", "2020", now=later + timedelta(hours=1))
        assert (again["id"], again["digest"]) == (first["id"], first["digest"])

    def test_a_settlement_of_before_parts_opens_and_its_pack_says_what_could_not_be_checked(
        self, engine: Engine
    ) -> None:
        ingest(engine, RIVER, [("a.csv", csv_of(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(NOW))
        registry = a_registry(EXCESS)
        old = as_made_by(settle(engine, registry, "test-river", "2020", now=NOW), "1")
        assert "parts" not in old
        with writing(engine) as connection:
            store.keep_settlement(connection, old, registry.agreement("test-river").text, NOW, NOW)
        found = verify(evidence(engine, registry, old["id"]), recomputed)
        assert (found.ok, found.failure) == (True, None)
        assert "made before parts were hashed" in found.checked[-2]
        assert f"由引擎版本 1 所作，现在是版本 {ENGINE_VERSION}，结果相同" in found.checked[-1]


class TestAVersionOfBefore:
    """Taking the parts out of a document is no way around them: the digest is another one."""

    @pytest.mark.parametrize("version", BEFORE_PARTS)
    def test_the_digest_is_another(self, version: str | None) -> None:
        settlement = kinds()["weeks"].settlement()
        older = as_made_by(settlement.document, version)
        found = verify(file_of(settlement, older), recomputed)
        assert found.ok
        assert older["digest"] != settlement.document["digest"]

    def test_a_document_of_this_version_without_parts_does_not_hold(self) -> None:
        settlement = kinds()["weeks"].settlement()
        older = as_made_by(settlement.document, "1") | {"engine_version": ENGINE_VERSION}
        stamped = as_made_by(older, "0")  # a digest of its own
        assert not verify(file_of(settlement, as_made_by(stamped, ENGINE_VERSION)), recomputed).ok


def test_instants_are_hashed_in_utc_whatever_unit_they_have() -> None:
    kind = kinds()["weeks"]
    rows = kind.read.observations
    micro = rows.assign(time=rows["time"].dt.as_unit("us"))
    assert kind.settlement(replace(kind.read, observations=micro)).document == kind.stated
