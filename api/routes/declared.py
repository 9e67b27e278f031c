"""What is declared: basins, sections, agreements."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api import register
from api.asked import Filter
from api.deps import Has
from api.routes.described import listed, problems
from api.schemas import Agreement, Basin, Section
from api.tabular import shaped

router = APIRouter(prefix="/v1", tags=["登记 declared"])


@router.get("/basins.csv", include_in_schema=False)
@router.get("/basins", summary="流域 (basins)", responses=listed(list[Basin]))
def basins(request: Request, has: Has) -> Response:
    """Every basin with the number of its sections and the codes of its agreements."""
    return shaped(request, register.basins(has.registry), list(Basin.model_fields))


@router.get("/sections.csv", include_in_schema=False)
@router.get("/sections", summary="断面 (sections)", responses=listed(list[Section], 404))
def sections(request: Request, has: Has, basin: Filter = None, party: Filter = None) -> Response:
    """Sections from source to mouth, of one basin or at the border of one party."""
    register.known(has.registry, basin=basin, party=party)
    return shaped(request, register.sections(has.registry, basin, party), list(Section.model_fields))


@router.get("/agreements.csv", include_in_schema=False)
@router.get("/agreements", summary="补偿协议 (agreements)", responses=listed(list[Agreement], 404))
def agreements(request: Request, has: Has, basin: Filter = None, party: Filter = None) -> Response:
    """Agreements with term, parties and clauses as signed."""
    register.known(has.registry, basin=basin, party=party)
    return shaped(request, register.agreements(has.registry, basin, party), list(Agreement.model_fields))


@router.get("/agreements/{code}", summary="一份协议 (one agreement)", response_model=Agreement, responses=problems(404))
def agreement(code: str, has: Has) -> register.Row:
    """One agreement by its code."""
    return register.agreement_row(register.known_agreement(has.registry, code))
