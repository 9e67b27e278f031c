"""From files to receipts, on both databases: repeats, revisions, conflicts, unknown names, kills."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select

from basin.errors import UsageError
from basin.network import load_network
from basin.registry import BUNDLED
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.doors import files as submissions
from monitoring_ingest.doors.files import INBOX, NATIONAL_RELEASE, READINGS, accept_known, ingest
from monitoring_ingest.readings.messages import MESSAGES
from monitoring_ingest.readings.receipts import ROW_FIELDS
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store, tables
from tests.clocks import stopped
from tests.databases import sqlite
from tests.monitoring_ingest.makers import NOW, csv, fates, network, original, release, sent, stored_set

KEY = "qiaotou,2020-07-01 08:00,nh3n"
LATER = NOW + timedelta(days=1)


def values(engine: Engine) -> list[tuple[object, ...]]:
    """(value, revision) of everything observed, oldest first."""
    return sorted(((row[3], row[5]) for row in stored_set(engine)), key=lambda pair: pair[1])


class TestReceipts:
    """Every row not accepted is on the receipt, with its line, its fate and words."""

    def test_a_receipt_counts_every_row_and_explains_those_not_accepted(self, engine):
        receipt = sent(
            engine,
            f"{KEY},0.2,mg/L,正常",
            f"{KEY},0.2,mg/L,正常",
            f"{KEY},0.3,mg/L,正常",
            "nobody,2020-07-01 08:00,nh3n,0.2,mg/L,",
            "qiaotou,2020-07-01 08:00,tp,高,mg/L,",
            "qiaotou,2020-07-01 08:00,tn,--,mg/L,极值过滤",
            "qiaotou,2020-07-01 08:00,chla,*,mg/L,",
        ).document()
        assert receipt["counts"] == {
            "accepted": 1, "duplicate": 1, "revised": 0, "quarantined": 2, "rejected": 1, "withheld": 1, "absent": 1,
        }  # fmt: skip
        assert [(row["row"], row["field"], row["code"], row["value"], row["fate"]) for row in receipt["rows"]] == [
            (3, "value", "duplicate", "0.2", "duplicate"),
            (4, "value", "conflict", "0.3", "quarantined"),
            (5, "station", "unknown_station", "nobody", "quarantined"),
            (6, "value", "unreadable_number", "高", "rejected"),
            (7, "mark", "withheld", "极值过滤", "withheld"),
            (8, "value", "not_equipped", "*", "absent"),
        ]
        assert all(tuple(row) == ROW_FIELDS and row["file"] == "a.csv" for row in receipt["rows"])
        assert receipt["rows"][1]["message_zh"] == MESSAGES["conflict"].zh
        assert (receipt["id"], receipt["door"], receipt["name"], receipt["state"]) == (1, READINGS, "a.csv", "complete")

    def test_the_stored_receipt_is_the_one_returned(self, engine):
        returned = sent(engine, f"{KEY},高,mg/L,")
        with engine.connect() as connection:
            assert history.receipt(connection, returned.id, LATER).document() == returned.document()

    def test_a_file_without_rows_is_complete_too(self, engine):
        receipt = sent(engine)
        assert (receipt.state, fates(receipt), receipt.rows) == ("complete", {}, [])

    def test_the_fingerprint_of_one_file_is_its_sha256(self, engine):
        receipt = ingest(engine, network(), [("a.csv", csv())], READINGS, stopped(NOW))
        assert receipt.sha256 == store.sha256(csv())

    def test_several_files_are_one_submission_with_a_count_each(self, engine):
        rows = f"{KEY},0.2,mg/L,", f"{KEY},0.3,mg/L,"
        files = [("a.csv", csv(rows[0])), ("b.csv", csv(rows[1])), ("c.csv", b"?")]
        receipt = ingest(engine, network(), files, READINGS, stopped(NOW)).document()
        counts = [{fate: n for fate, n in file["counts"].items() if n} for file in receipt["files"]]
        assert counts == [{"accepted": 1}, {"revised": 1}, {"rejected": 1}]
        assert receipt["name"] == "a.csv … c.csv (3)"
        assert [(row["file"], row["code"]) for row in receipt["rows"]] == [
            ("b.csv", "revised"),
            ("c.csv", "missing_column"),
        ]
        assert receipt["sha256"] == store.sha256(
            "".join(f"{store.sha256(raw)}  {name}\n" for name, raw in files).encode()
        )

    @pytest.mark.parametrize(
        ("door", "name", "raw", "code"),
        [
            (READINGS, "a.csv", b"\xff\xff", "unreadable_file"),
            (READINGS, "a.csv", b"a,b\n", "missing_column"),
            (NATIONAL_RELEASE, "2020-07-01.json", b"{", "unreadable_file"),
            (NATIONAL_RELEASE, "x.json", release(("安徽省", "桥头", "07-01 08:00", "7", "7", "正常")), "no_date"),
            (INBOX, "x.bin", b"\x00\x01", "unreadable_file"),
            (INBOX, "x.bin", b"\x01\x02", "missing_column"),
        ],
    )
    def test_an_unreadable_file_is_one_rejected_row(self, engine, door, name, raw, code):
        receipt = ingest(engine, network(), [(name, raw)], door, stopped(NOW))
        assert fates(receipt) == {"rejected": 1}
        assert [(row["row"], row["field"], row["code"]) for row in receipt.rows] == [(0, "file", code)]

    @pytest.mark.parametrize(("door", "files"), [("telegram", [("a", b"")]), (READINGS, [])])
    def test_misuse_is_refused_and_leaves_nothing(self, engine, door, files):
        with pytest.raises(UsageError):
            ingest(engine, network(), files, door, stopped(NOW))
        with engine.connect() as connection:
            assert history.submissions(connection, NOW) == []


class TestRepeats:
    """A repeat is a duplicate, a changed value a revision, and a file sent again brings nothing new."""

    @pytest.mark.parametrize(
        ("first", "second", "fate", "expected"),
        [
            ("0.2,mg/L,", "0.2,mg/L,", "duplicate", [(0.2, 1)]),
            ("0.2,mg/L,", "0.20,mg/L,", "duplicate", [(0.2, 1)]),
            ("0.2,mg/L,", "0.3,mg/L,", "revised", [(0.2, 1), (0.3, 2)]),
            ("0.2,mg/L,", "200,ug/L,", "duplicate", [(0.2, 1)]),
            ("0.07,mg/L,", "70.0,ug/L,", "duplicate", [(0.07, 1)]),  # 70 × 0.001 is 0.07 but for its last bit
            ("0.2,mg/L,", "201,ug/L,", "revised", [(0.2, 1), (0.201, 2)]),
            ("0.2,mg/L,", "0.2,mg/L,维护", "revised", [(0.2, 1), (0.2, 2)]),
            ("0.2,mg/L,", "<0.2,mg/L,", "revised", [(0.2, 1), (0.2, 2)]),
            ("0.2,mg/L,", "500,mg/L,", "quarantined", [(0.2, 1)]),
            ("0.2,mg/L,", "高,mg/L,", "rejected", [(0.2, 1)]),
            ("0.2,mg/L,", "-1,mg/L,", "rejected", [(0.2, 1)]),
            ("-1,mg/L,", "-1,mg/L,", "rejected", []),  # and not a duplicate: nothing of it was kept
            ("500,mg/L,", "500,mg/L,", "duplicate", []),
            ("500,mg/L,", "0.2,mg/L,", "accepted", [(0.2, 1)]),
            ("--,mg/L,极值过滤", "0.2,mg/L,", "accepted", [(0.2, 1)]),
        ],
    )
    def test_a_second_sending_for_a_key(self, engine, first, second, fate, expected):
        sent(engine, f"{KEY},{first}")
        assert fates(sent(engine, f"{KEY},{second}", "")) == {fate: 1}
        assert values(engine) == expected

    def test_a_value_may_be_corrected_back(self, engine):
        for value in ("0.2", "0.3"):
            sent(engine, f"{KEY},{value},mg/L,")
        assert fates(sent(engine, f"{KEY},0.2,mg/L,", "")) == {"revised": 1}
        assert values(engine) == [(0.2, 1), (0.3, 2), (0.2, 3)]

    def test_the_same_file_again_does_not_undo_a_later_correction(self, engine):
        for value in ("0.2", "0.3", "0.2"):
            receipt = sent(engine, f"{KEY},{value},mg/L,")
        assert fates(receipt) == {"duplicate": 1}
        assert values(engine) == [(0.2, 1), (0.3, 2)]

    def test_a_conflict_sent_again_is_a_duplicate(self, engine):
        rows = [f"{KEY},0.2,mg/L,", f"{KEY},0.3,mg/L,"]
        assert fates(sent(engine, *rows)) == {"accepted": 1, "quarantined": 1}
        assert fates(sent(engine, *rows)) == {"duplicate": 2}
        assert fates(sent(engine, *rows, "")) == {"duplicate": 2}
        assert values(engine) == [(0.2, 1)]

    @pytest.mark.parametrize(
        ("sent_values", "expected"),
        [
            (["0.2", "0.3", "0.2"], {"accepted": 1, "quarantined": 1, "duplicate": 1}),
            (["0.2", "0.3", "0.3"], {"accepted": 1, "quarantined": 1, "duplicate": 1}),
            (["0.2", "0.3", "0.4"], {"accepted": 1, "quarantined": 2}),
            (["500", "0.2"], {"quarantined": 1, "accepted": 1}),
            (["高", "0.2"], {"rejected": 1, "accepted": 1}),
            (["--", "0.2"], {"absent": 1, "accepted": 1}),
        ],
    )
    def test_several_values_for_one_key_in_one_file(self, engine, sent_values, expected):
        assert fates(sent(engine, *(f"{KEY},{value},mg/L," for value in sent_values))) == expected

    def test_blank_cells_are_stored_once(self, engine):
        rows = [
            f"{KEY},--,mg/L,",
            "qiaotou,2020-07-01 08:00,tp,*,mg/L,",
            "qiaotou,2020-07-01 08:00,tn,--,mg/L,极值过滤",
        ]
        for trailing in ([], [""], ["", ""]):
            assert fates(sent(engine, *rows, *trailing)) == {"absent": 2, "withheld": 1}
        with engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(tables.readings)) == 3

    def test_the_same_rows_through_another_door_are_told_by_their_status(self, engine):
        reply = release(("安徽省", "桥头", "07-01 08:00", "*", original("0.2", "0.200"), "正常"))
        ingest(engine, network(), [("2020-07-01.json", reply)], NATIONAL_RELEASE, stopped(NOW))
        assert fates(sent(engine, f"{KEY},0.2,mg/L,正常")) == {"duplicate": 1}

    def test_the_inbox_reads_either_kind(self, engine):
        reply = release(("安徽省", "桥头", "07-01 08:00", "*", original("0.2", "0.200"), "正常"))
        files = [("2020-07-01.json", reply), ("a.csv", csv(f"{KEY},0.2,mg/L,正常"))]
        assert fates(ingest(engine, network(), files, INBOX, stopped(NOW))) == {
            "accepted": 1,
            "duplicate": 1,
            "absent": 1,
        }


ROWS = [
    f"{station},2020-07-0{day} 08:00,{indicator},{day}.5,{unit},"
    for station in ("qiaotou", "shangyou", "nobody")
    for day in (1, 2)
    for indicator, unit in (("ph", "-"), ("nh3n", "mg/L"))
]


class TestOrderAndRepetition:
    """Where no two rows contradict each other, neither order nor repetition nor the cut into files matters."""

    @settings(max_examples=8, deadline=None)
    @given(order=st.permutations([*ROWS, *ROWS[::3]]), cut=st.integers(0, len(ROWS)), together=st.booleans())
    def test_the_same_rows_give_the_same_observations(self, order, cut, together):
        engine = open_engine("sqlite:///:memory:")
        create_schema(engine)
        files = [("a.csv", csv(*order[:cut])), ("b.csv", csv(*order[cut:]))]
        for batch in [files] if together else [[files[0]], [files[1]]]:
            ingest(engine, network(), batch, READINGS, stopped(NOW))
        found = {
            (station, indicator, value, revision) for station, indicator, _, value, _, revision, _ in stored_set(engine)
        }
        engine.dispose()
        assert found == {
            (station, indicator, float(f"{day}.5"), 1)
            for station in ("qiaotou", "shangyou")
            for day in (1, 2)
            for indicator in ("ph", "nh3n")
        }


FILES = [
    ("1.csv", csv(f"{KEY},0.1,mg/L,", "qiaotou,2020-07-01 08:00,tp,0.01,mg/L,", f"{KEY},0.9,mg/L,")),
    ("2.csv", csv(f"{KEY},0.2,mg/L,", "新站,2020-07-01 08:00,nh3n,0.2,mg/L,")),
    ("3.csv", csv(f"{KEY},0.1,mg/L,", "qiaotou,2020-07-02 08:00,tp,--,mg/L,极值过滤")),
]


def killed_at_commit(url: str, number: int) -> None:
    """Ingest `FILES` one by one in a process of its own that is killed right before its `number`-th commit."""
    child = os.fork()
    if child == 0:
        submissions.ROWS_AT_ONCE = 1
        engine, commits = open_engine(url), iter(range(1, 99))

        @event.listens_for(engine, "commit")
        def kill(_connection: object) -> None:
            if next(commits) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            ingest(engine, network(), FILES, READINGS, stopped(NOW))
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.proof
class TestKills:
    """Killed anywhere and run again, a submission ends where an undisturbed one does."""

    # The commits: 1 the submission, 2 … 4 the three files, 5 the readings of names known by now, 6 the lease.
    @pytest.mark.parametrize(
        ("commit", "taken_in", "state"),
        [(2, 0, "interrupted"), (3, 1, "interrupted"), (4, 2, "interrupted"), (5, 3, "complete"), (6, 3, "complete")],
    )
    def test_a_kill_and_a_rerun_end_like_an_undisturbed_run(self, engine, tmp_path, commit, taken_in, state):
        killed_at_commit(engine.url.render_as_string(hide_password=False), commit)
        with engine.connect() as connection:
            (left,) = history.submissions(connection, NOW)
        assert (left.state, sum(file.counts is not None for file in left.files)) == (state, taken_in)

        assert ingest(engine, network(), FILES, READINGS, stopped(NOW)).state == "complete"
        with engine.connect() as connection:
            assert [each.state for each in history.submissions(connection, NOW)] == ["complete", state]

        undisturbed = sqlite(tmp_path / "undisturbed.sqlite")
        ingest(undisturbed, network(), FILES, READINGS, stopped(NOW))
        assert stored_set(engine) == stored_set(undisturbed)
        assert [value for value, _ in values(engine) if value != 0.01] == [0.1, 0.2, 0.1]
        undisturbed.dispose()

    def test_killed_before_anything_is_stored_it_leaves_nothing(self, engine):
        killed_at_commit(engine.url.render_as_string(hide_password=False), 1)
        with engine.connect() as connection:
            assert history.submissions(connection, NOW) == []

    def test_while_it_is_taken_in_it_is_running(self, engine):
        states, outside = [], open_engine(engine.url.render_as_string(hide_password=False))

        @event.listens_for(engine, "commit")
        def look(_connection: object) -> None:
            with outside.connect() as connection:
                states.extend(each.state for each in history.submissions(connection, NOW))

        sent(engine, f"{KEY},0.1,mg/L,")
        event.remove(engine, "commit", look)
        outside.dispose()
        assert states[0] == "running"


@pytest.fixture(scope="module")
def replies(shared_data: Path) -> list[tuple[str, bytes]]:
    folder = shared_data / "cnemc" / "raw" / "daily"
    return [(file.name, file.read_bytes()) for file in sorted(folder.iterdir())]


@pytest.mark.proof
class TestRealReplies:
    """The 92 replies of the summer of 2020, twice."""

    def test_they_come_in_with_exactly_this_receipt_twice(self, engine, replies):
        known, _ = load_network([BUNDLED])
        first = ingest(engine, known, replies, NATIONAL_RELEASE, stopped(NOW))
        second = ingest(engine, known, replies, NATIONAL_RELEASE, stopped(LATER))
        assert fates(first) == {"accepted": 50_512, "withheld": 1_159, "absent": 47_505}
        assert fates(second) == {"duplicate": 50_512, "withheld": 1_159, "absent": 47_505}
        assert len(second.rows) == 99_176
        self.check_jiekou(engine)

    @staticmethod
    def check_jiekou(engine):
        """街口 is silent until 7 August and has readings on 23 days of August, none on the 24th, one under 维护."""
        with engine.connect() as connection:
            found = store.observations(connection, stations=["jiekou"], indicators=["tp"])
        days = found["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%m-%d")
        assert (days.min(), days.max(), days.nunique(), "08-24" in set(days)) == ("08-08", "08-31", 23, False)
        assert found["status"].value_counts().to_dict() == {"正常": 22, "维护": 1}

    def test_without_the_register_all_of_them_wait(self, engine, replies):
        first = ingest(engine, network(), replies[:3], NATIONAL_RELEASE, stopped(NOW))
        second = ingest(engine, network(), replies[:3], NATIONAL_RELEASE, stopped(LATER))
        count = first.counts["quarantined"]
        assert (count > 1_500, first.counts["accepted"]) == (True, 0)
        assert second.counts["duplicate"] == count
        known, _ = load_network([BUNDLED])
        assert accept_known(engine, known, stopped(datetime(2026, 2, 1, tzinfo=UTC))) == count
