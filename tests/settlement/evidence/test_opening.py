"""A file that a stranger made: names, sizes and forms that no evidence file has are refused in words, at once."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from basin.errors import Refused
from settlement.evidence import entries as limits
from settlement.evidence.entries import belongs
from settlement.evidence.exporting import recomputed
from settlement.evidence.opening import entries_of as opened
from settlement.evidence.opening import file_bytes
from settlement.evidence.pack import Verification, evidence_zip, verify
from tests.settlement.evidence.packs import entries_of, kinds, restated, sealed
from tests.settlement.evidence.test_pack import document, observations

SOUND = kinds()["weeks"].file
ENTRIES = entries_of(SOUND)
EARLIEST = (1980, 1, 1, 0, 0, 0)


def found(raw: bytes) -> Verification:
    """What verification says, which must be a refusal in words."""
    verification = verify(raw, recomputed)
    assert not verification.ok
    assert verification.failure
    return verification


def zipped(entries: Mapping[str, bytes], method: int = ZIP_STORED) -> bytes:
    """A ZIP as any program writes one."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", method) as file:
        for name, content in entries.items():
            file.writestr(ZipInfo(name, EARLIEST), content, method)
    return buffer.getvalue()


def patched(raw: bytes, field: str, value: bytes, name: str = "facts.json") -> bytes:
    """The file with another value in the directory, and in the header before the data, of one entry."""
    directory = {"flags": 8, "method": 10, "packed": 20, "size": 24}
    header = {"flags": 6, "method": 8, "packed": 18, "size": 22}
    with ZipFile(BytesIO(raw)) as file:
        start = file.getinfo(name).header_offset
        place = raw.index(name.encode(), file.start_dir) - 46
    other = bytearray(raw)
    for at in (place + directory[field], start + header[field]):
        other[at : at + len(value)] = value
    return bytes(other)


class TestNames:
    """Every folder name that a system takes for something else."""

    @pytest.mark.parametrize(
        "folder",
        ["con", "CON", "Nul", "aux", "prn", "com1", "LPT9", "com¹", "nul.x", "con.tar.gz", "conin$", "x.", "x ", ".",
         "..", "a:b", "c:", "a*b", "a?b", 'a"b', "a<b", "a>b", "a|b", "a\\b", "a\x00b", "a\tb", "a\x7fb", "a\u202eb",
         "a\u2028b", "a\u200bb", "\ufeffa", "a\ud800b", "x" * 300, ""],
    )  # fmt: skip
    def test_no_register_lies_in_it(self, folder: str) -> None:
        assert not belongs(f"register/basins/{folder}/parties.csv")

    @pytest.mark.parametrize(
        "name",
        ["/dev/stdin", "register//dev/zero", "//server/share/x", "C:register/parties.csv", "\\\\?\\C:\\x",
         "register/parties.csv.", "register/parties.csv ", "register/parties.csv::$DATA", "REGISTER/parties.csv",
         "register/PARTIES.csv", "register/basins/a/Parties.csv", "facts.json/", "./facts.json", "~/facts.json",
         "register/basins/a/../b/parties.csv", "register/basins/a/parties.csv/.."],
    )  # fmt: skip
    def test_no_entry_is_called_so(self, name: str) -> None:
        assert not belongs(name)
        assert "不该有此文件" in str(found(sealed(ENTRIES | {name: b"x"})).failure)

    @pytest.mark.parametrize("folder", ["xinan", "新安江", "..新安江 2", "console", "com10", "nulla", "a.b", "-", "~a"])
    def test_any_other_folder_may_be_a_basin(self, folder: str) -> None:
        assert belongs(f"register/basins/{folder}/parties.csv")

    @pytest.mark.parametrize(("one", "other"), [("a", "A"), ("é", "e\u0301"), ("ß", "ss")])
    def test_two_names_that_are_one_on_some_disk_are_refused(self, one: str, other: str) -> None:
        names = [f"register/basins/{folder}/parties.csv" for folder in (one, other)]
        assert "此文件名在证据包里重复" in str(found(sealed(ENTRIES | dict.fromkeys(names, b"x"))).failure)

    def test_a_name_that_a_nul_ends_early_is_refused(self) -> None:
        raw = SOUND.replace(b"facts.json", b"facts.jso\0")
        assert "不该有此文件" in str(found(raw).failure)


class TestForms:
    """What no evidence file is: compressed, encrypted, in parts, with sizes after the data or larger than the file."""

    @pytest.mark.parametrize("method", [ZIP_DEFLATED, ZIP_BZIP2])
    def test_nothing_compressed_is_inflated(self, method: int) -> None:
        bomb = ENTRIES | {"SHA256SUMS": b"", "observations.csv": bytes(20 * limits.MIB)}
        raw = zipped(bomb, method)
        assert len(raw) < limits.MIB / 10
        assert "只存不压" in str(found(raw).failure)

    FORMS: Mapping[str, Callable[[], bytes]] = {
        "encrypted": lambda: patched(SOUND, "flags", b"\1\0"),
        "its size after the data": lambda: patched(SOUND, "flags", b"\x08\0"),
        "strongly encrypted": lambda: patched(SOUND, "flags", b"\x40\0"),
        "an unknown method": lambda: patched(SOUND, "method", b"\x63\0"),
        "said to be deflated": lambda: patched(SOUND, "method", b"\x08\0"),
        "said to be larger": lambda: patched(SOUND, "size", struct.pack("<L", 2**31)),
        "said to be larger, packed too": lambda: patched(
            patched(SOUND, "size", struct.pack("<L", 2**20)), "packed", struct.pack("<L", 2**20)
        ),
        "said to be of 4 GiB": lambda: patched(
            patched(SOUND, "size", b"\xff" * 4), "packed", b"\xff" * 4
        ),
        "said to be empty": lambda: patched(patched(SOUND, "size", bytes(4)), "packed", bytes(4)),
        "a comment": lambda: SOUND[:-2] + b"\1\0x",
        "another start": lambda: b"MZ" + SOUND,
        "a second archive before it": lambda: SOUND + SOUND,
        "the second of two disks": lambda: SOUND[:-18] + b"\1\0" + SOUND[-16:],
        "more entries than it has": lambda: SOUND[:-14] + b"\xff\xff\xff\xff" + SOUND[-10:],
        "no entries": lambda: zipped({}),
        "cut short": lambda: SOUND[: len(SOUND) // 2],
        "only its end": lambda: SOUND[-22:],
        "zip64": lambda: zip64(SOUND),
    }  # fmt: skip

    @pytest.mark.parametrize("raw", FORMS.values(), ids=FORMS)
    def test_it_is_refused(self, raw: Callable[[], bytes]) -> None:
        assert found(raw()).checked == []

    def test_entries_beyond_number_are_refused_before_they_are_listed(self) -> None:
        many = {f"register/basins/b{number}/parties.csv": b"" for number in range(limits.MOST_ENTRIES + 1)}
        assert "没有这么多文件" in str(found(zipped(ENTRIES | many)).failure)

    def test_a_directory_of_millions_of_entries_under_a_small_number_is_refused(self) -> None:
        one = zipped({"x": b""})[31:-22]  # an entry of the directory
        directory = one * 200_000
        raw = directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(directory), 0, 0)
        assert "没有这么多文件" in str(found(raw).failure)

    @pytest.mark.parametrize("name", ["agreement.yaml", "facts.json", "parameters.json", "register/sections.csv"])
    def test_an_entry_larger_than_any_is_refused(self, name: str) -> None:
        assert "超过" in str(found(sealed(ENTRIES | {name: bytes(9 * limits.MIB)})).failure)


def zip64(raw: bytes) -> bytes:
    """The same archive with the directory of those of more than 4 GiB."""
    *_, number, size, start, _ = struct.unpack("<4s4H2LH", raw[-22:])
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(raw) - 22, 1)
    return raw[:-22] + end + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *(0xFFFF,) * 2, *(0xFFFFFFFF,) * 2, 0)


class TestTexts:
    """JSON and CSV that are deep, long or wide."""

    @pytest.mark.parametrize("name", ["facts.json", "parameters.json", "settlement.json"])
    @pytest.mark.parametrize(
        "text",
        ["[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 400 + "1" + "}" * 400, f"[{'9' * 100_000}]", "[1e999999999]",
         "[NaN]", '["\\ud800"]', "[0.1]", "[1,]", "", "null", "[" * 33 + "]" * 33],
        ids=lambda text: f"{text[:9]} {len(text)}",
    )  # fmt: skip
    def test_json_that_nobody_writes_is_refused(self, name: str, text: str) -> None:
        assert "不是规范 JSON" in str(found(sealed(ENTRIES | {name: text.encode()})).failure)

    CSVS: Mapping[str, Callable[[str], str]] = {
        "a column more": lambda text: text.replace("station,", "extra,station,", 1),
        "a column twice": lambda text: text.replace("station,", "station,station,", 1),
        "columns by the hundred thousand": lambda text: ",".join(f"c{i}" for i in range(100_000)) + "\n",
        "no header": lambda text: text.partition("\n")[2],
        "a cell more": lambda text: text.replace("\n", "\n1,", 2),
        "an endless quote": lambda text: text.replace("s1,", '"s1,', 1),
        "a NUL": lambda text: text.replace("s1,", "s1\0,", 1),
        "a number of a thousand digits": lambda text: text.replace("0.", f"{'9' * 1000}.", 1),
        "a number beyond float64": lambda text: text.replace("0.", "1e999,", 1),
        "not a number": lambda text: text.replace("0.", "nan", 1),
        "a number in other digits": lambda text: text.replace("0.", "٣.", 1),
        "a number with underscores": lambda text: text.replace("0.", "0_0.", 1),
        "a time of the year 9999": lambda text: text.replace("2020-", "9999-", 1),
        "a time of the year 1677": lambda text: text.replace("2020-", "1678-", 1),
        "a time long before": lambda text: text.replace("2020-", "1950-", 1),
        "no time": lambda text: text.replace("2020-08-05T04:00:00Z", "", 1),
        "a revision of twenty digits": lambda text: text.replace(",1,", f",{'1' * 20},", 1),
        "rows in another order": lambda text: "\n".join([*text.splitlines()[:1], *text.splitlines()[:0:-1], ""]),
        "other line ends": lambda text: text.replace("\n", "\r\n"),
        "a number written otherwise": lambda text: text.replace("0.", "00.", 1),
        "a byte order mark": lambda text: f"\ufeff{text}",
    }

    @pytest.mark.parametrize("change", CSVS.values(), ids=CSVS)
    def test_a_table_that_no_program_of_ours_writes_is_refused(self, change: Callable[[str], str]) -> None:
        text = ENTRIES["observations.csv"].decode()
        assert change(text) != text
        found(sealed(ENTRIES | {"observations.csv": change(text).encode()}))

    @pytest.mark.parametrize(
        "facts",
        ['[{}]', '[[]]', '["x"]', '[{"subject":1}]', "{}", '[{"kind":"a","subject":"b"}]'],
    )  # fmt: skip
    def test_facts_that_are_none_are_refused(self, facts: str) -> None:
        found(sealed(ENTRIES | {"facts.json": facts.encode()}))

    @pytest.mark.parametrize(
        "parameters",
        ["{}", '{"as_of":1,"period":"2020"}', '{"as_of":"x","period":"2020"}', '{"as_of":"2021-01-01","period":[]}',
         '{"as_of":"2021-01-01T00:00:00Z","period":"1000..3000"}',
         '{"as_of":"2021-01-01T00:00:00Z","decisions":{},"period":"2020-08"}',
         '{"as_of":"2021-01-01T00:00:00Z","decisions":[1],"period":"2020-08"}'],
    )  # fmt: skip
    def test_parameters_that_are_none_are_refused(self, parameters: str) -> None:
        found(sealed(ENTRIES | {"parameters.json": parameters.encode()}))

    def test_an_agreement_that_asks_for_every_day_of_two_centuries_is_refused(self) -> None:
        text = ENTRIES["agreement.yaml"].decode().replace("every: month", "every: term, each: {day: [all]}")
        text = text.replace("2020-01-01", "1900-01-01").replace("2022-12-31", "2200-12-31")
        parameters = ENTRIES["parameters.json"].decode().replace("2020-08", "1900..2200")
        hostile = ENTRIES | {"agreement.yaml": text.encode(), "parameters.json": parameters.encode()}
        assert "条款要看的期间" in str(found(sealed(restated(hostile))).failure)


class TestFilesOnDisk:
    """Only a regular file of a bounded size is read."""

    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        pipe = tmp_path / "evidence.zip"
        os.mkfifo(pipe)
        with pytest.raises(Refused, match="不是普通文件"):
            file_bytes(pipe)

    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null", "/"])
    def test_a_device_or_folder_is_refused(self, device: str) -> None:
        with pytest.raises(Refused, match="不是普通文件"):
            file_bytes(Path(device))

    def test_a_file_of_six_gibibytes_is_not_read(self, tmp_path: Path) -> None:
        large = tmp_path / "evidence.zip"
        with large.open("wb") as file:
            file.truncate(6 * 2**30)
        with pytest.raises(Refused, match="超过 256 MiB"):
            file_bytes(large)

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="打不开文件"):
            file_bytes(tmp_path / "none.zip")

    def test_an_evidence_file_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "evidence.zip"
        file.write_bytes(SOUND)
        assert opened(file_bytes(file)).keys() == ENTRIES.keys() | {"SHA256SUMS"}


class TestExported:
    """What could not be opened again is not exported."""

    def test_a_text_beyond_the_limit(self) -> None:
        with pytest.raises(Refused, match="证据包过大"):
            evidence_zip("#" * (limits.MIB + 1), {}, observations([0.1]), [], document(), {})  # type: ignore[typeddict-item]


# Verifies the file named first in little memory.
LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from settlement.evidence.exporting import recomputed
from settlement.evidence.opening import file_bytes
from settlement.evidence.pack import verify
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
print(verify(file_bytes(Path(sys.argv[1])), recomputed).failure)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - used
print(grown < 600 * 2**20)
"""


@pytest.mark.proof
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with ZipFile(bomb, "w", ZIP_DEFLATED) as file, file.open("observations.csv", "w", force_zip64=True) as entry:
        for _ in range(600):
            entry.write(bytes(limits.MIB))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", LITTLE_MEMORY, str(bomb)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "只存不压" in done.stdout.splitlines()[0] or "数据之后" in done.stdout.splitlines()[0]
    assert done.stdout.splitlines()[1] == "True"
