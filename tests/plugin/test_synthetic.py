"""Synthetic tests are judged where pytest runs them, and where another tool did."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY = """
    environments = ["staging", "production"]
    [gate.synthetic]
    [[evidence]]
    path = "reports/browser.xml"
    format = "junit"
    stage = "monitor"
    environment = "production"
"""
JUNIT = """
    <testsuite name="browser" tests="1"><testcase classname="shop" name="a customer pays"/></testsuite>
"""


def test_a_run_against_the_environment_is_judged(project: Project) -> None:
    project.write("stagegate.toml", POLICY.partition("[[evidence]]")[0])
    project.write(
        "tests/test_shop.py",
        """
        import pytest
        @pytest.mark.stage("monitor")
        def test_pays(): pass
        """,
    )
    run = project.run("--stage-gate-at=monitor", "--stage-gate-env=production")
    assert (run.status, run.gate("synthetic")["verdict"]) == (0, "PASS")
    assert project.check("--at=monitor", "--env=staging", ".stagegate/evidence.jsonl").word == "HOLD"
    later = (parsed(run.decision["as_of"]) + dt.timedelta(hours=2)).isoformat()
    old = project.check(f"--as-of={later}", ".stagegate/evidence.jsonl")
    assert (old.word, old.gate("synthetic")["reason"]) == ("HOLD", "too-old")


def test_a_report_of_another_tool_is_judged(project: Project) -> None:
    project.write("stagegate.toml", POLICY)
    project.write("reports/browser.xml", JUNIT)
    found = project.check("--at=monitor", "--env=production", "reports/browser.xml")
    assert found.gate("synthetic")["verdict"] == "PASS"
    project.write("reports/browser.xml", JUNIT.replace("/></testsuite>", "><failure/></testcase></testsuite>"))
    found = project.check("--at=monitor", "--env=production", "reports/browser.xml")
    assert (found.status, found.gate("synthetic")["verdict"]) == (20, "FAIL")
