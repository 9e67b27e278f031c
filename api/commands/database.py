"""Commands for the database as a whole: its revision, upgrading, going back, backing up, restoring.

In: a file or a revision. Out: what was done, or why not. No register is loaded, so that a database can be saved when
nothing else works. How it is done is in `monitoring_ingest.database`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import Connection, Engine

from api.commands.shared import Told, command, example
from api.composition import utc_now
from api.settings import from_environment
from basin.errors import Refused
from monitoring_ingest.database import schema
from monitoring_ingest.database.backup import Manifest, backup, restore
from monitoring_ingest.database.engine import open_engine, open_existing
from monitoring_ingest.database.revisions import revision_ids
from settlement.store import altered_documents

FEW = 3
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("database")
def database_group() -> None:
    """数据库：结构版本、升级、备份、恢复。The database: revision, upgrade, backup, restore."""


def _present() -> Engine:
    """The database of this installation; asking about one that is not there does not create it."""
    return open_existing(from_environment().url)


@database_group.command("status", epilog=example("hengjie database status"))
@command
def status(extra: Sequence[Path]) -> Told:
    """数据库在哪个结构版本，还差哪些。The revision of the database, and those it lacks."""
    engine = _present()
    revision = schema.current_revision(engine)
    address = engine.url.render_as_string(hide_password=True)
    lacking = [identity for identity in revision_ids() if revision == schema.NOTHING or identity > revision]
    state = f"待升级 to apply: {'、'.join(lacking)}" if lacking else "最新 newest"
    result = {"database": address, "revision": revision, "newest": revision_ids()[-1], "lacking": lacking}
    return result, f"{address}\n结构版本 revision {revision}，{state}"


@database_group.command("upgrade", epilog=example("hengjie database upgrade"))
@command
def upgrade(extra: Sequence[Path]) -> Told:
    """升到本程序的结构版本，数据保留；空库则建表。Upgrade to the newest revision; all data are kept."""
    return _moved(schema.create_schema(open_engine(from_environment().url)))


@database_group.command("downgrade", epilog=example("hengjie database downgrade 0002"))
@click.argument("revision")
@command
def downgrade(revision: str, extra: Sequence[Path]) -> Told:
    """退回较早的结构版本；会丢证据的拒绝。Go back to an earlier revision, unless evidence would be lost."""
    return _moved(schema.downgrade(_present(), revision))


def _moved(moved: schema.Moved) -> Told:
    return {"before": moved.before, "after": moved.after}, f"结构版本 revision {moved.before} → {moved.after}"


@database_group.command("backup", epilog=example("hengjie database backup hengjie-2026-01-31.zip"))
@FILE
@command
def back_up(file: Path, extra: Sequence[Path]) -> Told:
    """备份到一个新文件，服务照常运行。Back up into a new file, while the service runs."""
    manifest = backup(_present(), file, utc_now())
    with file.open("rb") as archive:
        sha256 = hashlib.file_digest(archive, "sha256").hexdigest()
    result = _contents(file, manifest) | {"bytes": file.stat().st_size, "sha256": sha256}
    return result, f"已备份 backed up：{_summary(file, manifest)}\nsha256 {sha256}"


@database_group.command("restore", epilog=example("HENGJIE_DATA=new hengjie database restore hengjie-2026-01-31.zip"))
@FILE
@command
def restored(file: Path, extra: Sequence[Path]) -> Told:
    """恢复到空库：全部或什么也不写。Restore into an empty database: all of it, or nothing."""
    manifest = restore(open_engine(from_environment().url), file, _with_all_digests)
    equal = "结算与评价的指纹全部重算相符 all digests recomputed and equal"
    return _contents(file, manifest), f"已恢复 restored：{_summary(file, manifest)}；{equal}"


def _with_all_digests(connection: Connection) -> None:
    """Refuse a database in which the stored digest of a document is not that of the document."""
    altered = altered_documents(connection)
    if altered:
        named = "、".join(altered[:FEW])
        zh = f"{len(altered)} 份文书的指纹与内容不符：{named}"
        raise Refused(zh, f"{len(altered)} documents do not have their digest: {named}", remedy="换一份备份")


def _contents(file: Path, manifest: Manifest) -> dict[str, object]:
    tables = {name: table.rows for name, table in manifest.tables.items()}
    return {"file": str(file), "revision": manifest.revision, "made_at": manifest.made_at, "tables": tables}


def _summary(file: Path, manifest: Manifest) -> str:
    return f"{file}，结构版本 {manifest.revision}，{len(manifest.tables)} 张表 tables {manifest.rows} 行 rows"
