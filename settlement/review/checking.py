"""Whether what is stored is what was decided: each settlement, and what hangs on it, against the same made again.

In: a connection and the registry. Out: the first row that differs, by table and key, how many settlements and
assessments hold, and of which settlements it cannot be told. The text of the agreement, the document and its digest,
the columns beside it, the document made again from the readings and facts that are stored, obligations, confirmations
and entries, then assessments: so a change by hand is found although the triggers that refuse it were dropped. Nothing
is changed and nothing put right here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise, zip_longest

from sqlalchemy import Connection

from basin.errors import HengjieError
from basin.registry import Registry
from basin.rounding import yuan_fen
from basin.written.names import same_person
from settlement import states, store
from settlement.applied import applied
from settlement.ledger import entries as ledger
from settlement.review import kept_store
from settlement.review.kept_store import ObligationKept, SettlementKept, StatusKept
from settlement.settling import settled
from settlement.statement.canonical import digest, first_difference
from settlement.statement.engine_version import ENGINE_VERSION, as_made_by, made_by, version_of
from settlement.statement.rows import SettlementDocument

# The fingerprints of what lies in the database. That of the register changes with how an engine writes it, too.
STORED_PARTS = ("observations", "facts", "parameters")
COLUMNS = ("id", "agreement", "agreement_sha256", "title", "basin", "period", "kind", "digest")


@dataclass(frozen=True)
class Difference:
    """A stored row that is not what it should be.

    Attributes
    ----------
    row : table and key. words : how it differs.
    certain : somebody changed the row. Otherwise an earlier version of the engine made it and this one makes it
        differently, so whether it was changed cannot be told.
    """

    row: str
    words: str
    certain: bool = True


@dataclass(frozen=True)
class Report:
    """What was compared.

    Attributes
    ----------
    settlements, assessments : how many hold, up to the difference.
    difference : the first row that certainly differs; None where there is none.
    otherwise : the settlements of which nobody can tell whether they hold, for an earlier version of the engine made
        them and this one makes them differently. They are not among `settlements`.
    """

    settlements: int
    assessments: int
    difference: Difference | None
    otherwise: Sequence[Difference]


def check(connection: Connection, registry: Registry) -> Report:
    """Compare all that is stored of settlements and assessments, up to the first certain difference."""
    holding = 0
    otherwise: list[Difference] = []
    for identity in kept_store.identities(connection):
        holds = True
        for difference in _differences(connection, registry, identity):
            if difference.certain:
                return Report(holding, 0, difference, otherwise)
            otherwise.append(difference)
            holds = False
        holding += holds
    for row in kept_store.without_settlement(connection):
        return Report(holding, 0, Difference(row, "它所属的那一行没有了 what it belongs to is gone"), otherwise)
    assessments = len(store.assessments(connection))
    altered = store.altered_documents(connection)  # assessments alone: a settlement would have differed above
    if altered:
        words = "文书与它的指纹不符 document and digest differ"
        first = Difference(f"assessments {altered[0]}", words)
        return Report(holding, assessments - len(altered), first, otherwise)
    return Report(holding, assessments, None, otherwise)


def _differences(connection: Connection, registry: Registry, identity: str) -> Iterator[Difference]:
    """What differs of one settlement, causes first."""
    stored = kept_store.settlement_kept(connection, identity)
    row = f"settlements {identity}"
    if sha256(stored.text.encode()).hexdigest() != stored.agreement_sha256:
        text = f"agreement_texts {stored.agreement_sha256}"
        yield Difference(text, "协议文本与它的指纹不符 text and fingerprint differ")
    document = _document(stored)
    if document is None:
        yield Difference(row, "文书与它的指纹不符 document and digest differ")
        return
    yield from (Difference(row, words) for words in _other_columns(stored, document))
    again = _made_again(connection, registry, identity)
    if isinstance(again, str):
        yield Difference(row, again, certain=version_of(document) == ENGINE_VERSION)
    else:
        yield from _made_otherwise(row, document, again)
    yield from _other_obligations(kept_store.obligations_kept(connection, identity), document)
    changes = kept_store.statuses_kept(connection, identity)
    yield from _other_statuses(changes, document)
    yield from _other_entries(connection, identity, changes, document)


def _document(stored: SettlementKept) -> SettlementDocument | None:
    """The document of a row; None where it does not have the digest beside it."""
    try:
        document: SettlementDocument = json.loads(stored.document)
        return document if digest(document) == stored.digest else None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):  # somebody wrote something else there
        return None


def _other_columns(stored: SettlementKept, document: SettlementDocument) -> Iterator[str]:
    """Where the columns beside a document say something else than the document, which the digest covers."""
    stated = {name: document.get(name) for name in COLUMNS} | {"as_of": datetime.fromisoformat(document["as_of"])}
    for name, value in stated.items():
        column = getattr(stored, name)
        if column != value:
            yield f"{name}：{column} ≠ {value}"


def _made_again(connection: Connection, registry: Registry, identity: str) -> SettlementDocument | str:
    """The settlement from what is stored, or why it cannot be made."""
    try:
        made = applied(connection, registry, identity)
        return settled(made.agreement, registry.network, made.readings, made.span, made.as_of)
    except HengjieError as problem:
        return f"不能重算 cannot be made again：{problem}"
    except Exception as problem:  # readings that somebody changed by hand may break anything
        return f"不能重算 cannot be made again：{type(problem).__name__} {problem}"


def _made_otherwise(row: str, document: SettlementDocument, again: SettlementDocument) -> Iterator[Difference]:
    """Where a document differs from the same made again.

    What an earlier version made may differ because the rules did. Its fingerprints tell: where those of readings, facts
    or decisions are not as they were, the data differ, whatever the rules are.

    Parameters
    ----------
    row : table and key of the document.
    document, again : as it is stored, and from what is stored now.
    """
    stamped = as_made_by(again, version_of(document))
    difference = first_difference(document, stamped)
    if difference is None:
        return
    parts = document.get("parts", {})
    now = stamped.get("parts", {})
    changed = [part for part, fingerprint in parts.items() if now.get(part) != fingerprint]
    by_data = not set(STORED_PARTS).isdisjoint(changed)
    held = f"（{'、'.join(changed)} 与当时不同 not as they were）" if changed else ""
    words = f"重算不同 made again otherwise：{difference}{held}（{made_by(document)['message_zh']}）"
    yield Difference(row, words, certain=by_data or version_of(document) == ENGINE_VERSION)


def _other_obligations(stored: Sequence[ObligationKept], document: SettlementDocument) -> Iterator[Difference]:
    """Where the rows of the obligations differ from those of the document."""
    stated = [
        ObligationKept(i, o["clause"], o["period"], o["payer"], o["payee"], yuan_fen(o["amount_yuan"]))
        for i, o in enumerate(document["obligations"])
    ]
    for place, (row, wanted) in enumerate(zip_longest(stored, stated)):
        if row != wanted:
            yield Difference(f"obligations {document['id']}/{place}", f"{row or '没有 none'} ≠ {wanted or '没有 none'}")


def _other_statuses(changes: Sequence[StatusKept], document: SettlementDocument) -> Iterator[Difference]:
    """A settlement without status, or a confirmation that nobody else had brought to review."""
    if not changes or changes[0].status != states.TRIAL:
        yield Difference(f"statuses of {document['id']}", "不以试算开始 does not begin as a trial")
    for before, change in pairwise(changes):
        if change.status != states.CONFIRMED:
            continue
        if before.status != states.IN_REVIEW or document["kind"] != "payable":
            yield Difference(f"statuses {change.id}", "不该确认 could not be confirmed")
        elif change.proposal is None and same_person(before.person, change.person):  # a proposal has two people itself
            yield Difference(f"statuses {change.id}", "提交与确认是同一人 submitted and confirmed by the same person")


def _other_entries(
    connection: Connection, identity: str, changes: Sequence[StatusKept], document: SettlementDocument
) -> Iterator[Difference]:
    """Where the entries of a change of status are not those that it makes.

    Parameters
    ----------
    identity : of the settlement. changes : its changes of status, the oldest first.
    document : whose transfers a confirmation posts.
    """
    transfers = [(t["payer"], t["payee"], yuan_fen(t["amount_yuan"])) for t in document["transfers"]]
    posted: Sequence[ledger.Entry] = ()
    balances: Counter[str] = Counter()  # fen, of each party with another
    for before, change in zip((None, *changes), changes, strict=False):
        stored = store.entries(connection, identity, change.id)
        wanted: Sequence[ledger.Entry] = ()
        if change.status == states.CONFIRMED:
            wanted = ledger.postings(transfers)
        elif change.status == states.REVOKED and before is not None:
            wanted = ledger.reversal(posted, before.id)
        for entry in stored:
            balances[f"{entry.party} {entry.counterparty}"] += entry.fen
        names_nothing = all(entry.reverses is None for entry in stored)
        # before revision 0002 reversals named no confirmation, and undid earlier reversals too
        if change.status == states.REVOKED and names_nothing and not any(balances.values()):
            wanted = stored
        for place, (entry, expected) in enumerate(zip_longest(stored, wanted)):
            if entry != expected:
                difference = f"{entry or '没有 none'} ≠ {expected or '没有 none'}"
                yield Difference(f"entries {change.id}/{place}", difference)
        posted = stored if change.status == states.CONFIRMED else ()
