"""The composition root: settings, registry and database of one process, put together once.

In: `Settings`. Out: a `Composition` that commands, pages and jobs share. The schema is created here when it is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

import monitoring_ingest.coverage.tables  # noqa: F401  as the next one, declares its tables on the one metadata
import settlement.tables  # noqa: F401
from api.settings import Settings
from basin.registry import Registry, load_registry
from monitoring_ingest.database import create_schema, open_engine


@dataclass(frozen=True)
class Composition:
    """What a process works with."""

    settings: Settings
    registry: Registry
    engine: Engine


def compose(settings: Settings) -> Composition:
    """Everything declared loaded and checked, the database open and its schema there.

    Raises
    ------
    HengjieError : a declared file that cannot be used, or a database that is not supported.
    """
    registry = load_registry(settings.extra)
    engine = open_engine(settings.url)
    create_schema(engine)
    return Composition(settings, registry, engine)
