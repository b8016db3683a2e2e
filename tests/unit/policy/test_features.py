from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.flags import FeatureRule
from pytest_stagegate.project import load_project

GOOD = """
environments = ["staging", "production"]
[features]
file = "ops/flags.json"
others = ["log-*"]
[[feature]]
name = "checkout"
off = "never"
gates = ["coverage", "results"]
reveal = ["staging", "production/insiders"]
owner = "dana"
[[feature]]
name = "refunds"
[gate.coverage]
line = "1 %"
source = ["src"]
"""
BAD = """
environments = ["staging", "production"]
[features]
file = "../flags.json"
files = 1
[[feature]]
name = "checkout"
gate = ["results"]
gates = ["result", "features", "sign-off"]
reveal = ["stagin", "production/"]
[[feature]]
name = "checkout"
[[feature]]
owner = "dana"
[[feature]]
name = "a=b"
[gate.features]
[gate.sign-off]
roles = { qa = 1 }
"""


def test_what_is_declared_of_features_is_read(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_text(GOOD, encoding="utf-8")
    rules = load_project(tmp_path).policy.features
    checkout, refunds = rules.features
    assert (rules.file, rules.others) == ("ops/flags.json", ("log-*",))
    assert checkout[:5] == ("checkout", "never", ("coverage", "results"), ("staging", "production/insiders"), "dana")
    assert refunds[:5] == FeatureRule("refunds")[:5]


def test_a_ring_is_a_part_of_its_environment() -> None:
    rule = FeatureRule("a", reveal=("staging", "production/insiders"))
    assert rule.allowed("staging")
    assert rule.allowed("staging", "insiders")
    assert rule.allowed("production", "insiders")
    assert not rule.allowed("production")
    assert not rule.allowed("production", "everybody")
    assert not rule.allowed(None)
    assert FeatureRule("a").allowed(None)


@pytest.mark.parametrize(
    "told",
    [
        "features.file: has to name a file below the root, not '../flags.json'",
        "features.files: unknown key",
        "feature.gate: unknown key",
        "unknown gate 'result'",
        "the gate 'features' is judged after features",
        "the gate 'sign-off' is judged after features",
        "unknown environment 'stagin'",
        "'production/' names no ring",
        "'checkout' is declared twice",
        "feature: has no name",
        "'a=b' is no key of a flag that a mark can name",
    ],
)
def test_mistakes_are_told_all_at_once(tmp_path: Path, told: str) -> None:
    (tmp_path / "stagegate.toml").write_text(BAD, encoding="utf-8")
    with pytest.raises(MistakesError) as error:
        load_project(tmp_path)
    assert told in str(error.value)


def test_a_ring_that_a_feature_names_is_one_of_the_policy(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_text(f'{GOOD}[[ring]]\nname = "insiders"\n', encoding="utf-8")
    assert load_project(tmp_path).policy.features.features
    (tmp_path / "stagegate.toml").write_text(f'{GOOD}[[ring]]\nname = "insider"\n', encoding="utf-8")
    with pytest.raises(MistakesError, match="unknown ring 'insiders'; did you mean 'insider'"):
        load_project(tmp_path)
