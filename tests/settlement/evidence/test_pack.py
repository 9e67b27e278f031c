"""An evidence file is one string of bytes, and nothing in it can be changed unseen."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basin.errors import Refused, UsageError
from settlement.evidence.pack import EvidenceContents, _archive, _sums, contents, evidence_zip, verify
from settlement.statement.canonical import canonical_json, digest
from tests.settlement.documents import lushui_2020, xinan_2020

AGREEMENT = "code: lushui-jiangxi-hunan-2019\ntitle: 渌水流域横向生态保护补偿协议\n"
SECTIONS = "code,name_zh\njinyushi,金鱼石\n"
PARAMETERS = {"agreement": "lushui-jiangxi-hunan-2019", "period": "2020", "as_of": "2021-01-15T08:00:00Z"}
FACTS = [{"kind": "frozen", "subject": "jinyushi", "period": "2020-01", "document": "会议纪要"}]


def observations(values: list[float], **more: Any) -> pd.DataFrame:
    """One reading every four hours, 总磷 at 金鱼石."""
    times = pd.date_range("2020-08-01", periods=len(values), freq="4h", tz="UTC").as_unit("ns")
    plain = {"station": "jinyushi", "indicator": "tp", "time": times, "value": values, "censored": False,
             "status": "正常", "mark": "", "revision": 1}  # fmt: skip
    return pd.DataFrame(plain | more)


def document() -> dict[str, Any]:
    stated = lushui_2020() | {"agreement_sha256": sha256(AGREEMENT.encode()).hexdigest()}
    return stated | {"digest": digest(stated)}


def evidence(**other: Any) -> bytes:
    parts: dict[str, Any] = {
        "agreement_text": AGREEMENT, "register": {"sections.csv": SECTIONS}, "observations": observations([0.05, 0.06]),
        "facts": FACTS, "document": document(), "parameters": PARAMETERS,
    }  # fmt: skip
    return evidence_zip(**(parts | other))


def as_stated(_: EvidenceContents) -> dict[str, Any]:
    """An engine that gets the same settlement."""
    return document()


def entries_of(raw: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def rewritten(raw: bytes, name: str, change: Callable[[bytes], bytes], *, with_hashes: bool = True) -> bytes:
    """The archive as a forger writes it: an entry changed, the ZIP (and the hash list) made anew."""
    entries = entries_of(raw)
    entries[name] = change(entries[name])
    if with_hashes:
        entries["SHA256SUMS"] = _sums({key: value for key, value in entries.items() if key != "SHA256SUMS"})
    return _archive(entries)


class TestTheFile:
    """`evidence_zip` depends on its contents and on nothing else."""

    def test_the_same_contents_give_the_same_bytes(self) -> None:
        assert evidence() == evidence()

    def test_the_order_of_rows_and_of_files_does_not_matter(self) -> None:
        shuffled = observations([0.05, 0.06, 0.07]).sample(frac=1, random_state=1)
        two = {"sections.csv": SECTIONS, "parties.csv": "code\n"}
        assert evidence(observations=shuffled, register=two) == evidence(
            observations=observations([0.05, 0.06, 0.07]), register=dict(reversed(two.items()))
        )

    def test_an_auditor_finds_the_files_sorted_and_their_hashes_as_sha256sum_reads_them(self) -> None:
        entries = entries_of(evidence())
        assert list(entries) == ["SHA256SUMS", "agreement.yaml", "facts.json", "observations.csv", "parameters.json",
                                 "register/sections.csv", "settlement.json"]  # fmt: skip
        listed = dict(line.split("  ")[::-1] for line in entries["SHA256SUMS"].decode().splitlines())
        assert listed == {n: sha256(raw).hexdigest() for n, raw in entries.items() if n != "SHA256SUMS"}

    def test_readings_left_out_are_there_with_their_fate(self) -> None:
        left_out = observations([0.05, 9.0], fate=["accepted", "quarantined"])
        csv = entries_of(evidence(observations=left_out))["observations.csv"].decode()
        assert csv.splitlines() == [
            "station,indicator,time,value,censored,status,mark,revision,fate",
            "jinyushi,tp,2020-08-01T00:00:00Z,0.05,False,正常,,1,accepted",
            "jinyushi,tp,2020-08-01T04:00:00Z,9.0,False,正常,,1,quarantined",
        ]

    def test_a_settlement_without_any_reading_has_a_file_too(self) -> None:
        raw = evidence(observations=observations([]), document=xinan_2020())
        assert contents(raw).observations.empty

    @pytest.mark.parametrize(
        "name",
        ["../sections.csv", "/sections.csv", "a\\b.csv", "sections.txt", "notes.csv", "basins/../sections.csv",
         "basins/a/b/sections.csv", "basins//sections.csv", "basins/c:/sections.csv"],
    )  # fmt: skip
    def test_a_register_file_name_that_leaves_the_folder_is_refused(self, name: str) -> None:
        with pytest.raises(UsageError):
            evidence(register={name: SECTIONS})


class TestTheContents:
    """What went in comes out, so that a recomputation sees what the settlement saw."""

    def test_text_facts_and_parameters_come_back(self) -> None:
        found = contents(evidence())
        assert (found.agreement_text, dict(found.register)) == (AGREEMENT, {"sections.csv": SECTIONS})
        stated = {key: value for key, value in document().items() if key != "status"}
        assert (found.facts, found.parameters, found.document) == (FACTS, PARAMETERS, stated)

    def test_line_ends_are_kept_because_the_hash_of_the_agreement_is_over_bytes(self) -> None:
        other = {"document": xinan_2020() | {"agreement_sha256": sha256(b"a: 1\r\n").hexdigest()}}
        assert contents(evidence(agreement_text="a: 1\r\n", **other)).agreement_text == "a: 1\r\n"

    @settings(deadline=None, max_examples=50)
    @given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5))
    def test_every_bit_of_a_reading_comes_back(self, values: list[float]) -> None:
        found = contents(evidence(observations=observations(values)))
        assert found.observations["value"].tolist() == values

    def test_types_and_absent_values_come_back(self) -> None:
        times = pd.to_datetime(["2020-08-01T00:00:00.123456Z", None], utc=True).as_unit("ns")
        sent = observations([np.nan, 0.1 + 0.2], censored=[True, False], time=times, fate="accepted")
        pd.testing.assert_frame_equal(contents(evidence(observations=sent)).observations, sent)


class TestVerify:
    """`verify` names the first thing that does not hold."""

    def test_an_untouched_file_holds(self) -> None:
        found = verify(evidence(), as_stated)
        assert (found.ok, found.failure, len(found.checked)) == (True, None, 4)

    @settings(deadline=None, max_examples=400)
    @given(st.data())
    def test_a_flipped_bit_anywhere_is_found(self, data: st.DataObject) -> None:
        changed = bytearray(INTACT)
        changed[data.draw(st.integers(0, len(INTACT) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        found = verify(bytes(changed), as_stated)
        assert not found.ok
        assert found.failure

    @pytest.mark.parametrize("name", ["agreement.yaml", "observations.csv", "register/sections.csv", "settlement.json"])
    def test_the_entry_whose_content_changed_is_named(self, name: str) -> None:
        start = INTACT.index(entries_of(INTACT)[name])
        changed = INTACT[:start] + bytes([INTACT[start] ^ 1]) + INTACT[start + 1 :]
        assert str(verify(changed, as_stated).failure).startswith(name)

    def test_a_changed_date_in_a_header_is_found_though_every_reader_opens_the_file(self) -> None:
        changed = bytearray(INTACT)
        with ZipFile(BytesIO(INTACT)) as file:
            date = file.getinfo("agreement.yaml").header_offset + 12
        changed[date] ^= 1
        found = verify(bytes(changed), as_stated)
        assert entries_of(bytes(changed)) == entries_of(INTACT)
        assert str(found.failure).startswith("agreement.yaml: 第")

    @pytest.mark.parametrize("changed", [b"", b"PK", b"x" * 100], ids=["empty", "short", "no archive"])
    def test_what_is_no_archive_is_refused_with_a_sentence(self, changed: bytes) -> None:
        assert "压缩包读不出" in str(verify(changed, as_stated).failure)

    @pytest.mark.parametrize("extra", [b"\0", b"PK"], ids=repr)
    def test_bytes_after_the_end_are_found(self, extra: bytes) -> None:
        assert not verify(INTACT + extra, as_stated).ok
        assert not verify(extra + INTACT, as_stated).ok

    def test_a_missing_entry_is_named(self) -> None:
        entries = entries_of(INTACT)
        del entries["facts.json"]
        assert str(verify(_archive(entries), as_stated).failure).startswith("facts.json")

    def test_a_forged_reading_without_new_hashes_fails_at_the_hashes(self) -> None:
        forged = rewritten(INTACT, "observations.csv", lambda csv: csv.replace(b"0.06", b"0.01"), with_hashes=False)
        found = verify(forged, as_stated)
        assert len(found.checked) == 1
        assert str(found.failure).startswith("observations.csv: 哈希不符")

    def test_a_forged_amount_with_new_hashes_fails_at_the_fingerprint(self) -> None:
        forged = rewritten(INTACT, "settlement.json", lambda text: text.replace(b"12000000.00", b"13000000.00"))
        found = verify(forged, as_stated)
        assert len(found.checked) == 2
        assert str(found.failure).startswith("settlement.json: digest")

    def test_another_agreement_text_fails_at_the_hash_the_settlement_states(self) -> None:
        forged = rewritten(INTACT, "agreement.yaml", lambda text: text + b"#")
        assert str(verify(forged, as_stated).failure).startswith("agreement.yaml: agreement_sha256")

    def test_json_that_is_not_canonical_is_refused(self) -> None:
        assert "不是规范 JSON" in str(verify(rewritten(INTACT, "facts.json", lambda _: b"[ ]"), as_stated).failure)
        assert "不是规范 JSON" in str(verify(rewritten(INTACT, "facts.json", lambda _: b"[0.1]"), as_stated).failure)
        assert "不是规范 JSON" in str(verify(rewritten(INTACT, "settlement.json", lambda _: b"[]"), as_stated).failure)

    def test_readings_that_are_no_readings_are_refused(self) -> None:
        forged = rewritten(INTACT, "observations.csv", lambda csv: csv.replace(b"0.06", b"many"))
        assert "监测数据表读不出" in str(verify(forged, as_stated).failure)

    def test_a_document_forged_throughout_fails_when_recomputed_and_the_path_is_named(self) -> None:
        forged = document()
        forged["evaluations"][2]["working"][1]["value"] = "1.9"
        forged |= {"digest": digest(forged)}
        del forged["status"]
        raw = rewritten(INTACT, "settlement.json", lambda _: canonical_json(forged).encode())
        found = verify(raw, as_stated)
        assert len(found.checked) == 3
        assert "evaluations[2].working[1].value: 1.9 ≠ 达标" in str(found.failure)

    def test_the_engine_gets_the_contents_and_its_refusal_is_the_failure(self) -> None:
        def refuses(found: EvidenceContents) -> dict[str, Any]:
            raise Refused(f"引擎不识此协议：{found.parameters['agreement']}")

        assert "引擎不识此协议：lushui" in str(verify(INTACT, refuses).failure)

    def test_a_status_written_into_the_file_is_refused_since_nothing_in_it_proves_one(self) -> None:
        forged = document() | {"status": "已确认"}
        raw = rewritten(INTACT, "settlement.json", lambda _: canonical_json(forged).encode())
        assert "不证明状态" in str(verify(raw, as_stated).failure)

    def test_contents_no_engine_can_read_are_refused_in_words(self) -> None:
        def fails(found: EvidenceContents) -> dict[str, Any]:
            raise TypeError("missing argument")

        assert "无法重算" in str(verify(INTACT, fails).failure)

    def test_a_confirmed_settlement_verifies_though_a_recomputation_is_a_trial(self) -> None:
        assert verify(evidence(document=document() | {"status": "已确认"}), as_stated).ok


class TestNames:
    """A name that no evidence file holds is refused before anything is read, though every hash was made anew."""

    @pytest.mark.parametrize(
        "name",
        ["register/../../x", "register/basins/../sections.csv", "../settlement.json", "./facts.json",
         "register//tmp/x.csv", "/etc/passwd", "register//dev/stdout", "register/C:/sections.csv", "register/",
         "register\\sections.csv", "register/basins/..\\..\\x/sections.csv", "register/basins/a/b/sections.csv",
         "register/sections.csv/", "register/sections.csv\n", "register/basins/a\x1b[2J/sections.csv",
         "register/notes.csv", "register/basins/test/basins.csv", "Register/sections.csv", "notes.txt"],
    )  # fmt: skip
    def test_a_name_that_does_not_belong_is_refused_and_named(self, name: str) -> None:
        entries = entries_of(INTACT) | {name: SECTIONS.encode()}
        del entries["SHA256SUMS"]
        found = verify(_archive(entries | {"SHA256SUMS": _sums(entries)}), as_stated)
        shown = name if name.isprintable() else ascii(name)
        assert (found.ok, found.checked) == (False, [])
        assert str(found.failure).startswith(
            f"{shown}: 证据包里不该有此文件 (does not belong in an evidence file) — 补救: "
        )

    @pytest.mark.parametrize("name", ["facts.json", "register/sections.csv"])
    def test_a_name_that_stands_twice_is_refused_and_named(self, name: str) -> None:
        buffer = BytesIO(INTACT)
        with ZipFile(buffer, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr(name, "other contents")
        found = verify(buffer.getvalue(), as_stated)
        assert (found.ok, found.checked) == (False, [])
        assert str(found.failure).startswith(f"{name}: 此文件名在证据包里重复 (the name stands twice in the archive)")

    def test_an_entry_that_is_a_symbolic_link_is_refused(self) -> None:
        link = ZipInfo("register/sections.csv", (1980, 1, 1, 0, 0, 0))
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        entries = entries_of(INTACT)
        entries["register/sections.csv"] = b"/etc/passwd"
        del entries["SHA256SUMS"]
        entries["SHA256SUMS"] = _sums(entries)
        buffer = BytesIO()
        with ZipFile(buffer, "w") as file:
            for name in sorted(entries):
                plain = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                plain.create_system = 3
                plain.external_attr = 0o644 << 16
                file.writestr(link if name == link.filename else plain, entries[name])
        failure = verify(buffer.getvalue(), as_stated).failure
        assert str(failure).startswith("压缩包目录 (ZIP directory): 第 ")
        assert "与规范压缩包不同" in str(failure)

    @pytest.mark.parametrize(
        "name",
        ["basins.csv", "parties.csv", "stations.csv", "basins/xinan/sections.csv", "basins/..新安江 2/parties.csv"],
    )
    def test_the_registers_of_any_basin_belong(self, name: str) -> None:
        assert verify(evidence(register={name: SECTIONS}), as_stated).ok


INTACT = evidence()
