"""Given out and taken in again, readings are what they were."""

import io
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from basin.sources import Source
from monitoring_ingest.database.engine import open_engine
from monitoring_ingest.database.schema import create_schema
from monitoring_ingest.doors.declared import source_door
from monitoring_ingest.doors.files import NATIONAL_RELEASE, READINGS, ingest
from monitoring_ingest.exports import csv_text, long_readings, wide_readings, with_flags, with_missing_slots
from monitoring_ingest.formats.laboratory import COLUMNS
from monitoring_ingest.formats.spreadsheet_cells import no_formula
from monitoring_ingest.quality.decisions import decision
from monitoring_ingest.quality.reviewing import decide, uphold
from monitoring_ingest.quality.running import run
from monitoring_ingest.quality.store import queue
from monitoring_ingest.readings.frames import Key
from monitoring_ingest.records.store import observations
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, fates, network, original, release, rows_of, sent, stored_set, xlsx

MEASURED = ("pH(无量纲)", "氨氮(mg/L)", "总磷(mg/L)", "总氮(mg/L)")
REMOVAL = {"reason": "maintenance", "document": "维修单", "proposed_by": "张三", "approved_by": "李四"}
UPHELD = REMOVAL | {"reason": "not_confirmed"}
WITHHELD = "<span title='极值过滤'>--</span>"
REPLY = release(
    ("安徽省", "桥头", "07-01 08:00", original("7.512", "7.51"), original("0.26", "0.260"), WITHHELD, "*", "维护"),
    ("浙江省", "桥头", "07-01 08:00", "--", original("1E-05", "0.00001"), "*", "*", "正常"),
    measured=MEASURED,
)


@pytest.fixture
def filled(engine):
    ingest(engine, network(), [("2020-07-01.json", REPLY)], NATIONAL_RELEASE, stopped(NOW))
    sent(engine, "utc,2020-07-01 08:00,nh3n,<25,ug/L,", "nobody,2020-07-01 08:00,nh3n,25,ug/L,")
    return engine


def text(frame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


class TestLong:
    """The long CSV carries everything: values as sent, marks, states, blank cells."""

    def test_everything_known_stations_sent_is_in_it(self, filled):
        with filled.connect() as connection:
            assert text(long_readings(connection, network())) == (
                "station,time,indicator,value,unit,mark\n"
                "qiaotou,2020-07-01T08:00:00+08:00,nh3n,0.26,mg/L,维护\n"
                "qiaotou,2020-07-01T08:00:00+08:00,ph,7.512,无量纲,维护\n"
                "qiaotou,2020-07-01T08:00:00+08:00,tn,*,mg/L,维护\n"
                "qiaotou,2020-07-01T08:00:00+08:00,tp,--,mg/L,极值过滤|维护\n"
                "qiaotou-zj,2020-07-01T08:00:00+08:00,nh3n,1E-05,mg/L,正常\n"
                "qiaotou-zj,2020-07-01T08:00:00+08:00,ph,--,无量纲,正常\n"
                "qiaotou-zj,2020-07-01T08:00:00+08:00,tn,*,mg/L,正常\n"
                "qiaotou-zj,2020-07-01T08:00:00+08:00,tp,*,mg/L,正常\n"
                "utc,2020-07-01T08:00:00+00:00,nh3n,<25,ug/L,\n"
            )

    def test_read_in_again_every_row_is_a_duplicate(self, filled):
        with filled.connect() as connection:
            exported = text(long_readings(connection, network())).encode()
        receipt = ingest(filled, network(), [("again.csv", exported)], READINGS, stopped(NOW))
        assert fates(receipt) == {"duplicate": 4, "withheld": 1, "absent": 4}

    def test_another_database_fed_with_it_gives_the_same_export(self, filled):
        other = open_engine("sqlite:///:memory:")
        create_schema(other)
        with filled.connect() as connection:
            exported = text(long_readings(connection, network()))
        ingest(other, network(), [("a.csv", exported.encode())], READINGS, stopped(NOW))
        with other.connect() as connection:
            assert text(long_readings(connection, network())) == exported
        assert stored_set(other) == stored_set(filled)
        other.dispose()

    @pytest.mark.parametrize(
        ("mark", "status", "last_column"),
        [("", "正常", "mark"), ("", "检修", "mark"), ("", "清淤", "status"), ("维护", "正常", "status")],
    )
    def test_a_status_of_any_word_comes_back_as_the_status_it_was(self, engine, mark, status, last_column):
        cell = f"<span title='原始值：0.26\n{mark}'>0.260</span>"
        reply = release(("安徽省", "桥头", "07-01 08:00", "--", cell, "--", "*", status), measured=MEASURED)
        ingest(engine, network(), [("2020-07-01.json", reply)], NATIONAL_RELEASE, stopped(NOW))
        with engine.connect() as connection:
            exported = long_readings(connection, network())
            assert rows_of(observations(connection), "mark", "status") == [(mark, status)]
        assert exported.columns[-1] == last_column
        receipt = ingest(engine, network(), [("again.csv", text(exported).encode())], READINGS, stopped(NOW))
        assert fates(receipt) == {"duplicate": 1, "absent": 3}

    def test_only_what_is_selected(self, filled):
        with filled.connect() as connection:
            found = long_readings(connection, network(), stations=["utc"], indicators=["nh3n"])
        assert found["value"].tolist() == ["<25"]


class TestLaboratories:
    """What columns of a workbook explain stands in one mark of the export, and is read as what it was."""

    @pytest.mark.parametrize(
        ("value", "limit", "method", "remark", "elsewhere"),
        [
            ("<0.025", "", "HJ 535-2009（检出限0.025mg/L）", "", {"accepted": 1}),
            ("ND", "0.025", "HJ 535-2009 检出限0.025mg/L", "", {"accepted": 1}),
            (0.01, "0.025", "HJ 535-2009，检出限 0.025mg/L", "", {"accepted": 1}),
            ("", "0.025", "HJ 535-2009 检出限0.025mg/L", "未检出", {"accepted": 1}),
            (0.4, "", "HJ 535-2009 检出限0.025mg/L", "", {"accepted": 1}),
            # where nothing is stored, nobody can tell whose words these are
            (0.4, "", "0.025L", "", {"quarantined": 1}),
            (0.4, "", "GB 11893 空白扣除", "", {"quarantined": 1}),
        ],
    )
    def test_sent_again_as_a_csv_a_result_is_a_duplicate(self, engine, value, limit, method, remark, elsewhere):
        cells = {"sample": "S-01", "station": "qiaotou", "time": "2025-07-01 08:00", "indicator": "nh3n",
                 "unit": "mg/L", "sampler": "张三", "value": value, "limit": limit, "method": method,
                 "mark": remark}  # fmt: skip
        book = xlsx(list(COLUMNS.values()), [cells.get(name) for name in COLUMNS])
        laboratory = source_door(Source(code="lab", title="化验室（虚构）", format="laboratory"))
        assert fates(ingest(engine, network(), [("a.xlsx", book)], laboratory, stopped(NOW))) == {"accepted": 1}
        before = stored_set(engine)
        with engine.connect() as connection:
            exported = csv_text(long_readings(connection, network())).encode()
        assert fates(ingest(engine, network(), [("b.csv", exported)], READINGS, stopped(NOW))) == {"duplicate": 1}
        assert stored_set(engine) == before
        other = open_engine("sqlite:///:memory:")
        create_schema(other)
        assert fates(ingest(other, network(), [("b.csv", exported)], READINGS, stopped(NOW))) == elsewhere
        other.dispose()


class TestWide:
    """The table for classifying: one row per section and instant, canonical units, blank or star where nothing is."""

    def test_a_row_per_station_and_instant(self, filled):
        with filled.connect() as connection:
            assert text(wide_readings(connection, network())) == (
                "section,time,water_body,ph,nh3n,tp,tn,water_class\n"
                "hukou,2020-07-01T08:00:00+08:00,lake,,1e-05,*,*,Ⅱ\n"
                "hukou,2020-07-01T08:00:00+00:00,lake,,<0.025,,,\n"
                "qiaotou,2020-07-01T08:00:00+08:00,river,7.512,0.26,,*,Ⅱ\n"
            )

    def test_a_station_that_left_the_network_is_left_out(self, filled):
        known = network()
        shrunk = type(known)(known.basins, known.parties, known.sections, {"utc": known.stations["utc"]})
        with filled.connect() as connection:
            assert wide_readings(connection, shrunk)["section"].tolist() == ["hukou"]

    def test_an_empty_database_gives_headers(self, engine):
        with engine.connect() as connection:
            assert io.StringIO(text(long_readings(connection, network()))).read().startswith("station,time")
            assert text(wide_readings(connection, network())).startswith("section,time,water_body")


class TestFlags:
    """Both axes, what they rest on, and the QARTOD code beside every reading; taken in again, nothing is new."""

    def test_every_reading_has_its_flags(self, filled):
        sent(filled, "utc,2020-07-01 08:00,nh3n,26,ug/L,", now=NOW + timedelta(hours=1), name="b.csv")
        run(filled, stopped(NOW + timedelta(hours=1)))
        decided = decision("remove", REMOVAL)
        decide(
            filled, Key("qiaotou", "ph", datetime(2020, 7, 1, tzinfo=UTC)), decided, stopped(NOW + timedelta(hours=2))
        )
        with filled.connect() as connection:
            frame = with_flags(connection, network())
        columns = ["station", "indicator", "value", "origin", "quality", "test", "qartod"]
        assert sorted(frame[columns].itertuples(index=False, name=None)) == [
            ("qiaotou", "nh3n", "0.26", "original", "reliable", "", 1),
            ("qiaotou", "ph", "7.512", "original", "unreliable", "removed", 4),
            ("qiaotou", "tn", "*", "original", "missing", "", 9),
            ("qiaotou", "tp", "--", "original", "missing", "", 9),
            ("qiaotou-zj", "nh3n", "1E-05", "original", "reliable", "", 1),
            ("qiaotou-zj", "ph", "--", "original", "missing", "", 9),
            ("qiaotou-zj", "tn", "*", "original", "missing", "", 9),
            ("qiaotou-zj", "tp", "*", "original", "missing", "", 9),
            ("utc", "nh3n", "26", "corrected", "reliable", "", 1),
        ]
        assert list(frame.columns[:6]) == ["station", "time", "indicator", "value", "unit", "mark"]
        again = ingest(
            filled, network(), [("again.csv", text(frame).encode())], READINGS, stopped(NOW + timedelta(days=1))
        )
        assert fates(again).get("accepted", 0) == fates(again).get("revised", 0) == 0

    def test_slots_in_which_nothing_came_are_missing_between_the_first_observation_and_the_last(self, engine):
        sent(engine, *(f"qiaotou,2025-03-0{at},{rest}" for at, rest in (
            ("1 00:00", "nh3n,0.2,mg/L,"), ("1 04:07", "nh3n,0.3,mg/L,"),  # late in its slot, but there
            ("1 12:00", "nh3n,,mg/L,极值过滤"), ("1 16:00", "nh3n,999,mg/L,"),  # withheld; implausible: quarantined
            ("2 00:00", "nh3n,0.2,mg/L,"), ("1 08:00", "ph,7.1,,"), ("1 16:00", "tn,0.4,mg/L,样品 S1|上游"),
            ("2 08:00", "tn,0.4,mg/L,样品 S2|上游"),
        )))  # fmt: skip
        sent(engine, "utc,2025-03-01 20:00,nh3n,0.2,mg/L,", "utc,2025-03-02 04:00,nh3n,0.2,mg/L,", name="utc.csv")
        with engine.connect() as connection:
            frame = with_missing_slots(connection, network())
            (waiting,) = queue(connection)["id"]
            cut = with_missing_slots(connection, network(), end=datetime(2025, 3, 1, 15, tzinfo=UTC))
        columns = ["station", "time", "indicator", "value", "quality", "qartod"]
        missing = frame[frame["test"] == "gaps"]
        assert missing[columns].values.tolist() == [
            ["qiaotou", "2025-03-01T08:00:00+08:00", "nh3n", "", "missing", 9],
            ["qiaotou", "2025-03-01T20:00:00+08:00", "nh3n", "", "missing", 9],
            ["utc", "2025-03-02T00:00:00+00:00", "nh3n", "", "missing", 9],
        ]
        of_station = frame.loc[(frame["station"] == "qiaotou") & (frame["indicator"] == "nh3n"), "time"].tolist()
        assert of_station == sorted(of_station) and len(of_station) == 6  # the quarantined one is in no export
        uphold(engine, int(waiting), decision("uphold", UPHELD), stopped(NOW))
        with engine.connect() as connection:  # it came, and two people left it out: the slot is not missing either
            assert with_missing_slots(connection, network()).equals(frame)
        assert "gaps" not in set(cut["test"])  # cut off before the reading that shows that two were missing

    def test_before_any_run_nothing_is_evaluated(self, filled):
        with filled.connect() as connection:
            frame = with_flags(connection, network())
        assert set(zip(frame["quality"], frame["qartod"], strict=True)) == {("not_evaluated", 2), ("missing", 9)}


class TestFormulas:
    """A mark that a spreadsheet would run is text in the file, and the mark it was when the file is read in again."""

    @pytest.mark.parametrize("mark", ["=1+1", "@x", "+手工", "-手工", "＝1", "'=1"])
    def test_a_mark_comes_back_as_it_was(self, engine, mark):
        sent(engine, f"utc,2020-07-01 08:00,nh3n,0.2,mg/L,{no_formula(mark)}")
        with engine.connect() as connection:
            exported = csv_text(long_readings(connection, network()))
            assert rows_of(observations(connection), "mark") == [(mark,)]
        assert exported.endswith(f",0.2,mg/L,'{mark}\n")
        receipt = ingest(engine, network(), [("again.csv", exported.encode())], READINGS, stopped(NOW))
        assert fates(receipt) == {"duplicate": 1}

    def test_a_table_with_dashes_and_negative_numbers_is_written_as_before(self):
        columns = {"unit": ["-", "mg/L"], "value": ["--", "-0.5"], "level": [-1.5, 2.0], "ok": [True, False]}
        frame = pd.DataFrame(columns)
        assert csv_text(frame) == "unit,value,level,ok\n-,--,-1.5,True\nmg/L,-0.5,2.0,False\n"
