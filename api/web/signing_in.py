"""Sign-ins that have begun and are not done yet: what this server must remember while a browser is at the provider.

In: what began, under a secret that the browser keeps in a cookie. Out: the same, once, for ten minutes. It is kept in
the memory of this process and bounded in number: a stranger may begin as many as he likes, and the oldest go first.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hmac import compare_digest
from threading import Lock

from api.web.rates import Seconds
from monitoring_ingest.access.remembered import Remembered
from settlement.people.sessions import digest

LASTS_SECONDS = 600
MOST = 30_000  # more than one address may begin in ten minutes, so that none alone pushes out others
SECRET_BYTES = 32


@dataclass(frozen=True)
class Begun:
    """A sign-in whose browser is at the provider.

    Attributes
    ----------
    state : comes back with the answer. nonce : comes back in the token. verifier : of PKCE; only this server knows it.
    to : the address here to go to when it is done.
    """

    state: str
    nonce: str
    verifier: str
    to: str


@dataclass(frozen=True)
class Vouched:
    """Somebody the provider vouches for who is bound to nobody here: he may still bind himself by a one-time code."""

    issuer: str
    subject: str
    to: str


@dataclass(frozen=True)
class _Entry:
    of: Begun | Vouched
    until: float


def begun(to: str) -> Begun:
    """A new sign-in with secrets of its own."""
    return Begun(_secret(), _secret(), _secret(), to)


class SigningIn:
    """The sign-ins under way in this process.

    Parameters
    ----------
    seconds : a clock that never goes back.
    """

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._remembered: Remembered[_Entry] = Remembered(MOST)
        self._lock = Lock()

    def keep(self, entry: Begun | Vouched) -> str:
        """Remember it; the secret under which it is found again."""
        secret = _secret()
        with self._lock:
            self._remembered[digest(secret)] = _Entry(entry, self._seconds() + LASTS_SECONDS)
        return secret

    def take(self, secret: str, state: str) -> Begun | None:
        """The sign-in that an answer belongs to, which is forgotten: an answer counts once.

        None where there is none, or it is over, or the answer belongs to another: then it stays, for a page of another
        server may send answers that are none.
        """
        with self._lock:
            entry = self._entry(secret)
            if not isinstance(entry, Begun) or not compare_digest(entry.state.encode(), state.encode(errors="replace")):
                return None
            del self._remembered[digest(secret)]
            return entry

    def vouched(self, secret: str) -> Vouched | None:
        """Who waits to be bound; None where nobody does, or no longer."""
        with self._lock:
            entry = self._entry(secret)
        return entry if isinstance(entry, Vouched) else None

    def forget(self, secret: str) -> None:
        """Forget one that is done."""
        with self._lock:
            self._remembered.pop(digest(secret), None)

    def _entry(self, secret: str) -> Begun | Vouched | None:
        entry = self._remembered.get(digest(secret))
        return entry.of if entry is not None and self._seconds() < entry.until else None


def _secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)
