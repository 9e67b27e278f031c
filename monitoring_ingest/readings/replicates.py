"""Replicates (平行样): several analyses of one sample at one time count as one reading, their mean.

In: what two or more rows, or a row and a stored reading, state about one key. Out: the mean as a source might have
written it, with every value it is the mean of in the mark (``平行 0.9、0.94``) and in the reason. So a value that comes
again is recognised, and a further replicate joins the mean. Which rows are compared is decided in `revisions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from basin.indicators import INDICATORS
from basin.written.numbers import measured
from basin.written.qualifiers import sample_kinds
from monitoring_ingest.readings.station_statuses import SEPARATOR

SIGNIFICANT = 12  # digits of a mean: more are noise of float64
MOST_VALUES = 20  # of a mean: nobody divides a sample into more, and its mark has a length
_VALUES = re.compile(r"平行 ([0-9.e+-]+(?:、[0-9.e+-]+)+)")


class Analysis(NamedTuple):
    """What one row or stored reading states: the number [canonical unit], whether it is a limit, mark and status."""

    number: float
    censored: bool
    mark: str
    status: str

    @property
    def values(self) -> list[str]:
        """The values [canonical unit] that the number is the mean of; the number alone where it is no mean.

        Anybody may write such a mark: it counts where it can be read and comes to the number.
        """
        for part in self.mark.split(SEPARATOR):
            stated = _VALUES.fullmatch(part)
            values = stated[1].split("、") if stated else []
            if values and _come_to(values, self.number, censored=self.censored):
                return values
        return [_text(self.number)]

    @property
    def is_mean(self) -> bool:
        """Whether the number is a mean of replicates that was taken here."""
        return len(self.values) > 1

    @property
    def is_replicate(self) -> bool:
        """Whether the marks name a replicate."""
        return "replicate" in sample_kinds(self.mark)


class Mean(NamedTuple):
    """The mean of replicates [canonical unit], as a source might have written it."""

    number: float
    value_text: str
    unit: str
    mark: str
    reason: str


def belong_together(newest: Analysis, sent: Analysis) -> bool:
    """Whether a stored reading and a sent one are analyses of one sample: either is a replicate.

    A routine value beside a mean is a correction, as any other changed value is, unless the mean is of that value.
    """
    if sent.is_replicate:
        return True
    return newest.is_replicate and (not newest.is_mean or not further(newest, sent))


def further(newest: Analysis, sent: Analysis) -> list[str]:
    """The values of `sent` that the stored mean does not have yet; all of them where no mean is stored."""
    already = newest.values if newest.is_mean else ()
    return [value for value in sent.values if value not in already]


def can_be_averaged(analyses: Sequence[Analysis]) -> bool:
    """Whether the values have a mean: all are measured, or all are below detection, in one status of the station.

    There are at most `MOST_VALUES` of them.
    """
    alike = len({(analysis.censored, analysis.status) for analysis in analyses}) == 1
    return alike and sum(len(analysis.values) for analysis in analyses) <= MOST_VALUES


def mean(indicator: str, analyses: Sequence[Analysis], values: Sequence[str]) -> Mean:
    """The mean of several values; of values below detection, the highest limit.

    Parameters
    ----------
    indicator : code; its unit is that of the values.
    analyses : what the values are from; the mark is that of the first that is no replicate.
    values : [canonical unit] as texts.
    """
    censored = analyses[0].censored
    text = _mean_of(values, censored=censored)
    routine = next((analysis for analysis in analyses if not analysis.is_replicate), analyses[0])
    marks = [part for part in routine.mark.split(SEPARATOR) if part and not _VALUES.fullmatch(part)]
    listed = "、".join(values)
    unit = INDICATORS[indicator].unit
    return Mean(
        float(text),
        f"<{text}" if censored else text,
        unit,
        SEPARATOR.join([*marks, f"平行 {listed}"]),
        f"{len(values)} 个平行样的均值 mean of {len(values)} replicates：{listed} {unit}",
    )


def _mean_of(values: Sequence[str], *, censored: bool) -> str:
    numbers = [measured(value) for value in values]
    return _text(max(numbers) if censored else sum(numbers) / len(numbers))


def _come_to(values: Sequence[str], number: float, *, censored: bool) -> bool:
    """Whether a number is the mean of values as a mark lists them; a list that nobody can read comes to nothing."""
    try:
        return len(values) <= MOST_VALUES and _mean_of(values, censored=censored) == _text(number)
    except ValueError:
        return False


def _text(number: float) -> str:
    return format(number, f".{SIGNIFICANT}g")
