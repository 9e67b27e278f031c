"""GB 3838-2002 and the class of values: one comparison for exact numbers and for arrays."""

from __future__ import annotations

from fractions import Fraction
from math import nan
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.errors import RegisterError, UnknownCode
from basin.network import load_network
from basin.registry import BUNDLED
from basin.rounding import number
from basin.standards import FOLDER, classify, deciding, indicator_class, load_standard, standard
from tests.basin.replies import readings

GB3838 = standard("gb3838-2002")
FIVE = ("ph", "do", "codmn", "nh3n", "tp")


class TestTheTable:
    """Table 1 of GB 3838-2002 as bundled."""

    # As printed: limits of Ⅰ … Ⅴ. pH 6–9 and water temperature have none.
    PRINTED = """
        do        river  7.5      6        5       3      2
        codmn     river  2        4        6       10     15
        cod       river  15       15       20      30     40
        bod5      river  3        3        4       6      10
        nh3n      river  0.15     0.5      1.0     1.5    2.0
        tp        river  0.02     0.1      0.2     0.3    0.4
        tp        lake   0.01     0.025    0.05    0.1    0.2
        tn        lake   0.2      0.5      1.0     1.5    2.0
        cu        river  0.01     1.0      1.0     1.0    1.0
        zn        river  0.05     1.0      1.0     2.0    2.0
        f         river  1.0      1.0      1.0     1.5    1.5
        se        river  0.01     0.01     0.01    0.02   0.02
        as        river  0.05     0.05     0.05    0.1    0.1
        hg        river  0.00005  0.00005  0.0001  0.001  0.001
        cd        river  0.001    0.005    0.005   0.005  0.01
        cr6       river  0.01     0.05     0.05    0.05   0.1
        pb        river  0.01     0.01     0.05    0.05   0.1
        cn        river  0.005    0.05     0.2     0.2    0.2
        phenol    river  0.002    0.002    0.005   0.01   0.1
        oil       river  0.05     0.05     0.05    0.5    1.0
        las       river  0.2      0.2      0.2     0.3    0.3
        sulfide   river  0.05     0.1      0.2     0.5    1.0
        coliform  river  200      2000     10000   20000  40000
    """

    @pytest.mark.parametrize("line", PRINTED.strip().splitlines(), ids=lambda line: "-".join(line.split()[:2]))
    def test_the_limits_are_those_printed(self, line: str):
        indicator, water_body, *limits = line.split()
        assert GB3838.limits(indicator, water_body) == tuple(number(limit) for limit in limits)

    def test_limits_of_lakes_are_those_of_rivers_but_for_phosphorus_and_nitrogen(self):
        differing = {code for code in GB3838.items if GB3838.limits(code, "river") != GB3838.limits(code, "lake")}
        assert differing == {"tp", "tn"}

    def test_24_items_of_which_21_are_evaluated(self):
        assert [item.number for item in GB3838.items.values()] == list(range(1, 25))
        assert set(GB3838.items) - set(GB3838.evaluated) == {"temperature", "tn", "coliform"}

    def test_a_limit_of_one_class(self):
        assert GB3838.limit("tp", 3, "lake") == Fraction(1, 20)
        assert GB3838.limit("tp", 6, "lake") is None
        assert GB3838.limit("ph", 3, "river") is None
        assert GB3838.limit("conductivity", 3, "river") is None
        assert GB3838.limit("tn", 3, "river") is None

    def test_only_oxygen_is_better_the_higher_it_is(self):
        assert [code for code in GB3838.items if GB3838.higher_is_better(code)] == ["do"]

    def test_grades_and_colours_by_class(self):
        assert [GB3838.grades[cls].grade_zh for cls in range(1, 7)] == [
            "优", "优", "良好", "轻度污染", "中度污染", "重度污染",
        ]  # fmt: skip
        assert GB3838.grades[6].colour_hex == "#FF0000"

    def test_it_is_dated_and_names_its_source(self):
        assert (str(GB3838.starts), GB3838.source) == ("2002-06-01", "GB 3838-2002 表1")


class TestIndicatorClass:
    """1 + the number of limits not met."""

    @pytest.mark.parametrize(
        ("indicator", "value", "water_body", "expected"),
        [
            ("cod", "15", "river", 1),  # Ⅰ and Ⅱ share the limit: the better class
            ("cod", "15.1", "river", 3),
            ("codmn", "6", "river", 3),  # equal to the limit meets it
            ("codmn", "6.1", "river", 4),
            ("codmn", "15.1", "river", 6),
            ("do", "7.5", "river", 1),
            ("do", "7.4", "river", 2),
            ("do", "1.9", "river", 6),
            ("ph", "6", "river", 1),
            ("ph", "9", "river", 1),
            ("ph", "9.1", "river", 6),
            ("ph", "5.9", "lake", 6),
            ("tp", "0.05", "river", 2),
            ("tp", "0.05", "lake", 3),
            ("tn", "1.2", "lake", 4),
            ("hg", "0.00005", "river", 1),
        ],
    )
    def test_exact_values_and_arrays_alike(self, indicator: str, value: str, water_body: str, expected: int):
        assert indicator_class(GB3838, indicator, Fraction(value), water_body) == expected
        assert indicator_class(GB3838, indicator, np.array([float(value)]), water_body).tolist() == [expected]

    @given(
        st.sampled_from([code for code in GB3838.items if GB3838.items[code].bands and code != "tn"]),
        st.integers(0, 10**7),
        st.integers(0, 6),
        st.sampled_from(["river", "lake"]),
    )
    def test_both_worlds_agree_on_every_reported_value(self, indicator: str, digits: int, places: int, body: str):
        exact = Fraction(digits, 10**places)
        assert indicator_class(GB3838, indicator, np.array(float(exact)), body) == indicator_class(
            GB3838, indicator, exact, body
        )

    @given(st.lists(st.floats(0, 100), min_size=2, max_size=20))
    def test_more_pollution_is_never_a_better_class(self, values: list[float]):
        classes = indicator_class(GB3838, "codmn", np.array(sorted(values)), "river")
        assert (np.diff(classes) >= 0).all()

    def test_absent_stays_absent_and_each_element_has_its_water_body(self):
        values = np.array([0.05, 0.05, nan, 0.05])
        bodies = np.array(["river", "lake", "lake", "unknown"])
        assert indicator_class(GB3838, "tp", values, bodies).tolist()[:2] == [2, 3]
        assert np.isnan(indicator_class(GB3838, "tp", values, bodies)[2:]).all()

    def test_water_bodies_broadcast_over_draws(self):
        draws = np.full((3, 2), 0.05)
        assert indicator_class(GB3838, "tp", draws, np.array(["river", "lake"])).tolist() == [[2, 3]] * 3

    @pytest.mark.parametrize(
        ("indicator", "water_body"),
        [("temperature", "river"), ("conductivity", "river"), ("tn", "river"), ("tp", "水库")],
    )
    def test_asking_for_a_class_that_does_not_exist_is_misuse(self, indicator: str, water_body: str):
        with pytest.raises(UnknownCode, match="限值"):
            indicator_class(GB3838, indicator, Fraction(1), water_body)
        with pytest.raises(UnknownCode, match="限值"):
            indicator_class(GB3838, indicator, np.array([1.0]), water_body)


class TestClassify:
    """The worst item decides (单因子评价)."""

    VALUES: ClassVar = {
        "do": np.array([8.0, 4.0, nan, nan]),
        "codmn": np.array([3.0, 3.0, 12.0, nan]),
        "nh3n": np.array([0.3, 1.2, nan, nan]),
        "tn": np.array([5.0, 5.0, 5.0, 5.0]),  # not evaluated
        "temperature": np.array([20.0, 20.0, 20.0, 20.0]),
        "conductivity": np.array([300.0, 300.0, 300.0, 300.0]),
    }

    def test_the_class_is_that_of_the_worst_item_present(self):
        assert classify(GB3838, self.VALUES, "river").tolist()[:3] == [2, 4, 5]
        assert np.isnan(classify(GB3838, self.VALUES, "river")[3])

    def test_the_deciding_items_in_the_order_of_the_standard(self):
        assert deciding(GB3838, self.VALUES, "river").tolist() == [
            ("codmn", "nh3n"),
            ("do", "nh3n"),
            ("codmn",),
            (),
        ]

    def test_other_items_can_be_asked_for(self):
        assert classify(GB3838, self.VALUES, "lake", indicators=["tn"]).tolist() == [6, 6, 6, 6]
        assert deciding(GB3838, self.VALUES, "lake", indicators=["tn", "do"])[1] == ("tn",)

    def test_nothing_to_look_at_is_no_class(self):
        assert np.isnan(classify(GB3838, {}, np.array(["river", "lake"]))).all()

    def test_plain_numbers_are_arrays_without_axes(self):
        assert float(classify(GB3838, {"codmn": 3.0}, "river")) == 2

    def test_unrounded_values_give_the_published_class_of_every_real_reading(self, shared_data: Path):
        network, _ = load_network([BUNDLED])
        classed = [reading for reading in readings(shared_data) if reading.published_class is not None]
        assert len(classed) == 5_237
        stations = [network.station_named(reading.province, reading.name) for reading in classed]
        bodies = np.array([network.sections[station.section].water_body for station in stations if station is not None])
        values = {
            code: np.array([float(reading.values.get(code, ("nan", ""))[0]) for reading in classed]) for code in FIVE
        }
        assert classify(GB3838, values, bodies).tolist() == [reading.published_class for reading in classed]


class TestRefused:
    """A standard that cannot be used names file, place and remedy."""

    def altered(self, folder: Path, old: str, new: str) -> Path:
        text = (FOLDER / "gb3838-2002.yaml").read_text(encoding="utf-8")
        assert text.count(old) == 1
        file = folder / "altered.yaml"
        file.write_text(text.replace(old, new), encoding="utf-8")
        return file

    @pytest.mark.parametrize(
        ("old", "new", "place"),
        [
            ("at_most: [2, 4, 6, 10, 15]", "at_most: [2, 4, 6, 10]", "items.codmn.at_most"),
            ("at_most: [2, 4, 6, 10, 15]", "at_most: [2, 4, 3, 10, 15]", "items.codmn.at_most"),
            ("at_least: [7.5, 6, 5, 3, 2]", "at_least: [2, 3, 5, 6, 7.5]", "items.do.at_least"),
            ("at_most: [2, 4, 6, 10, 15]", "at_most: [2, 4, six, 10, 15]", "items.codmn.at_most"),
            ("at_most: [2, 4, 6, 10, 15]", "less_than: [2, 4, 6, 10, 15]", "items.codmn"),
            ("  codmn: {", "  permanganate: {", "items.permanganate"),
        ],
    )
    def test_a_wrong_item(self, tmp_path: Path, old: str, new: str, place: str):
        file = self.altered(tmp_path, old, new)
        with pytest.raises(RegisterError) as caught:
            load_standard(file)
        assert (caught.value.file, caught.value.path) == (str(file), place)
        assert caught.value.remedy

    def test_a_missing_key(self, tmp_path: Path):
        with pytest.raises(RegisterError, match="缺少键 starts"):
            load_standard(self.altered(tmp_path, "starts: 2002-06-01\n", ""))

    def test_a_standard_nobody_bundled(self):
        with pytest.raises(UnknownCode, match="gb3838-2002"):
            standard("gb3838-1988")
