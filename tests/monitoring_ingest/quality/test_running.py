"""Quality control of what is new, on both engines: what is judged again, what stands, and what was known when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from basin.errors import Refused
from monitoring_ingest.database.dialects import INSTANT_FORMAT
from monitoring_ingest.database.engine import open_engine, writing
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.doors.files import accept_known
from monitoring_ingest.quality import running, store
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.quality.running import quality_job, run
from monitoring_ingest.quality.settings import DeclaredTest, declared_tests
from monitoring_ingest.quality.tables import quality_tests
from monitoring_ingest.schedule.job import catch_up
from monitoring_ingest.schedule.store import hold, release
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, network, rows_of, sent, with_alias

pytestmark = pytest.mark.proof  # whole runs of quality control

LATER = NOW + timedelta(hours=4)
HOURS = [f"{day:02d} {hour:02d}:00" for day in range(1, 8) for hour in range(0, 24, 4)]


def rows(values, station="qiaotou", indicator="nh3n", month="2025-03"):
    """Readings every four hours of the first days of a month."""
    return [f"{station},{month}-{at},{indicator},{v},mg/L," for at, v in zip(HOURS, values, strict=False)]


def levels(n=30, **other):
    """0.20, 0.21, 0.20 …: no fault, but where another value is given for a place (``at_9=5``)."""
    values = [0.20 + 0.01 * (place % 2) for place in range(n)]
    for place, value in other.items():
        values[int(place.removeprefix("at_"))] = value
    return values


def standing(engine, **selected):
    """(place in the series, test) of every fault that stands."""
    with engine.connect() as connection:
        found = store.faults(connection, **selected)
    start = datetime(2025, 2, 28, 16, tzinfo=UTC)
    return sorted(((time - start) // timedelta(hours=4), test) for time, test in rows_of(found, "time", "test"))


def standing_after(submissions, judge):
    """The same of a new database, once submissions have come in, an hour apart, and each was judged as it came."""
    made = open_engine("sqlite:///:memory:")
    create_schema(made)
    for number, submission in enumerate(submissions):
        if submission:
            now = NOW + timedelta(hours=number)
            sent(made, *submission, now=now)
            judge(made, now)
    found = standing(made)
    made.dispose()
    return found


def test_the_job_judges_what_came_in_and_says_so(engine):
    sent(engine, *rows(levels(at_9=5)))
    (ran,) = catch_up(engine, [quality_job(engine)], NOW)
    assert (ran.job, ran.failure) == ("quality", None)
    assert standing(engine) == [(9, "rate_of_change"), (9, "spike")]


def test_a_second_run_finds_nothing_new(engine):
    sent(engine, *rows(levels(at_9=5)))
    assert run(engine, stopped(NOW)).changed == 2
    again = run(engine, stopped(LATER))
    assert (again.run, again.readings, again.changed) == (None, 0, 0)


def test_readings_that_follow_are_judged_with_those_before(engine):
    values = levels(at_9=5)
    sent(engine, *rows(values)[:10])
    run(engine, stopped(NOW))
    assert (9, "spike") not in standing(engine)  # nothing stands behind it yet
    sent(engine, *rows(values)[10:], now=LATER)
    run(engine, stopped(LATER))
    assert (9, "spike") in standing(engine)
    assert (9, "spike") not in standing(engine, as_of=NOW)


def test_a_flag_that_no_longer_holds_is_withdrawn_and_as_of_still_finds_it(engine):
    sent(engine, *rows([0.2] * 12))
    run(engine, stopped(NOW))
    assert standing(engine) == [(place, "flat_line") for place in range(12)]
    sent(engine, *rows([0.2] * 5 + [0.31]), now=LATER)  # the sixth is corrected: what is left is shorter than a day
    run(engine, stopped(LATER))
    assert standing(engine) == [(5, "flat_line"), (5, "spike")]
    with engine.connect() as connection:  # of the first value and of the one in its place
        assert sorted(rows_of(store.faults(connection), "revision", "test")) == [(1, "flat_line"), (2, "spike")]
    assert standing(engine, as_of=NOW) == [(place, "flat_line") for place in range(12)]


def test_a_correction_is_judged_as_a_value_of_its_own(engine):
    sent(engine, *rows(levels(at_9=5)))
    run(engine, stopped(NOW))
    sent(engine, *rows(levels()), now=LATER)
    run(engine, stopped(LATER))
    with engine.connect() as connection:
        (old, new) = (store.observations(connection, as_of=at).iloc[9] for at in (NOW, LATER))
    assert (old["revision"], old["quality"], old["test"]) == (1, Quality.DOUBTFUL, "spike")
    assert (new["revision"], new["quality"], new["test"]) == (2, Quality.RELIABLE, "")


def test_what_no_run_has_seen_is_not_evaluated(engine):
    sent(engine, *rows(levels()))
    with engine.connect() as connection:
        assert set(store.observations(connection)["quality"]) == {Quality.NOT_EVALUATED}
    run(engine, stopped(NOW))
    sent(engine, *rows(levels(), "shangyou"), now=LATER)
    with engine.connect() as connection:
        found = store.observations(connection)
        assert set(store.observations(connection, as_of=NOW - timedelta(1))["quality"]) == set()
    assert {(r.station, r.quality) for r in found.itertuples()} == {("qiaotou", 1), ("shangyou", 0)}


def test_an_indicator_without_any_test_is_never_evaluated(engine):
    sent(engine, *rows(levels()))
    run(engine, stopped(NOW), tests={"ph": declared_tests()["ph"]})
    with engine.connect() as connection:
        assert set(store.observations(connection)["quality"]) == {Quality.NOT_EVALUATED}


def test_the_history_names_every_test_with_its_arguments_and_counts(engine):
    sent(engine, *rows(levels(at_9=5)))
    run(engine, stopped(NOW))
    with engine.connect() as connection:
        history = store.history(connection).set_index("test")
        assert store.history(connection, NOW - timedelta(seconds=1)).empty
    spike = history.loc["spike"]
    assert spike["arguments"] == '{"absolute": 0.1, "longest_gap_hours": 8, "reach": 2, "relative": 0.5}'
    assert (spike["run"], spike["indicator"], spike["series"], spike["readings"]) == (1, "nh3n", 1, 30)
    assert (spike["not_evaluated"], spike["doubtful"], spike["unreliable"], spike["verified"]) == (4, 1, 0, False)


def test_a_section_is_judged_by_its_own_thresholds_and_the_history_has_a_row_for_each(engine):
    lenient = DeclaredTest("spike", {"absolute": 9, "relative": 0, "reach": 2, "longest_gap_hours": 8}, "示例", False)
    of_section = replace(lenient, section="hukou", stations=frozenset({"qiaotou-zj", "utc"}))
    general = next(each for each in declared_tests()["nh3n"] if each.test == "spike")
    tests = {"nh3n": (replace(general, stations=of_section.stations), of_section)}
    for station in ("qiaotou", "shangyou", "utc"):
        sent(engine, *rows(levels(at_9=5), station), name=f"{station}.csv")
    assert run(engine, stopped(NOW), tests=tests).readings == 90
    with engine.connect() as connection:
        assert sorted(rows_of(store.faults(connection), "station")) == [("qiaotou",), ("shangyou",)]
        history = store.history(connection)
    told = rows_of(history, "section", "series", "readings", "doubtful")
    assert told == [("", 2, 60, 2), ("hukou", 1, 30, 0)]
    assert [json.loads(text)["absolute"] for text in history["arguments"]] == [0.1, 9]


def test_a_range_by_month_of_a_section_is_run(engine, tmp_path):
    low, high = ["0"] * 12, ["nan", "nan", "0.305", *["nan"] * 9]  # only March has an upper bound
    text = f"""
seasonal_range:
  source: 示例
  sections:
    qiaotou:
      nh3n: {{lowest: [{", ".join(low)}], highest: [{", ".join(high)}]}}
"""
    file = tmp_path / "quality_control.yaml"
    file.write_text(text, encoding="utf-8")
    tests = declared_tests([file], network())
    for station in ("qiaotou", "utc"):
        sent(engine, *rows([0.3, 0.31], station), name=f"{station}.csv")
    run(engine, stopped(NOW), tests=tests)
    with engine.connect() as connection:
        found = store.faults(connection)
    assert rows_of(found, "station", "test") == [("qiaotou", "seasonal_range")]
    assert found["time"].tolist() == [datetime(2025, 2, 28, 20, tzinfo=UTC)]


def test_thresholds_whose_windows_differ_are_of_one_round(engine):
    """A test that looks far back for one indicator and not for another is not withdrawn by the round it is not in."""
    (spike,) = (each for each in declared_tests()["nh3n"] if each.test == "spike")
    far = replace(spike, keywords={**spike.keywords, "longest_gap_hours": 100})
    tests = {"nh3n": (spike,), "tp": (far,)}
    sent(engine, *rows(levels(at_9=5)), *rows(levels(at_9=5), indicator="tp"))
    run(engine, stopped(NOW), tests=tests)
    assert run(engine, stopped(LATER), tests=tests, everything=True).changed == 0
    assert standing(engine) == [(9, "spike")] * 2


def test_of_several_tests_the_higher_quality_stands_whatever_their_order(engine):
    sent(engine, *rows(levels(at_9=5)))
    outside = DeclaredTest("gross_range", {"possible": (0, 4)}, "示例", False)
    tests = {"nh3n": (*declared_tests()["nh3n"][1:], outside)}
    run(engine, stopped(NOW), tests=tests)
    with engine.connect() as connection:
        found = store.observations(connection).iloc[9]
    assert (found["quality"], found["test"]) == (Quality.UNRELIABLE, "gross_range")


def test_readings_accepted_late_are_judged_though_they_came_long_ago(engine):
    unknown = [row.replace("qiaotou,", "新站,") for row in rows(levels(at_9=5))]
    sent(engine, *unknown)
    assert run(engine, stopped(NOW)).run is None
    known = with_alias(network(), "qiaotou", "新站")
    assert accept_known(engine, known, stopped(LATER)) == 30
    run(engine, stopped(LATER))
    assert (9, "spike") in standing(engine)
    assert run(engine, stopped(LATER)).run is None


def test_thresholds_changed_are_applied_to_all_there_is_when_asked_to(engine):
    sent(engine, *rows(levels(at_9=5)))
    run(engine, stopped(NOW))
    lenient = {"nh3n": (DeclaredTest("gross_range", {"possible": (0, 100)}, "示例", False),)}
    assert run(engine, stopped(LATER), tests=lenient).run is None
    assert run(engine, stopped(LATER), tests=lenient, everything=True).changed == 2
    assert standing(engine) == []


def test_a_run_that_was_cut_off_is_repeated_and_leaves_nothing_twice(engine, monkeypatch):
    sent(engine, *rows(levels(at_9=5)))

    def cut_off(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(running.store, "keep_run", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(engine, stopped(NOW))
    again = run(engine, stopped(LATER))
    assert (again.run, again.changed) == (2, 0)
    assert standing(engine) == [(9, "rate_of_change"), (9, "spike")]


def test_two_runs_at_once_are_one_too_many_and_a_finished_one_is_out_of_the_way(engine):
    sent(engine, *rows(levels(at_9=5)))
    with writing(engine) as connection:
        hold(connection, running.LEASE_NAME, NOW)
    with pytest.raises(Refused, match="另一次质控正在进行"):
        run(engine, stopped(NOW))
    with writing(engine) as connection:
        release(connection, running.LEASE_NAME)
    assert (run(engine, stopped(NOW)).run, run(engine, stopped(LATER), everything=True).run) == (1, 2)


VALUES = st.lists(st.sampled_from([0.2, 0.21, 0.2, 1.5, None]), min_size=8, max_size=42)


@pytest.mark.proof
@settings(max_examples=25, deadline=None)
@given(VALUES, VALUES, st.randoms(use_true_random=False), st.integers(1, 5))
def test_flags_do_not_depend_on_the_parts_and_order_in_which_readings_came(one, other, random, parts):
    """Every value once, in any order, with a run after every part: as if all had come at once."""
    everything = [
        row
        for station, values in (("qiaotou", one), ("shangyou", other))
        for row, value in zip(rows(values, station), values, strict=False)
        if value is not None
    ]
    shuffled = random.sample(everything, len(everything))
    apart = [shuffled[start::parts] for start in range(parts)]
    found = [standing_after(each, lambda made, now: run(made, stopped(now))) for each in ([everything], apart)]
    assert found[0] == found[1]


def test_a_note_that_is_added_while_notes_are_read_stays_for_the_next_run(engine):
    """On PostgreSQL each statement sees what was stored before it, though all are of one transaction."""
    station = pd.DataFrame({"station": ["qiaotou"], "time": [pd.Timestamp(NOW)]})
    added = []

    def another(_connection, _cursor, statement, *_rest):
        if "FROM quality_due" in statement and not added:
            added.append(statement)
            with writing(engine) as connection:
                store.note_due(connection, station.assign(time=pd.Timestamp(LATER)))

    with writing(engine) as connection:
        store.note_due(connection, station)
    with engine.connect() as reading:
        event.listen(reading, "after_cursor_execute", another)
        due = store.due(reading, NOW)
    assert rows_of(due.spans, "first", "last") == [(NOW, NOW)]
    with writing(engine) as connection:
        store.keep_run(connection, 1, due, pd.DataFrame(columns=[c.name for c in quality_tests.c]), NOW)
        assert rows_of(store.due(connection, NOW).spans, "first", "last") == [(LATER, LATER)]


def test_an_observation_made_of_a_reading_that_was_there_before_is_not_yet_judged(engine):
    """By a name that was declared later: no run has looked at it, though runs have gone past its reading."""
    sent(engine, *rows(levels(), "新站"), *rows(levels()))
    run(engine, stopped(LATER))
    known = with_alias(network(), "shangyou", "新站")
    accept_known(engine, known, stopped(LATER + timedelta(minutes=1)))

    def qualities(as_of):
        with engine.connect() as connection:
            found = store.observations(connection, as_of=as_of)
        return {(r.station, Quality(r.quality).name) for r in found.itertuples()}

    unjudged = {("qiaotou", "RELIABLE"), ("shangyou", "NOT_EVALUATED")}
    assert qualities(LATER + timedelta(hours=1)) == unjudged
    run(engine, stopped(LATER + timedelta(hours=2)))
    assert qualities(None) == {("qiaotou", "RELIABLE"), ("shangyou", "RELIABLE")}
    assert qualities(LATER + timedelta(hours=1)) == unjudged


def test_what_was_observed_while_a_run_went_on_is_not_judged_by_it(engine):
    sent(engine, *rows(levels()), *rows(levels(), "新站"))
    run(engine, stopped(NOW))
    with writing(engine) as connection:
        due = store.due(connection, LATER, everything=True)
    accept_known(engine, with_alias(network(), "shangyou", "新站"), stopped(LATER + timedelta(minutes=1)))
    with writing(engine) as connection:
        no_tests = pd.DataFrame(columns=[column.name for column in quality_tests.c])
        store.keep_run(connection, 2, due, no_tests, LATER + timedelta(minutes=2))
        found = store.observations(connection)
    assert {(r.station, Quality(r.quality).name) for r in found.itertuples()} == {
        ("qiaotou", "RELIABLE"), ("shangyou", "NOT_EVALUATED"),
    }  # fmt: skip


def test_a_run_of_a_version_that_did_not_say_when_it_began_recorded_that_instant(engine):
    sent(engine, *rows(levels()))
    with engine.begin() as connection:
        at = {"at": LATER.strftime(INSTANT_FORMAT)}
        ran = "INSERT INTO quality_runs (id, until_reading, recorded_at) VALUES (1, 1000, :at)"
        tested = "INSERT INTO quality_tests VALUES (1, 'nh3n', 'spike', '', '{}', '', true, :at, :at, 1, 30, 0, 0, 0)"
        for statement in (ran, tested):
            connection.execute(text(statement), at)
    with engine.connect() as connection:
        assert set(store.observations(connection)["quality"]) == {Quality.RELIABLE}
