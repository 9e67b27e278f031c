"""A withdrawn settlement says so wherever it is shown: who, when, why, and what stands for its period now."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.api.makers import client_of, composed, fill
from tests.api.markup import read
from tests.api.people import give_status, pair_of
from tests.databases import sqlite


@pytest.fixture(scope="module")
def withdrawn(world, tmp_path_factory):
    """The trial of August 2025, withdrawn by two people before anybody confirmed it; and its address."""
    here = fill(composed(sqlite(tmp_path_factory.mktemp("withdrawn") / "hengjie.sqlite"), world))
    with client_of(here) as client:
        identity = client.get("/v1/settlements", params={"period": "2025-08"}).json()[0]["id"]
        give_status(client, pair_of(here), identity, "已撤销", "总磷读数有误")
        yield client, identity


def test_the_document_says_who_when_why_and_that_nothing_stands_instead(withdrawn):
    client, identity = withdrawn
    assert client.get(f"/v1/settlements/{identity}").json()["withdrawn"] == {
        "person": "何审定（he）", "reason": "总磷读数有误", "recorded_at": "2026-01-10T00:00:00+00:00",
        "successor": None, "successor_status": None,
    }  # fmt: skip


def test_the_page_says_it_before_the_sums(withdrawn):
    client, identity = withdrawn
    text = read(client.get(f"/settlements/{identity}").text).text
    assert "由 何审定（he） 撤销，理由：总磷读数有误。不作为付款依据。" in text
    assert text.index("何审定（he） 撤销") < text.index("谁付给谁")
    client.cookies.clear()
    assert "Withdrawn on" in client.get(f"/settlements/{identity}", params={"lang": "en"}).text
    client.cookies.clear()


def test_the_files_say_it_too(withdrawn):
    client, identity = withdrawn
    pdf = PdfReader(BytesIO(client.get(f"/v1/settlements/{identity}.pdf").content))
    text = "".join("".join(page.extract_text() for page in pdf.pages).split())
    assert "由何审定（he）撤销，理由：总磷读数有误" in text
    assert "本件尚未经各方确认" not in text
    book = load_workbook(BytesIO(client.get(f"/v1/settlements/{identity}.xlsx").content), data_only=True)
    assert any("由 何审定（he） 撤销" in str(row[0]) for row in book.worksheets[0].iter_rows(values_only=True))
