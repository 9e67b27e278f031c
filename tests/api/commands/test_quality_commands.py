"""`hengjie review …`: each action names the reasons that it may have, and no others."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from api.cli import main
from monitoring_ingest.quality.decisions import REASONS, REASONS_FOR


@pytest.mark.parametrize("action", REASONS_FOR)
def test_the_help_of_an_action_lists_its_own_reasons(action: str) -> None:
    told = CliRunner().invoke(main, ["review", action, "--help"]).stdout
    assert {code for code in REASONS if code in told} == set(REASONS_FOR[action])
