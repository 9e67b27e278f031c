"""Commands for writing keys: create, rotate, list, revoke.

In: names, stations and days. Out: a secret, printed once, or what keys there are. What a key may do is decided in
`monitoring_ingest.access.store`.
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
from api.composition import Composition
from basin.errors import UnknownCode
from basin.network import TIMEZONE
from monitoring_ingest.access.store import Access, create_key, keys, revoke_key, rotate_key

UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}


@click.group("key")
def key_group() -> None:
    """写入用的密钥。Writing keys."""


def _duration(_context: Any, _option: Any, text: str) -> timedelta:
    written = re.fullmatch(r"([0-9]{1,4})([dh])", text)
    if not written:
        raise click.BadParameter("写成 7d 或 12h")
    return int(written[1]) * UNITS[written[2]]


@key_group.command("create", epilog=example("hengjie key create 浙江省监测中心 --stations jiekou --expires 2027-01-01"))
@click.argument("name")
@click.option("--stations", default="", help="只能报送这些站点，代码以逗号分隔；缺省为全部。Only these stations.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="自这一天零时起失效。Over from this day.")
@command
def key_create(name: str, stations: str, expires: datetime | None, extra: Sequence[Path]) -> Told:
    """生成写入密钥，只打印这一次。A writing key, printed once."""
    composition = composed(extra)
    until = expires and expires.replace(tzinfo=ZoneInfo(TIMEZONE))
    with audited(composition, "key create", "", name):
        secret = create_key(composition.engine, name, composition.now(), _registered(composition, stations), until)
    return {"name": name, "key": secret}, secret


def _registered(composition: Composition, listed: str) -> list[str] | None:
    codes = [code.strip() for code in listed.split(",") if code.strip()]
    unknown = [code for code in codes if code not in composition.registry.network.stations]
    if unknown:
        zh = f"没有登记的站点 {'、'.join(unknown)}"
        en = f"no such station: {', '.join(unknown)}"
        raise UnknownCode(zh, en, path="stations", remedy="写登记表中的站点代码")
    return codes or None


@key_group.command("rotate", epilog=example("hengjie key rotate 浙江省监测中心 --overlap 7d"))
@click.argument("name")
@click.option("--overlap", default="7d", show_default=True, callback=_duration, help="旧密钥还能用多久：7d、12h、0d。")
@command
def key_rotate(name: str, overlap: timedelta, extra: Sequence[Path]) -> Told:
    """换一个新密钥，只打印这一次；旧的过一阵失效。A new secret; the one before is good for a while."""
    composition = composed(extra)
    now = composition.now()
    with audited(composition, "key rotate", "", name):
        secret = rotate_key(composition.engine, name, overlap, now)
    return {"name": name, "key": secret, "previous_until": (now + overlap).isoformat()}, secret


@key_group.command("revoke", epilog=example("hengjie key revoke 浙江省监测中心"))
@click.argument("name")
@command
def key_revoke(name: str, extra: Sequence[Path]) -> Told:
    """撤销密钥，立即失效。Take a key away at once."""
    composition = composed(extra)
    with audited(composition, "key revoke", "", name):
        revoke_key(composition.engine, name, composition.now())
    return {"name": name, "revoked": True}, f"已撤销 revoked：{name}"


@key_group.command("list", epilog=example("hengjie key list"))
@command
def key_list(extra: Sequence[Path]) -> Told:
    """列出密钥的名称、站点与期限，从不列出密钥本身。Keys without their secrets."""
    composition = composed_to_read(extra)
    with composition.engine.connect() as connection:
        stored = keys(connection)
    now = composition.now()
    listed = [_shown(key, now) for key in stored]
    return {"keys": listed}, "\n".join(map(_line, listed)) or "还没有密钥 no keys yet"


def _line(key: dict[str, Any]) -> str:
    stations = " ".join(key["stations"] or ["*"])
    return f"{key['name']}  {key['state']}  {stations}  {key['expires_at'] or ''}".rstrip()


def _shown(key: Access, now: datetime) -> dict[str, Any]:
    state = "revoked" if key.revoked_at else "expired" if key.over(now) else "valid"
    return {
        "name": key.name,
        "state": state,
        "stations": None if key.stations is None else sorted(key.stations),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
    }
