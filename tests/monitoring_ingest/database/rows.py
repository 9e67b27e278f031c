"""What is in a database, as plain rows, to be compared with another one."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Engine, inspect

from settlement.statement.canonical import digest

Rows = dict[str, list[tuple[Any, ...]]]


def every_row(engine: Engine, *, without: tuple[str, ...] = ("alembic_version",)) -> Rows:
    """The rows of every table, in an order of their own; columns by name, for they may stand in another order."""
    with engine.connect() as connection:
        return {t: _rows(connection, t) for t in inspect(connection).get_table_names() if t not in without}


def _rows(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    names = _names(connection, table)
    listed = ", ".join(f'"{name}"' for name in names)
    rows = connection.exec_driver_sql(f'SELECT {listed} FROM "{table}"').all()
    return sorted((tuple(row) for row in rows), key=repr)


def column_names(engine: Engine, table: str) -> list[str]:
    """The names of the columns of a table, in the order of `every_row`."""
    with engine.connect() as connection:
        return _names(connection, table)


def _names(connection: Connection, table: str) -> list[str]:
    return sorted(column["name"] for column in inspect(connection).get_columns(table))


def digests(engine: Engine) -> dict[str, tuple[str, str]]:
    """The stored digest of every settlement and assessment, and the digest of its document computed anew."""
    with engine.connect() as connection:
        listed = [
            row
            for table in ("settlements", "assessments")
            for row in connection.exec_driver_sql(f"SELECT id, digest, document FROM {table}")
        ]
    return {identity: (stored, digest(_document(text))) for identity, stored, text in listed}


def _document(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document
