"""What a value must be is said in Chinese, with the words or the form to write instead."""

from __future__ import annotations

import pytest

from tests.basin.clauses import found, lump, measured

TOLD = {
    "a class in Roman numerals": (
        lump("cap: 5"), {"sections": "{s1: {target: Ⅲ}}"}, "sections.s1.target",
        "取值不合要求：'Ⅲ'，须为整数", "写 1–6 的数字，如 3（Ⅲ类）",
    ),
    "one that is compared with": (
        measured("kind: quality_class, section: s1, against: {class: Ⅴ}, expressed: difference"), {},
        "clauses.1.measure.against.class", "取值不合要求：'Ⅴ'，须为整数", "写 1–6 的数字，如 3（Ⅲ类）",
    ),
    "a word of a list": (
        measured("kind: conc"), {}, "clauses.1.measure.kind", "不认识的取值 'conc'",
        "改用列出的取值：concentration volume flow load quality_class exceedance index met reported result rank"
        " completeness trend",
    ),
    "a word that is nearly one of a list": (
        measured("kind: quality_clas, section: s1"), {}, "clauses.1.measure.kind", "不认识的取值 'quality_clas'",
        "改用列出的取值：concentration volume flow load quality_class exceedance index met reported result rank"
        " completeness trend；写的是 quality_class 吗？",
    ),
    "a ground": (
        lump("cap: 5"), {"data": "{excludes: [frost]}"}, "data.excludes.0", "不认识的取值 'frost'",
        "改用列出的取值：dry frozen suspended disaster",
    ),
    "a number of days below one": (
        lump("cap: 5"), {"data": "{min_days_a_month: 0}"}, "data.min_days_a_month", "取值不合要求：'0'，须为正整数",
        "改成所要求的形式",
    ),
    "a negative cap": (lump("cap: -5"), {}, "clauses.1.cap", "，不能为负", "改成所要求的形式"),
    "axes in a list": (lump("each: [section]"), {}, "clauses.1.each", "，须为键值表", "改成所要求的形式"),
    "a test without its list": (lump("when: {kind: met}"), {}, "clauses.1.when", "，须为列表", "改成所要求的形式"),
    "years in place of days": (
        lump("cap: {2020: 5, 2022: 6}"), {}, "clauses.1.cap", "不是数字", "日期写全，如 2022-01-01",
    ),
    "years in a sheet": (
        lump("cap: 5"), {"sections": "{s1: {limits: {tp: {2020: 0.08, 2022: 0.07}}}}"}, "sections.s1.limits.tp",
        "不是数字", "日期写全，如 2022-01-01",
    ),
    "a full-width colon in a flow mapping": (
        lump("cap：5"), {}, "clauses.1.cap：5", "不认识的键", "冒号写成半角加空格，如 cap: 250",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("clauses", "header", "path", "zh", "remedy"), TOLD.values(), ids=TOLD)
def test_what_does_not_fit_says_what_to_write(
    clauses: str, header: dict[str, str], path: str, zh: str, remedy: str
) -> None:
    (refusal,) = (one for one in found(clauses, **header) if one.path == path)
    assert zh in refusal.zh
    assert refusal.remedy == remedy


def test_a_full_width_colon_in_the_header_is_told_too() -> None:
    assert "冒号写成半角" in found(lump("cap: 5"), **{"every：year": "1"})[0].remedy


def test_a_basin_nobody_registered_is_registered_by_its_folder() -> None:
    (refusal,) = found(lump("cap: 5"), basin="nowhere")
    assert refusal.remedy == "建文件夹 basins/流域代码/，放 sections.csv，命令加 --with；或改正代码"
