"""Every gate that is shipped can fail: the drill shows it on the evidence of a real run."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.cli.results_files import write_results
from pytest_stagegate.evidence.manual.listing import listed
from pytest_stagegate.hooks import gates_of
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.manual import ManualResult
from pytest_stagegate.model.service_levels import MetricSeen, Reading
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.stock import STOCK_GATES
from tests.unit.service_levels import counts, file_of, objective

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY: Final = """
    [project]
    name = "shop"
    version = "0.1.0"
    [tool.pytest.ini_options]
    pythonpath = ["src"]
    [tool.stagegate]
    artifacts = ["dist/*"]
    environments = ["lab"]
    default_environment = "lab"
    [[tool.stagegate.expect]]
    stage = "test"
    [tool.stagegate.gate.artifacts]
    stage = "test"
    [tool.stagegate.gate.provenance]
    stage = "test"
    [tool.stagegate.environment.lab]
    data = [{ name = "sources", path = "src/*.py" }]
    [tool.stagegate.gate.environment]
    [tool.stagegate.gate.synthetic]
    stage = "test"
    [tool.stagegate.gate.smoke]
    stage = "test"
    [tool.stagegate.gate.same-artifact]
    stage = "test"
    [tool.stagegate.gate.rollback]
    stage = "test"
    [tool.stagegate.gate.incidents]
    stage = "test"
    [tool.stagegate.gate.drills]
    stage = "test"
    kinds = ["restore"]
    [tool.stagegate.gate.runtime-support]
    stage = "test"
    [[tool.stagegate.ring]]
    name = "colleagues"
    [tool.stagegate.features]
    file = "flags.json"
    [[tool.stagegate.feature]]
    name = "zones"
    [tool.stagegate.gate.features]
    stage = "test"
    [tool.stagegate.gate.flag-hygiene]
    stage = "test"
    [tool.stagegate.gate.coverage]
    line = "50 %"
    source = ["src"]
    [tool.stagegate.gate.coverage-ratchet]
    [tool.stagegate.gate.changed-lines]
    min_lines = 1
    [tool.stagegate.gate.executed]
    min_executed = 2
    [tool.stagegate.gate.skips]
    max_skipped = 0
    [tool.stagegate.gate.flaky]
    max_flaky = 0
    [tool.stagegate.gate.durations]
    max_total = "1 h"
    [tool.stagegate.gate.warnings]
    max_warnings = 0
    [tool.stagegate.gate.debt]
    [tool.stagegate.gate.matrix]
    min_executed = 2
    [tool.stagegate.gate.findings]
    [tool.stagegate.gate.metrics]
    at_most = { p95_ms = 300 }
    [tool.stagegate.gate.regression]
    stage = "test"
    max_growth = { p95_ms = "10 %" }
    min_runs = 1
    [tool.stagegate.gate.upstream]
    stage = "test"
    require = ["build"]
    [tool.stagegate.gate.notes]
    stage = "test"
    [tool.stagegate.gate.operations]
    stage = "test"
    documents = ["rollback"]
    [tool.stagegate.operations.rollback]
    trigger = "too many errors"
    command = "undo"
    previous = "the one before"
    data = "stays"
    [tool.stagegate.gate.requirements]
    [tool.stagegate.gate.requirements-ratchet]
    [tool.stagegate.gate.roadmap]
    stage = "test"
    max_overdue = 0
    [tool.stagegate.gate.manual]
    enforcement = "observe"
    [tool.stagegate.gate.property-tests]
    min_examples = 5
    [tool.stagegate.gate.slo]
    stage = "test"
    [tool.stagegate.gate.telemetry]
    stage = "test"
    expect = { http_requests_total = ["code"] }
    [tool.stagegate.gate.sbom]
    stage = "test"
    [tool.stagegate.gate.vulnerabilities]
    stage = "test"
    [tool.stagegate.gate.review]
    stage = "test"
    [tool.stagegate.gate.sign-off]
    stage = "test"
    roles = { qa = 1 }
    signed = false
    enforcement = "observe"
    [[tool.stagegate.evidence]]
    path = "reports/load.json"
    format = "metrics-json"
"""
BOM: Final = """{"bomFormat": "CycloneDX", "specVersion": "1.6",
"metadata": {"component": {"name": "shop", "version": "0.1.0"}}, "components": [{"name": "jinja2"}]}"""
REVIEWED: Final = "--message=Reviewed-by: Erin <erin@example.com>"
AUDIT: Final = '{"dependencies": [{"name": "jinja2", "version": "3", "vulns": []}], "fixes": []}'
STATEMENT: Final = """{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
"subject": [{"name": "shop-0.1.0-py3-none-any.whl", "digest": {"sha256": "%s"}}], "predicate": {}}"""
DEPLOYED: Final = """{"schema": "stagegate/deployment/1", "service": "shop", "environment": "lab",
"version": "0.1.0", "deployed": "2026-01-01T00:00:00Z", "artifacts": [{"sha256": "%s"}]}"""
SUPPORT: Final = """made = {today}
[[product]]
name = "python"
cycle = "{python}"
end = 2100-01-01
"""
FLAGS: Final = """{"flags": {"zones": {"state": "ENABLED", "variants": {"on": true, "off": false},
"defaultVariant": "on", "metadata": {"owner": "dana", "expires": "2999-12-31"}}}}"""
SARIF: Final = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "ruff"}}, "results": []}]}'


def git(project: Project, *words: str) -> None:
    person = ("-c", "user.name=dana", "-c", "user.email=dana@example.com")
    subprocess.run(["git", *person, *words], cwd=project.path, check=True, capture_output=True)


@pytest.fixture
def shop(project: Project) -> Project:
    """Return a project whose policy has a table for every gate, two commits into a branch."""
    project.write("pyproject.toml", POLICY)
    project.write(".gitignore", "__pycache__\ndist\n.hypothesis\nrunpytest-*\nstd*\n*.stagegate.json\nsign-offs\n")
    project.write("reports/ruff.sarif", SARIF)
    project.write("flags.json", FLAGS)
    project.write("reports/load.json", '{"p95_ms": 212}')
    project.write("reports/bom.json", BOM)
    project.write("reports/audit.json", AUDIT)
    seen = MetricSeen(name="http_requests_total", series=1, labels={"code": 1})
    levels = file_of(Reading(asked=objective(), counts=(counts("1000"),)), metrics=(seen,))
    when = rfc3339(dt.datetime.now(dt.timezone.utc))
    project.write("reports/levels.json", json_of(msgspec.structs.replace(levels, when=when)).decode())
    wheel = project.wheel("dist/shop-0.1.0-py3-none-any.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    project.write("reports/wheel.intoto.json", STATEMENT % digest)
    project.write("reports/deployed.json", DEPLOYED % digest)
    project.write("reports/incidents.json", '{"schema": "stagegate/incidents/1", "incidents": []}')
    project.write("reports/support.toml", SUPPORT.format(today=dt.date.today(), python="3." + str(sys.version_info[1])))
    project.write("src/prices.py", "def price(cents):\n    return cents")
    project.write("src/zones.py", "def zone(code):\n    return code[:1]")
    project.write(
        "tests/test_prices.py",
        """
        import pytest
        from hypothesis import given, settings, strategies as st
        from prices import price
        from zones import zone
        @pytest.mark.requirement("ZONE")
        @pytest.mark.feature("zones", variant="on")
        @pytest.mark.feature("zones", variant="off")
        def test_zone(): assert zone("12") == "1"
        @pytest.mark.drill("restore", "rollback")
        def test_price(): assert price(2) == 2
        @pytest.mark.manual
        def test_looks(): "Look at it."
        @settings(max_examples=20, database=None, deadline=None)
        @given(st.integers())
        def test_any_price(cents): assert price(cents) == cents
        """,
    )
    project.write(
        "stagegate-plan.toml",
        """
        [[milestone]]
        id = "1"
        due = 2020-01-01
        [[goal]]
        id = "ZONE"
        milestone = "1"
        priority = "must"
        owner = "dana"
        acceptance = "each code has its zone"
        """,
    )
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=first")
    git(project, "checkout", "--quiet", "-b", "work")
    project.write("src/prices.py", "def price(cents):\n    rounded = cents\n    return rounded")
    git(project, "commit", "--quiet", "--all", "--message=second", REVIEWED)
    return project


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def by_hand() -> None:
    """Let somebody do the manual tests, and find nothing."""
    listed_ = listed(Path(".stagegate/evidence.jsonl"), None)
    when = rfc3339(dt.datetime.now(dt.timezone.utc))
    results = [
        ManualResult(id=test.id, digest=test.digest, outcome="passed", who="erin", when=when, commit=listed_.commit)
        for test in listed_.tests
    ]
    write_results(Path(".stagegate/manual/erin.manual.json"), results, ())


@pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")
def test_every_gate_that_is_shipped_trips(shop: Project) -> None:
    names = (
        "ruff.sarif",
        "load.json",
        "bom.json",
        "audit.json",
        "wheel.intoto.json",
        "deployed.json",
        "incidents.json",
        "support.toml",
        "levels.json",
    )
    reports = [f"reports/{name}" for name in names]
    given = [f"--stage-gate-evidence={path}" for path in reports]
    chained = [*given, "--stage-gate-evidence=.stagegate/build/decision.json"]
    build = ["--stage-gate-at=build", "--stage-gate-out=.stagegate/build", *given, "--hypothesis-seed=1"]
    stagegate("attach", *reports)
    shop.run(*build, process=True)
    shop.run(*chained, "--hypothesis-seed=1", process=True)
    assert stagegate("baseline", "update")[0] == 0
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message=baseline", REVIEWED)
    stagegate("attach", *reports)
    shop.run(*build, process=True)
    good = shop.run(*chained, "--hypothesis-seed=1", process=True)
    assert {gate["gate"] for gate in good.decision["gates"] if gate["verdict"] != "PASS"} == {"sign-off", "manual"}
    by_hand()
    status, told = stagegate("check")
    assert status == 0, told
    assert stagegate("sign-off", "--role=qa", "--as=erin@example.com", "--unsigned")[0] == 0

    status, told = stagegate("drill", "-v")
    trips = set(re.findall(r"^✔ (\S+) +trips when", told, re.MULTILINE))
    shipped = {definition.name for module in STOCK_GATES for definition in gates_of(module)}
    assert trips == shipped, told
    assert status == 0
