"""Bare ``--stage-gate`` on a project without any configuration."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.plugin.conftest import MIXED

if TYPE_CHECKING:
    from tests.plugin.conftest import Project


def test_a_green_suite_is_go_with_no_policy(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", MIXED)
    run = project.run(*workers, process=bool(workers))
    assert (run.status, run.word) == (0, "GO")
    expected = {"collected": 5, "executed": 4, "passed": 2, "skipped": 1, "xfailed": 1, "xpassed": 1}
    assert run.counts == expected


def test_a_failing_test_is_no_go_and_keeps_pytests_status(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "def test_good(): pass\ndef test_bad(): assert 1 == 2")
    run = project.run(*workers, process=bool(workers))
    assert (run.status, run.word) == (1, "NO_GO")
    assert run.check("results", "failed")["where"] == ["test_a.py::test_bad"]


def test_the_failure_is_in_the_decision_with_its_reason(project: Project) -> None:
    project.write("test_a.py", "def test_bad(): assert 1 == 2")
    row = project.run().decision["not_passed"][0]
    assert row["id"] == "test_a.py::test_bad"
    assert row["reason"] == "assert 1 == 2"
    assert "def test_bad" in row["message"]


def test_the_decision_is_the_last_line(project: Project) -> None:
    project.write("test_a.py", "def test_bad(): assert 0")
    run = project.run()
    assert run.last_line.startswith("✘ NO GO  results: failed 1 test")
    assert "1 failed" in run.out.splitlines()[-2]


def test_every_document_is_written(project: Project) -> None:
    project.write("test_a.py", "def test_good(): pass")
    folder = project.run().folder
    names = {path.name for path in folder.iterdir()}
    documents = {"decision.json", "report.html", "report.md", "gates.xml", "evidence.jsonl"}
    assert names == documents | {"SHA256SUMS", ".gitignore", "history"}


def test_the_list_of_digests_is_right(project: Project) -> None:
    project.write("test_a.py", "def test_good(): pass")
    folder = project.run().folder
    listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert listed == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in listed}
    assert {"decision.json", "evidence.jsonl", "report.html"} <= set(listed)


def test_gates_are_junit_cases(project: Project) -> None:
    project.write("test_a.py", "def test_bad(): assert 0")
    suite = ET.parse(project.run().folder / "gates.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")


def test_the_output_folder_never_makes_the_tree_dirty(project: Project) -> None:
    project.write("test_a.py", "def test_good(): pass")
    project.write(".gitignore", "__pycache__/")
    project.commit_everything()
    project.run()
    assert project.run().provisional == []


def test_a_broken_run_does_not_leave_yesterdays_report(project: Project) -> None:
    project.write("test_a.py", "def test_good(): pass")
    project.run()
    project.write("test_a.py", "import os\ndef test_kills(): os._exit(0)")
    run = project.run(process=True)
    assert run.status == 0  # nothing inside the process can speak any more
    assert not (run.folder / "decision.json").exists()
    assert not (run.folder / "report.html").exists()


def test_without_the_option_nothing_is_written(project: Project) -> None:
    project.write("test_a.py", "import pytest\n@pytest.mark.stage('nonsense')\ndef test_good(): pass")
    run = project.run("--strict-markers", gate=False)
    assert run.status == 0
    assert not run.folder.exists()


def test_without_the_option_nothing_is_called_for_each_test(project: Project) -> None:
    project.write(
        "conftest.py",
        """
        def pytest_collection_finish(session):
            ours = [p for p in session.config.pluginmanager.get_plugins() if "stagegate" in str(p)]
            hooks = {hook for plugin in ours for hook in dir(plugin) if hook.startswith("pytest_")}
            print("HOOKS", sorted(hooks))
        """,
    )
    project.write("test_a.py", "def test_good(): pass")
    run = project.run("-s", gate=False)
    assert "HOOKS ['pytest_addoption', 'pytest_configure', 'pytest_load_initial_conftests']" in run.out


def test_blocked_the_suite_still_runs(project: Project) -> None:
    project.write("test_a.py", "import pytest\ndef test_good(): pass")
    assert project.run("-p", "no:stagegate", gate=False).status == 0


def test_the_option_without_the_plugin_is_an_error(project: Project) -> None:
    project.write("test_a.py", "def test_good(): pass")
    assert project.run("-p", "no:stagegate").status == pytest.ExitCode.USAGE_ERROR


def test_collect_only_decides_nothing(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "def test_good(): pass")
    run = project.run("--collect-only", *workers, process=bool(workers))
    assert run.status == 0
    assert not run.folder.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["-W", "error"],
        ["--strict-markers", "--strict-config"],
        ["-p", "no:terminalreporter"],
        ["-qq"],
        ["-vv"],
        ["--tb=no", "--no-summary"],
    ],
    ids=" ".join,
)
def test_go_whatever_else_is_asked_of_pytest(project: Project, workers: list[str], arguments: list[str]) -> None:
    project.write("test_a.py", MIXED)
    run = project.run(*workers, *arguments, process=True)
    assert (run.status, run.word) == (0, "GO"), run.err


def test_without_a_terminal_reporter_the_decision_goes_to_standard_error(project: Project) -> None:
    project.write("test_a.py", "def test_bad(): assert 0")
    run = project.run("-p", "no:terminalreporter", process=True)
    assert "✘ NO GO" in run.err


def test_go_beside_every_other_plugin(project: Project) -> None:
    for plugin in ("xdist", "pytest_cov", "pytest_randomly", "pytest_rerunfailures", "hypothesis"):
        pytest.importorskip(plugin)
    project.write("test_a.py", MIXED)
    options = ["--randomly-seed=1", "--reruns=1", "--cov=.", "--cov-report=", "--hypothesis-seed=1"]
    for workers in ([], ["-n2"]):
        run = project.run(*options, *workers, process=True)
        assert (run.status, run.word) == (0, "GO"), run.out


@pytest.mark.parametrize("table", ["[tool.pytest.ini_options]", "[tool.pytest]"])
def test_both_tables_of_pytests_configuration(project: Project, table: str) -> None:
    if table == "[tool.pytest]" and pytest.version_tuple < (9,):
        pytest.skip("pytest reads this table from version 9 on")
    project.write("pyproject.toml", f'{table}\naddopts = ["--stage-gate"]\ntestpaths = ["."]')
    project.write("test_a.py", "def test_good(): pass")
    run = project.run(gate=False)
    assert (run.status, run.word) == (0, "GO")


def test_hostile_texts_are_written_safely(project: Project) -> None:
    project.write(
        "test_a.py",
        r"""
        import pytest
        @pytest.mark.parametrize("x", ["<img src=x onerror=alert(1)>", "a::b\n", "\x1b[31m", "</script>"])
        def test_bad(x): assert 0, "\x00 \x1b[31m </pre><script>alert(1)</script>"
        """,
    )
    run = project.run()
    html = (run.folder / "report.html").read_text(encoding="utf-8")
    assert html.count("<script") == html.count("</script>") == 1
    assert "<img" not in html
    assert "\x1b" not in html
    assert "\x00" not in html


def test_a_document_never_replaces_what_is_no_file(project: Project) -> None:
    project.write("test_a.py", "def test_a(): pass")
    (project.path / "docs").mkdir()
    run = project.run("--stage-gate-report=md:docs")
    assert (run.status, (project.path / "docs").is_dir()) == (4, True)
    assert "--stage-gate-report: 'docs' is there already, and it is no file" in run.err


def test_a_code_page_without_our_signs_shows_others(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    project.write("test_a.py", "def test_a(): assert 0")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--stage-gate"], cwd=project.path, capture_output=True, check=False
    )
    last = done.stdout.decode("cp1252").splitlines()[-1]
    assert (done.returncode, last[:8]) == (1, "X NO GO "), last
