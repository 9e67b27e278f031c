"""What all acts of two people share while they are performed: who decided, and trying an act without a trace.

In: the `Setting` of an act. Out: its two people in words, fingerprints of what an act rests on, and attempts that are
rolled back. What an act does is stated with the act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from basin.errors import UsageError
from settlement.people import proposals_store
from settlement.people.persons import Person
from settlement.people.proposals import Payload, Setting
from settlement.statement.canonical import canonical_json

MOST = 1_000  # things that one proposal may name


@dataclass(frozen=True)
class Decided:
    """Who proposed and who approved, as rows print them, and why.

    Attributes
    ----------
    proposed_by, approved_by : `in_words`; blank while the act is only tried.
    proposer : the number of the person. reason : of the proposal.
    """

    proposed_by: str
    approved_by: str
    proposer: int | None
    reason: str


UNDECIDED = Decided("", "", None, "")


def decided(setting: Setting) -> Decided:
    """Who proposed and approved what is being performed."""
    if setting.proposal is None:
        return UNDECIDED
    proposal = proposals_store.proposal(setting.connection, setting.proposal)
    if proposal is None or proposal.ended_by is None:
        raise RuntimeError(f"proposal {setting.proposal} is performed before its approval is stored")
    proposer = setting.staff.people[proposal.person]
    approver = setting.staff.people[proposal.ended_by]
    return Decided(in_words(proposer), in_words(approver), proposer.number, proposal.reason)


def in_words(person: Person) -> str:
    """A person as rows of evidence name people: ``姓名（login）``; who it is says the proposal."""
    return f"{person.name}（{person.login}）"


@contextmanager
def attempt(setting: Setting) -> Iterator[None]:
    """Do something within the transaction and undo it, so that what would be refused later is refused now."""
    savepoint = setting.connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def fingerprint(seen: object) -> str:
    """SHA-256 of what a proposer saw, as canonical JSON."""
    return sha256(canonical_json(seen).encode()).hexdigest()


def refuse_other_keys(payload: Payload, *keys: str) -> None:
    """Refuse a payload with a key that is no key of the act, or without all of them.

    Raises
    ------
    UsageError : naming the key.
    """
    for key in sorted(payload.keys() ^ set(keys)):
        zh = f"未知的键 {key}" if key in payload else f"没有写 {key}"
        raise UsageError(zh, "unknown or missing key", path=key, remedy=f"写 {'、'.join(keys)}")


def text(payload: Mapping[str, object], key: str) -> str:
    """A text of a payload.

    Raises
    ------
    UsageError : it is missing, blank or no text.
    """
    value = payload.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError("缺少或不是文字", "missing or not a text", path=key, remedy=f"写明 {key}")
    return value


def several(payload: Mapping[str, object], key: str) -> list[object]:
    """A list of a payload: one thing or more, and no more than one proposal may name.

    Raises
    ------
    UsageError : it is no list, empty, or longer.
    """
    value = payload.get(key)
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        zh = f"{key} 应是 1–{MOST} 项的列表"
        raise UsageError(zh, f"a list of 1 to {MOST}", path=key, remedy="多的分成几次提出")
    return value
