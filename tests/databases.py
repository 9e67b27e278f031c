"""Empty databases for tests: a copied SQLite file, and one PostgreSQL database that is emptied after every test.

In: a file or a running server. Out: engines on a database with all its tables, no rows, and numbers that begin at 1.
Creating the tables anew takes longer than most tests; so does a new PostgreSQL database. A database whose shape a test
changed is dropped and made anew, so no test can see what an earlier test did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import monitoring_ingest.access.tables
import monitoring_ingest.coverage.tables
import monitoring_ingest.doors.tables
import monitoring_ingest.quality.tables
import monitoring_ingest.schedule.tables
import monitoring_ingest.telegrams.tables  # noqa: F401  all of these declare their tables on the one metadata
import settlement.people.tables
import settlement.tables  # noqa: F401  both declare their tables on the one metadata
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema

# The kinds of database that a test is given: `make quick` runs it on SQLite only, `make test` on both.
KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.proof))
TEMPLATE = "template"  # the PostgreSQL database that others are copied from


def sqlite(file: Path, content: bytes | None = None) -> Engine:
    """A SQLite database with its tables in a new file: empty, or with what `written` returned."""
    file.write_bytes(_sqlite_template() if content is None else content)
    return open_engine(f"sqlite:///{file}")


def written(fill: Callable[[Engine], object]) -> bytes:
    """The file of a SQLite database that `fill` filled, for many tests to begin with."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "written.sqlite"
        engine = sqlite(file)
        fill(engine)
        engine.dispose()  # the last connection writes its log back into the file
        return file.read_bytes()


@cache
def _sqlite_template() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite"
        engine = open_engine(f"sqlite:///{file}")
        create_schema(engine)
        engine.dispose()
        return file.read_bytes()


def make_template(server: Engine) -> None:
    """Create the database that those of the tests are copied from."""
    run(server, f"CREATE DATABASE {TEMPLATE}")
    engine = database(server, TEMPLATE)
    create_schema(engine)
    engine.dispose()


def run(engine: Engine, *statements: str) -> None:
    """Execute statements, each by itself."""
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def database(server: Engine, name: str) -> Engine:
    """An engine on one database of a server."""
    return open_engine(server.url.set(database=name).render_as_string(hide_password=False))


class EmptiedDatabase:
    """One PostgreSQL database for many tests, one after another; every test gets it empty.

    Parameters
    ----------
    server : an engine that commits every statement, on another database of the server.
    name : of the database; it is created here.
    """

    def __init__(self, server: Engine, name: str) -> None:
        self._server = server
        self._name = name
        self._create()

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        """An engine on the empty database; what is left in it is removed at the end."""
        engine = database(self._server, self._name)
        try:
            yield engine
        finally:
            engine.dispose()
            if not self._emptied():
                self.drop()
                self._create()

    def drop(self) -> None:
        """Drop the database, whoever is connected to it."""
        self._inside.dispose()
        run(self._server, f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def _create(self) -> None:
        run(self._server, f"CREATE DATABASE {self._name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        self._inside = database(self._server, self._name).execution_options(isolation_level="AUTOCOMMIT")
        with self._inside.connect() as connection:
            filled = list(connection.exec_driver_sql(_TABLES_WITH_PAGES).scalars())
            self._shape_query = "\nUNION ALL ".join([_SHAPE, *(f"SELECT t::text FROM {table} t" for table in filled)])
            self._empty = _EMPTY.replace("{filled}", ", ".join(f"'{table}'" for table in ["", *filled]))
            self._shape = set(connection.exec_driver_sql(self._shape_query).scalars())

    def _emptied(self) -> bool:
        """Whether the database could be emptied, its shape being as it was created."""
        try:
            with self._inside.connect() as connection:
                connection.exec_driver_sql(_END_OTHER_SESSIONS)
                if set(connection.exec_driver_sql(self._shape_query).scalars()) != self._shape:
                    return False
                connection.exec_driver_sql(self._empty)
                return True
        except OperationalError:  # a test may have ended this session, too
            return False


# A session that does something is waited for [ms]; one that is idle is only ending already, and waiting takes 100 ms.
_END_OTHER_SESSIONS = """
SELECT pg_terminate_backend(pid, CASE state WHEN 'idle' THEN 0 ELSE 10000 END) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""

_TABLES_WITH_PAGES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"""

# What a test could change but rows: tables, columns, defaults, keys, indexes, triggers, functions, views, settings.
_SHAPE = """
SELECT concat_ws(' ', relname, relkind, reloptions) FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attidentity)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT concat_ws(' ', adrelid::regclass, adnum, pg_get_expr(adbin, adrelid)) FROM pg_attrdef
UNION ALL
SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT concat_ws(' ', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT definition FROM pg_views WHERE schemaname = 'public'
UNION ALL
SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%'
UNION ALL
SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting"""

# The triggers that protect evidence refuse TRUNCATE; in the role of a replica no trigger fires.
_EMPTY = """
DO $$
DECLARE written text;
BEGIN
  SET LOCAL session_replication_role = replica;
  SELECT string_agg(oid::regclass::text, ', ') INTO written FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
  AND relname NOT IN ({filled});
  IF written IS NOT NULL THEN
    EXECUTE 'TRUNCATE ' || written || ' CASCADE';
  END IF;
  PERFORM setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences
  WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$"""
