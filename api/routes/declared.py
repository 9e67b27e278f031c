"""What is declared: basins, sections, agreements."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.reads import declared
from api.reads.filters import Filter
from api.web.deps import Has
from api.web.described import listed, problems
from api.web.reading import ReadBy
from api.web.schemas import Agreement, Basin, Section
from api.web.tabular import shaped

router = APIRouter(prefix="/v1", tags=["登记 declared"])


@router.get("/basins.csv", include_in_schema=False)
@router.get("/basins", summary="流域 (basins)", responses=listed(list[Basin]))
def basins(request: Request, has: Has, reader: ReadBy) -> Response:
    """Every basin that may be seen with the number of its sections and the codes of its agreements."""
    return shaped(request, declared.basins(has.registry, reader), list(Basin.model_fields))


@router.get("/sections.csv", include_in_schema=False)
@router.get("/sections", summary="断面 (sections)", responses=listed(list[Section], 404))
def sections(request: Request, has: Has, reader: ReadBy, basin: Filter = None, party: Filter = None) -> Response:
    """Sections from source to mouth, of one basin or at the border of one party."""
    declared.known(has.registry, basin=basin, party=party)
    reader.refuse_basin(basin)
    return shaped(request, declared.sections(has.registry, reader, basin, party), list(Section.model_fields))


@router.get("/agreements.csv", include_in_schema=False)
@router.get("/agreements", summary="补偿协议 (agreements)", responses=listed(list[Agreement], 404))
def agreements(request: Request, has: Has, reader: ReadBy, basin: Filter = None, party: Filter = None) -> Response:
    """Agreements with term, parties and clauses as signed."""
    declared.known(has.registry, basin=basin, party=party)
    reader.refuse_basin(basin)
    return shaped(request, declared.agreements(has.registry, reader, basin, party), list(Agreement.model_fields))


@router.get("/agreements/{code}", summary="一份协议 (one agreement)", response_model=Agreement, responses=problems(404))
def one_agreement(code: str, has: Has, reader: ReadBy) -> declared.AgreementRow:
    """One agreement by its code."""
    agreement = declared.known_agreement(has.registry, code)
    reader.refuse_agreement(code)
    return declared.agreement_row(agreement)
