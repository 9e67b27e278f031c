"""A proposal (what if): an agreement changed by a file or by single values, priced on the same data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from pathlib import Path

from sqlalchemy import Connection

from basin.agreement import Agreement
from basin.authoring.change import with_changes
from basin.errors import UsageError
from basin.registry import Registry, checked
from basin.written.agreement_files import file_text, tree
from settlement.known import Account, known_of_all, with_unpaid
from settlement.whatif import WhatIf, whatif, whole_years


def proposal(registry: Registry, code: str, changes: Sequence[str], file: Path | None) -> Agreement:
    """The proposed agreement: that of the file, else the one in force, with every ``path=value`` applied.

    Raises
    ------
    UsageError : no change at all, one without ``=``, or a path that leads nowhere.
    AgreementError : what came out is refused by the grammar.
    """
    if not changes and file is None:
        remedy = "加 --set clauses.2.2.cap=5000 或 --with-agreement 草案.yaml"
        raise UsageError("没有说要改什么", "nothing is changed", path="set", remedy=remedy)
    base = registry.agreement(code) if file is None else _of_file(file, registry)
    split = [change.partition("=") for change in changes]
    wrong = next((path for path, sign, _ in split if not sign), None)
    if wrong is not None:
        raise UsageError(f"--set 缺少等号：{wrong}", "no = in --set", path="set", remedy="写成 路径=数值")
    return with_changes(base, [(path.strip(), value.strip()) for path, _, value in split], registry.network)


def _of_file(file: Path, registry: Registry) -> Agreement:
    text = file_text(file)
    return checked(tree(text, file), text, str(file), registry.network)


def answered(
    connection: Connection, registry: Registry, code: str, proposed: Agreement, years: str, as_of: datetime
) -> WhatIf:
    """Both agreements, the one in force and the proposed one, applied to what was known at `as_of`.

    Parameters
    ----------
    code : the agreement in force.
    proposed : the agreement to hold against it.
    years : whole years, as ``2023`` or ``2023..2025``.
    as_of : nothing recorded later counts.

    Raises
    ------
    UsageError : `years` are not whole years, or lie outside the term of one of the two.
    """
    in_force = registry.agreement(code)
    spans = whole_years(years)
    readings = known_of_all(connection, registry.network, (in_force, proposed), spans, as_of)
    ledger = Account(in_force.code, as_of)  # for both: under the proposed one nothing was ever owed
    for agreement, span in product((in_force, proposed), spans):
        readings = with_unpaid(connection, agreement, span, readings, ledger)
    return whatif(in_force, proposed, registry.network, readings, spans)
