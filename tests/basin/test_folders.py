"""A declared folder is read as far as it reaches: no link out of it, no pipe, nothing that is put in a file's place."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from basin.errors import RegisterError
from basin.folders import content_of
from basin.registry import declared_registry
from tests.basin.test_registry import written

INSIDE, OUTSIDE = b"inside", b"the key of the outside is 4711"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file and a folder below it, beside a file that is none of its business."""
    made = tmp_path / "in"
    (made / "deeper").mkdir(parents=True)
    for file in (made / "a.csv", made / "deeper" / "b.csv"):
        file.write_bytes(INSIDE)
    (tmp_path / "secret.csv").write_bytes(OUTSIDE)
    return made


def linked(folder: Path, target: str) -> Path:
    link = folder / "link.csv"
    link.symlink_to(target)
    return link


class TestContent:
    """The bytes of a file that lies in the folder."""

    @pytest.mark.parametrize("name", ["a.csv", "deeper/b.csv", "deeper/../a.csv"])
    def test_of_a_file(self, folder: Path, name: str) -> None:
        assert content_of(folder, folder / name) == INSIDE

    @pytest.mark.parametrize("target", ["a.csv", "deeper/b.csv", "deeper/../a.csv", "../in/a.csv"])
    def test_of_a_link_that_stays_inside(self, folder: Path, target: str) -> None:
        assert content_of(folder, linked(folder, target)) == INSIDE

    def test_of_a_folder_that_is_named_by_a_link(self, folder: Path) -> None:
        (folder.parent / "named").symlink_to("in")
        assert content_of(folder.parent / "named", folder.parent / "named" / "a.csv") == INSIDE

    @pytest.mark.parametrize("target", ["../secret.csv", "/etc/hostname", "deeper/../../secret.csv"])
    def test_not_of_a_link_that_leads_out(self, folder: Path, target: str) -> None:
        with pytest.raises(OSError, match="链接指向文件夹之外"):
            content_of(folder, linked(folder, target))

    def test_not_of_a_file_in_a_linked_folder(self, folder: Path) -> None:
        (folder / "elsewhere").symlink_to(folder.parent)
        with pytest.raises(OSError, match="链接指向文件夹之外"):
            content_of(folder, folder / "elsewhere" / "secret.csv")

    @pytest.mark.parametrize("target", ["nowhere.csv", "link.csv"])
    def test_not_of_a_link_that_leads_nowhere(self, folder: Path, target: str) -> None:
        with pytest.raises(OSError):
            content_of(folder, linked(folder, target))

    def test_not_of_a_pipe_which_nobody_waits_for(self, folder: Path) -> None:
        os.mkfifo(folder / "pipe.csv")
        with pytest.raises(OSError, match="不是普通文件"):
            content_of(folder, folder / "pipe.csv")

    def test_not_of_a_folder(self, folder: Path) -> None:
        with pytest.raises(OSError, match="不是普通文件"):
            content_of(folder, folder / "deeper")

    def test_whatever_is_put_in_its_place_meanwhile_nothing_of_the_outside_is_read(self, folder: Path) -> None:
        """A file is exchanged for a link to the outside and back, again and again, while it is read."""
        file = folder / "deeper" / "b.csv"
        stop = threading.Event()
        exchange = exchanging(file, folder.parent / "secret.csv", stop)
        thread = threading.Thread(target=exchange)
        thread.start()
        read = []
        try:
            for _ in range(2000):
                try:
                    read.append(content_of(folder, file))
                except OSError:
                    continue
        finally:
            stop.set()
            thread.join()
        assert set(read) <= {INSIDE}


def exchanging(file: Path, outside: Path, stop: threading.Event) -> Callable[[], None]:
    def exchange() -> None:
        plain, link = file.with_name("plain"), file.with_name("link")
        while not stop.is_set():
            link.symlink_to(outside)
            link.replace(file)
            plain.write_bytes(INSIDE)
            plain.replace(file)

    return exchange


class TestOutsideDirectories:
    """What `--with` names holds its files itself."""

    def test_a_link_inside_is_followed(self, tmp_path: Path) -> None:
        written(tmp_path / "in" / "drafts" / "x.yaml")
        (tmp_path / "in" / "agreements").symlink_to("drafts")
        assert "outside" in declared_registry([tmp_path / "in"]).agreements

    @pytest.mark.parametrize("name", ["x.yaml", "agreements/x.yaml", "sources/x.yaml", "parties.csv"])
    def test_a_link_that_leads_out_is_refused(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "secret").write_bytes(OUTSIDE)
        link = tmp_path / "in" / name
        link.parent.mkdir(parents=True)
        link.symlink_to(tmp_path / "secret")
        with pytest.raises(RegisterError, match="读不到文件：链接指向文件夹之外") as refused:
            declared_registry([tmp_path / "in"])
        assert "4711" not in str(refused.value)

    def test_a_folder_that_leads_out_is_refused(self, tmp_path: Path) -> None:
        written(tmp_path / "elsewhere" / "x.yaml")
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "agreements").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(RegisterError, match="读不到文件：链接指向文件夹之外"):
            declared_registry([tmp_path / "in"])
        (tmp_path / "named").symlink_to("elsewhere")
        assert "outside" in declared_registry([tmp_path / "named"]).agreements

    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "x.yaml")
        with pytest.raises(RegisterError, match="读不到文件：不是普通文件"):
            declared_registry([tmp_path])
