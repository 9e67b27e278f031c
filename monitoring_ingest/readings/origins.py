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

from basin.qualifiers import SAMPLE


def of_laboratory(observations: pd.DataFrame) -> NDArray[np.bool_]:
    """Which observations (column `mark`) are results of a laboratory: their mark names the sample."""
    code, marks = pd.factorize(observations["mark"])  # thousands of readings have the same mark
    sampled = np.array([*(str(mark).startswith(SAMPLE) for mark in marks), False])  # the last is that of no mark
    return sampled[code]
