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
