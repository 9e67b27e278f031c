"""The demonstration: invented basins with invented readings, taken in, settled and assessed, ready to be looked at.

In: a composition whose registry holds `fixtures/`. Out: a filled database. Run again it finds everything there, takes
nothing in twice and is quick. No station of a real section gets a reading here.
"""

from __future__ import annotations

from collections.abc import Callable

from api.composition import Composition
from fixtures.make_readings import demo_readings
from monitoring_ingest.doors.files import READINGS, ingest
from monitoring_ingest.quality.running import run as quality_control
from monitoring_ingest.readings.receipts import COMPLETE
from monitoring_ingest.records.history_store import submissions
from settlement import run as settling
from settlement import store
from settlement.review import confirming
from settlement.statement.rows import SettlementDocument
from settlement.states import CONFIRMED, IN_REVIEW, TRIAL, StatusChange

YEARS = ("2023", "2024", "2025")
MONTHS = tuple(f"{year}-{month:02d}" for year in YEARS for month in range(1, 13))
PERIODS = {"demo-annual-index": YEARS, "demo-monthly-class": MONTHS}
BASINS = ("demo-qingxi", "demo-lanjiang")
PEOPLE = {IN_REVIEW: "示例经办人（虚构）", CONFIRMED: "示例复核人（虚构）"}
LATEST = YEARS[-1]


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
    say("结算 settling …")
    for agreement, periods in PERIODS.items():
        text = composition.registry.agreement(agreement).sha256
        wanted = [period for period in periods if (text, period) not in settled]
        documents = settling.settle_each(composition.engine, composition.registry, agreement, wanted, composition.now)
        for document in documents:
            _confirm_earlier_years(composition, document)
            say(f"  {agreement} {document['period']}：{document['kind']}")
    say("评价 assessing …")
    for basin in BASINS:
        wanted = [year for year in YEARS if (basin, year) not in scored]
        assessments = settling.assess_each(composition.engine, composition.registry, basin, wanted, composition.now)
        for assessment in assessments:
            say(f"  {basin} {assessment['period']}：{assessment['score']} {assessment['grade']}")


def _confirm_earlier_years(composition: Composition, document: SettlementDocument) -> None:
    """Let invented people confirm a settlement of an earlier year, so that each status is on show."""
    if document["kind"] == "payable" and document["status"] == TRIAL and not document["period"].startswith(LATEST):
        for status, person in PEOPLE.items():
            change = StatusChange(status, person, "示例")
            confirming.set_status(composition.engine, document["id"], change, composition.now)
