"""The composition root: settings, registry, thresholds, database and clock of one process, put together once.

In: `Settings`. Out: a `Composition` that commands, pages and jobs share. Who writes creates the database when there is
none; who only reads is told that there is none. The registry and the thresholds are imported when they are composed: a
command that needs the database alone (`database_to_read`) does not wait for them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

import monitoring_ingest.access.tables
import monitoring_ingest.coverage.tables
import monitoring_ingest.doors.tables
import monitoring_ingest.schedule.tables
import monitoring_ingest.telegrams.tables  # noqa: F401  all of these declare their tables on the one metadata
import settlement.tables  # noqa: F401  declares its tables on the one metadata
from api.settings import Settings
from basin.errors import NoDatabase
from monitoring_ingest.database.engine import open_engine, open_existing
from monitoring_ingest.database.schema import create_schema, require_schema

if TYPE_CHECKING:
    from basin.registry import Registry
    from monitoring_ingest.quality.settings import Tests

IN_MEMORY = "sqlite://"

def utc_now() -> datetime:
    """The current instant. Nothing else in the program reads the clock: everybody is handed this function."""
    return datetime.now(UTC)


def bundled_tests() -> Tests:
    """The thresholds of quality control as they ship."""
    from monitoring_ingest.quality.settings import declared_tests

    return declared_tests()


@dataclass(frozen=True)
class Composition:
    """What a process works with; `now` is its only clock."""

    settings: Settings
    registry: Registry
    engine: Engine
    tests: Tests = field(default_factory=bundled_tests)
    now: Callable[[], datetime] = utc_now


def collect_seldom() -> None:
    """Look for garbage a hundred times less often than Python does by itself.

    A settlement makes a great many small records that live as long as its document and hold no cycles; looking through
    them again and again costs more than making them.
    """
    gc.set_threshold(100_000, 20, 100)


def compose(settings: Settings) -> Composition:
    """The registry, each agreement checked when it is used, and the database, created when there is none.

    Raises
    ------
    HengjieError : a declared file that cannot be used, or a database that is not supported.
    """
    registry, tests = _declared(settings)
    return Composition(settings, registry, database(settings), tests)


def compose_checked(settings: Settings) -> Composition:
    """As `compose`, with every agreement checked now, and a database of an earlier revision upgraded.

    What serves for weeks must not stop at the first use of an agreement that cannot be used.
    """
    registry, tests = _declared(settings)
    registry.checked()
    engine = open_engine(settings.url)
    create_schema(engine)
    return Composition(settings, registry, engine, tests)


def compose_to_read(settings: Settings) -> Composition:
    """As `compose`, over a database that is there.

    Raises
    ------
    NoDatabase : there is none; nothing is created.
    """
    registry, tests = _declared(settings)
    return Composition(settings, registry, database_to_read(settings), tests)


def compose_to_try(settings: Settings) -> Composition:
    """As `compose_to_read`; over an empty database in memory where there is none: a file can be tried before any."""
    try:
        return compose_to_read(settings)
    except NoDatabase:
        registry, tests = _declared(settings)
        return Composition(settings, registry, database(replace(settings, database_url=IN_MEMORY)), tests)


def database(settings: Settings) -> Engine:
    """The database with its schema, both created when there is none.

    Raises
    ------
    HengjieError : it is not supported, is of another revision, or cannot be used.
    """
    engine = open_engine(settings.url)
    require_schema(engine)
    return engine


def database_to_read(settings: Settings) -> Engine:
    """The database for a command that only reads.

    Raises
    ------
    NoDatabase : there is none; it says where it looked.
    """
    engine = open_existing(settings.url)
    require_schema(engine)
    return engine


def _declared(settings: Settings) -> tuple[Registry, Tests]:
    """The registry and the thresholds; the messages of both are the registry's."""
    from basin.registry import declared_registry
    from monitoring_ingest.quality.settings import FILE, declared_tests, files_in

    collect_seldom()
    registry = declared_registry(settings.extra)
    messages = list(registry.messages)
    tests = declared_tests((FILE, *files_in(settings.extra)), registry.network, messages)
    return replace(registry, messages=tuple(messages)), tests
