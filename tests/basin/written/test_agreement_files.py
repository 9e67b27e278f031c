"""YAML read as text: nothing becomes a number, a date or a truth value by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from basin.errors import AgreementError, RegisterError
from basin.registry import BUNDLED
from basin.rounding import number
from basin.written.agreement_files import file_text, tree

LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
LEVELS = "".join(f"a{n}: &a{n} {'[' * 40}{f'*a{n - 1}' if n else 'x'}{']' * 40}\n" for n in range(3))


class TestTree:
    """`tree` keeps every scalar as it is written."""

    @pytest.mark.parametrize(
        "written",
        ["2.10", "0.1", "off", "no", "yes", "true", "null", "~", "1_000", "0x10", "010", "2020-01-01", "1e3", "22:30"],
    )
    def test_a_scalar_stays_the_text_it_is(self, written: str) -> None:
        assert tree(f"v: {written}") == {"v": written}

    def test_a_ref_of_2_10_is_not_2_1(self) -> None:
        assert tree("clauses: [{ref: 2.10}, {ref: 2.1}]")["clauses"] == [{"ref": "2.10"}, {"ref": "2.1"}]

    def test_a_tenth_is_exactly_a_tenth(self) -> None:
        assert number(tree("v: 0.1")["v"]) * 10 == 1

    def test_keys_are_text_too(self) -> None:
        assert list(tree('{2018-01-01: 1, "4,5": 2, off: 3, 1.0: 4}')) == ["2018-01-01", "4,5", "off", "1.0"]

    def test_anchors_and_quotes_are_read(self) -> None:
        assert tree('a: &x {k: "1"}\nb: *x') == {"a": {"k": "1"}, "b": {"k": "1"}}

    def test_a_tag_makes_nothing_but_text(self) -> None:
        assert tree("{a: !!int 7, b: !!python/name:os.system x}") == {"a": "7", "b": "x"}

    @pytest.mark.parametrize(
        ("text", "said", "line"),
        [
            ("a: 1\na: 2", "重复的键 a", "line 2"),
            ("x:\n  - {ref: 1, ref: 2}", "重复的键 ref", "line 2"),
            ("a: [1, 2", "YAML 无法读取", "line 1"),
            ("a: 1\n\tb: 2", "YAML 无法读取", "line 2"),
            ("a: &x {inside: *x}", "YAML 无法读取", "line 1"),
            ("? [a, b]\n: 1", "键必须是文本", "line 1"),
        ],
    )
    def test_what_is_refused_names_the_file_and_the_line(self, text: str, said: str, line: str) -> None:
        with pytest.raises(AgreementError) as refused:
            tree(text, "agreements/x.yaml")
        message = str(refused.value)
        assert said in message
        assert line in message
        assert message.startswith("agreements/x.yaml")
        assert refused.value.remedy

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a: 1\ncap：250\nb: 2", 2),
            ("a: 1\n- {ref: 1}\n", None),
            ("clauses:\n  - ref: 1\n    cap：250\n    pays: a\n    receives: b", 3),
            ("scale: [{amount: 1， up_to: 3}]", 1),
            ("title: 甲，乙: 丙", None),
        ],
    )
    def test_a_full_width_colon_or_comma_is_named_with_its_line(self, text: str, line: int | None) -> None:
        with pytest.raises(AgreementError) as refused:
            tree(text, "x.yaml")
        told = f"第 {line} 行 line {line}", "YAML 无法读取：冒号或逗号是全角的"
        assert ((refused.value.path, refused.value.zh) == told) is (line is not None)
        assert ("半角冒号" in refused.value.remedy) is (line is not None)

    @pytest.mark.parametrize("text", ["", "- a\n- b", "just text"])
    def test_a_document_is_a_mapping(self, text: str) -> None:
        with pytest.raises(AgreementError, match=r"文件应是键值表.*最外层逐行写“键: 值”"):
            tree(text)

    @pytest.mark.parametrize("text", ["a: " + "[" * 200_000, "- " * 200_000, "a: " + "[" * 2_000 + "]" * 2_000])
    def test_a_text_of_very_many_levels_is_refused_and_ends_no_process(self, text: str) -> None:
        with pytest.raises(AgreementError, match="层数太多") as refused:
            tree(text, "agreements/x.yaml")
        assert refused.value.file == "agreements/x.yaml"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (LAUGHS, "YAML 的值超过"),
            (LEVELS, "层数太多"),
            ("a: &a {b: *a}", "没有锚点 a"),
            ("a: *b", "没有锚点 b"),
            ("? &a [x]\n: 1", "键必须是文本"),
            ("b: &a [x]\n*a : 1", "键必须是文本"),
            ("a:\n" + "- b\n" * 100_000, "YAML 的值超过"),
            ("a: " + "x" * 20_001, "一个值超过"),
            ("a: " + "-" * 100_000, "一个值超过"),
            ("-" * 19_000 + "\t: [", "YAML 无法读取"),
            ("-" * 19_000 + "：1\n: [", "YAML 无法读取"),
            ("{" * 100_000 + "：", "键必须是文本"),
            ("a: [" + "，" * 19_000 + "\n]: [", "YAML 无法读取"),
            ("- " * 100_000, "层数太多"),
            ("a: b\n" * 30 + "---\n" * 100_000, "重复的键"),
            ("--- {a: b}\n--- {c: d}", "几份文档"),
            ("%TAG ! tag:a\n" * 60_000 + "---\na: b", "指令太多"),
            ("# \n" * 400_000 + "a: b", "文件超过 1024 KiB"),
            ("a: b\0c", "看不见的符号 \\\\0"),
            ("a: 甲\u202e乙", "看不见的符号 \\\\u202e"),
            ("# 注\u200b释\na: b", "看不见的符号 \\\\u200b"),
            ('a: "\\u202e"', "看不见的符号 \\\\u202e"),
            ('"a\\u200b": b', "看不见的符号 \\\\u200b"),
            ('a: "\\ud800"', "YAML 无法读取"),
            ("a: \ud800", "看不见的符号 \\\\ud800"),
        ],
        ids=lambda value: value if len(value) < 20 else f"{value[:12]!a} of {len(value)}",
    )  # fmt: skip
    def test_what_has_no_bounds_is_refused_and_named(self, text: str, said: str) -> None:
        with pytest.raises(AgreementError, match=said) as refused:
            tree(text, "agreements/x.yaml")
        assert (refused.value.file, bool(refused.value.remedy)) == ("agreements/x.yaml", True)
        assert len(str(refused.value)) < 500

    def test_an_alias_is_a_copy_that_may_be_changed_alone(self) -> None:
        document = tree("a: &x {k: [v]}\nb: *x")
        document["b"]["k"].append("w")
        assert document == {"a": {"k": ["v"]}, "b": {"k": ["v", "w"]}}

    def test_fifty_levels_and_a_hundred_thousand_values_are_read(self) -> None:
        assert tree("a: " + "[" * 49 + "x" + "]" * 49)
        assert len(tree("a:\n" + "- b\n" * 99_997)["a"]) == 99_997

    def test_tabs_between_a_key_and_its_value_are_blanks(self) -> None:
        assert tree("a:\tb") == {"a": "b"}

    @pytest.mark.parametrize("file", sorted(BUNDLED.rglob("*.yaml")), ids=lambda file: file.stem)
    def test_it_reads_what_the_plain_loader_of_the_library_reads(self, file: Path) -> None:
        text = file_text(file)
        assert tree(text) == yaml.load(text, Loader=yaml.BaseLoader)


class TestFileText:
    """`file_text` reads UTF-8, with or without a byte order mark."""

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_a_byte_order_mark_is_no_content(self, tmp_path: Path, mark: bytes) -> None:
        (tmp_path / "a.yaml").write_bytes(mark + "code: 渌水".encode())
        assert file_text(tmp_path / "a.yaml") == "code: 渌水"

    def test_another_encoding_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_bytes("code: 渌水".encode("gb18030"))
        with pytest.raises(AgreementError, match="不是 UTF-8 文本") as refused:
            file_text(tmp_path / "a.yaml")
        assert refused.value.file == str(tmp_path / "a.yaml")

    def test_a_file_that_is_too_large_is_not_read_to_its_end(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_bytes(b"# \n" * 400_000)
        with pytest.raises(AgreementError, match="文件超过 1024 KiB"):
            file_text(tmp_path / "a.yaml")
        assert len(file_text(tmp_path / "a.yaml", most=2**21)) == 1_200_000

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_any_line_end_is_one(self, tmp_path: Path, end: str) -> None:
        (tmp_path / "a.yaml").write_bytes(f"a: 1{end}b: 2{end}".encode())
        assert file_text(tmp_path / "a.yaml") == "a: 1\nb: 2\n"

    def test_a_missing_file_is_refused_with_the_error_the_caller_wants(self, tmp_path: Path) -> None:
        with pytest.raises(RegisterError, match="读不到文件"):
            file_text(tmp_path / "none.yaml", RegisterError)
