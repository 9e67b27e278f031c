"""Two databases, one behaviour: evidence refuses change, instants keep their zone, writers queue."""

from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from basin.errors import Unavailable, UsageError
from monitoring_ingest.database.bulk import insert_frame
from monitoring_ingest.database.engine import Instant, metadata, open_engine, read_frame, writing
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.readings.facts import Fact
from monitoring_ingest.records import tables
from monitoring_ingest.records.store import facts, record_fact
from tests.monitoring_ingest.makers import NOW, sent

EVIDENCE = ["submissions", "submission_files", "receipts", "receipt_rows", "readings", "observations", "facts"]
EVERY = sorted(name for name, table in metadata.tables.items() if table.info.get("append_only"))
SOMETHING = {str: "x", int: 1, float: 1.0, bool: True, bytes: b"x"}
MUTABLE = ["locks", "job_runs", "access_keys", "idempotency_keys", "credentials", "sessions"]
A_FACT = Fact("qiaotou", "2020-07", "dry", "1", "水文公报第3号", "某甲", approved_by="某乙")


def with_a_row(connection: Connection, table: Table) -> None:
    """Put some row into a table until the transaction ends: SQLite asks triggers row by row, PostgreSQL of none."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        row = {c.name: NOW if isinstance(c.type, Instant) else SOMETHING[c.type.python_type] for c in table.columns}
        connection.execute(table.insert().values(row))


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """At least one row in every table of evidence."""
    sent(engine, "qiaotou,2020-07-01 08:00,nh3n,0.2,mg/L", "qiaotou,2020-07-01 08:00,nh3n,0.3,mg/L")
    with writing(engine) as connection:
        record_fact(connection, A_FACT, NOW)
    return engine


class TestAppendOnly:
    """What a settlement rests on can be added to, never changed."""

    @pytest.mark.parametrize("table", EVIDENCE)
    @pytest.mark.parametrize("change", ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}"])
    def test_evidence_refuses_to_be_changed(self, filled, table, change):
        statement = change.format(table=table, column=metadata.tables[table].columns.keys()[0])
        with pytest.raises(DBAPIError, match=f"{table} is append-only"), filled.begin() as connection:
            connection.execute(text(statement))

    @pytest.mark.parametrize("name", EVERY)
    def test_no_table_of_evidence_can_be_changed(self, engine, name):
        table = metadata.tables[name]
        changes = [f"DELETE FROM {name}", f"UPDATE {name} SET {table.columns.keys()[0]} = {table.columns.keys()[0]}"]
        for change in [*changes, *([f"TRUNCATE {name} CASCADE"] if engine.dialect.name == "postgresql" else [])]:
            with engine.connect() as connection:
                with_a_row(connection, table)
                with pytest.raises(DBAPIError, match="is append-only"):
                    connection.execute(text(change))

    def test_evidence_of_every_package_is_among_them(self):
        of_each = {"readings", "flags", "alarms", "source_answers", "telegram_frames", "settlements", "entries"}
        assert of_each <= set(EVERY)

    @pytest.mark.parametrize("table", EVIDENCE)
    def test_every_table_of_evidence_has_rows_in_this_test(self, filled, table):
        with filled.connect() as connection:
            assert connection.execute(select(metadata.tables[table])).first() is not None

    def test_so_do_other_words_for_changing(self, filled):
        words = {"sqlite": "REPLACE INTO facts SELECT * FROM facts", "postgresql": "TRUNCATE facts"}
        with pytest.raises(DBAPIError, match="append-only"), filled.begin() as connection:
            connection.execute(text(words[filled.dialect.name]))

    def test_exactly_these_tables_are_evidence(self):
        mine = {name: table.info.get("append_only", False) for name, table in metadata.tables.items()}
        assert {name: mine[name] for name in (*EVIDENCE, *MUTABLE)} == {
            **dict.fromkeys(EVIDENCE, True),
            **dict.fromkeys(MUTABLE, False),
        }


class TestSchema:
    """Creating what is there already changes nothing."""

    def test_creating_it_again_keeps_the_rows(self, filled):
        create_schema(filled)
        with filled.connect() as connection:
            assert [fact.subject for fact in facts(connection)] == ["qiaotou"]

    def test_texts_are_compared_by_code_point(self, engine):
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                column = "column_name, collation_name FROM information_schema.columns"
                found = connection.execute(
                    text(f"SELECT {column} WHERE table_schema = 'public' AND data_type = 'text'")
                )
                assert {collation for _, collation in found} == {"C"}
            listed = "('a'), ('B'), ('乙'), ('甲'), ('-b')"
            connection.execute(text("CREATE TEMPORARY TABLE told AS SELECT station FROM observations"))
            connection.execute(text(f"INSERT INTO told VALUES {listed}"))
            ordered = connection.scalars(text("SELECT station FROM told ORDER BY station")).all()
        assert ordered == sorted(ordered) and len(ordered) == 5

    def test_every_declared_table_is_there(self, engine):
        assert set(EVIDENCE + MUTABLE) <= set(inspect(engine).get_table_names())


class TestEngines:
    """Two databases are supported, others are refused by name."""

    @pytest.mark.parametrize("url", ["mysql://host/db", "mssql://host/db"])
    def test_any_other_database_is_refused(self, url):
        with pytest.raises(UsageError, match="不支持数据库"):
            open_engine(url)

    @pytest.mark.parametrize("url", ["", "somewhere", "postgresql://u:secret@host:port/x"])
    def test_what_is_no_address_is_refused_without_repeating_it(self, url):
        with pytest.raises(UsageError, match="不是数据库地址") as refused:
            open_engine(url)
        assert "secret" not in str(refused.value)

    def test_a_file_that_is_no_database_cannot_be_used(self, tmp_path):
        (tmp_path / "h.sqlite").write_bytes(b"this is no database" * 99)
        with pytest.raises(Unavailable, match="数据库不能使用：file is not a database"):
            create_schema(open_engine(f"sqlite:///{tmp_path / 'h.sqlite'}"))

    def test_a_server_that_does_not_answer_cannot_be_used(self):
        with pytest.raises(Unavailable, match=r"u:\*\*\*@127.0.0.1:1/x: 数据库不能使用：connection failed"):
            create_schema(open_engine("postgresql://u:secret@127.0.0.1:1/x"))

    def test_the_folder_of_a_new_database_is_made(self, tmp_path):
        engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'deep' / 'h.sqlite'}")
        create_schema(engine)
        engine.dispose()
        assert (tmp_path / "var" / "deep" / "h.sqlite").exists()


class TestInstants:
    """An instant comes back as the same instant, whatever zone it was given in."""

    @pytest.mark.parametrize(
        "given",
        [
            datetime(2020, 7, 1, 0, 0, tzinfo=UTC),
            datetime(2020, 7, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))),
            datetime(2020, 7, 1, 0, 0, 0, 123456, tzinfo=UTC),
            datetime(1990, 4, 15, 1, 30, tzinfo=timezone(timedelta(hours=9))),
        ],
    )
    def test_the_same_instant_comes_back_in_utc(self, engine, given):
        with writing(engine) as connection:
            recorded = record_fact(connection, A_FACT, given).fact
        with engine.connect() as connection:
            (found,) = facts(connection)
        assert found == recorded
        assert found.recorded_at == given
        assert found.recorded_at.utcoffset() == timedelta(0)

    def test_a_naive_one_is_refused(self, engine):
        with pytest.raises(Exception, match="时刻没有时区"), writing(engine) as connection:
            record_fact(connection, A_FACT, datetime(2020, 7, 1))


class TestFrames:
    """Frames go in and come out the same on both databases."""

    def test_a_frame_comes_back_as_it_went_in(self, filled):
        rows = pd.DataFrame(
            {
                "submission": [1, 1],
                "file": [0, 0],
                "ordinal": [10, 11],
                "row": [2, 3],
                "field": ["value", '逗号,引号"和\\反斜线\t制表'],
                "code": ["duplicate", "conflict"],
                "value": ["", "0.1"],
                "fate": ["duplicate", "quarantined"],
                "station": [None, "qiaotou"],
                "indicator": [None, "nh3n"],
                "time": pd.to_datetime([None, "2020-07-01T00:00:00Z"]),
            }
        )
        with writing(filled) as connection:
            insert_frame(connection, tables.receipt_rows, rows)
        query = select(*(tables.receipt_rows.c[name] for name in rows)).where(tables.receipt_rows.c.ordinal >= 10)
        with filled.connect() as connection:
            found = read_frame(connection, query.order_by(tables.receipt_rows.c.ordinal))
        assert found["field"].tolist() == rows["field"].tolist()
        assert found["station"].tolist() == [None, "qiaotou"]
        assert found["time"].tolist() == rows["time"].tolist()
        assert str(found["time"].dtype) == "datetime64[ns, UTC]"

    def test_an_empty_frame_is_no_work(self, engine):
        with writing(engine) as connection:
            insert_frame(connection, tables.facts, pd.DataFrame(columns=["id"]))
            assert read_frame(connection, select(tables.facts)).empty
