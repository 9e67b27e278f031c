"""Which station of the register a source means.

In: the province (blank where the source gives none) and the name or code as written. Out: the station, or None where no
station, or more than one, is meant: a name is no key, equal ones exist in different provinces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from basin.network import Network, Station


def named_station(network: Network, province: str, name: str) -> Station | None:
    """The station called `name` in `province`; without province a code, or a name that is unique in the register."""
    if province:
        return network.station_named(province, name)
    if name in network.stations:
        return network.stations[name]
    provinces = sorted({station.province for station in network.stations.values()})
    found = {station.code: station for each in provinces if (station := network.station_named(each, name))}
    return found.popitem()[1] if len(found) == 1 else None


def stations_of(network: Network, names: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Station | None]:
    """`named_station` for every distinct (province, name)."""
    return {(province, name): named_station(network, province, name) for province, name in dict.fromkeys(names)}
