"""``--stage-gate-at``, ``--stage-gate-select`` and ``--stage-gate-env``: what is decided, and which tests run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

TAGGED = """
    import pytest
    @pytest.mark.stage("code")
    def test_code(): pass
    def test_untagged(): pass
    @pytest.mark.stage("release")
    def test_release(): pass
    @pytest.mark.stage("deploy")
    def test_deploy(): pass
    @pytest.mark.stage("deploy")
    @pytest.mark.environment("staging", "production")
    def test_smoke(): pass
    @pytest.mark.environment("dev")
    def test_dev(): pass
"""
POLICY = 'environments = ["dev", "staging", "production"]'


def ran(project: Project, *args: str, policy: str = POLICY, process: bool = False) -> set[str]:
    """Names of the tests that ran."""
    project.write("stagegate.toml", policy)
    project.write("test_a.py", TAGGED)
    run = project.run("-rA", *args, process=process)
    return {line.split("::test_")[1] for line in run.out.splitlines() if line.startswith("PASSED")}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], {"code", "untagged", "release", "deploy"}),
        (["--stage-gate-at=code"], {"code", "untagged"}),
        (["--stage-gate-at=test"], {"code", "untagged"}),
        (["--stage-gate-at=release"], {"code", "untagged", "release"}),
        (["--stage-gate-at=deploy"], {"deploy"}),
        (["--stage-gate-at=deploy", "--stage-gate-select=upto"], {"code", "untagged", "release", "deploy"}),
        (["--stage-gate-at=code", "--stage-gate-select=only"], {"code"}),
        (["--stage-gate-at=code", "--stage-gate-select=all"], {"code", "untagged", "release", "deploy"}),
        (["--stage-gate-env=dev"], {"code", "untagged", "release", "deploy", "dev"}),
        (["--stage-gate-at=deploy", "--stage-gate-env=staging"], {"deploy", "smoke"}),
        (["--stage-gate-at=deploy", "--stage-gate-env=dev"], {"deploy"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_which_tests_run(project: Project, args: list[str], expected: set[str]) -> None:
    assert ran(project, *args) == expected


def test_the_default_environment_is_taken_when_none_is_named(project: Project) -> None:
    policy = POLICY + '\ndefault_environment = "dev"'
    assert ran(project, policy=policy) == {"code", "untagged", "release", "deploy", "dev"}


def test_the_same_selection_over_workers(project: Project) -> None:
    pytest.importorskip("xdist")
    found = ran(project, "--stage-gate-at=deploy", "--stage-gate-env=staging", "-n2", process=True)
    assert found == {"deploy", "smoke"}


def test_our_own_deselection_is_counted_apart_and_not_provisional(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", TAGGED)
    project.write("stagegate.toml", POLICY)
    run = project.run("--stage-gate-at=deploy", *workers, process=bool(workers))
    assert (run.counts["deselected"], run.counts["not_selected"]) == (5, 5)
    assert run.provisional == []


def test_stage_and_environment_stand_in_the_decision(project: Project) -> None:
    project.write("test_a.py", TAGGED)
    project.write("stagegate.toml", POLICY)
    decision = project.run("--stage-gate-at=deploy", "--stage-gate-env=staging").decision
    assert (decision["stage"], decision["environment"]) == ("deploy", "staging")
    cell = next(cell for cell in decision["matrix"] if cell["stage"] == "deploy")
    assert (cell["environment"], cell["passed"]) == ("staging", 2)


def test_no_test_of_the_stage_holds_with_our_own_status(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "def test_1(): pass")
    run = project.run("--stage-gate-at=monitor", *workers, process=bool(workers))
    assert (run.status, run.word) == (21, "HOLD")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--stage-gate-at=relaese", "--stage-gate-at: unknown stage 'relaese'; did you mean 'release'?"),
        ("--stage-gate-env=stagin", "--stage-gate-env: unknown environment 'stagin'; did you mean 'staging'?"),
        ("--stage-gate-select=some", "invalid choice: 'some'"),
        ("--stage-gate-report=htm", "--stage-gate-report: unknown format 'htm'; did you mean 'html'?"),
        ("--stage-gate-out=..", "--stage-gate-out: '..' is not a folder below the rootdir"),
        ("--stage-gate-policy=nowhere.toml", "nowhere.toml: can't be read: No such file or directory"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(
    project: Project, workers: list[str], option: str, message: str
) -> None:
    project.write("test_a.py", TAGGED)
    project.write("stagegate.toml", POLICY)
    run = project.run(option, *workers, process=bool(workers))
    assert run.status == 4
    assert message in run.err
    assert "Traceback" not in run.out + run.err
