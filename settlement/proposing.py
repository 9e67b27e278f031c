"""A proposal (what if): an agreement changed by a file or by single values, priced on the same data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from pathlib import Path

from sqlalchemy import Connection

from basin.agreement import Agreement
from basin.agreement_files import file_text, tree
from basin.authoring.change import with_changes
from basin.errors import UsageError
from basin.registry import Registry, checked
from settlement.gathered import sections_of
from settlement.run import gathered, window, with_unpaid
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
    """Both agreements on what was known at `as_of`."""
    in_force, spans = registry.agreement(code), whole_years(years)
    sections = {section for one in (in_force, proposed) for section in sections_of(one, registry.network)}
    windows = [window(one, span) for one in (in_force, proposed) for span in spans]
    between = min(start for start, _ in windows), max(end for _, end in windows)
    found = gathered(connection, registry.network, sorted(sections), between, as_of)
    for one, span in product((in_force, proposed), spans):  # the ledger is that of the agreement in force for both
        found = with_unpaid(connection, one, span, found, (in_force.code, as_of))
    return whatif(in_force, proposed, registry.network, found, spans)
