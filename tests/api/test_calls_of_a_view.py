"""A page answers without searching the agreements again: counted in function calls, which no slow machine changes."""

from tests.benchmarks.section_view import calls_of_a_view

SEARCHING = 73_960  # calls that the searches for words in every agreement made at each view, before there was a reach


def test_a_view_of_a_section_makes_a_quarter_of_the_calls_that_searching_alone_once_made():
    assert calls_of_a_view()["own"] <= SEARCHING / 4
