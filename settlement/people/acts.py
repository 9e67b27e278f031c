"""Every kind of act that takes two people, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from settlement.people import appointing
from settlement.people.proposals import TwoPersonAct

ACTS: Mapping[str, TwoPersonAct] = {**appointing.ACTS}
