"""A server that listens, in a thread of the test: what a socket sees of it.

In: a composition. Out: a port. The patience of its connections may be shortened, so that no test waits long.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import application
from api.composition import Composition
from api.connections import Connection, Patience
from api.serving import configured

USUAL = Patience()


@contextmanager
def served(here: Composition, patience: Patience = USUAL, http: type = Connection) -> Iterator[int]:
    """The port of a server over a composition; it is stopped at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    connection = type("Hurried", (http,), {"patience": patience})
    server = uvicorn.Server(configured(application(here), here.settings, connection))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def talk(port: int, *pieces: bytes) -> bytes:
    """Everything a server answers to a peer that sends all pieces before it reads, and ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        for piece in pieces:
            peer.sendall(piece)
        answer = bytearray()
        while chunk := peer.recv(65_536):
            answer += chunk
        return bytes(answer)
