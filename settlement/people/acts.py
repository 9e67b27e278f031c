"""Every kind of act that takes two people, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from settlement.people import appointing, data_decisions, office_keys, statuses
from settlement.people.proposals import TwoPersonAct

ACTS: Mapping[str, TwoPersonAct] = {
    **appointing.ACTS, **data_decisions.ACTS, **statuses.ACTS, **office_keys.ACTS,
}  # fmt: skip
