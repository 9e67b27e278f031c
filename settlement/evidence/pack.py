"""The evidence file (证据包): one ZIP from which a settlement can be recomputed without the database.

In: the agreement's text, the register, readings, facts and parameters a settlement rested on, and its document. Out: a
ZIP whose bytes depend on nothing else, and `verify`, which names the first thing in such a ZIP that does not hold. It
does not settle: the engine that recomputes is handed in. It writes nothing to disk, whatever names a ZIP holds.

    SHA256SUMS           one line an entry, as `sha256sum -c` reads it
    agreement.yaml       the text applied            register/          parties, sections and stations used
    facts.json           facts recorded by people    observations.csv   readings used and, by `fate`, those left out
    parameters.json      period, as_of, decisions    settlement.json    the document, canonical JSON

Where quality control found anything, each reading has `quality` (`flags.Quality`) and the `test` or decision behind it;
the statistics leave out what is unreliable, and `parameters` holds what people decided about readings.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any, NoReturn, NotRequired, TypedDict
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from basin.errors import HengjieError, Refused, UsageError
from settlement.statement.canonical import canonical_json, digest, first_difference
from settlement.statement.engine_version import ENGINE_VERSION, as_made_by, made_by, version_of
from settlement.statement.rows import SettlementDocument

AGREEMENT = "agreement.yaml"
OBSERVATIONS = "observations.csv"
FACTS = "facts.json"
PARAMETERS = "parameters.json"
SETTLEMENT = "settlement.json"
SUMS = "SHA256SUMS"
REGISTER = "register/"
REQUIRED = (AGREEMENT, FACTS, OBSERVATIONS, PARAMETERS, SETTLEMENT)
STATUS = "status"  # what became of a settlement is told by whoever keeps it
INSTANTS = ("time", "recorded_at")
SORTED_BY = ("station", "indicator", "time", "revision", "reading", "fate", "reason")
# `basins/<code>/parties.csv`, or flat `parties.csv`: the layout of `basin.layers`. A code is one plain folder name, so
# that whoever unpacks the file on any system gets nothing outside the folder.
_IN_REGISTER = re.compile(
    r"(basins/(?!\.{1,2}/)[^/\\:\x00-\x1f\x7f]+/)?(parties|sections|stations)\.csv|basins\.csv"
)
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first date a ZIP can carry
_PLAIN_FILE = 0o644 << 16
# NotImplementedError is a RuntimeError (an unknown or encrypted method), struct errors come as BadZipFile
_UNREADABLE = (BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)


class Parameters(TypedDict):
    """What was settled, for when, and what was known; `decisions` of people about readings where there are any."""

    agreement: str
    period: str
    as_of: str
    decisions: NotRequired[list[dict[str, Any]]]


@dataclass(frozen=True)
class EvidenceContents:
    """What an evidence file holds, as the engine takes it.

    Attributes
    ----------
    register : file name → CSV text. observations : the readings used and left out, column `fate` telling which.
    document : the settlement as stated. parameters : what was settled.
    """

    agreement_text: str
    register: Mapping[str, str]
    observations: pd.DataFrame
    facts: list[dict[str, Any]]
    document: SettlementDocument
    parameters: Parameters


@dataclass(frozen=True)
class Verification:
    """Whether an evidence file holds; what was found to hold, in order, and the first thing that does not."""

    ok: bool
    checked: list[str]
    failure: str | None = None


def evidence_zip(
    agreement_text: str,
    register: Mapping[str, str],
    observations: pd.DataFrame,
    facts: list[dict[str, Any]],
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
    """
    entries = {
        AGREEMENT: agreement_text,
        OBSERVATIONS: _observations_csv(observations),
        FACTS: canonical_json(facts),
        PARAMETERS: canonical_json(parameters),
        SETTLEMENT: canonical_json({key: value for key, value in document.items() if key != STATUS}),
    } | {REGISTER + _inside(name): text for name, text in register.items()}
    encoded = {name: text.encode() for name, text in entries.items()}
    return _archive(encoded | {SUMS: _sums(encoded)})


def verify(raw: bytes, recompute: Callable[[EvidenceContents], SettlementDocument]) -> Verification:
    """Check an evidence file step by step and stop at the first thing that does not hold.

    Archive, hashes, fingerprints, then the settlement recomputed from the contents alone. `failure` is Chinese and
    English and names the entry or the path in the document, such as ``evaluations[2].working[1].value: 1.9 ≠ 2.0``.
    """
    checked: list[str] = []
    try:
        for held in _steps(raw, recompute):
            checked.append(held)
    except HengjieError as problem:
        return Verification(False, checked, str(problem))
    return Verification(True, checked)


def contents(raw: bytes) -> EvidenceContents:
    """What an evidence file holds, after its bytes and hashes were found intact.

    Raises
    ------
    Refused : naming the entry that does not hold.
    """
    entries = _read(raw)
    _refuse_other_bytes(raw, entries)
    _refuse_other_hashes(entries)
    return _parsed(entries)


def _steps(raw: bytes, recompute: Callable[[EvidenceContents], SettlementDocument]) -> Iterator[str]:
    """Each check that held, by name; the first that does not raises."""
    entries = _read(raw)
    _refuse_other_bytes(raw, entries)
    yield f"压缩包逐字节一致 archive canonical ({len(entries)})"
    _refuse_other_hashes(entries)
    yield f"哈希一致 hashes ({len(entries) - 1})"
    evidence = _parsed(entries)
    _refuse_other_fingerprints(entries, evidence)
    yield f"文书指纹一致 digest {evidence.document['digest']}"
    version = version_of(evidence.document)
    again = as_made_by(_recomputed(evidence, recompute), version)
    if difference := first_difference(evidence.document, again):
        maker = made_by(evidence.document)
        zh = f"重算不符：{difference}（{maker['message_zh']}）"
        raise Refused(zh, f"stated ≠ recomputed ({maker['message_en']})", file=SETTLEMENT)
    yield "不用数据库重算一致 recomputed"
    if version != ENGINE_VERSION:
        maker = made_by(evidence.document)
        yield f"{maker['message_zh']}，结果相同 {maker['message_en']}, with the same result"


def _recomputed(
    evidence: EvidenceContents, recompute: Callable[[EvidenceContents], SettlementDocument]
) -> SettlementDocument:
    """The document made again; contents that no engine can read do not hold either."""
    try:
        return recompute(evidence)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        en = f"cannot be recomputed: {problem}"
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


def _read(raw: bytes) -> dict[str, bytes]:
    """Entries of an archive that opens, holds nothing but what belongs in it, and has all it needs."""
    name: str | None = None
    entries = {}
    try:
        with ZipFile(BytesIO(raw)) as file:
            _refuse_other_names(file.namelist())
            for name in file.namelist():
                entries[name] = file.read(name)
    except _UNREADABLE as problem:
        raise Refused("压缩包读不出", f"archive cannot be read: {problem}", file=name) from problem
    if missing := [name for name in (*REQUIRED, SUMS) if name not in entries]:
        raise Refused("证据包缺少此文件", "missing from the evidence file", file=missing[0])
    return entries


def _refuse_other_names(names: Sequence[str]) -> None:
    """Every name is one that `evidence_zip` gives, and stands once."""
    remedy = "不要解压，向出具者另取证据包"
    seen: set[str] = set()
    for name in names:
        shown = name if name.isprintable() else ascii(name)  # a terminal obeys some characters
        if name not in (*REQUIRED, SUMS) and not _in_register(name):
            raise Refused("证据包里不该有此文件", "does not belong in an evidence file", file=shown, remedy=remedy)
        if name in seen:
            raise Refused("此文件名在证据包里重复", "the name stands twice in the archive", file=shown, remedy=remedy)
        seen.add(name)


def _in_register(name: str) -> bool:
    return name.startswith(REGISTER) and _IN_REGISTER.fullmatch(name, len(REGISTER)) is not None


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
    registers = {name.removeprefix(REGISTER): _text(entries, name) for name in entries if name.startswith(REGISTER)}
    return EvidenceContents(
        agreement_text=_text(entries, AGREEMENT),
        register=registers,
        observations=_observations(_text(entries, OBSERVATIONS)),
        facts=_canonical(entries, FACTS, list),
        document=_canonical(entries, SETTLEMENT, dict),
        parameters=_canonical(entries, PARAMETERS, dict),
    )


def _text(entries: Mapping[str, bytes], name: str) -> str:
    try:
        return entries[name].decode()
    except UnicodeDecodeError as problem:
        raise Refused("不是 UTF-8 文本", "not UTF-8 text", file=name) from problem


def _canonical(entries: Mapping[str, bytes], name: str, kind: type) -> Any:
    """An entry's JSON, which must be the canonical text of what it says, a map or a list."""
    text = _text(entries, name)
    try:
        parsed = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as problem:
        raise Refused("不是规范 JSON", f"not canonical JSON: {problem}", file=name) from problem
    if not isinstance(parsed, kind) or canonical_json(parsed) != text:
        raise Refused("不是规范 JSON", "not canonical JSON", file=name)
    return parsed


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"float {text}")


def _observations_csv(observations: pd.DataFrame) -> str:
    """Readings as CSV in a fixed order of rows; floats with every digit they need, instants in UTC."""
    order = [column for column in SORTED_BY if column in observations]
    printed = observations.sort_values(order, kind="stable") if order else observations
    instants = {column: _instants(printed[column]) for column in INSTANTS if column in printed}
    fate = {} if "fate" in printed else {"fate": "accepted"}
    return printed.assign(**instants, **fate).to_csv(index=False, lineterminator="\n")


def _instants(times: pd.Series) -> Any:
    """``2020-08-01T04:00:00Z``; with microseconds where a column has them."""
    utc = pd.to_datetime(times, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    whole = (utc.astype("datetime64[s]") == utc) | np.isnat(utc)
    text = np.datetime_as_string(utc, unit="s" if whole.all() else "us", timezone="UTC")
    return np.where(np.isnat(utc), "", text)


def _observations(text: str) -> pd.DataFrame:
    """The readings of `_observations_csv` with the types they had; a text nobody gave stays the empty text."""
    try:
        frame = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
        typed = {column: _TYPES[column](frame[column]) for column in frame.columns.intersection(list(_TYPES))}
    except ValueError as problem:
        raise Refused("监测数据表读不出", f"observations cannot be read: {problem}", file=OBSERVATIONS) from problem
    return frame.assign(**typed)


def _times(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format="ISO8601").dt.as_unit("ns")


def _numbers(texts: pd.Series) -> pd.Series:
    """Float by float: what pandas parses faster may be off in the last digit."""
    return pd.Series([float(text) if text else np.nan for text in texts], index=texts.index, dtype="float64")


def _flags(texts: pd.Series) -> pd.Series:
    return texts == "True"


_TYPES: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    **dict.fromkeys(INSTANTS, _times), **dict.fromkeys(("revision", "quality"), pd.to_numeric),
    "value": _numbers, "censored": _flags,
}  # fmt: skip


def _inside(name: str) -> str:
    if not _in_register(REGISTER + name):
        raise UsageError(f"登记文件名不可用：{name}", "not a register file name", remedy="例如 sections.csv")
    return name
