"""What one row is found to be, before anything stored is looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from basin.network import DeclaredRange
from monitoring_ingest.readings.frames import readings_frame
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.readings.validation import validate
from tests.monitoring_ingest.makers import NOW, network

GOOD = {
    "row": 2,
    "time": NOW,
    "time_text": "2026-01-01 08:00",
    "province": "",
    "station_text": "qiaotou",
    "indicator_text": "nh3n",
    "value_text": "0.2",
    "printed": "0.2",
    "unit": "mg/L",
}
WITHHELD = {"value_text": "", "printed": "--", "mark": "极值过滤"}
YEARS_AHEAD = NOW.replace(year=2099)


def validated(rights=None, **changes):
    """The one row of a readings frame that differs from a good one in `changes`, validated."""
    row = {**GOOD, **changes}
    found = validate(readings_frame({name: [value] for name, value in row.items()}), network(), NOW, rights)
    return {name: values[0] for name, values in found.items()}


def in_year(year: int) -> dict[str, object]:
    """The time of a reading in June of the year."""
    return {"time": datetime(year, 6, 7, 0, tzinfo=UTC), "time_text": f"{year}-06-07 08:00"}


class TestFates:
    """A hard failure is rejected, a doubt is quarantined, an absent value is neither."""

    @pytest.mark.parametrize(
        ("changes", "fate", "code", "field", "value"),
        [
            ({}, "accepted", "", "value", "0.2"),
            ({"indicator_text": "氨氮"}, "accepted", "", "value", "0.2"),
            ({"indicator_text": "w21003"}, "accepted", "", "value", "0.2"),
            ({"value_text": "0"}, "accepted", "", "value", "0"),
            ({"mark": "手工数据"}, "accepted", "", "value", "0.2"),
            ({"status": "维护"}, "accepted", "", "value", "0.2"),
            ({"time": NOW + timedelta(hours=1)}, "accepted", "", "value", "0.2"),
            ({"time": NOW + timedelta(hours=1, seconds=1)}, "rejected", "future_time", "time", "2026-01-01 08:00"),
            ({"time": YEARS_AHEAD, **WITHHELD}, "rejected", "future_time", "time", "2026-01-01 08:00"),
            ({"time": YEARS_AHEAD, **WITHHELD, "mark": ""}, "rejected", "future_time", "time", "2026-01-01 08:00"),
            ({"time": None, "time_text": "x"}, "rejected", "unreadable_time", "time", "x"),
            (in_year(1924), "rejected", "unreadable_time", "time", "1924-06-07 08:00"),  # a slip of 2024
            (in_year(1949), "rejected", "unreadable_time", "time", "1949-06-07 08:00"),
            (in_year(1950), "accepted", "", "value", "0.2"),
            ({"time": None, "time_text": "x", **WITHHELD}, "withheld", "withheld", "mark", "极值过滤"),
            ({"time": None, "time_text": ""}, "absent", "no_time", "time", ""),
            ({"indicator_text": "蓝藻"}, "rejected", "unknown_indicator", "indicator", "蓝藻"),
            ({"unit": "mgl"}, "rejected", "unknown_unit", "unit", "mgl"),
            ({"unit": "℃"}, "rejected", "unknown_unit", "unit", "℃"),
            ({"unit": ""}, "rejected", "unknown_unit", "unit", ""),
            ({"value_text": "高"}, "rejected", "unreadable_number", "value", "高"),
            ({"value_text": "nan"}, "rejected", "unreadable_number", "value", "nan"),
            ({"value_text": "²"}, "rejected", "unreadable_number", "value", "²"),
            ({"value_text": "1²"}, "rejected", "unreadable_number", "value", "1²"),
            ({"value_text": "⑤"}, "rejected", "unreadable_number", "value", "⑤"),
            ({"value_text": "٣"}, "rejected", "unreadable_number", "value", "٣"),
            ({"value_text": "1e-400"}, "rejected", "unreadable_number", "value", "1e-400"),
            ({"value_text": "<1e-400"}, "rejected", "unreadable_number", "value", "<1e-400"),
            ({"value_text": "0." + "0" * 400 + "1"}, "rejected", "unreadable_number", "value", "0." + "0" * 400 + "1"),
            ({"value_text": ">1e999"}, "rejected", "unreadable_number", "value", ">1e999"),
            ({"value_text": "＞２４０００"}, "rejected", "above_range", "value", "＞２４０００"),
            ({"value_text": "1.5e-005"}, "accepted", "", "value", "1.5e-005"),
            ({"value_text": "1e999"}, "rejected", "unreadable_number", "value", "1e999"),
            ({"value_text": "1_0"}, "rejected", "unreadable_number", "value", "1_0"),
            ({"value_text": ">24000"}, "rejected", "above_range", "value", ">24000"),
            ({"value_text": "≥5", "unit": "?"}, "rejected", "above_range", "value", "≥5"),
            ({"value_text": ">高"}, "rejected", "unreadable_number", "value", ">高"),
            ({"mark": ">"}, "rejected", "above_range", "value", "0.2"),
            ({"value_text": "ND"}, "rejected", "no_limit", "value", "ND"),
            ({"value_text": "<LOQ"}, "rejected", "no_limit", "value", "<LOQ"),
            ({"value_text": "ND", "limit": "0.02"}, "accepted", "", "value", "<0.02"),
            ({"value_text": "", "printed": "", "mark": "U", "limit": "0.02"}, "accepted", "", "value", "<0.02"),
            ({"mark": "J"}, "quarantined", "unknown_qualifier", "mark", "J"),
            ({"mark": "D"}, "quarantined", "unknown_qualifier", "mark", "D"),
            ({"mark": "<|>"}, "quarantined", "unknown_qualifier", "mark", "<|>"),
            ({"mark": "极值过滤"}, "accepted", "", "value", "0.2"),
            ({"mark": "N"}, "accepted", "", "value", "0.2"),
            ({"mark": "常规样"}, "accepted", "", "value", "0.2"),
            ({"mark": "全程序空白"}, "rejected", "not_river_water", "mark", "全程序空白"),
            ({"mark": "样品 S-FB|上游", "qualifier": ""}, "rejected", "not_river_water", "mark", "样品 S-FB|上游"),
            ({"mark": "缺测"}, "quarantined", "sentinel", "value", "0.2"),
            ({"value_text": "−9999"}, "quarantined", "sentinel", "value", "−9999"),
            ({"rights": {"qiaotou"}}, "accepted", "", "value", "0.2"),
            ({"rights": {"shangyou"}}, "rejected", "no_right", "station", "qiaotou"),
            ({"rights": {"shangyou"}, "station_text": "nobody"}, "rejected", "no_right", "station", "nobody"),
            ({"rights": {"shangyou"}, "value_text": ""}, "rejected", "no_right", "station", "qiaotou"),
            ({"rights": set()}, "rejected", "no_right", "station", "qiaotou"),
            ({"value_text": "-0.1"}, "rejected", "impossible", "value", "-0.1"),
            ({"value_text": "<-1"}, "rejected", "impossible", "value", "<-1"),
            ({"value_text": "-0"}, "accepted", "", "value", "-0"),
            ({"value_text": "500"}, "quarantined", "implausible", "value", "500"),
            ({"station_text": "nobody"}, "quarantined", "unknown_station", "station", "nobody"),
            ({"station_text": "桥头"}, "quarantined", "unknown_station", "station", "桥头"),
            ({"station_text": "nobody", "value_text": "高"}, "rejected", "unreadable_number", "value", "高"),
            ({"value_text": "", "printed": "--"}, "absent", "no_value", "value", "--"),
            ({"value_text": "", "printed": "*"}, "absent", "not_equipped", "value", "*"),
            ({"value_text": "", "printed": ""}, "absent", "no_value", "value", ""),
            ({"value_text": "", "printed": "--", "mark": "极值过滤"}, "withheld", "withheld", "mark", "极值过滤"),
            ({"value_text": "", "printed": "*", "station_text": "nobody"}, "absent", "not_equipped", "value", "*"),
            ({"problem": "no_date", "value_text": "07-15"}, "rejected", "no_date", "value", "07-15"),
        ],
    )
    def test_a_row_gets_the_first_fate_that_fits(self, changes, fate, code, field, value):
        row = validated(**changes)
        assert (row["fate"], row["code"], row["field"], row["value"]) == (fate, code, field, value)

    def test_a_cell_of_a_table_names_its_column_and_quotes_itself(self):
        row = validated(field="氨氮", unit="?", printed="0.200", value_text="0.2")
        assert (row["field"], row["value"], row["code"]) == ("氨氮", "0.2", "unknown_unit")

    def test_a_cell_of_a_table_about_an_unknown_station_names_the_station(self):
        row = validated(field="氨氮", province="浙江省", station_text="新站")
        assert (row["field"], row["value"], row["code"]) == ("station", "浙江省 新站", "unknown_station")

    def test_every_code_has_words_in_both_languages(self):
        assert all(message.zh and message.en for message in MESSAGES.values())

    def test_a_code_without_words_is_not_used(self):
        codes = {validated(value_text=text, unit=unit)["code"] for text in ("x", "-1", "") for unit in ("?", "mg/L")}
        assert codes <= MESSAGES.keys()

    @pytest.mark.parametrize(
        ("indicator", "unit", "value", "fate", "code"),
        [
            ("ph", "-", "-1", "rejected", "impossible"),
            ("ph", "-", "14.01", "rejected", "impossible"),
            ("ph", "-", "14", "accepted", ""),
            ("turbidity", "NTU", "-0.1", "rejected", "impossible"),
            ("transparency", "cm", "-1", "rejected", "impossible"),
            ("temperature", "℃", "-1", "accepted", ""),
            ("temperature", "℃", "-3", "quarantined", "implausible"),
            ("flow", "m3/s", "-200", "accepted", ""),  # the tide turns it
            ("flow", "m3/s", "-60000", "quarantined", "implausible"),
            ("flow", "m3/s", "-99", "quarantined", "sentinel"),
            ("flow", "m3/s", "-999", "quarantined", "sentinel"),
            ("flow", "m3/s", "-9999.0", "quarantined", "sentinel"),
            ("flow", "m3/s", "-9.999e3", "quarantined", "sentinel"),
            ("flow", "L/s", "-9999", "quarantined", "sentinel"),  # before the unit is converted
            ("flow", "m3/s", "9999", "quarantined", "sentinel"),
            ("flow", "m3/s", "99999", "quarantined", "sentinel"),
            ("flow", "m3/s", "999", "accepted", ""),  # a river may have it: only where the source declares it
            ("flow", "m3/s", "-32768", "quarantined", "sentinel"),
            ("level", "m", "-99", "quarantined", "sentinel"),
            ("level", "m", "9999.9", "quarantined", "sentinel"),
            ("turbidity", "NTU", "32767", "quarantined", "sentinel"),
            ("coliform", "个/L", "999999", "quarantined", "sentinel"),
            ("coliform", "个/L", "10⁴", "accepted", ""),
            ("tp", "µg/L", "0.13", "quarantined", "below_methods"),  # 0.13 mg/L in a column of µg/L
            ("tp", "µg/L", "<0.01", "quarantined", "below_methods"),
            ("tp", "µg/L", "13", "accepted", ""),
            ("tp", "mg/L", "0.0005", "accepted", ""),
            ("tp", "mg/L", "0.00013", "accepted", ""),  # in its own unit nothing slipped: stations print such numbers
            ("tp", "g/m3", "0.00013", "accepted", ""),
            ("tp", "mg/L", "0.000005", "accepted", ""),
            ("tp", "mg/L", "1e-9", "quarantined", "below_methods"),  # no water is so clean
            ("tp", "µg/L", "0.5", "accepted", ""),
            ("tp", "µg/L", "0.49", "quarantined", "below_methods"),
            ("tp", "mg/L", "0", "accepted", ""),
            ("ph", "-", "0.001", "accepted", ""),
            ("level", "m", "-30", "quarantined", "implausible"),
            ("nh3n", "mg/L", "-9999", "quarantined", "sentinel"),  # by name, not as an impossible value
            ("nh3n", "ug/L", "-1", "rejected", "impossible"),
            ("nh3n", "ug/L", "100001", "quarantined", "implausible"),
        ],
    )
    def test_what_cannot_be_is_rejected_and_what_is_unlikely_is_quarantined(self, indicator, unit, value, fate, code):
        row = validated(indicator_text=indicator, unit=unit, value_text=value)
        assert (row["fate"], row["code"]) == (fate, code)


DECLARED = (DeclaredRange("flow", 0, 60000), DeclaredRange("level", 0, 80), DeclaredRange("codmn", 0, 200))


class TestDeclaredRanges:
    """The Yangtze carries 9 999 m³/s, and many a logger writes 9999 where there is no value: the station decides."""

    @pytest.mark.parametrize(
        ("changes", "fate", "code"),
        [
            ({}, "accepted", ""),
            ({"value_text": "9999.0"}, "accepted", ""),
            ({"value_text": "9.999e3"}, "accepted", ""),
            ({"value_text": "９９９９"}, "accepted", ""),
            ({"value_text": "9999", "mark": "手工数据"}, "accepted", ""),
            ({"value_text": "9999", "limit": "5"}, "accepted", ""),
            ({"value_text": "9999", "unit": "L/s"}, "accepted", ""),  # 9.999 m³/s
            ({"value_text": "9999", "indicator_text": "codmn", "unit": "ug/L"}, "accepted", ""),
            ({"value_text": "9999", "indicator_text": "codmn", "unit": "mg/L"}, "quarantined", "sentinel"),
            ({"indicator_text": "level", "unit": "m"}, "quarantined", "sentinel"),
            ({"indicator_text": "turbidity", "unit": "NTU"}, "quarantined", "sentinel"),  # nothing declared
            ({"station_text": "shangyou"}, "quarantined", "sentinel"),
            ({"station_text": "nobody"}, "quarantined", "sentinel"),
            ({"indicator_text": "蓝藻"}, "rejected", "unknown_indicator"),
            ({"unit": "furlong"}, "rejected", "unknown_unit"),
            ({"value_text": "-9999"}, "quarantined", "sentinel"),
            ({"value_text": "9999.9"}, "quarantined", "sentinel"),
            ({"value_text": "32767"}, "quarantined", "sentinel"),
            ({"value_text": "9999", "mark": "缺测"}, "quarantined", "sentinel"),
            ({"value_text": "9999", "qualifier": "J"}, "quarantined", "sentinel"),
            ({"value_text": "<9999"}, "quarantined", "sentinel"),
            ({"value_text": "9998"}, "accepted", ""),
        ],
    )
    def test_9999_is_a_number_where_the_declared_range_of_its_station_and_indicator_reaches_it(
        self, changes, fate, code
    ):
        row = {**GOOD, "indicator_text": "flow", "unit": "m3/s", "value_text": "9999", **changes}
        frame = readings_frame({name: [value] for name, value in row.items()})
        stations = network().stations
        declaring = {**stations, "qiaotou": replace(stations["qiaotou"], ranges=DECLARED)}
        found = validate(frame, replace(network(), stations=declaring), NOW)
        assert (found["fate"][0], found["code"][0]) == (fate, code)


CHECKS = {
    "no_date": {"problem": "no_date"},
    "no_right": {"rights": {"shangyou"}},
    "no_time": {"time": None, "time_text": ""},
    "withheld": {"value_text": "", "mark": "极值过滤"},
    "not_equipped": {"value_text": "", "printed": "*"},
    "no_value": {"value_text": "", "printed": "--"},
    "not_river_water": {"mark": "空白"},
    "above_range": {"value_text": ">5"},
    "no_limit": {"value_text": "ND"},
    "unreadable_number": {"value_text": "高"},
    "unreadable_time": {"time": None, "time_text": "x"},
    "unknown_indicator": {"indicator_text": "蓝藻"},
    "future_time": {"time": NOW + timedelta(days=1)},
    "unknown_unit": {"unit": "furlong"},
    "sentinel": {"value_text": "-9999"},
    "impossible": {"value_text": "-0.1"},
    "unknown_qualifier": {"mark": "J"},
    "below_methods": {"value_text": "0.2", "unit": "ug/L"},
    "unknown_station": {"station_text": "nobody"},
    "implausible": {"value_text": "500"},
}
# Neighbours in the order of the checks. Between two that no row can fail at once (a cell holds one text) stand those
# that it can: a value that is not there is not misread either.
NEIGHBOURS = [
    ("no_date", "no_right"),
    ("no_right", "no_time"),
    ("no_time", "withheld"),
    ("no_right", "future_time"),
    ("future_time", "withheld"),
    ("withheld", "not_equipped"),
    ("withheld", "no_value"),
    ("not_equipped", "unreadable_time"),
    ("no_value", "unreadable_time"),
    ("not_river_water", "above_range"),
    ("not_river_water", "no_limit"),
    ("not_river_water", "unreadable_number"),
    ("above_range", "unreadable_time"),
    ("no_limit", "unreadable_time"),
    ("unreadable_number", "unreadable_time"),
    ("unreadable_time", "unknown_indicator"),
    ("unknown_indicator", "unknown_unit"),
    ("unknown_unit", "sentinel"),
    ("unknown_unit", "impossible"),
    ("sentinel", "unknown_qualifier"),
    ("impossible", "unknown_qualifier"),
    ("unknown_qualifier", "below_methods"),
    ("below_methods", "unknown_station"),
    ("unknown_station", "implausible"),
]


class TestTheOrderOfChecks:
    """Who speaks, is anything said, can it be read, when and what, in which unit, can it be, may it be."""

    @pytest.mark.parametrize(("first", "second"), NEIGHBOURS)
    def test_of_two_faults_the_first_in_order_is_told(self, first, second):
        both = CHECKS[second] | CHECKS[first]
        assert both == CHECKS[first] | CHECKS[second], "one row cannot have both"
        assert validated(**CHECKS[second])["code"] == second
        assert validated(**both)["code"] == first

    def test_every_check_stands_in_the_order(self):
        assert {code for pair in NEIGHBOURS for code in pair} == set(CHECKS)


class TestStations:
    """A name is no key: it needs a province, or to be unique."""

    @pytest.mark.parametrize(
        ("province", "name", "station", "section"),
        [
            ("", "qiaotou", "qiaotou", "qiaotou"),
            ("", "上游", "shangyou", "qiaotou"),
            ("", "老桥", "qiaotou", "qiaotou"),
            ("", "桥头", None, None),
            ("安徽省", "桥头", "qiaotou", "qiaotou"),
            ("浙江省", "桥头", "qiaotou-zj", "hukou"),
            ("浙江", "桥头", "qiaotou-zj", "hukou"),
            ("330000", "桥头", "qiaotou-zj", "hukou"),
            ("安徽省", "桥头(老桥)", "qiaotou", "qiaotou"),
            ("安徽省", "新桥(老桥)", None, None),  # of which nobody registered the new name
            ("安徽省", "桥头(空白)", None, None),
            ("江西省", "桥头", None, None),
            ("", "", None, None),
        ],
    )
    def test_a_station_is_found_by_code_or_unambiguous_name(self, province, name, station, section):
        row = validated(province=province, station_text=name)
        assert (row["station"], row["section"]) == (station, section)


UNSEEN = {"NUL": "\0", "zero-width": "\u200b", "override": "\u202e", "half a pair": "\ud800", "escape": "\x1b"}


class TestText:
    """What cannot be read or stored is quoted, and its row rejected, in whatever cell it stands."""

    @pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
    @pytest.mark.parametrize(
        ("column", "field"),
        [
            ("station_text", "station"), ("indicator_text", "indicator"), ("time_text", "time"),
            ("value_text", "value"), ("unit", "unit"), ("mark", "mark"), ("status", "status"), ("reason", "reason"),
            ("province", "province"), ("printed", "value"), ("water_class", "water_class"),
        ],
    )  # fmt: skip
    def test_a_sign_nobody_can_see_is_told_and_not_kept(self, column, field, sign):
        row = validated(**{column: f"甲{sign}乙"})
        assert (row["fate"], row["code"], row["field"]) == ("rejected", "not_text", field)
        assert row["value"].startswith("甲\\") and row["value"].isprintable()
        assert all(str(cell).isprintable() for cell in row.values())

    def test_a_cell_of_a_thousand_characters_is_text_and_a_longer_one_is_quoted(self):
        assert validated(mark="x" * 1000)["fate"] == "accepted"
        row = validated(mark="x" * 1001)
        assert (row["code"], row["value"]) == ("not_text", "x" * 200 + "…（共 1001 字 characters）")

    def test_what_can_be_seen_is_text_whatever_the_script(self):
        assert validated(mark="维护　①🐟\t²")["fate"] == "accepted"


class TestNumbers:
    """Numbers are read as sources write them, units are converted once."""

    @pytest.mark.parametrize("mark", ["<", "＜", "L", "U", "ND", "BDL", "未检出", "低于检出限", "小于", "≤", "<LOQ"])
    def test_a_mark_can_say_below_detection(self, mark):
        assert validated(mark=mark)["censored"]

    @pytest.mark.parametrize(
        ("value", "unit", "indicator", "number"),
        [
            ("200", "μg/L", "nh3n", 0.2),
            ("200", "µg/L", "nh3n", 0.2),
            ("0.2", "MG/L", "nh3n", 0.2),
            ("<25", "ug/L", "tp", 0.025),
            ("7.1", "无量纲", "ph", 7.1),
            ("7.1", "", "ph", 7.1),
            ("344.3", "μS/cm", "conductivity", 344.3),
        ],
    )
    def test_units_are_converted_at_this_door(self, value, unit, indicator, number):
        row = validated(value_text=value, unit=unit, indicator_text=indicator)
        assert (row["fate"], row["number"]) == ("accepted", pytest.approx(number, rel=1e-15))


class TestWholeFrames:
    """Nothing is dropped, reordered or changed."""

    def test_every_row_stays_in_its_place(self):
        rows = [{**GOOD, "row": row, "value_text": text} for row, text in enumerate(["0.1", "x", "", "0.2"])]
        frame = readings_frame({name: [row[name] for row in rows] for name in GOOD})
        before = frame.copy()
        found = validate(frame, network(), NOW)
        pairs = list(zip(found["row"], found["fate"], strict=True))
        assert pairs == [(0, "accepted"), (1, "rejected"), (2, "absent"), (3, "accepted")]
        pd.testing.assert_frame_equal(frame, before)

    def test_an_empty_frame_stays_empty(self):
        assert len(validate(readings_frame({"row": [], "time": []}), network(), NOW)["fate"]) == 0
