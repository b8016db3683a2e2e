"""Coverage: measured by us where a gate needs it, read where others measure, never guessed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

SOURCE = """
    def both(x):
        if x:
            return 1
        return 2

    def only_deploy():
        return 3

    def nobody():
        return 4
"""
TESTS = """
    import pytest
    from thing import both, only_deploy
    @pytest.mark.stage("code")
    def test_both(): assert both(1) == 1
    @pytest.mark.stage("deploy")
    def test_deploy(): assert only_deploy() == 3
    @pytest.mark.stage("code")
    def test_both_again(): assert both(0) == 2
"""
OWN = '[gate.coverage]\nline = "80 %"\nsource = ["thing"]'


@pytest.fixture
def thing(project: Project) -> Project:
    """A module of 8 lines of which the tests run 7."""
    project.write("thing/__init__.py", SOURCE)
    project.write("test_thing.py", TESTS)
    project.write("pytest.ini", "[pytest]\npythonpath = .")
    return project


def measured(run: Gated, gate: str = "coverage", check: str = "line") -> tuple[int, int]:
    ratio = run.check(gate, check)["measured"]
    return ratio["numerator"], ratio["denominator"]


def coverage_json(project: Project, *args: str) -> dict[str, Any]:
    """What coverage.py itself says of the same tests."""
    run = [sys.executable, "-m", "coverage"]
    here = {"cwd": project.path, "check": True, "capture_output": True}
    subprocess.run([*run, "run", "--source=thing", *args, "-m", "pytest", "-q"], **here)  # type: ignore[call-overload]
    subprocess.run([*run, "json", "-o", "cov.json"], **here)  # type: ignore[call-overload]
    content: dict[str, Any] = json.loads((project.path / "cov.json").read_bytes())
    return content["files"]["thing/__init__.py"]["summary"]


def test_our_own_measurement_equals_coverages_own(thing: Project, workers: list[str]) -> None:
    thing.write("stagegate.toml", '[gate.coverage]\nline = "80 %"\nbranch = "50 %"\nsource = ["thing"]')
    run = thing.run(*workers, process=True)
    assert (run.status, run.word) == (0, "GO")
    theirs = coverage_json(thing, "--branch")
    assert measured(run) == (theirs["covered_lines"], theirs["num_statements"])
    assert measured(run, check="branch") == (theirs["covered_branches"], theirs["num_branches"])


def test_lines_that_run_at_import_are_seen(thing: Project) -> None:
    thing.write("stagegate.toml", OWN)
    thing.write("conftest.py", "import thing")
    assert measured(thing.run(process=True)) == (7, 8)


def test_too_little_is_no_go_and_says_where(thing: Project, workers: list[str]) -> None:
    thing.write("stagegate.toml", OWN.replace("80", "90"))
    run = thing.run(*workers, process=True)
    assert (run.status, run.word) == (20, "NO_GO")
    assert run.check("coverage", "line")["where"] == ["thing/__init__.py:10"]
    assert run.check("coverage", "line")["shown"] == "87.5 % (7 of 8 lines)"


def test_exactly_at_the_limit_passes(thing: Project) -> None:
    thing.write("stagegate.toml", OWN.replace("80", "87.5"))
    assert thing.run(process=True).gate("coverage")["verdict"] == "PASS"


def test_a_path_has_a_limit_of_its_own(thing: Project) -> None:
    thing.write("stagegate.toml", '[gate.coverage]\npaths = { "thing/**" = "95 %" }\nsource = ["thing"]')
    assert thing.run(process=True).check("coverage", "thing/**")["verdict"] == "FAIL"


def test_a_path_that_no_file_matches_is_no_evidence(thing: Project) -> None:
    thing.write("stagegate.toml", '[gate.coverage]\npaths = { "thign/**" = "1 %" }\nsource = ["thing"]')
    run = thing.run(process=True)
    assert (run.status, run.gate("coverage")["reason"]) == (21, "path-matches-nothing")


def test_a_stage_by_itself(thing: Project, workers: list[str]) -> None:
    thing.write(
        "stagegate.toml",
        '[gate.by-code]\nuses = "coverage"\nby_stage = "code"\nline = "10 %"\nsource = ["thing"]\n'
        '[gate.by-deploy]\nuses = "coverage"\nby_stage = "deploy"\nline = "10 %"',
    )
    run = thing.run(*workers, process=True)
    assert (measured(run, "by-code"), measured(run, "by-deploy")) == ((3, 8), (1, 8))


def test_nothing_to_measure_is_a_mistake_with_a_proposal(thing: Project, workers: list[str]) -> None:
    thing.write("stagegate.toml", '[gate.coverage]\nline = "80 %"')
    run = thing.run(*workers, process=True)
    assert run.status == 4
    assert 'add source = ["thing"] to the coverage gate' in run.err


def test_coverages_own_configuration_is_enough(thing: Project) -> None:
    thing.write("stagegate.toml", '[gate.coverage]\nline = "80 %"')
    thing.write(".coveragerc", "[run]\nsource = thing")
    assert measured(thing.run(process=True)) == (7, 8)


def test_source_that_no_test_runs_is_no_evidence(thing: Project) -> None:
    thing.write("stagegate.toml", OWN.replace("thing", "other"))
    thing.write("other/nothing.txt", "")
    run = thing.run(process=True)
    assert (run.status, run.gate("coverage")["reason"]) == (21, "nothing-covered")


def test_pytest_cov_is_read(thing: Project, workers: list[str]) -> None:
    pytest.importorskip("pytest_cov")
    thing.write("stagegate.toml", OWN)
    run = thing.run("--cov=thing", "--cov-report=", *workers, process=True)
    assert (run.word, measured(run)) == ("GO", (7, 8))
    assert "(pytest-cov)" in run.decision["evidence"][1]["producer"]


def test_pytest_cov_is_labelled_by_stage_where_a_gate_asks(thing: Project, workers: list[str]) -> None:
    pytest.importorskip("pytest_cov")
    thing.write("stagegate.toml", OWN + '\n[gate.by-code]\nuses = "coverage"\nby_stage = "code"\nline = "10 %"')
    assert measured(thing.run("--cov=thing", "--cov-report=", *workers, process=True), "by-code") == (3, 8)


def test_labels_of_pytest_covs_own_are_left_alone(thing: Project, workers: list[str]) -> None:
    pytest.importorskip("pytest_cov")
    thing.write("stagegate.toml", OWN + '\n[gate.by-code]\nuses = "coverage"\nby_stage = "code"\nline = "10 %"')
    run = thing.run("--cov=thing", "--cov-report=", "--cov-context=test", *workers, process=True)
    assert run.gate("by-code")["reason"] == "contexts-unavailable"
    assert measured(run) == (7, 8)


def test_without_a_policy_others_coverage_is_only_shown(thing: Project) -> None:
    pytest.importorskip("pytest_cov")
    run = thing.run("--cov=thing", "--cov-report=", process=True)
    assert (run.word, run.gate("coverage")["verdict"]) == ("GO", "NOT_APPLICABLE")
    assert measured(run) == (7, 8)


def test_a_failing_limit_of_pytest_cov_stands_in_the_record(thing: Project) -> None:
    pytest.importorskip("pytest_cov")
    run = thing.run("--cov=thing", "--cov-report=", "--cov-fail-under=99", process=True)
    assert (run.status, run.word, run.gate("results")["reason"]) == (1, "NO_GO", "pytest-exit-1")


def coverage_run(project: Project, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coverage", "run", "--source=thing", "-m", "pytest", "--stage-gate", *args]
    return subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=False)


def test_coverage_run_is_read(thing: Project) -> None:
    thing.write("stagegate.toml", OWN)
    done = coverage_run(thing)
    assert done.returncode == 0, done.stdout
    assert "line 87.5 %" in done.stdout


def test_coverage_run_with_path_aliases_is_read_whole_and_left_alone(thing: Project) -> None:
    thing.write("stagegate.toml", OWN + '\n[gate.by-code]\nuses = "coverage"\nby_stage = "code"\nline = "10 %"')
    thing.write(".coveragerc", "[paths]\nsource =\n    thing\n    */site-packages/thing")
    done = coverage_run(thing)
    assert done.returncode == 0, done.stdout
    assert "line 87.5 %" in done.stdout
    assert "Wrote JSON" not in done.stdout
    assert "Warning" not in done.stdout + done.stderr
    report = subprocess.run(
        [sys.executable, "-m", "coverage", "report"], cwd=thing.path, capture_output=True, text=True, check=False
    )
    assert "88%" in report.stdout


def test_coverage_run_with_workers_holds(thing: Project) -> None:
    pytest.importorskip("xdist")
    thing.write("stagegate.toml", OWN)
    done = coverage_run(thing, "-n2")
    assert done.returncode == 21
    assert "measures only the controlling process" in " ".join(done.stdout.split())


def test_coverage_of_a_dead_worker_is_incomplete(thing: Project) -> None:
    pytest.importorskip("xdist")
    thing.write("stagegate.toml", OWN)
    thing.write("test_dies.py", "import os\ndef test_dies(): os._exit(1)")
    run = thing.run("-n2", process=True)
    assert run.gate("coverage")["reason"] == "coverage-incomplete"


def test_a_run_that_stops_early_does_not_judge_old_coverage(thing: Project) -> None:
    pytest.importorskip("pytest_cov")
    thing.write("stagegate.toml", OWN)
    thing.run("--cov=thing", "--cov-report=", process=True)
    thing.write("test_stop.py", "def test_stop(): raise KeyboardInterrupt")
    run = thing.run("--cov=thing", "--cov-report=", process=True)
    assert run.gate("coverage")["reason"] == "coverage-incomplete"


def test_a_core_without_labels_is_said(thing: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.version_info < (3, 12):
        pytest.skip("sys.monitoring exists from Python 3.12 on")
    pytest.importorskip("pytest_cov")
    monkeypatch.setenv("COVERAGE_CORE", "sysmon")
    thing.write("stagegate.toml", OWN + '\n[gate.by-code]\nuses = "coverage"\nby_stage = "code"\nline = "10 %"')
    run = thing.run("--cov=thing", "--cov-report=", process=True)
    assert run.gate("by-code")["reason"] == "contexts-unavailable"
    assert measured(run) == (7, 8)


def test_our_own_measurement_labels_under_any_core_that_was_asked_for(
    thing: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COVERAGE_CORE", "sysmon")
    thing.write("stagegate.toml", OWN + '\n[gate.by-code]\nuses = "coverage"\nby_stage = "code"\nline = "10 %"')
    assert measured(thing.run("-W", "error", process=True), "by-code") == (3, 8)


def test_a_source_without_a_measured_file_is_no_evidence(thing: Project) -> None:
    thing.write("stagegate.toml", '[gate.coverage]\nline = "80 %"\nsource = ["thing", "thign"]')
    run = thing.run(process=True)
    assert (run.status, run.gate("coverage")["reason"]) == (21, "source-matches-nothing")
    assert "'thign'" in run.gate("coverage")["summary"]


def test_each_coverage_gate_is_judged_on_its_own_source(thing: Project) -> None:
    thing.write("other/__init__.py", "def never():\n    return 1\n")
    tables = [f'[gate.{name}]\nuses = "coverage"\nline = "80 %"\nsource = ["{name}"]' for name in ("thing", "other")]
    thing.write("stagegate.toml", "\n".join(tables))
    run = thing.run(process=True)
    assert (measured(run, "thing"), measured(run, "other")) == ((7, 8), (0, 2))


def test_coverage_of_earlier_runs_is_not_taken_for_this_ones(thing: Project) -> None:
    pytest.importorskip("pytest_cov")
    thing.write("stagegate.toml", OWN)
    run = thing.run("--cov=thing", "--cov-report=", "--cov-append", process=True)
    assert run.gate("coverage")["reason"] == "coverage-incomplete"
