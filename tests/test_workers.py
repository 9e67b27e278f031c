"""How tests are spread over workers: what stays together, and what starts first."""

from __future__ import annotations

import pytest

from tests.workers import place, unit_of_work

CLASS = "tests/basin/test_periods.py::TestPeriod"


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        (f"{CLASS}::test_a", CLASS),
        (f"{CLASS}::test_a[2020::2021]", CLASS),
        ("tests/basin/test_periods.py::test_a", "tests/basin/test_periods.py"),
        # a world made once for the whole file
        ("tests/api/pages/test_rendered_pages.py::TestEveryPage::test_a", "tests/api/pages/test_rendered_pages.py"),
        ("tests/api/test_listening.py::TestStream::test_a", "alone"),
        ("tests/api/test_listening_killed.py::test_a", "alone"),
        ("tests/api/test_telegram_storm.py::test_a", "alone"),
        ("tests/browser/test_pages_in_a_browser.py::test_a", "alone"),
        ("tests/monitoring_ingest/doors/test_kill_proof.py::test_a", "alone"),
        ("tests/monitoring_ingest/schedule/test_replicas.py::test_a", "alone"),
    ],
)
def test_a_class_or_the_functions_of_a_file_go_to_one_worker_and_all_that_must_be_alone_to_the_same(
    nodeid: str, unit: str
) -> None:
    assert unit_of_work(nodeid) == unit


def test_what_takes_long_starts_first() -> None:
    assert sorted([set(), {"proof"}, {"alone"}, {"alone", "proof"}], key=place) == [
        {"alone", "proof"},
        {"alone"},
        {"proof"},
        set(),
    ]
