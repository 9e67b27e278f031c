"""Wrong secrets slow down whoever tries them, for longer each time, and nobody else."""

from __future__ import annotations

from monitoring_ingest.access.tries import FORGOTTEN, FREE, MOST_REMEMBERED, Tries


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def waits(tries: Tries, clock: Clock, number: int) -> list[float]:
    """How long each further wrong secret has to wait, where its sender waits no longer than he has to."""
    waited = []
    for _ in range(number):
        waited.append(tries.take("10.0.0.1"))
        clock.now += waited[-1]
        if waited[-1]:
            assert tries.take("10.0.0.1") == 0
    return waited


def test_the_first_few_are_free_and_then_the_wait_doubles_up_to_a_minute():
    clock = Clock()
    assert waits(Tries(clock), clock, FREE + 9) == [0] * (FREE + 1) + [1, 2, 4, 8, 16, 32, 60, 60]


def test_who_does_not_wait_is_not_looked_at_and_waits_no_longer_for_it():
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE + 3):
        clock.now += tries.take("10.0.0.1")
    clock.now = 100.25
    tries.take("10.0.0.1")
    assert [tries.take("10.0.0.1") for _ in range(50)] == [4] * 50


def test_nobody_else_waits():
    tries = Tries(lambda: 0.0)
    for _ in range(99):
        tries.take("10.0.0.1")
    assert (tries.take("10.0.0.1"), tries.take("10.0.0.2")) == (1, 0)


def test_many_at_the_same_moment_are_as_many_tries():
    tries = Tries(lambda: 0.0)
    assert [tries.take("10.0.0.1") for _ in range(1_000)] == [0] * (FREE + 1) + [1] * (1_000 - FREE - 1)


def test_a_secret_that_opened_counts_for_nothing():
    tries = Tries(lambda: 0.0)
    for _ in range(1_000):
        assert tries.take("10.0.0.1") == 0
        tries.give_back("10.0.0.1")


def test_one_that_opens_does_not_wipe_out_those_that_did_not():
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE + 1):
        tries.take("10.0.0.1")
    clock.now = 1
    assert tries.take("10.0.0.1") == 0
    tries.give_back("10.0.0.1")
    assert (tries.take("10.0.0.1"), tries.take("10.0.0.1")) == (0, 2)


def test_they_are_forgotten_after_an_hour():
    clock = Clock()
    tries = Tries(clock)
    for _ in range(99):
        tries.take("10.0.0.1")
    clock.now = FORGOTTEN
    assert [tries.take("10.0.0.1") for _ in range(FREE)] == [0] * FREE


def test_no_more_are_remembered_than_allowed():
    tries = Tries(lambda: 0.0)
    for number in range(2 * MOST_REMEMBERED):
        tries.take(f"{number}")
    assert len(tries._tried) == MOST_REMEMBERED
