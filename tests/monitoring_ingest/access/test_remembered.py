"""The newest entries are remembered, and no more than the table holds."""

from __future__ import annotations

from monitoring_ingest.access.remembered import Remembered


def test_the_entry_stored_longest_ago_makes_room_and_storing_again_makes_the_newest():
    table: Remembered[int] = Remembered(most=2)
    table["a"] = 1
    table["b"] = 2
    table["a"] = 3
    table["c"] = 4
    assert list(table.items()) == [("a", 3), ("c", 4)]


def test_reading_does_not_keep_an_entry():
    table: Remembered[int] = Remembered(most=2)
    table["a"] = 1
    table["b"] = 2
    assert table["a"] == 1 and table.get("a") == 1
    table["c"] = 3
    assert list(table) == ["b", "c"]
