"""Texts of the pages of late data, Chinese and English side by side."""

from __future__ import annotations

LATE: dict[str, tuple[str, str]] = {
    "late": ("迟到数据", "Late data"),
    "late.lead": (
        "结算之后才收到的读数和登记事项。这里只说若按现有数据重算会怎样，什么也没有改；是否重算由人决定。",
        "Readings and facts that came after a settlement was made. This says what settling again would change; "
        "nothing is changed. Whether to settle again is for people to decide.",
    ),
    "late.none": ("没有：这些结算之后没有收到新的数据。", "None: nothing has come since these were settled."),
    "late.none_changed": ("没有一份的结果会变。", "None would come out differently."),
    "late.unchanged": ("有迟到数据而结果不变", "Late data that change nothing"),
    "late.unchanged.why": (
        "读数落在它们所看的时段，重算的结果却完全相同：",
        "The readings lie in the time they look at, and settling again gives exactly the same:",
    ),
    "late.which": ("看哪些结算：", "Which settlements: "),
    "late.default": ("待复核与已确认", "in review and confirmed"),
    "late.all": ("连同试算", "trials too"),
    "late.counts": (
        "新到读数 {new}，更正 {revised}，撤除 {removed}，登记事项 {facts}。",
        "Readings new {new}, revised {revised}, removed {removed}; facts {facts}.",
    ),
    "late.ledger": ("此前各期的确认、撤销或付款也变了。", "Confirmations or payments of earlier periods differ, too."),
    "late.text_changed": (
        "协议文本在结算后改过；这里仍按当时的文本比较，实际重算用新文本。",
        "The text of the agreement has changed since; this compares under the text applied, settling uses the new one.",
    ),
    "late.again": ("已有人重算，结果即此：", "Somebody has settled again, with this result: "),
    "late.same": ("重算结果完全相同。", "Settling again gives exactly the same."),
    "late.no_amount": ("金额与中止都不变，只有计算过程不同。", "Amounts and stops stay; only the working differs."),
    "late.transfers": ("若重算，谁付给谁（元）", "Settled again: who pays whom (yuan)"),
    "late.obligations": ("若重算，逐条（元）", "Settled again, clause by clause (yuan)"),
    "late.amounts.why": (
        "负数表示反向支付；“未知”表示该处中止，不是零",
        "A negative sum flows the other way; “unknown” means that it stops there, not zero",
    ),
    "late.was": ("现结算", "As settled"),
    "late.would_be": ("若重算", "Settled again"),
    "late.difference": ("差额", "Difference"),
    "late.unknown": ("未知", "unknown"),
    "late.stops": ("出现或消失的中止", "Stops that appear or vanish"),
    "late.appear": ("新出现", "appears"),
    "late.vanish": ("消失", "vanishes"),
    "late.details": ("逐个读数", "Reading by reading"),
    "late.readings": ("迟到的读数", "Late readings"),
    "late.readings.caption": (
        "值为指标的标准单位；点编号看回执",
        "Values in canonical units; the number leads to the receipt",
    ),
    "late.change": ("变化", "Change"),
    "late.new": ("新到", "new"),
    "late.revised": ("更正", "revised"),
    "late.removed": ("撤除", "removed"),
    "late.earlier": ("结算时的值", "Value then"),
    "late.value": ("现在的值", "Value now"),
    "late.came": ("收到时间", "Recorded"),
    "late.by": ("经由", "By"),
    "late.facts": ("迟到的登记事项", "Late facts"),
    "late.subject": ("对象", "Subject"),
    "late.document": ("依据", "Document"),
    "late.notice": ("有迟到数据（{count} 项）：若重算会怎样", "Late data ({count}): what settling again would change"),
}
