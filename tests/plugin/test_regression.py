"""Numbers are held against those of good runs, with pytest and where no test is Python."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.evidence.baselines import baseline_lines

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY = """
    [gate.regression]
    max_growth = { p99_ms = "10 %" }
    min_runs = 2
    [[evidence]]
    path = "load.json"
    format = "metrics-json"
    [[evidence]]
    path = "web.xml"
    format = "junit"
    stage = "monitor"
"""
JUNIT = '<testsuite name="web" tests="1"><testcase classname="shop" name="answers"/></testsuite>'
FILE = "gates/baseline/history.jsonl"


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with one good run."""
    project.write("stagegate.toml", POLICY)
    table = {"p99_ms": ("2026-11-21T09:00:00Z a", "200", "200", "")}
    project.write(FILE, baseline_lines("history", table, None).decode())
    project.write("test_shop.py", """import pytest\n@pytest.mark.stage("monitor")\ndef test_answers(): pass""")
    return project


def stagegate(*args: str) -> int:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def measured(project: Project, milliseconds: int) -> str:
    project.write("load.json", json.dumps({"p99_ms": milliseconds}))
    assert stagegate("attach", "load.json") == 0
    return "--stage-gate-evidence=load.json"


def kept(project: Project) -> list[str]:
    """Return the highest number of each good run."""
    rows = (project.path / FILE).read_text("utf-8").splitlines()
    return json.loads(rows[1])[3::4]  # type: ignore[no-any-return]


def test_from_too_few_good_runs_to_a_regression(shop: Project) -> None:
    run = shop.run("--stage-gate-at=monitor", measured(shop, 210))
    assert (run.status, run.gate("regression")["reason"]) == (0, "too-few-runs")
    assert [stagegate("baseline", "update"), stagegate("baseline", "update")] == [0, 0]
    assert kept(shop) == ["200", "210"]
    run = shop.run("--stage-gate-at=monitor", measured(shop, 250))
    assert (run.status, run.gate("regression")["verdict"]) == (20, "FAIL")
    assert shop.check("--as-of=run").gate("regression") == run.gate("regression")
    assert stagegate("baseline", "update") == 21
    assert kept(shop) == ["200", "210"]


def test_a_project_in_another_language_is_judged_too(shop: Project) -> None:
    table = {"p99_ms": ("2026-11-21T09:00:00Z a", "200", "200", "", "2026-11-22T09:00:00Z b", "200", "200", "")}
    shop.write(FILE, baseline_lines("history", table, None).decode())
    shop.write("web.xml", JUNIT)
    measured(shop, 221)
    found = shop.check("--at=monitor", "web.xml", "load.json")
    assert found.check("regression", "p99_ms growth")["verdict"] == "FAIL"
