"""The evidence file (证据包): one ZIP from which a settlement can be recomputed without the database.

In: the agreement's text, the register, readings, facts and parameters a settlement rested on, and its document. Out: a
ZIP whose bytes depend on nothing else, and `verify`, which names the first thing in such a ZIP that does not hold. It
does not settle: the engine that recomputes is handed in. It writes nothing to disk, whatever names a ZIP holds; what it
opens at all is told in `evidence.opening`.

    SHA256SUMS           one line an entry, as `sha256sum -c` reads it
    agreement.yaml       the text applied            register/          parties, sections and stations read
    facts.json           facts recorded by people    observations.csv   readings used and, by `fate`, those left out
    parameters.json      period, as_of, decisions    settlement.json    the document, canonical JSON

It holds what the settlement read and nothing else (`statement.parts`); the document holds the hash of each part. Where
quality control found anything, each reading has `quality` (`flags.Quality`) and the `test` or decision behind it; the
statistics leave out what is unreliable, and `parameters` holds what people decided about readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import NotRequired, TypedDict
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pandas as pd

from basin.errors import HengjieError, Refused, UsageError
from settlement.evidence.entries import (
    AGREEMENT,
    FACTS,
    MIB,
    MOST_BYTES,
    MOST_ENTRIES,
    MOST_ROWS,
    OBSERVATIONS,
    PARAMETERS,
    REGISTER,
    SETTLEMENT,
    SUMS,
    is_register,
    most_of,
)
from settlement.evidence.opening import entries_of
from settlement.evidence.texts import json_of, observations_csv, observations_of, text_of
from settlement.gathered import DecisionRow
from settlement.statement.canonical import canonical_json, digest, first_difference
from settlement.statement.engine_version import BEFORE_PARTS, ENGINE_VERSION, as_made_by, made_by, version_of
from settlement.statement.parts import FactRow
from settlement.statement.rows import SettlementDocument

STATUS = "status"  # what became of a settlement is told by whoever keeps it
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first date a ZIP can carry
_PLAIN_FILE = 0o644 << 16
_HOLDER = {
    "agreement": AGREEMENT, "register": REGISTER, "observations": OBSERVATIONS, "facts": FACTS,
    "parameters": PARAMETERS,
}  # fmt: skip


class Parameters(TypedDict):
    """What was settled, for when, and what was known; `decisions` of people about readings where there are any."""

    agreement: str
    period: str
    as_of: str
    decisions: NotRequired[list[DecisionRow]]


@dataclass(frozen=True)
class EvidenceContents:
    """What an evidence file holds, as the engine takes it.

    Attributes
    ----------
    register : file name → CSV text. observations : the readings used and left out, column `fate` telling which.
    document : the settlement as stated. parameters : what was settled.
    entries : every entry as it stands in the file.
    """

    agreement_text: str
    register: Mapping[str, str]
    observations: pd.DataFrame
    facts: list[FactRow]
    document: SettlementDocument
    parameters: Parameters
    entries: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Verification:
    """Whether an evidence file holds; what was found to hold, in order, and the first thing that does not.

    `evidence` is what the file holds, once its hashes and the digest of its document were found intact.
    """

    ok: bool
    checked: list[str]
    failure: str | None = None
    evidence: EvidenceContents | None = None


def evidence_zip(
    agreement_text: str,
    register: Mapping[str, str],
    observations: pd.DataFrame,
    facts: list[FactRow],
    document: SettlementDocument,
    parameters: Parameters,
) -> bytes:
    """The evidence file of a settlement: the same contents give the same bytes, whatever the order of rows.

    Parameters
    ----------
    register : file name (``sections.csv``, ``basins/xinan/parties.csv``) → CSV text.
    observations : as `records.store.observations` gives them, with a column `fate` for those left out.
    document : the settlement document; its `digest` is checked by `verify`.

    Raises
    ------
    UsageError : for a float in facts, document or parameters, or a name that no register file has.
    Refused : it would hold more than may be opened again.
    """
    encoded = packed(EvidenceContents(agreement_text, register, observations, facts, document, parameters))
    raw = _archive(encoded | {SUMS: _sums(encoded)})
    large = [name for name, content in encoded.items() if len(content) > most_of(name)]
    if large or len(raw) > MOST_BYTES or len(encoded) >= MOST_ENTRIES or len(observations) > MOST_ROWS:
        zh = f"证据包过大：{len(raw) // MIB} MiB，{len(observations)} 个读数"
        remedy = "按较短的期间（如逐年）结算后导出"
        raise Refused(zh, "too large for an evidence file", file=large[0] if large else None, remedy=remedy)
    return raw


def packed(evidence: EvidenceContents) -> dict[str, bytes]:
    """The entries of an evidence file but for the list of their hashes.

    Raises
    ------
    UsageError : for a float in facts, document or parameters, or a name that no register file has.
    """
    document = {key: value for key, value in evidence.document.items() if key != STATUS}
    entries = {
        AGREEMENT: evidence.agreement_text,
        OBSERVATIONS: observations_csv(evidence.observations),
        FACTS: canonical_json(evidence.facts),
        PARAMETERS: canonical_json(evidence.parameters),
        SETTLEMENT: canonical_json(document),
    } | {REGISTER + _inside(name): text for name, text in evidence.register.items()}
    return {name: text.encode() for name, text in entries.items()}


def verify(raw: bytes, recompute: Callable[[EvidenceContents], SettlementDocument]) -> Verification:
    """Check an evidence file step by step and stop at the first thing that does not hold.

    Archive, hashes, fingerprints, then the settlement recomputed from the contents alone. `failure` is Chinese and
    English and names the entry or the path in the document, such as ``evaluations[2].working[1].value: 1.9 ≠ 2.0``.
    """
    checked: list[str] = []
    intact: list[EvidenceContents] = []
    try:
        for held in _steps(raw, recompute, intact):
            checked.append(held)
    except HengjieError as problem:
        return Verification(False, checked, str(problem), *intact)
    return Verification(True, checked, None, *intact)


def contents(raw: bytes) -> EvidenceContents:
    """What an evidence file holds, after its bytes and hashes were found intact.

    Raises
    ------
    Refused : naming the entry that does not hold.
    """
    entries = entries_of(raw)
    _refuse_other_bytes(raw, entries)
    _refuse_other_hashes(entries)
    return _parsed(entries)


def _steps(
    raw: bytes, recompute: Callable[[EvidenceContents], SettlementDocument], intact: list[EvidenceContents]
) -> Iterator[str]:
    """Each check that held, by name; the first that does not raises. `intact` takes what is found to be intact."""
    entries = entries_of(raw)
    _refuse_other_bytes(raw, entries)
    yield f"压缩包逐字节一致 archive canonical ({len(entries)})"
    _refuse_other_hashes(entries)
    yield f"哈希一致 hashes ({len(entries) - 1})"
    evidence = _parsed(entries)
    document = evidence.document
    _refuse_other_fingerprints(entries, evidence)
    intact.append(evidence)
    yield f"文书指纹一致 digest {document['digest']}"
    version = version_of(document)
    again = as_made_by(_recomputed(evidence, recompute), version)
    if difference := first_difference(document, again):
        raise _not_the_same(difference, document)
    if "parts" in document:
        yield f"所载即结算所读，各部分与散列一致 parts ({len(document['parts'])})"
    yield "不用数据库重算一致 recomputed"
    if "parts" not in document and version in BEFORE_PARTS:
        zh = "作于各部分的散列写入文书之前：登记、事实、决定、标记与未用的数值是否即结算所读，无从核对"
        yield f"{zh} made before parts were hashed: whether these are what the settlement read could not be checked"
    if version != ENGINE_VERSION:
        maker = made_by(document)
        yield f"{maker['message_zh']}，结果相同 {maker['message_en']}, with the same result"


def _not_the_same(difference: str, document: SettlementDocument) -> Refused:
    """Why a document that was made again is another one: its content differs, or what it rests on."""
    part = difference.partition(": ")[0].removeprefix("parts.")
    if part in _HOLDER:
        zh = f"所载不是结算所读：{difference}"
        return Refused(zh, "not what the settlement read", file=_HOLDER[part], path=f"parts.{part}")
    if part == "beside":
        zh = f"读数旁的标记、修订号或登记的时刻与文书不符：{difference}"
        return Refused(zh, "notes beside the readings, or instants of recording, differ", file=SETTLEMENT, path=part)
    maker = made_by(document)
    zh = f"重算不符：{difference}（{maker['message_zh']}）"
    return Refused(zh, f"stated ≠ recomputed ({maker['message_en']})", file=SETTLEMENT)


def _recomputed(
    evidence: EvidenceContents, recompute: Callable[[EvidenceContents], SettlementDocument]
) -> SettlementDocument:
    """The document made again; contents that no engine can read do not hold either."""
    try:
        return recompute(evidence)
    except HengjieError:
        raise
    except Exception as problem:  # a stranger wrote the contents: whatever they break, the file does not hold
        en = f"cannot be recomputed: {type(problem).__name__}: {problem}"
        raise Refused("内容读不懂，无法重算", en, remedy="向出具者另取证据包") from problem


def _archive(entries: Mapping[str, bytes]) -> bytes:
    """The one ZIP of these entries: stored, sorted by name, every header field fixed."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as file:
        for name in sorted(entries):
            info = ZipInfo(name, _EARLIEST)
            info.create_system = 3  # as on Unix, whatever the machine
            info.external_attr = _PLAIN_FILE
            file.writestr(info, entries[name])
    return buffer.getvalue()


def _refuse_other_bytes(raw: bytes, entries: Mapping[str, bytes]) -> None:
    """A byte may be changed where no reader looks: only the canonical archive of the entries holds."""
    canonical = _archive(entries)
    if raw == canonical:
        return
    both = enumerate(zip(raw, canonical, strict=False))
    offset = next((position for position, (given, wanted) in both if given != wanted), min(len(raw), len(canonical)))
    raise Refused(
        f"第 {offset} 字节与规范压缩包不同", f"byte {offset} is not that of the canonical archive",
        file=_entry_at(canonical, offset),
    )  # fmt: skip


def _entry_at(canonical: bytes, offset: int) -> str:
    """Name of the entry that the byte belongs to, or the ZIP's directory."""
    with ZipFile(BytesIO(canonical)) as file:
        if offset >= file.start_dir:
            return "压缩包目录 (ZIP directory)"
        return [info.filename for info in file.infolist() if info.header_offset <= offset][-1]


def _sums(entries: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha256(entries[name]).hexdigest()}  {name}\n" for name in sorted(entries)).encode()


def _refuse_other_hashes(entries: Mapping[str, bytes]) -> None:
    hashed = {name: raw for name, raw in entries.items() if name != SUMS}
    expected = _sums(hashed).decode().splitlines()
    stated = entries[SUMS].decode("utf-8", "replace").splitlines()
    for name, line in zip(sorted(hashed), expected, strict=True):
        if line not in stated:
            raise Refused("哈希不符", "its hash is not the one listed", file=name)
    if entries[SUMS] != _sums(hashed):
        raise Refused("哈希清单多出或次序不符", "lists more than the entries, or in another order", file=SUMS)


def _refuse_other_fingerprints(entries: Mapping[str, bytes], evidence: EvidenceContents) -> None:
    """The document's own digest, the agreement's hash it states, and no word about its status, which nothing proves."""
    if STATUS in evidence.document:
        raise Refused("证据包证明计算，不证明状态", "a status is not proven by this file", file=SETTLEMENT, path=STATUS)
    fingerprint = digest(evidence.document)
    if evidence.document.get("digest") != fingerprint:
        zh = f"文书指纹不符：重算为 {fingerprint}"
        raise Refused(zh, "the document's digest differs", file=SETTLEMENT, path="digest")
    agreement = sha256(entries[AGREEMENT]).hexdigest()
    if evidence.document.get("agreement_sha256", agreement) != agreement:
        raise Refused(
            f"协议文本不是结算所用：{agreement}", "not the text the settlement applied",
            file=AGREEMENT, path="agreement_sha256",
        )  # fmt: skip


def _parsed(entries: Mapping[str, bytes]) -> EvidenceContents:
    registers = {name.removeprefix(REGISTER): text_of(entries, name) for name in entries if name.startswith(REGISTER)}
    return EvidenceContents(
        agreement_text=text_of(entries, AGREEMENT),
        register=registers,
        observations=observations_of(text_of(entries, OBSERVATIONS)),
        facts=json_of(entries, FACTS, list),
        document=json_of(entries, SETTLEMENT, dict),
        parameters=json_of(entries, PARAMETERS, dict),
        entries=entries,
    )


def _inside(name: str) -> str:
    if not is_register(name):
        raise UsageError(f"登记文件名不可用：{name}", "not a register file name", remedy="例如 sections.csv")
    return name
