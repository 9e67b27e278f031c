"""Commands for writing keys: create, rotate, list, revoke.

In: names, stations and days. Out: a secret, printed once, or what keys there are. What a key may do is decided in
`monitoring_ingest.schedule.store`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from api.commands.shared import Told, command, composed, example
from api.composition import Composition
from basin.errors import UnknownCode
from basin.network import TIMEZONE
from monitoring_ingest.access.store import Access, create_key, keys, revoke_key, rotate_key

UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}


@click.group("key")
def key_group() -> None:
    """写入用的密钥。Writing keys."""


def _now() -> datetime:
    return datetime.now(UTC)


def _duration(_context: Any, _option: Any, text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})([dh])", text)
    if not found:
        raise click.BadParameter("写成 7d 或 12h")
    return int(found[1]) * UNITS[found[2]]


@key_group.command("create", epilog=example("hengjie key create 浙江省监测中心 --stations jiekou --expires 2027-01-01"))
@click.argument("name")
@click.option("--stations", default="", help="只能报送这些站点，代码以逗号分隔；缺省为全部。Only these stations.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="自这一天零时起失效。Over from this day.")
@command
def key_create(name: str, stations: str, expires: datetime | None, extra: Sequence[Path]) -> Told:
    """生成写入密钥，只打印这一次。A writing key, printed once."""
    here = composed(extra)
    until = expires and expires.replace(tzinfo=ZoneInfo(TIMEZONE))
    secret = create_key(here.engine, name, _now(), _known(here, stations), until)
    return {"name": name, "key": secret}, secret


def _known(here: Composition, listed: str) -> list[str] | None:
    codes = [code.strip() for code in listed.split(",") if code.strip()]
    unknown = [code for code in codes if code not in here.registry.network.stations]
    if unknown:
        zh, en = f"没有登记的站点 {'、'.join(unknown)}", f"no such station: {', '.join(unknown)}"
        raise UnknownCode(zh, en, path="stations", remedy="写登记表中的站点代码")
    return codes or None


@key_group.command("rotate", epilog=example("hengjie key rotate 浙江省监测中心 --overlap 7d"))
@click.argument("name")
@click.option("--overlap", default="7d", show_default=True, callback=_duration, help="旧密钥还能用多久：7d、12h、0d。")
@command
def key_rotate(name: str, overlap: timedelta, extra: Sequence[Path]) -> Told:
    """换一个新密钥，只打印这一次；旧的过一阵失效。A new secret; the one before is good for a while."""
    at = _now()
    secret = rotate_key(composed(extra).engine, name, overlap, at)
    return {"name": name, "key": secret, "previous_until": (at + overlap).isoformat()}, secret


@key_group.command("revoke", epilog=example("hengjie key revoke 浙江省监测中心"))
@click.argument("name")
@command
def key_revoke(name: str, extra: Sequence[Path]) -> Told:
    """撤销密钥，立即失效。Take a key away at once."""
    revoke_key(composed(extra).engine, name, _now())
    return {"name": name, "revoked": True}, f"已撤销 revoked：{name}"


@key_group.command("list", epilog=example("hengjie key list"))
@command
def key_list(extra: Sequence[Path]) -> Told:
    """列出密钥的名称、站点与期限，从不列出密钥本身。Keys without their secrets."""
    with composed(extra).engine.connect() as connection:
        found = keys(connection)
    at = _now()
    told = [_told(one, at) for one in found]
    lines = [f"{one['name']}  {one['state']}  {' '.join(one['stations'] or ['*'])}  {one['expires_at'] or ''}".rstrip()
             for one in told]  # fmt: skip
    return {"keys": told}, "\n".join(lines) or "还没有密钥 no keys yet"


def _told(one: Access, at: datetime) -> dict[str, Any]:
    state = "revoked" if one.revoked_at else "expired" if one.over(at) else "valid"
    return {
        "name": one.name,
        "state": state,
        "stations": None if one.stations is None else sorted(one.stations),
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at and one.expires_at.isoformat(),
    }
