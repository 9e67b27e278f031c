"""The page of telegrams: devices, newest frames and what became of each, refused ones counted; never a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.composition import Composition
from api.listening import Limits
from api.texts import TEXTS
from basin.written.station_statuses import STATUS_OF, UNKNOWN_MARK
from monitoring_ingest.telegrams import frames, store
from monitoring_ingest.telegrams.frames import judged
from monitoring_ingest.telegrams.intake import World
from monitoring_ingest.telegrams.profiles import devices
from tests.api.makers import NOW, client_of, composed
from tests.api.markup import read
from tests.databases import sqlite
from tests.monitoring_ingest.telegram_makers import frame, part, sent, value

DOCUMENT = Path(__file__).parents[2] / "docs" / "telegrams.md"
DEVICE = {"MN": "DEMO_QX3_0001", "PW": "demo-2026"}


@pytest.fixture
def here(world, tmp_path) -> Iterator[Composition]:
    made = composed(sqlite(tmp_path / "hengjie.sqlite"), world)
    yield made
    made.engine.dispose()


@pytest.fixture
def tables(here) -> list[list[list[str]]]:
    """The tables of the page after one frame of every kind."""
    known = World(here.engine, here.registry.network, devices(here.registry.sources.values()))
    bad = frame(value("2"), **DEVICE)
    sent(
        known,
        frame(value("1"), **DEVICE),
        frame(value("1"), qn="2", **(DEVICE | {"CN": "2051"})),
        part(1, 2, value("1"), qn="3", **DEVICE),
        bad,
        bad[:-4],
        frame(value("1"), **(DEVICE | {"PW": "wrong-1"})),
        frame(value("1"), MN="B<b>", PW="other-1"),
        now=NOW,
    )
    with client_of(here) as client:
        answer = client.get("/telegrams")
    assert answer.status_code == 200
    assert [word for word in ("demo-2026", "wrong-1", "other-1", "B<b>") if word in answer.text] == []
    return [table.table() for table in read(answer.text).all("table")]


def test_each_frame_says_what_became_of_it(tables):
    assert [(row[1], row[2].partition(" ")[0], row[3], row[5]) for row in tables[1][1:]] == [
        ("设备没有声明", "B<b>", "2061", ""),
        ("密码不符", "DEMO_QX3_0001", "2061", ""),
        ("长度不符", "", "", ""),
        ("与同一 QN 的前一帧矛盾，未取值", "DEMO_QX3_0001", "2061", ""),
        ("存下，待其余各包", "DEMO_QX3_0001", "2061", "1/2"),
        ("存下，不取值", "DEMO_QX3_0001", "2051", ""),
        ("回执 1", "DEMO_QX3_0001", "2061", ""),
    ]


def test_each_device_says_whom_it_stands_for_and_when_it_was_last_heard(tables):
    assert tables[0][1:] == [
        ["DEMO_QX3_0001", "平海界站（虚构）", "清溪平海界站报文（虚构）", "2061 Avg", "2026-01-10 08:00"]
    ]


def test_refused_frames_are_counted_by_address(tables):
    assert sorted(tables[2][1:]) == [
        ["10.0.0.1", "与同一 QN 的前一帧矛盾，未取值", "1", "1"],
        ["10.0.0.1", "密码不符", "1", "1"],
        ["10.0.0.1", "设备没有声明", "1", "1"],
        ["10.0.0.1", "长度不符", "1", "1"],
    ]


def test_a_device_that_mixes_commands_in_one_series_is_pointed_out(here, world):
    declared = world.sources["demo-qingxi-telegrams"]
    mixing = {**world.sources, declared.code: type(declared)(**{**vars(declared), "fields": {}})}
    known = World(here.engine, world.network, devices(mixing.values()))
    for number, command in enumerate(("2011", "2061")):
        sent(known, frame(f"DataTime=2026010100000{number};w01019-Rtd=1,w01019-Avg=1", CN=command, **DEVICE), now=NOW)
    registry = type(world)(**{**vars(world), "sources": mixing})
    with client_of(Composition(here.settings, registry, here.engine)) as client:
        assert "以几种命令送值（2011、2061）" in client.get("/telegrams").text
        assert "Sends values by several commands (2011, 2061)" in client.get("/telegrams?lang=en").text


def test_the_pages_of_its_source_show_what_a_device_sent(here):
    known = World(here.engine, here.registry.network, devices(here.registry.sources.values()))
    with client_of(here) as client:
        assert source_row(client)[4] == "尚未接收"
        good, bad = (value(number, time="20260101040000") for number in ("1", "x"))
        sent(known, frame(good, **DEVICE), frame(bad, qn="2", **DEVICE), now=NOW)
        assert source_row(client)[4] == "2026-01-10 08:00"
        page = client.get("/sources/demo-qingxi-telegrams").text
        (history,) = [one.table() for one in read(page).all("table") if "采用" in one.table()[0]]
    assert [(row[2], row[6]) for row in history] == [("采用", "拒收"), ("1", "1")]
    assert 'href="/submissions/1"' in page


def source_row(client) -> list[str]:
    """The source of telegrams in the list of sources."""
    (row,) = [row for row in read(client.get("/sources").text).all("table")[0].table() if "报文" in row[0]]
    return row


def test_the_client_needs_no_telegrams_to_show_the_page(here):
    with client_of(here) as client:
        assert isinstance(client, TestClient)
        assert "还没有收到过报文" in client.get("/telegrams").text


def test_a_factor_nobody_knows_is_on_its_receipt_and_harms_no_other_page(here):
    known = World(here.engine, here.registry.network, devices(here.registry.sources.values()))
    cp = "DataTime=20260101000000;w01019-Avg=2.31,w01019-Flag=N;w99999-Avg=7,w99999-Flag=N"
    assert sent(known, frame(cp, **DEVICE), now=NOW) == [True]
    with client_of(here) as client:
        receipt = read(client.get("/submissions/1").text).all("table")[0].table()
        assert [row[4:7] for row in receipt[1:]] == [["w99999-Avg", "7", "拒收"]]
        assert "2.31" in client.get("/sections/qingxi-3?month=2026-01").text
        assert client.get("/sections/qingxi-3").status_code == 200


class TestDocument:
    TEXT = DOCUMENT.read_text("utf-8")

    def test_the_frame_it_offers_is_taken_by_the_device_of_the_example(self, world):
        found = re.search(r"^```send\n(.*?)^```$", self.TEXT, re.MULTILINE | re.DOTALL)
        assert found
        read_as = judged(found[1].strip().encode(), devices(world.sources.values()))
        assert (read_as.error, read_as.readings, read_as.answer is not None) == ("", True, True)

    def test_it_states_the_limits_and_quotas_that_hold(self):
        limits = Limits()
        seconds = (limits.stranger, limits.silence, limits.unfinished, limits.unread)
        assert re.findall(r"\| (\d+) \|$", self.TEXT, re.MULTILINE) == [f"{one:g}" for one in seconds]
        stated = (limits.connections, limits.of_one_host, frames.REFUSED_KEPT, store.KEPT_OF_ONE_PEER, store.KEPT_A_DAY)
        assert [number for number in map(str, stated) if f" {number} " not in self.TEXT] == []

    def test_it_names_every_reason_and_state(self):
        reasons = ("length", "crc", "syntax", frames.UNKNOWN_DEVICE, frames.PASSWORD, frames.CONFLICT, frames.TIME)
        words = (*reasons, *STATUS_OF.values(), UNKNOWN_MARK)
        assert [word for word in words if word not in self.TEXT] == []
        assert [one for one in reasons if f"telegram.outcome.{one}" not in TEXTS] == []
