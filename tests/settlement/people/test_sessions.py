"""Signing in: a password or a one-time code, how long it lasts, and what ends it."""

from __future__ import annotations

import pytest

from basin.errors import NotFound, NotSignedIn, Refused, UsageError
from settlement.people import appointing, passwords, proposals, sessions, store
from tests.settlement.people import makers
from tests.settlement.people.makers import PASSWORD, Clock, number, signing_in, staffed

LOGIN = "upper-prepare"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def at(engine, clock):
    return staffed(engine, clock)


def whose(at, secret):
    with at.engine.connect() as connection:
        return sessions.signed(connection, at, secret).person.login


def code_for(at, login=LOGIN):
    return appointing.issue_code(at, number(at, "upper-admin"), login)


class TestPasswords:
    @pytest.mark.parametrize(
        ("password", "refusal"),
        [
            ("short", "口令应有 12–200 个字符"),
            ("石" * 201, "口令应有 12–200 个字符"),
            ("1234567890123", "太常见"),
            ("qwertyuiop123", "太常见"),
            ("password1234", "太常见"),
            ("unbelievable", "太常见"),
            ("aaaaaaaaaaaa", "太常见"),
            ("upper-prepare1", "太常见，或含本人的名字"),
            ("上经办上经办上经办上经办", "太常见，或含本人的名字"),
            ("四个不相干的词语：山 水 桥 月", None),
        ],
    )
    def test_that_are_taken(self, password, refusal):
        if refusal is None:
            assert passwords.fits(password, passwords.hashed(password, LOGIN, "上经办"))
        else:
            with pytest.raises(UsageError, match=refusal):
                passwords.hashed(password, LOGIN, "上经办")

    def test_fit_whatever_composition_of_an_accent_the_keyboard_sends(self):
        kept = passwords.hashed("cr\u00e8me br\u00fbl\u00e9e 12", LOGIN, "")
        assert passwords.fits("cre\u0300me bru\u0302le\u0301e 12", kept)
        assert not passwords.fits("creme brulee 12", kept)

    def test_nothing_fits_who_has_none(self):
        assert not passwords.fits(PASSWORD, None)
        assert not passwords.fits("石" * 100_000, None)

    def test_are_kept_as_argon2id_with_a_salt_each(self):
        one = passwords.hashed(PASSWORD, LOGIN, "")
        assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert one != passwords.hashed(PASSWORD, LOGIN, "")


class TestOneTimeCodes:
    def test_set_the_first_password_and_are_used_up(self, at):
        code = code_for(at)
        assert sessions.use_code(at, code.lower().replace("-", " "), PASSWORD).login == LOGIN
        assert whose(at, sessions.sign_in(at, LOGIN, PASSWORD).secret) == LOGIN
        with pytest.raises(Refused, match="一次性代码不对，或已过期、已用过"):
            sessions.use_code(at, code, PASSWORD)

    def test_stay_good_where_the_password_is_not_taken(self, at):
        code = code_for(at)
        with pytest.raises(UsageError, match="口令应有"):
            sessions.use_code(at, code, "short")
        assert sessions.use_code(at, code, PASSWORD).login == LOGIN

    def test_are_over_after_a_week(self, at, clock):
        code = code_for(at)
        clock.passes(days=7)
        with pytest.raises(Refused, match="一次性代码不对"):
            sessions.use_code(at, code, PASSWORD)

    def test_a_new_one_takes_the_place_of_the_one_before(self, at):
        before = code_for(at)
        code = code_for(at)
        with pytest.raises(Refused, match="一次性代码不对"):
            sessions.use_code(at, before, PASSWORD)
        assert sessions.use_code(at, code, PASSWORD).login == LOGIN

    @pytest.mark.parametrize("code", ["", "-", "AAAA-AAAA-AAAA-AAAA", "x" * 100_000])
    def test_nobody_guesses_one(self, at, code):
        code_for(at)
        with pytest.raises(Refused, match="一次性代码不对"):
            sessions.use_code(at, code, PASSWORD)

    def test_bind_an_account_of_openid_connect_to_one_person(self, at):
        sessions.bind_subject(at, code_for(at), "https://id.example", "subject-7")
        person = sessions.person_bound_to(at, "https://id.example", "subject-7")
        assert person is not None
        assert person.login == LOGIN
        code = appointing.issue_code(at, number(at, "upper-admin"), "upper-approve")
        with pytest.raises(Refused, match="已绑定另一人"):
            sessions.bind_subject(at, code, "https://id.example", "subject-7")
        for issuer, subject in (("https://id.example", "subject-8"), ("https://other.example", "subject-7")):
            assert sessions.person_bound_to(at, issuer, subject) is None


class TestSigningIn:
    @pytest.mark.parametrize(
        ("login", "password"),
        [(LOGIN, PASSWORD + "。"), (LOGIN, ""), ("upper-approve", PASSWORD), ("nobody", PASSWORD), ("", "")],
    )
    def test_takes_the_right_login_and_password(self, at, login, password):
        signing_in(at, LOGIN, "upper-admin")
        with pytest.raises(NotSignedIn, match="登录名或口令不对，或已停用") as refusal:
            sessions.sign_in(at, login, password)
        assert refusal.value.status == 401

    def test_the_secret_is_stored_nowhere(self, at):
        secret = signing_in(at, LOGIN, "upper-admin")
        with at.engine.connect() as connection:
            (kept,) = store.sessions_of(connection, number(at, LOGIN))
        assert secret not in str(kept)
        assert kept.sha256 == sessions.digest(secret)

    def test_somebody_suspended_is_signed_out_at_once_and_not_let_in_again(self, at):
        secret = signing_in(at, LOGIN, "upper-admin")
        by = number(at, "upper-admin")
        matter = proposals.Matter("upper-env", {"login": LOGIN}, "停用", "调离")
        proposed = proposals.propose(at, appointing.SUSPEND, by, matter)
        makers.approved(at, "upper-approve", proposed)
        with pytest.raises(NotSignedIn):
            whose(at, secret)
        with pytest.raises(NotSignedIn):
            sessions.sign_in(at, LOGIN, PASSWORD)

    @pytest.mark.parametrize(
        ("kind", "used_after", "goes_on"),
        [
            (sessions.PAGE, [1] * 11, True),
            (sessions.PAGE, [1] * 12, False),  # however busy
            (sessions.PAGE, [2], False),  # nobody used it for two hours
            (sessions.COMMAND, [6, 5], True),
            (sessions.COMMAND, [6, 6], False),
        ],
    )
    def test_lasts(self, at, clock, kind, used_after, goes_on):
        signing_in(at, LOGIN, "upper-admin")
        opened = sessions.sign_in(at, LOGIN, PASSWORD, kind)
        for hours in used_after[:-1]:
            clock.passes(hours=hours)
            with at.engine.connect() as connection:
                session = sessions.signed(connection, at, opened.secret).session
            sessions.note_used(at, session)
        clock.passes(hours=used_after[-1])
        if goes_on:
            assert whose(at, opened.secret) == LOGIN
        else:
            with pytest.raises(NotSignedIn, match="没有登录，或登录已过期"):
                whose(at, opened.secret)

    def test_signing_out_ends_one_session_and_everywhere_all(self, at):
        secrets = [signing_in(at, LOGIN, "upper-admin"), *(sessions.sign_in(at, LOGIN, PASSWORD).secret for _ in "12")]
        person = number(at, LOGIN)
        assert sessions.sign_out(at, person, sessions.digest(secrets[0])) == 1
        with pytest.raises(NotSignedIn):
            whose(at, secrets[0])
        assert whose(at, secrets[1]) == LOGIN
        with pytest.raises(NotFound):
            sessions.sign_out(at, number(at, "upper-approve"), sessions.digest(secrets[1]))
        assert sessions.sign_out(at, person) == 2

    def test_another_password_ends_every_session(self, at):
        secret = signing_in(at, LOGIN, "upper-admin")
        with at.engine.connect() as connection:
            person = sessions.signed(connection, at, secret).person
        with pytest.raises(Refused, match="原口令不对"):
            sessions.change_password(at, person, "wrong", "另一个足够长的新口令也行")
        sessions.change_password(at, person, PASSWORD, "另一个足够长的新口令也行")
        with pytest.raises(NotSignedIn):
            whose(at, secret)
        assert whose(at, sessions.sign_in(at, LOGIN, "另一个足够长的新口令也行").secret) == LOGIN


class TestTokens:
    def test_last_as_many_days_as_asked_and_thirty_at_most(self, at, clock):
        secret = signing_in(at, LOGIN, "upper-admin")
        with at.engine.connect() as connection:
            person = sessions.signed(connection, at, secret).person
        token = sessions.new_token(at, person, "每月导出", 30)
        assert (token.session.kind, token.session.name) == ("token", "每月导出")
        clock.passes(days=29)
        assert whose(at, token.secret) == LOGIN
        clock.passes(days=1)
        with pytest.raises(NotSignedIn):
            whose(at, token.secret)
        for days in (0, 31):
            with pytest.raises(UsageError, match="令牌的期限是 1–30 天"):
                sessions.new_token(at, person, "更久", days)


def test_a_form_is_of_one_session(at):
    one = signing_in(at, LOGIN, "upper-admin")
    other = sessions.sign_in(at, LOGIN, PASSWORD).secret
    assert sessions.is_csrf_token(one, sessions.csrf_token(one))
    assert not sessions.is_csrf_token(other, sessions.csrf_token(one))
    assert not sessions.is_csrf_token(one, "")
