"""YAML files broken at random come to nothing worse than a refusal in words; twenty thousand of them in make prove."""

from __future__ import annotations

from random import Random

import pytest

from tests.safety.yaml_storm import KINDS, broken, shipped, storm, wrong


@pytest.mark.proof
def test_of_six_hundred_broken_files_none_hangs_and_none_crashes():
    counts = storm(600, seed=1)
    assert wrong(counts) == {}
    assert all(counts[f"{kind}: refused"] > 20 for kind in KINDS)
    assert sum(number for what, number in counts.items() if what.endswith("accepted")) > 10


@pytest.mark.parametrize("kind", dict.fromkeys(KINDS))
def test_the_same_seed_breaks_a_file_the_same_way(kind):
    text = shipped()[kind][0]
    first, second, other = (broken(text, Random(seed)) for seed in ("a", "a", "b"))
    assert first == second
    assert first != other
