"""A rollout in rings: smoke tests against the ring that is open let the next one open."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY = """
    [project]
    name = "shop"
    version = "1.2.0"
    [tool.stagegate]
    environments = ["canary"]
    [[tool.stagegate.ring]]
    name = "colleagues"
    environment = "canary"
    exit = ["results"]
    soak = "1 h"
    [[tool.stagegate.ring]]
    name = "everybody"
"""
JUNIT = '<testsuite timestamp="{}"><testcase classname="shop" name="is up"/></testsuite>'


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def hours(count: int) -> str:
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=count)).isoformat(timespec="seconds")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project whose first ring has been open for two hours."""
    project.write("pyproject.toml", POLICY)
    assert stagegate("rollout", "advance", "--as-of", hours(-2))[0] == 0
    return project


@pytest.mark.parametrize(("body", "status", "state"), [("pass", 0, "is open"), ("assert False", 20, "stays closed")])
def test_a_run_of_pytest_lets_the_next_ring_open(shop: Project, body: str, status: int, state: str) -> None:
    shop.write("test_it.py", f"import pytest\n@pytest.mark.stage('deploy')\ndef test_is_up(): {body}")
    shop.run("--stage-gate-at=deploy", "--stage-gate-env=canary")
    ended, told = stagegate("rollout", "advance", ".stagegate/evidence.jsonl")
    assert (ended, told.splitlines()[-1]) == (status, f"everybody {state}.")
    again, verified = stagegate("verify", ".stagegate/rollout/2")
    assert again == 0, verified


def test_smoke_tests_that_are_not_python_let_it_open(shop: Project) -> None:
    shop.write("smoke.xml", JUNIT.format(hours(-1)))
    assert stagegate("attach", "smoke.xml", "--stage=deploy", "--environment=canary")[0] == 0
    ended, told = stagegate("rollout", "advance", "smoke.xml")
    assert (ended, told.splitlines()[-1]) == (0, "everybody is open."), told
