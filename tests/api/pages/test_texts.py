"""Every text a page asks for is there, in both languages, with the same places to fill."""

from __future__ import annotations

import re
from pathlib import Path

import api
from api.pages.language import Words
from api.texts import HTTP_PROBLEMS, TEXTS

SOURCES = Path(api.__file__).parent
ASKED = re.compile(r"""\bt\(\s*["']([\w.]+)["']\s*([,)~])""")
PREFIXES = {"nav.", "class.", "fate.", "water_body."}
PREFIXES |= {"proposal_state.", "people.kind.", "person_role.", "key_verb.", "key_state."}
PREFIXES |= {"health.state.", "health.event.", "health.cell.", "senders.", "service.outcome."}


def asked() -> set[str]:
    """Keys that templates and view models ask for; those made of a prefix and a code are left to the pages' tests."""
    files = [*(SOURCES / "templates").glob("*.html"), *SOURCES.glob("*.py"), *(SOURCES / "pages").glob("*.py")]
    found = {m[1] for file in files for m in ASKED.finditer(file.read_text(encoding="utf-8"))}
    return found - {key for key in found if f"{key}." in PREFIXES and key not in TEXTS} - PREFIXES


def test_every_text_asked_for_is_there():
    assert asked() - TEXTS.keys() == set()


def test_no_text_is_there_for_nothing():
    grouped = {key for key in TEXTS if key.rpartition(".")[0]}
    single = {key for key in TEXTS if key not in grouped}
    assert single - asked() == set()


def test_both_languages_have_the_same_places():
    places = re.compile(r"\{(\w+)\}")
    assert [key for key, (zh, en) in TEXTS.items() if sorted(places.findall(zh)) != sorted(places.findall(en))] == []


def test_no_text_is_empty():
    assert [key for key, both in TEXTS.items() if not all(both)] == []
    assert [status for status, told in HTTP_PROBLEMS.items() if not all(told)] == []


class TestWords:
    def test_an_unknown_mark_is_shown_as_the_source_wrote_it(self):
        assert Words("en").known("left_out", "当天质控不合格") == "当天质控不合格"

    def test_a_period_is_words_in_chinese_and_stays_short_in_english(self):
        assert Words("zh").period("2020-08") == "2020年8月"
        assert Words("en").period("2018..2020") == "2018–2020"

    def test_english_falls_back_to_the_chinese_message(self):
        assert Words("en").choose("没有数值", "") == "没有数值"
