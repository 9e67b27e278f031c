"""Texts of the pages of people: signing in, one's own account, everybody and proposals: key → (zh, en)."""

from __future__ import annotations

from settlement.people.roles import WORDS

TEXTS: dict[str, tuple[str, str]] = {
    "nav.sign_in": ("登录", "Sign in"),
    "nav.waiting": ("待办", "To do"),
    "nav.me": ("我的账户", "My account"),
    "sign_in": ("登录", "Sign in"),
    "sign_in.login": ("登录名", "Login"),
    "sign_in.password": ("口令", "Password"),
    "sign_in.code": ("用一次性代码设口令", "Set a password by a one-time code"),
    "sign_in.code.lead": (
        "第一次登录，或口令被重置后，用本方管理人给的一次性代码设口令；设好即登录。",
        "For the first time, or after a reset: set your password by the one-time code that an admin of your party gave "
        "you. You are signed in then.",
    ),
    "sign_in.code.label": ("一次性代码", "One-time code"),
    "sign_in.new": ("新口令（至少 12 个字符）", "New password (at least 12 characters)"),
    "sign_in.again": ("再写一遍", "The same again"),
    "sign_in.set": ("设口令并登录", "Set it and sign in"),
    "sign_in.as": ("已登录为 {name}。", "You are signed in as {name}."),
    "sign_out": ("退出登录", "Sign out"),
    "sign_out.everywhere": ("在所有地方退出，令牌一并作废", "Sign out everywhere, which also ends all tokens"),
    "me.login": ("登录名", "Login"),
    "me.since": ("自", "Since"),
    "me.offices": ("任职", "Appointments"),
    "me.offices.caption": ("我可以为哪些机构办什么", "What I may do for which office"),
    "me.offices.none": ("现在没有任命", "Not appointed to anything now"),
    "me.sessions": ("登录与令牌", "Sessions and tokens"),
    "me.sessions.caption": ("所有没有结束的登录和令牌，新的在前", "All that have not ended, newest first"),
    "me.session": ("种类", "Kind"),
    "me.session.name": ("名称", "Name"),
    "me.session.begun": ("开始（北京时间）", "Begun (Beijing)"),
    "me.session.used": ("最近使用", "Last used"),
    "me.session.ends": ("最迟结束", "Ends at the latest"),
    "me.session.this": ("本次登录", "this one"),
    "me.session.end": ("作废", "End it"),
    "session_kind.page": ("页面登录", "pages"),
    "session_kind.command": ("命令行登录", "command line"),
    "session_kind.token": ("令牌", "token"),
    "me.token": ("新建令牌", "New token"),
    "me.token.lead": (
        "程序以令牌代本人办事：放在 Authorization: Bearer 头中。令牌只显示一次，至多 {most} 天。",
        "A program acts for you by a token, sent as Authorization: Bearer. It is shown once and lasts {most} days at "
        "most.",
    ),
    "me.token.name": ("名称", "Name"),
    "me.token.days": ("天数", "Days"),
    "me.token.make": ("新建", "Make it"),
    "me.token.made": ("令牌已建", "The token"),
    "me.token.once": (
        "现在抄下来，离开本页后无法再看到：",
        "Copy it now: it cannot be seen again after this page.",
    ),
    "me.password": ("改口令", "Change the password"),
    "me.password.lead": (
        "改后所有登录和令牌结束，用新口令重新登录。",
        "All sessions and tokens end; sign in again with the new one.",
    ),
    "me.password.before": ("现在的口令", "Password now"),
    "me.password.change": ("改口令", "Change it"),
    "me.back": ("回到我的账户", "Back to my account"),
    "people.office": ("机构", "Office"),
    "people.roles": ("角色", "Roles"),
    "people.starts": ("自", "From"),
    "people.ends": ("至", "Until"),
    "people.open_end": ("未定", "no end"),
}
TEXTS |= {f"person_role.{code}": both for code, both in WORDS.items()}
