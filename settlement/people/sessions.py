"""Signing in and staying signed in: sessions of pages and of the command line, and tokens of a person.

In: a login and password, a one-time code, or the secret of a session. Out: who it is, or a refusal. A session ends when
nobody used it for a while, and at the latest after a day's work; suspension of its person ends it at once. Secrets are
stored as their SHA-256. How often somebody may try is decided by the doors.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import Connection

from basin.errors import NotFound, NotSignedIn, Refused, UsageError
from basin.written.texts import LINE, accepted
from monitoring_ingest.database.engine import writing
from settlement.people import passwords, store
from settlement.people.persons import Person, Staff
from settlement.people.proposals import Desk
from settlement.people.store import Credentials, Session

PAGE = "page"
COMMAND = "command"
TOKEN = "token"  # nosec  # a kind of session, and no secret
SECRET_BYTES = 32
PREFIX = "hjt_"  # of the secret that a program sends for a person, so that no door takes it for a key
NOTED_EVERY = timedelta(minutes=5)  # a session in use is written no more often
LONGEST_TOKEN = timedelta(days=30)


@dataclass(frozen=True)
class Lasting:
    """How long a session lasts: unused, and at the most."""

    idle: timedelta
    most: timedelta


LASTING: Mapping[str, Lasting] = {
    PAGE: Lasting(timedelta(hours=2), timedelta(hours=12)),
    COMMAND: Lasting(timedelta(hours=12), timedelta(hours=12)),
    TOKEN: Lasting(LONGEST_TOKEN, LONGEST_TOKEN),
}


@dataclass(frozen=True)
class Signed:
    """Somebody signed in: who, by which session, and everybody as of that instant."""

    person: Person
    session: Session
    staff: Staff


@dataclass(frozen=True)
class Opened:
    """A session that was just begun, with its secret, which is told once."""

    secret: str
    session: Session


def sign_in(desk: Desk, login: str, password: str, kind: str = PAGE) -> Opened:
    """Begin a session of whoever has that login and password.

    Raises
    ------
    NotSignedIn : no such pair, or the person is not active; which of these is not told.
    """
    now = desk.now()
    with desk.engine.connect() as connection:
        staff = store.staff(connection, desk.offices, now)
        person = staff.named(login.strip().lower())
        hashed = store.credentials_of(connection, person.number).password if person is not None else None
    if not passwords.fits(password, hashed) or person is None or not person.active(now):
        zh = "登录名或口令不对，或已停用"
        en = "no such login and password, or suspended"
        raise NotSignedIn(zh, en, path="login", remedy="再试；忘记口令的，请本方管理人发一次性代码")
    return begin(desk, person, kind, now)


def begin(
    desk: Desk, person: Person, kind: str, now: datetime, *, name: str = "", lasts: timedelta | None = None
) -> Opened:
    """Begin a session of a person who proved who he is.

    Parameters
    ----------
    name : what its person calls a token. lasts : until its end at the latest; None: as long as its kind does.
    """
    random = secrets.token_urlsafe(SECRET_BYTES)
    secret = random if kind == PAGE else PREFIX + random
    ends_at = now + (LASTING[kind].most if lasts is None else lasts)
    session = Session(digest(secret), person.number, kind, name, now, now, ends_at)
    with writing(desk.engine) as connection:
        store.keep_session(connection, session)
    return Opened(secret, session)


def new_token(desk: Desk, person: Person, name: str, days: int) -> Opened:
    """A token with which a program of this person speaks for him.

    Raises
    ------
    UsageError : no name, or more days than a token lasts.
    """
    name = accepted(name, LINE, "name")
    most = LONGEST_TOKEN.days
    if not 1 <= days <= most:
        zh = f"令牌的期限是 1–{most} 天"
        raise UsageError(zh, f"a token lasts 1 to {most} days", path="days", remedy="到期再建一个")
    return begin(desk, person, TOKEN, desk.now(), name=name, lasts=timedelta(days=days))


def signed(connection: Connection, desk: Desk, secret: str) -> Signed:
    """Whose session has that secret.

    Raises
    ------
    NotSignedIn : nobody's, or it has ended, or its person is not active.
    """
    now = desk.now()
    session = store.session_of(connection, digest(secret))
    if session is None or not _goes_on(session, now):
        raise NotSignedIn("没有登录，或登录已过期", "not signed in, or no longer", remedy="在 /sign-in 登录")
    staff = store.staff(connection, desk.offices, now)
    person = staff.people[session.person]
    if not person.active(now):
        raise _suspended(person)
    return Signed(person, session, staff)


def note_used(desk: Desk, session: Session) -> None:
    """Note that a session is in use, now and then."""
    now = desk.now()
    if now - session.used_at >= NOTED_EVERY:
        with writing(desk.engine) as connection:
            store.note_used(connection, session.sha256, now)


def sign_out(desk: Desk, person: int, sha256_of_secret: str | None = None) -> int:
    """End one session or token of a person, or all of them; how many.

    Raises
    ------
    NotFound : he has no such session.
    """
    with writing(desk.engine) as connection:
        ended = store.end_sessions(connection, person, desk.now(), sha256_of_secret)
    if sha256_of_secret is not None and not ended:
        raise NotFound("没有这个登录或令牌", "no such session or token", remedy="在“我的账户”里查")
    return ended


def change_password(desk: Desk, person: Person, before: str, after: str) -> None:
    """Give oneself another password, which ends every session.

    Raises
    ------
    Refused : the one before is wrong. UsageError : the new one is not taken.
    """
    with desk.engine.connect() as connection:
        credentials = store.credentials_of(connection, person.number)
    if not passwords.fits(before, credentials.password):
        raise Refused("原口令不对", "the password before is wrong", path="before", remedy="再试")
    after_hashed = passwords.hashed(after, person.login, person.name)
    with writing(desk.engine) as connection:
        credentials = store.credentials_of(connection, person.number)
        store.keep_credentials(connection, replace(credentials, password=after_hashed))
        store.end_sessions(connection, person.number, desk.now())


def use_code(desk: Desk, code: str, password: str) -> Person:
    """Set the first password by a one-time code, which is used up.

    Raises
    ------
    Refused : no such code, or it is over. UsageError : the password is not taken; the code stays good.
    """
    with desk.engine.connect() as connection:
        person = _of_code(connection, desk, code)
    after_hashed = passwords.hashed(password, person.login, person.name)
    with writing(desk.engine) as connection:
        person = _of_code(connection, desk, code)
        store.keep_credentials(connection, Credentials(person.number, after_hashed, None, None, None, None))
        store.end_sessions(connection, person.number, desk.now())
    return person


def bind_subject(desk: Desk, code: str, issuer: str, subject: str) -> Person:
    """Bind a subject of OpenID Connect to the person with a one-time code, which is used up.

    Raises
    ------
    Refused : no such code, or it is over; or the subject is bound to somebody else.
    """
    with writing(desk.engine) as connection:
        person = _of_code(connection, desk, code)
        bound = store.person_bound_to(connection, issuer, subject)
        if bound is not None and bound != person.number:
            zh = "这个账号已绑定另一人"
            raise Refused(zh, "this account is bound to somebody else", remedy="由那人的管理人办理重置")
        store.keep_credentials(connection, Credentials(person.number, None, issuer, subject, None, None))
    return person


def person_bound_to(desk: Desk, issuer: str, subject: str) -> Person | None:
    """Who signs in as a subject of OpenID Connect; None where it is bound to nobody.

    Raises
    ------
    NotSignedIn : the person is not active.
    """
    now = desk.now()
    with desk.engine.connect() as connection:
        number = store.person_bound_to(connection, issuer, subject)
        if number is None:
            return None
        person = store.staff(connection, desk.offices, now).people[number]
    if not person.active(now):
        raise _suspended(person)
    return person


def csrf_token(secret: str) -> str:
    """What a form of this session carries, so that no page of another server can send it."""
    return sha256(f"form {secret}".encode()).hexdigest()


def is_csrf_token(secret: str, given: str) -> bool:
    """Whether a form is of this session."""
    return compare_digest(csrf_token(secret).encode(), given.encode(errors="replace"))


def digest(secret: str) -> str:
    """How a secret is kept."""
    return sha256(secret.encode()).hexdigest()


def _suspended(person: Person) -> NotSignedIn:
    return NotSignedIn(f"{person.name} 已停用", "suspended", remedy="请本方管理人办理恢复")


def _goes_on(session: Session, now: datetime) -> bool:
    unused = now - session.used_at
    return session.ended_at is None and now < session.ends_at and unused < LASTING[session.kind].idle


def _of_code(connection: Connection, desk: Desk, code: str) -> Person:
    now = desk.now()
    credentials = store.credentials_by_code(connection, passwords.code_digest(code))
    if credentials is None or credentials.code_until is None or credentials.code_until <= now:
        zh = "一次性代码不对，或已过期、已用过"
        raise Refused(zh, "no such one-time code, or it is over", path="code", remedy="请本方管理人另发一个")
    return store.staff(connection, desk.offices, now).people[credentials.person]
