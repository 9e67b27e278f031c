"""What is measured: one code each, found by whatever a source calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from basin.errors import RegisterError, UnknownCode
from basin.indicators import COLUMNS, INDICATORS, find_indicator, indicator, load_indicators

CODES = (
    "temperature ph do codmn cod bod5 nh3n tp tn cu zn f se as hg cd cr6 pb cn phenol oil las sulfide coliform "
    "flow level conductivity turbidity chla transparency algae"
)


def register(folder: Path, *lines: str, header: str = ",".join(COLUMNS)) -> Path:
    file = folder / "indicators.csv"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    return file


class TestTheRegister:
    """The bundled indicators.csv."""

    def test_it_has_the_codes_the_interfaces_name(self):
        assert list(INDICATORS) == CODES.split()

    @pytest.mark.parametrize(
        ("code", "unit", "reading", "evaluation"),
        [
            ("temperature", "degC", 1, 1),
            ("ph", "-", 2, 0),
            ("do", "mg/L", 2, 1),
            ("codmn", "mg/L", 2, 1),
            ("nh3n", "mg/L", 3, 2),
            ("tp", "mg/L", 3, 3),
            ("tn", "mg/L", 2, 2),
            ("conductivity", "uS/cm", 1, 1),
            ("turbidity", "NTU", 1, 1),
            ("hg", "mg/L", None, 5),
            ("coliform", "/L", None, 0),
            ("flow", "m3/s", None, None),
        ],
    )
    def test_units_and_the_two_roundings(self, code: str, unit: str, reading: int | None, evaluation: int | None):
        found = INDICATORS[code]
        assert (found.unit, found.reading_decimals, found.evaluation_decimals) == (unit, reading, evaluation)

    def test_every_plausible_range_is_a_range(self):
        for each in INDICATORS.values():
            assert each.plausible_min is not None
            assert each.plausible_max is not None
            assert each.plausible_min < each.plausible_max

    def test_only_what_has_a_sign_may_be_negative(self):
        unbounded = {code for code, each in INDICATORS.items() if each.possible_min is None}
        assert unbounded == {"temperature", "flow", "level"}
        assert {each.possible_min for code, each in INDICATORS.items() if code not in unbounded} == {0}
        assert {code: each.possible_max for code, each in INDICATORS.items() if each.possible_max} == {"ph": 14}

    def test_what_is_plausible_is_possible(self):
        for each in INDICATORS.values():
            assert each.possible_min is None or each.possible_min <= each.plausible_min
            assert each.possible_max is None or each.plausible_max <= each.possible_max


class TestFindIndicator:
    """Codes, national codes, names and spellings, in any width and case."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("nh3n", "nh3n"),
            ("NH3-N", "nh3n"),
            ("ＮＨ₃－Ｎ", "nh3n"),
            ("氨氮", "nh3n"),
            ("w21003", "nh3n"),
            ("W21003", "nh3n"),
            ("CODMn", "codmn"),
            ("COD_Mn", "codmn"),
            ("高锰酸盐指数", "codmn"),
            ("COD", "cod"),
            ("化学需氧量", "cod"),
            ("叶绿素α", "chla"),
            ("叶绿素a", "chla"),
            ("藻密度", "algae"),
            ("WT", "temperature"),
            ("EC", "conductivity"),
            ("NTU", "turbidity"),
            ("pH", "ph"),
            ("铬（六价）", "cr6"),
            (" 总 磷 ", "tp"),
        ],
    )
    def test_it_knows(self, text: str, code: str):
        found = find_indicator(text)
        assert found is not None
        assert found.code == code

    @pytest.mark.parametrize(
        ("total", "dissolved", "code"),
        [
            ("w20119", "w20141", "as"),
            ("w20111", "w20142", "hg"),
            ("w20115", "w20143", "cd"),
            ("w20120", "w20144", "pb"),
            ("w20122", "w20138", "cu"),
            ("w20123", "w20139", "zn"),
            ("w20128", "w20140", "se"),
        ],
    )
    def test_twin_national_codes_mean_one_indicator(self, total: str, dissolved: str, code: str):
        assert find_indicator(total) is find_indicator(dissolved) is INDICATORS[code]

    @pytest.mark.parametrize("text", ["", "w00000", "w99999", "氮", "总氰化物", "溶解氧饱和度"])
    def test_it_does_not_guess(self, text: str):
        assert find_indicator(text) is None

    def test_asking_for_an_unknown_one_names_the_codes_there_are(self):
        with pytest.raises(UnknownCode) as caught:
            indicator("w99999")
        assert "w99999" in str(caught.value)
        assert "nh3n" in caught.value.remedy
        assert indicator("总氮").code == "tn"


class TestRefused:
    """A register that cannot be used names file, line, column and remedy."""

    def test_one_spelling_for_two_indicators(self, tmp_path: Path):
        file = register(
            tmp_path,
            "nh3n,氨氮,ammonia,mg/L,3,2,0,,0,100,NH3-N",
            "no3n,硝酸盐氮,nitrate,mg/L,2,2,0,,0,100,w21007|nh3_n",
        )
        with pytest.raises(RegisterError) as caught:
            load_indicators(file)
        assert str(file) in str(caught.value)
        assert "第 3 行" in str(caught.value)
        assert "nh3_n" in caught.value.zh
        assert caught.value.remedy

    def test_a_double_code(self, tmp_path: Path):
        file = register(tmp_path, "tp,总磷,phosphorus,mg/L,3,3,0,,0,50,", "tp,磷,P,mg/L,3,3,0,,0,50,")
        with pytest.raises(RegisterError, match="tp 已属于 tp"):
            load_indicators(file)

    @pytest.mark.parametrize(
        ("line", "column"),
        [
            ("tp,总磷,phosphorus,,3,3,0,,0,50,", "unit"),
            ("tp,总磷,phosphorus,mg/L,three,3,0,,0,50,", "reading_decimals"),
            ("tp,总磷,phosphorus,mg/L,3,3,zero,,0,50,", "possible_min"),
            ("tp,总磷,phosphorus,mg/L,3,3,0,,zero,50,", "plausible_min"),
        ],
    )
    def test_a_cell_that_does_not_fit(self, tmp_path: Path, line: str, column: str):
        with pytest.raises(RegisterError) as caught:
            load_indicators(register(tmp_path, line))
        assert "第 2 行" in str(caught.value.path)
        assert column in str(caught.value.path)

    def test_a_missing_column(self, tmp_path: Path):
        with pytest.raises(RegisterError, match="缺少列") as caught:
            load_indicators(register(tmp_path, header="code,name_zh"))
        assert "unit" in caught.value.zh

    def test_a_line_with_too_many_cells(self, tmp_path: Path):
        with pytest.raises(RegisterError, match="含逗号的文字要加引号"):
            load_indicators(register(tmp_path, "tp,总磷,phosphorus, total,mg/L,3,3,0,,0,50,TP,0.005,HJ"))

    def test_a_file_that_is_not_utf8(self, tmp_path: Path):
        file = tmp_path / "indicators.csv"
        file.write_bytes("code,name_zh\ntp,总磷\n".encode("gb18030"))
        with pytest.raises(RegisterError, match="UTF-8"):
            load_indicators(file)
