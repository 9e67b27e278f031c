"""Any order, repetition, split and interleaving of the same rows, by any door: the same observations, the same result.

The expected observations are the rows themselves and the expected digest is settled in memory from them: no run of the
intake is compared with another one. Rows that contradict each other are told apart: each key has one value, or its
revisions come in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from basin.periods import period
from basin.registry import Registry
from monitoring_ingest.database.engine import read_frame
from monitoring_ingest.records import store
from monitoring_ingest.records.tables import observations
from settlement.gathered import LEFT_OUT, OBSERVED, Gathered
from settlement.run import settle
from settlement.settling import settled
from settlement.statement import canonical
from settlement.statement.rows import SettlementDocument
from tests.databases import KINDS, EmptiedDatabase, sqlite
from tests.monitoring_ingest.every_door import (
    DOORS,
    HANDS,
    LABORATORIES,
    NETWORK,
    OF_STATIONS,
    SPEAKING,
    Sent,
    carrying,
    newest,
)
from tests.settlement.makers import RULES, an_agreement

NOW = datetime(2026, 1, 15, tzinfo=UTC)
AGREEMENT = an_agreement(
    """
    - {ref: "1", measure: {kind: concentration, section: qiaotou, indicator: nh3n}, every: month,
       scale: [{rate: 100}], pays: upstream, receives: downstream}
    - {ref: "2", measure: {kind: concentration, section: hukou, indicator: ph}, every: month,
       scale: [{rate: 1}], pays: downstream, receives: upstream}
    """,
    network=NETWORK, basin="demo", parties="{upstream: anhui, downstream: zhejiang}", starts="2025-01-01",
    ends="2025-12-31",
    data=RULES.replace("missing_month: stop", "missing_month: exclude, stations: mean_of_instants, origins: all"),
)  # fmt: skip
REGISTRY = Registry(NETWORK, {AGREEMENT.code: AGREEMENT}, {}, ())
VALUES = {"ph": st.sampled_from(["6.5", "7", "7.12", "8.0"]), "nh3n": st.sampled_from(["0.02", "0.135", "1", "1.50"])}
FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
CARRIED = [Sent("qiaotou", "nh3n", 8000, "0.135"), Sent("qiaotou-zj", "ph", 8024, "7.12")]  # by every door
Deliveries = list[tuple[str, list[Sent]]]
KEY = ["station", "indicator", "time"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[str, EmptiedDatabase | None]:
    """A kind of database: every example gets an empty one."""
    emptied = request.getfixturevalue("emptied") if request.param == "postgresql" else None
    return request.param, emptied


@contextmanager
def empty(emptied: EmptiedDatabase | None, folder: str) -> Iterator[Engine]:
    """An empty database with its tables."""
    if emptied is not None:
        with emptied.opened() as engine:
            yield engine
        return
    engine = sqlite(Path(folder) / "any.sqlite")
    yield engine
    engine.dispose()


def stands_after(emptied: EmptiedDatabase | None, deliveries: Deliveries) -> tuple[pd.DataFrame, str]:
    """What stands after the deliveries, an hour apart: every observation, by key and revision, and the digest."""
    with TemporaryDirectory() as folder, empty(emptied, folder) as engine:
        inbox = Path(folder) / "inbox"
        inbox.mkdir()
        for hours, (door, rows) in enumerate(deliveries):
            HANDS[door](engine, rows, inbox, NOW + timedelta(hours=hours))
        with engine.connect() as connection:
            found = read_frame(connection, observations.select())
        document = settle(engine, REGISTRY, AGREEMENT.code, "2025", now=NOW + timedelta(days=30))
        return found.sort_values([*KEY, "revision"]), of_the_result(document)


def of_the_result(document: SettlementDocument) -> str:
    """The digest of what was settled. The hashes of parts hold marks, states and rows left out, which doors may add."""
    return canonical.digest({name: content for name, content in document.items() if name != "parts"})


def handed_in(emptied: EmptiedDatabase | None, deliveries: Deliveries) -> tuple[list[tuple[object, ...]], str]:
    """(key, revision, value) of every observation, all of which say the same but for that; and the digest."""
    found, digest = stands_after(emptied, deliveries)
    assert (found["status"] == "正常").all() and (found["mark"] == "").all() and not found["censored"].any()
    return list(found[[*KEY, "revision", "value"]].itertuples(index=False, name=None)), digest


def counting(emptied: EmptiedDatabase | None, deliveries: Deliveries) -> tuple[list[tuple[object, ...]], str]:
    """(key, value) of the newest revision of every key, all of which count; and the digest."""
    found, digest = stands_after(emptied, deliveries)
    last = found.drop_duplicates(KEY, keep="last")
    assert last["status"].isin(["正常", ""]).all() and not last["censored"].any()
    return list(last[[*KEY, "value"]].itertuples(index=False, name=None)), digest


def digest_of(rows: Iterable[Sent]) -> str:
    """The digest of these rows settled in memory."""
    frame = pd.DataFrame(
        [(r.station, r.indicator, pd.Timestamp(r.time), float(r.value), False, "正常", "", 1) for r in rows],
        columns=OBSERVED,
    )
    frame["time"] = frame["time"].dt.as_unit("ns")
    blank = pd.DataFrame({name: pd.Series(dtype="str") for name in LEFT_OUT}).astype({"time": frame["time"].dtype})
    found = Gathered(frame.sort_values(["station", "indicator", "time"], ignore_index=True), blank, [])
    return of_the_result(settled(AGREEMENT, NETWORK, found, period("2025"), NOW))


def as_observations(chains: Iterable[Iterable[Sent]]) -> list[tuple[object, ...]]:
    """The revisions of each key, in order, as observations."""
    told = [
        (row.station, row.indicator, pd.Timestamp(row.time), revision, float(row.value))
        for chain in chains
        for revision, row in enumerate(chain, start=1)
    ]
    return sorted(told)


def as_counting(rows: Iterable[Sent]) -> list[tuple[object, ...]]:
    """The value of each key."""
    return sorted((row.station, row.indicator, pd.Timestamp(row.time), float(row.value)) for row in rows)


@st.composite
def keys(draw: st.DrawFn, most: int) -> list[tuple[str, str, int]]:
    """Distinct keys: two stations of one section and one of another, some in the same hour."""
    one = st.tuples(
        st.sampled_from(["qiaotou", "shangyou", "qiaotou-zj"]), st.sampled_from(list(VALUES)),
        st.sampled_from([0, 8, 759, 760, 4000, 8000, 8004, 8024]),
    )  # fmt: skip
    return draw(st.lists(one, min_size=1, max_size=most, unique=True))


@st.composite
def the_same_rows(draw: st.DrawFn, doors: Iterable[str]) -> tuple[list[Sent], Deliveries]:
    """Rows of one value a key, and deliveries that hold every row at least once, in any order, repeated at will."""
    rows = [Sent(*key, draw(VALUES[key[1]])) for key in draw(keys(most=8))]
    again = draw(st.lists(st.sampled_from(rows), max_size=8))
    return rows, _cut(draw, draw(st.permutations([*rows, *again])), doors)


@st.composite
def revisions_in_one_order(draw: st.DrawFn, doors: Iterable[str]) -> tuple[list[list[Sent]], Deliveries]:
    """Chains of different values a key, and deliveries that hold each chain in its order, interleaved at will."""
    chains = [
        [Sent(*key, value) for value in draw(st.lists(VALUES[key[1]], min_size=1, max_size=3, unique_by=float))]
        for key in draw(keys(most=4))
    ]
    waiting, order = [list(chain) for chain in chains], []
    while any(waiting):
        at = draw(st.integers(0, len(waiting) - 1).filter(lambda index: waiting[index]))
        order.append(waiting[at].pop(0))
    deliveries = [(draw(st.sampled_from(carrying(doors, [row]))), [row]) for row in order]
    return chains, [delivery for delivery in deliveries for _ in range(draw(st.integers(1, 2)))]


def _cut(draw: st.DrawFn, rows: list[Sent], doors: Iterable[str]) -> Deliveries:
    """The rows cut into deliveries, each by some door."""
    numbers = sorted(draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows))))
    parts = [[row for _, row in part] for _, part in groupby(zip(numbers, rows, strict=True), key=lambda pair: pair[0])]
    return [(draw(st.sampled_from(carrying(doors, part))), part) for part in parts]


@pytest.mark.proof
class TestAnyDoor:
    @FEW
    @given(sent=the_same_rows(DOORS))
    def test_the_same_rows_end_in_the_same_observations_and_digest(
        self, kind: tuple[str, EmptiedDatabase | None], sent: tuple[list[Sent], Deliveries]
    ) -> None:
        rows, deliveries = sent
        found, digest = handed_in(kind[1], deliveries)
        assert found == as_observations([row] for row in rows)
        assert digest == digest_of(rows)

    @FEW
    @given(sent=revisions_in_one_order(DOORS))
    def test_revisions_sent_in_one_order_end_in_the_same_chain_whatever_doors_they_take(
        self, kind: tuple[str, EmptiedDatabase | None], sent: tuple[list[list[Sent]], Deliveries]
    ) -> None:
        chains, deliveries = sent
        found, digest = handed_in(kind[1], deliveries)
        assert found == as_observations(chains)
        assert digest == digest_of(newest(row for chain in chains for row in chain).values())

    @pytest.mark.parametrize("first", DOORS)
    def test_what_came_by_one_door_is_a_duplicate_at_every_other(self, first: str) -> None:
        found, _ = handed_in(None, [(first, CARRIED), *((door, CARRIED[::-1]) for door in DOORS)])
        assert found == as_observations([row] for row in CARRIED)


@pytest.mark.proof
class TestADoorThatSaysMore:
    """Or less: what it says of a value differs by nature; which value counts for a key does not."""

    @FEW
    @given(sent=the_same_rows(OF_STATIONS))
    def test_the_same_rows_count_the_same_and_end_in_the_same_digest(
        self, kind: tuple[str, EmptiedDatabase | None], sent: tuple[list[Sent], Deliveries]
    ) -> None:
        rows, deliveries = sent
        assert counting(kind[1], deliveries) == (as_counting(rows), digest_of(rows))

    @FEW
    @given(sent=revisions_in_one_order(OF_STATIONS))
    def test_of_revisions_sent_in_one_order_the_last_counts_whatever_doors_they_take(
        self, kind: tuple[str, EmptiedDatabase | None], sent: tuple[list[list[Sent]], Deliveries]
    ) -> None:
        chains, deliveries = sent
        last = newest(row for chain in chains for row in chain).values()
        assert counting(kind[1], deliveries) == (as_counting(last), digest_of(last))

    @pytest.mark.parametrize("door", SPEAKING)
    def test_is_heard_before_and_after_every_other(self, door: str) -> None:
        found, digest = counting(None, [(one, CARRIED) for other in DOORS for one in (door, other)])
        assert (found, digest) == (as_counting(CARRIED), digest_of(CARRIED))

    @pytest.mark.parametrize("door", SPEAKING)
    def test_is_a_revision_of_the_same_value_where_another_spoke_before(self, door: str) -> None:
        found, _ = stands_after(None, [("long CSV", CARRIED), (door, CARRIED)])
        assert found["revision"].tolist() == [1, 2, 1, 2]


@pytest.mark.proof
class TestADoorOfLaboratories:
    """What a laboratory found and what a station measured never revise each other: the first that was stored stands."""

    @FEW
    @given(sent=revisions_in_one_order(LABORATORIES))
    def test_of_revisions_by_laboratories_the_last_counts(
        self, kind: tuple[str, EmptiedDatabase | None], sent: tuple[list[list[Sent]], Deliveries]
    ) -> None:
        chains, deliveries = sent
        last = newest(row for chain in chains for row in chain).values()
        assert counting(kind[1], deliveries) == (as_counting(last), digest_of(last))

    @FEW
    @given(sent=the_same_rows(HANDS))
    def test_the_same_rows_count_the_same_whoever_spoke_first(
        self, kind: tuple[str, EmptiedDatabase | None], sent: tuple[list[Sent], Deliveries]
    ) -> None:
        rows, deliveries = sent
        assert counting(kind[1], deliveries)[0] == as_counting(rows)

    @pytest.mark.parametrize("door", LABORATORIES)
    @pytest.mark.parametrize("other", OF_STATIONS)
    def test_the_first_of_two_origins_stands(self, door: str, other: str) -> None:
        for first, second in ((door, other), (other, door)):
            alone, _ = stands_after(None, [(first, CARRIED)])
            both, _ = stands_after(None, [(first, CARRIED), (second, CARRIED)])
            assert both[[*KEY, "revision", "mark"]].to_numpy().tolist() == (
                alone[[*KEY, "revision", "mark"]].to_numpy().tolist()
            )


def test_the_agreement_of_this_test_looks_at_the_values() -> None:
    """Else equal digests would say nothing."""
    one, other = ([Sent("qiaotou", "nh3n", 0, value)] for value in ("0.135", "1.50"))
    assert digest_of(one) != digest_of(other)
    with TemporaryDirectory() as folder, empty(None, folder) as engine:
        DOORS["long CSV"](engine, one, Path(folder), NOW)
        with engine.connect() as connection:
            assert len(store.observations(connection)) == 1
        document = settle(engine, REGISTRY, AGREEMENT.code, "2025", now=NOW)
        assert (document["kind"], len(document["obligations"])) == ("payable", 1)
