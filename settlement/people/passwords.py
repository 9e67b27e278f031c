"""Passwords and one-time codes: which ones are taken, and how they are kept.

In: what somebody types. Out: a hash of argon2id, or whether a password fits one. A password has at least twelve
characters and is none that is guessed soon. Hashing takes memory and time on purpose, so only a few are hashed
at once, and a wrong login takes as long as a wrong password.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from basin.errors import UsageError

SHORTEST = 12
LONGEST = 200
READ_OF_IT = 72  # characters that the estimate of guesses reads
ENOUGH = 2  # of its five scores, 0 to 4
CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that looks like another
CODE_GROUPS = 4  # of four signs: 80 bits
# The second set of parameters that OWASP recommends for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = BoundedSemaphore(4)


def hashed(password: str, login: str, name: str) -> str:
    """The hash of a new password.

    Raises
    ------
    UsageError : it is too short or too long, is common, or is made of the person's own name.
    """
    plain = _plain(password)
    remedy = f"用至少 {SHORTEST} 个字符，例如几个不相干的词"
    if not SHORTEST <= len(plain) <= LONGEST:
        zh = f"口令应有 {SHORTEST}–{LONGEST} 个字符"
        en = f"a password has {SHORTEST} to {LONGEST} characters"
        raise UsageError(zh, en, path="password", remedy=remedy)
    if _is_guessed_soon(plain, login, name):
        zh = "这个口令太常见，或含本人的名字"
        en = "this password is one of those that everybody tries first"
        raise UsageError(zh, en, path="password", remedy=remedy)
    with _AT_ONCE:
        return _HASHER.hash(plain)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed; it takes as long where nothing is kept."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobody(), _plain(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def new_code() -> str:
    """A one-time code: ``K7QM-2XWD-9FHT-4RBP``."""
    groups = ("".join(secrets.choice(CODE_SIGNS) for _ in range(4)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


def code_digest(code: str) -> str:
    """How a one-time code is kept, however somebody types it."""
    signs = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", code[:LONGEST]).upper()))
    return sha256(f"code {signs}".encode()).hexdigest()


def _plain(password: str) -> str:
    written = password[: LONGEST + 1].encode(errors="replace").decode()  # half a surrogate pair cannot be hashed
    return unicodedata.normalize("NFC", written)


def _is_guessed_soon(password: str, *own: str) -> bool:
    """Whether less than a million guesses find it: common passwords and words, rows of keys, dates, one's own name."""
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it reads lists that most commands do not need

    score: int = zxcvbn(password[:READ_OF_IT], user_inputs=[text for text in own if text])["score"]
    return score < ENOUGH


@cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _HASHER.hash(secrets.token_urlsafe(SHORTEST))
