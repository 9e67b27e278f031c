"""Texts of the page of reviews."""

TEXTS: dict[str, tuple[str, str]] = {
    "reviews": ("数据复核", "Reviews"),
    "reviews.lead": (
        "隔离的读数由人放行或维持隔离；已采用的数据可以剔除或恢复。每个决定须有理由、依据文件、提出人和另一位批准人，只增不改。",
        "Quarantined readings wait for people to release them or to uphold the doubt; observations may be removed or "
        "restored. Each decision takes a reason, a document, a proposer and another approver, and is never changed.",
    ),
    "reviews.waiting": ("待核的读数", "Readings that wait"),
    "reviews.waiting.caption": (
        "新的在前；放行用 hengjie review release 编号，维持隔离用 hengjie review uphold 编号，或 POST /v1/reviews",
        "Newest first; release one by hengjie review release NUMBER, uphold the doubt by hengjie review uphold NUMBER, "
        "or POST /v1/reviews",
    ),
    "reviews.waiting.none": ("没有待核的读数", "Nothing waits"),
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
