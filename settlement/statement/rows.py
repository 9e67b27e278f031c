"""The shape of what is decided: the settlement and assessment documents and every row in them.

In and out: types only. Sums are decimal text, `_yuan` in yuan and others in 万元 (of an assessment: points); periods
are texts as `basin.periods` writes them; instants are ISO 8601 in UTC. `NotRequired` marks what documents stored by
earlier versions do not hold. Who fills a document in is `settlement.statement.document` and
`settlement.assessment.scoring`.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from basin.agreement import RuleRow
from basin.clauses import StandIn

# Who stands on a side of a clause: a party, several with their shares, or nobody (a line pays nobody).
Side = str | dict[str, str] | None


class WorkingRow(TypedDict):
    """One step of working, as a pocket calculator would check it."""

    label: str
    expression: str
    value: str


class StandInRow(TypedDict):
    """What stands in for a missing month: one of the agreement's `substitute`, and whose month it is."""

    by: StandIn
    section: str
    period: str


class StoodInForRow(TypedDict):
    """Months of a longer period that something stands in for, and how many readings and days its values rest on."""

    months: int
    readings: int
    days: int


class StatisticRow(TypedDict):
    """A mean [canonical unit] of a section, an indicator and a period, and from how many readings and days.

    `instants` is there where several stations measured at one instant: their readings are pooled first. `stands_in` is
    there where something else stands for a month without a mean of its own: readings and days are those of what stands
    in. `stood_in_for` is there where a longer period has such months, whose readings and days it does not count.
    """

    section: str
    indicator: str
    period: str
    mean: str | None
    reported: str | None
    readings: int
    days: int
    left_out: dict[str, int]
    reason: str | None
    instants: NotRequired[int]
    stands_in: NotRequired[StandInRow]
    stood_in_for: NotRequired[StoodInForRow]


class ScaleRow(TypedDict):
    """The piece of a scale that applied: amount + rate × n, n = (value − origin) / per."""

    piece: int
    amount: str
    rate: str
    origin: str
    per: str
    steps: str | None
    n: str


class ToDateRow(TypedDict):
    """The year to date beside an indication."""

    period: str
    value: str | None
    amount: str | None
    reason: str | None
    working: list[WorkingRow]


class EvaluationRow(TypedDict):
    """One clause applied to one element (a section, an indicator, a party) in one period."""

    clause: str
    title: str
    source: str
    period: str
    element: dict[str, str]
    value: str | None
    amount: str | None
    reason: str | None
    excluded: bool
    scale: ScaleRow | None
    times: list[str]
    cap: str | None
    pays: Side
    receives: Side
    unverified: list[str]
    working: list[WorkingRow]
    statistics: list[int]  # places in the document's list
    year_to_date: ToDateRow | None


class PairAmountRow(TypedDict):
    """What finally goes from one party to another, pools paid out and pairs netted."""

    payer: str
    payee: str
    amount_yuan: str
    working: NotRequired[list[WorkingRow]]


class ObligationRow(PairAmountRow):
    """What one clause makes one party owe another for a period."""

    clause: str
    period: str


class PoolRow(TypedDict):
    """What a party pays into the pool and receives from it in a period."""

    period: str
    party: str
    receives_yuan: str
    pays_yuan: str
    net_yuan: str


class StopRow(TypedDict):
    """Why a clause, or the pool, gives no obligation for a period."""

    clause: str
    period: str
    element: dict[str, str]
    reason: str
    message_zh: str
    message_en: str


class BelowDetection(TypedDict):
    """How many readings have a detection limit above the limit, and the highest of them [canonical unit]."""

    readings: int
    detection_limit: str
    limit: str
    target: int | None  # the class it is the limit of; None where the section sheet states it


class UndecidedRow(BelowDetection):
    """A statistic that can be neither held to have met a limit nor to have exceeded it."""

    section: str
    indicator: str
    period: str


class PartHashes(TypedDict):
    """The SHA-256 of each part that a settlement rests on (`settlement.statement.parts`)."""

    agreement: str
    register: str
    observations: str
    facts: str
    parameters: str


class Decision(TypedDict):
    """What a settlement decides: the content of its document before it has an identity.

    `parts` is there since version 2 of the engine. `beside` is the SHA-256 of what is noted beside the parts and
    decides nothing, where there is anything of the kind; the digest leaves it out.
    """

    engine_version: NotRequired[str]  # since versions are kept
    parts: NotRequired[PartHashes]
    beside: NotRequired[str]

    agreement: str
    title: str
    basin: str
    source: str
    agreement_sha256: str
    period: str
    parties: dict[str, str]
    kind: str
    verified: bool
    rules: list[RuleRow]
    evaluations: list[EvaluationRow]
    statistics: list[StatisticRow]
    obligations: list[ObligationRow]
    transfers: list[PairAmountRow]
    pools: NotRequired[list[PoolRow]]
    stops: list[StopRow]
    limit_below_detection: NotRequired[list[UndecidedRow]]


class WithdrawalRow(TypedDict):
    """Who withdrew a settlement, when and why, and what stands for the same agreement and period now."""

    person: str
    reason: str
    recorded_at: str
    successor: str | None  # the identity of a settlement; None where none stands
    successor_status: str | None


class SettlementDocument(Decision):
    """A settlement as it is stored, served, printed and verified; `withdrawn` is served where the status is 已撤销."""

    digest: str
    id: str
    as_of: str
    status: str
    withdrawn: NotRequired[WithdrawalRow]


class StoredSettlement(SettlementDocument):
    """A settlement as the database gives it back, with its newest status."""

    recorded_at: str


class CriterionRow(TypedDict):
    """One criterion of a scorecard: its value, the points it can earn and those it earned."""

    ref: str
    title: str
    source: str
    points: str
    earned: str | None
    value: str | None
    reason: str | None
    message_zh: str | None
    message_en: str | None
    unverified: list[str]
    working: list[WorkingRow]
    statistics: list[int]  # places in the document's list


class ScoreRow(TypedDict):
    """The points earned of those that could be earned, as a score of 100, and its grade."""

    available: str
    earned: str
    score: str | None
    grade: str | None
    expression: str | None


class Scored(ScoreRow):
    """What an assessment decides: the content of its document before it has an identity."""

    engine_version: NotRequired[str]  # since versions are kept

    scorecard: str
    title: str
    source: str
    scorecard_sha256: str
    basin: str
    period: str
    verified: bool
    bands: list[list[str]]  # grade and the least score that earns it, best first
    rules: NotRequired[list[RuleRow]]
    criteria: list[CriterionRow]
    statistics: list[StatisticRow]


class AssessmentDocument(Scored):
    """An assessment as it is stored, served and printed."""

    digest: str
    id: str
    as_of: str


class StoredAssessment(AssessmentDocument):
    """An assessment as the database gives it back."""

    recorded_at: str


class SettlementHeader(TypedDict):
    """A stored settlement without its working."""

    id: str
    agreement: str
    agreement_sha256: str
    title: str
    basin: str
    period: str
    as_of: str
    kind: str
    digest: str
    recorded_at: str
    status: str


class AssessmentHeader(TypedDict):
    """A stored assessment without its working."""

    id: str
    scorecard: str
    title: str
    basin: str
    period: str
    as_of: str
    score: str | None
    grade: str | None
    digest: str
    recorded_at: str


class StatusRow(TypedDict):
    """One change of status of a settlement."""

    status: str
    person: str
    reason: str
    recorded_at: str


class ObligationOfSettlement(TypedDict):
    """An obligation with the settlement it belongs to; `payable` only where that settlement is confirmed."""

    settlement: str
    agreement: str
    basin: str
    kind: str
    clause: str
    period: str
    payer: str
    payee: str
    status: str
    payable: bool


class StoredObligation(ObligationOfSettlement):
    """An obligation [fen] as it is stored."""

    fen: int
