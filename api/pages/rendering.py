"""Templates to pages.

In: a request, a template and its view model. Out: an HTML response in the reader's language that allows no outside
request. It knows no figures and reads no store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages.language import COOKIE, LANGUAGES, chosen, words
from api.reads import numerals

# The browser itself refuses whatever is not served from here.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page, signed in.

    Attributes
    ----------
    csrf : what each form of the page carries. waiting : how many proposals wait for this person.
    """

    name: str
    csrf: str
    waiting: int


templates = Environment(
    loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
templates.filters.update(
    wan=numerals.wan,
    yuan=numerals.yuan,
    signed=numerals.signed,
    local=numerals.local_time,
    roman=numerals.roman,
    approximate=numerals.approximate,
    unit=numerals.unit,
    percent=numerals.percent,
)


def page(request: Request, template: str, model: dict[str, Any], status_code: int = 200) -> HTMLResponse:
    """The page, with ``t`` for texts and ``other`` for the address of the same page in the other language."""
    t = words(request)
    other = next(code for code in LANGUAGES if code != t.code)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    address = str(request.url.include_query_params(lang=other).query)
    signs_in = request.app.state.composition.settings.people
    shared = {"t": t, "here": request.url.path, "other": address, "visitor": visitor, "people_sign_in": signs_in}
    response = HTMLResponse(templates.get_template(template).render(shared | model), status_code)
    response.headers["Content-Security-Policy"] = POLICY
    if asked := chosen(request):
        response.set_cookie(COOKIE, asked, max_age=A_YEAR, samesite="lax", httponly=True)
    return response
