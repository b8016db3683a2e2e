from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.policy.loading import load
from pytest_stagegate.policy.model import Policy
from pytest_stagegate.project import load_project
from tests.unit.fakes import project_at


def policy_of(tmp_path: Path, text: str) -> Policy:
    return load(project_at(tmp_path, policy=text))


def test_the_baseline_lies_beside_the_gates_unless_the_policy_says_where(tmp_path: Path) -> None:
    assert policy_of(tmp_path, "").baseline == "gates/baseline"
    assert policy_of(tmp_path, "baseline = 'quality/'").baseline == "quality"


@pytest.mark.parametrize("folder", ["/etc", "../elsewhere", "a/../../b", "."])
def test_a_baseline_outside_the_root_or_at_it_is_a_mistake(tmp_path: Path, folder: str) -> None:
    (mistake,) = policy_of(tmp_path, f"baseline = '{folder}'").mistakes
    assert str(mistake).startswith("stagegate.toml:1 baseline: has to be a folder below the root, not ")


def test_each_tolerance_has_its_default(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "baseline_tolerance = { durations = '50 %' }")
    assert policy.baseline_tolerance == {
        "coverage": Fraction(1, 100),
        "durations": Fraction(1, 2),
        "metrics": Fraction(5, 100),
    }


def test_wrong_tolerances_are_mistakes(tmp_path: Path) -> None:
    text = "[baseline_tolerance]\ntests = '1 %'\ncoverage = 1"
    assert [str(mistake) for mistake in policy_of(tmp_path, text).mistakes] == [
        "stagegate.toml:2 baseline_tolerance.tests: unknown key 'tests'; known: coverage, durations, metrics",
        'stagegate.toml:3 baseline_tolerance.coverage: 1 is not a share; write "1 %"',
    ]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("per_stage = { tests = 3 }", "gate.executed.per_stage.tests: unknown stage 'tests'; did you mean 'test'?"),
        ("per_environment = { stagin = 3 }", "unknown environment 'stagin'; did you mean 'staging'?"),
        ("per_stage = { test = -1 }", "gate.executed.per_stage: Expected int >= 0"),
    ],
)
def test_names_in_a_table_of_options_are_checked(tmp_path: Path, table: str, words: str) -> None:
    project_at(tmp_path, policy=f"environments = ['staging']\n[gate.executed]\n{table}")
    with pytest.raises(MistakesError) as caught:
        load_project(tmp_path)
    assert words in str(caught.value)


def test_a_gate_that_belongs_to_no_stage_of_the_policy_asks_for_one(tmp_path: Path) -> None:
    project_at(tmp_path, policy="stages = ['dev']\n[gate.executed]\nmin_executed = 1")
    with pytest.raises(MistakesError, match="the gate 'executed' is for test, none of which is a stage here"):
        load_project(tmp_path)
