"""What somebody may read: one function for pages and the API.

In: the offices he acts for now, and the registry. Out: the agreements whose settlements, late data, what-ifs and
evidence he may read, the basins whose assessments, and the sections and stations whose observations and waiting
readings. The offices of an agreement's parties read it, and so do those of no party in its basin, among them its
steward. An audit office of no party reads everything. What is open to everybody is a setting of the installation.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from basin.network import Network, Office
from basin.registry import Registry
from settlement.people.persons import Staff

AUDIT_OFFICE = "audit"


@dataclass(frozen=True)
class Readable:
    """The codes of what somebody may read.

    Attributes
    ----------
    parties : those of the agreements, and the party that somebody acts for: what people record of a party.
    is_all : whatever is stored, also what is declared no longer.
    """

    agreements: frozenset[str]
    basins: frozenset[str]
    sections: frozenset[str]
    stations: frozenset[str]
    parties: frozenset[str]
    is_all: bool = False


NOTHING = Readable(frozenset(), frozenset(), frozenset(), frozenset(), frozenset())


def everything(registry: Registry) -> Readable:
    """What there is."""
    network = registry.network
    return Readable(
        agreements=frozenset(registry.agreements),
        basins=frozenset(network.basins),
        sections=frozenset(network.sections),
        stations=frozenset(network.stations),
        parties=frozenset(network.parties),
        is_all=True,
    )


def readable_by(staff: Staff, person: int, registry: Registry) -> Readable:
    """What a person may read by the offices he is appointed to now, in whatever role."""
    offices = [staff.offices[appointment.office] for appointment in staff.in_force(person)]
    return readable_for(offices, registry)


def readable_for(offices: Collection[Office], registry: Registry) -> Readable:
    """What the people of these offices may read together."""
    if any(office.kind == AUDIT_OFFICE and office.party is None for office in offices):
        return everything(registry)
    network = registry.network
    parties = frozenset(office.party for office in offices if office.party is not None)
    basins = _basins_of({office.code for office in offices if office.party is None}, network)
    agreements = [
        agreement
        for agreement in registry.agreements.values()
        if agreement.basin in basins or parties & agreement.reach.parties_in(network)
    ]
    bordering = [
        section
        for section in network.sections.values()
        if section.basin in basins or section.upstream in parties or section.downstream in parties
    ]
    looked_at = (agreement.reach.sections_in(network) for agreement in agreements)
    sections = {section.code for section in bordering}.union(*looked_at)
    inside = [station for station in network.stations.values() if station.province in parties]
    serving = {station.code for station in network.stations.values() if station.section in sections}
    of_stations = {network.sections[station.section].basin for station in inside}
    of_agreements = {agreement.basin for agreement in agreements}
    return Readable(
        agreements=frozenset(agreement.code for agreement in agreements),
        basins=basins | of_agreements | of_stations | {section.basin for section in bordering},
        sections=frozenset(sections),
        stations=frozenset(serving | {station.code for station in inside}),
        parties=parties.union(*(agreement.reach.parties_in(network) for agreement in agreements)),
    )


def _basins_of(offices: Collection[str], network: Network) -> frozenset[str]:
    """The basins that declare one of the offices."""
    declaring = network.offices_of_basin.items()
    return frozenset(basin for basin, codes in declaring if not frozenset(codes).isdisjoint(offices))
