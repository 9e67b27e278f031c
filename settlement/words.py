"""The codes of settlements in words, Chinese first and English second, for the command line, print and pages alike.

Reasons why there is no amount (``no_readings``, ``missing_parameter: baseline``), kinds and statuses of settlements,
what their sums are called, fates of readings, rules of agreements and their values, roles of parties. A code without
words prints as it is. The words for rows of receipts are in `monitoring_ingest.readings.messages`, those for tests of
quality control in `monitoring_ingest.quality.names`, both used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypedDict

from basin.clauses import GROUNDS
from monitoring_ingest.quality.names import FOUND
from monitoring_ingest.readings.fact_findings import FACTS_DIFFER
from monitoring_ingest.readings.messages import MESSAGES
from settlement.states import CONFIRMED, IN_REVIEW, REVOKED, TRIAL
from settlement.statistics.loads import IN_ENGLISH, IN_WORDS

WORDS = {
    "no_readings": ("没有可用的监测数据", "no usable readings"),
    "too_few_readings_a_day": ("当日读数不足", "too few readings that day"),
    "too_few_days": ("有效天数不足，月均值无效", "too few valid days for a monthly mean"),
    "missing_parameter": ("协议缺少参数", "the agreement lacks a parameter"),
    "scale_gap": ("计算标准没有覆盖该数值", "no piece of the scale covers the value"),
    "no_fact": ("没有登记所需的事实", "the fact has not been recorded"),
    "fact_of_other_period": ("事实登记在更短或更长的期间", "the fact is recorded for a shorter or longer period"),
    "several_facts": ("几方登记的事实不同，条款没有说用谁的", "facts of several parties differ"),
    FACTS_DIFFER: (
        "几份文件登记的数值不同，不取其一",
        "documents state different values of one fact, and none is chosen",
    ),
    "fact_is_no_number": ("登记的事实不是数字", "the recorded fact is no number"),
    "no_result": ("所引用的条款没有结果", "the clause referred to has no result"),
    "tie": ("名次并列，协议没有规定如何区分", "a tie that the agreement does not break"),
    "pool_incomplete": ("资金池有条款中止，不能分付", "a clause of the pool stopped"),
    "no_shares": ("付方或收方的份额不能确定", "the shares of a side cannot be determined"),
    "pool_not_closed": ("资金池收支不平", "the pool does not close at zero"),
    "reference_is_zero": ("比较基准为零", "the reference is zero"),
    "multiple_of_zero": ("溶解氧为零，限值除以浓度没有数值", "oxygen is zero: the limit over it has no number"),
    "before_term": ("协议生效之前没有数值", "no value before the term"),
    "when": ("条件不满足，金额为零", "a condition does not hold: zero"),
    "unless": ("按约定免除，金额为零", "excused by the agreement: zero"),
    "published": ("采用已公布的数值", "a published figure is used"),
    "excluded": ("按登记的事由不计", "excluded by a recorded ground"),
    "no_load": ("没有通量数据", "no load"),
    "no_flow": ("没有流量或水量，算不出通量", "no flow or volume to compute a load from"),
    "no_pairs": ("没有浓度与流量同时测到的时段，算不出通量", "concentration and flow were never measured together"),
    "flow_sums_to_zero": (
        "流量正负相抵（如潮流），合计不到绝对值之和的十分之一，不能按流量加权",
        "the flows cancel, as tides may, to less than a tenth of their size: nothing can be weighted by them",
    ),
    "load_needs_readings": (
        "此种通量算法须有逐次读数，月均值不够",
        "this load method needs readings, monthly means are not enough",
    ),
    "joint_sample_differs": (
        "联合采样相差超出允差，没有复测值",
        "joint samples differ beyond the tolerance and none was measured again",
    ),
    "below_detection": (
        "均值全由未检出构成，在零与检出限之间，不能判定",
        "the mean rests on non-detects alone, from 0 to the limit: undecided",
    ),
    "no_multiple": ("不在限值区间内，没有超标倍数", "outside the range of its limits: there is no multiple"),
    "no_volume": ("没有水量数据", "no volume"),
    "too_few_years": ("年数不足，不能判断趋势", "too few years for a trend"),
    "no_trend": ("不能计算趋势", "no trend can be computed"),
    "absent": ("没有数值", "no value"),
}


def in_chinese(reason: str) -> str:
    """A reason code in Chinese; what the source wrote itself stays as it is."""
    if reason in MESSAGES or reason in FOUND:
        return {**MESSAGES, **FOUND}[reason].zh
    return (WORDS | NOT_SPEAKING_IN_WORDS).get(reason, (reason, reason))[0]


class Message(TypedDict):
    """The same sentence in both languages."""

    message_zh: str
    message_en: str


def message(reason: str) -> Message:
    """A reason in words, with its detail."""
    code, _, detail = reason.partition(": ")
    zh, en = WORDS.get(code, (reason, reason))
    return {"message_zh": f"{zh}：{detail}" if detail else zh, "message_en": f"{en}: {detail}" if detail else en}


# how far a settlement was computed; whether its sums are payable is said by its status alone
KINDS = {"payable": ("完整", "complete"), "indication": ("预估", "indication"), "stopped": ("中止", "stopped")}
# the status is stored in Chinese; here is what it is called in English
STATUSES = {
    TRIAL: "trial run",
    IN_REVIEW: "under review",
    CONFIRMED: "confirmed",
    REVOKED: "withdrawn",
}


class Bilingual(NamedTuple):
    """A word in both languages."""

    zh: str
    en: str


# What the sums of a settlement are called by its status: 应付 (payable) only what is confirmed.
AMOUNTS = {
    TRIAL: Bilingual("试算额", "trial amount"),
    IN_REVIEW: Bilingual("待确认额", "amount to be confirmed"),
    CONFIRMED: Bilingual("应付额", "payable"),
    REVOKED: Bilingual("已撤销额", "withdrawn amount"),
}
PARTLY = Bilingual("合计，部分已确认", "sum, partly confirmed")
ESTIMATE = Bilingual("预估额", "estimate, not payable")
NO_AMOUNTS = {
    "payable": Bilingual("算得净额为零，互不付款", "nets to zero: nobody pays"),
    "indication": Bilingual("只作预估，不产生款项", "an estimate that obliges nobody"),
    "stopped": Bilingual("未能算出", "could not be computed"),
}


def amount_words(kind: str, status: str, *others: str) -> Bilingual:
    """What the sums of a settlement are called; of several added up, `others` are the further statuses."""
    if CONFIRMED in (status, *others) and {status, *others} != {CONFIRMED}:
        return PARTLY
    return ESTIMATE if kind == "indication" and status != REVOKED else AMOUNTS[status]


def no_amount_words(kind: str) -> Bilingual:
    """What stands where a settlement has no sum: nothing is owed, or nothing could be computed."""
    return NO_AMOUNTS[kind]


# why a reading that counts does not speak for its section (`settlement.statistics.speaking`)
NOT_SPEAKING_IN_WORDS = {
    "of_laboratory": ("化验结果，不入自动监测均值", "a laboratory result beside automatic readings"),
    "of_station": ("自动监测读数，只用化验结果", "an automatic reading where laboratories speak"),
    "other_station": ("以另一站点为准", "another station speaks for the section"),
}
# what became of a reading that is not used
FATES: Mapping[str, tuple[str, str]] = {
    "withheld": ("未公布", "withheld"),
    "quarantined": ("待核", "quarantined"),
    "rejected": ("拒收", "rejected"),
    "absent": ("缺测", "absent"),
    "duplicate": ("重复", "duplicate"),
    "revised": ("已修订", "revised"),
    "accepted": ("采用", "accepted"),
    "conflict": ("同一时刻有不同的值", "several values for one instant"),
    "implausible": ("超出合理范围", "outside the plausible range"),
    "no_value": MESSAGES["no_value"],
    **NOT_SPEAKING_IN_WORDS,
    "too_few_readings_a_day": WORDS["too_few_readings_a_day"],
    **FOUND,
}
STAND_INS: Mapping[str, tuple[str, str]] = {
    "backup": ("备用站", "the backup station"),
    "laboratory": ("化验结果", "laboratory results"),
    "neighbour": ("邻近断面", "the neighbouring section"),
    "previous_year": ("上年同月", "the same month of the year before"),
}
RULES: Mapping[str, tuple[str, str]] = {
    "starts": ("生效日期", "In force from"),
    "ends": ("终止日期", "In force until"),
    "data.excludes": ("可剔除数据的事由", "Grounds for exclusion"),
    "data.min_readings_a_day": ("每日最少有效读数", "Least readings a day"),
    "data.min_days_a_month": ("每月最少有效天数", "Least valid days a month"),
    "data.statuses": ("采用的站点状态", "Station states that count"),
    "data.compare": ("比较前是否修约", "Comparison with limits"),
    "data.non_detect": ("未检出的取值", "Non-detects"),
    "data.missing_month": ("缺测月份的处理", "A missing month"),
    "data.load_method": ("通量计算方法", "Method of loads"),
    "data.joint_sample": ("联合采样允差", "Tolerance of joint samples"),
    "data.decimals": ("评价位数", "Decimals for comparison"),
    "data.published": ("公布的数值可替代读数", "Published figures in place of readings"),
    "data.doubtful": ("存疑读数", "Doubtful readings"),
    "data.stations": ("断面有几个站点时", "Several stations at a section"),
    "data.origins": ("采用的数据来源", "Origins of readings that count"),
    "data.substitute": ("缺月由谁顶替", "What stands in for a missing month"),
    "data.oxygen_multiple": ("溶解氧的超标倍数", "Multiple of oxygen"),
    "money.place": ("金额精度", "Money rounded to"),
    "money.mode": ("金额取舍", "Way of rounding"),
}
# what the values of a rule are called: one value may mean different things under two rules
_VALUES_OF_RULES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "data.excludes": {
        "dry": (GROUNDS["dry"], "dry"),
        "frozen": (GROUNDS["frozen"], "frozen"),
        "suspended": (GROUNDS["suspended"], "monitoring suspended"),
        "disaster": (GROUNDS["disaster"], "natural disaster"),
    },
    "data.compare": {
        "rounded": ("修约后比较", "rounded, then compared"),
        "unrounded": ("不修约比较", "compared unrounded"),
    },
    "data.non_detect": {
        "half": ("检出限的一半", "half the detection limit"),
        "zero": ("零", "zero"),
        "limit": ("检出限", "the detection limit"),
    },
    "data.missing_month": {
        "stop": ("缺测即中止", "stops the clause"),
        "exclude": ("不计缺测月份", "is left out"),
    },
    "data.load_method": {
        method: (f"{method}：{zh}", f"{method}: {IN_ENGLISH[method]}") for method, zh in IN_WORDS.items()
    },
    "data.published": {
        "quality_class": ("类别", "classes"),
        "concentration": ("浓度", "concentrations"),
    },
    "data.doubtful": {
        "use": ("采用", "used"),
        "leave_out": ("不采用", "left out"),
    },
    "data.stations": {
        "mean_of_instants": ("各站同一时刻取平均", "the mean of the stations at each instant"),
        "primary": ("只用主站", "the primary station only"),
        "primary_else_backup": ("主站，当日不足用备用站", "the primary station, on days without it a backup"),
    },
    "data.origins": {
        "automatic": ("只用自动监测", "automatic readings only"),
        "laboratory": ("只用化验结果", "laboratory results only"),
        "automatic_else_laboratory": (
            "自动监测，全月没有才用化验结果",
            "automatic, in months without any the laboratory",
        ),
        "all": ("自动监测与化验结果一并平均", "automatic readings and laboratory results in one mean"),
    },
    "data.substitute": STAND_INS,
    "data.oxygen_multiple": {"limit_over_value": ("限值 ÷ 浓度 − 1", "limit over value, less 1")},
    "money.place": {
        "fen": ("分", "fen"),
        "yuan": ("元", "yuan"),
        "wan": ("万元", "10 000 yuan"),
    },
    "money.mode": {
        "half_up": ("四舍五入", "half up"),
        "half_even": ("四舍六入五成双", "half to even"),
        "down": ("舍去尾数", "toward zero"),
    },
}
RULE_VALUES: Mapping[tuple[str, str], tuple[str, str]] = {
    (rule, value): words for rule, values in _VALUES_OF_RULES.items() for value, words in values.items()
}
ROLES: Mapping[str, tuple[str, str]] = {
    "upstream": ("上游", "upstream"),
    "downstream": ("下游", "downstream"),
    "province": ("省级", "province"),
}
UNDECIDED = (
    "检出限高于限值：既不能判达标，也不能判超标",
    "The detection limit lies above the limit: neither met nor exceeded",
)
CLASS_NAMES = {1: "Ⅰ类", 2: "Ⅱ类", 3: "Ⅲ类", 4: "Ⅳ类", 5: "Ⅴ类", 6: "劣Ⅴ类"}
