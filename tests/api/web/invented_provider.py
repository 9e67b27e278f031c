"""A provider of OpenID Connect on a port of this machine that answers what a test lets it answer."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.api.web import makers_of_tokens as makers

DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"
TOKEN = "/token"


@dataclass
class Invented:
    """What the provider answers at each path, and what it was asked.

    Attributes
    ----------
    answers : a document, or bytes; a status instead of 200 by `statuses`. forms : what came to the token endpoint.
    opened : it answers nobody while this is cleared.
    """

    issuer: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)

    def discovery(self, **changed: Any) -> None:
        """Let it say this of itself."""
        self.answers[DISCOVERY] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}{TOKEN}",
            "jwks_uri": f"{self.issuer}{KEYS}",
        } | changed

    def vouch(self, **changed: Any) -> None:
        """Let it answer the next code with a token of these claims."""
        signed = makers.token(**({"iss": self.issuer} | changed))
        self.answers[TOKEN] = {"access_token": "access", "token_type": "Bearer", "id_token": signed}


@contextmanager
def invented() -> Iterator[Invented]:
    """A provider that says what it should, until the test says otherwise."""
    provider = Invented()
    provider.opened.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.respond()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider.forms.append(parse_qs(body.decode()))
            provider.authorizations.append(self.headers["Authorization"])
            self.respond()

        def respond(self) -> None:
            provider.asked[self.path] += 1
            provider.opened.wait(60)
            answer = provider.answers.get(self.path, {})
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(provider.statuses.get(self.path, 200))
            for name, value in ({"Content-Length": str(len(body))} | provider.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        provider.discovery()
        provider.answers[KEYS] = makers.keys().as_dict()
        provider.vouch()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
