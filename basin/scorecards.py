"""Scorecards (绩效评价表): the grammar of agreements, with points in place of money.

In: the plain tree of a scorecard YAML. Out: a `Scorecard` whose `agreement` returns, for a basin and a period, an
agreement whose clauses are the criteria. Bands are half-open: a score falls in the first band whose floor it reaches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from basin import periods
from basin.agreement import Agreement, compiled, plainly
from basin.errors import AgreementError
from basin.scales import Figure
from basin.shapes import typed

_EVERY = {"W": "week", "M": "month", "Q": "quarter", "Y": "year"}  # a run of months is assessed as one term
_KEYS = ("code", "title", "source", "verified", "standard", "data", "bands", "criteria")


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A declared way to score a basin; `bands` is grade → floor, highest first."""

    code: str
    title: str
    verified: bool
    bands: Mapping[str, Fraction]
    document: Mapping[str, Any]
    text: str
    file: str

    def agreement(self, basin: str, sections: Sequence[str], of: pd.Period) -> Agreement:
        """The criteria as lines of an agreement, to be evaluated for one period.

        Parameters
        ----------
        basin : code of the basin; blank for any basin.
        sections : codes of the sections assessed.
        of : the period, which is also the agreement's term.
        """
        every = _EVERY.get(of.freqstr[0], "term")
        document = {
            **{key: self.document[key] for key in ("code", "title", "source", "standard")},
            **{key: self.document[key] for key in ("data",) if key in self.document},
            "basin": basin or "any", "every": every, "parties": {"basin": basin or "any"},
            "starts": str(periods.starts_on(of)), "ends": str(periods.ends_on(of)),
            "sections": {code: {} for code in sections}, "clauses": self.document["criteria"],
        }  # fmt: skip
        return compiled(document, self.text, self.file)

    def grade(self, score: Fraction) -> str:
        """The grade of a score: the first band whose floor the score reaches, or the last band below zero."""
        return next((name for name, floor in self.bands.items() if score >= floor), list(self.bands)[-1])


def scorecard_of(document: Mapping[str, Any], text: str, file: str) -> Scorecard:
    """The scorecard that a document declares.

    Parameters
    ----------
    document : the parsed document.
    text, file : where the document comes from.

    Raises
    ------
    AgreementError : a key is missing or unknown, the bands do not fall to 0, or a criterion has no points.
    """
    for key in _KEYS:
        if key not in document and key not in ("verified", "data"):
            raise AgreementError(f"缺少 {key}", f"{key} is missing", file=file, path=key, remedy=f"补上 {key}")
    for key in document.keys() - set(_KEYS):
        raise AgreementError("不认识的键", "unknown key", file=file, path=key, remedy="检查拼写")
    code, title, bands = (plainly(document[key], file, key) for key in ("code", "title", "bands"))
    floors = typed(TypeAdapter(dict[str, Figure]), bands, file, "bands")
    falling = list(floors.values())
    if not falling or falling[-1] != 0 or any(lower >= higher for higher, lower in pairwise(falling)):
        zh = "等级须从高到低直到 0"
        raise AgreementError(zh, "bands must fall to 0", file=file, path="bands", remedy="如 {优: 90, 差: 0}")
    if not isinstance(document["criteria"], list):
        zh = "criteria 应是列表"
        raise AgreementError(zh, "criteria must be a list", file=file, path="criteria", remedy="每项以 - 起")
    for position, criterion in enumerate(document["criteria"]):
        if not isinstance(criterion, dict) or "points" not in criterion:
            raise AgreementError(
                "指标没有分值", "criterion without points", file=file, path=f"criteria.{position}", remedy="写 points"
            )
    verified = str(document.get("verified", "true")).lower() != "false"
    return Scorecard(code, title, verified, floors, document, text, file)
