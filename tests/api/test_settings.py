"""Settings of the environment are numbers in digits, or are refused by name."""

from __future__ import annotations

import pytest

from api.settings import from_environment
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
