"""Every kind of act that takes two people, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from settlement.people import appointing, data_decisions, office_keys, recorded_facts, statuses
from settlement.people.proposals import TwoPersonAct

ACTS: Mapping[str, TwoPersonAct] = {
    **appointing.ACTS,
    **data_decisions.ACTS,
    **recorded_facts.ACTS,
    **statuses.ACTS,
    **office_keys.ACTS,
}
