"""No request names who acts: who proposes and who approves is who is signed in.

In: the name of a field or option. Out: whether it once named a person, and what is said to whoever still sends it; and
what is said where nobody signs in.
"""

from __future__ import annotations

from basin.errors import Refused
from basin.written.texts import Misfit

AUTHORS = frozenset({"person", "recorded_by", "approved_by", "proposed_by"})
NAMED = Misfit(
    "不再写办事人的姓名：办事人是登录的人",
    "no request names who acts: that is who is signed in",
    "去掉这一项；登录（网页 /sign-in，命令行 hengjie login）后提出，姓名取自登录",
)


def without_people() -> Refused:
    """Why nobody acts where people are switched off."""
    zh = "这个服务只供本机使用，不设登录，不办须由人员决定的事"
    en = "this server serves this machine alone, and nobody signs in"
    return Refused(zh, en, path="HENGJIE_PEOPLE", remedy="去掉 HENGJIE_PEOPLE=off，重新启动")
