"""The jobs of the served process: what the composition hands to the schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from api.composition import Composition
from api.serving import jobs
from monitoring_ingest.schedule.job import Job, run_slot
from tests.api.makers import NOW, client_of

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
