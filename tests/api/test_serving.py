"""The jobs of the served process: what the composition hands to the schedule."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest
from sqlalchemy import select

from api.composition import Composition
from api.serving import jobs
from basin.agreement import Agreement
from monitoring_ingest.schedule import tables as schedule_tables
from monitoring_ingest.schedule.job import Job, Ran, catch_up, run_slot
from monitoring_ingest.schedule.store import RETRY_AFTER
from tests.api.makers import NOW, client_of, month_rows, send
from tests.api.markup import read

CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def small(blank: Composition) -> Composition:
    """One agreement, and of the declared sources one that is due every four hours and one that never is."""
    declared = blank.registry
    sources = {
        "demo-bulletin": replace(declared.sources["demo-bulletin"], every_hours=4),
        "demo-hand-samples": declared.sources["demo-hand-samples"],
    }
    agreements = {"demo-monthly-class": declared.agreements["demo-monthly-class"]}
    return replace(blank, registry=replace(declared, sources=sources, agreements=agreements))


def job(here: Composition, name: str) -> Job:
    (found,) = [each for each in jobs(here) if each.name == name]
    return found


def test_a_source_with_hours_is_a_job_and_one_without_is_none(small):
    names = [each.name for each in jobs(small)]
    assert [name for name in names if name.startswith("source:")] == ["source:demo-bulletin"]
    assert {"inbox", "quality", "settlement", "silence", "completeness"} < set(names)


def test_a_source_that_is_due_is_taken_in(small):
    due = job(small, "source:demo-bulletin")
    (slot,) = due.slots(None, NOW)
    assert slot == datetime(2026, 1, 10, 8, tzinfo=CHINA)
    assert due.slots(slot, NOW + timedelta(hours=4)) == [slot + timedelta(hours=4)]
    run_slot(small.engine, due, slot, NOW)
    with client_of(small) as client:
        (taken,) = client.get("/v1/submissions").json()["items"]
    assert (taken["door"], taken["counts"]["accepted"]) == ("source:demo-bulletin", 5)


@pytest.mark.parametrize(
    ("settling_day", "closed"),
    [("2025-12-05", ["2025-11"]), ("2026-01-05", ["2025-12", "2025"]), ("2026-02-05", ["2026-01"])],
)
def test_with_december_the_year_is_settled_too(small, settling_day, closed):
    slot = datetime.fromisoformat(f"{settling_day} 06:00").replace(tzinfo=CHINA)
    told = job(small, "settlement").work(slot, NOW)
    assert [part.partition("：")[0] for part in told.split("；")] == closed
    with client_of(small) as client:
        assert sorted(one["period"] for one in client.get("/v1/settlements").json()) == sorted(closed)


@dataclass(frozen=True, eq=False)
class Failing(Agreement):
    """An agreement on which the program fails; it is no refusal."""

    def axes_of(self, ref: str) -> Mapping[str, Sequence[str]]:
        raise RuntimeError("cannot convert float infinity to integer")


def failing(agreement: Agreement, code: str) -> Failing:
    """The same agreement under another code; the program fails on it."""
    values = {field.name: getattr(agreement, field.name) for field in fields(Agreement)}
    return Failing(**values | {"code": code})


class TestAFailedSettlement:
    """Three agreements alike: the program fails on the first, and nobody else is the worse for it."""

    PERIODS = ("2025-12", "2025")

    @pytest.fixture
    def declared(self, small: Composition) -> Agreement:
        return small.registry.agreements["demo-monthly-class"]

    @pytest.fixture
    def of_three(self, small: Composition, declared: Agreement) -> Callable[[Agreement], Composition]:
        """The composition over a given first agreement and two that can be settled."""

        def composed(first: Agreement) -> Composition:
            second = replace(declared, code="second", kept={})
            agreements = {"first": first, "second": second, "third": replace(declared, code="third", kept={})}
            return replace(small, registry=replace(small.registry, agreements=agreements))

        return composed

    @pytest.fixture
    def broken(self, of_three: Callable[[Agreement], Composition], declared: Agreement) -> Composition:
        return of_three(failing(declared, "first"))

    @pytest.fixture
    def mended(self, of_three: Callable[[Agreement], Composition], declared: Agreement) -> Composition:
        return of_three(replace(declared, code="first", kept={}))

    def settled_by(self, here: Composition) -> list[tuple[str, str]]:
        with client_of(here) as client:
            listed = client.get("/v1/settlements").json()
        return sorted((one["agreement"], one["period"]) for one in listed)

    def alarms_of(self, here: Composition) -> list[tuple[str, str, str]]:
        with client_of(here) as client:
            listed = client.get("/v1/alarms").json()
        return [(alarm["agreement"], alarm["period"], alarm["event"]) for alarm in listed]

    def run(self, here: Composition, now: datetime = NOW) -> list[Ran]:
        return catch_up(here.engine, [job(here, "settlement")], now)

    def test_the_others_are_settled_and_the_failed_one_is_named(self, broken, caplog):
        with caplog.at_level(logging.ERROR):
            (ran,) = self.run(broken)
        failure = "first 失败 failed: RuntimeError: cannot convert float infinity to integer"
        months = [part for part in ran.failure.split("；") if failure in part]
        assert [part.partition("：")[0] for part in months] == ["2025-12", "2025"]
        both = {(code, of) for code in ("second", "third") for of in self.PERIODS}
        assert set(self.settled_by(broken)) == both
        with broken.engine.connect() as connection:
            assert connection.scalar(select(schedule_tables.job_runs.c.outcome)) == f"failed: {ran.failure}"
        tracebacks = [record for record in caplog.records if record.exc_info]
        assert [record.getMessage() for record in tracebacks] == [
            "settling first for 2025-12 failed",
            "settling first for 2025 failed",
        ]

    def test_it_is_alarmed_once_and_told_by_lists_and_pages(self, broken):
        self.run(broken)
        self.run(broken, NOW + RETRY_AFTER)
        assert self.alarms_of(broken) == [("first", "2025", "failed"), ("first", "2025-12", "failed")]
        with client_of(broken) as client:
            assert client.get("/v1/status").json()["jobs"][0]["state"] == "failed"
            table = read(client.get("/health").text).all("table")[-1].text
            assert "结算失败" in table and "2025-12" in table
            assert [one["source"] for one in client.get("/v1/alarms").json()] == ["", ""]

    def test_it_is_tried_again_alone_and_recovers(self, broken, mended):
        self.run(broken)
        send(broken, month_rows("demo-qx2", "2025-12"))  # would make second settlements of the others
        assert self.run(mended, NOW + RETRY_AFTER - timedelta(minutes=1)) == []
        assert self.run(mended, NOW + RETRY_AFTER) == [Ran("settlement", datetime(2026, 1, 5, 6, tzinfo=CHINA))]
        assert self.settled_by(mended) == [
            (code, of) for code in ("first", "second", "third") for of in sorted(self.PERIODS)
        ]
        assert sorted(self.alarms_of(mended)) == [
            ("first", "2025", "failed"), ("first", "2025", "recovered"),
            ("first", "2025-12", "failed"), ("first", "2025-12", "recovered"),
        ]  # fmt: skip
        assert self.run(mended, NOW + 2 * RETRY_AFTER) == []

    def test_a_run_that_was_cut_short_settles_all_again_and_stores_the_same_once(self, mended):
        work = partial(job(mended, "settlement").work, datetime(2026, 1, 5, 6, tzinfo=CHINA), lambda: NOW)
        assert work() == work()
        assert len(self.settled_by(mended)) == 6

    def test_a_refusal_is_no_failure(self, of_three, declared):
        refused = replace(declared, code="first", kept={}, every=None)
        (ran,) = self.run(of_three(refused))
        assert ran.failure is None
        assert "first" not in {code for code, _ in self.settled_by(of_three(refused))}
        assert self.alarms_of(of_three(refused)) == []
