"""The composition root: settings, registry, thresholds, database and clock of one process, put together once.

In: `Settings`. Out: a `Composition` that commands, pages and jobs share. Who writes creates the database when there is
none; who only reads is told that there is none. Registry and thresholds are imported when they are asked for: a
command that needs the database alone (`database_to_read`) does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine

import monitoring_ingest.access.tables
import monitoring_ingest.coverage.tables
import monitoring_ingest.doors.tables
import monitoring_ingest.quality.tables
import monitoring_ingest.schedule.tables
import monitoring_ingest.telegrams.tables  # noqa: F401  all of these declare their tables on the one metadata
import settlement.people.tables
import settlement.tables  # noqa: F401  both declare their tables on the one metadata
from api.settings import Settings
from basin.errors import NoDatabase
from monitoring_ingest.database.engine import open_engine, open_existing
from monitoring_ingest.database.schema import create_schema, require_schema

if TYPE_CHECKING:
    from basin.registry import Registry
    from monitoring_ingest.quality.settings import Tests
    from settlement.people.proposals import Desk

IN_MEMORY = "sqlite://"


def utc_now() -> datetime:
    """The current instant. Nothing else in the program reads the clock: everybody is handed this function."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Thresholds:
    """What quality control tests, and messages of what shadows what in it."""

    tests: Tests
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Composition:
    """What a process works with; `now` is its only clock."""

    settings: Settings
    registry: Registry
    engine: Engine
    now: Callable[[], datetime] = utc_now

    @property
    def desk(self) -> Desk:
        """Where people act."""
        from settlement.people.proposals import Desk

        return Desk(self.engine, self.registry, self.now)

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds of quality control, read when they are first asked for.

        Raises
        ------
        RegisterError : a file of thresholds that cannot be used.
        """
        from monitoring_ingest.quality.settings import FILE, declared_tests, files_in

        messages: list[str] = []
        tests = declared_tests((FILE, *files_in(self.settings.extra)), self.registry.network, messages)
        return Thresholds(tests, tuple(messages))


def compose(settings: Settings) -> Composition:
    """The registry, each agreement checked when it is used, and the database, created when there is none.

    Raises
    ------
    HengjieError : a declared file that cannot be used, or a database that is not supported.
    """
    return Composition(settings, _registry(settings), database(settings))


def compose_checked(settings: Settings) -> Composition:
    """As `compose`, with every agreement and threshold checked now, and a database of an earlier revision upgraded.

    What serves for weeks must not stop at the first use of an agreement that cannot be used.
    """
    registry = _registry(settings).checked()
    engine = open_engine(settings.url)
    create_schema(engine)
    composition = Composition(settings, registry, engine)
    composition.thresholds  # noqa: B018  read and checked by asking for them
    return composition


def compose_to_read(settings: Settings) -> Composition:
    """As `compose`, over a database that is there.

    Raises
    ------
    NoDatabase : there is none; nothing is created.
    """
    return Composition(settings, _registry(settings), database_to_read(settings))


def compose_to_try(settings: Settings) -> Composition:
    """As `compose_to_read`; over an empty database in memory where there is none: a file can be tried before any."""
    try:
        return compose_to_read(settings)
    except NoDatabase:
        return Composition(settings, _registry(settings), database(replace(settings, database_url=IN_MEMORY)))


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


def _registry(settings: Settings) -> Registry:
    from basin.registry import declared_registry

    return declared_registry(settings.extra)
