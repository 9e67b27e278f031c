"""Paging through observations: each row once, whatever comes in meanwhile; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.api import makers
from tests.api.makers import NOW, row

TIMES = ("2025-03-01 00:00", "2025-03-01 04:00", "2025-06-01 00:00")
LATER = (NOW + timedelta(hours=1)).isoformat()


@pytest.fixture
def served(engine, world):
    """Six observations, months apart, and the client that reads them."""
    here = makers.composed(engine, world)
    makers.send(here, [row("demo-qx2", time, code, "3.0") for time in TIMES for code in ("codmn", "do")])
    with makers.client_of(here) as client:
        yield here, client


def pages(client, **wanted):
    """Every page from the first to the last."""
    answer = client.get("/v1/readings", params=wanted).json()
    found = [answer]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        found.append(answer)
    return found


def keys(found):
    return [(item["time"], item["indicator"]) for page in found for item in page["items"]]


def test_the_pages_hold_every_observation_once_and_in_order(served):
    _, client = served
    whole = keys(pages(client, limit=1000))
    assert len(whole) == 6
    assert whole == sorted(whole, key=lambda key: (key[1], key[0]))  # one station: by indicator, then time
    for limit in (1, 2, 4, 6):
        assert keys(pages(client, limit=limit)) == whole


@pytest.mark.proof
def test_stations_with_little_are_read_together_and_pages_stay_whole(engine, world):
    here = makers.composed(engine, world)
    stations = ("demo-qx1", "demo-qx2", "demo-qx2b", "demo-qx3")
    makers.send(here, [row(code, time, "do", "3.0") for code in stations for time in TIMES])
    makers.send(here, [row("demo-qx2", TIMES[0], "do", "4.0")], now=NOW + timedelta(minutes=1))
    with makers.client_of(here) as client:
        whole = [(item["station"], item["time"], item["value"]) for item in pages(client, as_of=LATER)[0]["items"]]
        assert [station for station, _, _ in whole] == [code for code in stations for _ in TIMES]
        assert [value for station, _, value in whole if station == "demo-qx2"] == [4.0, 3.0, 3.0]
        for limit in range(1, 13):
            found = pages(client, limit=limit, as_of=LATER)
            assert [(i["station"], i["time"], i["value"]) for page in found for i in page["items"]] == whole
            assert {len(page["items"]) for page in found[:-1]} <= {limit}


def test_a_page_names_value_unit_and_when_it_was_recorded(served):
    _, client = served
    item = client.get("/v1/readings", params={"limit": 1}).json()["items"][0]
    assert item == {
        "station": "demo-qx2",
        "section": "qingxi-2",
        "indicator": "codmn",
        "time": "2025-02-28T16:00:00Z",
        "value": 3.0,
        "unit": "mg/L",
        "censored": False,
        "status": "",
        "mark": "",
        "revision": 1,
        "origin": "original",
        "quality": "not_evaluated",
        "test": "",
        "qartod": 2,
        "recorded_at": "2026-01-10T00:00:00Z",
    }


def test_what_comes_in_between_two_pages_is_on_neither(served):
    here, client = served
    first = client.get("/v1/readings", params={"limit": 3}).json()
    makers.send(here, [row("demo-qx2", "2025-04-01 00:00", "do", "9.0")], now=NOW + timedelta(minutes=1))
    rest = client.get(first["next"]).json()
    assert keys([first, rest]) == keys(pages(client, as_of=NOW.isoformat()))
    assert len(keys(pages(client, as_of=LATER))) == 7


def test_an_earlier_instant_knows_the_earlier_value(served):
    here, client = served
    makers.send(here, [row("demo-qx2", TIMES[0], "do", "7.0")], now=NOW + timedelta(minutes=1))
    wanted = {"indicator": "do", "limit": 1}
    before = client.get("/v1/readings", params=wanted).json()["items"][0]
    after = client.get("/v1/readings", params=wanted | {"as_of": LATER}).json()["items"][0]
    assert (before["value"], before["revision"]) == (3.0, 1)
    assert (after["value"], after["revision"]) == (7.0, 2)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"period": "2025-03"}, 4),
        ({"period": "2025"}, 6),
        ({"period": "2024"}, 0),
        ({"indicator": "高锰酸盐指数"}, 3),
        ({"section": "qingxi-2"}, 6),
        ({"section": "qingxi-3"}, 0),
        ({"basin": "demo-qingxi", "indicator": "do", "period": "2025Q2"}, 1),
        ({"basin": "demo-lanjiang"}, 0),
        ({"station": "demo-qx2b"}, 0),
    ],
)
def test_readings_are_narrowed(served, wanted, expected):
    _, client = served
    assert len(keys(pages(client, **wanted))) == expected


def test_csv_names_the_next_page_in_a_header(served):
    _, client = served
    answer = client.get("/v1/readings.csv", params={"limit": 4})
    following = answer.links["next"]["url"]
    assert len(answer.text.splitlines()) == 1 + 4
    assert len(client.get(following).text.splitlines()) == 1 + 2
    assert "link" not in client.get(following).headers


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ({"after": "rubbish"}, "after"),
        ({"after": "demo-qx2~do~2025-03-01T00:00"}, "after"),
        ({"after": "demo-qx2~do"}, "after"),
        ({"after": "demo-qx2~do~0001-01-01T00:00:00+14:00"}, "after"),
        ({"as_of": "2025-01-01"}, "as_of"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"limit": "0"}, "query.limit"),
    ],
)
def test_what_does_not_fit_is_named(served, wanted, path):
    _, client = served
    problem = client.get("/v1/readings", params=wanted)
    assert problem.status_code in (400, 422)
    assert problem.json()["path"] == path
    assert problem.json()["remedy"]


def test_instants_between_whole_seconds_keep_their_order_and_their_place_on_the_pages(served):
    here, client = served
    seconds = ("2025-07-01T00:00:00Z", "2025-07-01T00:00:00.500000Z", "2025-07-01T00:00:01Z")
    makers.send(here, [row("demo-qx2", second, "do", "5.0") for second in seconds])
    for limit in (1, 2, 1000):
        assert [time for time, _ in keys(pages(client, limit=limit, period="2025-07"))] == list(seconds)


def test_flags_are_looked_up_for_the_stations_of_a_page_only(served):
    here, client = served
    asked = []
    of_values = ("FROM flags", "reviews.station")  # when the last review was recorded, every page asks

    def note(_connection, _cursor, statement, *_):
        asked.extend([statement] if any(text in statement for text in of_values) else [])

    event.listen(here.engine, "before_cursor_execute", note)
    client.get("/v1/readings", params={"period": "2024"})
    assert asked == []
    client.get("/v1/readings", params={"period": "2025-03"})
    assert len(asked) == 2
    assert all("station IN" in one or "station = ANY" in one for one in asked)


def test_an_empty_database_has_no_newest_reading_of_an_indicator(engine, world):
    with makers.client_of(makers.composed(engine, world)) as client:
        assert client.get("/v1/readings/latest", params={"indicator": "do"}).json() == []
