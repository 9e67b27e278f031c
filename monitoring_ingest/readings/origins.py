"""The origin of a reading (数据来源): measured by the station itself (automatic), or by a laboratory from a sample.

In: observations. Out: which of them are results of a laboratory. Their mark tells: the reader of laboratory workbooks
writes the sample in front of it (`formats.laboratory`), and the mark goes wherever the reading goes: into exports,
evidence files and other databases. So a reading that was stored long ago has its origin too. Which origin counts is a
rule of the agreement.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from basin.written.qualifiers import SAMPLE


def of_laboratory(observations: pd.DataFrame) -> NDArray[np.bool_]:
    """Which observations (column `mark`) are results of a laboratory: their mark names the sample.

    Thousands of readings one after another have the same mark, so of each run of equal marks only the first is read.
    """
    marks = observations["mark"].to_numpy(object)
    heads = np.flatnonzero(np.concatenate(([True], marks[1:] != marks[:-1])))[: len(marks)]
    sampled = np.array([isinstance(mark, str) and mark.startswith(SAMPLE) for mark in marks[heads]], dtype=bool)
    return np.repeat(sampled, np.diff(heads, append=len(marks)))
