from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pytest_stagegate.evidence.provenance import COMMIT_VARIABLES, subject_of

ID = "8f3b1f0c6a92d5e47b10c3d8e9f2a4b6c7d81e05"


@pytest.fixture(autouse=True)
def no_repository_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *args: str) -> str:
    named = ["-c", "user.name=dana", "-c", "user.email=dana@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *named, *args], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with one commit of one file."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("a = 1\n")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def reasons(rootdir: Path, **environ: str) -> list[str]:
    return [note.reason for note in subject_of(rootdir, environ)[1]]


def test_a_clean_tree_is_decided_as_its_commit(repository: Path) -> None:
    subject, notes = subject_of(repository, {})
    assert subject.commit == git(repository, "rev-parse", "HEAD")
    assert (subject.commit_source, subject.dirty) == ("git", False)
    assert notes == ()


def test_a_changed_file_makes_the_decision_provisional(repository: Path) -> None:
    (repository / "a.py").write_text("a = 2\n")
    assert (subject_of(repository, {})[0].dirty, reasons(repository)) == (True, ["dirty-tree"])


def test_a_staged_change_makes_the_decision_provisional(repository: Path) -> None:
    (repository / "a.py").write_text("a = 2\n")
    git(repository, "add", "a.py")
    assert reasons(repository) == ["dirty-tree"]


def test_an_untracked_file_makes_the_decision_provisional(repository: Path) -> None:
    (repository / "new.py").write_text("")
    assert reasons(repository) == ["dirty-tree"]


def test_an_untracked_file_counts_whatever_the_user_s_git_shows(repository: Path) -> None:
    git(repository, "config", "status.showUntrackedFiles", "no")
    (repository / "new.py").write_text("")
    assert reasons(repository) == ["dirty-tree"]


def test_an_ignored_file_changes_nothing(repository: Path) -> None:
    folder = repository / ".stagegate"
    folder.mkdir()
    (folder / ".gitignore").write_text("*\n")
    (folder / "evidence.jsonl").write_text("")
    assert reasons(repository) == []


def test_a_project_below_the_root_of_its_repository(repository: Path) -> None:
    inner = repository / "inner"
    inner.mkdir()
    (inner / "b.py").write_text("")
    assert (subject_of(inner, {})[0].commit_source, reasons(inner)) == ("git", ["dirty-tree"])


def test_a_repository_wins_over_variables(repository: Path) -> None:
    assert subject_of(repository, {"GITHUB_SHA": ID})[0].commit_source == "git"


@pytest.mark.parametrize("variable", COMMIT_VARIABLES)
def test_without_a_repository_a_variable_names_the_commit(tmp_path: Path, variable: str) -> None:
    subject, notes = subject_of(tmp_path, {variable: ID})
    assert (subject.commit, subject.commit_source, subject.dirty, notes) == (ID, variable, None, ())


def test_the_first_variable_that_says_something_counts(tmp_path: Path) -> None:
    named = {"STAGEGATE_COMMIT": "", "GITHUB_SHA": ID, "GIT_COMMIT": "other"}
    assert subject_of(tmp_path, named)[0].commit_source == "GITHUB_SHA"


def test_without_repository_and_variable_the_commit_is_unknown(tmp_path: Path) -> None:
    subject, (note,) = subject_of(tmp_path, {})
    assert (subject.commit, subject.commit_source, subject.dirty) == (None, None, None)
    assert note.reason == "commit-unknown"
    assert note.text == (
        "The commit is unknown: no repository, and none of STAGEGATE_COMMIT, GITHUB_SHA, CI_COMMIT_SHA, "
        "BUILD_SOURCEVERSION, GIT_COMMIT is set."
    )


def test_a_repository_without_a_commit_knows_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert reasons(tmp_path) == ["commit-unknown"]


def test_without_git_the_variables_speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert subject_of(tmp_path, {"GIT_COMMIT": ID})[0].commit == ID


@pytest.mark.parametrize(
    ("pyproject", "name", "version"),
    [
        ('[project]\nname = "rates"\nversion = "1.2.0"\n', "rates", "1.2.0"),
        ('[project]\nname = "rates"\ndynamic = ["version"]\n', "rates", None),
        ("project = 3\n", "folder", None),
        ("[project\n", "folder", None),
        (None, "folder", None),
    ],
)
def test_name_and_version_are_those_of_the_project(
    tmp_path: Path, pyproject: str | None, name: str, version: str | None
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if pyproject is not None:
        (folder / "pyproject.toml").write_text(pyproject)
    subject = subject_of(folder, {})[0]
    assert (subject.name, subject.version) == (name, version)


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 9000, "1979-13-45"])
def test_a_pyproject_that_is_no_toml_declares_nothing(tmp_path: Path, value: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "shop"\nversion = {value}\n')
    assert subject_of(tmp_path, {"STAGEGATE_COMMIT": "a" * 40})[0].version is None
