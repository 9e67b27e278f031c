"""Tokens of an invented provider, and what this server expects of them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from api.web.id_tokens import Expected

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INSTANT = int(NOW.timestamp())
ISSUER = "https://id.example.cn"
EXPECTED = Expected(ISSUER, "hengjie", "nonce-7", "", NOW)
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": "hengjie", "sub": "subject-7", "nonce": "nonce-7", "iat": INSTANT, "exp": INSTANT + 300,
}  # fmt: skip


@cache
def rsa(kid: str = "a") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


@cache
def ec() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "ec"})


def keys() -> KeySet:
    """What the provider publishes."""
    public = [key.as_dict(private=False) for key in (rsa(), ec())]
    return KeySet.import_key_set({"keys": public})


def token(alg: str = "RS256", key: Any = None, kid: str = "a", **changed: Any) -> str:
    """A token of the provider, with claims changed, or left out where they are None."""
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return jwt.encode({"alg": alg, "kid": kid}, claims, key or rsa(), [alg])
