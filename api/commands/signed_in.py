"""Who is signed in at the command line: the session that `hengjie login` keeps in a file of this account.

In: settings, and the file. Out: who it is, or a refusal; an option that names who acts is refused. The file holds a
secret, so nobody else may read it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from api.authors import NAMED, without_people
from api.commands.shared import audited
from api.composition import Composition
from basin.errors import HengjieError, NotSignedIn, Refused, UsageError
from settlement.people import sessions
from settlement.people.proposals_store import Proposal
from settlement.people.sessions import Signed

SETTING = "HENGJIE_SESSION"
_OTHERS = 0o077


def signed_in(composition: Composition, environ: Mapping[str, str] = os.environ) -> Signed:
    """Who is signed in here.

    Raises
    ------
    NotSignedIn : nobody, or no longer. Refused : others may read the file, or people are switched off.
    """
    if not composition.settings.people:
        raise without_people()
    desk = composition.desk
    with desk.engine.connect() as connection:
        signed = sessions.signed(connection, desk, _secret(_file(environ)))
    sessions.note_used(desk, signed.session)
    return signed


@contextmanager
def acting(composition: Composition, act: str, subject: str) -> Iterator[Signed]:
    """Who is signed in, while he acts: what is done or refused leaves its row, also where nobody is signed in.

    Parameters
    ----------
    act : the command. subject : what it is about.

    Raises
    ------
    NotSignedIn, Refused : as `signed_in`. HengjieError : as what is done inside.
    """
    try:
        signed = signed_in(composition)
    except HengjieError as refusal:
        with audited(composition, act, "", subject):
            raise refusal
    with audited(composition, act, signed.person.login, subject):
        yield signed


def no_author(option: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that once named who acts: it is hidden, and refused with a remedy."""
    return click.option(option, hidden=True, expose_value=False, callback=_refuse_author)


def _refuse_author(_context: click.Context, option: click.Parameter, written: str | None) -> None:
    if written is not None:
        raise click.UsageError(f"{NAMED.zh}；{NAMED.remedy}") from UsageError(
            NAMED.zh, NAMED.en, path=option.name, remedy=NAMED.remedy
        )


def told(proposal: Proposal) -> tuple[dict[str, Any], str]:
    """What a command tells of what it proposed, as JSON and as text."""
    text = f"已提出第 {proposal.number} 项，等另一人批准 proposed：{proposal.subject}"
    return {"proposal": proposal.number, "office": proposal.office, "subject": proposal.subject}, text


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
