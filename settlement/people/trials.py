"""Who may settle and assess: one person, since a trial (试算) decides nothing, of an office that may read the result.

In: a person's appointments, and an agreement or a basin. Out: nothing, or a refusal that names the offices whose people
could. Who audits changes nothing and who administers does nothing else, so neither settles. What an office may read is
decided in `reading`; at the command line whoever has the account of this machine may settle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from basin.errors import Refused
from basin.network import Office
from basin.registry import Registry
from settlement.people.persons import Staff
from settlement.people.reading import Readable, readable_for
from settlement.people.roles import APPROVE, PREPARE

MOST_NAMED = 6  # offices that a refusal names
_ROLES = frozenset({PREPARE, APPROVE})


def refuse_settling(staff: Staff, person: int, registry: Registry, agreement: str) -> None:
    """Refuse a person who may not settle an agreement.

    Parameters
    ----------
    person : the number of who would. agreement : its code.

    Raises
    ------
    UnknownCode : nobody declared it. Refused : naming the offices whose people may.
    """
    registry.agreement(agreement)
    _refuse(staff, person, registry, f"结算协议 {agreement}", lambda readable: agreement in readable.agreements)


def refuse_assessing(staff: Staff, person: int, registry: Registry, basin: str) -> None:
    """Refuse a person who may not assess a basin.

    Parameters
    ----------
    person : the number of who would. basin : its code; one that nobody declared is refused by whoever assesses.

    Raises
    ------
    Refused : naming the offices whose people may.
    """
    if basin in registry.network.basins:
        _refuse(staff, person, registry, f"评价流域 {basin}", lambda readable: basin in readable.basins)


def _refuse(staff: Staff, person: int, registry: Registry, what: str, may: Callable[[Readable], bool]) -> None:
    appointed = [held.office for held in staff.in_force(person) if held.roles & _ROLES]
    if may(readable_for([staff.offices[office] for office in appointed], registry)):
        return
    zh = f"不能{what}"
    named = _named(office for office in staff.offices.values() if may(readable_for([office], registry)))
    nobody = "没有机构可以办理：在 offices.csv 里声明所涉一方的机构"
    remedy = f"可由 {named} 的经办人或审定人登录后办理" if named else nobody
    raise Refused(zh, "your offices may not settle or assess this", path="office", remedy=remedy)


def _named(offices: Iterable[Office]) -> str:
    names = [office.name_zh for office in offices]
    return "、".join(names[:MOST_NAMED]) + (" 等" if len(names) > MOST_NAMED else "")
