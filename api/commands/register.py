"""Commands that tell what is registered: parties, offices, sections and stations with their codes.

In: the bundled registers, with those of outside directories on top. Out: the rows, in the columns of the register's
own file, so that a row can be copied into an outside one. No database is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import click
import pandas as pd

from api.commands.shared import Told, command, example, registers, written
from basin.errors import UnknownCode
from basin.layers import REGISTERS
from basin.network import Network, Office, Party, Section, Station
from basin.written.names import folded_name

Cells = dict[str, str]
REGISTER = click.Choice(("parties", "offices", "sections", "stations"))


@click.group("register")
def register_group() -> None:
    """登记的主体、机构、断面、站点。Registered parties, offices, sections and stations."""


@register_group.command("list", epilog=example("hengjie register list parties 甘肃"))
@click.argument("register", type=REGISTER)
@click.argument("text", required=False)
@click.option("--basin", help="只列一个流域的断面、站点。Sections and stations of one basin.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="写成 CSV 文件。To a CSV file.")
@command
def list_register(
    register: str, text: str | None, basin: str | None, output: Path | None, extra: Sequence[Path]
) -> Told:
    """列出登记的代码与名称，可按其中的文字筛选。Registered codes and names, those that hold a text."""
    network = registers(extra)
    if basin is not None and basin not in network.basins:
        remedy = "可用：" + " ".join(network.basins)
        raise UnknownCode(f"没有流域 {basin}", f"no basin {basin}", remedy=remedy)
    rows = [row for row in _ROWS[register](network, basin) if _holds(row, text)]
    columns = [*REGISTERS[register], *(["basin"] if register == "sections" else [])]
    return written(pd.DataFrame(rows, columns=columns), output)


def _holds(row: Mapping[str, str], text: str | None) -> bool:
    """Whether a cell of the row holds the text, whatever its width and case."""
    return text is None or any(folded_name(text) in folded_name(cell) for cell in row.values())


def _parties(network: Network, basin: str | None) -> Iterable[Cells]:
    sections = [section for section in network.sections.values() if section.basin == basin]
    beside = {code for section in sections for code in (section.upstream, section.downstream)}
    parties = (party for party in network.parties.values() if basin is None or party.code in beside)
    return (_party(party) for party in parties)


def _party(party: Party) -> Cells:
    return {"code": party.code, "name_zh": party.name_zh, "name_en": party.name_en, "adcode": party.adcode}


def _offices(network: Network, basin: str | None) -> Iterable[Cells]:
    sections = [section for section in network.sections.values() if section.basin == basin]
    beside = {code for section in sections for code in (section.upstream, section.downstream)}
    return (_office(office) for office in network.offices.values() if basin is None or office.party in beside)


def _office(office: Office) -> Cells:
    return {
        "code": office.code, "name_zh": office.name_zh, "name_en": office.name_en, "party": office.party or "",
        "kind": office.kind,
    }  # fmt: skip


def _sections(network: Network, basin: str | None) -> Iterable[Cells]:
    return (_section(section) for section in network.sections.values() if basin in (None, section.basin))


def _section(section: Section) -> Cells:
    target = "" if section.target_class is None else str(section.target_class)
    return {
        "code": section.code, "name_zh": section.name_zh, "name_en": section.name_en, "river": section.river,
        "order": str(section.order), "upstream": section.upstream or "", "downstream": section.downstream or "",
        "water_body": section.water_body, "target_class": target, "basin": section.basin,
    }  # fmt: skip


def _stations(network: Network, basin: str | None) -> Iterable[Cells]:
    stations = network.stations.values()
    return (_station(s) for s in stations if basin in (None, network.sections[s.section].basin))


def _station(station: Station) -> Cells:
    return {
        "code": station.code, "section": station.section, "province": station.province, "name_zh": station.name_zh,
        "aliases": "|".join(station.aliases), "timezone": station.timezone,
    }  # fmt: skip


_ROWS: Mapping[str, Callable[[Network, str | None], Iterable[Cells]]] = {
    "parties": _parties,
    "offices": _offices,
    "sections": _sections,
    "stations": _stations,
}
