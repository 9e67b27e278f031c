"""Why there is no amount, in words: Chinese first, English second.

In: a reason code as evaluations carry it (``no_readings``, ``missing_parameter: baseline``). Out: two messages. An
unknown code prints as it is.
"""

from __future__ import annotations

from monitoring_ingest.quality.names import FOUND
from monitoring_ingest.readings.messages import MESSAGES
from settlement.statistics.loads import IN_WORDS

WORDS = {
    "no_readings": ("没有可用的监测数据", "no usable readings"),
    "too_few_readings_a_day": ("当日读数不足", "too few readings that day"),
    "too_few_days": ("有效天数不足，月均值无效", "too few valid days for a monthly mean"),
    "missing_parameter": ("协议缺少参数", "the agreement lacks a parameter"),
    "scale_gap": ("计算标准没有覆盖该数值", "no piece of the scale covers the value"),
    "no_fact": ("没有登记所需的事实", "the fact has not been recorded"),
    "fact_of_other_period": ("事实登记在更短或更长的期间", "the fact is recorded for a shorter or longer period"),
    "several_facts": ("几方登记的事实不同，条款没有说用谁的", "facts of several parties differ"),
    "fact_is_no_number": ("登记的事实不是数字", "the recorded fact is no number"),
    "no_result": ("所引用的条款没有结果", "the clause referred to has no result"),
    "tie": ("名次并列，协议没有规定如何区分", "a tie that the agreement does not break"),
    "pool_incomplete": ("资金池有条款中止，不能分付", "a clause of the pool stopped"),
    "no_shares": ("付方或收方的份额不能确定", "the shares of a side cannot be determined"),
    "pool_not_closed": ("资金池收支不平", "the pool does not close at zero"),
    "reference_is_zero": ("比较基准为零", "the reference is zero"),
    "before_term": ("协议生效之前没有数值", "no value before the term"),
    "when": ("条件不满足，金额为零", "a condition does not hold: zero"),
    "unless": ("按约定免除，金额为零", "excused by the agreement: zero"),
    "published": ("采用已公布的数值", "a published figure is used"),
    "excluded": ("按登记的事由不计", "excluded by a recorded ground"),
    "no_load": ("没有通量数据", "no load"),
    "no_flow": ("没有流量或水量，算不出通量", "no flow or volume to compute a load from"),
    "no_pairs": ("没有浓度与流量同时测到的时段，算不出通量", "concentration and flow were never measured together"),
    "flow_sums_to_zero": (
        "流量合计为零（如潮流正负相抵），不能按流量加权",
        "the flows sum to zero, as tides may: nothing can be weighted by them",
    ),
    "load_needs_readings": (
        "此种通量算法须有逐次读数，月均值不够",
        "this load method needs readings, monthly means are not enough",
    ),
    "joint_sample_differs": (
        "联合采样相差超出允差，没有复测值",
        "joint samples differ beyond the tolerance and none was measured again",
    ),
    "no_volume": ("没有水量数据", "no volume"),
    "too_few_years": ("年数不足，不能判断趋势", "too few years for a trend"),
    "no_trend": ("不能计算趋势", "no trend can be computed"),
    "absent": ("没有数值", "no value"),
}


def in_chinese(reason: str) -> str:
    """A reason code in Chinese; what the source wrote itself stays as it is."""
    if reason in MESSAGES or reason in FOUND:
        return {**MESSAGES, **FOUND}[reason].zh
    return WORDS.get(reason, (reason, reason))[0]


def told(reason: str) -> dict[str, str]:
    """``message_zh`` and ``message_en`` of a reason, with its detail."""
    code, _, detail = reason.partition(": ")
    zh, en = WORDS.get(code, (reason, reason))
    return {"message_zh": f"{zh}：{detail}" if detail else zh, "message_en": f"{en}: {detail}" if detail else en}


KINDS = {"payable": ("应付", "payable"), "indication": ("预估", "indication"), "stopped": ("中止", "stopped")}
STATUSES = {
    "试算": "trial run",
    "待复核": "under review",
    "已确认": "confirmed",
    "已撤销": "withdrawn",
}
FATES = {
    "withheld": "未公布",
    "quarantined": "待核",
    "rejected": "拒收",
    "absent": "缺测",
    "duplicate": "重复",
    "revised": "已修订",
    "accepted": "采用",
    "conflict": "同一时刻有不同的值",
    "implausible": "超出合理范围",
    "no_value": "没有值",
    "too_few_readings_a_day": "当日读数不足",
    **{test: words.zh for test, words in FOUND.items()},
}
RULES = {
    "starts": "生效日期",
    "ends": "终止日期",
    "data.excludes": "可剔除数据的事由",
    "data.min_readings_a_day": "每日最少有效读数",
    "data.min_days_a_month": "每月最少有效天数",
    "data.statuses": "采用的站点状态",
    "data.compare": "比较前是否修约",
    "data.non_detect": "未检出的取值",
    "data.missing_month": "缺测月份的处理",
    "data.load_method": "通量计算方法",
    "data.joint_sample": "联合采样允差",
    "data.doubtful": "存疑读数",
    "money.place": "金额精度",
    "money.mode": "金额取舍",
}
RULE_VALUES = {
    "rounded": "修约后比较",
    "unrounded": "不修约比较",
    "half": "检出限的一半",
    "zero": "零",
    "limit": "检出限",
    "stop": "缺测即中止",
    "exclude": "不计缺测月份",
    "half_up": "四舍五入",
    "half_even": "四舍六入五成双",
    "down": "舍去尾数",
    "fen": "分",
    "use": "采用",
    "leave_out": "不采用",
    **{method: f"{method}：{words}" for method, words in IN_WORDS.items()},
}
UNDECIDED = (
    "检出限高于限值：既不能判达标，也不能判超标",
    "The detection limit lies above the limit: neither met nor exceeded",
)
CLASS_NAMES = {1: "Ⅰ类", 2: "Ⅱ类", 3: "Ⅲ类", 4: "Ⅳ类", 5: "Ⅴ类", 6: "劣Ⅴ类"}
