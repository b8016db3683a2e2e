"""`stagegate standup` on what real runs have kept."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.keeping.entries import unpacked
from pytest_stagegate.keeping.folder import entries
from pytest_stagegate.verifying import Audit, verify
from tests.plugin.conftest import MIXED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugin.conftest import Project

JUNIT = """
<testsuite name="web" tests="2" timestamp="{when}"><testcase classname="web" name="slow" time="3"/>
<testcase classname="web" name="quick" time="0.001">{quick}</testcase></testsuite>
"""


def standup(*args: object) -> str:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["standup", *map(str, args)])
    assert ended.value.code == 0
    return out.getvalue()


def test_a_run_keeps_its_decision_and_nothing_else_depends_on_it(project: Project) -> None:
    project.write("test_it.py", MIXED)
    run = project.run()
    (kept,) = entries(run.folder)
    assert unpacked(kept.path)[0].decision.value == run.word == "GO"
    assert "history" not in (run.folder / "SHA256SUMS").read_text()
    answers = {each.answer for each in verify(run.folder, Audit(project.path)).findings}
    checked = project.check(str(run.folder), "--as-of", "run")
    named = [each["source"] for each in checked.decision["evidence"]]
    shutil.rmtree(run.folder / "history")
    assert {each.answer for each in verify(run.folder, Audit(project.path)).findings} == answers
    assert named == [".stagegate/evidence.jsonl"]


def test_two_runs_are_compared_by_every_test(project: Project) -> None:
    project.write("test_it.py", "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass")
    shutil.copytree(project.run().folder, project.path / "before")
    project.write("test_it.py", "def test_a(): assert 0\ndef test_b(): pass")
    project.run()
    told = standup("before")
    assert "1 test is newly failing.\n  - test_it.py::test_a: assert 0\n" in told
    assert "1 test is fixed.\n  - test_it.py::test_b\n" in told
    assert "1 test is gone: it was not collected.\n  - test_it.py::test_c\n" in told


def test_a_shard_keeps_nothing_and_the_decision_about_all_of_them_is_kept(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.shard("one")
    assert entries(project.path / ".stagegate") == []
    project.check("records", "--out", "decided", "--as-of", "run")
    assert len(entries(project.path / "decided")) == 1


def test_of_another_tools_results_it_says_what_it_can_not_tell(project: Project) -> None:
    decide(project.path, "before", '<failure message="no"/>', "2026-11-23")
    decide(project.path, "now", "", "2026-11-24")
    decide(project.path, "later", '<failure message="no"/>', "2026-11-25")
    told = " ".join(standup("before", "now").split())
    assert "1 test that failed is not among the failures now: fixed or not run, that can't be told." in told
    assert "1 test is newly failing." in standup("now", "later")


def decide(path: Path, name: str, quick: str, day: str) -> None:
    (path / f"{name}.xml").write_text(JUNIT.format(quick=quick, when=f"{day}T09:00:00Z"))
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit):
        main(["check", f"{name}.xml,stage=test", "--as-of", f"{day}T10:00:00Z", "--out", name])
    assert json.loads((path / name / "decision.json").read_bytes())["tests"]["collected"] == 2
