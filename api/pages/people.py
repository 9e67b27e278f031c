"""View models of the pages of people: one's own account, everybody and their appointments, proposals in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from api.pages.names import Names
from api.reads import people as people_read
from api.reads.keys import KeyRow
from api.reads.people import AppointmentRow, PersonRow
from api.reads.proposals import proposal_row
from basin.network import CHINA
from monitoring_ingest.access.store import VERBS
from monitoring_ingest.quality.decisions import REASONS
from settlement.people import roles
from settlement.people.acts import ACTS
from settlement.people.appointing import today
from settlement.people.office_keys import LONGEST_OVERLAP
from settlement.people.persons import Appointment, Staff
from settlement.people.proposals_store import Proposal
from settlement.people.sessions import LONGEST_TOKEN, Signed
from settlement.people.store import Session
from settlement.people.watching import is_operators_admin

MOST_LISTED = 100
MOST_PARTS = 20  # of a list in what is proposed: a decision may be about thousands of readings


def me(signed: Signed, sessions: Sequence[Session], names: Names) -> dict[str, Any]:
    """Who is signed in: appointments, sessions and tokens."""
    appointments = signed.staff.in_force(signed.person.number)
    return {
        "person": signed.person,
        "appointments": [appointment(held, names) for held in appointments],
        "sessions": [
            {"session": session, "is_this": session.sha256 == signed.session.sha256}
            for session in sessions
            if session.ends_at > signed.staff.now
        ],
        "most_days": LONGEST_TOKEN.days,
    }


def appointment(held: Appointment, names: Names) -> dict[str, Any]:
    """An appointment in words; its last day is the one before it ends."""
    last = None if held.ends_at is None else held.ends_at - timedelta(microseconds=1)
    return {
        "number": held.number,
        "office": names.office(held.office),
        "roles": role_words(held.roles, names),
        "starts": day(held.starts_at),
        "ends": names.t("people.open_end") if last is None else day(last),
    }


def in_order(held: Iterable[str]) -> list[str]:
    """Roles in the order in which they are told."""
    held = frozenset(held)
    return [role for role in roles.WORDS if role in held]


def day(at: datetime) -> str:
    """The day in China of an instant."""
    return at.astimezone(CHINA).date().isoformat()


def side_name(staff: Staff, side: str, names: Names) -> str:
    """What a side is called: its party, or its one office."""
    office = side.removeprefix("office ")
    return names.office(office) if office != side else names.party(side)


def everybody(
    signed: Signed, people: Sequence[PersonRow], appointed: Sequence[AppointmentRow], names: Names
) -> dict[str, Any]:
    """Everybody by side, and the choices of the forms of who may propose or name somebody."""
    staff = signed.staff
    number = signed.person.number
    mine = frozenset(staff.side(office) for office in staff.offices_with(number, roles.ADMIN))
    sides = [_side(side, people, appointed, signed, names) for side in people_read.sides_seen(staff, number)]
    own_people = [person for person in people if not mine.isdisjoint(person.sides)]
    unstaffed = [office for office in staff.offices if not staff.ever_appointed(staff.side(office))]
    return {
        "sides": [side for side in sides if side["people"]],
        "without_people": names.t("list").join(side["name"] for side in sides if not side["people"]),
        "is_admin": bool(mine),
        "is_operator": is_operators_admin(staff, number),
        "own": own_people,
        "without_password": [
            person for person in own_people if not person.can_sign_in and person.login != signed.person.login
        ],
        "going_on": [_appointment_choice(row, names) for row in appointed if row.side in mine and row.state != "over"],
        "offices": [_choice(office, names) for office in staff.offices if staff.side(office) in mine],
        "unstaffed": [_choice(office, names) for office in unstaffed],
        "roles": list(roles.WORDS),
        "today": today(staff.now),
    }


def keys(rows: Sequence[KeyRow], names: Names) -> dict[str, Any]:
    """The keys of the page, and those that are still of use for its forms."""
    return {
        "keys": [_key(row, names) for row in rows],
        "valid_keys": [row.name for row in rows if row.state == "valid"],
        "ending_keys": [row.name for row in rows if row.state != "revoked"],
        "verbs": VERBS,
        "longest_overlap": LONGEST_OVERLAP,
    }


def _key(row: KeyRow, names: Names) -> dict[str, Any]:
    t = names.t
    stations = t("keys.all") if row.stations is None else t("list").join(map(names.station, row.stations))
    return {
        "row": row,
        "office": names.office(row.office) if row.office else t("keys.operator"),
        "stations": stations,
        "verbs": t("list").join(t(f"key_verb.{verb}") for verb in row.verbs),
    }


def _side(
    side: str, people: Sequence[PersonRow], appointed: Sequence[AppointmentRow], signed: Signed, names: Names
) -> dict[str, Any]:
    """The people of a side with their appointments, those in force first."""
    rows = [
        {"person": person, "appointments": [_held(row, names) for row in appointed if _is(row, person, side)]}
        for person in people
        if side in person.sides
    ]
    return {"name": side_name(signed.staff, side, names), "people": rows}


def _is(row: AppointmentRow, person: PersonRow, side: str) -> bool:
    return row.login == person.login and row.side == side


def _held(row: AppointmentRow, names: Names) -> dict[str, Any]:
    ends = None if row.ends_at is None else datetime.fromisoformat(row.ends_at) - timedelta(microseconds=1)
    return {
        "number": row.number,
        "office": names.office(row.office),
        "roles": role_words(row.roles, names),
        "starts": day(datetime.fromisoformat(row.starts_at)),
        "ends": names.t("people.open_end") if ends is None else day(ends),
        "state": row.state,
        "letter": row.letter,
    }


def _appointment_choice(row: AppointmentRow, names: Names) -> dict[str, Any]:
    text = f"{row.number} · {row.name} · {names.office(row.office)} · {role_words(row.roles, names)}"
    return {"number": row.number, "text": text}


def _choice(office: str, names: Names) -> dict[str, str]:
    return {"code": office, "name": names.office(office)}


def role_words(held: Iterable[str], names: Names) -> str:
    """Roles in words, in their order."""
    return names.t("list").join(names.t(f"person_role.{role}") for role in in_order(held))


def proposal_rows(proposals: Sequence[Proposal], signed: Signed, names: Names) -> list[dict[str, Any]]:
    """Proposals as a list shows them, `MOST_LISTED` at most."""
    return [_row(proposal, signed, names) for proposal in proposals[:MOST_LISTED]]


def _row(proposal: Proposal, signed: Signed, names: Names) -> dict[str, Any]:
    row = proposal_row(proposal, signed.staff, signed.person.number)
    return {
        "row": row,
        "kind": names.t.choose(row.kind_zh, row.kind_en),
        "office": names.office(row.office),
        "state": names.t.choose(row.state_zh, row.state_en),
    }


def proposal(one: Proposal, signed: Signed, names: Names) -> dict[str, Any]:
    """A proposal in words, and what who is signed in may do about it."""
    act = ACTS.get(one.kind)
    staff = signed.staff
    is_mine = one.person == signed.person.number
    able = frozenset[int]() if act is None else act.may_approve(staff, one.office) - {one.person}
    return _row(one, signed, names) | {
        "payload": list(_payload(json.loads(one.payload), staff, names)),
        "may_withdraw": is_mine and one.outcome is None,
        "able": names.t("list").join(staff.people[number].name for number in sorted(able)),
    }


def _payload(payload: Mapping[str, Any], staff: Staff, names: Names) -> Iterator[dict[str, str]]:
    """What is proposed, line by line; what is blank is left out."""
    for key, value in payload.items():
        text = _value(key, value, staff, names)
        if text:
            yield {"label": names.t.known("payload", key), "text": text}


def _value(key: str, value: Any, staff: Staff, names: Names) -> str:
    """One part of what is proposed, in words."""
    match key, value:
        case _, None | "" | []:
            return ""
        case "office", str():
            return names.office(value)
        case "station", str():
            return names.station(value)
        case "indicator", str():
            return names.indicator(value)
        case "action", str():
            return names.t.known("action", value)
        case "roles", list():
            return role_words(value, names)
        case "reason", str() if value in REASONS:
            return names.t.choose(REASONS[value].zh, REASONS[value].en)
        case "login", str():
            person = staff.named(value)
            return value if person is None else f"{person.name}（{value}）"
        case "appointment", int():
            held = next((a for a in staff.appointments if a.number == value), None)
            if held is None:  # it was replaced since
                return names.t("payload.number", number=value)
            words = (staff.people[held.person].name, names.office(held.office), role_words(held.roles, names))
            return f"{names.t('payload.number', number=value)} · {' · '.join(words)}"
        case _, dict():
            return " · ".join(f"{row['label']} {row['text']}" for row in _payload(value, staff, names))
        case _, list():
            parts = names.t("list").join(_value(key, part, staff, names) for part in value[:MOST_PARTS])
            more = len(value) - MOST_PARTS
            return parts + names.t("payload.more", count=more) if more > 0 else parts
        case _:
            return str(value)
