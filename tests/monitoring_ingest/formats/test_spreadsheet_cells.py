"""Texts in a CSV: none is a formula, and every one comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring_ingest.formats.file_text import csv_lines
from monitoring_ingest.formats.sheets import sheets
from monitoring_ingest.formats.spreadsheet_cells import as_it_was, no_formula

BEGINNINGS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("－1+1", "'－1+1"),
        ("-5\n", "'-5\n"),
        ("--1", "'--1"),
        ("-٥", "'-٥"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text, cell):
    assert (no_formula(text), as_it_was(cell)) == (cell, text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "--", "+", "-5", "+5", "-5.0", "-.5", "-5.", "-1E-05", "-5%", "<0.02", "*", "氨氮", "'x", "'", "0=1"],
)
def test_numbers_and_the_dashes_of_an_absent_value_stay(text):
    assert (no_formula(text), as_it_was(text)) == (text, text)


@pytest.mark.parametrize("text", ["'-5", "'--", "''x"])
def test_an_apostrophe_that_somebody_wrote_is_read_as_written(text):
    assert as_it_was(text) == text


@given(st.text(st.sampled_from(BEGINNINGS + "'1.eE% x"), max_size=8))
def test_every_text_comes_back_and_none_begins_like_a_formula(text):
    cell = no_formula(text)
    assert as_it_was(cell) == text
    is_number_or_dashes = text.strip("+-") == "" or text.lstrip("+-")[:1] in set("1.")
    assert cell[:1] not in set(BEGINNINGS) or is_number_or_dashes


def test_both_readers_of_csv_take_the_apostrophe_away():
    text = "station,'=mark\ndemo,'=1\ndemo,-5\ndemo,''=1\n"
    assert csv_lines(text).header == ["station", "=mark"]
    assert [cells[1] for cells in csv_lines(text).lines] == ["=1", "-5", "'=1"]
    (sheet,) = sheets(text.encode())
    assert [cells[1] for _, cells in sheet.rows] == ["=mark", "=1", "-5", "'=1"]
