"""What SQLite and PostgreSQL write differently in a statement: instants, seconds of them, texts, members of JSON.

In: types and expressions of SQLAlchemy. Out: the same, compiled for either database. No connection is opened here.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    Text,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from basin.errors import UsageError

INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"  # fixed width, so that text sorts by time


class Instant(TypeDecorator[datetime]):
    """An instant in UTC: ``TIMESTAMPTZ`` on PostgreSQL, ISO text of fixed width on SQLite. Naive times are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise UsageError("时刻没有时区", f"an instant without a zone: {value}", remedy="使用带时区的时刻")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.strftime(INSTANT_FORMAT)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return datetime.strptime(value, INSTANT_FORMAT).replace(tzinfo=UTC)
        return None if value is None else value.astimezone(UTC)


class seconds(FunctionElement[int]):  # noqa: N801  named like the function of SQL it stands for
    """A stored instant as whole seconds since 1970, for arithmetic in a query."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"unixepoch({compiler.process(element.clauses, **options)})"


@compiles(seconds, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


class json_member(FunctionElement[str]):  # noqa: N801
    """A list or map inside a JSON object that is stored as text, as JSON text: `json_member(column, name)`."""

    type = Text()
    inherit_cache = True


@compiles(json_member, "sqlite")
def _json_member_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, name = (compiler.process(part, **options) for part in element.clauses)
    return f"json_extract({column}, '$.' || {name})"


@compiles(json_member, "postgresql")
def _json_member_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, name = (compiler.process(part, **options) for part in element.clauses)
    return f"(CAST({column} AS json) ->> {name})"


class Texts(TypeDecorator[Collection[str]]):
    """Several texts as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        listed = list(value or ())
        return listed if dialect.name == "postgresql" else json.dumps(listed)


class one_of(FunctionElement[bool]):  # noqa: N801
    """``column IN (…)`` of any number of texts, with one statement whatever their number: `one_of(column, texts)`."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str], texts: Collection[str]) -> None:
        super().__init__(column, bindparam(None, texts, type_=Texts(), unique=True))

    def self_group(self, against: Any = None) -> Any:
        """The condition as it stands: SQLAlchemy would append ``= 1`` for SQLite, which then uses no index."""
        return self


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({texts})))"  # nosec  # SQL that SQLAlchemy compiled


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} = ANY({texts}))"
