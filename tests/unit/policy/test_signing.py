"""The policy's keys for sign-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.model.sign_offs import OverrideRule
from pytest_stagegate.policy.loading import load
from tests.unit.fakes import project_at

if TYPE_CHECKING:
    from pathlib import Path


def test_who_may_override_and_for_how_long(tmp_path: Path) -> None:
    policy = load(project_at(tmp_path, policy='[override]\nroles = ["release-manager"]\nmax_days = 14\n'))
    assert policy.override == OverrideRule(("release-manager",), 14)


@pytest.mark.parametrize(
    "text",
    [
        '[override]\nroles = ["a"]\n',
        "[override]\nmax_days = 1\n",
        '[override]\nroles = ["a"]\nmax_days = 0\n',
        "override = 1\n",
        'allowed_signers = "../keys"\n',
        'allowed_signers = "/etc/keys"\n',
    ],
)
def test_half_a_rule_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert load(project_at(tmp_path, policy=text)).mistakes
