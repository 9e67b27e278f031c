"""What the rules may not say about which readings speak for a section, and what stands in for a missing month.

In: a compiled `Agreement` and the network. Out: `Finding`s: a primary station that nobody knows, a stand-in that no
section has or that is named twice. Which readings there will be is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from basin.agreement import Agreement
from basin.checks.finding import Finding
from basin.network import PRIMARY, Network


def speaking_findings(agreement: Agreement, network: Network) -> Iterator[Finding]:
    """What is refused about `stations`, `origins` and `substitute`."""
    rules = agreement.data
    if rules.looks_at_ranks:
        yield from _ranks(agreement, network)
    if "backup" in rules.substitute and rules.stations != "primary":
        zh = "backup 不起作用：备用站只在 stations: primary 时没有用上"
        yield Finding("data.substitute", zh, "the backups speak already", "写 stations: primary，或删去 backup")
    for by in [by for by, times in Counter(rules.substitute).items() if times > 1]:
        yield Finding("data.substitute", f"{by} 写了两次", "a stand-in given twice", "每个只写一次")
    has_neighbour = any(sheet.neighbour for branches in agreement.section_sheets.values() for sheet in branches)
    if "neighbour" in rules.substitute and not has_neighbour:
        zh = "substitute 写了 neighbour，而断面表都没有写 neighbour"
        remedy = "写 sections: {断面: {neighbour: 邻近断面}}，或删去"
        yield Finding("data.substitute", zh, "no section sheet names a neighbour", remedy)
    if has_neighbour and "neighbour" not in rules.substitute:
        zh = "断面表写了 neighbour，而 substitute 没有用到"
        yield Finding("sections", zh, "a neighbour that never stands in", "写进 data.substitute，或删去")


def _ranks(agreement: Agreement, network: Network) -> Iterator[Finding]:
    """Of several stations at a section, the register says which is the primary one, and in what order the others."""
    path = "data.stations" if agreement.data.stations not in (None, "mean_of_instants") else "data.substitute"
    for section in agreement.reach.sections_in(network):
        ranks = Counter(station.rank for station in network.stations.values() if station.section == section)
        remedy = f"在 stations.csv 的 rank 列写明：主站 {PRIMARY}，备用站 2、3"
        if max(ranks.values(), default=0) > 1:
            zh = f"断面 {section} 有几个站点站序相同"
            yield Finding(path, zh, f"stations of {section} share a rank", remedy)
