"""Commands that take readings in, and hand readings out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from api.commands.shared import AS_OF, Told, command, composed, composed_to_read, example, say, written
from api.commands.sources import ingest_laboratory
from basin.errors import UsageError
from monitoring_ingest import exports
from monitoring_ingest.doors.files import NATIONAL_RELEASE, READINGS, door, ingest


@click.group("ingest")
def ingest_group() -> None:
    """接收监测数据。Take in station data."""


def _taken_in(extra: Sequence[Path], files: Sequence[Path], name: str, day: date | None) -> Told:
    composition = composed(extra)
    contents = [(file.name, file.read_bytes()) for path in files for file in _files(path)]
    say(f"{len(contents)} 个文件 files …")
    through = door(name, composition.registry.network, day)
    receipt = ingest(composition.engine, composition.registry.network, contents, through, composition.now).document()
    counts = "，".join(f"{fate} {count}" for fate, count in receipt["counts"].items())
    rows = [f"  {r['file']}:{r['row']} {r['field']} {r['value']} {r['fate']} {r['code']} {r['message_zh']}" for r in
            (receipt["rows"] or [])[:20]]  # fmt: skip
    more = len(receipt["rows"] or []) - len(rows)
    text = "\n".join(
        [f"提交 submission {receipt['id']}：{counts}", *rows, *([f"  … 另有 {more} 行"] if more > 0 else [])]
    )
    return receipt, text


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]


@ingest_group.command("national-release", epilog=example("hengjie ingest national-release 2020-08-13.json.gz"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="文件名没有日期时的发布日期。")
@command
def ingest_release(paths: Sequence[Path], day: datetime | None, extra: Sequence[Path]) -> Told:
    """国家实时发布的应答（JSON，可 gzip）。Replies of the national real-time release."""
    return _taken_in(extra, paths, NATIONAL_RELEASE, day.date() if day else None)


@ingest_group.command("readings", epilog=example("hengjie ingest readings station.csv"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@command
def ingest_readings(paths: Sequence[Path], extra: Sequence[Path]) -> Told:
    """长表 CSV：station,time,indicator,value,unit[,mark]。Long CSV of readings."""
    return _taken_in(extra, paths, READINGS, None)


ingest_group.add_command(ingest_laboratory)


@click.group("readings")
def readings_group() -> None:
    """已接收的数据。Stored readings."""


@readings_group.command("export", epilog=example("hengjie readings export --station jiekou -o jiekou.csv"))
@click.option("--station", "stations", multiple=True, help="站点代码，可重复。")
@click.option("--wide", is_flag=True, help="classify 所读的宽表。The wide table that classify reads.")
@click.option(
    "--qartod",
    is_flag=True,
    help="另加标记与 QARTOD 代码四列，补出缺测的时次。With flags, QARTOD codes and missing slots.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件；缺省为标准输出。")
@AS_OF
@command
def readings_export(
    stations: Sequence[str], output: Path | None, as_of: datetime | None, extra: Sequence[Path], **forms: bool
) -> Told:
    """导出读数为 CSV。Readings as CSV."""
    if all(forms.values()):
        zh = "宽表没有标记列"
        en = "the wide table has no columns for flags"
        raise UsageError(zh, en, path="qartod", remedy="--wide 与 --qartod 只用一个")
    composition = composed_to_read(extra)
    selected: dict[str, Any] = {"stations": list(stations) or None, "as_of": as_of}
    with composition.engine.connect() as connection:
        form = _FORMS[forms["wide"], forms["qartod"]]
        frame = form(connection, composition.registry.network, **selected)
    return written(frame, output)


_FORMS = {
    (False, False): exports.long_readings,
    (True, False): exports.wide_readings,
    (False, True): exports.with_missing_slots,
}
