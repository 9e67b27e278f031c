"""The composition root: settings, registry, thresholds and database of one process, put together once.

In: `Settings`. Out: a `Composition` that commands, pages and jobs share. The schema is created here where the
database is empty.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, field, replace

from sqlalchemy import Engine

import monitoring_ingest.access.tables
import monitoring_ingest.coverage.tables
import monitoring_ingest.doors.tables
import monitoring_ingest.schedule.tables
import monitoring_ingest.telegrams.tables  # noqa: F401  all of these declare their tables on the one metadata
import settlement.tables  # noqa: F401  declares its tables on the one metadata
from api.settings import Settings
from basin.registry import Registry, load_registry
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema, require_schema
from monitoring_ingest.quality.settings import FILE, Tests, declared_tests, files_in


@dataclass(frozen=True)
class Composition:
    """What a process works with."""

    settings: Settings
    registry: Registry
    engine: Engine
    tests: Tests = field(default_factory=declared_tests)


def collect_seldom() -> None:
    """Look for garbage a hundred times less often than Python does by itself.

    A settlement makes a great many small records that live as long as its document and hold no cycles; looking through
    them again and again costs more than making them.
    """
    gc.set_threshold(100_000, 20, 100)


def compose(settings: Settings, *, upgrade: bool = False) -> Composition:
    """Everything declared loaded and checked, the database open and its schema there.

    Parameters
    ----------
    upgrade : bring a database of an earlier revision to the newest; otherwise it is refused.

    Raises
    ------
    HengjieError : a declared file that cannot be used, or a database that is not supported.
    """
    collect_seldom()
    registry = load_registry(settings.extra)
    messages = list(registry.messages)
    tests = declared_tests((FILE, *files_in(settings.extra)), registry.network, messages)
    engine = open_engine(settings.url)
    if upgrade:
        create_schema(engine)
    else:
        require_schema(engine)
    return Composition(settings, replace(registry, messages=tuple(messages)), engine, tests)
