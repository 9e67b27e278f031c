"""A page answers without searching the agreements again: counted in function calls, which no slow machine changes."""

from collections import Counter

import pytest

from tests.benchmarks.section_view import ONCE, calls_of_a_view

SEARCHING = 73_960  # calls that the searches for words in every agreement made at each view, before there was a reach


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    return calls_of_a_view()


@pytest.mark.proof
def test_a_view_of_a_section_makes_a_quarter_of_the_calls_that_searching_alone_once_made(counts):
    assert counts["own"] <= SEARCHING / 4


def test_a_view_of_a_section_makes_a_quarter_of_all_the_calls_that_were_once_made(counts):
    assert counts["all"] <= ONCE["all"] / 4  # 36 509, pandas and the web server among them
