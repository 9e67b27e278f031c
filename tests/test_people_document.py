"""docs/people.md is true: every role, act about people, address and refusal of people is there."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.routing import APIRoute

from api.routes import keys, me, people, proposals, signing_in, statuses
from basin.errors import Conflict, ForgedForm, NoSecondPerson, NotFound, NotSignedIn, Refused, Unavailable
from settlement.people import appointing, office_keys, roles
from settlement.people.statuses import STATUS

TEXT = (Path(__file__).parent.parent / "docs" / "people.md").read_text(encoding="utf-8")
TYPEWRITER = re.compile(r"`([^`\n]+)`")


def written() -> set[str]:
    """Everything in typewriter."""
    return {word for text in TYPEWRITER.findall(TEXT) for word in (text, *text.split())}


def test_every_role_and_every_act_about_people_is_explained():
    assert {*roles.WORDS, *appointing.ACTS, *office_keys.ACTS, STATUS.kind} <= written()
    assert all(zh in TEXT for zh, _ in roles.WORDS.values())


def test_every_refusal_has_its_row():
    rows = {(status, code) for status, code in re.findall(r"^\| (\d{3}) \| `(\w+)`", TEXT, re.MULTILINE)}
    errors = (NotSignedIn, ForgedForm, Refused, NotFound, Conflict, NoSecondPerson, Unavailable)
    assert rows == {(str(error.status), error.code) for error in errors} | {("422", "request")}


def test_every_address_is_named():
    routes = [route for module in (keys, me, people, proposals, statuses) for route in module.router.routes]
    paths = {route.path for route in routes if isinstance(route, APIRoute)}
    pages = {path for path in paths if not path.startswith("/v1/")}
    read = {route.path for route in routes if isinstance(route, APIRoute) and "GET" in route.methods}
    api = paths - pages
    assert (pages & read) | {signing_in.SIGN_IN} <= written()
    short = {path.replace("/refuse", "/approve").replace("/withdraw", "/approve") for path in api}
    assert {path for path in short if path not in written()} == set()
