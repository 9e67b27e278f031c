"""Keys, leases and slots: what keeps the house running."""

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from basin.errors import UsageError
from monitoring_ingest import tables
from monitoring_ingest.database import writing
from monitoring_ingest.operations.processes import lives, this_process
from monitoring_ingest.operations.store import (
    LEASE,
    create_key,
    earlier_answer,
    hold,
    is_held,
    keep_answer,
    key_name,
    release,
)
from tests.monitoring_ingest.makers import NOW


class TestKeys:
    """A key is shown once; what is stored does not open the door."""

    def test_a_key_is_known_by_its_secret(self, engine):
        secret = create_key(engine, "安徽省财政厅", NOW)
        assert key_name(engine, secret) == "安徽省财政厅"
        assert len(secret) >= 43  # 256 bits

    @pytest.mark.parametrize("wrong", ["", "x", "安徽省财政厅"])
    def test_anything_else_is_no_key(self, engine, wrong):
        create_key(engine, "安徽省财政厅", NOW)
        assert key_name(engine, wrong) is None

    def test_the_secret_is_not_stored(self, engine):
        secret = create_key(engine, "a", NOW)
        with engine.connect() as connection:
            (row,) = connection.execute(select(tables.access_keys)).all()
        assert secret not in map(str, row)
        assert key_name(engine, row.sha256) is None

    @pytest.mark.parametrize("name", ["taken", "", " "])
    def test_a_name_has_one_key(self, engine, name):
        create_key(engine, "taken", NOW)
        with pytest.raises(UsageError):
            create_key(engine, name, NOW)


class TestLeases:
    """A lease is believed while its process lives and its time lasts."""

    def test_it_is_held_until_it_is_released(self, engine):
        with writing(engine) as connection:
            assert not is_held(connection, "work", NOW)
            hold(connection, "work", NOW)
            assert is_held(connection, "work", NOW)
            release(connection, "work")
            assert not is_held(connection, "work", NOW)

    def test_it_ends_by_time(self, engine):
        with writing(engine) as connection:
            hold(connection, "work", NOW)
            assert is_held(connection, "work", NOW + LEASE - timedelta(seconds=1))
            assert not is_held(connection, "work", NOW + LEASE)

    def test_it_ends_with_its_process(self, engine):
        with writing(engine) as connection:
            hold(connection, "work", NOW)
            connection.execute(tables.locks.update().values(holder=f"{socket.gethostname()}:{_gone()}:1"))
            assert not is_held(connection, "work", NOW)


def _gone() -> int:
    """The id of a process that has ended."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


class TestProcesses:
    """Only a process of this machine can be known to be gone."""

    def test_this_process_lives(self):
        assert lives(this_process())

    def test_a_process_that_ended_does_not(self):
        assert not lives(f"{socket.gethostname()}:{_gone()}:1")

    def test_a_reused_id_is_another_process(self):
        if not Path(f"/proc/{os.getpid()}/stat").exists():
            pytest.skip("this system does not tell when a process started")
        assert not lives(f"{socket.gethostname()}:{os.getpid()}:1")

    def test_one_of_another_machine_is_believed(self):
        assert lives("elsewhere:1:1")


class TestAnswers:
    """A request sent again with its key is told from a different one under the same key."""

    def test_the_first_answer_is_kept_with_the_fingerprint_of_its_request(self, engine):
        with writing(engine) as connection:
            assert earlier_answer(connection, "k") is None
            keep_answer(connection, "k", "abc", '{"id": 1}', NOW)
            assert earlier_answer(connection, "k") == ("abc", '{"id": 1}')
