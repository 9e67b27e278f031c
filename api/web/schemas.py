"""The shapes of the API: what a request body may hold and what an answer looks like in OpenAPI.

In and out: JSON. Settlement and assessment documents are described only as far as a reader needs; their content is
decided in `settlement` and passed on unchanged.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from basin.written.texts import Text

JsonObject = dict[str, Any]  # what OpenAPI says of documents: an object; its keys are in `settlement.statement.rows`


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:hengjie:problem:not_found"])
    title: str = Field(description="短标题", examples=["没有找到"])
    status: int = Field(examples=[404])
    detail: str = Field(description="中文说明")
    detail_en: str = Field(description="the same in English")
    remedy: str = Field(description="补救：what the caller can do")
    path: str | None = Field(description="the field or the place in the document it is about", examples=["body.period"])


class Basin(BaseModel):
    code: str
    name_zh: str
    name_en: str
    sections: int = Field(description="number of sections")
    agreements: list[str]


class Section(BaseModel):
    code: str
    name_zh: str
    name_en: str
    basin: str
    river: str
    order: int
    upstream: str | None = Field(description="party code")
    downstream: str | None = Field(description="party code")
    water_body: Literal["river", "lake"]
    target_class: int | None = Field(description="1–6")
    stations: list[str]


class Reading(BaseModel):
    station: str
    section: str
    indicator: str
    time: str = Field(description="UTC", examples=["2020-08-31T00:00:00Z"])
    value: float | None = Field(description="in the canonical unit of the indicator")
    unit: str
    censored: bool = Field(description="below the detection limit, which is then the value")
    status: str
    mark: str
    revision: int
    origin: Literal["original", "corrected", "completed"]
    quality: Literal["reliable", "doubtful", "unreliable", "missing", "not_evaluated"]
    test: str = Field(description="the QC test or decision behind the quality; blank where nothing was found")
    qartod: int = Field(description="the quality as IOOS QARTOD code: 1, 2, 3, 4 or 9")
    recorded_at: str


class Readings(BaseModel):
    """One page of observations, pinned to one instant of knowledge."""

    as_of: str = Field(description="the page, and all pages after it, know what was recorded until then")
    items: list[Reading]
    next: str | None = Field(description="path of the next page on this server; null on the last one")


class Review(BaseModel):
    """A decision about one value."""

    id: int
    action: Literal["release", "uphold", "remove", "restore"]
    station: str
    indicator: str
    time: str = Field(description="UTC")
    revision: int = Field(description="the observation it is about; 0: none, the reading stays set aside")
    reading: int = Field(description="the reading it is about, or behind that observation")
    reason: str
    reason_zh: str
    reason_en: str
    document: str
    proposed_by: str
    approved_by: str
    recorded_at: str
    recorded_by: str | None = Field(description="the name of the key it was written with; none on the command line")


class Revision(BaseModel):
    """One value of a chain: what it was, who sent it, when and why, where it stood, and what was decided about it."""

    revision: int = Field(description="0: it has not counted so far")
    reading: int = Field(description="its number; a quarantined one is released or upheld by it")
    value: float | None = Field(description="in the canonical unit of the indicator; null where none was sent")
    censored: bool
    value_text: str = Field(description="as it was sent", examples=["0.21"])
    unit: str
    mark: str
    status: str
    reason: str | None = Field(description="a declared code, or free words; null for a first value without any")
    fate: str = Field(description="of the row when it came in: accepted, revised, quarantined …")
    sender: str | None
    door: str
    submission: int
    file: str
    row: int = Field(description="1-based entry; of a CSV the line")
    recorded_at: str
    decisions: list[Review] = Field(description="about this value, oldest first")


class Submission(BaseModel):
    """A receipt without its rows."""

    id: int | None = Field(description="number of the submission, without gap; null where nothing is stored")
    door: str
    sender: str
    name: str
    sha256: str = Field(description="of the body after unpacking; of several files, of the lines `sha256sum` writes")
    state: Literal["complete", "running", "interrupted", "dry_run", "refused"]
    recorded_at: str
    counts: dict[str, int] = Field(examples=[{"accepted": 2, "duplicate": 0}])
    files: list[JsonObject]


class ReceiptRow(BaseModel):
    file: str
    row: int = Field(description="1-based entry; of a CSV the line")
    field: str
    code: str
    message_zh: str
    message_en: str
    value: str
    fate: str
    stands: str | None = Field(description="the value that counts for this station, indicator and instant now")
    replaced: str | None = Field(description="of a revision: the value that counted before")
    station: str | None
    indicator: str | None
    time: str | None
    sent: str | None = Field(description="of a rejected row: its value and unit, as sent")


class Receipt(Submission):
    """What became of every row: counts, and each row that was not simply accepted."""

    rows: list[JsonObject]


class DryRun(Receipt):
    """What would become of every row, and what it would change in settlements that are not withdrawn."""

    effect: list[JsonObject] = Field(
        description="as `/v1/late` tells it; settlements that the rows do not touch are left"
    )


class Submissions(BaseModel):
    items: list[Submission]
    next: str | None = Field(description="path of the next page on this server; null on the last one")


class ReceiptRows(BaseModel):
    items: list[ReceiptRow]
    next: str | None = Field(description="path of the next page on this server; null on the last one")


class Agreement(BaseModel):
    code: str
    title: str
    basin: str
    starts: str
    ends: str | None
    source: str
    parties: dict[str, str] | list[str]
    clauses: list[JsonObject]
    verified: bool = Field(description="false when a figure of the agreement is not verified against its source")
    sha256: str


class Header(BaseModel):
    """A stored settlement or assessment without its working."""

    model_config = ConfigDict(extra="allow")

    id: str
    title: str
    basin: str
    period: str
    as_of: str
    digest: str
    recorded_at: str


class Transfer(BaseModel):
    """What goes from one party to another, pools paid out and pairs netted."""

    payer: str
    payee: str
    amount_yuan: str = Field(description="元, exact", examples=["12000000.00"])


KIND = (
    "how far it was computed, not whether it is owed: payable (完整) all clauses came to an amount, indication (预估) "
    "a part of an obligation period, stopped (中止) a clause could not be computed; a trial of kind payable may be "
    "submitted and confirmed, and its sums are owed once status is 已确认"
)


class ListedHeader(Header):
    """A stored settlement without its working: its status says whether its amounts are payable, its kind does not."""

    kind: str = Field(description=KIND, examples=["payable"])
    status: str = Field(description="试算, 待复核, 已确认 (its sums are owed) or 已撤销", examples=["试算"])
    transfers: list[Transfer]


class Obligation(BaseModel):
    model_config = ConfigDict(extra="allow")

    settlement: str
    clause: str
    period: str
    payer: str
    payee: str
    kind: str = Field(description=KIND, examples=["payable"])
    payable: bool = Field(description="whether the sum is owed now: the settlement is 已确认", examples=[False])
    amount_yuan: str = Field(description="元, exact", examples=["12000000.00"])


class SettlementWanted(BaseModel):
    """Settle one agreement for one period."""

    model_config = ConfigDict(extra="forbid")

    agreement: Text = Field(examples=["lushui-jiangxi-hunan-2019"])
    period: Text = Field(description="2020, 2020-07, 2020Q3 or 2018..2020", examples=["2020"])
    as_of: Text | None = Field(default=None, description="ISO 8601 with zone; default: now")


class AssessmentWanted(BaseModel):
    """Assess one basin for one period by one scorecard."""

    model_config = ConfigDict(extra="forbid")

    basin: Text = Field(examples=["xinan"])
    period: Text = Field(examples=["2020"])
    scorecard: Text | None = Field(default=None, description="default: the only one there is")
    as_of: Text | None = Field(default=None, description="ISO 8601 with zone; default: now")


class StatusWanted(BaseModel):
    """The next status of a settlement, and why; who proposes it is who is signed in."""

    model_config = ConfigDict(extra="forbid")

    status: Text = Field(examples=["待复核"])
    reason: Text = Field(min_length=1)


MOST_FACTS = 200  # of one request, whose body may have 64 KiB


class FactWanted(BaseModel):
    """A fact that people record: an incident, a frozen month, funds used … Its two people are who is signed in."""

    model_config = ConfigDict(extra="forbid")

    subject: Text = Field(description="code of the section or party", examples=["jiekou"])
    period: Text = Field(examples=["2020-08"])
    kind: Text = Field(examples=["frozen"])
    value: Text | None = Field(default=None, description="left out where the fact is withdrawn", examples=["1"])
    document: Text = Field(min_length=1, description="number or title of the document that says so")
    line: Text | None = Field(
        default=None, min_length=1, description="of the document, where it proves several facts", examples=["3"]
    )
    paid_on: Text | None = Field(default=None, description="the day of a payment", examples=["2026-03-31"])
    reason: Text | None = Field(default=None, min_length=1, description="why it revises or withdraws what was recorded")
    withdrawn_by: Text | None = Field(
        default=None, min_length=1, description="the document that withdraws the fact; it has no value then"
    )


# A body is told apart before it is read, so that a fault is told of what was sent, not of each shape it might have had.
ONE = "<one>"
SEVERAL = "<several>"
SHAPES = (ONE, SEVERAL)
FactsWanted = Annotated[
    Annotated[FactWanted, Tag(ONE)]
    | Annotated[list[FactWanted], Field(min_length=1, max_length=MOST_FACTS), Tag(SEVERAL)],
    Discriminator(lambda body: SEVERAL if isinstance(body, list) else ONE),
]
