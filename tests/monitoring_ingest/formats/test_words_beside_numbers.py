"""Words of a table that say its numbers are no measurements of this station: nothing beside them is taken."""

from __future__ import annotations

from typing import Any

import pytest

from basin.sources import Source
from monitoring_ingest.formats.declared_tables import read_table
from monitoring_ingest.readings.validation import validate
from tests.monitoring_ingest.makers import NOW, network

EIGHT = "2020-08-08 08:00"


def hand(**more: Any) -> Source:
    """A wide table of two indicators."""
    declared: dict[str, Any] = {
        "columns": {"station": "站名", "time": "时间"},
        "indicators": {"氨氮": "nh3n", "总磷": "tp"},
        "units": {"氨氮": "mg/L", "总磷": "mg/L"},
        "stations": {"桥头": "qiaotou", "上游": "shangyou"},
    }
    return Source(**({"code": "hand", "title": "手工表（虚构）", "format": "table"} | declared | more))


def fates(*lines: str, source: Source | None = None) -> list[tuple[str, str]]:
    """Fate and code of every value of a CSV."""
    return fates_of("\n".join([*lines, ""]).encode(), source)


def fates_of(raw: bytes, source: Source | None = None) -> list[tuple[str, str]]:
    """Fate and code of every value of a file."""
    rows = validate(read_table(raw, name="a", source=source or hand()), network(), NOW)
    return list(zip(rows["fate"].tolist(), rows["code"].tolist(), strict=True))


TAKEN = ("accepted", "")


class TestAnUndeclaredColumn:
    """Of a wide table; its own cell has a fate, too."""

    @pytest.mark.parametrize(
        ("title", "cell"),
        [
            ("备注", "空白样"),
            ("备注", "作废"),
            ("样品类型", "现场空白"),
            ("点位", "乙站"),
            ("氨氮(方法)", "HJ 535"),
        ],
    )
    def test_with_words_refuses_the_row(self, title: str, cell: str):
        told = fates(f"站名,时间,氨氮,总磷,{title}", f"桥头,{EIGHT},0.3,0.1,{cell}", "桥头,2020-08-09 08:00,0.4,0.2,")
        assert told[:3] == [("rejected", "unknown_column")] * 3
        assert told[3:5] == [TAKEN, TAKEN]

    @pytest.mark.parametrize("cell", ["", "—", "/", "3", "<0.5", "ND"])
    def test_with_a_number_or_nothing_refuses_at_most_its_own_cell(self, cell: str):
        told = fates("站名,时间,氨氮,总磷,浊度值", f"桥头,{EIGHT},0.3,0.1,{cell}")
        assert told[:2] == [TAKEN, TAKEN]
        assert told[2] != TAKEN

    def test_that_the_source_ignores_says_nothing(self):
        source = hand(ignored=("备注",))
        assert fates("站名,时间,氨氮,总磷,备注", f"桥头,{EIGHT},0.3,0.1,晴", source=source) == [TAKEN, TAKEN]

    def test_is_named_on_the_receipt(self):
        raw = f"站名,时间,氨氮,备注\n桥头,{EIGHT},0.3,空白样\n".encode()
        frame = read_table(raw, name="a.csv", source=hand())
        assert list(zip(frame["field"], frame["value_text"], strict=True)) == [("备注", "空白样")] * 2
