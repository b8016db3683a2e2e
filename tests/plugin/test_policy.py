"""The policy decides how strictly; a wrong one never decides."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

SKIPS = 'import pytest\ndef test_1(): pass\n@pytest.mark.skip(reason="x")\ndef test_2(): pass'


@pytest.mark.parametrize(
    ("enforcement", "strict", "status", "word"),
    [
        ("", False, 20, "NO_GO"),
        ('enforcement = "block"', False, 20, "NO_GO"),
        ('enforcement = "warn"', False, 0, "CONDITIONAL"),
        ('enforcement = "warn"', True, 20, "CONDITIONAL"),
        ('enforcement = "observe"', True, 0, "GO"),
        ("enforcement = { block_from = 2999-01-01 }", False, 0, "CONDITIONAL"),
        ("enforcement = { block_from = 2020-01-01 }", False, 20, "NO_GO"),
    ],
)
def test_enforcement(project: Project, enforcement: str, strict: bool, status: int, word: str) -> None:
    project.write("test_a.py", SKIPS)
    project.write("stagegate.toml", f"[gate.skips]\nmax_skipped = 0\n{enforcement}")
    run = project.run(*(["--stage-gate-strict"] if strict else []))
    assert (run.status, run.word) == (status, word)
    assert run.gate("skips")["verdict"] == "FAIL"


def test_strict_ends_a_provisional_go_with_21(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGEGATE_COMMIT")
    project.write("test_a.py", "def test_1(): pass")
    run = project.run("--stage-gate-strict")
    assert (run.status, run.word, run.provisional) == (21, "GO", ["commit-unknown"])


def test_results_can_only_be_loosened_in_so_many_words(project: Project) -> None:
    project.write("test_a.py", "def test_1(): pass\ndef test_2(): assert 0")
    project.write("stagegate.toml", "[gate.results]\nmax_failed = 1")
    run = project.run()
    assert (run.word, run.gate("results")["verdict"], run.status) == ("GO", "PASS", 1)


def test_a_gate_restricted_to_another_stage_is_not_judged(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write("stagegate.toml", '[gate.skips]\nmax_skipped = 0\nstage = "release"')
    run = project.run()
    assert (run.word, run.gate("skips")["verdict"]) == ("GO", "NOT_APPLICABLE")


def test_one_gate_may_stand_several_times(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write(
        "stagegate.toml", '[gate.few]\nuses = "skips"\nmax_skipped = 5\n[gate.none]\nuses = "skips"\nmax_skipped = 0'
    )
    run = project.run()
    assert (run.gate("few")["verdict"], run.gate("none")["verdict"]) == ("PASS", "FAIL")


def test_pyproject_is_read_and_named(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write(
        "pyproject.toml", "[project]\nname = 'thing'\nversion = '2.1'\n[tool.stagegate.gate.skips]\nmax_skipped = 0"
    )
    decision = project.run().decision
    assert decision["policy"]["source"] == "pyproject.toml"
    assert (decision["subject"]["name"], decision["subject"]["version"]) == ("thing", "2.1")


def test_every_mistake_is_reported_at_once_with_its_place(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", SKIPS)
    project.write(
        "pyproject.toml",
        """
        [tool.stagegate]
        default_stage = "tset"
        [tool.stagegate.gate.coverge]
        line = "90 %"
        [tool.stagegate.gate.skips]
        max_skiped = 1
        max_skipped_ratio = "120 %"
        """,
    )
    run = project.run(*workers, process=bool(workers))
    assert run.status == 4
    assert run.err.count("pyproject.toml:") == 4
    assert "pyproject.toml:2 tool.stagegate.default_stage: unknown stage 'tset'; did you mean 'test'?" in run.err
    assert "pyproject.toml:3 tool.stagegate.gate.coverge: unknown gate 'coverge'; did you mean 'coverage'?" in run.err
    assert "pyproject.toml:6 tool.stagegate.gate.skips.max_skiped: unknown key 'max_skiped'" in run.err
    assert "Traceback" not in run.out + run.err


def test_a_policy_that_is_no_toml_is_one_sentence(project: Project) -> None:
    project.write("stagegate.toml", "[gate")
    run = project.run()
    assert run.status == 4
    assert "stagegate.toml: can't be read:" in run.err


@pytest.mark.parametrize(
    ("narrowed", "reason"),
    [
        (["-k", "test_1"], ["narrowed"]),
        (["test_a.py"], ["narrowed"]),
        (["test_a.py::test_1"], ["narrowed"]),
        (["--deselect", "test_a.py::test_2"], ["narrowed"]),
        (["--ignore=test_b.py"], ["narrowed"]),
        (["."], []),
        (["-q"], []),
        (["-v", "--tb=short"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_run_narrowed_by_hand_is_provisional(project: Project, narrowed: list[str], reason: list[str]) -> None:
    project.write("test_a.py", SKIPS)
    project.write("test_b.py", "def test_3(): pass")
    assert project.run(*narrowed).provisional == reason


def test_what_the_project_itself_configures_is_its_suite(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write("pytest.ini", "[pytest]\naddopts = -k test_1\ntestpaths = test_a.py")
    assert project.run().provisional == []


def test_paths_that_cover_testpaths_do_not_narrow(project: Project) -> None:
    project.write("tests/test_a.py", SKIPS)
    project.write("pytest.ini", "[pytest]\ntestpaths = tests")
    assert project.run("tests").provisional == []


def test_pytest_addopts_counts_as_by_hand(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k test_1")
    project.write("test_a.py", SKIPS)
    # pytester takes the variable away from runs of its own, so it is given as the project's user would.
    result = project.pytester.runpytest_subprocess("--stage-gate", "-k", "test_1")
    assert result.ret == 0
    assert "(provisional)" in str(result.stdout)


def test_a_dirty_tree_is_provisional(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write(".gitignore", "__pycache__/")
    project.commit_everything()
    assert project.run().provisional == []
    project.write("test_a.py", SKIPS + "\n# changed")
    assert project.run().provisional == ["dirty-tree"]


def test_reports_can_be_chosen_and_placed(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    run = project.run("--stage-gate-report=md:notes/gate.md", "--stage-gate-report=json")
    assert (project.path / "notes/gate.md").is_file()
    assert not (run.folder / "report.html").exists()
    assert "stage gate: test" not in run.out


def test_the_output_folder_can_be_named(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.run("--stage-gate-out=build/gate")
    assert (project.path / "build/gate/decision.json").is_file()


def test_an_output_folder_that_can_not_be_made_is_one_sentence(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write("taken", "a file")
    run = project.run("--stage-gate-out=taken")
    assert run.status == 4
    assert "the output folder taken can't be written" in run.err


def test_secrets_on_the_command_line_are_not_recorded(project: Project) -> None:
    project.write("conftest.py", "def pytest_addoption(parser): parser.addoption('--api-token')")
    project.write("test_a.py", SKIPS)
    run = project.run("--api-token=hunter2")
    assert "hunter2" not in (run.folder / "evidence.jsonl").read_text()
    assert "--api-token=[redacted]" in run.decision["run"]["command"]


@pytest.mark.parametrize("option", ["--stage-gate-policy", "--stage-gate-out"])
def test_a_path_that_pytest_would_take_for_the_suite_is_refused(project: Project, option: str) -> None:
    project.write("proj/test_a.py", SKIPS)
    project.write("elsewhere/policy.toml", "")
    project.pytester.chdir()
    run = project.run("proj", option, "elsewhere")
    assert run.status == 4
    assert f"write {option}=elsewhere" in run.err


def test_passwords_in_addresses_and_absolute_paths_are_not_recorded(project: Project) -> None:
    project.write("conftest.py", "def pytest_addoption(parser): parser.addoption('--db')")
    project.write("test_a.py", SKIPS)
    run = project.run("--db=postgres://user:hunter2@host/db", f"--rootdir={project.path}")
    record = (run.folder / "evidence.jsonl").read_text()
    assert "hunter2" not in record
    assert str(project.path) not in record


def test_a_document_at_a_path_of_its_own_does_not_outlive_its_run(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.run("--stage-gate-report=md:notes/gate.md")
    project.run("--stage-gate-report=md:notes/gate.md", "--stage-gate-at=nonsense")
    assert not (project.path / "notes/gate.md").exists()


def test_what_would_have_blocked_is_in_every_document(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write("stagegate.toml", "[gate.skips]\nmax_skipped = 0\nenforcement = 'observe'")
    run = project.run()
    assert run.gate("skips")["would"] == "NO_GO"
    assert run.gate("results")["would"] == run.gate("flaky")["would"] == ""
    assert "would have blocked: skips (observe), as NO GO" in run.out
    for name in ("report.md", "report.html"):
        assert "What would have blocked" in (run.folder / name).read_text(encoding="utf-8")


def test_a_run_under_a_pack_says_which(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write("stagegate.toml", "extends = 'library'\n[gate.coverage]\nsource = ['.']")
    run = project.run(process=True)
    assert (run.word, run.check("skips", "skipped-ratio")["verdict"]) == ("NO_GO", "FAIL")
    assert [each["source"] for each in run.decision["policy"]["extends"]] == ["pack library"]
    assert "pack library, sha256" in (run.folder / "report.md").read_text(encoding="utf-8")


def test_a_pack_that_needs_to_know_the_sources_asks_for_them(project: Project) -> None:
    project.write("test_a.py", SKIPS)
    project.write("stagegate.toml", "extends = 'library'")
    run = project.run()
    assert run.status == 4
    assert "pack library:" in run.err
    assert "add source = [" in run.err


def test_a_limit_loosened_since_the_release_is_shown_and_decides_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAGEGATE_COMMIT")
    project.write("test_a.py", SKIPS)
    project.write(".gitignore", "*.pyc\n__pycache__")
    project.write("stagegate.toml", "[gate.skips]\nmax_skipped = 1")
    project.commit_everything()
    subprocess.run(["git", "tag", "v1"], cwd=project.path, check=True)
    project.write("stagegate.toml", "[gate.skips]\nmax_skipped = 2")
    run = project.run()
    assert run.decision["drift"] == [
        {"gate": "skips", "option": "max_skipped", "before": "1", "now": "2", "since": "v1"}
    ]
    assert (run.word, run.decision["policy"]["compared_with"]) == ("GO", "v1")
    assert "gate drift: skips max_skipped: 1 → 2 (since v1)" in run.out
    documents = {name: (run.folder / name).read_bytes() for name in ("decision.json", "report.md", "report.html")}
    subprocess.run(["git", "tag", "--delete", "v1"], cwd=project.path, check=True, capture_output=True)
    project.check("--as-of", "run")
    assert documents == {name: (run.folder / name).read_bytes() for name in documents}
