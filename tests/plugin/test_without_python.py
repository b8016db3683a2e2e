"""A project whose tests are not Python goes through plan, code, build and test with ``stagegate check`` alone."""

from __future__ import annotations

import hashlib
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
    environments = ["staging"]
    artifacts = ["dist/*.tgz"]
    [manual]
    folder = "by-hand"
    [environment.staging]
    require = { STAGING_TOKEN = true }
    data = [{ name = "catalogue", path = "catalogue/*.json" }]
    [gate.requirements]
    [gate.roadmap]
    [gate.findings]
    max_errors = 0
    [gate.artifacts]
    require = ["*.tgz"]
    [gate.sbom]
    require_digest = true
    [gate.vulnerabilities]
    [gate.review]
    [gate.provenance]
    [gate.manual]
    [gate.environment]
"""
PLAN = """
    [[goal]]
    id = "CART-1"
    title = "A cart adds up"
    priority = "must"
    owner = "dana"
    acceptance = "The sum is that of its rows."
"""
JUNIT = """
    <testsuite name="web" tests="1">
      <testcase classname="cart" name="adds up">
        <properties><property name="requirement" value="CART-1"/></properties>
      </testcase>
    </testsuite>
"""
ESLINT = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "ESLint", "version": "9.1.0"}}, "results": []}]}
SCAN = {"dependencies": [{"name": "left-pad", "version": "1.3.0", "vulns": []}], "fixes": []}
REPORTS = {
    "plan": (),
    "code": ("eslint.sarif",),
    "build": ("sbom.json", "scan.json", "review.json", "built.json"),
    "test": ("eslint.sarif",),
}
GATES = {
    "plan": ("requirements",),
    "code": ("findings",),
    "build": ("artifacts", "sbom", "vulnerabilities", "review", "provenance"),
    "test": ("requirements", "manual", "environment"),
}


def stagegate(*args: str) -> None:
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as ended:
        main(list(args))
    assert ended.value.code == 0


def git(project: Project, *words: str) -> str:
    person = ("-c", "user.name=dana", "-c", "user.email=dana@example.org")
    done = subprocess.run(["git", *person, *words], cwd=project.path, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository with a plan, a manual test, and reports of its tools; none of its tests is Python."""
    monkeypatch.delenv("STAGEGATE_COMMIT")
    project.write("stagegate.toml", POLICY)
    project.write("stagegate-plan.toml", PLAN)
    project.write("by-hand/cart.md", "# The cart can be read\nenvironment: staging\n\n1. Look at it.")
    project.write("catalogue/books.json", "{}")
    project.write(".gitignore", "dist\nreports\n.stagegate\nrunpytest-*\nstd*\n")
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=all")
    head = git(project, "rev-parse", "HEAD")
    project.write("dist/shop-1.4.0.tgz", "the bytes that are shipped")
    sha256 = hashlib.sha256((project.path / "dist/shop-1.4.0.tgz").read_bytes()).hexdigest()
    for name, content in made_of(head, sha256).items():
        project.write(f"reports/{name}", json.dumps(content))
        stagegate("attach", f"reports/{name}")
    project.write("reports/junit.xml", JUNIT)
    stagegate("attach", "reports/junit.xml", "--environment", "staging")
    return project


def made_of(head: str, sha256: str) -> dict[str, Any]:
    subject = {"type": "application", "name": "shop-1.4.0.tgz", "hashes": [{"alg": "SHA-256", "content": sha256}]}
    parts = [{"type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}]
    approved = {"author": {"login": "erin"}, "state": "APPROVED", "commit": {"oid": head}}
    source = {"uri": "git+https://example.com/shop", "digest": {"gitCommit": head}}
    built = {"buildDefinition": {"buildType": "https://example.com/npm", "resolvedDependencies": [source]}}
    return {
        "eslint.sarif": ESLINT,
        "scan.json": SCAN,
        "sbom.json": {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "metadata": {"component": subject},
            "components": parts,
        },
        "review.json": {"author": {"login": "dana", "is_bot": False}, "headRefOid": head, "reviews": [approved]},
        "built.json": {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "shop-1.4.0.tgz", "digest": {"sha256": sha256}}],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {**built, "runDetails": {"builder": {"id": "https://example.com/ci"}}},
        },
    }


def by_hand(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Do the manual test and look at the environment; return what both have written."""
    monkeypatch.setenv("STAGING_TOKEN", "abc")
    monkeypatch.setattr("sys.stdin", io.StringIO("passed\n"))
    stagegate("manual", "run", "--by", "Dana", "--env", "staging")
    stagegate("probe", "staging", "--at", "test")
    return ".stagegate/manual", ".stagegate/staging.environment.json"


@pytest.mark.parametrize("stage", REPORTS)
def test_each_stage_is_decided_from_files(shop: Project, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    reports = [f"reports/{name}" for name in REPORTS[stage]]
    more = by_hand(monkeypatch) if stage == "test" else ()
    checked = shop.check("--at", stage, "--env", "staging", "reports/junit.xml", *reports, *more)
    assert {name: checked.gate(name)["verdict"] for name in GATES[stage]} == dict.fromkeys(GATES[stage], "PASS")
    assert (checked.status, checked.word, checked.provisional) == (0, "GO", [])


@pytest.mark.parametrize("stage", ["code", "build", "test"])
def test_without_its_evidence_no_stage_is_go(shop: Project, stage: str) -> None:
    checked = shop.check("--at", stage, "--env", "staging", "reports/junit.xml")
    lacking = [name for name in GATES[stage] if checked.gate(name)["verdict"] == "NO_EVIDENCE"]
    assert (checked.word, lacking != []) == ("HOLD", True)
