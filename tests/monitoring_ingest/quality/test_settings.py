"""The declared thresholds: what is read, what is refused, and that the tests take what the file gives."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from basin.errors import RegisterError
from basin.network import load_network
from monitoring_ingest.quality.decisions import REASONS_FOR
from monitoring_ingest.quality.flags import QARTOD, Quality
from monitoring_ingest.quality.settings import (
    AGAINST_LABORATORY,
    BESIDE,
    BETWEEN_SECTIONS,
    FILE,
    TESTS,
    declared_tests,
    files_in,
)
from tests.monitoring_ingest.makers import network

GOOD = """
spike:
  source: 示例
  verified: false
  every: {reach: 2, longest_gap_hours: 8}
  indicators:
    nh3n: {absolute: 0.2, relative: 0}
"""


def written(folder, text):
    file = folder / "quality_control.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_test_is_read_with_its_keywords_source_and_doubt(tmp_path):
    plausible, found = declared_tests([written(tmp_path, GOOD)])["nh3n"]
    assert (plausible.test, plausible.keywords) == ("gross_range", {"possible": (0, 100)})
    assert (found.test, found.source, found.verified) == ("spike", "示例", False)
    assert found.keywords == {"reach": 2, "longest_gap_hours": 8, "absolute": 0.2, "relative": 0}


@pytest.mark.parametrize(
    ("good", "wrong", "message"),
    [
        ("spike:", "spikes:", "未知的检验"),
        ("source:", "sources:", "键有多有少"),
        ("nh3n:", "ammonia:", "没有指标 ammonia"),
        ("absolute:", "threshold:", "spike 的参数不符"),
        ("absolute: 0.2, ", "", "spike 的参数不符"),
        ("0.2", "much", "不是数字"),
        ("0.2", "nan", "不是数字"),
        ("0.2", "inf", "不是数字"),
        ("0.2", "[0.2, [0.3]]", "不是数字"),
        ("0.2", "[0.2, 0.3]", "spike 不能用这些参数"),
        ("reach: 2", "reach: 3", "reach 应为 1 或 2"),
        ("{absolute: 0.2, relative: 0}", "", "应是键值表"),
        ("indicators:", "sections:", "没有断面 nh3n"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path, good, wrong, message):
    with pytest.raises(RegisterError, match=message) as refusal:
        declared_tests([written(tmp_path, GOOD.replace(good, wrong))])
    assert refusal.value.file and refusal.value.path and "补救" in str(refusal.value)


def test_limits_by_month_are_read_as_a_list_and_may_be_absent(tmp_path):
    text = GOOD.replace("spike", "seasonal_range").replace("{reach: 2, longest_gap_hours: 8}", "{}")
    months = ", ".join(["nan", *"12345", *"123456"])
    own = f"{{lowest: [{months}], highest: [{months}]}}"
    file = written(tmp_path, text.replace("{absolute: 0.2, relative: 0}", own))
    keywords = declared_tests([file])["nh3n"][1].keywords
    assert keywords["lowest"][1:6] == keywords["highest"][1:6] == (1, 2, 3, 4, 5)
    assert np.isnan(keywords["lowest"][0])


SEASONAL = """
seasonal_range:
  source: 示例
  sections:
    qiaotou:
      nh3n: {{lowest: [{low}], highest: [{high}]}}
"""


def seasonal(low="0", high="1", months=12):
    return SEASONAL.format(low=", ".join([low] * months), high=", ".join([high] * months))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (seasonal(months=11), "每月一个界限"),
        (seasonal(low="2"), "下限高于上限"),
        (seasonal().replace("nh3n", "ammonia"), "没有指标 ammonia"),
        (seasonal().replace("qiaotou", "nowhere"), "没有断面 nowhere"),
    ],
)
def test_what_a_section_cannot_have_is_refused_with_its_place(tmp_path, text, message):
    file = written(tmp_path, text)
    with pytest.raises(RegisterError, match=message) as refusal:
        declared_tests([file], network())
    assert refusal.value.file == str(file)
    assert (refusal.value.path or "").startswith("seasonal_range.sections.") and refusal.value.remedy


class TestOutside:
    """A file in an outside directory stands on top of the bundled one, by test, indicator and section."""

    def declared(self, folder, text):
        messages = []
        file = written(folder, text)
        return declared_tests((FILE, *files_in([folder])), network(), messages), messages, file

    def test_what_it_declares_shadows_what_is_bundled_and_says_so(self, tmp_path):
        tests, messages, file = self.declared(tmp_path, GOOD)
        assert [each.keywords["absolute"] for each in tests["nh3n"] if each.test == "spike"] == [0.2]
        assert [each.keywords["absolute"] for each in tests["tp"] if each.test == "spike"] == [0.03]
        assert messages == [f"spike nh3n：{file} 取代 {FILE}（{file} shadows {FILE}）"]
        assert [each.test for each in tests["nh3n"]] == [each.test for each in declared_tests()["nh3n"]]

    def test_a_section_has_thresholds_of_its_own_and_the_others_keep_theirs(self, tmp_path):
        own = GOOD.replace("indicators:", "sections:\n    qiaotou:").replace("    nh3n:", "      nh3n:")
        tests, messages, _ = self.declared(tmp_path, own)
        general, of_section = (each for each in tests["nh3n"] if each.test == "spike")
        assert (general.section, general.keywords["absolute"]) == ("", 0.1)
        assert (of_section.section, of_section.keywords["absolute"]) == ("qiaotou", 0.2)
        stations = ("qiaotou", "shangyou", "qiaotou-zj", "utc", "unheard-of")
        assert list(map(of_section.judges, stations)) == [True, True, False, False, False]
        assert list(map(general.judges, stations)) == [False, False, True, True, True]
        assert messages == []

    def test_a_test_that_only_a_section_has_is_run_nowhere_else(self, tmp_path):
        tests, _, _ = self.declared(tmp_path, seasonal())
        (own,) = (each for each in tests["nh3n"] if each.test == "seasonal_range")
        assert list(map(own.judges, ("qiaotou", "utc"))) == [True, False]

    def test_the_file_itself_may_be_handed_in_and_a_directory_may_have_none(self, tmp_path):
        file = written(tmp_path, GOOD)
        (tmp_path / "empty").mkdir()
        assert files_in([file, tmp_path / "empty", tmp_path]) == [file, file]


def test_every_shipped_setting_can_be_run():
    values = np.array([5.0, 5.1, 5.0, 5.2, 5.1, 5.0, 5.1, 5.0])
    instants = np.datetime64("2021-06-01") + np.arange(8) * np.timedelta64(4, "h")
    second = {"gross_range": []} | {test: [values] for test in BESIDE}
    run = [(each, TESTS[each.test]) for those in declared_tests().values() for each in those]
    of_places = {"seasonal_range", *BETWEEN_SECTIONS}  # thresholds of a section or reach, which nobody can ship
    assert {each.test for each, _ in run} == set(TESTS) - of_places
    run = [(each, test) for each, test in run if each.test not in AGAINST_LABORATORY]  # on two series: see rehearsal
    evaluated = {
        each.test for each, test in run if test(values, *second.get(each.test, [instants]), **each.keywords).any()
    }
    not_in_eight_readings = {*of_places, "shifted_clock", "against_history", *AGAINST_LABORATORY}
    assert evaluated == set(TESTS) - not_in_eight_readings


def test_what_nobody_verified_says_so():
    assert [each for those in declared_tests().values() for each in those if each.verified] == []


class TestDocument:
    """docs/quality-control.md has a row for every test and for every quality, with its numbers."""

    TEXT = (Path(__file__).parents[3] / "docs" / "quality-control.md").read_text(encoding="utf-8")

    def test_its_example_of_an_outside_file_is_read(self, tmp_path):
        (text,) = re.findall("```yaml thresholds\n(.*?)```", self.TEXT, re.DOTALL)
        tests = declared_tests((FILE, written(tmp_path, text)), load_network([FILE.parent])[0])
        own = {(each.test, each.section) for each in tests["nh3n"] if "示例" in each.source}
        assert own == {("spike", ""), ("spike", "jiekou"), ("seasonal_range", "jiekou")}

    @pytest.mark.parametrize("test", [*TESTS, "gaps", "against_limit"])
    def test_every_test_has_a_row(self, test):
        assert f"\n| `{test}` |" in self.TEXT

    @pytest.mark.parametrize("quality", Quality, ids=lambda quality: quality.name)
    def test_every_quality_has_its_number_and_its_qartod_code(self, quality):
        row = rf"\n\| \S+ {quality.name.lower().replace('_', ' ')} \| {quality.value} \| {QARTOD[quality]} \|"
        assert re.search(row, self.TEXT)

    @pytest.mark.parametrize("action", REASONS_FOR)
    def test_every_decision_has_a_row_with_the_reasons_it_takes(self, action):
        (row,) = re.findall(rf"\n\| `{action}` .*", self.TEXT)
        assert re.findall("`(\\w+)`", row)[1:] == list(REASONS_FOR[action])
