"""Texts of the page of reviews."""

TEXTS: dict[str, tuple[str, str]] = {
    "reviews": ("数据复核", "Reviews"),
    "reviews.lead": (
        "隔离的读数由人放行或维持隔离；已采用的数据可以剔除或恢复。每个决定须有理由和依据文件，由有关机构的一人提出、同一机构的"
        "另一人批准，只增不改。",
        "Quarantined readings wait for people to release them or to uphold the doubt; observations may be removed or "
        "restored. Each decision takes a reason and a document; one person of an office concerned proposes it, another "
        "of the same office approves it, and it is never changed.",
    ),
    "reviews.waiting": ("待核的读数", "Readings that wait"),
    "reviews.waiting.caption": (
        "新的在前；登录后在本页提出放行或维持隔离，或用 hengjie review release 编号、uphold 编号，或 POST /v1/reviews",
        "Newest first; propose here, signed in, to release some or uphold the doubt; or by hengjie review release "
        "NUMBER and uphold NUMBER, or POST /v1/reviews",
    ),
    "reviews.waiting.none": ("没有待核的读数", "Nothing waits"),
    "reviews.propose": ("提出决定", "Propose a decision"),
    "reviews.propose.lead": (
        "勾选同一事件的读数，一次提出；同一机构的另一人批准后生效，全部作出或一个也不作。",
        "Tick the readings of one incident and propose them together. It is done once another person of the office "
        "approves: all of them or none.",
    ),
    "reviews.propose.do": ("提出", "Propose"),
    "act.release": ("放行", "release"),
    "act.uphold": ("维持隔离", "uphold the doubt"),
    "act.remove": ("剔除", "remove"),
    "act.restore": ("恢复", "restore"),
    "reviews.decided": ("决定", "Decisions"),
    "reviews.decided.caption": ("新的在前；每个决定一行", "Newest first, one row each"),
    "reviews.decided.none": ("还没有决定", "No decision yet"),
    "reviews.reasons": ("可用的理由", "Reasons that can be given"),
    "reviews.number": ("编号", "Number"),
    "reviews.value": ("所报的值", "Value as sent"),
    "reviews.received": ("收到", "Received"),
    "reviews.action": ("动作", "Action"),
    "reviews.revision": ("针对", "About"),
    "reviews.original": ("原值", "original value"),
    "reviews.set_aside": ("隔离的读数 {number}", "quarantined reading {number}"),
    "reviews.document": ("依据", "Document"),
    "reviews.proposed_by": ("提出人", "Proposed by"),
    "reviews.approved_by": ("批准人", "Approved by"),
    "reviews.recorded": ("登记", "Recorded"),
    "action.release": ("放行", "released"),
    "action.uphold": ("维持隔离", "upheld"),
    "action.remove": ("剔除", "removed"),
    "action.restore": ("恢复", "restored"),
    "nav.reviews": ("数据复核", "Reviews"),
}
