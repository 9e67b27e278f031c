"""Sections beside the section upstream: what a reach may be, what is flagged, what is due, what is kept apart."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.errors import RegisterError
from basin.network import Network, Station, load_network
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.exports import with_flags
from monitoring_ingest.quality import store
from monitoring_ingest.quality.flags import QARTOD, Quality
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.settings import FILE, declared_tests, files_in
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, csv, network, rows_of, sent
from tests.monitoring_ingest.quality.test_running import levels, rows, standing, standing_after

pytestmark = pytest.mark.proof  # whole runs of quality control over two sections

ROOT = Path(__file__).parents[3]
LATER = NOW + timedelta(hours=4)
BETWEEN = "between_sections"
REACH = """
between_sections:
  source: 编的允许差
  verified: false
  every: {relative: 0}
  reaches:
    hukou:
      upstream: qiaotou
      travel_hours: [4, 8]
      source: 编的在途时间
      indicators:
        nh3n: {absolute: 0.1}
"""
BELOW = "qiaotou-zj"  # of the section hukou; qiaotou and shangyou are upstream of it


def written(folder, text):
    file = folder / "quality_control.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def longer_river():
    """One more section, 入海口, below hukou, with a station of its own."""
    known = network()
    mouth = replace(known.sections["hukou"], code="rukou", order=3)
    station = Station("rukou", "rukou", "zhejiang", "入海口", (), "Asia/Shanghai")
    sections, stations = {**known.sections, "rukou": mouth}, {**known.stations, "rukou": station}
    return Network(known.basins, known.parties, sections, stations)


@pytest.fixture
def reach(tmp_path):
    return declared_tests((FILE, written(tmp_path, REACH)), network())


def judged(engine, tests, now=NOW, **given):
    return run(engine, stopped(now), network=network(), tests=tests, **given)


def doubted(engine, **selected):
    """Station and place in the series of what differs from the section upstream."""
    return [place for place, test in standing(engine, **selected) if test == BETWEEN]


class TestDeclared:
    """A reach has its two sections, in order, its travel time with a source, and thresholds."""

    def test_it_is_read_with_both_sources_and_the_stations_of_both_sections(self, reach):
        (one,) = (each for each in reach["nh3n"] if each.test == BETWEEN)
        assert one.keywords == {"absolute": 0.1, "relative": 0, "travel_hours": (4, 8)}
        assert (one.section, one.stations) == ("hukou", {"qiaotou-zj", "utc"})
        assert (one.upstream, one.upstream_stations) == ("qiaotou", {"qiaotou", "shangyou"})
        assert (one.source, one.verified) == ("编的允许差；在途时间 travel time：编的在途时间", False)
        assert one.arguments == {**one.keywords, "upstream": "qiaotou"}

    @pytest.mark.parametrize(
        ("of_test", "of_reach", "verified"),
        [("true", "true", True), ("true", "false", False), ("false", "true", False)],
    )
    def test_it_is_verified_where_both_are(self, tmp_path, of_test, of_reach, verified):
        text = REACH.replace("verified: false", f"verified: {of_test}")
        text = text.replace("      indicators:", f"      verified: {of_reach}\n      indicators:")
        assert declared_tests([written(tmp_path, text)], network())["nh3n"][-1].verified is verified

    def test_without_one_the_test_is_not_declared(self):
        assert BETWEEN not in {each.test for those in declared_tests().values() for each in those}

    def test_an_outside_one_takes_the_place_of_another_and_says_so(self, tmp_path):
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
        first = written(tmp_path / "one", REACH)
        second = written(tmp_path / "other", REACH.replace("[4, 8]", "[2, 9]"))
        messages: list[str] = []
        tests = declared_tests((FILE, *files_in([tmp_path / "one", tmp_path / "other"])), network(), messages)
        assert [each.keywords["travel_hours"] for each in tests["nh3n"] if each.test == BETWEEN] == [(2, 9)]
        assert messages == [f"between_sections hukou nh3n：{second} 取代 {first}（{second} shadows {first}）"]

    @pytest.mark.parametrize(
        ("good", "wrong", "path", "message"),
        [
            ("    hukou:", "    nowhere:", "reaches.nowhere", "没有断面 nowhere"),
            ("upstream: qiaotou", "upstream: nowhere", "reaches.hukou.upstream", "没有断面 nowhere"),
            ("upstream: qiaotou", "upstream: hukou", "reaches.hukou.upstream", "hukou 不在 hukou 的上游"),
            ("upstream: qiaotou", "upstream: [qiaotou]", "reaches.hukou.upstream", "没有断面"),
            ("source: 编的在途时间", "source:", "reaches.hukou", "没有出处"),
            ("      travel_hours: [4, 8]\n", "", "reaches.hukou", "河段的键有多有少"),
            ("      source: 编的在途时间\n", "", "reaches.hukou", "河段的键有多有少"),
            ("upstream:", "above:", "reaches.hukou", "河段的键有多有少"),
            ("[4, 8]", "[8, 4]", "reaches.hukou.indicators.nh3n.travel_hours", "在途时间应为最短、最长：8，4"),
            ("[4, 8]", "[-1, 4]", "reaches.hukou.indicators.nh3n.travel_hours", "在途时间应为最短、最长"),
            ("[4, 8]", "[4, nan]", "reaches.hukou.indicators.nh3n.travel_hours", "在途时间应为最短、最长"),
            ("[4, 8]", "[4, inf]", "reaches.hukou.indicators.nh3n", "不是数字：'inf'"),
            ("[4, 8]", "[4, 8, 9]", "reaches.hukou.indicators.nh3n", "between_sections 不能用这些参数"),
            ("[4, 8]", "6", "reaches.hukou.indicators.nh3n", "between_sections 不能用这些参数"),
            ("[4, 8]", "soon", "reaches.hukou.indicators.nh3n", "不是数字"),
            ("{relative: 0}", "{relative: 0, travel_hours: [4, 8]}", "reaches.hukou", "在途时间只写在河段下"),
            ("{absolute: 0.1}", "{absolute: 0.1, travel_hours: [4, 8]}", "reaches.hukou", "在途时间只写在河段下"),
            ("{absolute: 0.1}", "{}", "reaches.hukou.indicators.nh3n", "between_sections 的参数不符"),
            ("{absolute: 0.1}", "0.1", "reaches.hukou.indicators.nh3n", "应是键值表"),
            ("nh3n:", "ammonia:", "reaches.hukou.indicators.ammonia", "没有指标 ammonia"),
            ("  reaches:", "  sections:", "", "未知的检验，或键有多有少"),
            ("between_sections:", "spike:", "", "未知的检验，或键有多有少"),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_refused_with_its_place(self, tmp_path, good, wrong, path, message):
        file = written(tmp_path, REACH.replace(good, wrong))
        with pytest.raises(RegisterError, match=re.escape(message)) as refusal:
            declared_tests([file], network())
        assert refusal.value.file == str(file)
        assert (refusal.value.path or "").partition(".")[2] == path and refusal.value.remedy

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"order": 0}, "qiaotou 不在 hukou 的上游：qiaotou 的 order 为 1，hukou 的 order 为 0"),
            ({"river": "另一条河"}, "不在同一条河上：qiaotou（demo，示例河）、hukou（demo，另一条河）"),
            ({"river": ""}, "不在同一条河上：qiaotou（demo，示例河）、hukou（demo，河名未登记）"),
            ({"basin": "elsewhere"}, "不在同一条河上"),
        ],
    )
    def test_its_sections_must_follow_each_other_on_one_river(self, tmp_path, changed, message):
        known = network()
        sections = {**known.sections, "hukou": replace(known.sections["hukou"], **changed)}
        file = written(tmp_path, REACH)
        with pytest.raises(RegisterError, match=re.escape(message)) as refusal:
            declared_tests([file], replace(known, sections=sections))
        assert (refusal.value.path, refusal.value.file) == ("between_sections.reaches.hukou.upstream", str(file))
        assert "sections.csv" in refusal.value.remedy


class TestCompared:
    """A reading downstream is doubtful where it lies outside all that came by upstream four to eight hours before."""

    def test_only_the_reading_downstream_is_flagged_and_only_as_doubtful(self, engine, reach):
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW))
        judged(engine, reach)
        with engine.connect() as connection:
            found = store.faults(connection)
        told = rows_of(found[found["test"] == BETWEEN], "station", "quality")
        assert (told, doubted(engine)) == ([(BELOW, Quality.DOUBTFUL)], [9])

    @pytest.mark.parametrize(
        ("upstream", "station", "expected"),
        [("at_7", "qiaotou", []), ("at_8", "qiaotou", []), ("at_8", "shangyou", []), ("at_6", "qiaotou", [9]),
         ("at_9", "qiaotou", [9])],
    )  # fmt: skip
    def test_what_came_by_any_station_upstream_while_it_travelled_explains_it(
        self, engine, reach, upstream, station, expected
    ):
        above = {"qiaotou": levels(), "shangyou": levels()} | {station: levels(**{upstream: 0.35})}
        for code, values in above.items():
            sent(engine, *rows(values, code), name=f"{code}.csv")
        sent(engine, *rows(levels(at_9=0.35), BELOW), name="below.csv")
        judged(engine, reach)
        assert [place for place in doubted(engine) if place < 10] == expected

    def test_nothing_is_compared_where_no_reach_is_declared(self, engine):
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW))
        judged(engine, declared_tests())
        assert doubted(engine) == []
        with engine.connect() as connection:
            assert BETWEEN not in set(store.history(connection)["test"])

    def test_the_history_has_one_row_with_the_arguments(self, engine, reach):
        for station in ("qiaotou", "shangyou", BELOW):
            sent(engine, *rows(levels(at_9=0.35 if station == BELOW else 0.2), station), name=f"{station}.csv")
        judged(engine, reach)
        with engine.connect() as connection:
            history = store.history(connection)
        (row,) = history[history["test"] == BETWEEN].to_dict("records")
        assert (row["indicator"], row["section"], row["run"]) == ("nh3n", "hukou", 1)
        assert json.loads(row["arguments"]) == {
            "absolute": 0.1, "relative": 0, "travel_hours": [4, 8], "upstream": "qiaotou",
        }  # fmt: skip
        assert (row["source"], row["verified"]) == ("编的允许差；在途时间 travel time：编的在途时间", False)
        assert [row[n] for n in ("series", "readings", "not_evaluated", "doubtful", "unreliable")] == [1, 30, 1, 1, 0]

    def test_nothing_upstream_evaluates_nothing(self, engine, reach):
        sent(engine, *rows(levels(at_9=0.35), BELOW))
        judged(engine, reach)
        with engine.connect() as connection:
            row = store.history(connection).set_index("test").loc[BETWEEN]
        assert (doubted(engine), row["readings"], row["not_evaluated"]) == ([], 30, 30)

    def test_below_detection_is_not_judged_downstream_and_may_be_anything_upstream(self, engine, reach):
        """<0.5 upstream explains 0.35, and 0.01 as well; <0.9 downstream contradicts nothing."""
        above = [*levels(8), "<0.5", *levels(21)]
        sent(engine, *rows(above), *rows([*levels(9), 0.35, 0.01, *levels(4), "<0.9", 0.35, *levels(10)], BELOW))
        judged(engine, reach)
        assert doubted(engine) == [16]

    @pytest.mark.parametrize("station", ["qiaotou", BELOW])
    def test_results_of_a_laboratory_are_on_neither_side(self, engine, reach, station):
        result = f"{station},2025-03-02 08:30,nh3n,0.35,mg/L,样品 S1|上游|HJ 535-2009"
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW), result)
        judged(engine, reach)
        assert doubted(engine) == [9]

    def test_a_section_may_be_the_lower_end_of_one_reach_and_the_upper_of_another(self, engine, tmp_path):
        lower = "    rukou:\n" + REACH.partition("    hukou:\n")[2].replace("qiaotou", "hukou")
        known = longer_river()
        tests = declared_tests((FILE, written(tmp_path, REACH + lower)), known)
        for station, values in (("qiaotou", levels()), (BELOW, levels(at_9=0.35)), ("rukou", levels(at_10=0.35))):
            sent(engine, *rows(values, station), known=known, name=f"{station}.csv")
        run(engine, stopped(NOW), network=known, tests=tests)
        with engine.connect() as connection:
            found, history = store.faults(connection), store.history(connection)
        assert rows_of(found[found["test"] == BETWEEN], "station") == [(BELOW,)]  # what rukou has came by hukou
        told = history[history["test"] == BETWEEN]
        assert rows_of(told, "section", "series", "readings", "not_evaluated", "doubtful") == [
            ("hukou", 1, 30, 1, 1), ("rukou", 1, 30, 1, 0),
        ]  # fmt: skip


class TestDue:
    """What is new or corrected at either section makes the reach due again; nothing else changes anything."""

    def test_a_second_run_changes_nothing(self, engine, reach):
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW))
        judged(engine, reach)
        assert judged(engine, reach, LATER).run is None
        assert judged(engine, reach, LATER, everything=True).changed == 0

    def test_readings_that_come_late_upstream_and_what_was_known_before(self, engine, reach):
        sent(engine, *rows(levels(at_9=0.35), BELOW))
        judged(engine, reach)
        assert doubted(engine) == []
        sent(engine, *rows(levels()), now=LATER, name="late.csv")
        judged(engine, reach, LATER)
        assert (doubted(engine), doubted(engine, as_of=NOW)) == ([9], [])

    def test_a_correction_upstream_withdraws_what_it_explains(self, engine, reach):
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW))
        judged(engine, reach)
        sent(engine, rows(levels(at_8=0.35))[8], now=LATER, name="corrected.csv")
        judged(engine, reach, LATER)
        assert (doubted(engine), doubted(engine, as_of=NOW)) == ([], [9])

    def test_a_correction_downstream_is_judged_as_a_value_of_its_own(self, engine, reach):
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW))
        judged(engine, reach)
        sent(engine, rows(levels(), BELOW)[9], now=LATER, name="corrected.csv")
        judged(engine, reach, LATER)
        with engine.connect() as connection:
            old, new = (store.observations(connection, stations=[BELOW], as_of=at).iloc[9] for at in (NOW, LATER))
        assert (old["revision"], old["quality"], doubted(engine, as_of=NOW)) == (1, Quality.DOUBTFUL, [9])
        assert (new["revision"], new["quality"], new["test"]) == (2, Quality.RELIABLE, "")

    def test_a_way_over_many_days_is_judged_with_all_that_came_by(self, engine, tmp_path):
        tests = declared_tests((FILE, written(tmp_path, REACH.replace("[4, 8]", "[0, 480]"))), network())
        weeks_later = [row.replace("2025-03-0", "2025-03-2") for row in rows(levels(at_3=0.35), BELOW)]
        sent(engine, *rows(levels(at_0=0.35)), *weeks_later)
        judged(engine, tests)
        assert doubted(engine) == [123]  # 492 hours after the first reading upstream
        sent(engine, rows(levels(at_3=0.35))[3], now=LATER, name="late.csv")
        judged(engine, tests, LATER)
        assert doubted(engine) == []

    @pytest.mark.parametrize(
        "left",
        [
            "",
            REACH.replace("hukou:", "rukou:").replace("upstream: qiaotou", "upstream: hukou"),
            REACH.replace("nh3n", "tp"),
        ],
        ids=["none", "another", "another indicator"],
    )
    def test_a_reach_that_is_no_longer_declared_withdraws_its_flags_when_all_is_judged(self, engine, tmp_path, left):
        known = longer_river()
        sent(engine, *rows(levels()), *rows(levels(at_9=0.35), BELOW), known=known)
        for now, text in ((NOW, REACH), (LATER, left)):
            tests = declared_tests((FILE, written(tmp_path, text)) if text else (FILE,), known)
            run(engine, stopped(now), network=known, tests=tests, everything=True)
        assert (doubted(engine), doubted(engine, as_of=NOW)) == ([], [9])


VALUES = st.lists(st.sampled_from([0.2, 0.21, 0.35, 0.5, "<0.4", None]), min_size=20, max_size=42)


@pytest.mark.proof
@settings(max_examples=25, deadline=None)
@given(VALUES, VALUES, VALUES, st.randoms(use_true_random=False), st.integers(1, 5))
def test_flags_do_not_depend_on_the_parts_and_order_in_which_readings_came(
    tmp_path_factory, one, other, below, random, parts
):
    tests = declared_tests((FILE, written(tmp_path_factory.mktemp("reach"), REACH)), network())
    everything = [
        row
        for station, values in (("qiaotou", one), ("shangyou", other), (BELOW, below))
        for row, value in zip(rows(values, station), values, strict=False)
        if value is not None
    ]
    shuffled = random.sample(everything, len(everything))
    apart = [shuffled[start::parts] for start in range(parts)]
    found = [standing_after(each, lambda made, now: judged(made, tests, now)) for each in ([everything], apart)]
    assert found[0] == found[1]


def test_an_export_names_the_test_and_gives_the_qartod_code(engine, reach):
    sent(engine, *rows([0.2, 0.21, 0.2]), *rows([0.2, 0.32, 0.21], BELOW))
    judged(engine, reach)
    with engine.connect() as connection:
        flagged = with_flags(connection, network(), stations=[BELOW])
    assert rows_of(flagged, "quality", "test", "qartod")[1] == ("doubtful", BETWEEN, QARTOD[Quality.DOUBTFUL])


def test_the_example_of_the_document_is_what_a_run_finds(engine, tmp_path):
    text = (ROOT / "docs" / "quality-control.md").read_text(encoding="utf-8")
    (declared,) = re.findall("```yaml reaches\n(.*?)```", text, re.DOTALL)
    known, _ = load_network([ROOT / "fixtures"])
    tests = declared_tests((FILE, written(tmp_path, declared)), known)
    table = re.findall(r"\n\| (2026-03-\S+ \S+) \| ([\d.]*) ?\| ([\d.]+) \| \S+ \| \S+ (\w[\w ]*) \|", text)
    assert len(table) == 8
    lines = [
        f"{station},{time},temperature,{value},℃,"
        for time, above, below, _ in table
        for station, value in (("demo-qx1", above), ("demo-qx2", below))
        if value
    ]
    april = datetime(2026, 4, 1, tzinfo=UTC)
    ingest(engine, known, [("a.csv", csv(*lines))], READINGS, stopped(april))
    run(engine, stopped(april), network=known, tests=tests)
    with engine.connect() as connection:
        faults = store.faults(connection, stations=["demo-qx2"])
        (row,) = (one for one in store.history(connection).to_dict("records") if one["test"] == BETWEEN)
        times = store.observations(connection, stations=["demo-qx2"])["time"].tolist()
    assert set(faults["test"]) == {BETWEEN}
    doubtful = [times.index(time) for time in faults["time"]]
    assert doubtful == [place for place, (*_, flag) in enumerate(table) if flag == "doubtful"]
    assert f"1 temperature {BETWEEN} qingxi-2 {row['arguments']}：" in text
    assert f"1 条序列，评 {row['readings']}，未评 {row['not_evaluated']}，存疑 {row['doubtful']}，不可靠 0" in text
