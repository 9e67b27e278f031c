"""Reading back: what was known when, what was left out, what people recorded."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from basin.errors import NotFound, UsageError
from monitoring_ingest.database.engine import writing
from monitoring_ingest.doors.files import NATIONAL_RELEASE, Door, ingest
from monitoring_ingest.formats.station_files import read_long_csv
from monitoring_ingest.readings.facts import Fact, read_fact, takes_back
from monitoring_ingest.records import history_store as history
from monitoring_ingest.records import store
from monitoring_ingest.records.history_store import newest_readings
from tests.clocks import stopped
from tests.monitoring_ingest.makers import NOW, csv, network, original, release, rows_of, sent

DAY = timedelta(days=1)
EIGHT = datetime(2020, 7, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def corrected(engine):
    """One key corrected twice, a day apart, and two that were not."""
    for days, value in enumerate(("0.1", "0.2", "0.3")):
        sent(engine, f"qiaotou,2020-07-01 08:00,nh3n,{value},mg/L,正常", now=NOW + days * DAY)
    sent(
        engine, "qiaotou,2020-07-02 08:00,nh3n,<0.5,mg/L,", "shangyou,2020-07-01 08:00,tp,0.01,mg/L,", now=NOW + 3 * DAY
    )
    return engine


class TestObservations:
    """Downstream asks for what was known at an instant, and gets it back however much later."""

    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [
            (NOW - DAY, []),
            (NOW, [(0.1, 1)]),
            (NOW + DAY - timedelta(microseconds=1), [(0.1, 1)]),
            (NOW + DAY, [(0.2, 2)]),
            (NOW + 2 * DAY, [(0.3, 3)]),
            (NOW + 9 * DAY, [(0.3, 3), (0.5, 1), (0.01, 1)]),
            (None, [(0.3, 3), (0.5, 1), (0.01, 1)]),
        ],
    )
    def test_the_newest_revision_known_at_an_instant(self, corrected, as_of, expected):
        with corrected.connect() as connection:
            assert rows_of(store.observations(connection, as_of=as_of), "value", "revision") == expected

    @pytest.mark.parametrize(
        ("selected", "expected"),
        [
            ({"stations": ["shangyou"]}, [0.01]),
            ({"stations": []}, []),
            ({"indicators": ["nh3n"]}, [0.3, 0.5]),
            ({"start": EIGHT, "end": EIGHT + DAY}, [0.3, 0.01]),
            ({"start": EIGHT + timedelta(seconds=1)}, [0.5]),
            ({"end": EIGHT}, []),
            ({"stations": ["qiaotou"], "indicators": ["nh3n"], "start": EIGHT + DAY}, [0.5]),
        ],
    )
    def test_only_the_keys_selected(self, corrected, selected, expected):
        with corrected.connect() as connection:
            assert store.observations(connection, **selected)["value"].tolist() == expected

    def test_every_column_has_its_kind(self, corrected):
        with corrected.connect() as connection:
            found = store.observations(connection)
        assert tuple(found.columns) == store.OBSERVATION_COLUMNS
        kinds = {name: str(found[name].dtype) for name in ("time", "value", "censored", "revision", "recorded_at")}
        assert kinds == {
            "time": "datetime64[ns, UTC]",
            "value": "float64",
            "censored": "bool",
            "revision": "int64",
            "recorded_at": "datetime64[ns, UTC]",
        }
        assert rows_of(found, "station", "status", "censored") == [
            ("qiaotou", "正常", False),
            ("qiaotou", "", True),
            ("shangyou", "", False),
        ]

    def test_an_empty_database_gives_an_empty_frame_of_the_same_columns(self, engine):
        with engine.connect() as connection:
            assert tuple(store.observations(connection).columns) == store.OBSERVATION_COLUMNS
            assert store.left_out_readings(connection).empty
            assert newest_readings(connection).empty


class TestLeftOut:
    """Every reading of a known station that gave no observation, with its reason, once."""

    ROWS = (
        "qiaotou,2020-07-01 08:00,nh3n,--,mg/L,极值过滤|维护",
        "qiaotou,2020-07-01 08:00,tp,99,mg/L,",
        "qiaotou,2020-07-01 08:00,tn,1,furlong,",
        "qiaotou,2020-07-01 08:00,do,8,mg/L,",
        "qiaotou,2020-07-01 08:00,do,9,mg/L,",
        "qiaotou,2020-07-01 08:00,chla,*,mg/L,",
        "nobody,2020-07-01 08:00,do,8,mg/L,",
    )

    def test_withheld_quarantined_and_rejected_readings_are_listed_with_reasons(self, engine):
        for trailing in ([], [""]):  # the second sending changes nothing
            sent(engine, *self.ROWS, *trailing)
        with engine.connect() as connection:
            found = store.left_out_readings(connection)
        assert rows_of(found, "indicator", "fate", "reason", "value") == [
            ("do", "quarantined", "conflict", "9 mg/L"),
            ("nh3n", "withheld", "极值过滤", ""),
            ("tn", "rejected", "unknown_unit", "1 furlong"),
            ("tp", "quarantined", "implausible", "99 mg/L"),
        ]
        assert set(found["station"]) == {"qiaotou"}

    @pytest.mark.parametrize(
        ("first", "then", "left"),
        [
            (["--,mg/L,极值过滤"], [], [("withheld", "极值过滤", "")]),
            (["--,mg/L,极值过滤"], ["0.2,mg/L,"], []),
            (["0.2,mg/L,"], ["--,mg/L,极值过滤"], []),
            (["1,furlong,"], [], [("rejected", "unknown_unit", "1 furlong")]),
            (["1,furlong,"], ["0.2,mg/L,"], []),
            (["120,mg/L,"], ["0.2,mg/L,"], []),
            (["0.2,mg/L,"], ["120,mg/L,"], [("quarantined", "implausible", "120 mg/L")]),
            (["0.2,mg/L,", "0.3,mg/L,"], [], [("quarantined", "conflict", "0.3 mg/L")]),
            (["0.2,mg/L,", "0.3,mg/L,"], ["0.3,mg/L,"], []),
        ],
    )
    def test_what_an_observation_has_replaced_is_left_out_no_longer(self, engine, first, then, left):
        for days, cells in enumerate((first, then)):
            sent(
                engine,
                *(f"qiaotou,2020-07-01 08:00,nh3n,{cell}" for cell in cells),
                now=NOW + days * DAY,
                name=f"{days}",
            )
        with engine.connect() as connection:
            now, before = (store.left_out_readings(connection, as_of=as_of) for as_of in (None, NOW))
        assert rows_of(now, "fate", "reason", "value") == left
        assert len(before) == (0 if first == ["0.2,mg/L,"] else 1)

    def test_what_a_sender_may_not_speak_for_is_nothing_the_station_said(self, engine):
        row = csv("qiaotou,2020-07-01 08:00,ph,7.1,-,", "shangyou,2020-07-01 08:00,ph,x,-,")
        through = Door("push", partial(read_long_csv, network=network()), "外", {"shangyou"})
        receipt = ingest(engine, network(), [("a.csv", row)], through, stopped(NOW))
        assert [one["code"] for one in receipt.rows] == ["no_right", "unreadable_number"]
        with engine.connect() as connection:
            found = store.left_out_readings(connection)
        assert rows_of(found, "station", "reason") == [("shangyou", "unreadable_number")]

    @pytest.mark.parametrize(
        ("selected", "count"),
        [
            ({"as_of": NOW - DAY}, 0),
            ({"as_of": NOW}, 4),
            ({"indicators": ["tn", "tp"]}, 2),
            ({"stations": ["shangyou"]}, 0),
            ({"start": EIGHT + DAY}, 0),
        ],
    )
    def test_only_the_keys_selected(self, engine, selected, count):
        sent(engine, *self.ROWS)
        with engine.connect() as connection:
            assert len(store.left_out_readings(connection, **selected)) == count


class TestNewestReadings:
    """For every key what was sent last: a value as sent, or the blank cell in its place."""

    def test_a_value_outweighs_a_blank_cell_and_a_later_blank_cell_an_earlier(self, engine):
        for now, cells in (
            (NOW, (original("0.2", "0.200"), "--")),
            (NOW + DAY, ("<span title='极值过滤'>--</span>", "<span title='极值过滤'>--</span>")),
        ):
            reply = release(("安徽省", "桥头", "07-01 08:00", *cells, "正常"), measured=("氨氮(mg/L)", "总磷(mg/L)"))
            ingest(engine, network(), [("2020-07-01.json", reply)], NATIONAL_RELEASE, stopped(now))
        with engine.connect() as connection:
            found = newest_readings(connection)
            earlier = newest_readings(connection, as_of=NOW)
        columns = ("indicator", "revision", "value_text", "printed", "mark", "status", "water_class")
        assert rows_of(found, *columns) == [
            ("nh3n", 1, "0.2", "0.200", "", "正常", "Ⅱ"),
            ("tp", 0, "", "--", "极值过滤", "正常", "Ⅱ"),
        ]
        assert earlier["mark"].tolist() == ["", ""]


class TestReceipts:
    """Submissions are listed newest first; an identity nobody gave is not found."""

    def test_submissions_are_listed_newest_first(self, engine):
        for name in ("a.csv", "b.csv", "c.csv"):
            sent(engine, name=name)
        with engine.connect() as connection:
            assert [each.name for each in history.submissions(connection, NOW)] == ["c.csv", "b.csv", "a.csv"]
            assert [each.name for each in history.submissions(connection, NOW, limit=1)] == ["c.csv"]

    def test_an_unknown_receipt_is_not_found(self, engine):
        with engine.connect() as connection, pytest.raises(NotFound):
            history.receipt(connection, 7, NOW)


FACT = """
subject: qiaotou
period: 2020-07
kind: funds used
value: 1200.50
document: 财建〔2020〕1号
recorded_by: 某甲
"""


class TestFacts:
    """What people vouch for is text, complete, and kept."""

    def test_a_fact_is_read_as_text(self):
        expected = Fact("qiaotou", "2020-07", "funds used", "1200.50", "财建〔2020〕1号", "某甲", None)
        assert read_fact(FACT) == expected

    @pytest.mark.parametrize(
        ("old", "new", "path"),
        [
            ("value: 1200.50\n", "", "value"),
            ("某甲", "''", "recorded_by"),
            ("qiaotou", "[a, b]", "subject"),
            ("2020-07", "2020-13", "period"),
            ("2020-07", "July", "period"),
            ("kind: ", "knid: ", "knid"),
        ],
    )
    def test_what_is_wrong_is_named(self, old, new, path):
        with pytest.raises(UsageError) as problem:
            read_fact(FACT.replace(old, new), file="fact.yaml")
        assert (problem.value.file, problem.value.path) == ("fact.yaml", path)
        assert problem.value.remedy

    @pytest.mark.parametrize("kind", ["dry", "frozen", "suspended", "disaster"])
    @pytest.mark.parametrize(
        ("approver", "said"),
        [
            ("", "剔除数据，须有批准人"),
            ("approved_by: 某甲\n", "批准人与登记人同为 某甲"),
            ("approved_by: ' 某 甲'\n", "批准人与登记人同为 某甲"),
            ("approved_by: ''\n", "缺少或不是文字"),
            ("approved_by: [某乙]\n", "缺少或不是文字"),
        ],
    )
    def test_data_are_taken_away_by_two_people(self, kind, approver, said):
        written = FACT.replace("funds used", kind).replace("1200.50", "1")
        with pytest.raises(UsageError, match=said) as problem:
            read_fact(written + approver)
        assert (problem.value.path, bool(problem.value.remedy)) == ("approved_by", True)
        assert read_fact(written + "approved_by: 某乙\n").approved_by == "某乙"

    @pytest.mark.parametrize("kind", ["dry", "frozen", "suspended", "disaster"])
    @pytest.mark.parametrize("value", ["否", "未断流", "3天", "0天", "true", "false", "-1", "3", "0.5"])
    def test_a_ground_that_says_neither_yes_nor_no_takes_nothing_away(self, kind, value):
        written = FACT.replace("funds used", kind).replace("1200.50", value) + "approved_by: 某乙\n"
        with pytest.raises(UsageError, match=f"只有是与不是：{value}") as problem:
            read_fact(written)
        assert (problem.value.path, bool(problem.value.remedy)) == ("value", True)

    @pytest.mark.parametrize(
        ("value", "does_not_hold"), [("1", False), ("1.0", False), ("0", True), ("0.0", True), ("０", True)]
    )
    def test_a_ground_equal_to_nothing_does_not_hold(self, value, does_not_hold):
        written = FACT.replace("funds used", "dry").replace("1200.50", f"'{value}'") + "approved_by: 某乙\n"
        assert takes_back(read_fact(written)) == does_not_hold

    @pytest.mark.parametrize(
        ("kind", "value", "path", "said"),
        [
            ("unpaid", "500", "kind", "未付额由账目算出，不能登记"),
            ("paid", "全部", "value", "付款额不是数字：全部"),
            ("paid zhejiang", "", "value", "缺少或不是文字"),
            ("paid", "0", "value", "付款额应大于 0：0"),
            ("paid", "10%", "value", "付款额是钱，不是百分数：10%"),
            ("paid zhejiang", "-120", "value", "付款额应大于 0：-120"),
            ("paid", "1e10000000", "value", "付款额不是数字：1e10000000"),
            ("paid", "1e999999999", "value", "付款额不是数字"),
            ("paid", "1e-400", "value", "付款额不是数字"),
            ("paid", "²", "value", "付款额不是数字：²"),
            ("paid", "１２００", "value", "付款额不是数字"),
            ("paid", "٣", "value", "付款额不是数字"),
            ("paid", "9" * 400, "value", "付款额不是数字"),
            ("paid", "9" * 600, "value", "一行文字超过 500 字"),
        ],
    )
    def test_the_ledger_takes_payments_and_knows_what_is_unpaid_itself(self, kind, value, path, said):
        with pytest.raises(UsageError, match=said) as problem:
            read_fact(FACT.replace("funds used", kind).replace("1200.50", f"'{value}'"))
        assert (problem.value.path, bool(problem.value.remedy)) == (path, True)

    @pytest.mark.parametrize("field", ["subject", "period", "kind", "value", "document", "recorded_by", "approved_by"])
    @pytest.mark.parametrize("sign", ["\\u202e", "\\u200b", "\\x00"])
    def test_no_field_has_a_sign_nobody_can_see(self, field, sign):
        fields = {"subject": "a", "period": "2020", "kind": "b", "value": "1", "document": "c", "recorded_by": "d"}
        written = "".join(f'{key}: "{value}"\n' for key, value in (fields | {field: f"a{sign}b"}).items())
        with pytest.raises(UsageError, match="看不见的符号"):
            read_fact(written)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("张三、李四", "姓名里不能有 '、'"), ("аnna", "姓名里不能有 'а'"), ("甲" * 51, "姓名超过 50 字"),
            ("某甲.", "批准人与登记人同为"), ("某·甲", "批准人与登记人同为"), ("（某甲）", "批准人与登记人同为"),
        ],
    )  # fmt: skip
    def test_the_second_person_is_another_one_and_not_the_first_written_otherwise(self, name, said):
        written = FACT.replace("funds used", "frozen").replace("1200.50", "1")
        with pytest.raises(UsageError, match=said) as problem:
            read_fact(f"{written}approved_by: {name}\n")
        assert problem.value.path == "approved_by" and problem.value.remedy

    def test_any_other_fact_may_name_who_approved_it_and_need_not(self):
        assert read_fact(FACT).approved_by is None
        assert read_fact(FACT + "approved_by: 某甲\n").approved_by == "某甲"

    def test_who_approved_it_is_kept(self, engine):
        with writing(engine) as connection:
            store.record_fact(connection, read_fact(FACT + "approved_by: 某乙\n"), NOW)
            assert [fact.approved_by for fact in store.facts(connection)] == ["某乙"]

    @pytest.mark.parametrize("period", ["2020", "2020-07", "2020Q3"])
    def test_a_period_is_a_year_a_month_or_a_quarter(self, period):
        assert read_fact(FACT.replace("2020-07", period)).period == period

    def test_facts_are_kept_in_order_and_known_from_when_they_were_recorded(self, engine):
        for days, value in enumerate(("1", "2")):
            written = FACT.replace("1200.50", value).replace("1号", f"{value}号")
            with writing(engine) as connection:
                store.record_fact(connection, read_fact(written), NOW + days * DAY)
        with engine.connect() as connection:
            assert [fact.value for fact in store.facts(connection)] == ["1", "2"]
            assert [fact.value for fact in store.facts(connection, NOW)] == ["1"]
            assert store.facts(connection, NOW - DAY) == []
