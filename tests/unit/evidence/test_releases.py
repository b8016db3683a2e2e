from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest

from pytest_stagegate.evidence.releases import last_release, read_at
from pytest_stagegate.policy.model import RELEASE_TAGS
from pytest_stagegate.project import load_project, released_policy

PERSON = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *PERSON, *words], cwd=root, check=True, capture_output=True)


def commit(root: Path, text: str, tag: str = "") -> None:
    (root / "stagegate.toml").write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=more")
    if tag:
        git(root, "tag", tag)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_without_a_repository_there_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert last_release(tmp_path, RELEASE_TAGS) is None


def test_without_a_tag_there_is_no_release(repository: Path) -> None:
    commit(repository, "")
    assert last_release(repository, RELEASE_TAGS) is None


def test_the_last_tag_before_the_work_is_the_last_release(repository: Path) -> None:
    commit(repository, "", tag="v1-rc-2")
    commit(repository, "untagged = 'error'")
    assert last_release(repository, RELEASE_TAGS) == "v1-rc-2"


def test_a_release_is_compared_with_the_one_before_it(repository: Path) -> None:
    commit(repository, "", tag="v1")
    commit(repository, "untagged = 'error'", tag="v2")
    assert last_release(repository, RELEASE_TAGS) == "v1"


def test_the_first_release_has_none_before_it(repository: Path) -> None:
    commit(repository, "", tag="v1")
    assert last_release(repository, RELEASE_TAGS) is None


def test_what_is_changed_on_a_release_is_compared_with_it(repository: Path) -> None:
    commit(repository, "", tag="v1")
    (repository / "stagegate.toml").write_text("untagged = 'error'")
    assert last_release(repository, RELEASE_TAGS) == "v1"


def test_a_tag_of_another_kind_is_no_release(repository: Path) -> None:
    commit(repository, "", tag="v1")
    commit(repository, "untagged = 'error'", tag="nightly")
    commit(repository, "untagged = 'default'")
    assert last_release(repository, RELEASE_TAGS) == "v1"
    assert last_release(repository, ["night*"]) == "nightly"


def test_a_file_is_read_as_it_was(repository: Path) -> None:
    commit(repository, "before", tag="v1")
    commit(repository, "after")
    (repository / "sub").mkdir()
    for root in (repository, repository / "sub"):
        assert read_at(root, "v1", repository / "stagegate.toml") == "before"


def test_a_file_that_was_not_there_is_missing(repository: Path) -> None:
    commit(repository, "", tag="v1")
    with pytest.raises(FileNotFoundError):
        partial(read_at, repository, "v1")(repository / "none.toml")


def test_the_released_policy_is_resolved_with_the_files_of_then(repository: Path) -> None:
    (repository / "base.toml").write_text("[gate.flaky]\nmax_flaky = 0")
    commit(repository, "extends = 'base.toml'", tag="v1")
    (repository / "base.toml").write_text("[gate.flaky]\nmax_flaky = 5")
    commit(repository, "extends = 'base.toml'\ndefault_stage = 'code'")
    released = released_policy(load_project(repository))
    assert released is not None
    assert (released.tag, released.source) == ("v1", "stagegate.toml")
    assert released.content == '{"gate":{"flaky":{"max_flaky":0}}}'


def test_a_policy_of_then_that_can_t_be_read_is_compared_with_nothing(repository: Path) -> None:
    commit(repository, "a = = 1", tag="v1")
    commit(repository, "default_stage = 'code'")
    assert released_policy(load_project(repository)) is None


def test_without_a_policy_git_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_stagegate.project.last_release", lambda rootdir, patterns: pytest.fail("asked"))
    assert released_policy(load_project(tmp_path)) is None
