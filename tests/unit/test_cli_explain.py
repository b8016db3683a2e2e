from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stagegate.cli import main
from tests.unit.fakes import project_at

POLICY = """\
extends = "library"
environments = ["eu"]
[gate.coverage]
owner = "dana"
source = ["src"]
[gate.smoke-time]
uses = "durations"
stage = "deploy"
environment = "eu"
max_test = "2 s"
max_age = "1 h"
on_missing = "warn"
"""
OWN = '''
from pytest_stagegate import Count, GateOptions, TestResults, check, gate

class Limits(GateOptions, frozen=True):
    """Limits.

    Attributes:
        at_most: How many may fail; a long text that
            goes on in the next line.
    """

    at_most: Count = 0

@gate(stage="test", options=Limits, remedy="Mend it.")
def nothing_fails(tests: TestResults, options: Limits):
    """Nothing fails.

    More of it.
    """
    yield check("failed", tests.failed, at_most=options.at_most)
'''


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project with a policy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return project_at(tmp_path, policy=POLICY, gates__own=OWN)


def explain(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    with pytest.raises(SystemExit) as caught:
        main(["explain", *args])
    told = capsys.readouterr()
    assert caught.value.code == status
    return told.err if status else told.out


def test_the_policy_says_what_is_demanded_and_where_that_stands(capsys: pytest.CaptureFixture[str]) -> None:
    told = explain(capsys)
    assert "policy:        stagegate.toml, sha256" in told
    assert "extends:       pack library, sha256" in told
    assert "coverage: block at test, owner dana\n    declared in stagegate.toml:3\n    line: 80 % (pack lib" in told
    assert "    source: src (stagegate.toml:5)" in told
    assert "    branch: not set (the gate's own default)" in told
    assert "smoke-time: block at deploy against eu, uses durations" in told
    assert "nothing-fails: block at test" in told


def test_a_default_that_holds_beside_a_table_is_told(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    project_at(root, policy='[gate.results]\nstage = "deploy"\nmax_failed = 3')
    told = explain(capsys)
    assert "results: block at deploy" in told
    assert "results: block at every stage" in told


def test_one_stage_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert "smoke-time" in explain(capsys, "--at", "deploy", "--env", "eu")
    told = explain(capsys, "--at", "deploy")
    assert "smoke-time" not in told
    assert "coverage" not in told


def test_a_gate_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    told = " ".join(explain(capsys, "smoke-time").split())
    for each in (
        "smoke-time: The tests are fast enough to be run often.",
        "uses: durations",
        "evidence: test results",
        "declared in: stagegate.toml:6",
        "judged: at deploy against eu",
        "enforcement: block (the default)",
        "on_missing: warn: without evidence the gate is NO EVIDENCE, and the decision is at best CONDITIONAL.",
        "max_age: 1 h",
        "owner: nobody is named",
        "max_test: 2 s (stagegate.toml:10) How long one test may take.",
    ):
        assert each in told


def test_a_gate_of_the_project_s_own_has_its_docstrings(capsys: pytest.CaptureFixture[str]) -> None:
    told = " ".join(explain(capsys, "nothing-fails").split())
    assert "nothing-fails: Nothing fails. evidence: test results" in told
    assert "How many may fail; a long text that goes on in the next line." in told
    assert "declared in: nowhere; it is active without a table" in told


def test_the_name_of_a_definition_finds_all_that_use_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    project_at(root, policy=POLICY.replace("library", "regulated").replace("[gate.smoke-time]", "[gate.own-speed]"))
    told = explain(capsys, "own-speed")
    assert told.startswith("own-speed:")
    assert explain(capsys, "durations").startswith("durations:")


def test_an_unknown_gate_is_a_mistake_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no gate 'covrage'; did you mean 'coverage'?" in explain(capsys, "covrage", status=2)


def test_a_mistake_in_the_policy_is_told(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    project_at(root, policy="untaged = 'error'")
    assert "did you mean 'untagged'?" in explain(capsys, status=2)


def test_the_words_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    (gate,) = json.loads(explain(capsys, "skips", "--json"))
    assert gate["enforcement"] == "block"
    assert {each["name"]: each["set_in"].split(":")[0] for each in gate["options"]} == {
        "allow": "",
        "max_new": "",
        "max_skipped": "",
        "max_skipped_ratio": "pack library",
        "require_reason": "pack library",
    }
    whole = json.loads(explain(capsys, "--json"))
    assert [source for source, _ in whole["extends"]] == ["pack library"]


@pytest.mark.parametrize("args", [(), ("coverage",), ("--json",)])
def test_nothing_in_it_depends_on_the_folder(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], root: Path
) -> None:
    told = explain(capsys, *args)
    assert str(root) not in told
    assert told == explain(capsys, *args)


def test_no_line_is_wider_than_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for args in ((), ("coverage",), ("results",)):
        assert all(len(line) < 80 for line in explain(capsys, *args).splitlines())


def test_without_a_release_there_is_nothing_to_compare(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert explain(capsys, "--since-release").startswith("There is no earlier policy to compare with")


def test_the_release_is_asked_of_the_whole_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert "whole policy" in explain(capsys, "coverage", "--since-release", status=2)
