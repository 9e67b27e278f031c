"""Commands for writing keys: create, rotate, list, revoke.

In: names, stations and days. Out: a proposal of whoever is signed in, whose approval shows the secret; or, while nobody
was ever appointed, the secret at once, so that a fresh installation can take data in. What a key may do is decided in
`monitoring_ingest.access.store`, who may propose one in `settlement.people.office_keys`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from api.commands.shared import Told, audited, command, composed, composed_to_read, example
from api.commands.signed_in import acting, told
from api.composition import Composition
from basin.errors import UnknownCode, UsageError
from basin.network import TIMEZONE
from monitoring_ingest.access.store import PUSH, Access, create_key, keys, revoke_key, rotate_key
from settlement.people import office_keys, store
from settlement.people.persons import Staff
from settlement.people.proposals import Payload, TwoPersonAct

UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}
DAY = UNITS["d"]
_CREATE = "hengjie key create 山州一站 --office shanzhou-env --stations demo-qx2 --expires 2027-01-01 --reason 新站"
_REASON = click.option("--reason", default="", help="理由；已有任命时必写。Why; needed once somebody is appointed.")


@click.group("key")
def key_group() -> None:
    """写入用的密钥。Writing keys."""


def _duration(_context: Any, _option: Any, text: str) -> timedelta:
    written = re.fullmatch(r"([0-9]{1,4})([dh])", text)
    if not written:
        raise click.BadParameter("写成 7d 或 12h")
    return int(written[1]) * UNITS[written[2]]


@key_group.command("create", epilog=example(_CREATE))
@click.argument("name")
@click.option("--office", help="谁的密钥：机构代码；已有任命时必写。Whose key; needed once somebody is appointed.")
@click.option("--stations", default="", help="只能报送这些站点，代码以逗号分隔；缺省为全部。Only these stations.")
@click.option("--verbs", default="", help="能做什么：push 报送、read 读取，以逗号分隔；缺省 push。What it may do.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="自这一天零时起失效。Over from this day.")
@_REASON
@command
def key_create(
    name: str,
    office: str | None,
    stations: str,
    verbs: str,
    expires: datetime | None,
    reason: str,
    extra: Sequence[Path],
) -> Told:
    """提出新建密钥，批准时显示一次；还没有任何任命时直接建。Propose a key; while nobody is appointed, make it."""
    composition = composed(extra)
    if _at_once(composition):
        for option, written in (("office", office), ("verbs", verbs)):
            if written:
                zh = f"还没有任何任命，密钥不分机构，不写 --{option}"
                remedy = f"去掉 --{option}；或先任命最初两人：hengjie people first"
                raise UsageError(zh, "nobody is appointed yet, so keys are of no office", path=option, remedy=remedy)
        until = expires and expires.replace(tzinfo=ZoneInfo(TIMEZONE))
        with audited(composition, "key create", "", name):
            secret = create_key(composition.engine, name, composition.now(), _registered(composition, stations), until)
        return {"name": name, "key": secret}, secret
    if office is None or expires is None or not _codes(stations):
        missing = {"office": office, "stations": _codes(stations), "expires": expires}
        option = next(option for option, written in missing.items() if not written)
        zh = f"机构的密钥须写 --{option}"
        raise UsageError(zh, f"a key of an office needs --{option}", path=option, remedy=_CREATE)
    last_day = (expires - DAY).date().isoformat()
    payload = office_keys.key_payload(name, office, _codes(stations), _codes(verbs) or [PUSH], last_day)
    with acting(composition, "key create", name) as signed:
        proposal = office_keys.propose_new(composition.desk, signed.person.number, payload, reason)
    return told(proposal)


def _at_once(composition: Composition) -> bool:
    """Whether the account of this machine makes keys alone: people are switched off, or nobody was ever appointed."""
    return not composition.settings.people or office_keys.nobody_appointed(_staff(composition))


def _staff(composition: Composition) -> Staff:
    desk = composition.desk
    with desk.engine.connect() as connection:
        return store.staff(connection, desk.offices, desk.now())


def _codes(listed: str) -> list[str]:
    return [code.strip() for code in listed.split(",") if code.strip()]


def _registered(composition: Composition, listed: str) -> list[str] | None:
    codes = _codes(listed)
    unknown = [code for code in codes if code not in composition.registry.network.stations]
    if unknown:
        zh = f"没有登记的站点 {'、'.join(unknown)}"
        en = f"no such station: {', '.join(unknown)}"
        raise UnknownCode(zh, en, path="stations", remedy="写登记表中的站点代码")
    return codes or None


@key_group.command("rotate", epilog=example("hengjie key rotate 山州一站 --overlap 7d --reason 例行更换"))
@click.argument("name")
@click.option("--overlap", default="7d", show_default=True, callback=_duration, help="旧密钥还能用多久：7d、12h、0d。")
@_REASON
@command
def key_rotate(name: str, overlap: timedelta, reason: str, extra: Sequence[Path]) -> Told:
    """提出换一个新密钥，批准时显示一次；旧的过一阵失效。Propose a new secret; the one before is good for a while."""
    composition = composed(extra)
    if _at_once(composition):
        now = composition.now()
        with audited(composition, "key rotate", "", name):
            secret = rotate_key(composition.engine, name, overlap, now)
        return {"name": name, "key": secret, "previous_until": (now + overlap).isoformat()}, secret
    if overlap % DAY:
        zh = "提出更换时写整天数"
        raise UsageError(zh, "whole days where two people decide", path="overlap", remedy="写成 7d 或 0d")
    payload = office_keys.rotation_payload(name, overlap // DAY)
    return _proposed(composition, office_keys.ROTATE, payload, reason)


@key_group.command("revoke", epilog=example("hengjie key revoke 山州一站 --reason 站点停用"))
@click.argument("name")
@_REASON
@command
def key_revoke(name: str, reason: str, extra: Sequence[Path]) -> Told:
    """提出撤销密钥，批准后立即失效。Propose to take a key away, at once when it is approved."""
    composition = composed(extra)
    if _at_once(composition):
        with audited(composition, "key revoke", "", name):
            revoke_key(composition.engine, name, composition.now())
        return {"name": name, "revoked": True}, f"已撤销 revoked：{name}"
    return _proposed(composition, office_keys.REVOKE, office_keys.revocation_payload(name), reason)


def _proposed(composition: Composition, act: TwoPersonAct, payload: Payload, reason: str) -> Told:
    command_name = {office_keys.ROTATE: "key rotate", office_keys.REVOKE: "key revoke"}[act]
    with acting(composition, command_name, payload["name"]) as signed:
        proposal = office_keys.propose_about(composition.desk, act, signed.person.number, payload, reason)
    return told(proposal)


@key_group.command("list", epilog=example("hengjie key list"))
@command
def key_list(extra: Sequence[Path]) -> Told:
    """列出密钥的名称、机构、站点与期限，从不列出密钥本身。Keys without their secrets."""
    composition = composed_to_read(extra)
    with composition.engine.connect() as connection:
        stored = keys(connection)
    staff = _staff(composition)
    listed = [_shown(key, staff) for key in stored]
    return {"keys": listed}, "\n".join(map(_line, listed)) or "还没有密钥 no keys yet"


def _line(key: dict[str, Any]) -> str:
    stations = " ".join(key["stations"] or ["*"])
    return f"{key['name']}  {key['state']}  {key['office'] or '*'}  {stations}  {key['expires_at'] or ''}".rstrip()


def _shown(key: Access, staff: Staff) -> dict[str, Any]:
    state = "revoked" if key.revoked_at else "expired" if key.over(staff.now) else "valid"
    return {
        "name": key.name,
        "state": state,
        "office": key.office,
        "stations": None if key.stations is None else sorted(key.stations),
        "verbs": None if key.verbs is None else sorted(key.verbs),
        "maker": None if key.maker is None else staff.people[key.maker].login,
        "created_at": key.created_at.isoformat(),
        "used_at": key.used_at and key.used_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
    }
