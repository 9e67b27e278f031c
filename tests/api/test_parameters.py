"""An address refuses query parameters that it does not take: a filter that is ignored gives the whole for a part."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTES
from api.web.login import signed_in
from api.web.parameters import parameters, takes_any, with_dependencies
from tests.api.people import house
from tests.databases import sqlite

EVERY = [route for module in ROUTES for route in module.router.routes if isinstance(route, APIRoute)]
ALL = [route for route in EVERY if not takes_any(route)]


def address(route: APIRoute) -> str:
    """An address of the route; what it names need not exist, since parameters are asked about first."""
    return re.sub(r"\{[^}]+\}", "1", route.path)


@pytest.fixture(scope="module")
def program(world, tmp_path_factory):
    """A program of a person, which is let in where a person acts."""
    at = house(sqlite(tmp_path_factory.mktemp("people") / "h.sqlite"), world)
    yield at.program("upper-prepare")
    at.here.engine.dispose()


def test_only_an_address_that_another_server_puts_together_takes_any():
    assert [route.path for route in EVERY if takes_any(route)] == ["/sign-in/oidc/callback"]


@pytest.mark.parametrize("route", ALL, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_address_refuses_a_parameter_it_does_not_take(client, program, key, route):
    method = min(route.methods)
    body = {"json": {}} if method == "POST" else {}
    takes_a_person = any(dependency.call is signed_in for dependency in with_dependencies(route.dependant))
    asking, headers = (program, {}) if takes_a_person else (client, key)
    answer = asking.request(method, address(route), params={"provnce": "anhui"}, headers=headers, **body)
    assert answer.status_code == 400
    assert answer.json()["path"] == "query.provnce"
    assert all(name in answer.json()["remedy"] for name in parameters(route))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/settlements?agrement=demo-monthly-class",
        "/v1/basins?basin=xinan",
        "/v1/settlements/1?id=2",
        "/v1/health?lang=en",
        "/healthz?lang=en",
        "/openapi.json?lang=en",
        "/settlements?agrement=demo-monthly-class",
        "/?yaer=2025",
        "/basins/demo-qingxi?month=2025-08",
        "/assessments?basn=xinan",
        "/late?state=all",
    ],
)
def test_a_misspelt_filter_is_no_whole_list(client, path):
    assert client.get(path).status_code == 400


def test_a_filter_given_twice_is_not_half_ignored(client):
    answer = client.get("/v1/settlements?period=2025-08&period=2025-11")
    assert (answer.status_code, answer.json()["path"], answer.json()["remedy"]) == (400, "query.period", "只给一次")


@pytest.mark.parametrize(
    ("path", "status", "about"),
    [
        ("/?lang=fr", 400, "query.lang"),
        ("/sections/qingxi-2?year=2024&month=2025-08", 400, "query.year"),
        ("/health/demo-qx2?indicator=chlorine", 400, "indicator"),
    ],
)
def test_what_an_address_would_not_follow_is_refused(client, path, status, about):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["path"]) == (status, about)
    assert answer.json()["remedy"]


def test_the_parameters_of_a_model_are_taken_one_by_one(client):
    assert client.get("/v1/readings?station=demo-qx2&indicator=tp&limit=1").status_code == 200


@pytest.mark.parametrize("path", ["/", "/settlements", "/docs", "/status"])
def test_every_page_takes_the_language(client, path):
    assert client.get(f"{path}?lang=en").status_code == 200
    client.cookies.clear()


def test_a_dry_run_that_is_misspelt_stores_nothing(client, key):
    answer = client.post("/v1/submissions?dryrun=true", headers=key, json={"rows": []})
    assert (answer.status_code, answer.json()["path"]) == (400, "query.dryrun")
    assert "dry_run" in answer.json()["remedy"]


def test_nobody_without_a_key_is_told_what_a_guarded_address_takes(client):
    assert client.post("/v1/submissions?dryrun=true", json={"rows": []}).status_code == 401
