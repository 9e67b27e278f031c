"""The origin of a reading (数据来源): measured by the station itself (automatic), or by a laboratory from a sample.

In: observations. Out: which of them are results of a laboratory. Their mark tells: the reader of laboratory workbooks
writes the sample in front of it (`formats.laboratory`), and the mark goes wherever the reading goes: into exports,
evidence files and other databases. So a reading that was stored long ago has its origin too. Which origin counts is a
rule of the agreement. Neither origin revises the other: a laboratory's result is no correction of what an instrument
measured at the same minute (`revisions`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.written.qualifiers import SAMPLE


def of_laboratory(observations: pd.DataFrame) -> NDArray[np.bool_]:
    """Which observations (column `mark`) are results of a laboratory: their mark names the sample."""
    return name_samples(observations["mark"].to_numpy(object))


def name_samples(marks: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which marks name a sample.

    Thousands of readings one after another have the same mark, so of each run of equal marks only the first is read.
    """
    heads = np.flatnonzero(np.concatenate(([True], marks[1:] != marks[:-1])))[: len(marks)]
    sampled = np.array([names_sample(mark) for mark in marks[heads]], dtype=bool)
    return np.repeat(sampled, np.diff(heads, append=len(marks)))


def names_sample(mark: object) -> bool:
    """Whether a mark names a sample."""
    return isinstance(mark, str) and mark.startswith(SAMPLE)
