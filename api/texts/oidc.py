"""Texts of signing in by a provider of OpenID Connect: key → (zh, en)."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "oidc.sign_in": ("用统一认证登录", "Sign in at the common identity provider"),
    "oidc.bind": ("绑定统一认证账号", "Bind this account"),
    "oidc.bind.lead": (
        "统一认证已确认是您，但这个账号还没有绑定本系统的人。写上本方管理人交给您的一次性代码，绑定后即登录；姓名、邮箱不作依据。",
        "The provider vouches for you, but this account is not yet bound to anybody here. Enter the one-time code that "
        "an admin of your party handed you; then you are signed in. Neither name nor e-mail decides who you are.",
    ),
    "oidc.bind.replaces": ("绑定之后不再能用口令登录。", "A password you had is given up by this."),
    "oidc.bind.button": ("绑定并登录", "Bind it and sign in"),
}
