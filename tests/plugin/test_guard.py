"""Tests of protected environments: never run unless the environment was asked for by name and its conditions hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY = """
    environments = ["staging", "production"]
    [environment.production]
    protected = true
    stages = ["deploy", "monitor"]
    require = { DEPLOY_TOKEN = true, REGION = "eu" }
"""
TOUCHES = '__import__("pathlib").Path("touched").touch()'
SUITE = f"""
    import pytest
    def test_anywhere(): pass
    @pytest.mark.environment("production")
    def test_live(): {TOUCHES}
"""
ASK = "production is protected: ask for it by name, with --stage-gate-env=production"


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("DEPLOY_TOKEN", "REGION"):
        monkeypatch.delenv(name, raising=False)
    project.write("stagegate.toml", POLICY)
    project.write("test_a.py", SUITE)
    return project


def touched(project: Project) -> bool:
    return (project.path / "touched").exists()


@pytest.mark.parametrize("args", [(), ("-n2",), ("-p", "randomly"), ("-p", "no:cacheprovider"), ("-p", "no:skipping")])
def test_without_the_gate_they_are_skipped_with_the_reason(shop: Project, args: tuple[str, ...]) -> None:
    run = shop.run("-rs", *args, gate=False, process=args == ("-n2",))
    assert (run.status, touched(shop)) == (0, False)
    assert "1 deselected" in run.out if "no:skipping" in args else ASK in run.out


HOSTILE = {
    "class in another module": (
        "base.py",
        f"""
        import pytest
        @pytest.mark.environment("production")
        class Live:
            def test_live(self): {TOUCHES}
        """,
        "from base import Live\nclass TestLive(Live): pass",
    ),
    "generated parameters": (
        "conftest.py",
        """
        import pytest
        def pytest_generate_tests(metafunc):
            if "place" in metafunc.fixturenames:
                live = pytest.param("live", marks=pytest.mark.environment("production"))
                metafunc.parametrize("place", ["local", live])
        """,
        f"def test_place(place):\n    if place == 'live': {TOUCHES}",
    ),
    "mark added in a hook": (
        "conftest.py",
        """
        import pytest
        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_collection_modifyitems(items):
            yield
            for item in items:
                item.add_marker(pytest.mark.environment("production"))
        """,
        f"def test_live(): {TOUCHES}",
    ),
    "mark added when collection is over": (
        "conftest.py",
        """
        import pytest
        def pytest_collection_finish(session):
            for item in session.items:
                item.parent.add_marker(pytest.mark.environment("production"))
        """,
        f"def test_live(): {TOUCHES}",
    ),
    "one of two marks": (
        "conftest.py",
        "",
        f"""
        import pytest
        @pytest.mark.environment("staging")
        @pytest.mark.environment("production")
        def test_live(): {TOUCHES}
        """,
    ),
    "a tag that can't be read": (
        "conftest.py",
        "",
        f"import pytest\n@pytest.mark.environment('productoin')\ndef test_live(): {TOUCHES}",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("args", [(), ("--stage-gate",)])
def test_however_a_test_is_tagged_it_does_not_run(shop: Project, case: str, args: tuple[str, ...]) -> None:
    file, text, suite = HOSTILE[case]
    shop.write(file, text)
    shop.write("test_a.py", suite)
    shop.run(*args, gate=False)
    assert not touched(shop)


def test_a_path_rule_tags_them_too(shop: Project) -> None:
    shop.write("stagegate.toml", f'{POLICY}\n    [[tag]]\n    path = "live"\n    environment = "production"')
    shop.write("test_a.py", "def test_anywhere(): pass")
    shop.write("live/test_b.py", f"def test_live(): {TOUCHES}")
    assert "1 passed, 1 skipped" in shop.run(gate=False).out


@pytest.mark.parametrize("where", ["nested configuration", "another rootdir"])
def test_no_other_root_hides_the_policy(shop: Project, where: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    shop.write("suite/test_b.py", SUITE)
    if where == "nested configuration":
        shop.write("suite/pytest.ini", "[pytest]")
        shop.run("suite", gate=False)
    else:
        shop.run("suite/test_b.py", f"--rootdir={tmp_path_factory.mktemp('other')}", gate=False)
    assert not touched(shop)


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("link", ["inside", "outside", "file"])
def test_a_symbolic_link_leads_past_no_path_rule(
    shop: Project, link: str, gate: bool, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("stagegate.toml", f'{POLICY}\n    [[tag]]\n    path = "suite/**"\n    environment = "production"')
    shop.write("suite/test_b.py", f"def test_live(): {TOUCHES}")
    if link == "outside":
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    name, target = ("test_link.py", "suite/test_b.py") if link == "file" else ("alias", "suite")
    Path(name).symlink_to(shop.path / target)
    shop.run(name, gate=gate)
    assert not touched(shop)
    assert not Path("touched").exists()


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("word", ["live_suite", "live_suite.test_b", "live_suite.test_b::test_live"])
def test_a_suite_that_is_named_as_a_package_is_guarded_by_its_own_policy(
    shop: Project, word: str, gate: bool, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("stagegate.toml", f'{POLICY}\n    [[tag]]\n    path = "live_suite"\n    environment = "production"')
    shop.write("live_suite/__init__.py", "")
    shop.write("live_suite/test_b.py", f"def test_live(): {TOUCHES}")
    monkeypatch.syspath_prepend(shop.path)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    shop.run("--pyargs", word, gate=gate)
    assert not touched(shop)
    assert not Path("touched").exists()


def test_what_a_policy_extends_protects_as_well(shop: Project) -> None:
    shop.write("shared.toml", POLICY)
    shop.write("stagegate.toml", 'extends = ["web-service", "shared.toml"]')
    assert ASK in shop.run("-rs", gate=False).out


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("[environment.production]\nprotected = yes", "can't be read"),
        ("[environment.prodution]\nprotected = true\n[environments]\n", "unknown environment 'prodution'"),
        ('extends = "elsewhere.toml"', "'elsewhere.toml' is neither a policy pack nor a file"),
    ],
)
def test_a_policy_that_can_not_be_read_opens_no_door(shop: Project, policy: str, told: str) -> None:
    shop.write("stagegate.toml", policy)
    run = shop.run(gate=False)
    assert (run.status, touched(shop)) == (4, False)
    assert told in run.err
    assert "nothing is run until it can be read" in run.err


def test_a_policy_without_protected_environments_guards_nothing(shop: Project) -> None:
    shop.write("stagegate.toml", 'environments = ["production"]\n[environment.production]\nsettings = { a = 1 }')
    assert "2 passed" in shop.run(gate=False).out


@pytest.mark.parametrize("args", [(), ("--stage-gate-env=staging",)])
def test_with_the_gate_and_another_environment_they_are_left_out(shop: Project, args: tuple[str, ...]) -> None:
    run = shop.run(*args)
    assert run.counts == {"collected": 2, "executed": 1, "passed": 1, "deselected": 1, "not_selected": 1}


def test_a_test_of_two_environments_runs_in_the_one_that_is_asked_for(shop: Project) -> None:
    shop.write(
        "test_a.py", f'import pytest\n@pytest.mark.environment("staging", "production")\ndef test_a(): {TOUCHES}'
    )
    assert shop.run("--stage-gate-env=staging").counts["passed"] == 1


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_asked_for_without_its_conditions_it_is_refused_and_nothing_is_lost(
    shop: Project, monkeypatch: pytest.MonkeyPatch, workers: list[str]
) -> None:
    before = files(shop.run().folder)
    monkeypatch.setenv("REGION", "us-secret-1")
    asked = ("--stage-gate-env=production", "--stage-gate-at=test")
    run = shop.run(*asked, *workers, gate=False, process=bool(workers))
    assert (run.status, touched(shop), files(run.folder)) == (4, False, before)
    assert "the environment production is protected, and 3 conditions don't hold, so nothing was run" in run.err
    assert "the stage test is none of deploy, monitor" in run.err
    assert "the variable DEPLOY_TOKEN is not set" in run.err
    assert 'the variable REGION has another value, and has to be "eu"' in run.err
    assert "us-secret-1" not in run.err + run.out


def test_a_person_who_may_not_run_is_refused(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write(
        "stagegate.toml",
        'environments = ["production"]\n[environment.production]\nprotected = true\nrun_by = ["dana"]',
    )
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", "eve")
    monkeypatch.setenv("GITHUB_ACTOR", "dana")
    run = shop.run("--stage-gate-env=production")
    assert (run.status, touched(shop)) == (4, False)
    assert "'eve' may not run it (GITHUB_TRIGGERING_ACTOR); allowed: dana" in run.err


def permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "s3cr3t-t0ken")
    monkeypatch.setenv("REGION", "eu")


def test_asked_for_by_name_with_its_conditions_it_runs(
    shop: Project, monkeypatch: pytest.MonkeyPatch, workers: list[str]
) -> None:
    permitted(monkeypatch)
    shop.write("test_a.py", SUITE.replace("@pytest.mark.env", '@pytest.mark.stage("deploy")\n    @pytest.mark.env'))
    asked = ("--stage-gate-env=production", "--stage-gate-at=deploy")
    run = shop.run(*asked, *workers, gate=False, process=bool(workers))
    assert (run.counts["passed"], touched(shop)) == (1, True)
    assert b"s3cr3t-t0ken" not in b"".join(files(run.folder).values())


def test_tests_of_a_stage_that_it_is_not_for_are_left_out(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    permitted(monkeypatch)
    run = shop.run("--stage-gate-env=production", "--stage-gate-at=deploy", "--stage-gate-select=all")
    assert (run.counts["deselected"], run.counts["not_selected"], touched(shop)) == (2, 2, False)


def test_a_stage_that_an_open_environment_is_not_for_is_a_contradiction(shop: Project) -> None:
    shop.write("stagegate.toml", 'environments = ["staging"]\n[environment.staging]\nstages = ["deploy"]')
    run = shop.run("--stage-gate-env=staging")
    assert run.status == 4
    assert "the stage test is none of deploy; decide one of these with it: deploy" in run.err


def test_what_is_taken_where_none_is_named_can_not_be_protected(shop: Project) -> None:
    shop.write("stagegate.toml", f'default_environment = "production"\n{POLICY.strip()}')
    assert "'production' is protected: it has to be asked for by name" in shop.run().err


def test_a_standing_wish_in_the_configuration_is_no_asking_by_name(shop: Project) -> None:
    shop.write("stagegate.toml", 'environments = ["production"]\n[environment.production]\nprotected = true')
    shop.write("pytest.ini", "[pytest]\naddopts = --stage-gate-env=production")
    run = shop.run(gate=False)
    assert (run.status, touched(shop)) == (4, False)
    assert "by name: only the project's configuration asks for it, in every run; name it on the command line" in run.err


def test_the_environment_variable_of_pytest_asks_by_name(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("stagegate.toml", 'environments = ["production"]\n[environment.production]\nprotected = true')
    monkeypatch.setenv("PYTEST_ADDOPTS", "--stage-gate-env=production")
    assert shop.run(gate=False).counts["passed"] == 2


def test_what_would_run_can_be_listed_without_the_conditions(shop: Project) -> None:
    run = shop.run("--stage-gate-env=production", "--stage-gate-at=deploy", "--collect-only", gate=False)
    assert (run.status, touched(shop)) == (5, False)


def test_another_rootdir_hides_no_policy_from_the_gate_either(shop: Project) -> None:
    shop.write("stagegate.toml", f'{POLICY}\n    [[tag]]\n    path = "suite"\n    environment = "production"')
    shop.write("suite/pytest.ini", "[pytest]")
    shop.write("suite/test_b.py", f"def test_live(): {TOUCHES}")
    shop.run("suite")
    assert not touched(shop)


@pytest.mark.parametrize("case", ["a policy that lies nearer", "another policy file"])
def test_another_policy_opens_no_door_of_the_gate(shop: Project, case: str) -> None:
    shop.write("stagegate.toml", f'{POLICY}\n    [[tag]]\n    path = "suite"\n    environment = "production"')
    shop.write("suite/test_b.py", f"def test_live(): {TOUCHES}")
    shop.write("suite/pytest.ini", "[pytest]" if case == "a policy that lies nearer" else "")
    shop.write("suite/stagegate.toml", 'environments = ["production"]')
    other = ["suite"] if case == "a policy that lies nearer" else ["--stage-gate-policy=suite/stagegate.toml"]
    shop.run(*other)
    assert not touched(shop)
    run = shop.run(*other, "--stage-gate-env=production")
    assert (run.status, touched(shop)) == (4, False)
    assert "the environment production is protected by the policy in" in run.err


def test_a_text_file_with_doctests_can_be_guarded(shop: Project) -> None:
    shop.write("stagegate.toml", f'{POLICY}\n    [[tag]]\n    path = "live.txt"\n    environment = "production"')
    shop.write("live.txt", ">>> 1 + 1\n2")
    assert "1 passed, 2 skipped" in shop.run("--doctest-glob=*.txt", gate=False).out
    assert shop.run("--doctest-glob=*.txt").counts["not_selected"] == 2
