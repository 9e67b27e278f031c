"""Classes of anyone's own table: which columns count, what blank and ``*`` mean, and which comparison is made."""

from __future__ import annotations

import re
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basin.errors import UnknownCode, UsageError
from basin.standards import standard
from settlement.assessment.classification import classified

GB3838 = standard("gb3838-2002")


def a_table(text: str) -> pd.DataFrame:
    """A table of text, as a CSV file is read."""
    return pd.read_csv(StringIO(text), dtype=str, keep_default_na=False, skipinitialspace=True)


def one(header: str, row: str, **options: object) -> tuple[str, str, str]:
    """Class, deciding items and reason of one row."""
    table = classified(a_table(f"section,time,{header}\ns1,2020-07-01,{row}\n"), GB3838, **options)  # type: ignore[arg-type]
    return tuple(table.loc[0, ["class", "deciding", "reason"]])


class TestClass:
    """The worst of what is present."""

    @pytest.mark.parametrize(
        ("header", "row", "expected"),
        [
            ("water_body,ph,do,codmn,nh3n,tp", "river,7.5,8,2,0.15,0.02", ("1", "ph|do|codmn|nh3n|tp", "")),
            ("water_body,ph,do,codmn,nh3n,tp", "river,7.5,8,2,0.16,0.02", ("2", "nh3n", "")),
            ("water_body,ph,do,codmn,nh3n,tp", "river,7.5,4.9,6,1.2,0.02", ("4", "do|nh3n", "")),
            ("water_body,ph,do,codmn,nh3n,tp", "river,9.2,8,2,0.1,0.02", ("6", "ph", "")),
            ("water_body,tp", "river,0.05", ("2", "tp", "")),
            ("water_body,tp", "lake,0.05", ("3", "tp", "")),
            ("water_body,tp", "lake,0.051", ("4", "tp", "")),
            ("water_body,codmn,nh3n", "river,,0.5", ("2", "nh3n", "")),
            ("water_body,codmn,nh3n", "river,*,0.5", ("2", "nh3n", "")),
            ("water_body,codmn,nh3n", "river,,", ("", "", "no_values")),
            ("water_body,codmn,nh3n", "river,*,*", ("", "", "no_values")),
            ("water_body,hg,cd", "river,0.00011,0.001", ("4", "hg", "")),
        ],
    )
    def test_of_a_row(self, header: str, row: str, expected: tuple[str, str, str]) -> None:
        assert one(header, row) == expected

    @pytest.mark.parametrize("column", ["temperature", "tn", "coliform", "conductivity", "turbidity", "flow"])
    def test_columns_that_do_not_count_are_passed_by(self, column: str) -> None:
        assert one(f"water_body,codmn,{column}", "river,2,99999") == ("1", "codmn", "")

    @pytest.mark.parametrize("column", ["remark", "氨", "氨氮(氮)", "总磷(mg/L)x"])
    def test_a_column_nobody_understands_is_refused_by_name_unless_ignored(self, column: str) -> None:
        with pytest.raises(UsageError, match=re.escape(column)):
            one(f"water_body,codmn,{column}", "river,2,99999")
        assert one(f"water_body,codmn,{column}", "river,2,99999", ignore=[column]) == ("1", "codmn", "")

    @pytest.mark.parametrize(
        ("column", "value", "expected"),
        [
            ("氨氮(mg/L)", "2.6", ("6", "nh3n", "")),
            ("总磷（μg/L）", "800", ("6", "tp", "")),
            ("tp(ug/L)", "20", ("1", "tp", "")),
            ("nh3n", "2.6", ("6", "nh3n", "")),
        ],
    )
    def test_a_title_may_state_its_unit(self, column: str, value: str, expected: tuple[str, str, str]) -> None:
        assert one(f"water_body,{column}", f"river,{value}") == expected

    @pytest.mark.parametrize(
        ("non_detect", "expected"), [("half", "1"), ("zero", "1"), ("limit", "2")]
    )  # fmt: skip
    def test_below_detection_half_of_the_limit_counts_unless_told_otherwise(
        self, non_detect: str, expected: str
    ) -> None:
        assert one("water_body,nh3n", "river,<0.2", non_detect=non_detect)[0] == expected
        assert one("water_body,总磷(μg/L)", "river,<30", non_detect=non_detect)[0] == expected
        assert one("water_body,nh3n", "river,<0.2")[0] == "1"

    @pytest.mark.parametrize(
        ("header", "row", "reason"),
        [
            ("nh3n", "-0.5", "impossible: nh3n"),
            ("ph", "14.5", "impossible: ph"),
            ("do", "45", "implausible: do"),
            ("氨氮(µg/L)", "200000", "implausible: nh3n"),
            ("do", "30", ""),
            ("nh3n", "0", ""),
        ],
    )
    def test_a_value_outside_the_ranges_of_its_indicator_has_a_reason_and_no_class(
        self, header: str, row: str, reason: str
    ) -> None:
        quality, _, given = one(f"water_body,{header}", f"river,{row}")
        assert (given, bool(quality)) == (reason, not reason)

    @pytest.mark.parametrize("row", ["单位,,,µg/L,µg/L", ",,,µg/L,ppb", "备注：以上单位均为µg/L,,,,"])
    @pytest.mark.parametrize("place", [0, 1])
    def test_a_unit_below_the_titles_is_refused(self, row: str, place: int) -> None:
        rows = ["s1,2020-07-01,river,0.2,0.02"]
        rows.insert(place, row)
        text = "\n".join(["section,time,water_body,nh3n,tp", *rows, ""])
        with pytest.raises(UsageError, match="µg/L"):
            classified(a_table(text), GB3838)

    def test_the_class_that_a_source_published_is_no_indicator(self) -> None:
        assert one("water_body,nh3n,water_class", "river,0.2,Ⅲ") == ("2", "nh3n", "")

    def test_a_unit_that_does_not_fit_is_refused(self) -> None:
        with pytest.raises(UsageError, match="mg/L"):
            one("water_body,总磷(m³/s)", "river,0.1")

    @pytest.mark.parametrize("column", ["nh3n", "NH3-N", "氨氮", "w21003", "ＮＨ3－Ｎ"])
    def test_columns_are_known_by_any_name(self, column: str) -> None:
        assert one(f"water_body,{column}", "river,1.2") == ("4", "nh3n", "")

    def test_the_input_columns_stay_as_they_are_and_three_are_added(self) -> None:
        table = a_table("section,time,water_body,氨氮,note\ns1,2020-07-01,river, 0.50 ,x\n")
        found = classified(table, GB3838, ignore=["note"])
        assert list(found.columns) == ["section", "time", "water_body", "氨氮", "note", "class", "deciding", "reason"]
        pd.testing.assert_frame_equal(found[table.columns], table)

    def test_an_empty_table_has_no_rows(self) -> None:
        assert classified(a_table("section,time,water_body,tp\n"), GB3838).empty


class TestCompare:
    """As given, or rounded to the evaluation decimals first."""

    @pytest.mark.parametrize(
        ("header", "value", "raw", "reported"),
        [
            ("nh3n", "1.004", "4", "3"),
            ("nh3n", "1.005", "4", "3"),  # half to even
            ("nh3n", "1.006", "4", "4"),
            ("codmn", "6.04", "4", "3"),
            ("do", "4.96", "4", "3"),
            ("tp", "0.2004", "4", "3"),
            ("nh3n", "0.5", "2", "2"),
        ],
    )
    def test_the_two_comparisons_part_just_above_a_limit(
        self, header: str, value: str, raw: str, reported: str
    ) -> None:
        assert one(f"water_body,{header}", f"river,{value}")[0] == raw
        assert one(f"water_body,{header}", f"river,{value}", compare="reported")[0] == reported


class TestRequire:
    """``--require``: a row where one of these is blank has no class; ``*`` is not blank."""

    FIVE = ("ph", "do", "codmn", "nh3n", "tp")

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("river,7,8,2,0.1,0.02", ("1", "")),
            ("river,7,8,2,0.1,", ("", "missing: tp")),
            ("river,7,8,2,0.1,*", ("1", "")),
            ("river,,8,,0.1,0.02", ("", "missing: ph")),
            ("river,7,8,2,--,0.02", ("", "not_a_number: nh3n")),
        ],
    )
    def test_of_the_five(self, row: str, expected: tuple[str, str]) -> None:
        found = one("water_body,ph,do,codmn,nh3n,tp", row, require=self.FIVE)
        assert (found[0], found[2]) == expected

    def test_names_are_known_by_any_spelling(self) -> None:
        assert one("water_body,NH3-N", "river,", require=["氨氮"])[2] == "missing: nh3n"

    def test_a_required_column_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(UsageError, match="没有 tp 一列"):
            one("water_body,nh3n", "river,1", require=["tp"])

    def test_a_required_indicator_nobody_knows_is_refused(self) -> None:
        with pytest.raises(UnknownCode):
            one("water_body,nh3n", "river,1", require=["xyz"])


class TestBadData:
    """Bad data never raise: the row has no class and says why."""

    @pytest.mark.parametrize("cell", [">0.02", "ND", "-9999", "②", "--", "abc", "1,2", "0x10", "nan", "inf"])
    def test_a_cell_that_is_no_number_gives_no_class(self, cell: str) -> None:
        table = a_table("section,time,water_body,codmn,tp\n")
        table.loc[0] = ["s1", "2020-07-01", "river", "2", cell]
        found = classified(table, GB3838).loc[0]
        assert found["class"] == ""
        assert found["reason"] == "not_a_number: tp"

    @pytest.mark.parametrize("cell", ["1e-2", ".02", "0.02 ", "+0.02", "0.020", "<0.02", "0.02L", "＜０．０２"])
    def test_a_number_may_be_written_in_several_ways(self, cell: str) -> None:
        assert one("water_body,tp", f"river,{cell}")[0] == "1"

    @pytest.mark.parametrize("body", ["", "sea", "River", "河流"])
    def test_an_unknown_water_body_gives_no_class(self, body: str) -> None:
        assert one("water_body,tp", f"{body},0.02") == ("", "", "water_body")

    def test_without_a_water_body_column_it_is_refused(self) -> None:
        with pytest.raises(UsageError, match="water_body"):
            one("tp", "0.02")

    def test_one_indicator_in_two_columns_is_refused(self) -> None:
        with pytest.raises(UsageError, match="nh3n 有两列"):
            one("water_body,nh3n,氨氮", "river,1,2")


class TestOrder:
    """Rows do not depend on each other."""

    rows = st.lists(
        st.tuples(
            st.sampled_from(["river", "lake"]),
            st.sampled_from(["", "*", "0.01", "0.05", "0.1", "0.3", "2"]),
            st.sampled_from(["", "*", "0.1", "0.5", "1.2", "9"]),
        ),
        min_size=1,
        max_size=8,
    )

    @given(rows, st.randoms(use_true_random=False))
    def test_shuffling_rows_shuffles_the_result(self, rows: list[tuple[str, str, str]], random: object) -> None:
        table = pd.DataFrame(rows, columns=["water_body", "tp", "nh3n"])
        order = list(range(len(rows)))
        random.shuffle(order)  # type: ignore[attr-defined]
        found = classified(table, GB3838)
        shuffled = classified(table.iloc[order].reset_index(drop=True), GB3838)
        assert np.array_equal(shuffled.to_numpy(), found.iloc[order].to_numpy())

    @given(rows)
    def test_columns_in_another_order_give_the_same_class(self, rows: list[tuple[str, str, str]]) -> None:
        table = pd.DataFrame(rows, columns=["water_body", "tp", "nh3n"])
        turned = classified(table[["nh3n", "tp", "water_body"]], GB3838)
        assert turned["class"].tolist() == classified(table, GB3838)["class"].tolist()
