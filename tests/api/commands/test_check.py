"""`hengjie check`: everything that is stored made again, over a database that somebody changed by hand."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.composition import Composition
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from settlement import store
from settlement.statement.engine_version import as_made_by
from tests.api import makers


@pytest.fixture
def filled(world, tmp_path, monkeypatch) -> Composition:
    monkeypatch.setenv("HENGJIE_DATA", str(tmp_path))
    engine = open_engine(f"sqlite:///{tmp_path / 'hengjie.sqlite'}")
    create_schema(engine)
    here = makers.fill(makers.composed(engine, world))
    yield here
    here.engine.dispose()


def check(*options: str) -> Result:
    return CliRunner().invoke(main, ["check", "--with", str(makers.FIXTURES), *options])


def test_what_is_stored_holds(filled):
    result = check()
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("都相符 all hold\n")


def test_the_first_row_that_differs_is_named_and_triggers_are_missed(filled):
    with filled.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER obligations_refuses_UPDATE")
        connection.exec_driver_sql("UPDATE obligations SET fen = fen + 1 WHERE ordinal = 0")
    result = check()
    assert result.exit_code == 1
    assert "✗ 少了 1 个" in result.stdout and "✗ obligations " in result.stdout
    told = json.loads(check("--json").stdout)
    assert (told["triggers_missing"], told["failed"]) == (1, 1)
    assert told["difference"]["row"].startswith("obligations ")


def test_what_an_earlier_version_made_differently_is_not_said_to_hold(filled):
    with filled.engine.begin() as connection:
        newest = store.settlements(connection)[0]
        document = store.settlement(connection, newest["id"])
        old = as_made_by({**document, "title": "另一份"}, "1")
        text = filled.registry.agreements[newest["agreement"]].text
        as_of = datetime.fromisoformat(old["as_of"])
        before = len(store.settlements(connection))
        store.keep_settlement(connection, old, text, as_of, as_of)
    result = check()
    assert result.exit_code == 0, result.output
    assert "1 份结算无从核对 settlements cannot be told" in result.stdout and "all hold" not in result.stdout
    told = json.loads(check("--json").stdout)
    assert told["otherwise"][0]["row"] == f"settlements {old['id']}"
    assert told["settlements"] == before
