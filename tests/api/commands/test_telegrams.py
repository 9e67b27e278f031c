"""``hengjie telegram decode``: one frame a line in, one JSON line each out, bad frames among them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.monitoring_ingest.telegram_mutations import framed

PAGE = Path(__file__).parents[3] / "docs" / "telegrams.md"
DATA = "QN=20260301080000001;ST=21;CN=2061;PW=123456;MN=S000000_0001;Flag=5;CP=&&{}&&"
GOOD = framed(DATA.format("DataTime=20260301040000;w21003-Avg=0.1180,w21003-Flag=N;w99999-Avg=7,w99999-Flag=X"))
KEYS = ["line", "ok", "error", "message_zh", "message_en", "header", "flag", "values", "parameters"]


def hengjie(*arguments: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["telegram", "decode", *map(str, arguments)], input=given)


def decoded(raw: bytes) -> list[dict[str, Any]]:
    """The JSON lines of some bytes on standard input."""
    result = hengjie("-", given=raw)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def example(kind: str) -> str:
    """A fenced block of the page."""
    found = re.search(rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_page_shows_what_the_command_prints():
    assert decoded(example("frame").encode()) == [json.loads(example("json"))]


def test_the_page_names_every_key():
    text = PAGE.read_text("utf-8")
    assert [key for key in KEYS if f'"{key}"' not in text] == []


def test_values_are_printed_as_sent_and_unknown_codes_have_no_indicator():
    (told,) = decoded(GOOD)
    assert told["values"] == [
        {"code": "w21003", "indicator": "nh3n", "time": "20260301040000", "fields": {"Avg": "0.1180"}, "mark": "N"},
        {"code": "w99999", "indicator": None, "time": "20260301040000", "fields": {"Avg": "7"}, "mark": "X"},
    ]


def test_bad_frames_say_so_on_their_line_and_the_command_has_done_its_work():
    changed = GOOD.replace(b"0.1180", b"0.1181")
    told = decoded(b"".join([GOOD[:-10] + b"\n", GOOD, b"\r\n", changed, framed("CP=1"), b"\xff\0"]))
    assert [(one["line"], one["ok"], one["error"]) for one in told] == [
        (1, False, "length"),
        (2, True, None),
        (4, False, "crc"),
        (5, False, "syntax"),
        (6, False, "syntax"),
    ]
    assert [list(one) for one in told] == [KEYS] * 5


def test_no_password_is_printed_from_good_frames_or_bad():
    frames = [GOOD, GOOD[:-9] + b"\n", GOOD.replace(b"0.1180", b"0.1181"), framed(DATA.format("NewPW=654321"))]
    frames += [framed(DATA.format("x")), framed("PW=123456")]
    for options in ([], ["--json"]):
        printed = hengjie("-", *options, given=b"".join(frames)).output
        assert "******" in printed
        assert "123456" not in printed and "654321" not in printed


@pytest.mark.parametrize("raw", [GOOD, b"\xef\xbb\xbf" + GOOD, GOOD.rstrip(b"\r\n"), GOOD.replace(b"\r\n", b"\n")])
def test_a_file_is_read_with_either_line_end_or_none_and_with_a_byte_order_mark(tmp_path, raw):
    file = tmp_path / "报文.txt"
    file.write_bytes(raw)
    result = hengjie(file)
    assert (result.exit_code, [json.loads(result.stdout)["ok"]]) == (0, [True])


def test_with_json_all_frames_are_in_one_object():
    result = hengjie("-", "--json", given=GOOD + b"x\n")
    assert [one["ok"] for one in json.loads(result.stdout)["frames"]] == [True, False]


def test_an_empty_file_has_no_frames():
    assert decoded(b"\r\n\n") == []


@pytest.mark.parametrize("arguments", [[], ["nowhere.txt"], [Path(__file__).parent]], ids=["none", "absent", "folder"])
def test_without_a_file_to_read_it_is_a_usage_error(arguments):
    result = hengjie(*arguments, "--json")
    assert (result.exit_code, json.loads(result.stdout)["error"]) == (2, "usage")
