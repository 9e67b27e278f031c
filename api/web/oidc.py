"""Asking a provider of OpenID Connect who somebody is: this server as its client, or "relying party".

In: a sign-in that began here, and the code with which the browser came back. Out: the address to send a browser to, and
the subject that the provider vouches for. The authorization code flow with PKCE, by Authlib; the token is checked in
`id_tokens`. What is bound to whom is not decided here.

The provider is asked few times and never for long: what it says of itself is remembered for an hour, a failure for half
a minute. No answer may be large, no redirection is followed, and only a few conversations go on at once, so that a
provider that is slow holds up nobody who reads.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from threading import BoundedSemaphore, Lock
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from api.settings import Provider, is_secure
from api.web.id_tokens import Expected, UnknownKey, subject_of
from api.web.rates import Seconds
from api.web.signing_in import Begun
from basin.errors import HengjieError, Refused, Unavailable
from basin.signs import shown

WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid"  # and neither profile nor e-mail: nobody is known by these here
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
BASIC = "client_secret_basic"
POSTED = "client_secret_post"
CONNECT_SECONDS = 3
WAIT_SECONDS = 5
BODY_SECONDS = 10
MOST_BYTES = 256 * 2**10
BLOCK = 2**14
LASTS_SECONDS = 3_600  # what the provider says of itself
AGAIN_SECONDS = 30  # before it is asked again after a failure, or for new keys
AT_ONCE = 8
LONGEST_CODE = 4_096
LONGEST_ERROR = 60
# What no answer, or one that is not as it should be, raises in Requests, Authlib and joserfc.
_WRONG = (requests.RequestException, HTTPError, JoseError, OSError, ValueError, TypeError, KeyError, RecursionError)
_REMEDY = "稍后再试；一再如此的，请管理员检查统一认证与 HENGJIE_OIDC_ISSUER"


@dataclass(frozen=True)
class _Metadata:
    """What the provider says of itself, and its keys."""

    authorization: str
    token: str
    method: str
    keys: KeySet
    fetched: float


@dataclass(frozen=True)
class _Failure:
    problem: Unavailable
    until: float


class RelyingParty:
    """This server as a client of one provider.

    Parameters
    ----------
    provider : who vouches. callback : the address here to which it sends browsers back. seconds : a clock that never
        goes back.
    """

    def __init__(self, provider: Provider, callback: str, seconds: Seconds) -> None:
        self._provider = provider
        self._callback = callback
        self._seconds = seconds
        self._remembered: _Metadata | None = None
        self._failure: _Failure | None = None
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_ONCE)

    @property
    def issuer(self) -> str:
        """The provider's own name, with which a subject is stored."""
        return self._provider.issuer

    def address_for(self, begun: Begun) -> str:
        """Where to send a browser whose sign-in has begun.

        Raises
        ------
        Unavailable : the provider cannot be reached, or does not say what it should.
        """
        with self._conversation() as session:
            metadata = self._metadata(session)
            address: str = session.create_authorization_url(
                metadata.authorization, state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )[0]
            return address

    def subject(self, code: str, begun: Begun, now: datetime) -> str:
        """Whom the provider vouches for, by the code that a browser brought back.

        Raises
        ------
        Refused : the provider does not know the code, or its token is not what it should be. Unavailable : as
            `address_for`.
        """
        if not 0 < len(code) <= LONGEST_CODE or not (code.isascii() and code.isprintable()):
            raise _not_acknowledged("code")
        with self._conversation() as session:
            metadata = self._metadata(session)
            session.token_endpoint_auth_method = metadata.method
            answer = session.fetch_token(
                metadata.token, grant_type="authorization_code", code=code, code_verifier=begun.verifier,
                allow_redirects=False,
            )  # fmt: skip
            access_token = str(answer.get("access_token", ""))
            expected = Expected(self.issuer, self._provider.client_id, begun.nonce, access_token, now)
            token = answer.get("id_token")
            try:
                return subject_of(token, metadata.keys, expected)
            except UnknownKey:  # providers change their keys every few weeks
                keys = self._metadata(session, but=metadata).keys
            try:
                return subject_of(token, keys, expected)
            except UnknownKey:
                raise _not_acknowledged("kid") from None

    @contextmanager
    def _conversation(self) -> Iterator[OAuth2Session]:
        """A session with the provider, where there is a place for one.

        Raises
        ------
        Unavailable : whatever goes wrong with the provider. Refused : it does not know the code.
        """
        if not self._places.acquire(blocking=False):
            raise _unavailable("统一认证应答太慢，正在登录的人太多", "too many wait for the provider")
        try:
            with self._session() as session:
                yield session
        except HengjieError:
            raise
        except OAuthError as problem:
            raise _not_acknowledged(str(problem.error)) from None
        except _WRONG as why:
            raise _silent(why) from None
        finally:
            self._places.release()

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._provider.client_id, self._provider.client_secret, scope=SCOPE, redirect_uri=self._callback,
            code_challenge_method="S256", default_timeout=(CONNECT_SECONDS, WAIT_SECONDS),
        )  # fmt: skip
        session.trust_env = False  # no proxy and no password of the surroundings
        session.stream = True
        session.headers["Accept-Encoding"] = "identity"
        session.hooks["response"].append(self._whole)
        session.mount("https://", _CertificatesOfTheSystem())
        return session

    def _whole(self, response: requests.Response, **_: object) -> requests.Response:
        """An answer with its body, if that is small and comes soon, and leads nowhere else."""
        if response.is_redirect:
            response.close()
            raise ValueError("a redirection")
        until = self._seconds() + BODY_SECONDS
        body = bytearray()
        while block := response.raw.read1(BLOCK):  # what has come, however little: a full block may take for ever
            body += block
            if len(body) > MOST_BYTES or self._seconds() > until:
                response.close()
                raise ValueError("too large or too slow an answer")
        response.close()
        whole = requests.Response()
        whole.status_code = response.status_code
        whole.headers = response.headers
        whole.url = response.url
        whole.request = response.request
        whole.raw = BytesIO(body)
        return whole

    def _metadata(self, session: OAuth2Session, *, but: _Metadata | None = None) -> _Metadata:
        """What the provider says of itself, as it is remembered, else as it says it now.

        Parameters
        ----------
        but : what was not new enough; it is good enough again if the provider was asked just before.
        """
        with self._lock:
            now = self._seconds()
            remembered = self._remembered
            lasts = AGAIN_SECONDS if but is not None and remembered is but else LASTS_SECONDS
            if remembered is not None and now - remembered.fetched < lasts:
                return remembered
            if self._failure is not None and now < self._failure.until:
                raise self._failure.problem.with_traceback(None)
            try:
                self._remembered = self._asked(session, now)
            except (Unavailable, *_WRONG) as why:
                problem = why if isinstance(why, Unavailable) else _silent(why)
                self._failure = _Failure(problem, now + AGAIN_SECONDS)
                raise problem from None
            return self._remembered

    def _asked(self, session: OAuth2Session, now: float) -> _Metadata:
        """What the provider says of itself now (OpenID Connect Discovery 1.0)."""
        document = _json(session, self.issuer.rstrip("/") + WELL_KNOWN)
        if document.get("issuer") != self.issuer:
            name = shown(str(document.get("issuer")), LONGEST_ERROR)
            zh = f"统一认证自称 {name}，与 HENGJIE_OIDC_ISSUER 不同"
            raise _unavailable(zh, f"the provider calls itself {name}", "请管理员照它的自称改正 HENGJIE_OIDC_ISSUER")
        authorization, token, key_set = (str(document.get(endpoint)) for endpoint in ENDPOINTS)
        if not all(map(is_secure, (authorization, token, key_set))):
            raise _unavailable("统一认证给的地址不是 https", "an address of the provider is not https")
        methods = document.get("token_endpoint_auth_methods_supported") or [BASIC]
        method = POSTED if BASIC not in methods and POSTED in methods else BASIC
        keys = KeySet.import_key_set(_json(session, key_set))  # type: ignore[arg-type]  # it looks for itself
        return _Metadata(authorization, token, method, keys, now)


class _CertificatesOfTheSystem(HTTPAdapter):
    """Trusts what the system trusts, too: a provider inside a network has a certificate of its own authority."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=ssl.create_default_context(), **options)


def _json(session: OAuth2Session, address: str) -> dict[str, Any]:
    """What an address of the provider says."""
    response = session.get(address, withhold_token=True, allow_redirects=False)
    if response.status_code != requests.codes.ok:
        raise ValueError(f"status {response.status_code}")
    document = response.json()
    if not isinstance(document, dict):
        raise TypeError("no mapping")
    return document


def refused_by_provider(error: str) -> HengjieError:
    """What the provider says where it sends a browser back without a code (RFC 6749, 4.1.2.1)."""
    if error in ("server_error", "temporarily_unavailable"):
        return _unavailable("统一认证暂时不能登录", f"the provider cannot sign in anybody now: {error}")
    if error == "access_denied":
        zh = "在统一认证那里没有同意登录，或不许登录本系统"
        return Refused(
            zh, "signing in was denied at the provider", remedy="重新登录；不许登录的，请统一认证的管理员办理"
        )
    return _not_acknowledged(error)


def _not_acknowledged(reason: str) -> Refused:
    reason = shown(reason, LONGEST_ERROR)
    zh = f"统一认证不认这次登录（{reason}）"
    remedy = "重新登录；一再如此的，请管理员检查统一认证的设置"
    return Refused(zh, f"the provider does not acknowledge this sign-in: {reason}", remedy=remedy)


def _silent(why: BaseException) -> Unavailable:
    zh = "统一认证没有应答，或答复读不懂"
    return _unavailable(zh, f"no answer of the provider, or not a legible one: {type(why).__name__}")


def _unavailable(zh: str, en: str, remedy: str = _REMEDY) -> Unavailable:
    problem = Unavailable(zh, en, remedy=remedy)
    problem.headers["Retry-After"] = str(AGAIN_SECONDS)
    return problem
