"""The revisions of the schema (结构版本): a baseline, then one file for each change, in literal SQL for both databases.

In: a connection whose transaction is open. Out: the schema one revision later, or one earlier. A revision imports no
table module, so it does the same in ten years, whatever the tables are called by then. Alembic puts the files in order
by `revision` and `down_revision`; which of them a database still needs is decided in `database.schema`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection

FOLDER = Path(__file__).parent
FILES = "r[0-9][0-9][0-9][0-9]_*.py"
BASELINE = "0001"


def revision_ids() -> list[str]:
    """The identities of all revisions, oldest first: the four digits in the names of their files."""
    return sorted(file.name[1:5] for file in FOLDER.glob(FILES))


def upgrades(kind: str) -> list[str]:
    """What the revisions after the baseline execute on a kind of database, the oldest first."""
    modules = [import_module(f"{__name__}.{file.stem}") for file in sorted(FOLDER.glob(FILES))]
    return [module.UPGRADE[kind] for module in modules if hasattr(module, "UPGRADE")]


def execute(connection: Connection, statements: str) -> None:
    """Execute statements that are separated by blank lines; a trigger has semicolons of its own."""
    for statement in statements.strip().split("\n\n"):
        connection.exec_driver_sql(_literal(connection, statement))


def _literal(connection: Connection, statement: str) -> str:
    """A statement as the driver takes it: psycopg reads a single % as the place of a parameter."""
    return statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement
