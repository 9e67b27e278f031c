"""The invented world of the demonstration: it says so, is the same every time, and shows what it should."""

import hashlib
import io
from pathlib import Path

import pandas as pd
import pytest
import yaml

from basin.indicators import INDICATORS
from basin.network import Network, load_network
from fixtures.make_readings import demo_readings

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return dict(demo_readings())


@pytest.fixture(scope="module")
def rows(files: dict[str, bytes]) -> pd.DataFrame:
    """All rows but the corrections, with the time parsed and the number where there is one."""
    sent = [pd.read_csv(io.BytesIO(raw), dtype=str) for name, raw in files.items() if name != "demo-corrections.csv"]
    table = pd.concat(sent, ignore_index=True)
    number = pd.to_numeric(table["value"].str.lstrip("<"), errors="coerce")
    return table.assign(time=pd.to_datetime(table["time"]), number=number)


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network([FIXTURES])[0]


def series(rows: pd.DataFrame, station: str, indicator: str, start: str, end: str) -> pd.Series:
    chosen = rows[(rows["station"] == station) & (rows["indicator"] == indicator)].set_index("time")["number"]
    return chosen[(chosen.index >= start) & (chosen.index < end)]


class TestInventedAndSayingSo:
    def test_every_basin_party_section_and_station_says_that_it_is_invented(self, network):
        for kind in (network.basins, network.parties, network.sections, network.stations):
            assert [thing.code for thing in kind.values() if not thing.name_zh.endswith("（虚构）")] == []

    def test_basins_and_stations_are_recognised_by_their_codes(self, network):
        assert sorted(network.basins) == ["demo-lanjiang", "demo-qingxi", "demo-yanxi"]
        assert all(code.startswith("demo-") for code in network.stations)
        assert len(network.stations) <= 10

    def test_adcodes_begin_with_digits_that_no_province_has(self, network):
        assert {party.adcode[:2] for party in network.parties.values()} == {"99"}

    def test_agreements_over_invented_sections_are_titled_as_examples(self):
        for file in (FIXTURES / "agreements").glob("*.yaml"):
            agreement = yaml.safe_load(file.read_text(encoding="utf-8"))
            assert agreement["code"].startswith("demo-"), file.name
            assert agreement["title"].startswith("示例"), file.name

    @pytest.mark.proof
    def test_no_real_station_gets_an_invented_reading(self, rows, network):
        assert set(rows["station"]) == set(network.stations)


class TestTheSameEveryTime:
    def test_the_files_are_those_whose_digests_are_recorded(self, files):
        made = [f"{hashlib.sha256(raw).hexdigest()}  {name}" for name, raw in files.items()]
        assert made == (FIXTURES / "readings" / "sha256.txt").read_text(encoding="utf-8").splitlines()

    def test_the_readings_cover_three_whole_years_every_four_hours(self, rows):
        times = rows.loc[rows["station"] == "demo-lj2", "time"]
        assert (times.min(), times.max()) == (pd.Timestamp("2023-01-01 00:00"), pd.Timestamp("2025-12-31 20:00"))
        assert set(times.dt.hour) == {0, 4, 8, 12, 16, 20}

    def test_no_station_sends_two_values_for_one_instant(self, rows):
        assert not rows.duplicated(["station", "time", "indicator"]).any()


class TestWhatTheDemonstrationShows:
    def test_a_whole_month_is_missing_at_the_last_section_of_qingxi(self, rows):
        months = rows.loc[rows["station"] == "demo-qx3", "time"].dt.to_period("M").unique()
        missing = pd.period_range("2023-01", "2025-12", freq="M").difference(months)
        assert [str(month) for month in missing] == ["2024-09"]

    def test_a_month_at_the_first_border_has_fewer_than_twenty_days(self, rows):
        assert series(rows, "demo-qx2", "tp", "2023-11-01", "2023-12-01").index.normalize().nunique() == 18

    def test_the_section_of_the_annual_index_has_every_month_of_every_indicator(self, rows):
        for indicator in ("codmn", "nh3n", "tp", "tn"):
            index = series(rows, "demo-lj1", indicator, "2023-01-01", "2026-01-01").index
            assert index.to_period("M").nunique() == 36, indicator

    def test_a_stuck_sensor_repeats_one_value(self, rows):
        assert series(rows, "demo-qx1", "do", "2024-05-09", "2024-05-15").nunique() == 1
        assert series(rows, "demo-qx1", "do", "2024-05-15", "2024-05-21").nunique() > 5

    @pytest.mark.parametrize(
        ("station", "indicator", "start", "end"),
        [("demo-qx3", "nh3n", "2024-03-12", "2024-03-15"), ("demo-qx2", "tp", "2025-05-20", "2025-05-21")],
    )
    def test_micrograms_declared_as_milligrams_are_not_plausible(self, rows, station, indicator, start, end):
        assert series(rows, station, indicator, start, end).min() > INDICATORS[indicator].plausible_max

    def test_apart_from_the_unit_slips_every_number_is_plausible(self, rows):
        slips = 18 + 6
        ceilings = rows["indicator"].map({code: known.plausible_max for code, known in INDICATORS.items()})
        assert (rows["number"] > ceilings).sum() == slips

    def test_a_few_values_are_below_the_detection_limit(self, rows):
        below = rows[rows["value"].str.startswith("<")]
        assert 1 <= len(below) <= 50
        assert set(zip(below["indicator"], below["value"], strict=True)) == {("nh3n", "<0.02")}

    def test_readings_taken_during_maintenance_say_so(self, rows):
        marked = rows[rows["mark"].notna()]
        assert set(marked["mark"]) == {"维护"}
        assert marked.groupby("station")["time"].nunique().to_dict() == {"demo-lj1": 4, "demo-qx1": 2, "demo-qx2": 12}

    def test_two_values_cannot_be_read_as_numbers(self, rows):
        assert sorted(rows.loc[rows["number"].isna(), "value"]) == ["0.0.41", "故障"]

    def test_late_corrections_give_other_values_for_readings_already_sent(self, files, rows, network):
        late = pd.read_csv(io.BytesIO(files["demo-corrections.csv"]), dtype=str)
        late["time"] = pd.to_datetime(late["time"])
        known = late[late["station"].isin(network.stations)]
        both = known.merge(rows, on=["station", "time", "indicator"], suffixes=("", "_before"))
        assert len(both) == len(known) == 6 * (5 + 11)
        assert (both["value"].astype(float) < both["number"]).all()

    def test_one_row_is_of_a_station_nobody_registered(self, files, network):
        late = pd.read_csv(io.BytesIO(files["demo-corrections.csv"]), dtype=str)
        assert late.loc[~late["station"].isin(network.stations), "station"].tolist() == ["demo-qx9"]

    def test_total_phosphorus_of_lanjiang_falls_every_year(self, rows):
        whole = series(rows, "demo-lj1", "tp", "2023-01-01", "2026-01-01")
        years = whole.groupby(whole.index.year).mean()
        assert years[2023] > 1.2 * years[2024] > 1.2 * 1.15 * years[2025]

    def test_summers_are_the_bad_season_at_the_first_border(self, rows):
        tp = series(rows, "demo-qx2", "tp", "2023-01-01", "2025-01-01")
        assert tp[tp.index.month.isin([7, 8])].mean() > 1.5 * tp[tp.index.month.isin([12, 1])].mean()
