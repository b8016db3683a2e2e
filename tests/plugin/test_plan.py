"""The plan of a project from its file to the decision, with marks of other plugins, waivers and verification."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

PLAN = """
[[goal]]
id = "A"
title = "a"
priority = "must"
owner = "dana"
acceptance = "it works"
"""
GATE = "[tool.stagegate.gate.requirements]\n"


def goals(run: Gated) -> dict[str, str]:
    """Outcome of each goal."""
    return {row["id"]: row["outcome"] for row in run.decision["goals"]}


def gate(run: Gated) -> Any:
    return next(each for each in run.decision["gates"] if each["gate"] == "requirements")


def planned(project: Project, more: str = "", policy: str = "", marks: str = 'requirement("A")') -> None:
    project.write("stagegate-plan.toml", PLAN + more)
    project.write("pyproject.toml", GATE + policy)
    project.write("test_a.py", f"import pytest\n@pytest.mark.{marks}\ndef test_a(): pass\n")


def test_a_plan_in_the_root_is_read_without_naming_it(project: Project, workers: list[str]) -> None:
    planned(project)
    run = project.run(*workers, process=bool(workers))
    assert goals(run) == {"A": "passed"}
    assert gate(run)["verdict"] == "PASS"
    assert [each["source"] for each in run.decision["evidence"] if each["kind"] == "plan"] == ["stagegate-plan.toml"]


def test_a_plan_that_is_not_there_holds(project: Project) -> None:
    project.write("pyproject.toml", GATE)
    project.write("test_a.py", "def test_a(): pass")
    run = project.run()
    assert (gate(run)["verdict"], gate(run)["reason"]) == ("NO_EVIDENCE", "goals-missing")


def test_a_plan_that_the_policy_names_has_to_be_there(project: Project) -> None:
    planned(project, policy='[tool.stagegate.plan]\nfiles = ["stagegate-plan.toml", "more.toml"]\n')
    run = project.run()
    assert (gate(run)["verdict"], gate(run)["reason"]) == ("NO_EVIDENCE", "missing")


def test_a_waiver_with_the_id_of_a_goal_covers_it(project: Project) -> None:
    waiver = '[[tool.stagegate.waiver]]\ngate = "requirements"\nsubject = "B"\nreason = "r"\nowner = "o"\nexpires = '
    planned(project, '[[goal]]\nid = "B"\npriority = "must"\n', waiver + "2999-12-31\n")
    run = project.run()
    assert goals(run) == {"A": "passed", "B": "waived"}
    assert gate(run)["verdict"] == "WAIVED"


@pytest.mark.parametrize("marks", ['verifies("A", step="1")', 'verifies(req_ids=["A"])', 'requirements(["A"])'])
def test_marks_of_other_plugins_link_where_the_policy_says_so(project: Project, marks: str) -> None:
    policy = '[tool.stagegate.plan]\nrequirement_markers = ["verifies", "requirements"]\n'
    planned(project, policy=policy, marks=marks)
    assert goals(project.run("-W", "ignore::pytest.PytestUnknownMarkWarning")) == {"A": "passed"}


def test_marks_of_other_plugins_link_nothing_by_themselves(project: Project) -> None:
    planned(project, marks='verifies("A")')
    assert goals(project.run("-W", "ignore::pytest.PytestUnknownMarkWarning")) == {"A": "not-run"}


def test_a_plan_can_be_handed_over(project: Project) -> None:
    planned(project)
    Path("stagegate-plan.toml").rename("plan.toml")
    run = project.run("--stage-gate-evidence=plan.toml")
    assert goals(run) == {"A": "passed"}
    assert gate(run)["verdict"] == "PASS"


def test_a_decision_with_a_plan_is_verified_from_the_checkout(project: Project) -> None:
    planned(project)
    project.run()
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told), pytest.raises(SystemExit):
        main(["verify", ".stagegate"])
    assert re.search(r"identical +goals", told.getvalue())
    assert "different" not in told.getvalue()


def test_a_plan_whose_goals_need_each_other_in_a_circle_is_refused_before_any_test_runs(project: Project) -> None:
    planned(project, '[[goal]]\nid = "B"\nparent = "C"\n[[goal]]\nid = "C"\ndepends_on = ["D"]\n')
    project.write("more.toml", '[[goal]]\nid = "D"\nparent = "B"\ndepends_on = ["C"]\n')
    policy = '[tool.stagegate.plan]\nfiles = ["stagegate-plan.toml", "more.toml"]\n'
    project.write("pyproject.toml", GATE + policy)
    before = Path("stagegate-plan.toml").read_bytes()
    run = project.run()
    assert run.status == 4
    assert "more.toml, stagegate-plan.toml: goals need each other in a circle: C -> D -> C" in run.err
    assert "passed" not in run.out
    assert not (run.folder / "evidence.jsonl").exists()
    assert Path("stagegate-plan.toml").read_bytes() == before


def test_a_circle_that_a_file_closes_which_was_handed_over_holds(project: Project) -> None:
    planned(project, '[[goal]]\nid = "B"\ndepends_on = ["C"]\n')
    project.write("more.toml", '[[goal]]\nid = "C"\nparent = "X"\ndepends_on = ["B"]\n')
    run = project.run("--stage-gate-evidence=more.toml")
    assert (run.word, run.check("requirements", "plan")["reason"]) == ("NO_GO", "goals-contradict")
    assert "unknown parent 'X'" in run.check("requirements", "plan")["text"]
    assert "B -> C -> B" in run.check("requirements", "plan")["text"]


def test_goals_that_were_verified_are_held_in_a_project_without_python(project: Project) -> None:
    case = '<testcase name="a" classname="b"><properties>{}</properties></testcase>'
    junit = f'<testsuite name="js" tests="1">{case}</testsuite>'
    link = '<property name="requirement" value="A"/>'
    project.write("stagegate-plan.toml", PLAN)
    project.write("pyproject.toml", "[tool.stagegate.gate.requirements-ratchet]")
    project.write("junit.xml", junit.format(link))
    assert project.check("--at", "test", "junit.xml").gate("requirements-ratchet")["reason"] == "no-baseline"
    project.write(
        "gates/baseline/goals.jsonl", '{"schema":"stagegate/baseline/1","key":"goals","project":null}\n["A",1,1,1]'
    )
    assert project.check("--at", "test", "junit.xml").gate("requirements-ratchet")["verdict"] == "PASS"
    project.write("junit.xml", junit.format(""))
    check = project.check("--at", "test", "junit.xml").check("requirements-ratchet", "fallen")
    assert check["where"] == ["A: not linked and not verified any more"]
