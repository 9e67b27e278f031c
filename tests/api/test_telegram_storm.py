"""Broken frames reach a live listener among sound ones, over both databases; a million of them in make prove."""

from __future__ import annotations

import pytest

from tests.api.telegram_storm import Sent, stream, weathered

pytestmark = pytest.mark.alone


@pytest.mark.proof
def test_of_four_thousand_broken_frames_nothing_wrong_is_stored_and_nothing_hangs(engine):
    counts = weathered(engine, broken=4_000, seed=1)
    assert {what: count for what, count in counts.items() if what.startswith("wrong") and count} == {}
    assert counts["broken frames"] == 4_000
    assert all(counts[f"refused: {error}"] > 100 for error in ("length", "crc", "syntax"))
    assert counts["values stored"] >= 64


def test_the_same_seed_sends_the_same_frames():
    told = [list(stream(0, 200, seed, Sent())) for seed in (1, 1, 2)]
    assert told[0] == told[1] != told[2]
