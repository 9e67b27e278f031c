"""Acts about people: appointing, ending an appointment, suspending, restoring, resetting how somebody signs in.

An admin of a party proposes them for its own offices; somebody of that party who approves, or a second admin, approves.
The first two people of all are named on the command line, and those of every further party by the operator's admin with
the party's letter, once. A one-time code goes to an admin, who may do nothing but administer: nobody who proposes or
approves money ever holds the code of another person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from basin.errors import Conflict, Refused, UsageError
from basin.network import CHINA
from basin.written.texts import LINE, PERSON, Grammar, accepted
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from settlement.people import passwords, roles, store
from settlement.people.persons import Appointment, Person, Staff
from settlement.people.proposals import Desk, Payload, Setting, TwoPersonAct, lapse_all_of, refuse_unknown_office
from settlement.people.store import Credentials

LOGIN = Grammar("登录名", "a login", 50, "a-z0-9._@-", "用小写字母、数字与 . _ @ -")
CODE_LASTS = timedelta(days=7)
BY_ADMIN = frozenset({roles.ADMIN})
BY_PARTY = frozenset({roles.APPROVE, roles.ADMIN})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOTHING = ""  # that an act shows once, or rests on


@dataclass(frozen=True)
class Named:
    """A person as he is named before he is known."""

    login: str
    name: str


def named(login: str, name: str) -> Named:
    """A login and name as somebody wrote them.

    Raises
    ------
    UsageError : one of them has a sign that it may not have.
    """
    return Named(accepted(login.strip().lower(), LOGIN, "login"), accepted(name, PERSON, "name"))


def name_first(
    desk: Desk, office: str, admin: Named, approver: Named, *, letter: str = "", by: int | None = None
) -> Mapping[str, str]:
    """Name the first admin and the first approver of a side, at once and once.

    Parameters
    ----------
    office : of both. letter : SHA-256 of the party's letter, which the command line needs not.
    by : the operator's admin; None: the command line, while nobody is appointed.

    Returns
    -------
    The one-time code of each, by login.

    Raises
    ------
    Refused : somebody is appointed already, or it is not the operator's admin who names them. UsageError : an unknown
        office, twice the same login, or no SHA-256.
    """
    if admin.login == approver.login:
        zh = "管理人与审定人须是两个人"
        raise UsageError(zh, "the admin and the approver are two people", path="approver", remedy="另写一人")
    with writing(desk.engine) as connection:
        now = instant_to_record(connection, desk.now())
        staff = store.staff(connection, desk.offices, now)
        refuse_unknown_office(staff, office)
        if by is None:
            if staff.appointments:
                zh = "已有任命，命令行不再任命"
                raise Refused(zh, "somebody is appointed already", remedy="由管理人登录后提出，另一人批准")
        else:
            _refuse_first_named_again(staff, office, by)
            if not _SHA256.fullmatch(letter):
                zh = "须写来函的 SHA-256（64 位小写十六进制）"
                raise UsageError(zh, "the SHA-256 of the party's letter", path="letter", remedy="用 sha256sum 算出")
        setting = Setting(connection, staff, now, desk.registry)
        codes = {}
        for wanted, role in ((admin, roles.ADMIN), (approver, roles.APPROVE)):
            person = _person(setting, wanted.login, wanted.name)
            appointed = Appointment(0, person.number, office, frozenset({role}), now, None, letter or None)
            store.keep_appointment(connection, appointed, now)
            codes[person.login] = _new_code(setting, person)
        return codes


def issue_code(desk: Desk, by: int, login: str) -> str:
    """A one-time code for somebody of one's own party who cannot sign in yet, to be handed over.

    Raises
    ------
    Refused : who asks is no admin of that party. Conflict : the person can sign in; resetting takes two people.
    """
    with writing(desk.engine) as connection:
        now = instant_to_record(connection, desk.now())
        staff = store.staff(connection, desk.offices, now)
        person = _known(staff, login)
        sides = {staff.side(office) for office in staff.offices_with(by, roles.ADMIN)}
        appointed = (a for a in staff.appointments if a.person == person.number)
        if by == person.number or not any(staff.side(appointment.office) in sides for appointment in appointed):
            zh = "只有本方的管理人能发一次性代码"
            raise Refused(zh, "an admin of that party issues codes", path="login", remedy="请本方管理人办理")
        if store.credentials_of(connection, person.number).any:
            zh = f"{person.name} 已能登录"
            raise Conflict(zh, "this person can sign in already", path="login", remedy="先提出重置，由另一人批准")
        return _new_code(Setting(connection, staff, now, desk.registry), person)


def _check_appoint(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse an appointment that could not stand; it rests on nothing stored."""
    refuse_unknown_office(setting.staff, payload["office"])
    refuse_other_side(setting.staff, office, payload["office"])
    wanted = roles.roles_of(payload["roles"])
    starts_at = day_of(payload["starts"], "starts")
    ends_at = day_of(payload["ends"], "ends") + timedelta(days=1) if payload["ends"] else None
    if ends_at is not None and (ends_at <= starts_at or ends_at <= setting.now):
        raise UsageError("任期已过或止期在起期之前", "the term is over", path="ends", remedy="改起止日期")
    person = setting.staff.named(payload["login"])
    if person is None:
        named(payload["login"], payload["name"])
        return _NOTHING
    if payload["name"] not in ("", person.name):
        zh = f"登录名 {person.login} 是 {person.name}"
        raise UsageError(zh, "this login is somebody else's", path="login", remedy="换一个登录名，或改正姓名")
    mine = [a for a in setting.staff.appointments if a.person == person.number and _goes_on(a, setting.now)]
    sides = {setting.staff.side(appointment.office) for appointment in mine}
    if sides - {setting.staff.side(office)}:
        zh = f"{person.name} 已由另一方任命"
        raise Refused(zh, "another party appointed this person", path="login", remedy="先由那一方结束任命")
    roles.refuse_roles_apart(wanted.union(*(appointment.roles for appointment in mine)))
    return _NOTHING


def _appoint(setting: Setting, office: str, payload: Payload) -> str:
    person = _person(setting, payload["login"], payload["name"])
    ends_at = day_of(payload["ends"], "ends") + timedelta(days=1) if payload["ends"] else None
    starts_at = max(day_of(payload["starts"], "starts"), setting.now)  # nobody was appointed before it was approved
    wanted = frozenset(payload["roles"])
    appointment = Appointment(0, person.number, payload["office"], wanted, starts_at, ends_at)
    store.keep_appointment(setting.connection, appointment, setting.now, proposal=setting.proposal)
    return _NOTHING


def _check_end(setting: Setting, office: str, payload: Payload) -> str:
    appointment = _appointment(setting, office, payload["appointment"])
    return f"appointment {appointment.number}"


def _end(setting: Setting, office: str, payload: Payload) -> str:
    appointment = _appointment(setting, office, payload["appointment"])
    ended = replace(appointment, ends_at=max(setting.now, appointment.starts_at))
    store.keep_appointment(
        setting.connection, ended, setting.now, proposal=setting.proposal, replaces=appointment.number
    )
    return _NOTHING


def _check_person(setting: Setting, office: str, payload: Payload) -> str:
    """What concerns one person rests on how he stands: active or not."""
    person = _known(setting.staff, payload["login"])
    appointed = (a for a in setting.staff.appointments if a.person == person.number)
    if all(setting.staff.side(a.office) != setting.staff.side(office) for a in appointed):
        zh = f"{person.name} 不是本方任命的"
        raise Refused(zh, "another party appointed this person", path="login", remedy="由任命的一方办理")
    return f"person {person.number} {'active' if person.active(setting.now) else 'suspended'}"


def _suspend(setting: Setting, _office: str, payload: Payload) -> str:
    person = _known(setting.staff, payload["login"])
    suspended = replace(person, active_until=setting.now)
    store.keep_person(setting.connection, suspended, setting.now, setting.proposal)
    store.end_sessions(setting.connection, person.number, setting.now)
    lapse_all_of(setting, person.number, "提出人已停用")
    return _NOTHING


def _restore(setting: Setting, _office: str, payload: Payload) -> str:
    person = _known(setting.staff, payload["login"])
    restored = replace(person, active_from=setting.now, active_until=None)
    store.keep_person(setting.connection, restored, setting.now, setting.proposal)
    return _NOTHING


def _reset(setting: Setting, _office: str, payload: Payload) -> str:
    person = _known(setting.staff, payload["login"])
    store.keep_credentials(setting.connection, Credentials(person.number, None, None, None, None, None))
    store.end_sessions(setting.connection, person.number, setting.now)
    return _NOTHING


APPOINT = TwoPersonAct("appoint", "任命", "appointment", BY_ADMIN, BY_PARTY, _check_appoint, _appoint, by_side=True)
END = TwoPersonAct("end", "结束任命", "end of an appointment", BY_ADMIN, BY_PARTY, _check_end, _end, by_side=True)
SUSPEND = TwoPersonAct("suspend", "停用", "suspension", BY_ADMIN, BY_PARTY, _check_person, _suspend, by_side=True)
RESTORE = TwoPersonAct("restore", "恢复", "restoration", BY_ADMIN, BY_PARTY, _check_person, _restore, by_side=True)
RESET = TwoPersonAct(
    "reset", "重置登录", "reset of signing in", BY_ADMIN, BY_PARTY, _check_person, _reset, by_side=True
)
ACTS: Mapping[str, TwoPersonAct] = {act.kind: act for act in (APPOINT, END, SUSPEND, RESTORE, RESET)}


def appointment_payload(
    login: str, name: str, office: str, wanted: list[str], starts: str, ends: str = ""
) -> dict[str, Any]:
    """What `APPOINT` proposes: days as ``2026-03-01``, both in it, blank `ends` for no end."""
    return {
        "login": login.strip().lower(), "name": name.strip(), "office": office, "roles": sorted(wanted),
        "starts": starts, "ends": ends,
    }  # fmt: skip


def today(now: datetime) -> str:
    """The day in China, as an appointment states it."""
    return now.astimezone(CHINA).date().isoformat()


def _person(setting: Setting, login: str, name: str) -> Person:
    """The person with that login, who is made where there is none."""
    person = setting.staff.named(login)
    if person is not None:
        return person
    wanted = named(login, name)
    return store.add_person(setting.connection, wanted.login, wanted.name, setting.now, setting.proposal)


def _known(staff: Staff, login: str) -> Person:
    person = staff.named(accepted(login, LINE, "login").lower())
    if person is None:
        raise UsageError(f"没有登录名 {login}", f"no login {login}", path="login", remedy="在人员页里查")
    return person


def _new_code(setting: Setting, person: Person) -> str:
    code = passwords.new_code()
    credentials = store.credentials_of(setting.connection, person.number)
    until = setting.now + CODE_LASTS
    renewed = replace(credentials, code_sha256=passwords.code_digest(code), code_until=until)
    store.keep_credentials(setting.connection, renewed)
    return code


def _appointment(setting: Setting, office: str, number: int) -> Appointment:
    """An appointment of one's own side that has not ended."""
    appointment = next((a for a in setting.staff.appointments if a.number == number), None)
    if appointment is None or not _goes_on(appointment, setting.now):
        zh = f"没有第 {number} 号在任的任命"
        raise UsageError(zh, "no such appointment in force", path="appointment", remedy="在人员页里查")
    refuse_other_side(setting.staff, office, appointment.office)
    return appointment


def _goes_on(appointment: Appointment, now: datetime) -> bool:
    return appointment.ends_at is None or now < appointment.ends_at


def refuse_other_side(staff: Staff, own: str, other: str) -> None:
    """Refuse an office of another party than one's own.

    Raises
    ------
    Refused : saying whose admin it takes.
    """
    if staff.side(own) != staff.side(other):
        zh = "管理人只管本方的机构"
        raise Refused(zh, "an admin is for offices of its own party", path="office", remedy="请那一方的管理人办理")


def _refuse_first_named_again(staff: Staff, office: str, by: int) -> None:
    operator = staff.operator
    if operator is None or roles.ADMIN not in staff.roles(by, operator):
        zh = "各方最初的管理人由运行方管理人凭来函任命"
        raise Refused(zh, "the operator's admin names the first people of a party", remedy="把来函交运行方")
    if staff.ever_appointed(staff.side(office)):
        zh = "这一方已有任命，只能由它自己的管理人提出"
        raise Refused(zh, "this party has appointed people already", path="office", remedy="请该方管理人办理")


def day_of(text: str, path: str) -> datetime:
    """The beginning of a day in China.

    Raises
    ------
    UsageError : it is no day.
    """
    try:
        day = date.fromisoformat(text)
        if day.isoformat() != text or not 2000 <= day.year <= 2100:
            raise ValueError(text)
    except ValueError as problem:
        raise UsageError(f"不是日期：{text}", "not a day", path=path, remedy="写成 2026-03-01") from problem
    return datetime.combine(day, time(), CHINA)
