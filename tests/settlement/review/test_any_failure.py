"""Whatever fails while one agreement is settled, at whatever place: the others are settled, it is named and alarmed.

The place is the nth call of a function of this program below the settling of that agreement; an exception is raised
there, as if the function had raised it. Nothing is replaced: Python itself is asked to tell about calls.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import CO_GENERATOR
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from basin.registry import Registry
from monitoring_ingest.coverage.store import listed_alarms
from monitoring_ingest.schedule.job import Job, catch_up
from monitoring_ingest.schedule.store import RETRY_AFTER, listed_runs
from settlement import run, store
from settlement.review.monthly import settle_closed, settlement_job
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.makers import RIVER, RULES, an_agreement, per_unit
from tests.settlement.test_run import EXCESS, sent

pytestmark = pytest.mark.proof  # a month is settled anew for every place that fails

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
OURS = tuple(str(ROOT / package) for package in ("basin", "monitoring_ingest", "settlement"))
SETTLING = run._settled_or_not.__code__
CLOSED = ("2020-12", "2020")
VICTIM = "b"
KINDS = {
    "a": EXCESS,
    VICTIM: EXCESS + "\n" + per_unit("kind: load, section: s1, indicator: nh3n").replace('"1"', '"2"'),
    "c": per_unit("kind: quality_class, section: s1"),
}
Raised = Callable[[], BaseException]


def unspeakable() -> Exception:
    """An exception that cannot be told."""

    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise ValueError("nothing can be said")

    return Unspeakable()


# None that is told as a refusal: by Pydantic where a declared value is read (ValueError, AssertionError), or by
# `settlement.obligations.computable` (RecursionError, OverflowError): clauses that use each other too deeply do so
# every time.
EXCEPTIONS: dict[str, Raised] = {
    "MemoryError": MemoryError,
    "IndexError": lambda: IndexError("list index out of range"),
    "KeyError": lambda: KeyError("nh3n"),
    "OperationalError": lambda: OperationalError("SELECT 1", {}, Exception("the server went away")),
    "TypeError": lambda: TypeError("unsupported operand"),
    "ZeroDivisionError": lambda: ZeroDivisionError("division by zero"),
    "TimeoutError": lambda: TimeoutError("x" * 100_000),
    "Unspeakable": unspeakable,
}


def a_world(**changed: str) -> Registry:
    """Three agreements on one river, in the order of their codes."""
    made = {code: an_agreement(text, code=code, data=RULES) for code, text in (KINDS | changed).items()}
    return Registry(RIVER, made, {}, ())


def without(world: Registry, code: str) -> Registry:
    return replace(world, agreements={c: a for c, a in world.agreements.items() if c != code})


def monthly(engine: Engine, world: Registry) -> Job:
    """The job that settles December, and the year with it, on the fifth of January."""
    return settlement_job(lambda month: settle_closed(engine, world, stopped(NOW), month), 5)


class Failing:
    """Raises at the nth call of a function of ours while the victim is settled; without n it only counts."""

    def __init__(self, nth: int | None = None, raised: Raised = MemoryError) -> None:
        self.calls = 0
        self.nth = nth
        self.raised = raised
        self._inside: FrameType | None = None

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is SETTLING and frame.f_locals["code"] == VICTIM:
            self._inside = frame
        elif event == "return" and frame is self._inside:
            self._inside = None
        elif event == "call" and self._inside is not None and _is_a_function_of_ours(frame.f_code):
            self.calls += 1
            if self.calls == self.nth:
                raise self.raised()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(before)


def _is_a_function_of_ours(code: CodeType) -> bool:
    """Generators are no functions: to close one is a call of it, too, and nobody hears what it raises then."""
    return code.co_filename.startswith(OURS) and not code.co_flags & CO_GENERATOR


@contextmanager
def fresh() -> Iterator[Engine]:
    """A database of its own for one example, with the readings of a year."""
    with TemporaryDirectory() as folder:
        engine = sqlite(Path(folder) / "hengjie.sqlite")
        sent(engine)
        try:
            yield engine
        finally:
            engine.dispose()


def settled_in(engine: Engine) -> dict[tuple[str, str], str]:
    """What every stored settlement says, by agreement and period; there must not be two of one."""
    with engine.connect() as connection:
        headers = store.settlements(connection)
    documents = {(header["agreement"], header["period"]): header["kind"] for header in headers}
    assert len(documents) == len(headers)
    return documents


def alarms_of(engine: Engine) -> list[tuple[str, str]]:
    """Oldest first."""
    with engine.connect() as connection:
        listed = listed_alarms(connection)
    return [(alarm["source"].removeprefix("settlement:"), alarm["event"]) for alarm in reversed(listed)]


def undisturbed() -> tuple[dict[tuple[str, str], str], int]:
    """What is settled where nothing fails, and how many calls the victim takes."""
    counting = Failing()
    with fresh() as engine:
        with counting.at_work():
            catch_up(engine, [monthly(engine, a_world())], NOW)
        return settled_in(engine), counting.calls


@pytest.fixture(scope="module")
def whole() -> tuple[dict[tuple[str, str], str], int]:
    return undisturbed()


def test_the_victim_takes_many_calls_and_nothing_fails(whole):
    documents, calls = whole
    assert documents == {(code, of): documents[code, of] for code in KINDS for of in CLOSED}
    assert documents["a", "2020"] == "payable"
    assert calls > 500


@pytest.mark.proof
@given(st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_fails_wherever_the_others_are_settled_and_it_is_tried_again_alone(whole, data):
    documents, calls = whole
    name = data.draw(st.sampled_from(sorted(EXCEPTIONS)), label="exception")
    nth = data.draw(st.integers(1, calls), label="call")
    the_others_are_settled(documents, Failing(nth, EXCEPTIONS[name]))


@pytest.mark.parametrize("name", EXCEPTIONS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_at_the_first_call_in_the_middle_and_at_the_last(whole, name, share):
    documents, calls = whole
    the_others_are_settled(documents, Failing(max(1, round(share * calls)), EXCEPTIONS[name]))


def the_others_are_settled(documents: dict[tuple[str, str], str], failing: Failing) -> None:
    with fresh() as engine:
        job = monthly(engine, a_world())
        with failing.at_work():
            (ran,) = catch_up(engine, [job], NOW)
        others = {of: kind for of, kind in documents.items() if of[0] != VICTIM}
        assert {of: kind for of, kind in settled_in(engine).items() if of[0] != VICTIM} == others
        alarms = alarms_of(engine)
        if ran.failure is None:  # somebody expected such an exception there, and nothing failed
            assert (settled_in(engine), alarms) == (documents, [])
        else:
            (of,) = (source.partition("/")[2] for source, event in alarms)
            assert alarms == [(f"{VICTIM}/{of}", "failed")]
            assert f"{VICTIM} 失败 failed: " in ran.failure
            assert len(ran.failure) < 1_000
            sent(engine, {("s2", "nh3n", "2020-06-15 08:00"): 0.5})  # would make second settlements of the others
            assert catch_up(engine, [job], NOW + RETRY_AFTER - timedelta(seconds=1)) == []
            (again,) = catch_up(engine, [job], NOW + RETRY_AFTER)
            assert again.failure is None
            assert settled_in(engine) == documents
            assert alarms_of(engine)[1:] == [(f"{VICTIM}/{of}", "recovered")]


class TestForEver:
    """An agreement that goes on failing."""

    @pytest.fixture
    def broken(self, engine: Engine) -> Callable[[Registry, datetime], Any]:
        """Runs the job at an instant while the victim fails at its first call."""
        sent(engine)

        def at(world: Registry, now: datetime) -> Any:
            with Failing(1, lambda: RuntimeError("for ever")).at_work():
                return catch_up(engine, [monthly(engine, world)], now)

        return at

    def test_it_is_alarmed_once_and_tried_ever_more_seldom(self, engine, broken, caplog):
        attempts = []
        for quarter in range(3 * 96):
            attempts += broken(a_world(), NOW + quarter * RETRY_AFTER)
        assert len(attempts) < 12
        assert len(caplog.records) < 3 * len(attempts)
        assert alarms_of(engine) == [(f"{VICTIM}/2020-12", "failed")]
        with engine.connect() as connection:
            assert len(listed_runs(connection)) == 1

    def test_once_it_is_not_declared_any_more_its_alarm_ends(self, engine, broken):
        broken(a_world(), NOW)
        (ran,) = broken(without(a_world(), VICTIM), NOW + RETRY_AFTER)
        assert ran.failure is None
        assert alarms_of(engine) == [(f"{VICTIM}/2020-12", "failed"), (f"{VICTIM}/2020-12", "recovered")]
        assert broken(without(a_world(), VICTIM), NOW + 2 * RETRY_AFTER) == []
