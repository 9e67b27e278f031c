"""Signs nobody can see, and the alphabets of people, codes and keys."""

from __future__ import annotations

import unicodedata

import pytest

from basin.errors import HengjieError, UsageError
from basin.signs import shown, unseen_sign
from basin.written.texts import (
    AGREEMENT_CODE,
    CODE,
    KEY_NAME,
    LINE,
    PERSON,
    REQUEST_KEY,
    TEXT,
    Misfit,
    accepted,
    fits,
    fitting,
)

UNSEEN = [
    "\0",
    "\x1b",
    "\x7f",
    "\x85",
    "\xad",
    "\u034f",
    "\u061c",
    "\u115f",
    "\u180e",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u202a",
    "\u202e",
    "\u2028",
    "\u2060",
    "\u2066",
    "\u2069",
    "\u2800",
    "\u3164",
    "\ud800",
    "\udfff",
    "\ufe0f",
    "\ufeff",
    "\uffa0",
    "\uffff",
    "\U0001ffff",
    "\U000e0041",
    "\U000e01ef",
]
SEEN = ["a", "张", "é", "\t", "\n", "\r\n", "\u3000", "\xa0", "〇", "𠀀", "²", "①", "🐟", "Ⅲ", "‰", "—", "·"]


class TestSigns:
    @pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
    def test_a_sign_nobody_can_see_is_found_and_spelled_out(self, sign):
        match = unseen_sign(f"甲{sign}乙")
        assert match is not None and match[0] == sign
        told = shown(f"甲{sign}乙")
        assert told.startswith("甲\\") and told.endswith("乙") and told.isprintable()

    @pytest.mark.parametrize("sign", SEEN, ids=ascii)
    def test_every_other_sign_stands_as_it_is(self, sign):
        assert unseen_sign(f"甲{sign}乙") is None
        assert shown(f"甲{sign}乙") == f"甲{sign}乙"

    def test_no_control_and_no_format_sign_of_directions_or_width_is_forgotten(self):
        kinds = {"Cc": {"\t", "\n", "\r"}, "Cs": set(), "Zl": set(), "Zp": set()}
        forgotten = [
            chr(number)
            for number in range(0x110000)
            if (kind := unicodedata.category(chr(number))) in kinds
            and chr(number) not in kinds[kind]
            and unseen_sign(chr(number)) is None
        ]
        assert forgotten == []

    def test_a_long_text_is_cut_with_a_remark(self):
        assert shown("x" * 5_000, 10) == "x" * 10 + "…（共 5000 字 characters）"

    def test_an_error_can_be_printed_whatever_it_quotes(self):
        problem = UsageError(
            "不认识 \ud800\u202e", "unknown " + "x" * 10**6, file="a\0.yaml", path="b\u200b", remedy="改"
        )
        assert str(problem).isprintable() and str(problem).encode()
        assert len(str(problem)) < 3_000
        assert (problem.zh, problem.file, problem.path) == ("不认识 \\ud800\\u202e", "a\\0.yaml", "b\\u200b")


class TestPeople:
    @pytest.mark.parametrize(
        "name",
        [
            "张三",
            "张三（虚构）",
            "阿布都热依木·买买提",
            "O'Neil",
            "José García-López",
            "J. Smith",
            "张三 (湖南省财政厅)",
            "lǐ sì",
            "zhang_san",
            "zhang@example.cn",
            "葛𠮷",
            "赵六2",
            "Ａｌｉｃｅ",
        ],
    )
    def test_a_name(self, name):
        assert fitting(f" {name} ", PERSON) == unicodedata.normalize("NFC", name)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "  ",
            "张三\u200b",
            "张\u202e三",
            "张三\0",
            "\ud800",
            "张三、李四",
            "张三/李四",
            "张三\n李四",
            "аlice",
            "张三‧",
            "张三²",
            "张三🐟",
            "甲" * 51,
            "<b>张三</b>",
            "张三\u3164",
            "α",
        ],
    )
    def test_no_name(self, name):
        with pytest.raises(Misfit) as refusal:
            fitting(name, PERSON)
        assert refusal.value.zh and refusal.value.en and "·" in refusal.value.remedy

    def test_an_accent_written_apart_is_the_same_name(self):
        assert fitting("Jose\u0301", PERSON) == "José"


class TestCodes:
    @pytest.mark.parametrize("code", ["qingxi-2", "街口", "demo_qx2", "a.b", "X"])
    def test_a_code(self, code):
        assert fits(code, CODE)

    @pytest.mark.parametrize(
        "code", ["a b", "a/b", "a,b", "a|b", "a:b", "a\u200b", "", " a", "а", "ä", "甲" * 101, "a~b"]
    )
    def test_no_code(self, code):
        assert not fits(code, CODE)

    def test_that_of_an_agreement_has_no_dot(self):
        assert fits("xinan-2018", AGREEMENT_CODE) and not fits("a.csv", AGREEMENT_CODE)


@pytest.mark.parametrize("name", ["湖南省生态环境厅（平台二）", "a/b", "platform:3", "省站 #2", "a&b"])
def test_a_key_may_be_named_like_an_office(name):
    assert fitting(name, KEY_NAME) == name


@pytest.mark.parametrize("name", ["a\u200bb", "a\0", "a<b>", "a\nb", "甲" * 101])
def test_a_key_may_not_be_named_like_another(name):
    with pytest.raises(Misfit):
        fitting(name, KEY_NAME)


@pytest.mark.parametrize(
    ("text", "grammar"),
    [("长文\n第二行", LINE), ("x" * 501, LINE), ("x" * 2001, TEXT), ("键", REQUEST_KEY), ("a\tb", REQUEST_KEY)],
)
def test_every_kind_of_text_has_bounds(text, grammar):
    with pytest.raises(HengjieError) as refusal:
        accepted(text, grammar, "field", file="a.yaml")
    assert (refusal.value.path, refusal.value.file, bool(refusal.value.remedy)) == ("field", "a.yaml", True)
