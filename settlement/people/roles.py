"""What a person may be appointed to (角色), and which roles go together.

In: roles as written. Out: the set of them, or a refusal. Who may propose and approve which act is stated with the act
(`proposals.TwoPersonAct`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from basin.errors import UsageError

PREPARE = "prepare"
APPROVE = "approve"
AUDIT = "audit"
ADMIN = "admin"
WORDS: Mapping[str, tuple[str, str]] = {
    PREPARE: ("经办", "prepares"),
    APPROVE: ("审定", "approves"),
    AUDIT: ("审计", "audits"),
    ADMIN: ("管理", "administers"),
}
ALONE = (AUDIT, ADMIN)  # who appoints people decides nothing, and who audits changes nothing


def roles_of(written: Iterable[str]) -> frozenset[str]:
    """The roles of an appointment.

    Raises
    ------
    UsageError : no role, an unknown one, or one that goes with no other.
    """
    roles = frozenset(written)
    unknown = sorted(roles - WORDS.keys())
    if unknown or not roles:
        remedy = "、".join(f"{role} {zh}" for role, (zh, _) in WORDS.items())
        zh = f"没有角色 {unknown[0]}" if unknown else "没有写角色"
        raise UsageError(zh, "no such role", path="roles", remedy=f"可用：{remedy}")
    return refuse_roles_apart(roles)


def refuse_roles_apart(roles: frozenset[str]) -> frozenset[str]:
    """The roles that one person holds in all.

    Raises
    ------
    UsageError : one of `ALONE` with another: who administers or audits holds no other role.
    """
    alone = next((role for role in ALONE if role in roles), None)
    if alone is not None and len(roles) > 1:
        word = WORDS[alone][0]
        zh = f"{word}（{alone}）不能兼任其他角色"
        raise UsageError(zh, f"{alone} goes with no other role", path="roles", remedy="由另一人担任")
    return roles


def words(roles: Iterable[str]) -> str:
    """Roles in words, in their order: ``经办、审定``."""
    return "、".join(zh for role, (zh, _) in WORDS.items() if role in roles)
