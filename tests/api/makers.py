"""The served world of the API tests: invented basins with a month or two of readings, at one instant.

Constant readings, so that every mean can be seen without computing: each indicator keeps its value but where a test
says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from starlette.routing import BaseRoute

from api.app import application
from api.composition import Composition
from api.settings import Settings
from basin.registry import Registry
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.doors.files import READINGS, ingest
from settlement import run
from tests.clocks import stopped
from tests.databases import sqlite
from tests.registries import FIXTURES, with_fixtures

NOW = datetime(2026, 1, 10, tzinfo=UTC)
USUAL = {"ph": "7.5", "do": "8.0", "codmn": "3.5", "nh3n": "0.40", "tp": "0.15"}
UNITS = {"ph": "-"}
HOURS = (0, 4, 8, 12, 16, 20)
XINAN = "xinan-anhui-zhejiang-2018"
HEADER = "station,time,indicator,value,unit,mark"


def registry() -> Registry:
    """The bundled world and the invented one."""
    return with_fixtures()


def row(station: str, time: str, indicator: str, value: str, mark: str = "") -> str:
    """One line of a long CSV."""
    return f"{station},{time},{indicator},{value},{UNITS.get(indicator, 'mg/L')},{mark}"


def month_rows(station: str, month: str, days: int = 28, **changed: str) -> list[str]:
    """Every reading of the first `days` days of a month, six a day, at the usual values but for `changed`."""
    return [
        row(station, f"{month}-{day:02d} {hour:02d}:00", indicator, value)
        for day in range(1, days + 1)
        for hour in HOURS
        for indicator, value in (USUAL | changed).items()
    ]


def send(here: Composition, rows: Iterable[str], name: str = "readings.csv", now: datetime = NOW) -> int:
    """Ingest rows as one submission; its identity."""
    content = "\n".join([HEADER, *rows, ""]).encode()
    return ingest(here.engine, here.registry.network, [(name, content)], READINGS, stopped(now)).id


def composed(engine: Engine, world: Registry) -> Composition:
    """The invented world over an empty database that has its tables."""
    return Composition(Settings(extra=(FIXTURES,)), world, engine)


def filled(world: Registry, folder: Path) -> Composition:
    """`fill` over a new SQLite database in a folder."""
    return fill(composed(sqlite(folder / "hengjie.sqlite"), world))


def fill(here: Composition) -> Composition:
    """Two months of one border, settled and assessed, and some rows that did not pass."""
    world = here.registry
    send(here, month_rows("demo-qx2", "2025-11"), "november.csv")
    august = [
        *month_rows("demo-qx2", "2025-08", tp="0.25"),
        row("demo-qx2", "2025-08-29 08:00", "tp", "0.11", "维护"),
        row("demo-qx2", "2025-08-29 12:00", "nh3n", "<0.02"),
        row("demo-qx2", "2025-08-30 08:00", "codmn", "9999"),
        row("demo-nowhere", "2025-08-30 08:00", "codmn", "3.0"),
        row("demo-qx2", "2025-08-30 12:00", "codmn", "<script>alert(1)</script>"),
        *month_rows("demo-qx3", "2025-08", codmn="3.0", tp="0.08"),
    ]
    send(here, august, "august.csv")
    for agreement, period in (("demo-monthly-class", "2025-08"), ("demo-monthly-class", "2025-11"), (XINAN, "2020-08")):
        run.settle(here.engine, world, agreement, period, now=NOW)
    run.assess(here.engine, world, "demo-qingxi", "2025", now=NOW)
    return here


@cache
def routes() -> list[BaseRoute]:
    """The routes of the application. They know no composition, and FastAPI prepares each when it is first asked."""
    return application(Composition(Settings(), registry(), open_engine("sqlite://"))).router.routes


def application_of(here: Composition) -> FastAPI:
    """The application over a composition, its routes prepared: this takes longer than most requests of a test."""
    app = application(here)
    app.router.routes[:] = routes()
    return app


def client_of(here: Composition, **options: bool) -> TestClient:
    """A client of the application at the instant `NOW`; used as a context, it closes the database when it ends."""
    return TestClient(application_of(replace(here, now=lambda: NOW)), **options)
