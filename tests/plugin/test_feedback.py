"""The ring closes: what monitoring shows becomes a goal, and the next plan is judged with it."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY = """
    [gate.requirements]
    [gate.error-budget]
    uses = "metrics"
    stage = "monitor"
    owner = "dana"
    at_most = { checkout_budget_used = 1 }
    [[evidence]]
    path = "budget.json"
    format = "metrics-json"
"""
PLAN = """
    # what we promised
    [[goal]]
    id = "SHOP-1"
    priority = "must"
    owner = "lee"
    acceptance = "A customer can pay."
"""


def feedback(*args: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main(["feedback", *args])
    assert ended.value.code == 0
    return out.getvalue()


def test_a_spent_budget_becomes_a_goal_of_the_next_plan(project: Project) -> None:
    project.write("stagegate.toml", POLICY)
    project.write("stagegate-plan.toml", PLAN)
    project.write("budget.json", '{"checkout_budget_used": 1.25}')
    project.write(
        "test_shop.py",
        """
        import pytest
        @pytest.mark.requirement("SHOP-1")
        def test_pays(): pass
        @pytest.mark.stage("monitor")
        def test_answers(): pass
        """,
    )
    assert project.run("--stage-gate-at=plan").word == "GO"
    run = project.run("--stage-gate-at=monitor", "--stage-gate-evidence=budget.json")
    assert run.gate("error-budget")["verdict"] == "FAIL"
    told = feedback("--add")
    (name,) = [word for word in told.split() if word.startswith("FB-")]
    planned = project.run("--stage-gate-at=plan")
    assert (planned.status, planned.gate("requirements")["verdict"]) == (20, "FAIL")
    assert planned.check("requirements", "complete")["where"] == [f"{name}: no acceptance"]
    assert planned.check("requirements", "linked")["where"] == [f"{name}: no linked test"]
    assert "in the plan" in feedback("--add")
