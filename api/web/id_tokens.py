"""The token by which a provider of OpenID Connect vouches for somebody, checked.

In: the token as the provider sent it, the provider's public keys, and what this server expects of it. Out: the subject,
the provider's unchanging name of the person. Nothing else of the token is read: neither a name nor an e-mail address
says who somebody is here. It fetches nothing and reads no clock.

OpenID Connect Core 1.0, 3.1.3.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from basin.errors import Refused

# Signatures that only the provider can make. With HS256 a holder of the client's secret could sign, and with "none"
# anybody.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
LEEWAY_SECONDS = 60  # that the clocks of two servers may differ
LONGEST_SUBJECT = 255  # characters of ASCII
LONGEST_TOKEN = 16 * 2**10


class UnknownKey(Exception):
    """The token is signed by a key that is not among the provider's keys as they are known: it may be a new one."""


@dataclass(frozen=True)
class Expected:
    """What a token must say.

    Attributes
    ----------
    issuer, client_id : who wrote it, and for whom. nonce : what this server sent along when the sign-in began.
    access_token : what came beside it, which it may vouch for. now : the present instant.
    """

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


def subject_of(token: object, keys: KeySet, expected: Expected) -> str:
    """Whom a token vouches for.

    Raises
    ------
    Refused : it is no token, is signed by nobody we know or by a method that is not allowed, is for another server or
        another sign-in, or is over. UnknownKey.
    """
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise _refused("没有身份令牌，或太长", "no identity token, or too long a one")
    try:
        decoded = jwt.decode(token, keys, list(ALGORITHMS))
        claims = CodeIDToken(decoded.claims, decoded.header, _wanted(expected), _beside(expected))
        claims.validate(int(expected.now.timestamp()), LEEWAY_SECONDS)
    except InvalidKeyIdError:
        raise UnknownKey from None
    except ExpiredTokenError:
        raise _refused("身份令牌已过期", "the identity token is over") from None
    except (JoseError, ValueError, TypeError, RecursionError) as problem:
        kind = getattr(problem, "claim", "") or getattr(problem, "error", "") or "decode"
        raise _refused(f"身份令牌不对（{kind}）", f"a wrong identity token: {kind}") from None
    subject: str = claims["sub"]
    if len(subject) > LONGEST_SUBJECT or not (subject.isascii() and subject.isprintable()):
        raise _refused("身份令牌的 sub 太长，或不是 ASCII", "the subject is too long, or not of ASCII")
    return subject


def _wanted(expected: Expected) -> dict[str, dict[str, object]]:
    return {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True, "value": expected.nonce},
    }


def _beside(expected: Expected) -> dict[str, str]:
    """What Authlib compares with the claims `azp`, `nonce` and `at_hash`."""
    return {"client_id": expected.client_id, "nonce": expected.nonce, "access_token": expected.access_token}


def _refused(zh: str, en: str) -> Refused:
    return Refused(
        f"统一认证的答复不能采信：{zh}", en, path="id_token", remedy="重新登录；一再如此的，请管理员检查统一认证的设置"
    )
