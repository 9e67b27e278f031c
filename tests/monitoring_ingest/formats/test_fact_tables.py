"""Many facts in one CSV: a row each; one that is wrong is named with its line, and nothing is taken."""

from __future__ import annotations

import pytest

from basin.errors import HengjieError
from basin.registry import Registry
from monitoring_ingest.formats.fact_tables import read_proposed_facts
from monitoring_ingest.readings.facts import Fact, proposed_fact
from tests.settlement.makers import RIVER, an_agreement

SCORED = an_agreement(
    '- {ref: "1", measure: {kind: reported, fact: cooperation_score}, scale: [{rate: 1}], pays: up, receives: down}'
)
KNOWN = Registry(RIVER, {SCORED.code: SCORED}, {}, ())
HEADER = "subject,period,kind,value,document\n"
FROZEN = "s1,2021-01,frozen,1,某局〔2021〕3号\n"
SCORE = "s2,2021,cooperation_score,95,会议纪要\n"


def facts(text: str) -> list[Fact]:
    return [proposed_fact(row.written) for row in read_proposed_facts(text.encode(), KNOWN, file="事实.csv")]


def refusal(text: str) -> HengjieError:
    with pytest.raises(HengjieError) as refused:
        facts(text)
    assert refused.value.file == "事实.csv"
    assert refused.value.remedy
    return refused.value


def test_every_row_is_a_fact() -> None:
    assert facts(HEADER + FROZEN + "\n" + SCORE) == [
        Fact("s1", "2021-01", "frozen", "1", "某局〔2021〕3号", ""),
        Fact("s2", "2021", "cooperation_score", "95", "会议纪要", ""),
    ]


def test_the_columns_may_be_in_chinese_and_in_any_order() -> None:
    text = "期间,对象,种类,数值,文件\n2021,s2,cooperation_score,95,会议纪要\n"
    assert facts(text) == [Fact("s2", "2021", "cooperation_score", "95", "会议纪要", "")]


def test_what_is_revised_or_withdrawn_is_written_in_columns_of_its_own() -> None:
    header = "对象,期间,种类,数值,文件,行,付款日,理由,撤销文件\n"
    corrected = "s2,2021,cooperation_score,96,会议纪要,,,录错,\n"
    withdrawn = "s2,2020,cooperation_score,,会议纪要,2,,重复,更正\n"
    assert facts(header + corrected + withdrawn) == [
        Fact("s2", "2021", "cooperation_score", "96", "会议纪要", "", reason="录错"),
        Fact("s2", "2020", "cooperation_score", "", "会议纪要", "", line="2", reason="重复", withdrawn_by="更正"),
    ]


def test_the_line_of_the_file_goes_with_each_fact() -> None:
    assert [row.number for row in read_proposed_facts((HEADER + FROZEN + "\n" + SCORE).encode(), KNOWN)] == [2, 4]


def test_what_excel_writes_in_chinese_is_read() -> None:
    assert len(read_proposed_facts((HEADER + SCORE).encode("gb18030"), KNOWN)) == 1
    assert len(read_proposed_facts((HEADER + SCORE).encode("utf-8-sig"), KNOWN)) == 1


REFUSED = {
    "a row without its document": (HEADER + SCORE.replace("会议纪要", ""), "第 2 行 line 2 document", "缺少或不是文字"),
    "a period that is none": (HEADER + FROZEN + SCORE.replace("2021", "今年"), "第 3 行 line 3 period", "不认识的期间"),
    "a subject nobody declared": (HEADER + SCORE.replace("s2", "s22"), "第 2 行 line 2 subject", "没有登记的对象 s22"),
    "a kind that no clause reads": (
        HEADER + SCORE.replace("cooperation_score", "cooperation_scores"),
        "第 2 行 line 2 kind",
        "没有条款读 cooperation_scores",
    ),
    "a payment below nothing": (
        HEADER + "test-river,2021,paid,-120,回单\n",
        "第 2 行 line 2 value",
        "付款额应大于 0",
    ),
    "a payment for a period after the term": (
        HEADER + SCORE + "test-river,2030,paid,120,回单\n",
        "第 3 行 line 3 period",
        "不在协议期限",
    ),
    "a column that is missing": (HEADER.replace("kind,", "") + SCORE, "第 1 行 line 1", "缺少列 kind"),
    "a column nobody knows": (HEADER.replace("kind", "kind,note"), "第 1 行 line 1", "不认识或重复的列 note"),
    "a column twice": (HEADER.replace("kind", "kind,种类"), "第 1 行 line 1", "不认识或重复的列 kind"),
    "a column that names who records": ("登记人,批准人," + HEADER, "第 1 行 line 1", "不认识或重复的列 recorded_by"),
    "no row": (HEADER, None, "表中没有事实"),
    "no table": ("", None, "读不出表格"),
}


@pytest.mark.parametrize(("text", "path", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, path: str | None, said: str) -> None:
    told = refusal(text)
    assert (told.path, said in told.zh) == (path, True)


def test_who_names_people_in_a_column_is_told_to_sign_in() -> None:
    assert refusal("登记人," + HEADER).remedy.endswith("；不写登记人、批准人：由登录确定")


def test_the_number_of_further_rows_is_told() -> None:
    told = refusal(HEADER + SCORE.replace("95,会议纪要", "95,") + SCORE.replace("s2", "s22") + FROZEN)
    assert told.path == "第 2 行 line 2 document"
    assert "另有 1 行有问题 and 1 more" in told.remedy
