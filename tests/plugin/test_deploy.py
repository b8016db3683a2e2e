"""The stage deploy: smoke tests of what was deployed, and whether that is what was tested."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.servers import serving

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

POLICY = """
    [project]
    name = "shop"
    version = "1.2.0"
    [tool.stagegate]
    environments = ["staging", "production"]
    artifacts = ["dist/*.whl"]
    [tool.stagegate.gate.smoke]
    [tool.stagegate.gate.same-artifact]
"""
JUNIT = '<testsuite timestamp="{}"><testcase classname="shop" name="is up"/></testsuite>'


@pytest.fixture
def shop(project: Project) -> Project:
    """A project that was built, and decided about at the stage build."""
    project.write("pyproject.toml", POLICY)
    project.wheel("dist/shop-1.2.0-py3-none-any.whl")
    project.write(
        "test_shop.py", "import pytest\n@pytest.mark.stage('deploy')\ndef test_is_up(): pass\ndef test_a(): pass"
    )
    assert project.run("--stage-gate-at=build").word == "GO"
    (project.path / ".stagegate").rename(project.path / "built")
    deployed(project)
    return project


def deployed(project: Project, **changed: Any) -> None:
    wheel = project.path / "dist/shop-1.2.0-py3-none-any.whl"
    record = {
        "schema": "stagegate/deployment/1",
        "service": "shop",
        "environment": "production",
        "version": "1.2.0",
        "deployed": ago(minutes=5),
        "artifacts": [{"name": wheel.name, "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}],
    }
    project.write("deployed.json", json.dumps({**record, **changed}))


def ago(**past: int) -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(**past)).isoformat(timespec="seconds")


def smoke(project: Project) -> Gated:
    evidence = [f"--stage-gate-evidence={name}" for name in ("deployed.json", "built/decision.json")]
    return project.run("--stage-gate-at=deploy", "--stage-gate-env=production", *evidence)


def test_smoke_tests_of_what_was_deployed_are_go(shop: Project) -> None:
    done = smoke(shop)
    assert (done.word, done.gate("smoke")["verdict"], done.gate("same-artifact")["verdict"]) == ("GO", "PASS", "PASS")
    assert done.decision["tests"]["executed"] == 1
    (row,) = done.decision["deployments"]
    assert (row["service"], row["state"], row["version"], row["source"]) == ("shop", "runs", "1.2.0", "deployed.json")
    assert "## What runs where" in (done.folder / "report.md").read_text(encoding="utf-8")
    assert 'id="deployments"' in (done.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "gate", "word", "reason"),
    [
        ({"version": "1.1.0"}, "smoke", "NO_GO", "other-version-runs"),
        ({"artifacts": [{"sha256": "0" * 64}]}, "same-artifact", "NO_GO", "limit-not-met"),
        ({"artifacts": []}, "same-artifact", "HOLD", "digest-not-stated"),
        ({"environment": "staging"}, "smoke", "HOLD", "not-deployed"),
        ({"outcome": "failed"}, "smoke", "HOLD", "not-deployed"),
    ],
)
def test_anything_else_is_not(shop: Project, changed: dict[str, Any], gate: str, word: str, reason: str) -> None:
    deployed(shop, **changed)
    done = smoke(shop)
    assert (done.word, done.gate(gate)["reason"]) == (word, reason)


def test_a_record_is_no_part_of_the_age_of_the_evidence(shop: Project) -> None:
    deployed(shop, deployed=ago(days=40))
    done = smoke(shop)
    assert done.word == "GO"
    ages = {each["source"]: each["max_age"] for each in done.decision["evidence"]}
    assert ages["deployed.json"] is None
    assert ages["built/decision.json"] is not None


def test_a_deployment_of_tomorrow_is_refused(shop: Project) -> None:
    deployed(shop, deployed=ago(days=-1))
    assert smoke(shop).gate("smoke")["reason"] == "from-the-future"


def test_it_is_judged_again_from_the_record(shop: Project) -> None:
    done = smoke(shop)
    again = shop.check("--as-of", "run", ".stagegate/evidence.jsonl")
    assert again.decision["deployments"] == done.decision["deployments"]
    assert again.word == "GO"


@pytest.mark.parametrize(("minutes", "word"), [(1, "GO"), (9, "HOLD")])
def test_smoke_tests_that_are_not_python_are_judged_alike(shop: Project, minutes: int, word: str) -> None:
    shop.write("smoke.xml", JUNIT.format(ago(minutes=minutes)))
    given = ("smoke.xml,stage=deploy,environment=production", "deployed.json", "built/decision.json")
    checked = shop.check("--at", "deploy", "--env", "production", *given)
    assert checked.word == word
    assert checked.gate("smoke")["reason"] == ("" if word == "GO" else "before-deployment")


@pytest.mark.parametrize(("version", "word", "reason"), [("1.2.0", "GO", ""), ("1.1.0", "NO_GO", "other-version-runs")])
def test_the_environment_itself_says_what_runs_there(shop: Project, version: str, word: str, reason: str) -> None:
    with serving(200, body=json.dumps({"version": version}).encode()) as (address, _):
        probe = f'probe = {{ http = "http://{address}/health", version = "/version" }}'
        shop.write("pyproject.toml", f"{POLICY}\n    [tool.stagegate.environment.production]\n    {probe}\n")
        done = smoke(shop)
    assert (done.word, done.gate("smoke")["reason"], done.gate("same-artifact")["reason"]) == (word, reason, reason)
    assert f"answered 200, version {version}" in (done.folder / "report.md").read_text(encoding="utf-8")
    again = shop.check("--as-of", "run", ".stagegate/evidence.jsonl")
    assert again.decision["environments"] == done.decision["environments"]
    assert again.word == word


REHEARSED = "[project]\nname = 'shop'\nversion = '1.2.0'\n[tool.stagegate.gate.rollback]"


@pytest.mark.parametrize(("body", "word"), [("pass", "GO"), ("assert False", "NO_GO"), ("pytest.skip('no')", "HOLD")])
def test_the_way_back_is_rehearsed_by_a_test(project: Project, body: str, word: str) -> None:
    project.write("pyproject.toml", REHEARSED)
    marks = "@pytest.mark.stage('deploy')\n@pytest.mark.drill('rollback')"
    other = "@pytest.mark.stage('deploy')\ndef test_b(): pass"
    project.write("test_back.py", f"import pytest\n{marks}\ndef test_a(): {body}\n{other}")
    assert project.run("--stage-gate-at=deploy").word == word


@pytest.mark.parametrize(("result", "word"), [("", "GO"), ("<failure/>", "NO_GO"), ("<skipped/>", "HOLD")])
def test_the_way_back_is_rehearsed_by_a_test_that_is_not_python(project: Project, result: str, word: str) -> None:
    project.write("pyproject.toml", REHEARSED)
    mark = '<properties><property name="drill" value="rollback"/></properties>'
    back = f'<testcase classname="a" name="back">{mark}{result}</testcase>'
    project.write("back.xml", f'<testsuite timestamp="{ago(minutes=1)}"><testcase name="up"/>{back}</testsuite>')
    assert project.check("--at=deploy", "back.xml,stage=deploy").word == word


def test_hostile_names_stay_inert_in_every_document(shop: Project) -> None:
    deployed(shop, service="<img src=x>|[a](javascript:b)", version="=1\u202e")
    done = smoke(shop)
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    text = (done.folder / "report.md").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "\u202e" not in page + text
