"""The demonstration: invented basins with invented readings, taken in, settled and assessed, ready to be looked at.

In: a composition whose registry holds `fixtures/`. Out: a filled database. Run again it finds everything there, takes
nothing in twice and is quick. No station of a real section gets a reading here. Invented people of the invented basin
office confirm the earlier years, one proposing and another approving as anybody else; where somebody else has been
appointed already, nobody is invented and the settlements stay trials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.composition import Composition
from fixtures.make_readings import demo_readings
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.quality.running import run as quality_control
from monitoring_ingest.readings.receipts import COMPLETE
from monitoring_ingest.records.history_store import submissions
from settlement import run as settling
from settlement import store
from settlement.people import appointing, proposals, statuses
from settlement.people import store as people_store
from settlement.people.acts import ACTS
from settlement.people.appointing import APPOINT, Named
from settlement.people.persons import Staff
from settlement.people.proposals import Desk, Matter
from settlement.people.roles import APPROVE, PREPARE
from settlement.statement.rows import SettlementDocument
from settlement.states import CONFIRMED, IN_REVIEW, TRIAL

YEARS = ("2023", "2024", "2025")
MONTHS = tuple(f"{year}-{month:02d}" for year in YEARS for month in range(1, 13))
PERIODS = {"demo-annual-index": YEARS, "demo-monthly-class": MONTHS}
BASINS = ("demo-qingxi", "demo-lanjiang")
OFFICE = "demo-basin-office"  # which runs the cycle of both agreements
ADMIN = Named("demo-admin", "示例管理人（虚构）")
APPROVER = Named("demo-approve", "示例审定人（虚构）")
PREPARER = Named("demo-prepare", "示例经办人（虚构）")
LATEST = YEARS[-1]
_WHY = "示例"


@dataclass(frozen=True)
class Pair:
    """The numbers of the two invented people who give settlements their status."""

    preparer: int
    approver: int


def build(composition: Composition, say: Callable[[str], None]) -> None:
    """Take the invented readings in, judge, settle, assess; each step is told. What is there already is left alone."""
    network = composition.registry.network
    with composition.engine.connect() as connection:
        taken_in = any(s.state == COMPLETE for s in submissions(connection, composition.now()))
        settled = {(s["agreement_sha256"], s["period"]) for s in store.settlements(connection)}
        scored = {(a["basin"], a["period"]) for a in store.assessments(connection)}
    if not taken_in:
        say("接收虚构读数 taking in invented readings …")
        counts = ingest(composition.engine, network, demo_readings(), READINGS, composition.now).counts
        say("  " + "，".join(f"{fate} {count}" for fate, count in counts.items()))
    say("质控 quality control …")
    tests = composition.thresholds.tests
    outcome = quality_control(composition.engine, composition.now, network=network, tests=tests).told
    say(f"  {outcome}")
    pair = _people(composition.desk, say)
    say("结算 settling …")
    for agreement, periods in PERIODS.items():
        text = composition.registry.agreement(agreement).sha256
        wanted = [period for period in periods if (text, period) not in settled]
        documents = settling.settle_each(composition.engine, composition.registry, agreement, wanted, composition.now)
        for document in documents:
            if pair is not None:
                _confirm_earlier_years(composition.desk, pair, document)
            say(f"  {agreement} {document['period']}：{document['kind']}")
    say("评价 assessing …")
    for basin in BASINS:
        wanted = [year for year in YEARS if (basin, year) not in scored]
        assessments = settling.assess_each(composition.engine, composition.registry, basin, wanted, composition.now)
        for assessment in assessments:
            say(f"  {basin} {assessment['period']}：{assessment['score']} {assessment['grade']}")


def _people(desk: Desk, say: Callable[[str], None]) -> Pair | None:
    """The two who give settlements their status, appointed when nobody is; None where others were appointed."""
    staff = _staff(desk)
    if not staff.appointments:
        say("任命虚构的人员 appointing invented people …")
        codes = appointing.name_first(desk, OFFICE, ADMIN, APPROVER)
        for login, code in codes.items():
            say(f"  {login} 一次性代码 one-time code {code}")
        _appoint_preparer(desk)
        staff = _staff(desk)
    preparer = staff.named(PREPARER.login)
    approver = staff.named(APPROVER.login)
    if preparer is None or approver is None:
        return None
    is_ready = PREPARE in staff.roles(preparer.number, OFFICE) and APPROVE in staff.roles(approver.number, OFFICE)
    return Pair(preparer.number, approver.number) if is_ready else None


def _appoint_preparer(desk: Desk) -> None:
    """Let the invented admin propose an appointment, and the other of the first two approve it."""
    staff = _staff(desk)
    numbers = {person.login: person.number for person in staff.people.values()}
    today = appointing.today(desk.now())
    payload = appointing.appointment_payload(PREPARER.login, PREPARER.name, OFFICE, [PREPARE], today)
    matter = Matter(OFFICE, payload, f"任命 {PREPARER.name}", _WHY)
    proposal = proposals.propose(desk, APPOINT, numbers[ADMIN.login], matter)
    proposals.approve(desk, ACTS, numbers[APPROVER.login], proposal.number)


def _staff(desk: Desk) -> Staff:
    with desk.engine.connect() as connection:
        return people_store.staff(connection, desk.offices, desk.now())


def _confirm_earlier_years(desk: Desk, pair: Pair, document: SettlementDocument) -> None:
    """Let invented people confirm a settlement of an earlier year, so that each status is on show."""
    if document["kind"] == "payable" and document["status"] == TRIAL and not document["period"].startswith(LATEST):
        for status in (IN_REVIEW, CONFIRMED):
            proposal = statuses.propose(desk, pair.preparer, document["id"], status, _WHY)
            proposals.approve(desk, ACTS, pair.approver, proposal.number)
