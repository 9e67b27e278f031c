"""The limits of the standard and the decimals of the indicators, read from their data files a second time."""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.independent.figures import number

DATA = Path(__file__).parents[2] / "basin" / "data"


@cache
def standard() -> dict[str, Any]:
    """The classes of GB 3838-2002 as its data file states them."""
    return yaml.load((DATA / "standards" / "gb3838-2002.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)


@cache
def limits(indicator: str) -> tuple[Fraction, ...]:
    """The five limits of an indicator of which less is better, in rivers."""
    stated = standard()["items"][indicator]["at_most"]
    return tuple(number(text) for text in (stated["river"] if isinstance(stated, dict) else stated))


@cache
def decimals_of(indicator: str) -> int | None:
    """How many decimals a statistic of the indicator is reported with."""
    with (DATA / "indicators.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["code"] == indicator:
                return int(row["evaluation_decimals"]) if row["evaluation_decimals"] else None
    raise KeyError(indicator)
