"""Section sheets (断面表): what the agreement states of a section, and the network where the sheet says nothing.

In: the `Context`, a section and the period whose sheet is in force. Out: the sheet, the target class, the parties
upstream and downstream with their shares, the water body. Nothing is measured or compared here.

Parameters of every function
----------------------------
context : the agreement and its network.
section : code.
of : the period whose section sheet is in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from basin import periods
from basin.clauses import SectionSheet
from settlement.clauses.context import Context
from settlement.clauses.working import Trail


def sheet(context: Context, section: str, of: pd.Period) -> SectionSheet:
    """The section sheet in force for the period; an empty one for a section without."""
    return context.agreement.sheet(section, periods.days(of)).value


def doubt(context: Context, section: str, key: str, of: pd.Period, trail: Trail) -> None:
    """Tell the trail the unverified figures of a section sheet that were used.

    Parameters
    ----------
    key : ``baseline``, ``limits``, ``upstream`` and so on: the figures under it.
    trail : is told the paths.
    """
    prefix = f"sections.{section}.{key}"
    unverified = context.agreement.sheet(section, periods.days(of)).unverified
    trail.doubts(path for path in unverified if path.startswith(prefix))


def target(context: Context, section: str, of: pd.Period) -> int | None:
    """The target class of a section: the sheet's, else the network's."""
    stated = sheet(context, section, of).target
    if stated is not None:
        return stated
    declared = context.network.sections.get(section)
    return declared.target_class if declared else None


def side_shares(context: Context, section: str | None, side: str, of: pd.Period) -> Mapping[str, Fraction] | None:
    """The parties upstream or downstream of a section, with shares; None where nobody is declared.

    Parameters
    ----------
    section : code; without a section the agreement's role of that name counts.
    side : ``upstream`` or ``downstream``.
    of : the period whose section sheet is in force; the sheet goes before the network.
    """
    parties = context.agreement.parties
    if section is not None:
        declared = context.network.sections.get(section)
        stated = getattr(sheet(context, section, of), side) or (getattr(declared, side) if declared else None)
        if stated:
            shares = {stated: Fraction(1)} if isinstance(stated, str) else stated
            return {parties.get(code, code): share for code, share in shares.items()}
    return {parties[side]: Fraction(1)} if parties.get(side) else None


def water_body(context: Context, section: str, of: pd.Period) -> str:
    """Whether river or lake limits apply at a section; at a mean of sections, lake limits where all are lakes.

    A mean of sections is known to the agreement only.
    """
    declared = context.network.sections.get(section)
    if declared is not None:
        return declared.water_body
    members = [context.network.sections[code].water_body for code in sheet(context, section, of).mean_of or ()]
    return "lake" if members and set(members) == {"lake"} else "river"
