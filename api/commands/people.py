"""Commands about people: naming the first ones, listing them, proposing appointments; and signing in and out.

In: options, and whoever is signed in. Out: what was proposed or done. Who may do what is decided in
`settlement.people`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from api.commands.shared import Told, audited, command, composed, composed_to_read, example, say
from api.commands.signed_in import forget_secret, keep_secret, signed_in
from api.composition import Composition
from basin.errors import UsageError
from settlement.people import appointing, proposals, roles, sessions, store
from settlement.people.appointing import Named
from settlement.people.persons import Staff
from settlement.people.proposals import Matter, TwoPersonAct
from settlement.people.sessions import COMMAND

REASON = click.option("--reason", required=True, help="理由。Why.")
_APPOINTING = example("hengjie people appoint zhao 赵经办 anhui-env prepare --reason 岗位调整")


@click.group("people")
def people_group() -> None:
    """人员与任命：最初两人、列出、任命、停用。People and appointments: the first two, list, appoint, suspend."""


@people_group.command(
    "first", epilog=example("hengjie people first river-office --admin lu:陆管理 --approver he:何审定")
)
@click.argument("office")
@click.option("--admin", required=True, help="管理人，登录名:姓名。The admin, login:name.")
@click.option("--approver", required=True, help="审定人，登录名:姓名。Who approves, login:name.")
@click.option("--letter", default="", help="该方来函的 SHA-256；最初的机构不用。SHA-256 of the party's letter.")
@command
def people_first(office: str, admin: str, approver: str, letter: str, extra: Sequence[Path]) -> Told:
    """任命一方最初的管理人与审定人，各给一个一次性代码。The first admin and approver of a side, a code each."""
    composition = composed(extra)
    desk = composition.desk
    with desk.engine.connect() as connection:
        is_first = not store.staff(connection, desk.offices, desk.now()).appointments
    signed = None if is_first else signed_in(composition)
    by = None if signed is None else signed.person.number
    with audited(composition, "people first", "" if signed is None else signed.person.login, office):
        codes = appointing.name_first(desk, office, _named(admin), _named(approver), letter=letter, by=by)
    lines = [f"{login}  一次性代码 one-time code  {code}" for login, code in codes.items()]
    return {"office": office, "codes": dict(codes)}, "\n".join(lines)


def _named(written: str) -> Named:
    login, colon, name = written.replace("：", ":", 1).partition(":")
    if not colon:
        raise UsageError(f"写成 登录名:姓名：{written}", "write login:name", remedy="如 wang:王某")
    return appointing.named(login, name)


@people_group.command("list", epilog=example("hengjie people list"))
@command
def people_list(extra: Sequence[Path]) -> Told:
    """列出人员与任命。People and their appointments."""
    composition = composed_to_read(extra)
    desk = composition.desk
    with desk.engine.connect() as connection:
        staff = store.staff(connection, desk.offices, desk.now())
    rows = _rows(staff)
    return {"people": rows}, "\n".join("  ".join(map(str, row.values())) for row in rows) or "还没有人员 nobody yet"


def _rows(staff: Staff) -> list[dict[str, Any]]:
    """A row for each appointment that has not ended; of somebody without one, a row of the person alone."""
    rows: list[dict[str, Any]] = []
    for person in staff.people.values():
        appointed = [a for a in staff.appointments if a.person == person.number]
        going_on = [a for a in appointed if a.ends_at is None or staff.now < a.ends_at]
        whose = {"login": person.login, "name": person.name}
        state = "在任 active" if person.active(staff.now) else "停用 suspended"
        for appointment in going_on:
            until = appointment.ends_at.isoformat() if appointment.ends_at else ""
            place = {"appointment": appointment.number, "office": appointment.office}
            rows.append(whose | place | {"roles": roles.words(appointment.roles), "state": state, "until": until})
        if not going_on:
            rows.append(whose | {"appointment": "", "office": "", "roles": "", "state": state, "until": ""})
    return rows


@people_group.command("appoint", epilog=_APPOINTING)
@click.argument("login")
@click.argument("name")
@click.argument("office")
@click.argument("wanted", nargs=-1, required=True, metavar="ROLES...")
@click.option("--starts", help="起，如 2026-03-01；缺省今天。First day.")
@click.option("--ends", default="", help="止，含当日；缺省无期；代理须写。Last day.")
@REASON
@command
def people_appoint(
    login: str,
    name: str,
    office: str,
    wanted: tuple[str, ...],
    starts: str | None,
    ends: str,
    reason: str,
    extra: Sequence[Path],
) -> Told:
    """提出任命，由另一人批准。Propose an appointment, which another person approves."""
    composition = composed(extra)
    first_day = starts or appointing.today(composition.now())
    payload = appointing.appointment_payload(login, name, office, list(wanted), first_day, ends)
    subject = f"{name or login} 任 {office} {roles.words(wanted)}"
    return _proposed(composition, appointing.APPOINT, Matter(office, payload, subject, reason))


@people_group.command("end", epilog=example("hengjie people end 7 anhui-env --reason 调离"))
@click.argument("appointment", type=int)
@click.argument("office")
@REASON
@command
def people_end(appointment: int, office: str, reason: str, extra: Sequence[Path]) -> Told:
    """提出结束一项任命。Propose the end of an appointment."""
    matter = Matter(office, {"appointment": appointment}, f"结束第 {appointment} 号任命", reason)
    return _proposed(composed(extra), appointing.END, matter)


def _about_login(act: TwoPersonAct, help_: str, name: str) -> click.Command:
    """A command that proposes an act about one person."""

    @click.command(name, help=help_, epilog=example(f"hengjie people {name} zhao anhui-env --reason 调离"))
    @click.argument("login")
    @click.argument("office")
    @REASON
    @command
    def about(login: str, office: str, reason: str, extra: Sequence[Path]) -> Told:
        matter = Matter(office, {"login": login}, f"{act.zh} {login}", reason)
        return _proposed(composed(extra), act, matter)

    return about


people_group.add_command(_about_login(appointing.SUSPEND, "提出停用一人。Propose to suspend somebody.", "suspend"))
people_group.add_command(_about_login(appointing.RESTORE, "提出恢复一人。Propose to restore somebody.", "restore"))
people_group.add_command(
    _about_login(appointing.RESET, "提出重置一人的登录。Propose to reset how somebody signs in.", "reset")
)


def _proposed(composition: Composition, act: TwoPersonAct, matter: Matter) -> Told:
    signed = signed_in(composition)
    with audited(composition, f"propose {act.kind}", signed.person.login, matter.subject):
        proposal = proposals.propose(composition.desk, act, signed.person.number, matter)
    return {"proposal": proposal.number}, f"已提出第 {proposal.number} 项 proposed：{proposal.subject}"


@people_group.command("code", epilog=example("hengjie people code zhao"))
@click.argument("login")
@command
def people_code(login: str, extra: Sequence[Path]) -> Told:
    """给还不能登录的人发一次性代码。A one-time code for somebody who cannot sign in yet."""
    composition = composed(extra)
    signed = signed_in(composition)
    with audited(composition, "people code", signed.person.login, login):
        code = appointing.issue_code(composition.desk, signed.person.number, login)
    return {"login": login, "code": code}, code


@click.command(epilog=example("hengjie login zhao"))
@click.argument("login")
@click.option("--code", help="一次性代码：设第一个口令。One-time code: set the first password.")
@command
def login(login: str, code: str | None, extra: Sequence[Path]) -> Told:
    """登录；此后的命令以此人的名义提出。Sign in: later commands propose in this person's name."""
    composition = composed(extra)
    desk = composition.desk
    with audited(composition, "login", login, ""):
        if code is not None:
            say("新口令至少 12 个字符 the new password has at least 12 characters")
            password = click.prompt(
                "新口令 new password", hide_input=True, confirmation_prompt="再输一遍 again", err=True
            )
            login = sessions.use_code(desk, code, password).login
        else:
            password = click.prompt("口令 password", hide_input=True, err=True)
        opened = sessions.sign_in(desk, login, password, COMMAND)
    file = keep_secret(opened.secret)
    until = opened.session.ends_at.isoformat()
    return {"login": login, "until": until, "file": str(file)}, f"已登录 signed in：{login}，至 {until}"


@click.command(epilog=example("hengjie logout"))
@click.option("--everywhere", is_flag=True, help="此人的所有登录与令牌。All sessions and tokens of this person.")
@command
def logout(everywhere: bool, extra: Sequence[Path]) -> Told:
    """退出登录。Sign out."""
    composition = composed(extra)
    signed = signed_in(composition)
    desk = composition.desk
    ended = sessions.sign_out(desk, signed.person.number, None if everywhere else signed.session.sha256)
    forget_secret()
    return {"ended": ended}, f"已退出 signed out：{ended}"
