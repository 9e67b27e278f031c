"""Downloads are files of the right kind and the same bytes on every call."""

from __future__ import annotations

import io
import zipfile

import pytest

PDF, ZIP = b"%PDF-", b"PK\x03\x04"


@pytest.mark.parametrize(
    ("suffix", "begins", "media_type"),
    [
        (".pdf", PDF, "application/pdf"),
        (".xlsx", ZIP, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (".evidence.zip", ZIP, "application/zip"),
    ],
)
def test_a_settlement_downloads_as_the_same_bytes(client, august, suffix, begins, media_type):
    first, second = (client.get(f"/v1/settlements/{august}{suffix}") for _ in range(2))
    assert first.headers["content-type"] == media_type
    assert first.content.startswith(begins)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["content-disposition"] == f"attachment; filename*=UTF-8''{august}{suffix}"


@pytest.mark.parametrize(("suffix", "begins"), [(".pdf", PDF), (".xlsx", ZIP)])
def test_an_assessment_downloads_as_the_same_bytes(client, suffix, begins):
    identity = client.get("/v1/assessments").json()[0]["id"]
    first, second = (client.get(f"/v1/assessments/{identity}{suffix}") for _ in range(2))
    assert first.content.startswith(begins)
    assert first.content == second.content


def test_the_evidence_holds_the_agreement_and_the_document(client, august):
    content = client.get(f"/v1/settlements/{august}/evidence").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {"agreement.yaml", "observations.csv", "settlement.json", "SHA256SUMS"} <= set(archive.namelist())
        assert "逐月类别补偿" in archive.read("agreement.yaml").decode()
