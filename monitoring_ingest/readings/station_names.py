"""Which station of the register a source means.

In: the province (blank where the source gives none) and the name or code as written. Out: the station; None where no
station is meant, or more than one: a name is no key, because stations of different provinces share names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from basin.network import Network, Station


def named_station(network: Network, province: str, name: str) -> Station | None:
    """The station called `name` in `province`.

    Parameters
    ----------
    province : as written; where blank, `name` must be a station code or a name that is unique in the register.
    name : as written.
    """
    if province:
        return network.station_named(province, name)
    if name in network.stations:
        return network.stations[name]
    provinces = sorted({station.province for station in network.stations.values()})
    stations = {station.code: station for code in provinces if (station := network.station_named(code, name))}
    return stations.popitem()[1] if len(stations) == 1 else None


def stations_of(network: Network, names: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Station | None]:
    """The station of every distinct (province, name), as `named_station` decides."""
    return {(province, name): named_station(network, province, name) for province, name in dict.fromkeys(names)}
