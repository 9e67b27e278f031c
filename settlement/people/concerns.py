"""Which offices something concerns, and so who may propose it: a station, a subject of facts, a payment.

In: what is declared, and a code. Out: the offices, in the order of the register; or a refusal that names them. An
office of no party, as a river authority, is concerned by what lies in its basins. Audit offices decide nothing. Which
people of an office may act is not asked here; see `proposals.TwoPersonAct`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from basin.errors import Refused
from basin.network import Network, Office
from basin.registry import Registry
from monitoring_ingest.readings.facts import Fact

DECIDE_ON_DATA = ("agency", "authority")
AUDIT = "audit"
FINANCE = "finance"


def of_station(network: Network, code: str) -> list[Office]:
    """The agencies and authorities of a station's province, and those of no party of its basin.

    A station that is declared no more concerns nobody.
    """
    station = network.stations.get(code)
    if station is None:
        return []
    able = _of_parties_and_basins(network, {station.province}, _basins_of_sections(network, {station.section}))
    return [office for office in able if office.kind in DECIDE_ON_DATA]


def of_subject(registry: Registry, subject: str) -> list[Office]:
    """The offices that a fact about a subject concerns.

    These are the offices of a section's two parties, of a station's province, of a party itself, of the parties of an
    agreement, or of the parties along a basin; and those of no party of the basin concerned, of a scorecard any basin.
    """
    network = registry.network
    parties: set[str | None] = set()
    sections: set[str] = set()
    basins: set[str] = set()
    if subject in network.sections:
        sections.add(subject)
    if subject in network.stations:
        parties.add(network.stations[subject].province)
        basins |= _basins_of_sections(network, {network.stations[subject].section})
    if subject in network.parties:
        parties.add(subject)
        along = {
            code for code, section in network.sections.items() if subject in (section.upstream, section.downstream)
        }
        basins |= _basins_of_sections(network, along)
    if subject in registry.agreements:
        agreement = registry.agreements[subject]
        parties |= agreement.reach.parties_in(network)
        basins.add(agreement.basin)
    elif subject not in network.sections:
        for agreement in registry.agreements.values():
            if subject in agreement.section_codes:  # a section that only the sheet of an agreement knows
                parties |= agreement.reach.parties_in(network)
                basins.add(agreement.basin)
    of_basins = {subject} & network.basins.keys()
    if subject in registry.scorecards:  # it scores any basin
        basins |= network.basins.keys()
    basins |= of_basins
    sections |= {code for code, section in network.sections.items() if section.basin in of_basins}
    for code in sections:
        parties |= {network.sections[code].upstream, network.sections[code].downstream}
    basins |= _basins_of_sections(network, sections)
    return _of_parties_and_basins(network, parties, basins)


def of_payment(registry: Registry, payment: Fact) -> list[Office]:
    """The finance offices of the payers, or of all parties of the agreement where no payer is named."""
    payers = set(payment.kind.split()[1:])
    agreement = registry.agreements.get(payment.subject)
    parties = payers or (set() if agreement is None else set(agreement.reach.parties_in(registry.network)))
    offices = registry.network.offices.values()
    return [office for office in offices if office.kind == FINANCE and office.party in parties]


def refuse_other_office(offices: Mapping[str, Office], office: str, able: Collection[Office], about: str) -> None:
    """Refuse an office that something does not concern.

    Parameters
    ----------
    offices : the declared ones. office : for which it is proposed.
    able : the offices that it concerns. about : what it is, in words.

    Raises
    ------
    Refused : naming the offices that could.
    """
    if any(concerned.code == office for concerned in able):
        return
    zh = f"{about}不由{offices[office].name_zh}办理"
    named = "、".join(concerned.name_zh for concerned in able)
    remedy = f"可由 {named} 提出" if able else "没有机构可以办理：在 offices.csv 里声明所涉一方的机构"
    raise Refused(zh, "this does not concern the office", path="office", remedy=remedy)


def _basins_of_sections(network: Network, sections: Collection[str]) -> set[str]:
    return {network.sections[code].basin for code in sections if code in network.sections}


def _of_parties_and_basins(network: Network, parties: Collection[str | None], basins: Collection[str]) -> list[Office]:
    of_no_party = {code for basin in basins for code in network.offices_of_basin.get(basin, ())}
    return [
        office
        for code, office in network.offices.items()
        if office.kind != AUDIT and (office.party in parties if office.party else code in of_no_party)
    ]
