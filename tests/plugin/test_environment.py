"""Environments are looked at before their tests run; what was found is evidence, with and without Python's tests."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli import main
from tests.unit.servers import free_port, serving

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

SUITE = """
    def test_page(stagegate_environment):
        assert stagegate_environment.name == "staging"
        assert stagegate_environment.settings["base_url"] == "https://staging.example"
"""
JUNIT = "<testsuite name='js'><testcase name='a'/></testsuite>"
SECRET = "s3cret-t0ken"


def policy(address: str, *, protected: bool = False, gate: str = "[gate.environment]", more: str = "") -> str:
    return f"""
    environments = ["staging", "production"]
    {gate}
    [environment.staging]
    protected = {str(protected).lower()}
    require = {{ API_TOKEN = true }}
    settings = {{ base_url = "https://staging.example" }}
    probe = {{ http = "http://{address}/health" }}
    data = [{{ name = "customers", path = "data/*.csv" }}]
    {more}
    """


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("API_TOKEN", SECRET)
    project.write("test_a.py", SUITE)
    project.write("data/customers.csv", "1")
    return project


@pytest.fixture
def healthy() -> Iterator[tuple[str, list[str]]]:
    with serving(200) as server:
        yield server


def stagegate(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue(), err.getvalue()


def test_a_run_looks_once_and_what_it_found_is_read_again(
    shop: Project, healthy: tuple[str, list[str]], workers: list[str]
) -> None:
    address, asked = healthy
    shop.write("stagegate.toml", policy(address))
    run = shop.run("--stage-gate-env=staging", *workers, process=bool(workers))
    assert (run.word, run.gate("environment")["verdict"], asked) == ("GO", "PASS", ["/health"])
    (row,) = run.decision["environments"]
    assert (row["state"], row["probe"]["text"], row["data"][0]["text"]) == ("ready", "answered 200", "1 file")
    before = (run.folder / "report.html").read_bytes()
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in run.folder.rglob("*") if path.is_file())

    again = shop.check("--as-of=run", "--env=staging")
    assert ((again.folder / "report.html").read_bytes(), asked) == (before, ["/health"])
    assert stagegate("verify", ".stagegate/decision.json")[0] == 0


def test_a_failed_probe_of_an_open_environment_is_judged_and_shown(shop: Project) -> None:
    shop.write("stagegate.toml", policy(f"127.0.0.1:{free_port()}"))
    run = shop.run("--stage-gate-env=staging")
    assert (run.word, run.counts["passed"], run.gate("environment")["reason"]) == ("NO_GO", 1, "environment-not-ready")
    for name in ("report.html", "report.md"):
        text = (run.folder / name).read_text(encoding="utf-8")
        assert "Environments" in text
        assert "could not be reached: Connection refused" in text


@pytest.mark.parametrize("gate", ["[gate.environment]", ""])
def test_no_test_runs_against_a_protected_one_that_is_not_ready(shop: Project, workers: list[str], gate: str) -> None:
    shop.write("test_a.py", "def test_a(): __import__('pathlib').Path('touched').touch()")
    shop.write("stagegate.toml", policy(f"127.0.0.1:{free_port()}", protected=True, gate=gate))
    run = shop.run("--stage-gate-env=staging", *workers, process=bool(workers))
    assert run.counts == {"collected": 1, "deselected": 1, "not_selected": 1}
    assert (run.word, run.incomplete) == ("NO_GO" if gate else "HOLD", ["environment-not-ready"])
    assert "staging is protected and not ready, so no test was run: probe: could not be reached" in run.out.replace(
        "\n           ", " "
    )
    assert not (shop.path / "touched").exists()


def test_a_decision_without_any_look_at_a_declared_environment_is_no_evidence(
    shop: Project, healthy: tuple[str, list[str]]
) -> None:
    shop.write("stagegate.toml", policy(healthy[0]))
    shop.write("junit.xml", JUNIT)
    run = shop.check("--at=test", "--env=staging", "junit.xml,environment=staging")
    assert (run.word, run.gate("environment")["reason"]) == ("HOLD", "environment-not-probed")


def test_a_project_without_python_tests_hands_over_what_probe_wrote(
    shop: Project, healthy: tuple[str, list[str]]
) -> None:
    shop.write("stagegate.toml", policy(healthy[0]))
    shop.write("junit.xml", JUNIT)
    status, told, _ = stagegate("probe", "staging")
    assert (status, "wrote .stagegate/staging.environment.json" in told) == (0, True)
    assert "✔ customers: files data/*.csv: 1 file" in told
    run = shop.check("--at=test", "--env=staging", "junit.xml,environment=staging", ".stagegate")
    assert (run.gate("environment")["verdict"], run.decision["environments"][0]["state"]) == ("PASS", "ready")


def test_a_report_on_another_environment_is_no_evidence_of_this_one(
    shop: Project, healthy: tuple[str, list[str]]
) -> None:
    shop.write("stagegate.toml", policy(healthy[0]))
    stagegate("probe", "staging", "--out=a.json")
    run = shop.check("--at=test", "--env=production", "a.json")
    assert "other-environment" in run.incomplete


def test_a_producer_probes_too(shop: Project) -> None:
    code = "from pytest_stagegate.cli import main; main()"
    command = json.dumps([sys.executable, "-c", code, "probe", "staging", "--out", "-"])
    more = f"""
    [[evidence]]
    name = "ready"
    format = "environment"
    environment = "staging"
    command = {command}
    """
    shop.write("stagegate.toml", policy(f"127.0.0.1:{free_port()}", more=more))
    shop.write("junit.xml", JUNIT)
    stagegate("collect", "--env=staging")
    run = shop.check("--at=test", "--env=staging", "junit.xml,environment=staging", ".stagegate")
    assert run.gate("environment")["reason"] == "environment-not-ready"


def test_probe_ends_with_20_where_it_is_not_ready(shop: Project) -> None:
    shop.write("stagegate.toml", policy(f"127.0.0.1:{free_port()}"))
    status, out, err = stagegate("probe", "staging", "--out", "-")
    assert (status, json.loads(out)["seen"]["probe"]["outcome"]) == (20, "failed")
    assert "✘ probe: GET" in err


def test_probe_is_refused_where_a_condition_of_a_protected_one_does_not_hold(
    shop: Project, monkeypatch: pytest.MonkeyPatch, healthy: tuple[str, list[str]]
) -> None:
    monkeypatch.delenv("API_TOKEN")
    shop.write("stagegate.toml", policy(healthy[0], protected=True))
    status, _, err = stagegate("probe", "staging")
    assert (status, healthy[1], (shop.path / ".stagegate").exists()) == (2, [], False)
    assert "the variable API_TOKEN is not set" in err


def test_a_stage_that_an_environment_is_not_for_can_not_be_decided_there(
    shop: Project, healthy: tuple[str, list[str]]
) -> None:
    shop.write("stagegate.toml", policy(healthy[0]).replace("require =", 'stages = ["deploy"]\n    require ='))
    shop.write("junit.xml", JUNIT)
    run = shop.check("--at=test", "--env=staging", "junit.xml,environment=staging")
    assert (run.status, "the stage test can't be decided at staging, which is for deploy" in run.err) == (2, True)


def test_producers_of_a_protected_environment_are_not_run_by_accident(shop: Project) -> None:
    touch = json.dumps([sys.executable, "-c", "open('touched', 'w').close(); print('mode: set')"])
    more = f"""
    [[evidence]]
    name = "live"
    format = "go-cover"
    environment = "staging"
    command = {touch}
    [[evidence]]
    name = "any"
    format = "metrics-json"
    command = ["echo", '{{"a": 1}}']
    """
    shop.write("stagegate.toml", policy("127.0.0.1:1", protected=True, more=more))
    shop.write("test_a.py", "def test_a(): pass")
    assert shop.run().word == "GO"
    stagegate("collect")
    assert not (shop.path / "touched").exists()


FIXTURE = {
    "nothing to run against": ("", ["*no environment to run against*"], {"skipped": 1}),
    "the default": (
        'environments = ["eu"]\ndefault_environment = "eu"\n[environment.eu]\nsettings = { a = { b = [1] } }',
        [],
        {"passed": 1},
    ),
    "a mistake": (
        'environments = ["eu"]\n[environment.eu]\nsetings = {}',
        ["*did you mean 'settings'*"],
        {"errors": 1},
    ),
}


@pytest.mark.parametrize("case", FIXTURE)
def test_the_fixture_works_without_the_gate(project: Project, case: str) -> None:
    policy_, told, outcomes = FIXTURE[case]
    project.write("stagegate.toml", policy_)
    project.write(
        "test_a.py",
        """
        import pytest
        def test_it(stagegate_environment):
            settings = stagegate_environment.settings
            assert (settings["a"]["b"], list(settings), repr(settings)) == ((1,), ["a"], "<settings of eu: a>")
            with pytest.raises(KeyError, match="settings of eu.a has no 'bb'; did you mean 'b'?"):
                settings["a"]["bb"]
            with pytest.raises(TypeError):
                settings["a"] = 3
        """,
    )
    result = project.pytester.runpytest_inprocess("-rs", "-p", "no:randomly")
    result.assert_outcomes(**outcomes)
    result.stdout.fnmatch_lines(told)
