"""`hengjie register list`: what is registered, in the columns of the register's own file."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from api.cli import main

PARTIES = "code,name_zh,name_en,adcode\njia,甲省,Jia,\n"
SECTIONS = (
    "code,name_zh,name_en,river,order,upstream,downstream,water_body,target_class\n"
    "jia-1,甲一断面,Jia 1,甲江,1,jia,anhui,river,3\n"
)


def listed(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["register", "list", *map(str, arguments)])


def test_a_party_is_found_by_its_name() -> None:
    assert listed("parties", "甘肃").stdout.splitlines() == ["code,name_zh,name_en,adcode", "gansu,甘肃省,Gansu,620000"]


def test_sections_are_those_of_a_basin() -> None:
    rows = listed("sections", "--basin", "xinan").stdout.splitlines()
    assert rows == [
        "code,name_zh,name_en,river,order,upstream,downstream,water_body,target_class,basin",
        "jiekou,街口,Jiekou,新安江,1,anhui,zhejiang,river,,xinan",
    ]


def test_stations_and_what_is_outside_are_listed_too(tmp_path: Path) -> None:
    folder = tmp_path / "basins" / "jia"
    folder.mkdir(parents=True)
    (folder / "parties.csv").write_text(PARTIES, encoding="utf-8")
    (folder / "sections.csv").write_text(SECTIONS, encoding="utf-8")
    assert "jia-1,甲一断面" in listed("sections", "甲一", "--with", tmp_path).stdout
    assert listed("parties", "--basin", "jia", "--with", tmp_path).stdout.count("\n") == 3
    assert "jiekou" in listed("stations", "街口").stdout


def test_as_json_and_to_a_file(tmp_path: Path) -> None:
    told = json.loads(listed("parties", "甘肃", "--json").stdout)
    assert told["rows"] == [{"code": "gansu", "name_zh": "甘肃省", "name_en": "Gansu", "adcode": "620000"}]
    file = tmp_path / "主体.csv"
    assert listed("parties", "甘肃", "-o", file).exit_code == 0
    assert file.read_text(encoding="utf-8").splitlines()[1] == "gansu,甘肃省,Gansu,620000"


def test_an_unknown_basin_is_told_with_those_there_are() -> None:
    result = listed("sections", "--basin", "nowhere")
    assert result.exit_code == 1
    assert "没有流域 nowhere" in result.output
    assert "xinan" in result.output
