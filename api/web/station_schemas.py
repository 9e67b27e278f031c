"""The shapes of what is told about sources, senders and jobs, as OpenAPI shows them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from monitoring_ingest.coverage.matrix import CELLS

StateName = Literal["silent", "never", "suspended", "reporting"]
Instant = str | None


class StationHealth(BaseModel):
    station: str
    section: str
    basin: str
    province: str
    state: StateName
    last_good: Instant = Field(description="newest instant with an accepted value")
    arrived: Instant = Field(description="when that value came in")
    last_heard: Instant = Field(description="newest instant with any value, withheld and quarantined ones included")
    mark: str = Field(description="what the source remarked last: 维护 …")
    silent_at: Instant = Field(description="when it turned silent, or will unless it is heard")
    ground: str | None = Field(description="kind and document of the recorded fact that suspends it")
    month: str
    accepted: int = Field(description="slots of the month with an accepted value, over all indicators")
    due: int = Field(description="slots in which a value was due")
    completeness: float | None = Field(description="accepted / due")
    counted_at: Instant = Field(description="when the slots were counted")


class SourceHealth(BaseModel):
    source: str
    title: str
    station: str = Field(description="of telegrams: for which station they come; blank: all of the source")
    state: StateName
    last_brought: Instant = Field(description="when it last brought something new")
    silent_at: Instant = Field(description="when it turned silent, or will unless it brings something new")
    why: Literal["", "failed", "nothing_new"] = Field(description="of a silent one: whether its last run failed")
    ground: str | None = Field(description="kind and document of the recorded fact that suspends its stations")


class SlotState(BaseModel):
    slot: str = Field(description="when the slot begins")
    indicator: str
    state: Literal[*CELLS]  # type: ignore[valid-type]


class Alarm(BaseModel):
    id: int
    station: str = Field(description="blank: all of the source, or a settlement, is meant")
    event: Literal["silent", "heard", "failed", "recovered"]
    at: str = Field(
        description="silent since then, or heard again: with a value of then, or by a source then; "
        "of a settlement: failed, or recovered, then"
    )
    recorded_at: str
    source: str = Field(description="the declared source that is meant; blank: the station, by whatever door")
    agreement: str = Field(description="the agreement whose settlement failed or recovered; blank in other alarms")
    period: str = Field(description="the period of that settlement")


class SenderCard(BaseModel):
    of: str = Field(description="province, or the name of the sender")
    stations: int
    accepted: int
    due: int
    completeness: float | None = Field(description="accepted / due")
    lag_readings: int
    lag_median: int | None = Field(description="minutes from reading to arrival")
    lag_p95: int | None
    judged: int = Field(description="values that came in, but repeats and blank cells")
    rejected: int
    rejected_share: float | None = Field(description="rejected / judged")
    quarantined: int
    quarantined_share: float | None
    revised: int
    revised_share: float | None


class JobRun(BaseModel):
    job: str
    slot: str
    started_at: Instant
    finished_at: Instant
    state: Literal["done", "failed", "running"]
    holder: str = Field(description="a fingerprint that tells processes apart")


class ServiceStatus(BaseModel):
    """Whether the service is up and fed; answered with 503 when the database does not answer."""

    service: Literal["up"]
    database: Literal["ok"]
    at: str
    last_good: Instant = Field(description="newest instant with an accepted value, of any station")
    arrived: Instant
    stations: dict[StateName, int]
    sources: dict[StateName, int] = Field(description="declared sources with a schedule, and devices, by station")
    jobs: list[JobRun] = Field(description="the last run of each job")
