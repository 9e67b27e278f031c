"""The schema before there were revisions: 28 tables, their indexes, and the triggers that refuse to change evidence.

The SQL is in the files beside this one. A database that was created without revisions and has exactly this schema is
taken on as it is (`database.schema`).
"""

from __future__ import annotations

from sqlalchemy import Connection

from basin.errors import Refused
from monitoring_ingest.database.revisions import FOLDER, execute

revision = "0001"
down_revision = None

# Who refers to a table is dropped before it.
TABLES = (
    "entries", "telegram_receipts", "statuses", "receipts", "obligations", "submission_files", "settlements", "reviews",
    "quality_tests", "telegram_refusals", "telegram_frames", "submissions", "source_answers", "runs", "receipt_rows",
    "readings", "quality_runs", "quality_due", "observations", "locks", "idempotency_keys", "flags", "filled_slots",
    "facts", "assessments", "alarms", "agreement_texts", "access_keys",
)  # fmt: skip


def upgrade(connection: Connection) -> None:
    """Create every table, index and trigger."""
    execute(connection, statements(connection.dialect.name))


def statements(dialect: str) -> str:
    """The SQL that creates the schema, as text."""
    return (FOLDER / f"r0001_baseline.{dialect}.sql").read_text(encoding="utf-8")


def downgrade(connection: Connection) -> None:
    """Drop everything from a database without rows.

    Raises
    ------
    Refused : a table has rows; there is no schema below this one that could keep them.
    """
    for table in TABLES:
        if connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first() is not None:  # nosec  # a name of this file
            zh = f"表 {table} 有数据，退到 0001 以下会全部丢失"
            en = f"table {table} has rows, and below 0001 all are lost"
            raise Refused(zh, en, remedy="最低退到 0001；要换到空库，另建一个数据库")
    for table in TABLES:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION refuse_change()")
