"""Files for people: the response that carries one, and the names that reports print.

In: bytes, or the registry. Out: a response with a file name; the same bytes carry the same ETag.
"""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

from fastapi import Response

from basin.indicators import INDICATORS
from basin.registry import Registry
from settlement.printing.wording import Names

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"


def download(content: bytes, media_type: str, name: str) -> Response:
    """The bytes as a file of that name."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, media_type=media_type, headers=headers)


def report_names(registry: Registry) -> Names:
    """Chinese names by code, as reports print them."""
    network = registry.network
    return Names(
        parties={code: party.name_zh for code, party in network.parties.items()},
        sections={code: section.name_zh for code, section in network.sections.items()},
        indicators={code: indicator.name_zh for code, indicator in INDICATORS.items()},
        basins={code: basin.name_zh for code, basin in network.basins.items()},
    )
