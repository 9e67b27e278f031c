"""What users of other systems complain of, each as a test: stale feeds, slow counts, deep paging; on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pandas as pd
import pytest
from sqlalchemy import Engine, event

from monitoring_ingest.coverage.jobs import coverage_jobs
from monitoring_ingest.coverage.watching import count_slots
from monitoring_ingest.doors.files import Door, ingest
from monitoring_ingest.doors.requests import PUSH, Pushed, Terms, push
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.schedule.job import catch_up
from tests.api import makers
from tests.api.makers import HEADER, NOW, row
from tests.clocks import stopped
from tests.monitoring_ingest.coverage.test_slots import china

MINUTE, MILLISECOND = timedelta(minutes=1), timedelta(milliseconds=1)


@pytest.fixture
def served(engine, world):
    here = makers.composed(engine, world)
    with makers.client_of(here) as client:
        yield here, client


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement.lower())

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


class TestStaleFeedsNobodyNoticed:
    """ "Users report the outage first": here the house does, within one slot."""

    def test_a_feed_that_stops_is_told_within_one_slot_of_its_last_due_time(self, served):
        here, client = served
        last = china("2026-01-09 08:00")
        makers.send(here, [row("demo-qx2", "2026-01-09 08:00", "ph", "7.5")], now=last + 20 * MINUTE)
        due = last + timedelta(hours=4)
        jobs = coverage_jobs(here.engine, here.registry.network)
        for hours in range(16):  # the schedule looks every hour
            catch_up(here.engine, jobs, last + timedelta(hours=hours))
        (alarm,) = client.get("/v1/alarms").json()
        told = pd.Timestamp(alarm["recorded_at"])
        assert (alarm["station"], alarm["event"]) == ("demo-qx2", "silent")
        assert due < told <= due + timedelta(hours=4)

    def test_everybody_can_see_it_without_a_key(self, served):
        here, client = served
        makers.send(here, [row("demo-qx2", "2026-01-01 08:00", "ph", "7.5")])
        assert client.get("/v1/status").json()["stations"]["silent"] == 1
        assert client.get("/v1/health").json()[0]["last_good"] == "2026-01-01T00:00:00Z"

    def test_a_feed_that_repeats_old_values_is_not_fresh(self, served):
        here, client = served
        for day in (1, 5, 9):
            makers.send(here, [row("demo-qx2", "2026-01-01 08:00", "ph", "7.5")], now=china(f"2026-01-0{day} 09:00"))
        first = client.get("/v1/health").json()[0]
        assert (first["station"], first["state"]) == ("demo-qx2", "silent")


class TestSlowCounts:
    """No page counts what it does not show."""

    def test_a_page_of_readings_counts_nothing(self, served):
        here, client = served
        makers.send(here, makers.month_rows("demo-qx2", "2025-03"))
        with statements(here.engine) as asked:
            answer = client.get("/v1/readings", params={"limit": 10}).json()
        assert [one for one in asked if "count(" in one] == []
        assert answer.keys() == {"as_of", "items", "next"}

    def test_the_overview_of_stations_reads_the_counts_of_the_job(self, served):
        here, client = served
        makers.send(here, makers.month_rows("demo-qx2", "2026-01", days=5))
        count_slots(here.engine, here.registry.network, NOW)
        with statements(here.engine) as asked:
            found = client.get("/v1/health").json()
        assert [one for one in asked if "count(" in one] == []
        assert {one["station"]: one["accepted"] for one in found}["demo-qx2"] == 5 * 6 * 5


def keys(pages):
    return Counter((item["station"], item["indicator"], item["time"]) for page in pages for item in page["items"])


def following(client, page):
    while page["next"]:
        page = client.get(page["next"]).json()
        yield page


@pytest.mark.proof
class TestDeepPaging:
    """Pages neither lose nor repeat a row, whatever comes in between two of them."""

    def test_pages_of_ten_thousand_hold_every_row_once_while_pushes_go_on(self, served):
        here, client = served
        for station in ("demo-qx2", "demo-qx3"):
            rows = [line for month in ("2025-01", "2025-02") for line in makers.month_rows(station, month)]
            makers.send(
                here, [*rows, *(line for month in range(3, 9) for line in makers.month_rows(station, f"2025-0{month}"))]
            )
        whole = 2 * 8 * 28 * 6 * 5
        first = client.get("/v1/readings", params={"limit": 10_000}).json()
        pages, revised = [first], 0
        for number, page in enumerate(following(client, first), start=1):
            pages.append(page)
            late = [row("demo-qx2", "2025-01-31 00:00", "ph", "7"), row("demo-qx1", "2025-08-28 20:00", "ph", "7")]
            again = [row("demo-qx3", f"2025-0{month}-03 08:00", "do", f"{number}.5") for month in range(1, 9)]
            makers.send(here, [*late, *again], now=NOW + number * MINUTE)
            revised += len(again)
        found = keys(pages)
        assert [len(page["items"]) for page in pages] == [10_000, 3_440]
        assert (sum(found.values()), set(found.values())) == (whole, {1})
        assert {item["revision"] for page in pages for item in page["items"]} == {1}
        assert revised > 0

    def test_a_submission_underway_at_the_first_page_is_on_no_later_one_either(self, served):
        """Its rows would be recorded at an instant that the first page has already spoken about."""
        here, client = served
        earlier = [row("demo-qx2", f"2025-03-0{day} 00:00", "ph", "7") for day in range(1, 7)]
        makers.send(here, earlier, now=NOW - MINUTE)
        pages = []

        def read_while_somebody_pages(raw: bytes, *, name: str):
            pages.append(client.get("/v1/readings", params={"limit": 3}).json())
            return read_long_csv(raw, name=name, network=here.registry.network)

        late = [row("demo-qx2", "2025-03-01 12:00", "ph", "7"), row("demo-qx2", "2025-03-05 12:00", "ph", "7")]
        content = "\n".join([HEADER, *late, ""]).encode()
        ingest(
            here.engine,
            here.registry.network,
            [("late.csv", content)],
            Door("readings", read_while_somebody_pages),
            stopped(NOW),
        )
        pages += following(client, pages[0])
        assert keys(pages) == keys([client.get("/v1/readings", params={"as_of": pages[0]["as_of"]}).json()])
        assert sum(keys(pages).values()) == 6
        assert sum(keys([client.get("/v1/readings").json()]).values()) == 8

    def test_a_push_about_to_be_committed_at_the_first_page_is_on_no_later_one_either(self, served):
        """It has taken its instant, and nobody can see it yet."""
        here, client = served
        known = here.registry.network
        makers.send(
            here, [row("demo-qx2", f"2025-03-0{day} 00:00", "ph", "7") for day in range(1, 7)], now=NOW - MINUTE
        )
        pages = []

        def page(_connection):
            if not pages:
                pages.append(client.get("/v1/readings", params={"limit": 3}).json())

        event.listen(here.engine, "commit", page)
        late = [row("demo-qx2", "2025-03-01 12:00", "ph", "7"), row("demo-qx2", "2025-03-05 12:00", "ph", "7")]
        sent = Pushed("late.csv", "\n".join([HEADER, *late, ""]).encode())
        push(
            here.engine,
            known,
            sent,
            Door(PUSH, partial(read_long_csv, network=known)),
            Terms(),
            lambda: NOW - MILLISECOND,
        )
        event.remove(here.engine, "commit", page)
        pages += following(client, pages[0])
        assert (sum(keys(pages).values()), sum(keys([client.get("/v1/readings").json()]).values())) == (6, 8)
        assert keys(pages) == keys([client.get("/v1/readings", params={"as_of": pages[0]["as_of"]}).json()])
