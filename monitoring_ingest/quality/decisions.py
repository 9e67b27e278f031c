"""What people may decide about a value (数据复核), and what that makes of its quality.

In: who proposes what, for which reason, on which document, and who approves. Out: a `Decision` or an error that names
the field; the quality that decisions give to observations. Nothing is stored here, and nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from basin.errors import UsageError
from basin.written.names import same_person
from basin.written.texts import LINE, PERSON, TEXT, Grammar, accepted
from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.readings.messages import Message

RELEASE = "release"
UPHOLD = "uphold"
REMOVE = "remove"
RESTORE = "restore"
NO_OBSERVATION = 0  # the revision of a decision that leaves a reading without an observation
DECIDED: Mapping[str, str] = {RELEASE: "released", REMOVE: "removed", RESTORE: "restored"}
MAKES: Mapping[str, Quality] = {
    RELEASE: Quality.RELIABLE,
    REMOVE: Quality.UNRELIABLE,
    RESTORE: Quality.RELIABLE,
}
REASONS: Mapping[str, Message] = {
    "instrument_fault": Message("仪器故障", "instrument fault"),
    "maintenance": Message("维护、校准期间", "during maintenance or calibration"),
    "contaminated_sample": Message("采样受污染或不具代表性", "contaminated or unrepresentative sample"),
    "transmission_error": Message("传输或录入差错", "error of transmission or entry"),
    "laboratory_confirms": Message("实验室复核属实", "confirmed by a laboratory"),
    "real_event": Message("核实为真实的水质变化", "found to be a real change of the water"),
    "source_confirms": Message("报送单位书面确认", "confirmed in writing by its source"),
    "not_confirmed": Message("查无可证实的依据", "nothing was found that confirms it"),
    "decided_in_error": Message("原决定有误", "the earlier decision was wrong"),
}
REASONS_FOR: Mapping[str, tuple[str, ...]] = {
    RELEASE: ("laboratory_confirms", "real_event", "source_confirms"),
    UPHOLD: ("instrument_fault", "maintenance", "contaminated_sample", "transmission_error", "not_confirmed"),
    REMOVE: ("instrument_fault", "maintenance", "contaminated_sample", "transmission_error", "decided_in_error"),
    RESTORE: ("laboratory_confirms", "real_event", "source_confirms", "decided_in_error"),
}
GRAMMARS: Mapping[str, Grammar] = {
    "reason": LINE,
    "document": TEXT,
    "proposed_by": PERSON,
    "approved_by": PERSON,
}
GROUNDS = ("reason", "document")
PEOPLE = ("proposed_by", "approved_by")
GIVEN = (*GROUNDS, *PEOPLE)


@dataclass(frozen=True)
class Decision:
    """What is decided, why, on which document, and by which two people.

    Parameters
    ----------
    action : release (a quarantined reading becomes an observation), uphold (the reading stays set aside and no longer
        waits), remove (an observation no longer counts) or restore (an observation that was removed, or that a test
        finds fault with, counts).
    reason : a code of `REASONS_FOR` the action.
    document : number or title of the document the decision rests on.
    proposed_by, approved_by : two different people.
    recorded_by : the name of the writing key the decision came with; None on the command line, which needs no key.
    """

    action: str
    reason: str
    document: str
    proposed_by: str
    approved_by: str
    recorded_by: str | None = None


def decision(action: str, given: Mapping[str, object]) -> Decision:
    """A decision as a request states it.

    Raises
    ------
    UsageError : an unknown action or reason, a blank field, a name with a sign that no name has, or an approver who
        proposed it.
    """
    stated = Decision(action, **_stated(action, given, GIVEN))
    if same_person(stated.proposed_by, stated.approved_by):
        zh = f"批准人与提出人同为 {stated.proposed_by}"
        en = "approved by the one who proposed it"
        raise UsageError(zh, en, path="approved_by", remedy="由另一人批准")
    return stated


def proposed_decision(action: str, given: Mapping[str, object]) -> Decision:
    """A decision as somebody proposes it who is signed in: its two people come with the proposal and are blank here.

    Raises
    ------
    UsageError : an unknown action or reason, a blank field, or a person who is named all the same.
    """
    for name in PEOPLE:
        if name in given:
            zh = f"不再写 {name}"
            en = "who proposes and approves is known by signing in"
            raise UsageError(zh, en, path=name, remedy=f"删去 {name}：提出人与批准人由登录确定")
    return Decision(action, **_stated(action, given, GROUNDS), proposed_by="", approved_by="")


def _stated(action: str, given: Mapping[str, object], fields: Sequence[str]) -> dict[str, str]:
    """The fields of a decision as they are stated, once its action and reason are known."""
    if action not in REASONS_FOR:
        raise UsageError(f"没有动作 {action}", f"no action {action}", path="action", remedy="、".join(REASONS_FOR))
    for name in fields:
        value = given.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UsageError("缺少或不是文字", "missing or not a text", path=name, remedy=f"写明 {name}")
    stated = {name: accepted(str(given[name]), GRAMMARS[name], name) for name in fields}
    if stated["reason"] not in REASONS_FOR[action]:
        remedy = "；".join(f"{code} {REASONS[code].zh}" for code in REASONS_FOR[action])
        raise UsageError(f"不能以此为由：{stated['reason']}", "not a reason for this", path="reason", remedy=remedy)
    return stated


def standing(decided: pd.DataFrame) -> pd.DataFrame:
    """The newest decision about each observation as its quality.

    Parameters
    ----------
    decided : station, indicator, time, revision, action, oldest first; of observations only (`NO_OBSERVATION`).

    Returns
    -------
    station, indicator, time, revision, quality and `test` (`DECIDED`).
    """
    key = ["station", "indicator", "time", "revision"]
    newest = decided.drop_duplicates(key, keep="last")
    quality = newest["action"].map({action: int(made) for action, made in MAKES.items()})
    return newest[key].assign(quality=quality, test=newest["action"].map(dict(DECIDED)))
