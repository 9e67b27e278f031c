"""No request names who acts: who proposes and who approves is who is signed in.

In: the name of a field or option. Out: whether it once named a person, and what is said to whoever still sends it.
"""

from __future__ import annotations

from basin.written.texts import Misfit

AUTHORS = frozenset({"person", "recorded_by", "approved_by", "proposed_by"})
NAMED = Misfit(
    "不再写办事人的姓名：办事人是登录的人",
    "no request names who acts: that is who is signed in",
    "去掉这一项；登录（网页 /sign-in，命令行 hengjie login）后提出，姓名取自登录",
)
