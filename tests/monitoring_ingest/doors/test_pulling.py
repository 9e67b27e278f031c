"""Sources that are pulled: folders, patterns and addresses; what came before does not come again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from basin.errors import NotFound, Unavailable, UsageError
from basin.sources import Source
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors import pulling
from monitoring_ingest.doors.pulling import fetched, outcome, pulled, run_source, source_job
from monitoring_ingest.doors.store import kept_answer, received_by, runs_of
from monitoring_ingest.records.store import record_submission
from monitoring_ingest.schedule.job import catch_up
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, THIS_MACHINE, csv, fates, network, original, release, served, stored_set

ONE, OTHER = (csv(f"qiaotou,2020-07-0{day} 08:00,ph,7.{day},-") for day in (1, 2))


def source(folder: Path, place: str, **more: Any) -> Source:
    declared: dict[str, Any] = {"code": "folder", "title": "虚构", "format": "readings", "place": place}
    return Source(**(declared | more), file=str(folder / "sources" / "folder.yaml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files, a hidden one, an unfinished one and a folder."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "in" / "older").mkdir(parents=True)
    for name, raw in {"b.csv": OTHER, "a.csv": ONE, ".hidden.csv": ONE, "c.csv.part": ONE, "older/x.csv": ONE}.items():
        (tmp_path / "in" / name).write_bytes(raw)
    return tmp_path


class TestAPlace:
    """Counted from the folder of the declaration."""

    @pytest.mark.parametrize(
        ("place", "names"),
        [
            ("../in", ["a.csv", "b.csv"]),
            ("../in/b.csv", ["b.csv"]),
            ("../in/*.csv", ["a.csv", "b.csv"]),
            ("../in/**/*.csv", ["a.csv", "b.csv", "x.csv"]),
            ("../in/*.xlsx", []),
        ],
    )
    def test_is_a_folder_a_file_or_a_pattern(self, folder: Path, place: str, names: list[str]):
        assert [name for name, _ in pulled(source(folder, place), NOW)] == names
        absolute = (folder / "sources" / place).resolve() if "*" not in place else folder / "in" / place[6:]
        assert [name for name, _ in pulled(source(folder, str(absolute)), NOW)] == names

    def test_that_does_not_exist_is_told(self, folder: Path):
        with pytest.raises(Unavailable, match="数据来源 folder 的位置不存在"):
            list(pulled(source(folder, "../nowhere"), NOW))
        with pytest.raises(UsageError, match="没有写明从哪里取"):
            list(pulled(source(folder, ""), NOW))

    def test_is_not_left_by_a_link_and_a_pipe_is_not_waited_for(self, engine: Engine, folder: Path):
        (folder / "secret.csv").write_bytes(b"4711")
        (folder / "in" / "0.csv").symlink_to(folder / "secret.csv")
        (folder / "in" / "9.csv").symlink_to("a.csv")
        os.mkfifo(folder / "in" / "pipe.csv")
        with pytest.raises(Unavailable, match=r"读不到文件：0.csv 链接指向文件夹之外.*；pipe.csv 不是普通文件") as told:
            run_source(engine, network(), source(folder, "../in"), stopped(NOW))
        assert "4711" not in str(told.value)
        assert len(stored_set(engine)) == 2
        with pytest.raises(Unavailable, match=r"读不到文件：0\.csv"):
            list(pulled(source(folder, "../in/*.csv"), NOW))
        with pytest.raises(Unavailable, match=r"读不到文件：0\.csv"):
            list(pulled(source(folder, "../in/0.csv"), NOW))

    def test_with_a_folder_that_is_named_by_a_link_is_that_folder(self, folder: Path):
        (folder / "named").symlink_to("in")
        assert [name for name, _ in pulled(source(folder, "../named"), NOW)] == ["a.csv", "b.csv"]

    def test_with_signs_of_a_pattern_in_the_path_of_the_declaration_is_none(self, folder: Path):
        strange = folder / "a[1]*"
        for name in ("sources", "in"):
            (strange / name).mkdir(parents=True)
        for name in ("a.csv", "b.csv"):
            (strange / "in" / name).write_bytes(ONE)
        assert [name for name, _ in pulled(source(strange, "../in/*.csv"), NOW)] == ["a.csv", "b.csv"]

    def test_with_too_large_a_file_is_told(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(pulling, "MOST_BYTES", len(ONE) - 1)
        with pytest.raises(Unavailable, match=r"a\.csv: 文件超过"):
            list(pulled(source(folder, "../in"), NOW))


class TestARun:
    """Takes in what is new."""

    def test_takes_each_file_once_and_says_when_nothing_is_new(self, engine: Engine, folder: Path):
        declared = source(folder, "../in")
        (receipt,) = run_source(engine, network(), declared, stopped(NOW))
        assert (receipt.door, receipt.sender, fates(receipt)) == ("source:folder", "folder", {"accepted": 2})
        assert run_source(engine, network(), declared, stopped(NOW)) == []
        assert outcome([]) == "nothing new"
        (folder / "in" / "d.csv").write_bytes(csv("qiaotou,2020-07-02 08:00,ph,7.9,-"))
        (corrected,) = run_source(engine, network(), declared, stopped(NOW))
        assert [file.name for file in corrected.files] == ["d.csv"]
        assert outcome([corrected]) == "2: revised 1"

    def test_takes_a_file_again_whose_submission_was_interrupted(self, engine: Engine, folder: Path):
        with writing(engine) as connection:
            record_submission(connection, ("source:folder", "folder", "a.csv"), [("a.csv", ONE)], NOW)
        (receipt,) = run_source(engine, network(), source(folder, "../in"), stopped(NOW))
        assert fates(receipt) == {"accepted": 2}
        assert run_source(engine, network(), source(folder, "../in"), stopped(NOW)) == []

    def test_of_one_source_is_not_known_to_another(self, engine: Engine, folder: Path):
        run_source(engine, network(), source(folder, "../in"), stopped(NOW))
        (receipt,) = run_source(engine, network(), source(folder, "../in", code="other"), stopped(NOW))
        assert fates(receipt) == {"duplicate": 2}
        with engine.connect() as connection:
            (mine,), (others,) = (received_by(connection, f"source:{code}", 9) for code in ("folder", "other"))
        assert [(one.id, one.counts["accepted"], one.counts["duplicate"]) for one in (mine, others)] == [
            (1, 2, 0), (2, 0, 2),
        ]  # fmt: skip

    def test_in_lots_that_fit_into_memory_ends_the_same(
        self, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(pulling, "SUBMISSION_BYTES", 1)
        receipts = run_source(engine, network(), source(folder, "../in"), stopped(NOW))
        assert [one.counts["accepted"] for one in receipts] == [1, 1]
        assert len(stored_set(engine)) == 2

    def test_of_the_schedule_does_one_for_all_missed_slots(self, engine: Engine, folder: Path):
        job = source_job(engine, network(), source(folder, "../in", every_hours=4))
        assert [ran.failure for ran in catch_up(engine, [job], NOW)] == [None]
        three_days_later = NOW + timedelta(days=3)
        assert len(catch_up(engine, [job], three_days_later)) == 1
        assert catch_up(engine, [job], three_days_later) == []
        with engine.connect() as connection:
            runs = runs_of(connection, job.name, 9)
        assert [run.outcome for run in runs] == ["nothing new", "1: accepted 2"]

    def test_of_the_schedule_that_fails_is_told_and_tried_again(self, engine: Engine, folder: Path):
        job = source_job(engine, network(), source(folder, "../later", every_hours=4))
        (ran,) = catch_up(engine, [job], NOW)
        assert "的位置不存在" in (ran.failure or "")
        (folder / "later").mkdir()
        (folder / "later" / "a.csv").write_bytes(ONE)
        (again,) = catch_up(engine, [job], NOW + timedelta(hours=1))
        assert again.failure is None and len(stored_set(engine)) == 1


def web(address: str) -> Source:
    return Source(code="web", title="虚构", format="national-release", place=address, file="x.yaml")


class TestAnAddress:
    """Fetched with limits."""

    def test_answers_with_a_release_dated_by_the_time_it_was_fetched_at(self, engine: Engine):
        cells = [original("7.02", "7.02"), original("0.11", "0.11")]
        reply = release(["安徽省", "桥头", "12-31 08:00", *cells], with_status=False)
        with served((200, reply, "")) as address:
            declared = web(f"{address}/realtime.json?key=secret")
            (receipt,) = run_source(engine, network(), declared, stopped(NOW), THIS_MACHINE)
            assert run_source(engine, network(), declared, stopped(NOW), THIS_MACHINE) == []
        with engine.connect() as connection:
            assert kept_answer(connection, receipt.sha256) == reply
            with pytest.raises(NotFound, match="没有保存这个回复"):
                kept_answer(connection, "0" * 64)
        assert receipt.name == "2026-01-01_0800-realtime.json"
        assert {str(time) for _, _, time, *_ in stored_set(engine)} == {"2025-12-31 00:00:00+00:00"}

    def test_is_followed_to_another_address_and_to_nothing_else(self):
        with served((302, b"", "/there"), (200, b"x", "")) as address:
            assert fetched(web(f"{address}/here"), NOW, THIS_MACHINE)[1] == b"x"
        for elsewhere in ("file:///etc/hostname", "ftp://127.0.0.1/x"):
            with served((302, b"", elsewhere)) as address, pytest.raises(Unavailable, match="取不到数据"):
                fetched(web(address), NOW, THIS_MACHINE)

    @pytest.mark.parametrize("status", [404, 500])
    def test_that_says_no_is_unavailable(self, status: int):
        with served((status, b"", "")) as address, pytest.raises(Unavailable, match="取不到数据") as refused:
            fetched(web(f"{address}/x?key=secret"), NOW, THIS_MACHINE)
        assert (refused.value.file or "").endswith("/x?…") and "secret" not in str(refused.value)

    def test_that_does_not_answer_is_unavailable(self):
        with served((200, b"", "")) as address:
            pass
        with pytest.raises(Unavailable, match="取不到数据"):
            fetched(web(address), NOW, THIS_MACHINE)

    def test_that_answers_with_too_much_is_unavailable(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(pulling, "MOST_BYTES", 9)
        with served((200, b"0123456789", "")) as address, pytest.raises(Unavailable, match="文件超过"):
            fetched(web(address), NOW, THIS_MACHINE)

    def test_that_never_ends_is_unavailable(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(pulling, "WHOLE_SECONDS", -1)
        with served((200, b"0123456789", "")) as address, pytest.raises(Unavailable, match="取不到数据"):
            fetched(web(address), NOW, THIS_MACHINE)
