"""Keys, leases and slots: what keeps the house running."""

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from basin.errors import NotFound, Refused, UsageError
from monitoring_ingest.access import tables as access_tables
from monitoring_ingest.access.store import access, create_key, keys, revoke_key, rotate_key
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.schema import create_schema, downgrade
from monitoring_ingest.doors.claims_store import claim_request, earlier_answer, give_up, keep_answer
from monitoring_ingest.schedule import tables as schedule_tables
from monitoring_ingest.schedule.processes import lives, this_process
from monitoring_ingest.schedule.store import LEASE, hold, is_held, release
from tests.monitoring_ingest.makers import NOW

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class TestKeys:
    """A key is shown once; what is stored does not open the door."""

    def may(self, engine, secret, now=NOW):
        """(name, stations) of what a secret opens; the refusal where it opens nothing."""
        with engine.connect() as connection:
            try:
                found = access(connection, secret, now)
            except Refused as refused:
                return refused.zh
        return found.name, found.stations and set(found.stations)

    def test_a_key_is_known_by_its_secret(self, engine):
        secret = create_key(engine, "安徽省财政厅", NOW)
        assert self.may(engine, secret) == ("安徽省财政厅", None)
        assert len(secret) >= 43  # 256 bits

    @pytest.mark.parametrize("wrong", ["", "x", "安徽省财政厅"])
    def test_anything_else_is_no_key(self, engine, wrong):
        create_key(engine, "安徽省财政厅", NOW)
        assert self.may(engine, wrong) == "密钥无效"

    def test_the_secret_is_not_stored(self, engine):
        secret = create_key(engine, "a", NOW)
        with engine.connect() as connection:
            (row,) = connection.execute(select(access_tables.access_keys)).all()
        assert secret not in map(str, row)
        assert self.may(engine, row.sha256) == "密钥无效"

    @pytest.mark.parametrize("name", ["taken", "", " "])
    def test_a_name_has_one_key(self, engine, name):
        create_key(engine, "taken", NOW)
        with pytest.raises(UsageError):
            create_key(engine, name, NOW)

    def test_a_key_may_be_for_some_stations_and_until_a_day(self, engine):
        secret = create_key(engine, "a", NOW, ["qiaotou", "utc"], NOW + DAY)
        assert self.may(engine, secret, NOW + DAY - SECOND) == ("a", {"qiaotou", "utc"})
        assert self.may(engine, secret, NOW + DAY) == "密钥已撤销或到期"

    @pytest.mark.parametrize(("stations", "expires"), [([], None), (None, NOW)])
    def test_a_key_good_for_nothing_is_not_made(self, engine, stations, expires):
        with pytest.raises(UsageError):
            create_key(engine, "a", NOW, stations, expires)

    def test_after_a_rotation_both_secrets_are_good_for_a_while(self, engine):
        first = create_key(engine, "a", NOW, ["qiaotou"])
        second = rotate_key(engine, "a", 7 * DAY, NOW)
        assert [self.may(engine, one, NOW + 7 * DAY - SECOND)[0] for one in (first, second)] == ["a", "a"]
        assert [self.may(engine, one, NOW + 7 * DAY)[0] for one in (second,)] == ["a"]
        assert self.may(engine, first, NOW + 7 * DAY) == "密钥无效"

    def test_a_second_rotation_ends_the_first_secret(self, engine):
        secrets = [create_key(engine, "a", NOW), *(rotate_key(engine, "a", DAY, NOW) for _ in range(2))]
        assert [self.may(engine, one) for one in secrets] == ["密钥无效", ("a", None), ("a", None)]

    def test_a_revoked_key_opens_nothing_with_either_secret(self, engine):
        secrets = [create_key(engine, "a", NOW), rotate_key(engine, "a", DAY, NOW)]
        revoke_key(engine, "a", NOW)
        assert [self.may(engine, one) for one in secrets] == ["密钥已撤销或到期"] * 2
        with pytest.raises(Refused, match="已撤销"):
            rotate_key(engine, "a", DAY, NOW)

    def test_a_name_without_a_key_can_be_neither_rotated_nor_revoked(self, engine):
        for change in (lambda: rotate_key(engine, "nobody", DAY, NOW), lambda: revoke_key(engine, "nobody", NOW)):
            with pytest.raises(NotFound):
                change()

    def test_keys_are_listed_without_secrets(self, engine):
        create_key(engine, "b", NOW, ["utc"])
        create_key(engine, "a", NOW, expires_at=NOW + DAY)
        with engine.connect() as connection:
            listed = [(one.name, one.stations, one.expires_at) for one in keys(connection)]
        assert listed == [("a", None, NOW + DAY), ("b", frozenset({"utc"}), None)]

    def test_an_upgrade_keeps_them(self, engine):
        secret = create_key(engine, "a", NOW)
        downgrade(engine, "0001")
        create_schema(engine)
        assert self.may(engine, secret) == ("a", None)


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
            connection.execute(schedule_tables.locks.update().values(holder=f"{socket.gethostname()}:{_gone()}:1"))
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

    def test_a_claim_is_had_once_and_answered_for_ever(self, engine):
        assert claim_request(engine, "k", "abc", NOW) is None
        with pytest.raises(Refused) as running:
            claim_request(engine, "k", "abc", NOW)
        assert (running.value.status, int(running.value.headers["Retry-After"]) > 0) == (409, True)
        with writing(engine) as connection:
            keep_answer(connection, "k", "abc", "1", NOW)
            release(connection, "k")
        assert claim_request(engine, "k", "abc", NOW + 9 * DAY) == "1"
        with pytest.raises(Refused) as other:
            claim_request(engine, "k", "xyz", NOW)
        assert other.value.status == 422

    def test_a_claim_given_up_is_free(self, engine):
        claim_request(engine, "k", "abc", NOW)
        give_up(engine, "k")
        assert claim_request(engine, "k", "xyz", NOW) is None

    def test_a_claim_of_a_process_that_died_or_of_long_ago_is_free(self, engine):
        claim_request(engine, "k", "abc", NOW)
        assert claim_request(engine, "k", "abc", NOW + LEASE) is None
        with writing(engine) as connection:
            connection.execute(schedule_tables.locks.update().values(holder=f"{socket.gethostname()}:{_gone()}:1"))
        assert claim_request(engine, "k", "abc", NOW) is None
