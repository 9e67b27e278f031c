"""`hengjie assess` and `hengjie classify` where there is nothing to assess or classify."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main


def test_without_data_there_is_no_score_and_the_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    result = CliRunner().invoke(main, ["assess", "xinan", "2020"])
    assert result.exit_code == 0
    assert "没有数据，不能评分 no data, no score" in result.stdout
    assert "None" not in result.stdout


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_table_without_a_header_is_told_as_such(tmp_path: Path, text: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["classify", str(file)])
    assert result.exit_code == 2
    assert "表格是空的，没有表头" in result.stderr
    assert "第一行写列名：section,time,water_body" in result.stderr


def classes(folder: Path, *lines: str, options: tuple[str, ...] = ()) -> tuple[str, str]:
    """The rows that `classify` prints of a table, and what it says on stderr."""
    file = folder / "table.csv"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    result = CliRunner().invoke(main, ["classify", str(file), *options])
    return result.stdout.partition("\n")[2], result.stderr


class TestColumns:
    """What nobody understands is refused by name."""

    def test_trailing_commas_are_no_column(self, tmp_path: Path) -> None:
        assert classes(tmp_path, "section,time,water_body,nh3n,,", "s1,2026-10,river,0.5,,")[0] == (
            "s1,2026-10,river,0.5,2,nh3n,\n"
        )

    def test_a_column_without_a_title_is_refused_where_it_has_content(self, tmp_path: Path) -> None:
        printed, told = classes(tmp_path, "section,time,water_body,nh3n,", "s1,2026-10,river,0,5")
        assert printed == "" and "第5列" in told

    def test_a_row_with_more_cells_than_titles_is_refused(self, tmp_path: Path) -> None:
        printed, told = classes(tmp_path, "section,time,water_body,nh3n", "s1,2026-10,river,0,5")
        assert printed == "" and "第 2 行" in told


def test_what_the_wide_export_writes_is_classified_as_it_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path / "var"))
    fixtures = str(Path(__file__).parents[3] / "fixtures")
    readings = tmp_path / "readings.csv"
    readings.write_text(
        "station,time,indicator,value,unit\ndemo-qx2,2025-08-01 08:00,nh3n,<200,ug/L\n", encoding="utf-8"
    )
    table = str(tmp_path / "wide.csv")
    for command in (
        ["ingest", "readings", str(readings), "--with", fixtures],
        ["readings", "export", "--wide", "-o", table, "--with", fixtures],
    ):
        assert CliRunner().invoke(main, command).exit_code == 0
    for options, expected in (((), "1"), (("--non-detect", "limit"), "2")):
        (row,) = CliRunner().invoke(main, ["classify", table, *options]).stdout.splitlines()[1:]
        assert "<0.2" in row and row.endswith(f",{expected},nh3n,")


def test_a_row_with_fewer_cells_than_titles_is_refused_by_its_line(tmp_path: Path) -> None:
    rows, said = classes(tmp_path, "section,time,water_body,nh3n,tp", "s1,2020-07-01,river,0.2")
    assert rows == ""
    assert "第 2 行" in said
    assert "单元格比表头少" in said
