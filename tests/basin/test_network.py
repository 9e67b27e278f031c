"""The river network: the bundled registers, names as sources write them, and what a loader refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from basin.errors import RegisterError
from basin.network import Basin, DeclaredRange, Network, Party, Section, Station, load_network
from basin.registry import BUNDLED
from tests.basin.replies import readings

PARTIES = "code,name_zh,name_en,adcode\nhebei,河北省,Hebei,130000\ntianjin,天津市,Tianjin,120000\n"
SECTIONS = (
    "code,name_zh,name_en,river,order,upstream,downstream,water_body,target_class\n"
    "liheqiao,黎河桥,Lihe Bridge,黎河,1,hebei,tianjin,river,3\n"
)
STATIONS = (
    "code,section,province,name_zh,aliases,timezone\n"
    "liheqiao,liheqiao,天津,黎河桥(新),黎河桥（老）|旧黎河桥,Asia/Shanghai\n"
)
EVERY = "code,section,province,name_zh,aliases,timezone,slot_hours\nliheqiao,liheqiao,天津,黎河桥,,,{}\n"


def registers(
    folder: Path, parties: str = PARTIES, sections: str = SECTIONS, stations: str = STATIONS, basin: str = "luan"
) -> Path:
    """An outside directory with one basin; a blank text leaves the file out."""
    home = folder / "basins" / basin if basin else folder
    home.mkdir(parents=True, exist_ok=True)
    for name, text in (("parties", parties), ("sections", sections), ("stations", stations)):
        if text:
            (home / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def bundled() -> Network:
    network, messages = load_network([BUNDLED])
    assert messages == []
    return network


class TestBundled:
    """The registers that ship."""

    @pytest.mark.parametrize(
        ("basin", "section", "name_zh", "upstream", "downstream", "target"),
        [
            ("xinan", "jiekou", "街口", "anhui", "zhejiang", None),
            ("lushui", "jinyushi", "金鱼石", "jiangxi", "hunan", 3),
            ("youshui", "liyezhen", "里耶镇", "chongqing", "hunan", 3),
            ("yellow-river", "liuzhuang", "刘庄", "henan", "shandong", 3),
            ("chishui", "qingshuipu", "清水铺", "yunnan", "guizhou", 2),
            ("chishui", "maotai-shangyou", "茅台上游", None, None, None),
            ("chishui", "lianyuxi", "鲢鱼溪", "guizhou", "sichuan", 2),
            ("chuhe", "chenqian", "陈浅", "anhui", "jiangsu", None),
            ("jiuzhoujiang", "shanjiao", "山角", "guangxi", "guangdong", 3),
            ("jiuzhoujiang", "shijiao", "石角", "guangxi", "guangdong", None),
            ("dabieshan", "luoguanzha", "罗管闸", "luan", "hefei", None),
        ],
    )
    def test_the_sections_of_the_agreements(
        self,
        bundled: Network,
        basin: str,
        section: str,
        name_zh: str,
        upstream: str | None,
        downstream: str | None,
        target: int | None,
    ):
        found = bundled.sections[section]
        assert (found.basin, found.name_zh, found.water_body) == (basin, name_zh, "river")
        assert (found.upstream, found.downstream, found.target_class) == (upstream, downstream, target)

    def test_basins_have_their_chinese_names(self, bundled: Network):
        assert bundled.basins["xinan"].name_zh == "新安江"
        assert bundled.basins["national"].name_zh == "国家地表水监测网"
        assert {section.basin for section in bundled.sections.values()} <= set(bundled.basins)

    def test_parties_have_their_division_codes(self, bundled: Network):
        assert bundled.parties["anhui"] == Party("anhui", "安徽省", "Anhui", "340000")
        adcodes = {code: bundled.parties[code].adcode for code in ("shaanxi", "shanxi", "neimenggu", "luan", "hefei")}
        assert adcodes == {
            "shaanxi": "610000", "shanxi": "140000", "neimenggu": "150000", "luan": "341500", "hefei": "340100",
        }  # fmt: skip

    def test_every_station_is_at_a_section_and_keeps_beijing_time(self, bundled: Network):
        assert {station.section for station in bundled.stations.values()} <= set(bundled.sections)
        assert {station.timezone for station in bundled.stations.values()} == {"Asia/Shanghai"}

    def test_lake_limits_apply_at_ten_sections(self, bundled: Network):
        assert {section.name_zh for section in bundled.sections.values() if section.water_body == "lake"} == {
            "岗南水库", "急水港桥", "西山", "湖滨(老)", "裕溪口(老)",
            "坝上中", "西苑隧道", "观音山", "蛤蟆石", "岳阳楼",
        }  # fmt: skip

    def test_every_row_of_the_real_replies_names_a_station_of_its_own(self, bundled: Network, shared_data: Path):
        rows = {(reading.province, reading.name) for reading in readings(shared_data)}
        assert len(rows) == 98
        found = {row: bundled.station_named(*row) for row in rows}
        assert [row for row, station in found.items() if station is None] == []
        assert len({station.code for station in found.values() if station is not None}) == 98
        assert {
            (bundled.parties[station.province].name_zh, row[0]) for row, station in found.items() if station is not None
        } == {(province, province) for province, _ in rows}


class TestStationNamed:
    """Province and name as a source writes them."""

    @pytest.mark.parametrize("province", ["浙江省", "浙江", "zhejiang", "330000", " 浙江省 "])
    @pytest.mark.parametrize("name", ["街口", "鸠坑口", "街口(鸠坑口)", "街口（鸠坑口）", "jiekou"])
    def test_jiekou_by_any_of_its_names(self, bundled: Network, province: str, name: str):
        found = bundled.station_named(province, name)
        assert found == Station("jiekou", "jiekou", "zhejiang", "街口", ("鸠坑口",), "Asia/Shanghai")

    @pytest.mark.parametrize(
        ("province", "name", "code"),
        [
            ("安徽省", "湖滨(老)", "hubinlao"),
            ("广西壮族自治区", "界首", "jieshou"),
            ("广西", "界首", "jieshou"),
            ("安徽省", "界首七渡口(七渡口)", "jieshouqidukou"),
            ("内蒙古", "海勃湾", "haibowan"),
        ],
    )
    def test_others(self, bundled: Network, province: str, name: str, code: str):
        found = bundled.station_named(province, name)
        assert found is not None
        assert found.code == code

    @pytest.mark.parametrize(
        ("province", "name"),
        [
            ("安徽省", "街口"),  # a name is only one within its province
            ("安徽省", "界首"),
            ("安徽省", "湖滨"),  # the old station is not the new one
            ("辽宁省", "兴安"),  # since 2026 another section than 盘锦兴安(兴安)
            ("火星", "街口"),
            ("", "街口"),
            ("浙江省", ""),
            ("浙江省", "(鸠坑口)"),
            ("浙江省", "街口（空白）"),
            ("浙江省", "街口(目标值)"),
            ("浙江省", "街口(平均)"),
            ("浙江省", "街口(2)"),
            ("浙江省", "街口(旧)"),
            ("浙江省", "街口(从未有过的名)"),
            ("浙江省", "旧站(街口)"),
        ],
    )
    def test_nobody_is_guessed(self, bundled: Network, province: str, name: str):
        assert bundled.station_named(province, name) is None

    def test_a_new_and_an_old_name_of_two_stations_or_of_one_alone_is_neither(self, tmp_path: Path):
        stations = STATIONS + "shaheqiao,liheqiao,tianjin,沙河桥,,\n"
        network, _ = load_network([registers(tmp_path, stations=stations)])
        assert network.station_named("天津市", "沙河桥(旧黎河桥)") is None
        assert network.station_named("天津市", "沙河桥(别名)") is None

    def test_the_whole_text_goes_before_its_parts(self, tmp_path: Path):
        network, _ = load_network([registers(tmp_path)])
        for name in ("黎河桥(新)", "黎河桥（老）", "旧黎河桥"):
            assert network.station_named("天津市", name) == network.stations["liheqiao"]
        assert network.station_named("天津市", "黎河桥") is None


class TestLoadNetwork:
    """Directories of registers, later ones on top."""

    def test_a_directory_of_basins(self, tmp_path: Path):
        network, messages = load_network([registers(tmp_path)])
        assert network.basins == {"luan": Basin("luan", "luan", "luan")}
        assert network.sections["liheqiao"] == Section(
            "liheqiao", "黎河桥", "Lihe Bridge", "黎河", 1, "hebei", "tianjin", "river", 3, "luan"
        )
        assert network.stations["liheqiao"].province == "tianjin"
        assert messages == []

    def test_a_flat_directory_names_its_basin(self, tmp_path: Path):
        flat = registers(tmp_path / "flat", basin="")
        assert load_network([flat])[0].sections["liheqiao"].basin == "flat"
        (flat / "basins.csv").write_text("code,name_zh,name_en\nluan,滦河,Luan River\n", encoding="utf-8")
        network, _ = load_network([flat])
        assert network.sections["liheqiao"].basin == "luan"
        assert network.basins["luan"].name_zh == "滦河"

    def test_a_directory_in_memory_declares_what_the_same_files_declare(self, tmp_path: Path):
        texts = {"parties": PARTIES, "sections": SECTIONS, "stations": STATIONS}
        in_memory = {f"basins/luan/{register}.csv": text for register, text in texts.items()}
        assert load_network([in_memory]) == load_network([registers(tmp_path)])

    def test_a_flat_directory_in_memory_names_its_basin(self):
        flat = {"parties.csv": PARTIES, "sections.csv": SECTIONS}
        assert load_network([flat])[0].sections["liheqiao"].basin == ""
        network, _ = load_network([flat | {"basins.csv": "code,name_zh,name_en\nluan,滦河,Luan River\n"}])
        assert network.sections["liheqiao"].basin == "luan"

    def test_a_register_in_memory_that_does_not_hold_is_named(self):
        with pytest.raises(RegisterError, match="重复") as caught:
            load_network([{"basins/luan/parties.csv": PARTIES + PARTIES.splitlines()[1]}])
        assert (caught.value.file, str(caught.value.path)[:5]) == ("basins/luan/parties.csv", "第 4 行")

    def test_a_directory_without_registers_or_a_single_file_declares_nothing(self, tmp_path: Path):
        file = tmp_path / "agreement.yaml"
        file.write_text("code: a\n", encoding="utf-8")
        network, messages = load_network([tmp_path, file])
        assert (dict(network.sections), messages) == ({}, [])

    def test_blank_cells_mean_not_declared(self, tmp_path: Path):
        sections = "code,name_zh,name_en,river,order,upstream,downstream,water_body,target_class\ns,断面,,,,,,lake,\n"
        stations = "code,section,province,name_zh,aliases,timezone\ns,s,hebei,站,,\n"
        network, _ = load_network([registers(tmp_path, sections=sections, stations=stations)])
        assert network.sections["s"] == Section("s", "断面", "", "", 2, None, None, "lake", None, "luan")
        assert network.stations["s"] == Station("s", "s", "hebei", "站", (), "Asia/Shanghai")

    def test_a_byte_order_mark_blank_lines_and_further_columns_do_no_harm(self, tmp_path: Path):
        parties = "\ufeffcode,name_zh,name_en,adcode,note\n\nhebei, 河北省 ,Hebei,130000,x\n,,,,\ntianjin,天津市,,,\n"
        network, _ = load_network([registers(tmp_path, parties=parties)])
        assert network.parties["hebei"] == Party("hebei", "河北省", "Hebei", "130000")

    def test_references_may_point_into_an_earlier_directory(self, tmp_path: Path):
        sections = SECTIONS.replace("hebei,tianjin", "河北省,120000").replace("liheqiao", "shaheqiao")
        stations = STATIONS.replace("liheqiao,天津", "jiekou,浙江")
        outside = registers(tmp_path, parties="", sections=sections, stations=stations)
        network, messages = load_network([BUNDLED, outside])
        assert (network.sections["shaheqiao"].upstream, network.sections["shaheqiao"].downstream) == (
            "hebei",
            "tianjin",
        )
        assert network.stations["liheqiao"].section == "jiekou"
        assert messages == []

    def test_a_later_directory_shadows_and_says_so(self, tmp_path: Path):
        sections = SECTIONS.replace("liheqiao,黎河桥", "jiekou,街口断面")
        stations = STATIONS.replace("liheqiao,liheqiao,天津,黎河桥(新)", "my-jiekou,jiekou,浙江,街口")
        outside = registers(tmp_path, sections=sections, stations=stations)
        network, messages = load_network([BUNDLED, outside])
        assert network.sections["jiekou"].name_zh == "街口断面"
        found = network.station_named("浙江", "街口")
        assert found is not None
        assert found.code == "my-jiekou"
        assert len(messages) == 2  # hebei and tianjin are declared as they were
        assert "sections jiekou" in messages[0]
        assert "stations zhejiang 街口" in messages[1]
        assert all(str(outside) in message for message in messages)

    def test_one_adcode_under_two_names_is_told(self, tmp_path: Path):
        folder = registers(tmp_path)
        parties = folder / "basins" / "luan" / "parties.csv"
        parties.write_text(PARTIES + "yanzhao,燕赵省,Yanzhao,130000\n", encoding="utf-8")
        _, messages = load_network([folder])
        assert messages == [
            "parties hebei（河北省）与 yanzhao（燕赵省）的行政区划代码都是 130000，请核对 (one adcode under two names)"
        ]

    def test_parties_without_an_adcode_may_be_called_alike(self, tmp_path: Path):
        folder = registers(tmp_path)
        parties = folder / "basins" / "luan" / "parties.csv"
        parties.write_text(PARTIES + "a,甲州,A,\nb,甲州,B,\n", encoding="utf-8")
        assert load_network([folder])[1] == []

    def test_the_same_party_may_stand_in_two_basins(self, tmp_path: Path):
        registers(tmp_path)
        registers(tmp_path, sections="", stations="", basin="chaobai")
        assert set(load_network([tmp_path])[0].parties) == {"hebei", "tianjin"}


class TestSlots:
    """How often a station reports is declared with it; most need not say it."""

    @pytest.mark.parametrize(("written", "hours"), [("", 4), ("1", 1), ("24", 24)])
    def test_a_station_reports_every_four_hours_unless_it_says_otherwise(self, tmp_path: Path, written, hours):
        network, _ = load_network([registers(tmp_path, stations=EVERY.format(written))])
        assert network.stations["liheqiao"].slot_hours == hours


RANGES = "code,section,province,name_zh,aliases,timezone,ranges\nliheqiao,liheqiao,天津,黎河桥,,,{}\n"


class TestRanges:
    """A station may declare between which values it measures; most need not."""

    @pytest.mark.parametrize(
        ("written", "ranges"),
        [
            ("", ()),
            ("flow 0..60000", (DeclaredRange("flow", 0, 60000),)),
            ("flow -2e4..6.5e4|level -1.5..8", (DeclaredRange("flow", -20000, 65000), DeclaredRange("level", -1.5, 8))),
            ("流量 0..60000 | 水位  0 .. 80", (DeclaredRange("flow", 0, 60000), DeclaredRange("level", 0, 80))),
            ("flow rate 0..5", (DeclaredRange("flow", 0, 5),)),
        ],
    )
    def test_a_range_has_an_indicator_and_two_ends_in_its_canonical_unit(self, tmp_path: Path, written, ranges):
        network, _ = load_network([registers(tmp_path, stations=RANGES.format(written))])
        assert network.stations["liheqiao"].ranges == ranges

    @pytest.mark.parametrize(
        ("indicator", "value", "expected"),
        [("flow", 0, True), ("flow", 9999, True), ("flow", 60000, True), ("flow", 60000.1, False),
         ("flow", -0.1, False), ("flow", float("nan"), False), ("level", 9999, False), (None, 9999, False)],
    )  # fmt: skip
    def test_both_ends_belong_to_it_and_what_is_not_declared_is_not_reached(self, indicator, value, expected):
        station = Station("s", "s", "p", "站", (), "", ranges=(DeclaredRange("flow", 0, 60000),))
        assert station.reaches(indicator, value) is expected


class TestRanks:
    """Which station of a section is the primary one; a station alone need not say so."""

    RANKED = "code,section,province,name_zh,aliases,timezone,rank\nliheqiao,liheqiao,天津,黎河桥,,,{}\n"

    @pytest.mark.parametrize(("written", "rank"), [("", 1), ("1", 1), ("2", 2)])
    def test_a_station_is_the_primary_one_unless_it_says_otherwise(self, tmp_path: Path, written: str, rank: int):
        network, _ = load_network([registers(tmp_path, stations=self.RANKED.format(written))])
        assert network.stations["liheqiao"].rank == rank


class TestRefused:
    """Every refusal names file, row, column and remedy."""

    @pytest.mark.parametrize(
        ("register", "text", "place", "words"),
        [
            ("parties", PARTIES + "hebei,河北省,Hebei,130000\n", "第 4 行 code", "代码重复：hebei"),
            ("parties", PARTIES + "ji,河北,Hebei,130000\n", "第 4 行 code", "河北（130000）已登记为 hebei"),
            ("parties", PARTIES.replace("130000", "13000"), "第 2 行 adcode", "应为六位数字：13000"),
            ("parties", PARTIES.replace("130000", "１３００００"), "第 2 行 adcode", "应为六位数字"),
            ("parties", PARTIES.replace("河北省", ""), "第 2 行 name_zh", "不能为空"),
            ("parties", PARTIES.replace("hebei", "pool"), "第 2 行 code", "不能用作代码：pool"),
            ("parties", PARTIES.replace("hebei", "he bei"), "第 2 行 code", "不能用作代码：he bei"),
            ("parties", PARTIES.replace(",adcode", ",division"), "第 1 行", "缺少列 adcode"),
            ("parties", PARTIES.replace("name_en", "name_zh"), "第 1 行", "缺少列 name_en"),
            ("parties", PARTIES.replace("adcode", "adcode,code"), "第 1 行", "列重复：code"),
            ("parties", PARTIES.replace("河北省", '"河北省'), "第 3 行", "CSV 无法读取"),
            ("sections", SECTIONS.replace("hebei", "hubei"), "第 2 行 upstream", "未知的主体：hubei"),
            ("sections", SECTIONS.replace(",tianjin", ",上海市"), "第 2 行 downstream", "未知的主体：上海市"),
            ("sections", SECTIONS.replace("river,3", "river,7"), "第 2 行 target_class", "类别应为 1–6：7"),
            ("sections", SECTIONS.replace("river,3", "river,0"), "第 2 行 target_class", "类别应为 1–6：0"),
            ("sections", SECTIONS.replace("river,3", "river,Ⅲ"), "第 2 行 target_class", "应为整数：Ⅲ"),
            ("sections", SECTIONS.replace("river,3", "canal,3"), "第 2 行 water_body", "river 或 lake：canal"),
            ("sections", SECTIONS.replace(",1,", ",first,"), "第 2 行 order", "应为整数：first"),
            ("sections", SECTIONS + SECTIONS.splitlines()[1], "第 3 行 code", "代码重复：liheqiao"),
            ("stations", STATIONS.replace(",liheqiao", ",liheqia"), "第 2 行 section", "未知的断面：liheqia"),
            ("stations", STATIONS.replace("天津", "火星"), "第 2 行 province", "未知的主体：火星"),
            ("stations", STATIONS.replace("Asia/Shanghai", "Asia/Shangai"), "第 2 行 timezone", "未知的时区"),
            ("stations", EVERY.format("5"), "第 2 行 slot_hours", "应能整除 24：5"),
            ("stations", EVERY.format("0"), "第 2 行 slot_hours", "应能整除 24：0"),
            ("stations", TestRanks.RANKED.format("0"), "第 2 行 rank", "站序应为 1–99：0"),
            ("stations", TestRanks.RANKED.format("主"), "第 2 行 rank", "应为整数：主"),
            ("stations", EVERY.format("hourly"), "第 2 行 slot_hours", "应为整数：hourly"),
            ("stations", RANGES.format("flow"), "第 2 行 ranges", "读不懂的范围：flow"),
            ("stations", RANGES.format("flow 0-60000"), "第 2 行 ranges", "读不懂的范围：flow 0-60000"),
            ("stations", RANGES.format("flow 0.."), "第 2 行 ranges", "读不懂的范围：flow 0.."),
            ("stations", RANGES.format("flow 0..many"), "第 2 行 ranges", "读不懂的范围：flow 0..many"),
            ("stations", RANGES.format("flow 0..inf"), "第 2 行 ranges", "读不懂的范围：flow 0..inf"),
            ("stations", RANGES.format("0..60000"), "第 2 行 ranges", "没有指标"),
            ("stations", RANGES.format("flows 0..60000"), "第 2 行 ranges", "没有指标 flows"),
            ("stations", RANGES.format("flow 60000..0"), "第 2 行 ranges", "最低不低于最高：flow 60000..0"),
            ("stations", RANGES.format("flow 5..5"), "第 2 行 ranges", "最低不低于最高：flow 5..5"),
            ("stations", RANGES.format("flow 0..5|流量 0..6"), "第 2 行 ranges", "一项指标只写一个范围：flow"),
            ("stations", STATIONS + "b,liheqiao,tianjin,旧黎河桥,,\n", "第 3 行 name_zh, aliases", "已是站点 liheqiao"),
        ],
    )
    def test_a_register_that_does_not_hold(self, tmp_path: Path, register: str, text: str, place: str, words: str):
        registers(tmp_path)
        file = tmp_path / "basins" / "luan" / f"{register}.csv"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(RegisterError) as caught:
            load_network([tmp_path])
        assert caught.value.file == str(file)
        assert str(caught.value.path).startswith(place)
        assert words in caught.value.zh
        assert caught.value.remedy

    def test_one_party_declared_in_two_ways(self, tmp_path: Path):
        registers(tmp_path)
        registers(tmp_path, parties=PARTIES.replace("Hebei", "He Bei"), sections="", stations="", basin="luanhe")
        with pytest.raises(RegisterError, match="hebei") as caught:
            load_network([tmp_path])
        assert "luanhe" in str(caught.value.file)
        assert "不一致" in caught.value.zh

    def test_a_file_that_is_not_utf8(self, tmp_path: Path):
        registers(tmp_path)
        file = tmp_path / "basins" / "luan" / "parties.csv"
        file.write_bytes(PARTIES.encode("gb18030"))
        with pytest.raises(RegisterError, match="UTF-8") as caught:
            load_network([tmp_path])
        assert caught.value.file == str(file)

    def test_a_directory_that_is_not_there(self, tmp_path: Path):
        with pytest.raises(RegisterError, match="没有此目录"):
            load_network([tmp_path / "nowhere"])
