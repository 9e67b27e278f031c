"""The 92 real replies of the national release, unpacked with a few lines that owe nothing to the importer."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

COLUMNS = ("temperature", "ph", "do", "conductivity", "turbidity", "codmn", "nh3n", "tp", "tn", "chla", "algae")
CLASSES = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "劣Ⅴ": 6}
TAG = re.compile(r"<[^>]*>")
ORIGINAL = re.compile(r"原始值：([^']*)'>([^<]*)<")


@dataclass(frozen=True)
class Reading:
    """One row of a reply: unrounded and printed text of every value that has an unrounded one."""

    province: str
    name: str
    published_class: int | None
    values: Mapping[str, tuple[str, str]]


@lru_cache
def readings(shared_data: Path) -> tuple[Reading, ...]:
    files = sorted((shared_data / "cnemc/raw/daily").glob("*.json.gz"))
    return tuple(_reading(cells) for file in files for cells in json.loads(gzip.open(file).read())["tbody"])


def _reading(cells: list[str | None]) -> Reading:
    texts = [cell or "" for cell in cells]
    found = {code: ORIGINAL.search(text) for code, text in zip(COLUMNS, texts[5:16], strict=True)}
    values = {code: (match[1], match[2]) for code, match in found.items() if match}
    return Reading(TAG.sub("", texts[0]), TAG.sub("", texts[2]), CLASSES.get(texts[4]), values)
