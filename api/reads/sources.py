"""Who may read of a source: how it is declared, what came of it and how it is doing.

In: a declared source and who reads. Out: yes or no, or a refusal. A source is read by whoever may read one of the
stations that it declares, and by whoever may read any station where its rows name their stations by themselves.
"""

from __future__ import annotations

from api.reads.reader import Reader
from basin.registry import Registry
from basin.sources import Source
from settlement.people.reading import Readable


def stations_of_source(source: Source) -> frozenset[str]:
    """The stations that a source declares; none where its rows name them by themselves."""
    return frozenset((*source.stations.values(), *filter(None, [source.station])))


def may_read(reader: Reader, registry: Registry, code: str) -> bool:
    """Whether a source may be read; one that is declared no longer, by those who read all."""
    source = registry.sources.get(code)
    return reader.reads_all or (source is not None and reader.any_station(stations_of_source(source)))


def readable_source(reader: Reader, registry: Registry, code: str) -> Source:
    """The source of a code.

    Raises
    ------
    UnknownCode : nobody declared it. NotSignedIn, Refused : it may not be read.
    """
    source = registry.source(code)
    stations = stations_of_source(source)

    def could(readable: Readable) -> bool:
        return not readable.stations.isdisjoint(stations) if stations else bool(readable.stations)

    if not may_read(reader, registry, code):
        raise reader.refusal("source", f"数据来源 {code}", could)
    return source
