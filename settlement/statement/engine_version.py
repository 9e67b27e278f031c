"""The version of the engine: which rules of this program made a document.

In: nothing, or a document and the version it states. Out: the version that stands in every settlement and assessment
document and in its digest, and a document as another version would have stamped it. Raise the version, with date and
reason, whenever a document that is already stored would come out with other content; `tests/settlement/digests.json`
tells which do. The version says nothing of the release of the package or of the database.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, TypeVar

from settlement.statement.canonical import LEFT_OUT_OF_THE_DIGEST, digest
from settlement.statement.rows import AssessmentDocument, SettlementDocument
from settlement.words import Message

Made = TypeVar("Made", SettlementDocument, AssessmentDocument)


class Version(NamedTuple):
    """One version of the engine, since when, and why documents come out differently than before."""

    number: str
    since: date
    reason_zh: str
    reason_en: str


VERSIONS = (
    Version(
        "1", date(2026, 12, 1),
        "版本自此写入文书；结果与此前相同，但有两处：趋势不再把均值末位的噪声当作升降；"
        "流量合计为零时，按方法 E 的通量以 flow_sums_to_zero 中止",
        "versions are kept from here on; results are those of before but for two: a trend no longer counts noise in "
        "the last bits of means, and a load by method E stops by flow_sums_to_zero where the flows sum to zero",
    ),
    Version(
        "2", date(2026, 12, 1),
        "文书写入所依据各部分（协议文本、登记、监测数据、事实、参数）的散列，指纹因此也涵盖它们；"
        "没有水量、也没有流量的月份以 no_volume 中止，此前为 no_readings，金额不变；"
        "全由未检出构成的均值在零与检出限之间，两端及其间结果不同即以 below_detection 中止，过程写明未检出所占份额；"
        "按流量加权的通量在流量正负几乎相抵（不到十分之一）时中止，无水之月为零；"
        "趋势与完整率只看自己的年数，年数不足一律中止；溶解氧没有超标倍数，协议写明算法的除外；"
        "季度应付不受另一条年度条款影响，条款的任一分支引用年度结果即等到年末",
        "documents hold the hash of every part they rest on (agreement text, register, readings, facts, parameters), "
        "so that the digest covers these too; a month without volume and without flow stops by no_volume, which was "
        "no_readings, and no amount changes; "
        "a mean of non-detects alone lies between zero and the limit and stops by below_detection where its ends, or "
        "what lies between them, differ, and the share of non-detects is printed; a load weighted by flows stops where "
        "they cancel to less than a tenth, and a dry month carries nothing; trend and completeness look at their own "
        "years, and too few years always stop; oxygen has no multiple unless the agreement says how; what a quarter "
        "owes does not depend on another, yearly clause, and a clause waits for its year whichever branch takes it",
    ),
    Version(
        "3", date(2026, 12, 1),
        "哪些读数代表断面由协议写明（stations、origins）：化验结果不再混入自动监测均值，协议写 all 的除外；"
        "断面有几个站点或两种来源而协议没有写明的不结算；"
        "缺月由 substitute 所列的顶替，逐次印出；读数逐站计数，同一时刻几个站点的另印时刻数；"
        "化验结果不使指标逐时次应报；随附协议写明这三条规则，金额不变；"
        "长于一月的统计只计自己的读数和天数，缺月替代的另列（stood_in_for），顶替用了的读数不再计为未采用，"
        "过程写明是谁的读数，化验结果顶替只需一个",
        "which readings speak for a section is stated (stations, origins): a laboratory result is no longer mixed into "
        "an automatic mean unless the agreement says all, and where several stations or both origins measured, nothing "
        "is settled without the rule; what stands in for a missing month named by substitute and printed at each use; "
        "readings are counted station by station, with their instants beside them; a laboratory result makes no "
        "indicator due in every slot; the shipped agreements state the three rules, and no amount changes; "
        "a period longer than a month counts its own readings and days, and months stood in for apart (stood_in_for); "
        "a reading that a stand-in uses no longer counts as left out too; the working says whose readings they are, "
        "and that one result of a laboratory is enough to stand in",
    ),
    Version(
        "4", date(2026, 12, 1),
        "几份文件对同一件事实登记的数值不同，读它的条款以 facts_differ 中止并印出各份文件，此前后登记的一份计入而不说；"
        "通量没有缺月替代：此前过程写着由谁顶替而通量并不用它，当月自己的读数不够有效也照样算出，今按缺月处理；"
        "剔除数据的事由登记为等于 0 的数（0.0、全角 ０）即不成立，此前只有写成 0 的才不成立；"
        "早先登记的、既不是 0 也不是 1 的事由照旧成立，过程印出其数值",
        "where documents state different values of one fact, the clauses that read it stop by facts_differ with every "
        "document named; before, the one recorded last counted and the others were not named; nothing stands in for a "
        "month of a load: the working used to name a stand-in that no load made use of, and a month without a valid "
        "mean of its own had a load; now such a month is missing; "
        "a ground recorded with any number equal to 0 does not hold, where only one written as 0 did not; one recorded "
        "earlier that is neither 0 nor 1 holds as before, and its value is printed",
    ),
)  # fmt: skip
ENGINE_VERSION = VERSIONS[-1].number
BEFORE_PARTS = (None, "1")  # what they made holds no hash of the parts


def version_of(document: SettlementDocument | AssessmentDocument) -> str | None:
    """The version that made a document; None where it was made before versions were kept."""
    return document.get("engine_version")


def version_words(version: str | None) -> Message:
    """What is printed of the version that made a document: its number, or that there was none yet."""
    if version is None:
        return {"message_zh": "版本开始记录之前所作", "message_en": "made before versions were kept"}
    return {"message_zh": version, "message_en": version}


def version_text(version: str | None) -> str:
    """The version that made a document in one line: ``1``, or in both languages that there was none yet."""
    words = version_words(version)
    both = (words["message_zh"], words["message_en"])
    return " ".join(dict.fromkeys(both))


def as_made_by(document: Made, version: str | None) -> Made:
    """The same content under the stamp of another version, with the digest and identity it has there.

    What an earlier version made and this one makes alike can be compared so: nothing differs but the stamp, and the
    hashes of the parts where that version kept none.
    """
    if version_of(document) == version:
        return document
    stamped = document.copy()
    if version in BEFORE_PARTS:
        for name in ("parts", "beside"):
            stamped.pop(name, None)  # type: ignore[misc]  # an assessment has none
    if version is None:
        stamped.pop("engine_version", None)
    else:
        stamped["engine_version"] = version
    stamped["digest"] = digest(stamped)
    stamped["id"] = f"{document['id'].removesuffix(document['digest'][:12])}{stamped['digest'][:12]}"
    return stamped


def same_result(document: SettlementDocument, other: SettlementDocument) -> bool:
    """Whether two settlements come out the same, whatever version made them and whatever readings they rest on."""
    return _result(document) == _result(other)


def _result(document: SettlementDocument) -> dict[str, object]:
    beside = {*LEFT_OUT_OF_THE_DIGEST, "engine_version", "parts", "recorded_at"}
    return {key: value for key, value in document.items() if key not in beside}


def made_by(document: SettlementDocument | AssessmentDocument) -> Message:
    """Who made a document that comes out differently now: its version, and the version that is running."""
    version = version_of(document)
    if version == ENGINE_VERSION:
        return {"message_zh": f"引擎版本 {version}，与现在相同", "message_en": f"engine version {version}, as now"}
    words = version_words(version)
    zh = words["message_zh"] if version is None else f"由引擎版本 {version} 所作"
    en = words["message_en"] if version is None else f"made by engine version {version}"
    return {"message_zh": f"{zh}，现在是版本 {ENGINE_VERSION}", "message_en": f"{en}, now version {ENGINE_VERSION}"}
