"""Every refusal that docs/agreements.md lists happens, and every one that happens is listed there.

The malformed agreements are those of the truth tables in tests/basin; the few that are no clause, header or sheet stand
here. One row of the table is one message; … in it stands for a code or value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from basin import periods
from basin.agreement import compiled
from basin.authoring.review import review
from basin.errors import HengjieError
from basin.registry import BUNDLED, Registry, load_registry
from basin.written.agreement_files import file_text, tree
from settlement.cases.running import case_files, outcomes, run_cases
from settlement.gathered import data_rules
from settlement.settling import check_span
from tests.basin.checks import (
    test_agreements,
    test_clause_refusals,
    test_measures,
    test_percentages,
    test_ranges,
    test_sides,
    test_size,
    test_values,
)
from tests.basin.checks.test_agreements import found_with_s3_elsewhere as elsewhere
from tests.basin.checks.test_agreements import found_with_two_stations as with_two_stations
from tests.basin.clauses import found, lump
from tests.basin.test_scorecards import a_card
from tests.settlement.cases import test_checks
from tests.settlement.cases.test_checks import NAMES, SHAPES, ran
from tests.settlement.clauses.test_standing_in import not_stated
from tests.settlement.makers import RIVER, agreement_text, an_agreement

TEXT = (Path(__file__).parent.parent / "docs" / "agreements.md").read_text(encoding="utf-8")
OF_AN_AGREEMENT = ("文件", "开头", "数值", "断面表", "条款", "标准", "指标与条件", "引用", "评价表")
WANTED = 60

GOOD = agreement_text(lump("cap: 5"))
FILES = {
    "no YAML": ("code: [", "第 1 行 line 1", "YAML 无法读取"),
    "a full-width colon": ("a: 1\ncap：250\nb: 2", "第 2 行 line 2", "冒号或逗号是全角的"),
    "a tab": ("a: 1\nb:\n\tc: 2", "第 3 行 line 3", "缩进里有制表符（Tab）"),
    "a tab after a dash": ("a:\n- b: 1\n\t c: 2", "第 3 行 line 3", "制表符"),
    "a full-width space after a colon": ("a: 1\nb:\u3000250\nc: 2", "第 2 行 line 2", "有全角空格"),
    "a full-width space before a key": ("a:\n\u3000\u3000b: 1\n  c: 2", "第 2 行 line 2", "有全角空格"),
    "a colon in a value behind a quoted one": (
        'a: 1\nb: {ref: "1", source: 第四条: 每月, cap: 3}',
        "第 2 行 line 2",
        "值里有冒号加空格，没有加引号",
    ),
    "a colon in a value": ("a: 1\nsource: 第四条: 每月\nb: 2", "第 2 行 line 2", "值里有冒号加空格，没有加引号"),
    "a colon in a value within braces": ("a: {source: 第四条: 每月, b: 1}", "第 1 行 line 1", "没有加引号"),
    "a colon in the source of an item": ("a:\n  - ref: x\n    source: 第四条: 每月", "第 3 行 line 3", "没有加引号"),
    "too deep": ("a: " + "[" * 10_000, "文件 file", "YAML 层数太多"),
    "too large": ("code: a\n" + "# \n" * 400_000, "文件 file", "文件超过 1024 KiB"),
    "too many values": ("a:\n" + "- b\n" * 100_000, "第 99999 行 line 99999", "YAML 的值超过 100000 个"),
    "a value that is too long": ("a: 1\nb: " + "x" * 20_001, "第 2 行 line 2", "一个值超过 20000 字"),
    "a sign nobody can see": ("code: a\ntitle: 甲\u202e乙", "第 2 行 line 2", "有看不见的符号 \\u202e"),
    "several documents": ("code: a\n---\ncode: b", "第 2 行 line 2", "一个文件里有几份文档"),
    "an alias without its anchor": ("code: *a", "第 1 行 line 1", "没有锚点 a"),
    "very many directives": ("%TAG ! tag:a\n" * 20 + "---\na: b", "文件 file", "YAML 指令太多"),
    "a double key": ("code: a\ncode: b", "第 2 行 line 2", "重复的键 code"),
    "a key that is no text": ("[a, b]: c", "第 1 行 line 1", "键必须是文本"),
    "no mapping": ("- a", None, "文件应是键值表"),
    "a key that is missing": (GOOD.replace("title: 试验协议\n", ""), "title", "缺少 title"),
    "an unknown key": (GOOD + "rivers: [s1]\n", "rivers", "不认识的键"),
    "no date": (GOOD.replace("2020-01-01", "2020年"), "starts", "不是日期：'2020年'"),
    "parties without roles": (GOOD.replace("{upstream: up, downstream: down}", "up"), "parties", "parties 写法不对"),
    "sections in a list": (GOOD + "sections: [s1]\n", "sections", "sections 应是键值表"),
    "clauses that are no list": (agreement_text("").replace("clauses:", "clauses: {a: b}"), "clauses", "应是列表"),
    "a clause without ref": (agreement_text("- {scale: [{amount: 1}]}"), "clauses.0.ref", "条款没有 ref"),
    "a double ref": (agreement_text(lump("cap: 5") + "\n" + lump("cap: 6")), "clauses.1.ref", "重复的 ref 1"),
}
CARDS = {
    "bands that rise": ({"bands": "{良: 80, 优: 90, 差: 0}"}, "bands", "等级须从高到低直到 0"),
    "criteria that are no list": ({"criteria": "{a: 1}"}, "criteria", "criteria 应是列表"),
    "a criterion without points": ({"criteria": "[{ref: a, source: x}]"}, "criteria.0", "指标没有分值"),
}


def assert_told(refusal: HengjieError, path: str | None, said: str) -> None:
    assert refusal.path == path
    assert said in refusal.zh
    assert refusal.en
    assert refusal.remedy
    assert refusal.file


@pytest.mark.parametrize(("text", "path", "said"), FILES.values(), ids=FILES)
def test_a_file_or_header_is_refused(text: str, path: str | None, said: str) -> None:
    assert_told(review(text, "test.yaml", RIVER).findings[0], path, said)


@pytest.mark.parametrize(("keys", "path", "said"), CARDS.values(), ids=CARDS)
def test_a_scorecard_is_refused(keys: dict[str, str], path: str, said: str) -> None:
    assert_told(refused(lambda: a_card(**keys)), path, said)


def refused(act: Callable[[], object]) -> HengjieError:
    with pytest.raises(HengjieError) as refusal:
        act()
    return refusal.value


@cache
def of_agreements() -> tuple[HengjieError, ...]:
    """What the malformed agreements and scorecards of all truth tables are refused for."""
    tables = tuple(
        row
        for table in (test_clause_refusals, test_measures, test_percentages, test_ranges, test_size)
        for row in table.REFUSED.values()
    )
    headers = [header.partition(": ") for header, _, _ in test_agreements.HEADERS.values()]
    return (
        *(refusal for clauses, _, _ in tables for refusal in found(clauses)),
        *(refusal for key, _, value in headers for refusal in found(lump("cap: 5"), **{key: value})),
        *(r for clauses, header, _, _ in test_values.REFUSED.values() for r in found(clauses, **header)),
        *(r for clauses, header, _, _ in test_measures.NEVER_PAID.values() for r in found(clauses, **header)),
        *(r for clauses, header, _, _ in test_sides.REFUSED.values() for r in found(clauses, **header)),
        *(r for clauses, sheets, _ in test_agreements.FOREIGN.values() for r in elsewhere(clauses, sheets)),
        *(r for data, rank, _ in test_agreements.RANKED.values() for r in with_two_stations(data, rank)),
        *(refusal for text, _, _ in FILES.values() for refusal in review(text, "test.yaml", RIVER).findings),
        *(refused(lambda keys=keys: a_card(**keys)) for keys, _, _ in CARDS.values()),
    )


def of_files(folder: Path) -> Iterator[HengjieError]:
    """What cannot be seen in one text: files that are not there, are no text, or declare a code twice; no `every`."""
    (folder / "latin.yaml").write_bytes(b"\xff\xfe")
    (folder / "twice").mkdir()
    for name in ("a.yaml", "b.yaml"):
        text = (BUNDLED / "agreements" / "chuhe-anhui-jiangsu-2018.yaml").read_text(encoding="utf-8")
        (folder / "twice" / name).write_text(text, encoding="utf-8")
    text = agreement_text(lump("cap: 5"), every="")
    acts: tuple[Callable[[], object], ...] = (
        lambda: file_text(folder / "nowhere.yaml"),
        lambda: file_text(folder / "latin.yaml"),
        lambda: tree("a: " + "[" * 6_000),
        lambda: load_registry([folder / "twice"]),
        lambda: compiled(tree(text), text, "test.yaml").every_of("1"),
    )
    yield from map(refused, acts)


def of_periods() -> Iterator[HengjieError]:
    """Codes and periods that are asked for and are none, or do not fit the agreement."""
    world, yearly = Registry(RIVER, {}, {}, ()), an_agreement(lump("cap: 5"))
    yield from (
        refused(act)
        for act in (
            lambda: world.agreement("x"),
            lambda: world.scoring_by("x"),
            lambda: periods.period("heuer"),
            lambda: periods.period("2020-13"),
            lambda: periods.period("2020..2018"),
            lambda: periods.period("1066"),
            lambda: check_span(yearly, periods.period("2030")),
            lambda: check_span(yearly, periods.period("1900..2200")),
            lambda: check_span(yearly, periods.period("2020-07-01")),
            lambda: check_span(yearly, periods.period("2020-07..2021-12")),
            lambda: data_rules(yearly),
            lambda: not_stated("s1 2020-07 1", "s1b 2020-07 3"),
            lambda: not_stated("s1 2020-07 1", "s1 2020-07 3 L"),
        )
    )


def of_cases(folder: Path) -> Iterator[str]:
    """What is said of malformed cases and of those that do not come out."""
    for case, _, _ in SHAPES.values():
        yield str(refused(lambda case=case: ran(folder, case)))
    written = [f"period: 2020, {written}, stops: [no_readings]" for written, _, _ in NAMES.values()]
    written += [
        "period: 2020, facts: {x: 5}, given: {s1: {tp: 0.1}, s2: {tp: 0.1}}, expect: []",
        "period: 2020, facts: {x: 5}, given: {s1: {tp: 0.1}, s2: {tp: 0.1}}, stops: [no_fact]",
        "period: 2020, facts: {x: 5}, given: {s1: {tp: 0.1}}, expect: []",
        "period: 2020, facts: {x: 5}, given: {s1: {tp: 0.1}, s2: {tp: 0.1}}",
    ]
    for case in written:
        yield from (difference for outcome in ran(folder, case) for difference in outcome.differences)
    for given in test_checks.IMPOSSIBLE.values():
        (failed,) = test_checks.ran_with_lines(folder, f"period: 2020, {given[0]}, expect: []")
        yield from failed.differences
    for unread in test_checks.UNREAD.values():
        yield from ran(folder, f"period: 2020, {unread[0]}, expect: []")[0].differences
    yield from ran(folder, "period: 2020-07, facts: {x: 0}, expect: []")[0].differences
    world = Registry(RIVER, {"test-river": an_agreement(lump("cap: 5"))}, {}, ())
    empty, other = folder / "empty", folder / "other.yaml"
    empty.mkdir()
    yield str(refused(lambda: case_files([empty])))
    for text in ("agreement: test-river", "agreement: test-river\ncases: [one]", "agreement: test-river\ncase: []"):
        other.write_text(text, encoding="utf-8")
        yield str(refused(lambda: list(outcomes(other, world))))
    (empty / "broken.yaml").write_text("clauses: [", encoding="utf-8")
    (empty / "one.yaml").write_text("agreement: elsewhere\ncases: [{period: 2020, expect: []}]", encoding="utf-8")
    yield str(refused(lambda: list(run_cases([empty / "one.yaml"]))))


def documented(agreements: bool) -> list[str]:
    """The messages of the table, those of agreements and scorecards or the others."""
    table = TEXT[TEXT.index("### 9.1") : TEXT.index("不是错误：")]
    group, messages = "", []
    for row in re.findall(r"^\| (.+) \|$", table, flags=re.MULTILINE):
        cells = [cell.strip() for cell in row.split(" | ")]
        if (heading := re.match(r"\*\*(\S+)", cells[0])) is not None:
            group = heading[1]
        elif group and (group in OF_AN_AGREEMENT) is agreements:
            messages += cells[1].split("；")
    return list(dict.fromkeys(re.sub(r" \([^()]*\)$", "", message.strip()) for message in messages))


def as_pattern(message: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, message.split("…"))) + r"( \(.*\))?", re.DOTALL)


@pytest.mark.proof
def test_every_documented_refusal_of_an_agreement_happens_and_there_are_at_least_sixty(tmp_path: Path) -> None:
    said = [refusal.zh for refusal in (*of_agreements(), *of_files(tmp_path))]
    messages = documented(agreements=True)
    assert [message for message in messages if not any(map(as_pattern(message).fullmatch, said))] == []
    assert len(messages) >= WANTED


@pytest.mark.proof
def test_every_refusal_of_an_agreement_is_documented_and_tells_file_path_and_remedy() -> None:
    patterns = [as_pattern(message) for message in documented(agreements=True)]
    assert {r.zh for r in of_agreements() if not any(pattern.fullmatch(r.zh) for pattern in patterns)} == set()
    without = [r for r in of_agreements() if not (r.file and r.remedy and r.en and (r.path or "键值表" in r.zh))]
    assert list(map(str, without)) == []


def test_every_other_documented_refusal_happens(tmp_path: Path) -> None:
    said = [*(str(refusal) for refusal in of_periods()), *of_cases(tmp_path)]
    assert [m for m in documented(agreements=False) if not any(map(as_pattern(m).search, said))] == []
