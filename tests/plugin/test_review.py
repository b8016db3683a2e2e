"""The gate review on a real repository: a run of pytest, and a project whose tests are not Python."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")
POLICY = """
    [tool.stagegate.gate.review]
    stage = ["build", "test"]
"""


def git(project: Project, *words: str) -> str:
    person = ("-c", "user.name=dana", "-c", "user.email=dana@example.org")
    done = subprocess.run(["git", *person, *words], cwd=project.path, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def shop(project: Project) -> Project:
    """Return a project with one commit on a branch that nobody has reviewed."""
    project.write("pyproject.toml", POLICY)
    project.write(".gitignore", "__pycache__\nrunpytest-*\nreports\nstd*")
    project.write("test_it.py", "def test_it(): pass")
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=first")
    git(project, "checkout", "--quiet", "-b", "work")
    project.write("test_it.py", "def test_it(): assert True")
    git(project, "commit", "--quiet", "--all", "--message=second")
    return project


def exported(project: Project, **answers: str) -> str:
    """Write an export of reviews of what is checked out; ``erin="APPROVED"``."""
    head = git(project, "rev-parse", "HEAD")
    reviews: list[dict[str, Any]] = [
        {"author": {"login": login}, "state": state, "commit": {"oid": head}} for login, state in answers.items()
    ]
    whole = {"author": {"login": "dana", "is_bot": False}, "headRefOid": head, "reviews": reviews}
    project.write("reports/review.json", json.dumps(whole))
    return "reports/review.json"


def verdict(project: Project, folder: str = ".stagegate") -> tuple[str, str]:
    decision = json.loads((project.path / folder / "decision.json").read_bytes())
    return next((each["verdict"], each["reason"]) for each in decision["gates"] if each["gate"] == "review")


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def test_trailers_are_recorded_and_decide_the_same_ever_after(shop: Project) -> None:
    assert shop.run().gate("review")["reason"] == "review-missing"
    git(shop, "commit", "--quiet", "--amend", "--message=second", "--message=Reviewed-by: Erin <erin@example.org>")
    run = shop.run()
    assert (run.word, run.gate("review")["verdict"]) == ("GO", "PASS")
    made = {path.name: path.read_bytes() for path in run.folder.iterdir() if path.is_file()}
    git(shop, "commit", "--quiet", "--allow-empty", "--message=another")
    git(shop, "checkout", "--quiet", "--detach", "HEAD^")
    assert stagegate("check", "--as-of", "run", "--quiet")[0] == 0
    again = {path.name: path.read_bytes() for path in run.folder.iterdir() if path.is_file()}
    assert again == made
    status, told = stagegate("verify", ".stagegate/decision.json")
    assert "can't tell" not in told, told
    assert status == 0


def test_an_export_is_judged_beside_a_run(shop: Project) -> None:
    run = shop.run(f"--stage-gate-evidence={exported(shop, erin='APPROVED', dana='APPROVED')}")
    assert (run.word, run.provisional) == ("GO", [])
    assert [(row["person"], row["against"]) for row in run.decision["reviews"]] == [("erin", []), ("dana", ["author"])]


def test_a_project_without_python_is_judged_from_files_alone(shop: Project) -> None:
    shop.write("reports/junit.xml", '<testsuite name="js" tests="1"><testcase name="a" classname="b"/></testsuite>')
    stagegate("attach", "reports/junit.xml")
    files = ("check", "--at", "build", "reports/junit.xml", exported(shop, erin="APPROVED"))
    assert (stagegate(*files)[0], verdict(shop)) == (0, ("PASS", ""))
    exported(shop, erin="CHANGES_REQUESTED")
    assert (stagegate(*files)[0], verdict(shop)) == (20, ("FAIL", "limit-not-met"))


def test_git_is_asked_only_where_the_policy_has_the_gate(shop: Project) -> None:
    shop.write("pyproject.toml", "[tool.stagegate.gate.results]")
    run = shop.run()
    assert '"reviewers"' not in (run.folder / "evidence.jsonl").read_text(encoding="utf-8")
