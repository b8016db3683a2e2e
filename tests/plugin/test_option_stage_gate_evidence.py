"""Further evidence: other tools' files are read, recorded with their digest, and never used when they are stale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

DAY = 86_400


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The JUnit report of two passed tests and a failed one, by pytest itself."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "other").mkdir()
    (folder / "other/test_b.py").write_text("def test_1(): pass\ndef test_2(): pass\ndef test_3(): assert 0, 'no'\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml", "other"]
    subprocess.run(words, cwd=folder, check=False, capture_output=True)
    return (folder / "report.xml").read_bytes()


@pytest.fixture
def junit(project: Project, report: bytes) -> Path:
    """Such a report beside a project that is green."""
    project.write("stagegate.toml", 'environments = ["staging"]')
    project.write("pytest.ini", "[pytest]\ntestpaths = tests")
    project.write("tests/test_a.py", "def test_a(): pass")
    path = project.path / "report.xml"
    path.write_bytes(report)
    return path


def reasons(run: Gated, gate: str = "results") -> list[str]:
    return [check["reason"] for check in run.gate(gate)["checks"] if check["verdict"] == "STALE"]


def evidence(run: Gated, source: str) -> dict[str, Any]:
    return next(item for item in run.decision["evidence"] if item["source"] == source)


def test_results_of_another_tool_count(project: Project, junit: Path, workers: list[str]) -> None:
    run = project.run("--stage-gate-evidence=report.xml", *workers, process=bool(workers))
    assert (run.status, run.word) == (20, "NO_GO")
    assert run.counts == {"collected": 4, "executed": 4, "passed": 3, "failed": 1}
    assert run.decision["not_passed"][0]["id"] == "other.test_b::test_3"


def test_stage_and_environment_are_said_with_the_file(project: Project, junit: Path) -> None:
    run = project.run("--stage-gate-evidence=report.xml,stage=deploy,environment=staging")
    cells = [(cell["stage"], cell["environment"], cell["passed"]) for cell in run.decision["matrix"]]
    assert cells == [("test", None, 1), ("deploy", "staging", 2)]


def test_stage_and_environment_may_stand_in_the_policy(project: Project, junit: Path) -> None:
    project.write(
        "stagegate.toml",
        """
        environments = ["staging"]
        [[evidence]]
        path = "*.xml"
        stage = "deploy"
        environment = "staging"
        """,
    )
    run = project.run("--stage-gate-evidence=report.xml")
    assert [(cell["stage"], cell["environment"]) for cell in run.decision["matrix"]][1] == ("deploy", "staging")


def test_the_record_alone_decides_the_same_again(project: Project, junit: Path) -> None:
    run = project.run("--stage-gate-evidence=report.xml,stage=deploy")
    names = ("decision.json", "report.html", "report.md", "gates.xml", "SHA256SUMS")
    before = {name: (run.folder / name).read_bytes() for name in names}
    again = project.check("--as-of", "run")
    assert {name: (again.folder / name).read_bytes() for name in names} == before


def test_a_file_that_states_no_commit_makes_the_decision_provisional(project: Project, junit: Path) -> None:
    run = project.run("--stage-gate-evidence=report.xml")
    assert run.provisional == ["commit-not-stated"]
    assert evidence(run, "report.xml")["commit"] is None


def test_an_attachment_states_the_commit(project: Project, junit: Path) -> None:
    attach(project, "report.xml", "--environment=staging")
    run = project.run("--stage-gate-evidence=report.xml")
    assert run.provisional == []
    item = evidence(run, "report.xml")
    assert (item["commit"], item["environment"]) == ("0123456789abcdef", "staging")


def attach(project: Project, *args: str) -> None:
    result = project.pytester.run(Path(sys.executable).parent / "stagegate", "attach", *args)
    assert result.ret == 0


def test_a_policy_may_require_a_commit(project: Project, junit: Path) -> None:
    project.write("stagegate.toml", '[[evidence]]\npath = "report.xml"\ncommit = "required"')
    run = project.run("--stage-gate-evidence=report.xml")
    assert (run.status, run.gate("results")["verdict"], reasons(run)) == (21, "STALE", ["commit-not-stated"])


def test_evidence_of_another_commit_is_stale(project: Project, junit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(project, "report.xml", "--commit", "f" * 40)
    run = project.run("--stage-gate-evidence=report.xml")
    assert (run.status, run.gate("results")["verdict"], reasons(run)) == (21, "STALE", ["other-commit"])
    assert run.counts["passed"] == 1


def test_a_file_that_changed_since_it_was_attached_is_stale(project: Project, junit: Path) -> None:
    attach(project, "report.xml")
    junit.write_bytes(junit.read_bytes().replace(b"test_1", b"test_9"))
    run = project.run("--stage-gate-evidence=report.xml")
    assert (run.status, reasons(run)) == (21, ["changed"])


def test_a_file_that_changed_since_the_run_is_stale(project: Project, junit: Path) -> None:
    project.run("--stage-gate-evidence=report.xml")
    junit.write_bytes(junit.read_bytes().replace(b"test_1", b"test_9"))
    assert reasons(project.check()) == ["changed"]
    assert reasons(project.check(".stagegate/evidence.jsonl", "report.xml")) == ["changed"]


def test_a_file_that_is_gone_since_the_run_is_missing(project: Project, junit: Path) -> None:
    project.run("--stage-gate-evidence=report.xml")
    junit.unlink()
    run = project.check()
    assert (run.status, run.incomplete) == (21, ["missing"])


def test_a_file_that_moved_since_the_run_is_known_by_its_digest(project: Project, junit: Path) -> None:
    project.run("--stage-gate-evidence=report.xml")
    junit.rename(project.path / "elsewhere.xml")
    run = project.check(".stagegate/evidence.jsonl", "elsewhere.xml")
    assert (run.incomplete, run.counts["failed"]) == ([], 1)


@pytest.mark.parametrize(("max_age", "stale"), [("", True), ('max_age = "1 h"', True), ('max_age = "9000 d"', False)])
def test_evidence_past_its_age_is_stale(project: Project, junit: Path, max_age: str, stale: bool) -> None:
    old = junit.read_bytes()
    stamp = old.split(b'timestamp="')[1].split(b'"')[0]
    junit.write_bytes(old.replace(stamp, b"2020-01-01T00:00:00+00:00"))
    project.write("stagegate.toml", f'[[evidence]]\npath = "report.xml"\n{max_age}')
    run = project.run("--stage-gate-evidence=report.xml")
    assert (run.status, reasons(run)) == (20, ["too-old"] if stale else [])


def test_evidence_from_the_future_is_stale(project: Project, junit: Path) -> None:
    old = junit.read_bytes()
    stamp = old.split(b'timestamp="')[1].split(b'"')[0]
    junit.write_bytes(old.replace(stamp, b"2999-01-01T00:00:00+00:00"))
    assert reasons(project.run("--stage-gate-evidence=report.xml")) == ["from-the-future"]


def test_missing_evidence_holds_and_is_named(project: Project, junit: Path) -> None:
    run = project.run("--stage-gate-evidence=nope.xml")
    assert (run.status, run.word, run.incomplete) == (21, "HOLD", ["missing"])
    assert "nope.xml: there is no such file" in run.out
    assert run.counts["passed"] == 1


def test_unreadable_evidence_holds_and_hides_nothing_else(project: Project, junit: Path) -> None:
    project.write("cut.xml", junit.read_text()[:300])
    run = project.run("--stage-gate-evidence=cut.xml", "--stage-gate-evidence=report.xml")
    assert (run.status, run.incomplete) == (20, ["unreadable"])
    assert "cut.xml:1:" in run.out
    assert run.counts["passed"] == 3


def test_counts_that_contradict_the_cases_are_reported_and_the_cases_win(project: Project, junit: Path) -> None:
    junit.write_bytes(junit.read_bytes().replace(b'tests="3"', b'tests="7"'))
    run = project.run("--stage-gate-evidence=report.xml")
    assert run.counts["collected"] == 4
    (warning,) = evidence(run, "report.xml")["warnings"]
    assert "says 7 tests, and has 3 cases" in warning
    assert warning in (run.folder / "report.md").read_text(encoding="utf-8")


def test_the_same_file_twice_is_one(project: Project, junit: Path) -> None:
    run = project.run("--stage-gate-evidence=report.xml", "--stage-gate-evidence=./report.xml")
    assert run.counts["passed"] == 3


def test_a_copy_of_a_file_is_a_duplicate(project: Project, junit: Path) -> None:
    (project.path / "again.xml").write_bytes(junit.read_bytes())
    run = project.run("--stage-gate-evidence=report.xml", "--stage-gate-evidence=again.xml")
    assert (run.incomplete, run.counts["passed"]) == (["duplicate"], 3)


def test_coverage_of_another_tool_counts(project: Project) -> None:
    project.write("shop.py", "def f(x):\n    if x:\n        return 1\n    return 2\n")
    project.write("tests/test_a.py", "from shop import f\ndef test_a(): assert f(1) == 1")
    project.write("pytest.ini", "[pytest]\npythonpath = .")
    tool = [sys.executable, "-m", "coverage"]
    for words in (
        ["run", "--branch", "--source=.", "--omit=tests/*", "-m", "pytest", "-q"],
        ["json"],
        ["xml"],
        ["lcov"],
    ):
        subprocess.run([*tool, *words], cwd=project.path, check=True, capture_output=True)
    for name in ("coverage.json", "coverage.xml", "coverage.lcov", ".coverage"):
        run = project.run(f"--stage-gate-evidence={name}", "-p", "no:cov")
        line = run.check("coverage", "line")["measured"]
        assert (name, line["numerator"], line["denominator"]) == (name, 3, 4)


@pytest.mark.parametrize("name", ["xml", "json", "lcov"])
def test_a_report_that_this_run_should_have_written_is_newer_than_the_run(project: Project, name: str) -> None:
    pytest.importorskip("pytest_cov")
    project.write("shop.py", "def f():\n    return 1\n")
    project.write("test_a.py", "from shop import f\ndef test_a(): assert f() == 1\ndef test_b(): pass")
    project.write("stagegate.toml", '[gate.coverage]\nline = "1 %"\n')
    args = ("--cov=shop", f"--cov-report={name}:cov.out", "--stage-gate-evidence=cov.out")
    assert project.run(*args, process=True).word == "GO"
    project.write("test_a.py", "from shop import f\ndef test_a(): assert f() == 2\ndef test_b(): pass")
    old = time.time() - 3600
    os.utime(project.path / "cov.out", (old, old))
    run = project.run(*args, "-x", process=True)
    assert (run.gate("coverage")["verdict"], reasons(run, "coverage")) == ("STALE", ["older-than-run"])


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (
            ["--stage-gate-evidence=a.xml,stage=tset"],
            "--stage-gate-evidence: unknown stage 'tset'; did you mean 'test'?",
        ),
        (["--stage-gate-evidence=a.xml,format=jnuit"], "unknown format 'jnuit'; did you mean 'junit'?"),
        (["--stage-gate-evidence=a.xml,environment=x"], "unknown environment 'x'; known: staging"),
        (
            ["--stage-gate-evidence=report.xml", "--junitxml=report.xml"],
            "--stage-gate-evidence: report.xml is this run's own --junitxml; its tests are recorded already",
        ),
        (
            ["--stage-gate-evidence=records/a/evidence.jsonl"],
            "--stage-gate-evidence: evidence.jsonl: records of runs are merged by `stagegate check`",
        ),
        (["--stage-gate-evidence=."], "--stage-gate-evidence: . is a folder; name its files one by one"),
        (
            ["--stage-gate-evidence", "report.xml"],
            "pytest would take 'report.xml' for a path of the suite; write --stage-gate-evidence=report.xml",
        ),
    ],
)
def test_a_mistake_is_a_usage_error(project: Project, junit: Path, args: list[str], text: str) -> None:
    run = project.run(*args)
    assert run.status == 4
    assert text in run.err


def test_a_format_may_be_named(project: Project, junit: Path) -> None:
    run = project.run("--stage-gate-evidence=report.xml,format=lcov")
    assert run.incomplete == ["unreadable"]


def test_a_shard_s_further_evidence_is_found_beside_its_record(project: Project, junit: Path) -> None:
    project.shard("one", "--stage-gate-evidence=report.xml")
    junit.rename(project.path / "records/one/report.xml")
    run = project.check("records")
    assert (run.incomplete, run.counts["failed"]) == ([], 1)


def test_other_tools_results_alone_can_be_decided(project: Project, junit: Path) -> None:
    project.write("stagegate.toml", 'environments = ["staging"]')
    run = project.check("report.xml,stage=deploy", "--at=deploy", "--env=staging")
    assert (run.status, run.decision["stage"], run.decision["environment"]) == (20, "deploy", "staging")
    assert run.counts == {"collected": 3, "executed": 3, "passed": 2, "failed": 1}
    assert json.dumps(run.gate("results")["checks"]).count("exit-status") == 0


def test_a_decision_for_one_environment_takes_no_evidence_of_another(project: Project, junit: Path) -> None:
    project.write("stagegate.toml", 'environments = ["staging", "production"]')
    attach(project, "report.xml", "--environment=production")
    args = ("--stage-gate-env=staging", "--stage-gate-evidence=report.xml")
    for run in (project.run(*args), project.check(), project.check("--env=staging")):
        assert (run.status, run.incomplete, run.counts["collected"]) == (21, ["other-environment"], 1)


def test_evidence_that_was_attached_to_in_a_dirty_tree_is_provisional(
    project: Project, junit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAGEGATE_COMMIT")
    project.write(".gitignore", "report.xml*\nstd*\n.stagegate\n__pycache__\n.pytest_cache")
    project.commit_everything()
    project.write("tests/test_a.py", "def test_a(): assert 1")
    attach(project, "report.xml")
    subprocess.run(["git", "checkout", "-q", "tests"], cwd=project.path, check=True)
    run = project.run("--stage-gate-evidence=report.xml")
    assert run.provisional == ["dirty-tree"]


def test_branches_are_judged_where_another_tool_knows_none(project: Project) -> None:
    project.write("stagegate.toml", '[gate.coverage]\nbranch = "50 %"\nsource = ["shop"]')
    project.write("shop.py", "def f(x):\n    if x:\n        return 1\n    return 2\n")
    project.write("test_a.py", "from shop import f\ndef test_a(): f(1)")
    project.write("web.lcov", "TN:\nSF:web/a.js\nDA:1,1\nend_of_record")
    run = project.run("--stage-gate-evidence=web.lcov", process=True)
    assert run.check("coverage", "branch")["verdict"] == "PASS"
