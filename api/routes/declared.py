"""What is declared: basins, sections, agreements."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.reads import declared
from api.reads.filters import Filter
from api.web.deps import Has
from api.web.described import listed, problems
from api.web.schemas import Agreement, Basin, Section
from api.web.tabular import shaped

router = APIRouter(prefix="/v1", tags=["登记 declared"])


@router.get("/basins.csv", include_in_schema=False)
@router.get("/basins", summary="流域 (basins)", responses=listed(list[Basin]))
def basins(request: Request, has: Has) -> Response:
    """Every basin with the number of its sections and the codes of its agreements."""
    return shaped(request, declared.basins(has.registry), list(Basin.model_fields))


@router.get("/sections.csv", include_in_schema=False)
@router.get("/sections", summary="断面 (sections)", responses=listed(list[Section], 404))
def sections(request: Request, has: Has, basin: Filter = None, party: Filter = None) -> Response:
    """Sections from source to mouth, of one basin or at the border of one party."""
    declared.known(has.registry, basin=basin, party=party)
    return shaped(request, declared.sections(has.registry, basin, party), list(Section.model_fields))


@router.get("/agreements.csv", include_in_schema=False)
@router.get("/agreements", summary="补偿协议 (agreements)", responses=listed(list[Agreement], 404))
def agreements(request: Request, has: Has, basin: Filter = None, party: Filter = None) -> Response:
    """Agreements with term, parties and clauses as signed."""
    declared.known(has.registry, basin=basin, party=party)
    return shaped(request, declared.agreements(has.registry, basin, party), list(Agreement.model_fields))


@router.get("/agreements/{code}", summary="一份协议 (one agreement)", response_model=Agreement, responses=problems(404))
def agreement(code: str, has: Has) -> declared.AgreementRow:
    """One agreement by its code."""
    return declared.agreement_row(declared.known_agreement(has.registry, code))
