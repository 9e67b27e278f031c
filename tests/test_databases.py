"""The databases tests are given: empty, with numbers from the start, and of the declared shape whatever went before."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from tests.databases import EmptiedDatabase, sqlite

A_FACT = (
    "INSERT INTO facts (subject, period, kind, value, document, line, recorded_by, recorded_at)"
    " VALUES ('s', '2020', 'dry', '1', 'd', gen_random_uuid(), 'p', '2020-01-01T00:00:00Z') RETURNING id"
)


def number_of_a_fact(engine: Engine) -> int:
    with engine.begin() as connection:
        return connection.exec_driver_sql(A_FACT).scalar_one()


def test_a_copied_file_is_what_creating_the_tables_makes(tmp_path: Path) -> None:
    created = open_engine(f"sqlite:///{tmp_path / 'created.sqlite'}")
    create_schema(created)
    copied = sqlite(tmp_path / "copied.sqlite")
    shapes = []
    for engine in (created, copied):
        with engine.connect() as connection:
            shapes.append(set(connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_schema")))
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        engine.dispose()
    assert shapes[0] == shapes[1]


@pytest.mark.proof
class TestEmptiedDatabase:
    """The one PostgreSQL database of a worker."""

    def test_it_is_handed_out_empty_with_numbers_from_the_start(self, emptied: EmptiedDatabase) -> None:
        for _ in range(2):
            with emptied.opened() as engine:
                assert [number_of_a_fact(engine), number_of_a_fact(engine)] == [1, 2]

    def test_a_number_taken_by_what_was_rolled_back_is_given_again(self, emptied: EmptiedDatabase) -> None:
        with emptied.opened() as engine, engine.connect() as connection:
            connection.exec_driver_sql(A_FACT)
            connection.rollback()
        with emptied.opened() as engine:
            assert number_of_a_fact(engine) == 1

    def test_a_session_left_open_in_a_transaction_is_ended(self, emptied: EmptiedDatabase) -> None:
        with emptied.opened() as engine:
            left = open_engine(engine.url.render_as_string(hide_password=False))
            connection = left.connect()
            connection.exec_driver_sql(A_FACT)
        with pytest.raises(OperationalError):
            connection.commit()
        connection.close()
        left.dispose()
        with emptied.opened() as engine:
            assert number_of_a_fact(engine) == 1

    def test_evidence_is_refused_to_be_changed_in_the_next_test_too(self, emptied: EmptiedDatabase) -> None:
        for _ in range(2):
            with emptied.opened() as engine:
                number_of_a_fact(engine)
                with pytest.raises(DBAPIError, match="facts is append-only"), engine.begin() as connection:
                    connection.exec_driver_sql("TRUNCATE facts")

    @pytest.mark.parametrize(
        "change",
        [
            "ALTER TABLE facts DROP COLUMN approved_by",
            "ALTER TABLE facts ADD COLUMN further text",
            "ALTER TABLE facts ALTER COLUMN document DROP NOT NULL",
            "ALTER TABLE facts ALTER COLUMN document SET DEFAULT 'none'",
            'ALTER TABLE facts ALTER COLUMN document TYPE text COLLATE "default"',
            "ALTER TABLE facts DROP CONSTRAINT facts_pkey CASCADE",
            "ALTER TABLE facts DISABLE TRIGGER facts_refuses_change",
            "DROP TRIGGER facts_refuses_change ON facts",
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE INDEX further ON facts (document)",
            "CREATE VIEW further AS SELECT * FROM facts",
            "CREATE TABLE further (id integer)",
            "CREATE SCHEMA further",
            "DROP TABLE locks",
            "ALTER DATABASE test SET work_mem = '1MB'",
        ],
    )
    def test_a_database_whose_shape_was_changed_is_made_anew(self, emptied: EmptiedDatabase, change: str) -> None:
        with emptied.opened() as engine:
            before = shape(engine)
            with engine.begin() as connection:
                connection.exec_driver_sql(change)
        with emptied.opened() as engine:
            assert shape(engine) == before
            assert number_of_a_fact(engine) == 1

    def test_so_is_one_whose_every_session_was_ended(self, emptied: EmptiedDatabase) -> None:
        with emptied.opened() as engine, engine.connect() as connection:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
            number_of_a_fact(engine)
        with emptied.opened() as engine:
            assert number_of_a_fact(engine) == 1


def shape(engine: Engine) -> dict[str, object]:
    """What a reader of the database sees of its shape, collected in another way than the code under test does."""
    looked_at = inspect(engine)
    with engine.connect() as connection:
        schemas = set(connection.exec_driver_sql("SELECT schema_name FROM information_schema.schemata").scalars())
        triggers = connection.exec_driver_sql("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal").all()
        function = connection.exec_driver_sql("SELECT prosrc FROM pg_proc WHERE proname = 'refuse_change'").scalar()
        memory = connection.exec_driver_sql("SHOW work_mem").scalar()
    return {
        "tables": sorted(looked_at.get_table_names()),
        "views": looked_at.get_view_names(),
        "columns": [{**column, "type": repr(column["type"])} for column in looked_at.get_columns("facts")],
        "key": looked_at.get_pk_constraint("facts"),
        "indexes": looked_at.get_indexes("facts"),
        "schemas": schemas,
        "triggers": sorted(map(tuple, triggers)),
        "function": function,
        "memory": memory,
    }
