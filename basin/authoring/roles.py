"""Who is upstream and who downstream at each section of an agreement, and which text says so.

In: an agreement without findings and the network. Out: a `Role` for each section. A sheet goes before the register, and
the register before the roles of the header, as when the agreement is settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from basin.agreement import Agreement
from basin.checks.sides import sections_in_hand
from basin.network import Network
from basin.rounding import printed

SHEET = "断面表 sheet"
REGISTER = "sections.csv"
HEADER = "parties"
NOBODY = "—"


@dataclass(frozen=True)
class Role:
    """The party on one side of a section, or parties with their shares; `NOBODY` where no text names any."""

    section: str
    side: str
    party: str
    stated_in: str


def roles(agreement: Agreement, network: Network) -> Iterator[Role]:
    """The two sides of every section that the agreement looks at; one line for each value a sheet may have in force."""
    for section in agreement.reach.sections_in(network):
        sheets = agreement.section_sheets.get(section, ())
        lines = []
        for side in ("upstream", "downstream"):
            stated = [getattr(sheet, side) for sheet in sheets]
            for party in dict.fromkeys(map(_in_words, stated)) if stated else (None,):
                lines.append(_role(agreement, network, Role(section, side, party or "", SHEET)))
        yield from (_if_no_neighbour_of_itself(agreement, network, role, lines) for role in lines)


def _if_no_neighbour_of_itself(agreement: Agreement, network: Network, role: Role, lines: Sequence[Role]) -> Role:
    """A role of the header that would make a party its own neighbour is nobody's, where no clause takes that side.

    A clause that does take the side is settled by the role, so the line has to name the party.
    """
    other = [line.party for line in lines if line.side != role.side and line.stated_in != HEADER]
    if role.stated_in != HEADER or role.party not in other or _is_taken(agreement, network, role):
        return role
    return Role(role.section, role.side, NOBODY, "")


def _is_taken(agreement: Agreement, network: Network, role: Role) -> bool:
    """Whether a clause takes the side from the section."""
    clauses = chain.from_iterable(agreement.branches.values())
    taking = [clause for clause in clauses if role.side in (clause.pays, clause.receives)]
    return any(role.section in sections_in_hand(agreement, network, clause) for clause in taking)


def _role(agreement: Agreement, network: Network, of_sheet: Role) -> Role:
    """What a sheet states, else the register, else the role of the header."""
    if of_sheet.party:
        return of_sheet
    section = of_sheet.section
    side = of_sheet.side
    declared = getattr(network.sections.get(section), side, None)
    if declared:
        return Role(section, side, declared, REGISTER)
    role = agreement.parties.get(side)
    return Role(section, side, role, HEADER) if role else Role(section, side, NOBODY, "")


def _in_words(side: str | dict[str, Fraction] | None) -> str:
    if isinstance(side, dict):
        return "、".join(f"{code} {printed(share)}" for code, share in side.items())
    return side or ""
