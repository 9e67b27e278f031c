"""Who is signed in at the command line: the session that `hengjie login` keeps in a file of this account.

In: settings, and the file. Out: who it is, or a refusal. The file holds a secret, so nobody else may read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from api.composition import Composition
from basin.errors import NotSignedIn, Refused
from settlement.people import sessions
from settlement.people.sessions import Signed

SETTING = "HENGJIE_SESSION"
_OTHERS = 0o077


def signed_in(composition: Composition, environ: Mapping[str, str] = os.environ) -> Signed:
    """Who is signed in here.

    Raises
    ------
    NotSignedIn : nobody, or no longer. Refused : others may read the file.
    """
    desk = composition.desk
    with desk.engine.connect() as connection:
        signed = sessions.signed(connection, desk, _secret(_file(environ)))
    sessions.note_used(desk, signed.session)
    return signed


def keep_secret(secret: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Keep the secret of a session in the file, in place of the one before."""
    file = _file(environ)
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        file.unlink()  # whoever may read the file before must not read the new secret
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as content:
        content.write(f"{secret}\n")
    return file


def forget_secret(environ: Mapping[str, str] = os.environ) -> None:
    """Remove the file."""
    _file(environ).unlink(missing_ok=True)


def _file(environ: Mapping[str, str]) -> Path:
    return Path(environ.get(SETTING) or Path.home() / ".hengjie-session")


def _secret(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as problem:
        zh = "命令行没有登录"
        raise NotSignedIn(zh, "not signed in at the command line", remedy="hengjie login 登录名") from problem
    if mode & _OTHERS:
        zh = "登录文件别人也能读"
        en = "others may read the file of the session"
        raise Refused(zh, en, file=file, remedy=f"chmod 600 {file}，或 hengjie login 重新登录")
    return secret
