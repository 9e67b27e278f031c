"""Settings of the environment are numbers in digits, or are refused by name."""

from __future__ import annotations

import pytest

from api.settings import Settings, from_environment
from basin.errors import UsageError

NUMBERS = (
    "PORT", "HENGJIE_SETTLING_DAY", "HENGJIE_BODY_LIMIT", "HENGJIE_ROW_LIMIT", "HENGJIE_RATE", "HENGJIE_KEY_RATE",
)  # fmt: skip


@pytest.mark.parametrize("written", ["²", "８０００", "1_0", "0", "-1", "1e3", "x", "9" * 5000, "0x10"])
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_refused(name: str, written: str) -> None:
    with pytest.raises(UsageError) as refusal:
        from_environment({name: written})
    assert (refusal.value.path, bool(refusal.value.remedy)) == (name, True)


def test_what_is_a_number_is_taken() -> None:
    settings = from_environment({"PORT": "8001", "HENGJIE_SETTLING_DAY": "28", "HENGJIE_ROW_LIMIT": "5"})
    assert (settings.port, settings.settling_day, settings.limits.rows) == (8001, 28, 5)


@pytest.mark.parametrize("written", ["*", "proxy.example.cn", "10.0.0.1,x", "10.0.0.0/33"])
def test_a_proxy_is_named_by_its_address(written: str) -> None:
    with pytest.raises(UsageError) as refusal:
        from_environment({"HENGJIE_PROXY": written})
    assert (refusal.value.path, bool(refusal.value.remedy)) == ("HENGJIE_PROXY", True)


ISSUER = "https://id.example.cn/realms/water"
CLIENT = {
    "HENGJIE_OIDC_ISSUER": ISSUER, "HENGJIE_OIDC_CLIENT_ID": "hengjie", "HENGJIE_OIDC_CLIENT_SECRET": "kept to oneself",
}  # fmt: skip


class TestAProviderOfOpenIDConnect:
    def test_is_none_where_none_is_named(self) -> None:
        assert from_environment({}).provider is None
        assert from_environment(dict.fromkeys(CLIENT, " ")).provider is None

    def test_is_named_by_three_settings(self) -> None:
        provider = from_environment(CLIENT).provider
        assert provider is not None
        assert (provider.issuer, provider.client_id, provider.client_secret) == (ISSUER, "hengjie", "kept to oneself")
        assert "kept to oneself" not in repr(provider)

    @pytest.mark.parametrize("missing", CLIENT)
    def test_is_not_named_by_two(self, missing: str) -> None:
        with pytest.raises(UsageError, match=f"缺 {missing}") as refusal:
            from_environment(CLIENT | {missing: ""})
        assert (refusal.value.path, bool(refusal.value.remedy)) == (missing, True)

    @pytest.mark.parametrize(
        ("issuer", "is_taken"),
        [
            ("https://id.example.cn", True),
            ("https://id.example.cn:8443/", True),
            ("http://localhost:9400", True),
            ("http://127.0.0.1:9400", True),
            ("http://[::1]:9400", True),
            ("http://id.example.cn", False),
            ("http://10.0.0.5", False),
            ("http://localhost.example.cn", False),
            ("https://a@id.example.cn", False),
            ("https://id.example.cn?a=b", False),
            ("https://id.example.cn#a", False),
            ("ftp://id.example.cn", False),
            ("id.example.cn", False),
        ],
    )
    def test_is_reached_by_https_or_on_this_machine(self, issuer: str, is_taken: bool) -> None:
        environ = CLIENT | {"HENGJIE_OIDC_ISSUER": issuer}
        if is_taken:
            assert from_environment(environ).provider is not None
        else:
            with pytest.raises(UsageError, match="HENGJIE_OIDC_ISSUER 不是 https 网址"):
                from_environment(environ)


class TestTheAddressOfThisServer:
    @pytest.mark.parametrize(
        ("environ", "origin"),
        [
            ({}, "http://127.0.0.1:8000"),
            ({"HOST": "10.0.0.5", "PORT": "8080"}, "http://10.0.0.5:8080"),
            ({"HOST": "::1"}, "http://[::1]:8000"),
            ({"HOST": "0.0.0.0", "HENGJIE_ADDRESS": "https://hengjie.example.cn/"}, "https://hengjie.example.cn"),
            ({"HENGJIE_ADDRESS": "http://10.0.0.5:8080"}, "http://10.0.0.5:8080"),
        ],
    )
    def test_is_as_written_or_where_it_listens(self, environ: dict[str, str], origin: str) -> None:
        assert from_environment(CLIENT | environ).origin == origin

    @pytest.mark.parametrize("written", ["hengjie.example.cn", "https://a/b", "https://a?b", "ftp://a", "https://a@b"])
    def test_is_no_more_and_no_less_than_scheme_host_and_port(self, written: str) -> None:
        with pytest.raises(UsageError) as refusal:
            from_environment({"HENGJIE_ADDRESS": written})
        assert (refusal.value.path, bool(refusal.value.remedy)) == ("HENGJIE_ADDRESS", True)

    @pytest.mark.parametrize("environ", [{"HOST": "0.0.0.0"}, {"HOST": "::"}, {"HENGJIE_HOSTS": "hengjie.example.cn"}])
    def test_is_asked_for_where_a_provider_must_know_it(self, environ: dict[str, str]) -> None:
        assert from_environment(environ).provider is None
        with pytest.raises(UsageError, match="浏览器用哪个地址访问"):
            from_environment(CLIENT | environ)

    def test_is_one_that_the_server_goes_by(self) -> None:
        address = {"HENGJIE_ADDRESS": "https://hengjie.example.cn"}
        assert from_environment(address).hosts == ("127.0.0.1", "hengjie.example.cn")
        assert from_environment(address | {"HENGJIE_HOSTS": "hengjie.example.cn"}).hosts == ("hengjie.example.cn",)


@pytest.mark.parametrize(
    ("environ", "reading", "people"),
    [
        ({}, "signed", True),
        ({"HENGJIE_READING": "public"}, "public", True),
        ({"HENGJIE_READING": "Open"}, "open", True),
        ({"HENGJIE_PEOPLE": "on"}, "signed", True),
        ({"HENGJIE_PEOPLE": "off"}, "open", False),
        ({"HENGJIE_PEOPLE": "off", "HENGJIE_READING": "signed"}, "open", False),
        ({"HENGJIE_PEOPLE": "off", "HOST": "localhost"}, "open", False),
        ({"HENGJIE_PEOPLE": "off", "HOST": "::1"}, "open", False),
    ],
)
def test_people_sign_in_to_read_unless_the_environment_says_otherwise(environ, reading, people) -> None:
    settings = from_environment(environ)
    assert (settings.reading, settings.people) == (reading, people)


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"HENGJIE_READING": "all"}, "HENGJIE_READING"),
        ({"HENGJIE_PEOPLE": "no"}, "HENGJIE_PEOPLE"),
        ({"HENGJIE_PEOPLE": "off", "HOST": "0.0.0.0"}, "HENGJIE_PEOPLE"),
        ({"HENGJIE_PEOPLE": "off", "HOST": "hengjie.example.cn"}, "HENGJIE_PEOPLE"),
    ],
)
def test_who_may_read_is_refused_where_it_is_no_setting_or_would_open_a_server_to_others(environ, path) -> None:
    with pytest.raises(UsageError) as refusal:
        from_environment(environ)
    assert (refusal.value.path, bool(refusal.value.remedy)) == (path, True)


def test_a_program_that_calls_the_application_itself_reads_everything() -> None:
    assert Settings().reading == "open"
