"""A stored settlement as it was made: its document, the agreement as it was applied, and what was known then.

In: a connection, the registry and the identity of a settlement. Out: `Applied`, from which an explanation, an evidence
file and the same settlement again are made. The text of an agreement is the one stored with the settlement: the file
may have changed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

import pandas as pd
from sqlalchemy import Connection

from basin import periods
from basin.agreement import Agreement, compiled
from basin.registry import Registry
from basin.written.agreement_files import tree
from settlement import store
from settlement.gathered import LEFT_OUT, Gathered
from settlement.known import Account, gathered, with_unpaid
from settlement.statement.explanation import Explanation, explanation
from settlement.statement.rows import StoredSettlement

AS_SENT = (*LEFT_OUT, "value")


@dataclass(frozen=True)
class Applied:
    """A stored settlement with everything it was made from.

    Attributes
    ----------
    document : as it is stored, with its status of today.
    agreement : the agreement as it was applied.
    readings : what was known at the instant of the settlement; readings left out with the values that were sent.
    """

    document: StoredSettlement
    agreement: Agreement
    readings: Gathered

    @cached_property
    def span(self) -> pd.Period:
        """The period that was settled."""
        return periods.period(self.document["period"])

    @cached_property
    def as_of(self) -> datetime:
        """The instant of the settlement: everything recorded up to it counts, nothing later."""
        return datetime.fromisoformat(self.document["as_of"])


def applied(connection: Connection, registry: Registry, identity: str) -> Applied:
    """The settlement of an identity and what it was made from.

    Raises
    ------
    NotFound : no such settlement.
    """
    document = store.settlement(connection, identity)
    agreement = agreement_as_applied(connection, registry, document["agreement"], document["agreement_sha256"])
    span = periods.period(document["period"])
    account = Account(agreement.code, datetime.fromisoformat(document["as_of"]))
    sections = agreement.reach.sections_in(registry.network)
    between = agreement.window(span)
    readings = gathered(connection, registry.network, sections, between, account.as_of, AS_SENT)
    return Applied(document, agreement, with_unpaid(connection, agreement, span, readings, account))


def agreement_as_applied(connection: Connection, registry: Registry, code: str, sha256: str) -> Agreement:
    """The agreement that a settlement names: the one declared, where its text is still the same.

    Parameters
    ----------
    code : names the file in messages.
    sha256 : the fingerprint of the text that was applied.
    """
    declared = registry.agreements.get(code)
    if declared is not None and declared.sha256 == sha256:
        return declared
    return _compiled(store.agreement_text(connection, sha256), f"{code}.yaml")


@lru_cache(maxsize=64)
def _compiled(text: str, file: str) -> Agreement:
    return compiled(tree(text), text, file)


def explained(connection: Connection, registry: Registry, identity: str, clause: str | None = None) -> Explanation:
    """The tree of a stored settlement, or of one clause of it.

    Parameters
    ----------
    identity : the settlement.
    clause : the ref of one clause; None for all.

    Raises
    ------
    NotFound : no such settlement. UnknownCode : no such clause.
    """
    made = applied(connection, registry, identity)
    return explanation(made.document, made.agreement, registry.network, made.readings, clause)
