"""Evidence of a stored settlement: it verifies without the database; a consistent forgery is found by recomputing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine

from basin.errors import NotFound, Refused
from basin.network import Network
from basin.registry import Registry
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.records import store as intake
from settlement import store
from settlement.applied import explained
from settlement.evidence.exporting import evidence, recomputed
from settlement.evidence.pack import _archive, _sums, contents, verify
from settlement.run import settle
from settlement.statement.canonical import canonical_json, digest
from settlement.statement.engine_version import ENGINE_VERSION, as_made_by
from tests.clocks import stopped
from tests.databases import sqlite
from tests.settlement.makers import (
    RIVER,
    RULES,
    a_fact,
    a_network,
    an_agreement,
    monthly,
    per_unit,
    readings,
)

NOW = datetime(2021, 1, 15, 8, tzinfo=UTC)
EXCESS = per_unit("kind: concentration, section: s1, indicator: nh3n, against: target, expressed: difference")
Change = Callable[[str], str]
TWELVE = [1.5, 1.2, 0.8, 0.9, 1.1, 1.3, 1.0, 1.4, 0.7, 0.6, 1.6, 1.9]


@contextmanager
def filled(folder: Path) -> Iterator[Engine]:
    """A database with twelve months of readings."""
    made = sqlite(folder / "h.sqlite")
    ingest(made, RIVER, [("a.csv", readings(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(NOW))
    yield made
    made.dispose()


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Engine]:
    with filled(tmp_path) as engine:
        yield engine


def a_registry(clauses: str = EXCESS, network: Network = RIVER, **header: str) -> Registry:
    agreement = an_agreement(clauses, network, **({"data": RULES} | header))
    return Registry(network, {agreement.code: agreement}, {}, ())


def file_of(engine: Engine, registry: Registry, period: str = "2020") -> bytes:
    """The evidence file of a settlement of the one agreement."""
    identity = settle(engine, registry, next(iter(registry.agreements)), period, now=NOW)["id"]
    return evidence(engine, registry, identity)


def forged(raw: bytes, name: str, change: Change) -> bytes:
    """The file as a careful forger leaves it: an entry changed, every hash, fingerprint and the ZIP made anew."""
    with ZipFile(BytesIO(raw)) as file:
        entries = {entry: file.read(entry).decode() for entry in file.namelist() if entry != "SHA256SUMS"}
    (key,) = (entry for entry in entries if entry.endswith(name))
    assert change(entries[key]) != entries[key]
    entries[key] = change(entries[key])
    document = json.loads(entries["settlement.json"])
    document["agreement_sha256"] = sha256(entries["agreement.yaml"].encode()).hexdigest()
    document["digest"] = digest(document)
    entries["settlement.json"] = canonical_json(document)
    encoded = {entry: text.encode() for entry, text in entries.items()}
    return _archive(encoded | {"SHA256SUMS": _sums(encoded)})


def edited(change: Callable[[dict[str, Any]], object]) -> Change:
    """A change of the document as a change of its text."""

    def apply(text: str) -> str:
        document = json.loads(text)
        change(document)
        return canonical_json(document)

    return apply


class TestVerified:
    """Evidence → verify holds, on both engines and for every kind of settlement."""

    def test_both_engines_give_a_file_that_verifies(self, engine: Engine) -> None:
        ingest(engine, RIVER, [("a.csv", readings(monthly({("s1", "nh3n"): TWELVE})))], READINGS, stopped(NOW))
        checked = verify(file_of(engine, a_registry()), recomputed)
        assert (checked.ok, checked.failure) == (True, None)

    def test_the_same_settlement_gives_the_same_bytes(self, stored: Engine) -> None:
        assert file_of(stored, a_registry()) == file_of(stored, a_registry())

    @pytest.mark.parametrize("period", ["2020", "2020-07", "2020Q1", "2021"])
    def test_payable_indication_and_stopped(self, stored: Engine, period: str) -> None:
        assert verify(file_of(stored, a_registry(), period), recomputed).ok

    def test_readings_left_out_and_facts_travel_with_it(self, stored: Engine) -> None:
        ingest(
            stored,
            RIVER,
            [("b.csv", readings({("s1", "nh3n", "2020-12-16 12:00"): 9.9}, "维护"))],
            READINGS,
            stopped(NOW),
        )
        ingest(stored, RIVER, [("c.csv", readings({("s1", "nh3n", "2020-12-17 12:00"): 999}))], READINGS, stopped(NOW))
        with writing(stored) as connection:
            intake.record_fact(connection, a_fact("s1", "2020-01", "frozen"), NOW)
            intake.record_fact(connection, a_fact("elsewhere", "2020-01", "frozen"), NOW)
        raw = file_of(stored, a_registry())
        found = contents(raw)
        assert verify(raw, recomputed).ok
        assert [fact["subject"] for fact in found.facts] == ["s1"]
        assert found.observations["fate"].value_counts().to_dict() == {"accepted": 13, "left_out": 1}
        december = next(s for s in found.document["statistics"] if s["period"] == "2020-12")
        assert sum(december["left_out"].values()) == 2

    def test_a_revised_fact_travels_with_its_line_and_reason_and_an_unrevised_one_has_no_key_for_them(
        self, stored: Engine
    ) -> None:
        first = replace(a_fact("test-river", "2020", "k"), line="3")
        with writing(stored) as connection:
            intake.record_fact(connection, first, NOW)
            intake.record_fact(connection, replace(first, value="2", reason="录错"), NOW)
            intake.record_fact(connection, a_fact("test-river", "2020", "j"), NOW)
        clauses = per_unit("kind: reported, fact: k") + "\n" + per_unit("kind: reported, fact: j").replace('"1"', '"2"')
        raw = file_of(stored, a_registry(clauses))
        found = contents(raw)
        assert verify(raw, recomputed).ok
        added = [{key: fact.get(key) for key in ("line", "reason", "paid_on") if key in fact} for fact in found.facts]
        assert [(fact["kind"], fact["value"]) for fact in found.facts] == [("j", "1"), ("k", "2")]
        assert added == [{}, {"line": "3", "reason": "录错"}]
        (working,) = (e["working"] for e in found.document["evaluations"] if e["clause"] == "1")
        assert working[0]["expression"] == "会议纪要（3），记录人 记录，更正：录错"

    def test_documents_that_differ_travel_together_and_the_stop_names_both(self, stored: Engine) -> None:
        with writing(stored) as connection:
            for value, document in (("1", "甲文"), ("2", "乙文")):
                intake.record_fact(connection, a_fact("test-river", "2020", "k", value, document), NOW)
        raw = file_of(stored, a_registry(per_unit("kind: reported, fact: k")))
        found = contents(raw)
        assert verify(raw, recomputed).ok
        assert [(fact["value"], fact["document"]) for fact in found.facts] == [("1", "甲文"), ("2", "乙文")]
        [stop] = found.document["stops"]
        assert stop["message_zh"] == "几份文件登记的数值不同，不取其一：test-river k 2020，1（甲文）、2（乙文）"

    def test_a_document_that_is_withdrawn_leaves_the_other_to_count(self, stored: Engine) -> None:
        withdrawal = replace(a_fact("test-river", "2020", "k", "", "甲文"), withdrawn_by="更正函", reason="登错")
        with writing(stored) as connection:
            for fact in (
                a_fact("test-river", "2020", "k", "1", "甲文"),
                a_fact("test-river", "2020", "k", "2", "乙文"),
            ):
                intake.record_fact(connection, fact, NOW)
            intake.record_fact(connection, withdrawal, NOW)
        found = contents(file_of(stored, a_registry(per_unit("kind: reported, fact: k"))))
        assert [evaluation["amount"] for evaluation in found.document["evaluations"]] == ["2"]

    def test_a_fact_that_the_database_numbered_is_told_as_it_was_before(self, stored: Engine) -> None:
        """Settlements that rest on it were made before it had a number, and are made again alike."""
        fact = a_fact("test-river", "2020", "k")
        with writing(stored) as connection:
            intake.record_fact(connection, replace(fact, line="登记编号 2"), NOW)
        found = contents(file_of(stored, a_registry(per_unit("kind: reported, fact: k"))))
        assert [set(row) for row in found.facts] == [
            {"subject", "period", "kind", "value", "document", "recorded_by", "recorded_at", "approved_by"}
        ]
        (evaluation,) = found.document["evaluations"]
        assert evaluation["working"][0]["expression"] == "会议纪要，记录人 记录"

    def test_parties_that_stand_in_clauses_and_sheets_only_are_in_its_register(self, stored: Engine) -> None:
        river = a_network("s1 - - 3", parties="up down third fourth")
        clause = per_unit("kind: concentration, section: s1, indicator: nh3n").replace(
            "receives: downstream", "receives: fourth"
        )
        registry = a_registry(
            clause, river, parties="[up]", sections="{s1: {target: 3, upstream: {up: 1/2, third: 1/2}}}"
        )
        assert verify(file_of(stored, registry), recomputed).ok

    def test_a_river_without_sections_too(self, stored: Engine) -> None:
        city = a_network(parties="up down")
        pool = """
        - {ref: "1", scale: [{amount: 10}], pays: up, receives: pool}
        - {ref: "2", scale: [{amount: 10}], pays: pool, receives: down}
        """
        assert verify(file_of(stored, a_registry(pool, city)), recomputed).ok

    def test_an_agreement_that_has_changed_since_is_that_of_the_settlement(self, stored: Engine) -> None:
        registry = a_registry()
        identity = settle(stored, registry, "test-river", "2020", now=NOW)["id"]
        changed = a_registry(EXCESS.replace("rate: 1", "rate: 2"))
        raw = evidence(stored, changed, identity)
        assert verify(raw, recomputed).ok
        assert contents(raw).agreement_text == registry.agreement("test-river").text

    def test_what_was_corrected_later_is_as_it_was(self, stored: Engine) -> None:
        registry = a_registry()
        identity = settle(stored, registry, "test-river", "2020", now=NOW)["id"]
        later = NOW + timedelta(days=9)
        ingest(
            stored, RIVER, [("d.csv", readings({("s1", "nh3n", "2020-12-15 12:00"): 3.1}))], READINGS, stopped(later)
        )
        assert verify(evidence(stored, registry, identity), recomputed).ok


# Verifies the file named first; every attempt to write, make, rename or remove anything is printed.
WATCHED = """
import os
import sys
from pathlib import Path

from settlement.evidence.exporting import recomputed
from settlement.evidence.pack import verify

CHANGES = (
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "shutil.", "tempfile.",
)


def watch(event, arguments):
    flags = arguments[2] if event == "open" else 0
    if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC) or event.startswith(CHANGES):
        print(event, arguments)


raw = Path(sys.argv[1]).read_bytes()
sys.addaudithook(watch)
print(verify(raw, recomputed).ok)
"""


def names_below(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*"))


@pytest.mark.proof
class TestNothingIsWritten:
    """Verifying reads the file that it is given, and the disk stays as it was."""

    def watched(self, folder: Path, raw: bytes) -> list[str]:
        """What a process of its own says that verifies the file; its folders are as they were before."""
        (folder / "work" / "tmp").mkdir(parents=True)
        (folder / "evidence.zip").write_bytes(raw)
        before = names_below(folder)
        environment = os.environ | {
            "TMPDIR": str(folder / "work" / "tmp"), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, str(folder / "evidence.zip")],
            cwd=folder / "work", env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        assert names_below(folder) == before == ["evidence.zip", "work", "work/tmp"]
        return done.stdout.splitlines()

    def test_a_sound_file_is_verified_without_writing(self, stored: Engine, tmp_path: Path) -> None:
        assert self.watched(tmp_path / "apart", file_of(stored, a_registry())) == ["True"]

    @pytest.mark.parametrize("place", ["register/../../x", "register/{folder}/x", "register/../../x/sections.csv"])
    def test_a_name_that_leaves_the_folder_is_refused_without_writing(
        self, stored: Engine, tmp_path: Path, place: str
    ) -> None:
        folder = tmp_path / "apart"
        with ZipFile(BytesIO(file_of(stored, a_registry()))) as file:
            entries = {name: file.read(name) for name in file.namelist() if name != "SHA256SUMS"}
        entries[place.format(folder=folder)] = b"written by a stranger"
        raw = _archive(entries | {"SHA256SUMS": _sums(entries)})
        assert self.watched(folder, raw) == ["False"]


CHANGES: Mapping[str, tuple[str, Change]] = {
    "a reading": ("observations.csv", lambda text: text.replace(",1.9,", ",1.91,")),
    "a reading's time": ("observations.csv", lambda text: text.replace("2020-12-15T04:00:00Z", "2021-01-15T04:00:00Z")),
    "a reading taken away": ("observations.csv", lambda text: "".join(text.splitlines(keepends=True)[:-1])),
    "a reading's state": ("observations.csv", lambda text: text.replace("正常", "维护", 1)),
    "the agreement's text": ("agreement.yaml", lambda text: text.replace("rate: 1", "rate: 2")),
    "a rule of the agreement": ("agreement.yaml", lambda text: text.replace("mode: half_up", "mode: down")),
    "a comment in the agreement": ("agreement.yaml", lambda text: text + "# nothing\n"),
    "the register": ("sections.csv", lambda text: text.replace(",3\n", ",2\n")),
    "a fact": ("facts.json", lambda text: text.replace('"value":"1"', '"value":"2"')),
    "a fact's document": ("facts.json", lambda text: text.replace("会议纪要", "伪造的纪要")),
    "the amount": ("settlement.json", edited(lambda d: d["obligations"][0].update(amount_yuan="1701.00"))),
    "the working": ("settlement.json", edited(lambda d: d["evaluations"][0]["working"][0].update(value="1.5"))),
    "a statistic": ("settlement.json", edited(lambda d: d["statistics"][0].update(readings=99))),
    "the payee": ("settlement.json", edited(lambda d: d["transfers"][0].update(payee="third"))),
    "the title": ("settlement.json", edited(lambda d: d.update(title="另一份协议"))),
    "what is said to be verified": ("settlement.json", edited(lambda d: d.update(verified=False))),
    "the period": ("parameters.json", lambda text: text.replace('"period":"2020"', '"period":"2021"')),
    "when it was known": ("parameters.json", lambda text: text.replace("2021-01-15", "2021-01-16")),
}


class TestForged:
    """Hashes and fingerprints made anew do not help: the settlement is made again and differs."""

    TEXT = per_unit("kind: reported, fact: k").replace('"1"', '"2"') + "\n" + EXCESS

    @pytest.fixture(scope="class")
    @classmethod
    def sound(cls, tmp_path_factory: pytest.TempPathFactory) -> bytes:
        """A file that verifies."""
        with filled(tmp_path_factory.mktemp("sound")) as engine:
            with writing(engine) as connection:
                intake.record_fact(connection, a_fact("test-river", "2020", "k"), NOW)
            raw = file_of(engine, a_registry(cls.TEXT, money="{mode: half_up}"))
        assert verify(raw, recomputed).ok
        return raw

    @pytest.mark.parametrize(("name", "change"), CHANGES.values(), ids=CHANGES)
    def test_it_is_found(self, sound: bytes, name: str, change: Change) -> None:
        checked = verify(forged(sound, name, change), recomputed)
        assert not checked.ok
        assert checked.failure

    def test_the_first_difference_names_cause_before_effect(self, stored: Engine) -> None:
        raw = forged(file_of(stored, a_registry()), "observations.csv", lambda text: text.replace(",1.9,", ",2.9,"))
        failure = verify(raw, recomputed).failure or ""
        assert "statistics[11].mean: 1.9 ≠ 2.9" in failure

    def test_an_agreement_that_the_grammar_refuses_is_refused_and_not_raised(self, stored: Engine) -> None:
        to_nobody: Change = lambda text: text.replace("receives: downstream", "receives: nobody")  # noqa: E731
        raw = forged(file_of(stored, a_registry()), "agreement.yaml", to_nobody)
        checked = verify(raw, recomputed)
        assert not checked.ok
        assert "未登记的主体 nobody" in (checked.failure or "")


class TestRefused:
    """What cannot be re-derived is not exported."""

    def test_an_unknown_settlement(self, stored: Engine) -> None:
        with pytest.raises(NotFound):
            evidence(stored, a_registry(), "none")

    def test_a_register_that_has_changed(self, stored: Engine) -> None:
        identity = settle(stored, a_registry(), "test-river", "2020", now=NOW)["id"]
        stricter = a_network("s1 up down 2", "s2 up down 3", parties="third fourth")
        with pytest.raises(Refused) as refused:
            evidence(stored, a_registry(EXCESS, stricter), identity)
        assert refused.value.remedy


class TestEngineVersion:
    """What an earlier version made opens, verifies where the result is the same, and else names that version."""

    def kept(self, engine: Engine, version: str | None, **other: Any) -> str:
        """The identity of a settlement stored as another version would have stamped it, with `other` content."""
        document = settle(engine, a_registry(), "test-river", "2020", now=NOW)
        old = as_made_by(document | other, version)
        with writing(engine) as connection:
            store.keep_settlement(connection, old, a_registry().agreement("test-river").text, NOW, NOW)
        return old["id"]

    def test_a_settlement_states_the_version_that_made_it(self, stored: Engine) -> None:
        file = contents(file_of(stored, a_registry()))
        assert file.document["engine_version"] == ENGINE_VERSION
        assert digest(file.document) == file.document["digest"]

    def test_a_settlement_of_before_versions_opens_and_its_pack_verifies_and_says_so(self, stored: Engine) -> None:
        identity = self.kept(stored, None)
        with stored.connect() as connection:
            assert explained(connection, a_registry(), identity)["engine_version"] is None
        raw = evidence(stored, a_registry(), identity)
        assert "engine_version" not in contents(raw).document
        checked = verify(raw, recomputed)
        assert (checked.ok, checked.failure) == (True, None)
        assert checked.checked[-1] == (
            f"版本开始记录之前所作，现在是版本 {ENGINE_VERSION}，结果相同 "
            f"made before versions were kept, now version {ENGINE_VERSION}, with the same result"
        )

    def test_another_version_with_the_same_result_verifies(self, stored: Engine) -> None:
        checked = verify(evidence(stored, a_registry(), self.kept(stored, "0")), recomputed)
        assert checked.ok
        assert "由引擎版本 0 所作" in checked.checked[-1]

    def test_a_pack_of_this_version_says_nothing_more(self, stored: Engine) -> None:
        assert verify(file_of(stored, a_registry()), recomputed).checked[-1] == "不用数据库重算一致 recomputed"

    def test_a_pack_of_another_version_with_another_result_names_the_version(self, stored: Engine) -> None:
        def by_another_engine(document: dict[str, Any]) -> None:
            document["engine_version"] = "0"
            document["obligations"][0]["amount_yuan"] = "1.00"

        raw = forged(file_of(stored, a_registry()), "settlement.json", edited(by_another_engine))
        failure = str(verify(raw, recomputed).failure)
        assert "obligations[0].amount_yuan: 1.00 ≠" in failure
        assert f"由引擎版本 0 所作，现在是版本 {ENGINE_VERSION}" in failure
        assert f"made by engine version 0, now version {ENGINE_VERSION}" in failure

    @pytest.mark.parametrize(("version", "maker"), [("0", "由引擎版本 0 所作"), (None, "版本开始记录之前所作")])
    def test_no_evidence_of_another_result_and_the_refusal_names_the_version(
        self, stored: Engine, version: str | None, maker: str
    ) -> None:
        identity = self.kept(stored, version, kind="stopped")
        with pytest.raises(Refused) as refusal:
            evidence(stored, a_registry(), identity)
        assert maker in refusal.value.zh
