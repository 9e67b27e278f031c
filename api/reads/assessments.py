"""Assessments as lists show them, and who may read one.

In: a connection, the registry, who reads and what was asked for. Out: headers, the newest first. Nothing is written
here.
"""

from __future__ import annotations

from sqlalchemy import Connection

from api.reads import declared
from api.reads.filters import within
from api.reads.reader import Reader
from basin.registry import Registry
from settlement import store
from settlement.statement.rows import AssessmentHeader


def assessments(
    connection: Connection, registry: Registry, reader: Reader, basin: str | None, period: str | None
) -> list[AssessmentHeader]:
    """The assessments that may be read, of one basin or inside one period; None asks for all.

    Raises
    ------
    UnknownCode : no such basin. UsageError : no period. Refused : the assessments of that basin may not be read.
    """
    declared.known(registry, basin=basin)
    reader.refuse_assessment(basin)
    return within(read_by(reader, store.assessments(connection, basin=basin)), period)


def read_by(reader: Reader, headers: list[AssessmentHeader]) -> list[AssessmentHeader]:
    """The assessments that somebody may read."""
    return [header for header in headers if reader.basin(header["basin"])]


def refuse_unreadable(connection: Connection, reader: Reader, identity: str) -> None:
    """Refuse an assessment that may not be read, before its document is.

    Raises
    ------
    NotFound : no such assessment. NotSignedIn, Refused : it may not be read.
    """
    if not reader.reads_all:
        reader.refuse_assessment(store.assessed_basin(connection, identity))
