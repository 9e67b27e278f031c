"""Submitting, confirming and revoking a settlement by two people of the office that runs the cycle (主办机构).

In: the identity of a settlement and its next status. Out: a proposal for the office that runs the cycle, and the
change, with its entries of the ledger, in the transaction that stores the approval. Which status may follow which is in
`settlement.states`, what a change posts in `settlement.review.confirming`; whose office it is in `stewards`.
"""

from __future__ import annotations

from collections.abc import Mapping

from basin.errors import Refused
from basin.network import Office
from basin.registry import Registry
from settlement import store
from settlement.people import performing, proposals, roles
from settlement.people.proposals import Desk, Matter, Payload, Setting, TwoPersonAct
from settlement.people.proposals_store import Proposal
from settlement.people.stewards import steward
from settlement.review import confirming
from settlement.statement.rows import StoredSettlement
from settlement.states import StatusChange

_NOTHING = ""  # that the act shows once
_DECLARE = "在流域的 offices.csv 里声明一个不属于任何一方的机构，或上游一方的生态环境厅"


def status_payload(settlement: str, status: str) -> Payload:
    """What to propose to give a settlement its next status, one of `states`."""
    return {"settlement": settlement, "status": status}


def propose(desk: Desk, person: int, settlement: str, status: str, reason: str) -> Proposal:
    """Propose the next status of a settlement, for the office that runs its cycle.

    Parameters
    ----------
    person : the number of who proposes it. status : one of `states`.

    Raises
    ------
    NotFound, UnknownCode : no such settlement, or an agreement that nobody declares any more. Refused : there is no
    such office, the person may not propose for it, or the status may not follow. NoSecondPerson : nobody could approve.
    """
    with desk.engine.connect() as connection:
        document = store.settlement(connection, settlement)
    office = office_of(desk.registry, document)
    if office is None:
        zh = f"协议 {document['agreement']} 没有主办机构"
        raise Refused(zh, "no office runs this cycle", path="office", remedy=_DECLARE)
    subject = f"{document['agreement']} {document['period']} {status}"
    matter = Matter(office.code, status_payload(settlement, status), subject, reason)
    return proposals.propose(desk, STATUS, person, matter)


def office_of(registry: Registry, document: StoredSettlement) -> Office | None:
    """The office that runs the cycle of a settlement; None where nobody declared one.

    Raises
    ------
    UnknownCode : an agreement that nobody declares any more.
    """
    return steward(registry.network, registry.agreement(document["agreement"]))


def _check(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse a change that is not allowed; it rests on the document and on the newest change of its status."""
    performing.refuse_other_keys(payload, "settlement", "status")
    identity = performing.text(payload, "settlement")
    document = store.settlement(setting.connection, identity)
    _refuse_who_is_not_steward(setting, office, document)
    confirming.refuse_change(setting.connection, identity, performing.text(payload, "status"))
    return performing.fingerprint([document["digest"], store.newest_status(setting.connection, identity)])


def _perform(setting: Setting, _office: str, payload: Payload) -> str:
    people = performing.decided(setting)
    change = StatusChange(payload["status"], people.approved_by, people.reason, setting.proposal)
    confirming.change_status(setting.connection, payload["settlement"], change, setting.now)
    return _NOTHING


def _refuse_who_is_not_steward(setting: Setting, office: str, document: StoredSettlement) -> None:
    registry = setting.registry
    able = steward(registry.network, registry.agreement(document["agreement"]))
    if able is not None and able.code == office:
        return
    zh = f"结算 {document['id']} 不由{setting.staff.offices[office].name_zh}主办"
    remedy = f"可由 {able.name_zh} 提出" if able is not None else f"没有主办机构：{_DECLARE}"
    raise Refused(zh, "another office runs this cycle", path="office", remedy=remedy)


STATUS = TwoPersonAct(
    "status",
    "结算状态",
    "status of a settlement",
    frozenset({roles.PREPARE}),
    frozenset({roles.APPROVE}),
    _check,
    _perform,
)
ACTS: Mapping[str, TwoPersonAct] = {STATUS.kind: STATUS}
