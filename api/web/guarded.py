"""Routes that ask for the key or the person first, then for the size, and only then read the body.

FastAPI reads and parses a body before it asks any dependency, so that a stranger could fill the memory. Here a route
whose endpoint is given the access of a key (`deps.sender`) asks for the key as soon as the head of the request has
arrived, one whose endpoint is given who is signed in (`login.signed_in`) asks for that, and one that takes either
(`login.person_or_key`) for either. A body is read no further than allowed. An endpoint that reads the body itself
bounds it itself.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from api.web.bodies import refuse_announced, too_large
from api.web.deps import sender
from api.web.keys import ask_for_key
from api.web.login import ask_for_person_or_key, ask_for_sign_in, person_or_key, signed_in
from api.web.parameters import with_dependencies

JSON_BYTES = 64 * 2**10  # of a body that FastAPI parses: one fact, one decision, one change of status


class Guarded(APIRoute):
    """A route that reads no byte of a body before key, person and size are asked for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI behind these questions."""
        answer = super().get_route_handler()
        asked = {dependency.call for dependency in with_dependencies(self.dependant)}
        needs_key = sender in asked
        needs_person = signed_in in asked
        needs_either = person_or_key in asked
        parses_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            if needs_key:
                ask_for_key(request)
            if needs_person:
                await ask_for_sign_in(request)
            if needs_either:
                await ask_for_person_or_key(request)
            if parses_body:
                request = await _read(request, JSON_BYTES)
            return await answer(request)

        return guarded


async def _read(request: Request, most: int) -> Request:
    """The request with its body in memory.

    Raises
    ------
    TooLarge : the body is larger than `most` bytes; where its length is announced, none of it is read.
    """
    refuse_announced(request.headers, most)
    bounded = Request(request.scope, _bounded(request.receive, most))
    await bounded.body()
    return bounded


def _bounded(receive: Receive, most: int) -> Receive:
    """What arrives of a body, as long as it is no more than `most` bytes."""
    arrived = 0

    async def next_message() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > most:
            raise too_large(most)
        return message

    return next_message
