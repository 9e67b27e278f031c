"""Facts that people record: an incident, a frozen month, funds used. A person proposes them; a key hands in a batch."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.authors import without_people
from api.composition import Composition
from api.pages import facts as fact_page
from api.pages.rendering import page
from api.reads import facts as read
from api.reads.facts import FACT_COLUMNS, TakenFacts, batch_row, fact_row, previewed_row
from api.reads.proposals import ProposalRow, proposal_row
from api.web.deps import About, AsOf, Has, Named, Reads
from api.web.described import listed, problems
from api.web.guarded import Guarded
from api.web.keys import refuse_key_of_some_stations
from api.web.login import Acts, ActsOnPage, PersonOrKey, SignedIn
from api.web.reading import ReadBy
from api.web.schemas import FactsWanted, FactWanted, JsonObject
from api.web.tabular import shaped
from basin.errors import UsageError
from basin.written.texts import Text
from basin.written.whole_numbers import AS_WHOLE
from monitoring_ingest.access.store import Access
from monitoring_ingest.database.engine import writing
from monitoring_ingest.database.instants import instant_to_record
from monitoring_ingest.doors.claims_store import answered_before, claim_name, keep_answer
from monitoring_ingest.readings.fact_history import DUPLICATE
from monitoring_ingest.records import store
from settlement.people import batches_store, recorded_facts
from settlement.people.recorded_facts import RECORDED
from settlement.people.sessions import Signed
from settlement.people.watching import offices_of, offices_to_propose_for

router = APIRouter(route_class=Guarded)
TAG = "监测 monitoring"
FACTS = "facts"  # the door of facts, in claims
_CONTENT: TypeAdapter[FactWanted | list[FactWanted]] = TypeAdapter(FactWanted | list[FactWanted])
REFUSALS = problems(400, 401, 403, 404, 409, 422)
Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1), AS_WHOLE]
IDEMPOTENCY = "Idempotency-Key"


class FactsTaken(BaseModel):
    """What became of facts: a proposal of a person, or a batch of a key; neither where all are recorded already."""

    proposal: ProposalRow | None = Field(description="of who is signed in; another person of the office approves it")
    batch: int | None = Field(description="the number of what a key handed in; it counts for nothing until adopted")
    offices: list[str] = Field(description="whose people may adopt the batch")
    facts: list[JsonObject] = Field(description="each with its `fate`, `used_by` and `findings`, in the order sent")


TAKEN: dict[int | str, dict[str, Any]] = {
    200: {"model": FactsTaken, "description": "先前都已登记 (all of it is recorded already)"},
    201: {"model": FactsTaken, "description": "密钥送来的，成一批，待采用 (a batch of a key, which waits)"},
}


class BatchTold(BaseModel):
    """Facts that came by a key and wait for people to adopt them."""

    number: int
    key: str = Field(description="the name of the key")
    offices: list[str] = Field(description="whose people may adopt it")
    facts: list[JsonObject] = Field(description="as they were sent")
    subject: str = Field(description="what it is about, in one line")
    recorded_at: str


class Adopting(BaseModel):
    """Propose to adopt a batch."""

    model_config = ConfigDict(extra="forbid")

    office: Text = Field(default="", description="for which office; blank where it can only be one")
    reason: Text = Field(default="", description="why; blank: made from the name of the key")


@router.get("/v1/facts.csv", include_in_schema=False)
@router.get("/v1/facts", tags=[TAG], summary="人工记录的事实 (facts)", responses=listed(list[dict[str, Any]], 400, 422))
def facts(
    request: Request,
    reads: Reads,
    reader: ReadBy,
    as_of: AsOf,
    history: Annotated[bool, Query(description="also what was revised or withdrawn since, as it was recorded")] = False,
) -> Response:
    """The facts in force, now or at `as_of`, in the order they were first recorded; with `history` every record."""
    rows = [row.fact for row in store.stored_facts(reads, as_of)] if history else store.facts(reads, as_of)
    readable = [fact_row(recorded) for recorded in rows if reader.subject(recorded.subject)]
    return shaped(request, readable, FACT_COLUMNS)


@router.post(
    "/v1/facts", tags=[TAG], status_code=202, summary="提出登记事实，或由密钥报送 (propose or hand in facts)",
    responses=TAKEN | REFUSALS,
)  # fmt: skip
def record(
    wanted: FactsWanted,
    has: Has,
    by: PersonOrKey,
    about: About,
    response: Response,
    office: Annotated[Text, Query(description="of a person: for which office; blank where it can only be one")] = "",
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> FactsTaken:
    """A fact, or a list of facts, all of them or none; facts are append-only like readings.

    Of a person it is a proposal (202), which another person of the office approves at `/v1/proposals/{id}/approve`. Of
    a key it is a batch (201) that counts for nothing until a person of the key's office proposes to adopt it at
    `/v1/facts/batches/{id}/adopt` and another approves. What is recorded already is not recorded again: `fate:
    duplicate`, and 200 where that is so of all. A fact that says something else needs a `reason`. `findings` tell where
    other documents state another value, or the same voucher pays another period; they refuse nothing. With an
    `Idempotency-Key`, the same request of a key sent again is answered as before.
    """
    sent = [wanted] if isinstance(wanted, FactWanted) else wanted
    written = [fact.model_dump(exclude_none=True) for fact in sent]
    about(read.in_short(written))
    if isinstance(by, Signed):
        if idempotency_key is not None:
            zh = "人员提出的不按 Idempotency-Key 重发"
            en = "what a person proposes is not repeated by an Idempotency-Key"
            raise UsageError(zh, en, path=IDEMPOTENCY, remedy="去掉这个头；在 /proposals 看是否已提出")
        taken = _told(read.propose(has.desk, by, written, office), by)
    elif office:
        zh = "密钥报送的，机构由密钥确定"
        raise UsageError(zh, "the office is that of the key", path="query.office", remedy="去掉 office")
    else:
        body = sha256(_CONTENT.dump_json(wanted, exclude_none=True)).hexdigest()
        repeated = claim_name(FACTS, by.name, idempotency_key) if idempotency_key else None
        taken = _handed_in(has, by, written, repeated, body)
    if taken.proposal is not None:
        about(f"第 {taken.proposal.number} 项 {taken.proposal.subject}")
        response.headers["Location"] = f"/v1/proposals/{taken.proposal.number}"
    elif taken.batch is not None:
        response.status_code = 201
        response.headers["Location"] = f"/v1/facts/batches/{taken.batch}"
    else:
        response.status_code = 200
    return taken


def _told(taken: TakenFacts, signed: Signed) -> FactsTaken:
    """What became of the facts of a person."""
    row = None if taken.proposal is None else proposal_row(taken.proposal, signed.staff, signed.person.number)
    return FactsTaken(proposal=row, batch=None, offices=[], facts=[dict(fact) for fact in taken.facts])


def _handed_in(
    has: Composition, key: Access, written: list[dict[str, Any]], repeated: str | None, body: str
) -> FactsTaken:
    """Keep what a key handed in, unless all of it is recorded already.

    Parameters
    ----------
    written : the facts. repeated : the claim on an ``Idempotency-Key``. body : digest of the request.
    """
    if not has.settings.people:
        raise without_people()  # nobody could ever adopt it
    if key.office is None:
        refuse_key_of_some_stations(key)
    whose = recorded_facts.office_of_batch(key, written, has.registry)
    rows = [
        previewed_row(fact, has.registry)
        for fact in recorded_facts.preview(has.desk, recorded_facts.facts_payload(written))
    ]
    with writing(has.engine) as connection:
        if repeated and (earlier := answered_before(connection, repeated, body)):
            return FactsTaken.model_validate_json(earlier)
        now = instant_to_record(connection, has.now())
        number = None
        offices: list[str] = []
        if any(row["fate"] != DUPLICATE for row in rows):
            number = batches_store.keep_batch(connection, key.name, whose, written, now)
            offices = recorded_facts.may_adopt(has.registry, recorded_facts.stored_batch(connection, number))
        taken = FactsTaken(proposal=None, batch=number, offices=offices, facts=rows)
        if repeated:
            keep_answer(connection, repeated, body, taken.model_dump_json(), now)
        return taken


@router.get("/v1/facts/batches", tags=[TAG], summary="待采用的批次 (batches that wait)", responses=problems(401, 403))
def batches(reads: Reads, has: Has, signed: SignedIn) -> list[BatchTold]:
    """What came by keys and the people of one's own party may adopt, the oldest first."""
    mine = offices_of(signed.staff, signed.person.number)
    return [
        BatchTold.model_validate(batch_row(batch, has.registry))
        for batch in recorded_facts.batches_for(reads, has.registry, mine)
    ]


@router.get("/v1/facts/batches/{id}", tags=[TAG], summary="一个批次 (a batch)", responses=problems(401, 403, 404, 422))
def batch(id: Number, reads: Reads, has: Has, signed: SignedIn) -> BatchTold:
    """What came by a key, for the people who may adopt it."""
    mine = offices_of(signed.staff, signed.person.number)
    waiting = recorded_facts.batch_for(reads, has.registry, id, mine)
    return BatchTold.model_validate(batch_row(waiting, has.registry))


@router.post(
    "/v1/facts/batches/{id}/adopt", tags=[TAG], status_code=202, summary="提出采用一个批次 (adopt a batch)",
    responses=REFUSALS,
)  # fmt: skip
def adopt(id: Number, wanted: Adopting, has: Has, signed: Acts, about: About, response: Response) -> ProposalRow:
    """Propose to adopt what came by a key; its facts are recorded, all or none, once another person approves."""
    proposal = read.adopt(has.desk, signed, id, wanted.office, wanted.reason)
    about(f"第 {proposal.number} 项 {proposal.subject}")
    response.headers["Location"] = f"/v1/proposals/{proposal.number}"
    return proposal_row(proposal, signed.staff, signed.person.number)


@router.get("/facts/batches/{id}", include_in_schema=False)
def batch_shown(id: Number, request: Request, reads: Reads, has: Has, signed: SignedIn, names: Named) -> HTMLResponse:
    """What came by a key, what would become of it, and a form to propose its adoption."""
    mine = offices_of(signed.staff, signed.person.number)
    waiting = recorded_facts.batch_for(reads, has.registry, id, mine)
    row = batch_row(waiting, has.registry)
    mine_to_propose = offices_to_propose_for(RECORDED, signed.staff, signed.person.number)
    able = [office for office in row["offices"] if office in mine_to_propose]
    preview = fact_page.previewed(has.desk, recorded_facts.facts_payload(waiting.facts), names)
    model = fact_page.batch(row, able, names) | preview | {"is_adopted": batches_store.is_adopted(reads, id)}
    return page(request, "batch.html", model)


@router.post("/facts/batches/{id}/adopt", include_in_schema=False)
def adopt_on_page(
    id: Number, has: Has, signed: ActsOnPage, about: About, office: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:  # fmt: skip
    """Propose to adopt a batch."""
    proposal = read.adopt(has.desk, signed, id, office, reason)
    about(f"第 {proposal.number} 项 {proposal.subject}")
    return RedirectResponse(f"/proposals/{proposal.number}", 303)
