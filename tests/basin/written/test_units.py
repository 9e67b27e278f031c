"""The unit door: what is known converts, what is not known is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from basin.errors import RegisterError
from basin.indicators import INDICATORS
from basin.written.units import COLUMNS, factor, load_units


def convert(value: float, unit: str, to: str) -> float | None:
    """`value` [`unit`] in `to`; None when the unit is unknown or of another quantity."""
    times = factor(unit, to)
    return None if times is None else value * times


class TestConvert:
    """A value and its unit as written, into a canonical unit."""

    @pytest.mark.parametrize(
        ("value", "unit", "to", "expected"),
        [
            (50.0, "ug/L", "mg/L", 0.05),
            (50.0, "μg/L", "mg/L", 0.05),  # Greek mu
            (50.0, "µg/L", "mg/L", 0.05),  # micro sign
            (50.0, "μｇ／Ｌ", "mg/L", 0.05),
            (50.0, "µg·L⁻¹", "mg/L", 0.05),
            (10.0, "mg/m³", "mg/L", 0.01),
            (2.0, "MG/L", "mg/L", 2.0),
            (2.0, "mg / L", "mg/L", 2.0),
            (2.0, "㎎/L", "mg/L", 2.0),
            (2.0, "毫克/升", "mg/L", 2.0),
            (7.2, "无量纲", "-", 7.2),
            (7.2, "", "-", 7.2),
            (19.5, "℃", "degC", 19.5),
            (0.5, "mS/cm", "uS/cm", 500.0),
            (500.0, "μS/cm", "uS/cm", 500.0),
            (1000.0, "L/s", "m3/s", 1.0),
            (36.0, "m³/h", "m3/s", 0.01),
            (8.64, "万m3/d", "m3/s", 1.0),
            (1.0, "cfs", "m3/s", 0.028316846592),
            (35.0, "cm", "m", 0.35),
            (5.0, "MPN/100mL", "/L", 50.0),
            (200.0, "个/L", "/L", 200.0),
            (200.0, "个/L", "cells/L", 200.0),
            (3.0, "万个/L", "cells/L", 30000.0),
            (0.05, "mg/L", "ug/L", 50.0),
        ],
    )
    def test_it_converts(self, value: float, unit: str, to: str, expected: float):
        assert convert(value, unit, to) == pytest.approx(expected, rel=1e-14)

    @pytest.mark.parametrize(
        ("unit", "to"),
        [
            ("", "mg/L"),  # a concentration without a unit is not mg/L
            ("-", "mg/L"),
            ("ppm", "mg/L"),
            ("mmol/L", "mg/L"),
            ("mg/kg", "mg/L"),
            ("mg", "mg/L"),
            ("°F", "degC"),
            ("K", "degC"),
            ("FNU", "NTU"),
            ("%", "mg/L"),
            ("m3/s", "mg/L"),
            ("mg/L", "unheard of"),
            ("万个/L", "/L"),  # counted so for algae only
        ],
    )
    def test_it_does_not_guess(self, unit: str, to: str):
        assert convert(1.0, unit, to) is None
        assert factor(unit, to) is None

    def test_a_wrong_unit_is_a_factor_of_a_thousand(self):
        assert factor("mg/L", "mg/L") == 1.0
        assert factor("ug/L", "mg/L") == 0.001

    def test_every_canonical_unit_of_an_indicator_is_known(self):
        assert {each.unit for each in INDICATORS.values() if factor(each.unit, each.unit) != 1.0} == set()


class TestRefused:
    """A table that would convert one spelling in two ways."""

    def register(self, folder: Path, *lines: str) -> Path:
        file = folder / "units.csv"
        file.write_text("\n".join([",".join(COLUMNS), *lines]), encoding="utf-8")
        return file

    def test_two_factors_for_one_spelling(self, tmp_path: Path):
        file = self.register(tmp_path, "mg/L,毫克/升,mg/L,1", "ug/L,毫克／升,mg/L,0.001")
        with pytest.raises(RegisterError, match="两个系数") as caught:
            load_units(file)
        assert "第 3 行" in str(caught.value.path)

    @pytest.mark.parametrize("factor_text", ["", "one", "0", "-1"])
    def test_a_factor_that_is_no_positive_number(self, tmp_path: Path, factor_text: str):
        with pytest.raises(RegisterError) as caught:
            load_units(self.register(tmp_path, f"mg/L,,mg/L,{factor_text}"))
        assert "factor" in str(caught.value.path)
