"""Declared sources: what a YAML file may say of where readings come from, and what is refused with which remedy."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from basin.errors import RegisterError, UnknownCode
from basin.registry import load_registry
from basin.sources import Source, source_findings
from tests.registries import FIXTURES, with_fixtures

NETWORK = with_fixtures().network

TABLE = """\
code: lab-of-shanzhou
title: 山州手工监测表（虚构）
format: table
columns: {station: 点位, time: 采样时间}
indicators: {氨氮(mg/L): nh3n, 总磷: tp}
units: {总磷: µg/L}
stations: {清溪源头: demo-qx1}
"""


def found(text: str) -> list[tuple[str | None, str]]:
    """Path and Chinese message of every finding."""
    return [(one.path, one.zh) for one in source_findings(text, "a.yaml", NETWORK)[1]]


def test_a_table_without_fault_is_read_as_declared():
    source, findings = source_findings(TABLE, "a.yaml", NETWORK)
    assert not findings and source is not None
    assert (source.code, source.format, source.zone, source.is_wide) == (
        "lab-of-shanzhou",
        "table",
        "Asia/Shanghai",
        True,
    )
    assert source.indicators == {"氨氮(mg/L)": "nh3n", "总磷": "tp"}


@pytest.mark.parametrize(
    ("written", "instead", "path", "zh"),
    [
        ("code: lab-of-shanzhou", "code: 山州 实验室", "code", "不能用作代码"),
        ("title: 山州手工监测表（虚构）", "title: ''", "title", "不能为空"),
        ("format: table", "format: excel", "format", "不认识的取值 'excel'"),
        ("format: table", "format: table\nzone: Asia/Peking", "zone", "未知的时区：Asia/Peking"),
        ("format: table", "format: table\nzones: UTC", "zones", "不认识的键"),
        ("format: table", "format: table\nfile: x", "file", "不认识的键"),
        ("demo-qx1", "demo-qx9", "stations.清溪源头", "未知的站点代码：demo-qx9"),
        ("总磷: tp", "总磷: 总磷", "indicators.总磷", "未知的指标代码：总磷"),
        ("总磷: µg/L", "总磷: NTU", "units.总磷", "NTU 换算不成 tp 的单位 mg/L"),
        ("总磷: µg/L", "备注: mg/L", "units.备注", "备注 不是任何指标"),
        ("units: {总磷: µg/L}\n", "", "units.总磷", "总磷 没有写明单位"),
        (", time: 采样时间", "", "columns.time", "没有时间列"),
        ("station: 点位, ", "", "columns.station", "没有站点列"),
        ("station: 点位, ", "station: 点位, value: 值, ", "columns.value", "indicator 与 value 只写了一个"),
        ("station: 点位, ", "station: 点位, river: 河流, ", "columns.river", "没有列名 river"),
        ("station: 点位, ", "station: 总磷, ", "columns.总磷", "列 总磷 用了两次"),
        ("format: table", "format: table\nplace: https://a:b@c/d", "place", "地址里写着用户或密码"),
        ("format: table", "format: table\nplace: 'https://a@c?x=/'", "place", "地址里写着用户或密码"),
        ("format: table", "format: table\nplace: 'http:///x'", "place", "不是网址"),
        ("format: table", "format: table\nplace: 'http://[::1/x'", "place", "不是网址"),
        ("format: table", "format: table\nplace: 'http://a.cn:x/'", "place", "不是网址"),
        ("format: table", "format: table\nplace: x\nhosts: [a.cn]", "hosts", "只用于网址"),
        (
            "format: table",
            "format: table\nplace: https://a.cn/\nhosts: ['http://b.cn']",
            "hosts",
            "不是主机名：http://b.cn",
        ),
        ("format: table", "format: table\nplace: https://a.cn/\nhosts: ['b.cn:80']", "hosts", "不是主机名：b.cn:80"),
        ("format: table", "format: table\nevery_hours: 4", "place", "没有写明从哪里取"),
        ("format: table", "format: table\nplace: x\nevery_hours: 5", "every_hours", "5 小时分不匀一天"),
        ("format: table", "format: table\nplace: x\nevery_hours: 0", "every_hours", "取值不合要求：'0'"),
        ("format: table", "format: table\nfields: {'2011': Rtd}", "fields", "不用于 format: table"),
        ("time: 采样时间}", "date: 采样时间}\nat: 8点", "at", "不是时刻：8点"),
        ("format: table", "format: table\nat: '08:00'", "at", "没有 date 列"),
        ("station: 点位, ", "station: 点位, unit: 单位, ", "columns.unit", "宽表没有单位列"),
    ],
)
def test_each_fault_is_one_finding_at_its_place(written: str, instead: str, path: str, zh: str):
    assert written in TABLE
    findings = found(TABLE.replace(written, instead, 1))
    assert [(place, zh in told) for place, told in findings if place == path] == [(path, True)], findings


def test_what_a_table_needs_no_telegram_needs():
    text = "code: mn\ntitle: 站点报文（虚构）\nformat: telegrams\nstations: {A01: demo-qx1}\nfields: {'2011': Rtd}\n"
    assert found(text) == []
    assert found(text + "indicators: {w21003: nh3n}\n") == [("units.w21003", "w21003 没有写明单位")]
    assert found(text + "units: {w21003: mg/L}\n") == []  # a code everybody spells so
    assert found(text + "password_sha256: '123456'\n") == [("password_sha256", "不是 SHA-256")]
    assert found(text + "place: x\n") == [("place", "不用于 format: telegrams")]
    assert found(text.replace("'2011'", "'11'")) == [("fields.11", "命令编码应为四位数字：11")]


def test_a_registry_knows_the_sources_of_its_directories_and_a_later_one_shadows(tmp_path: Path):
    for folder, title in (("a", "先"), ("b", "后")):
        (tmp_path / folder / "sources").mkdir(parents=True)
        text = TABLE.replace("山州手工监测表（虚构）", title)
        (tmp_path / folder / "sources" / "lab.yaml").write_text(text, encoding="utf-8")
    registry = load_registry([FIXTURES, tmp_path / "a", tmp_path / "b"])
    assert registry.source("lab-of-shanzhou").title == "后"
    assert any("lab-of-shanzhou" in message for message in registry.messages)
    with pytest.raises(UnknownCode, match="没有数据来源 nowhere"):
        registry.source("nowhere")


def test_a_source_that_is_refused_stops_loading_and_names_file_and_path(tmp_path: Path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "lab.yaml").write_text(TABLE.replace("demo-qx1", "nobody"), encoding="utf-8")
    with pytest.raises(RegisterError, match=r"lab\.yaml: stations\.清溪源头: 未知的站点代码：nobody"):
        load_registry([FIXTURES, tmp_path])


def test_an_address_may_lead_to_the_hosts_that_are_declared():
    hosts = "[www.a.cn, 203.0.113.7, '[::1]']"
    text = TABLE.replace("format: table", f"format: table\nplace: https://a.cn/x?b@c\nhosts: {hosts}")
    source, findings = source_findings(text, "a.yaml", NETWORK)
    assert source is not None and not findings
    assert source.hosts == ("www.a.cn", "203.0.113.7", "[::1]")


def test_a_text_that_is_no_mapping_is_one_finding():
    assert found("- a\n") == [(None, "文件应是键值表")]


def test_a_tolerance_is_a_part_of_the_mean_by_indicator_code():
    text = "code: lab\ntitle: 分样（虚构）\nformat: laboratory\ntolerance: {nh3n: 10%, tp: 1/5}\n"
    source, findings = source_findings(text, "a.yaml", NETWORK)
    assert not findings and source is not None
    assert source.tolerance == {"nh3n": Fraction(1, 10), "tp": Fraction(1, 5)}
    assert found(text.replace("nh3n:", "氨氮:")) == [("tolerance.氨氮", "未知的指标代码：氨氮")]
    assert [path for path, _ in found(text.replace("10%", "-10%"))] == ["tolerance.nh3n"]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("files/*.csv", "files/*.csv"),
        ("/srv/secret/files", "…/files"),
        ("https://example.org:8443/a/b.json?token=x", "https://example.org/a/b.json?…"),
        ("https://user:key@example.org/a", "https://example.org/a"),
        ("https://[::1/a?key=x", "…"),
        ("", ""),
    ],
)
def test_a_place_is_shown_without_query_and_without_paths_of_the_machine(place: str, shown: str):
    assert Source(code="a", title="a", format="table", place=place).place_shown == shown
