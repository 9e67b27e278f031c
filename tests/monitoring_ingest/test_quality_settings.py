"""The declared thresholds: what is read, what is refused, and that the tests take what the file gives."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from basin.errors import RegisterError
from monitoring_ingest.flags import QARTOD, Quality
from monitoring_ingest.quality.decisions import REASONS_FOR
from monitoring_ingest.quality_settings import BESIDE, TESTS, declared_tests

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
    plausible, found = declared_tests(written(tmp_path, GOOD))["nh3n"]
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
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path, good, wrong, message):
    with pytest.raises(RegisterError, match=message) as refusal:
        declared_tests(written(tmp_path, GOOD.replace(good, wrong)))
    assert refusal.value.file and refusal.value.path and "补救" in str(refusal.value)


def test_limits_by_month_are_read_as_a_list_and_may_be_absent(tmp_path):
    text = GOOD.replace("spike", "seasonal_range").replace("{reach: 2, longest_gap_hours: 8}", "{}")
    months = ", ".join(["nan", *"12345"])
    own = f"{{lowest: [{months}], highest: [{months}]}}"
    keywords = declared_tests(written(tmp_path, text.replace("{absolute: 0.2, relative: 0}", own)))["nh3n"][1].keywords
    assert keywords["lowest"][1:] == keywords["highest"][1:] == (1, 2, 3, 4, 5)
    assert np.isnan(keywords["lowest"][0])


def test_every_shipped_setting_can_be_run():
    values = np.array([5.0, 5.1, 5.0, 5.2, 5.1, 5.0, 5.1, 5.0])
    instants = np.datetime64("2021-06-01") + np.arange(8) * np.timedelta64(4, "h")
    second = {"gross_range": []} | {test: [values] for test in BESIDE}
    run = [(each, TESTS[each.test]) for those in declared_tests().values() for each in those]
    assert {each.test for each, _ in run} == set(TESTS) - {"seasonal_range"}
    evaluated = {
        each.test for each, test in run if test(values, *second.get(each.test, [instants]), **each.keywords).any()
    }
    assert evaluated == set(TESTS) - {"seasonal_range", "shifted_clock"}  # eight readings are no fortnight


def test_what_nobody_verified_says_so():
    assert [each for those in declared_tests().values() for each in those if each.verified] == []


class TestDocument:
    """docs/quality-control.md has a row for every test and for every quality, with its numbers."""

    TEXT = (Path(__file__).parents[2] / "docs" / "quality-control.md").read_text(encoding="utf-8")

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
