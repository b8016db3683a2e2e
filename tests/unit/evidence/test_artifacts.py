from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.evidence.artifacts import artifacts_of

if TYPE_CHECKING:
    from pathlib import Path


def names(root: Path, *globs: str) -> tuple[list[str], list[str]]:
    artifacts, notes = artifacts_of(root, globs)
    return [each.name for each in artifacts], [note.reason for note in notes]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("dist/b.whl", "b"), ("dist/a.whl", "a"), ("dist/old/a.whl", "old"), ("dist/.tmp/c.whl", "c")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_what_a_glob_matches_is_listed_by_name(root: Path) -> None:
    assert names(root, "dist/*.whl", "dist/a.whl") == (["a.whl", "b.whl"], [])


def test_two_of_one_name_are_listed_and_told(root: Path) -> None:
    assert names(root, "dist/**") == (["a.whl", "a.whl", "b.whl"], ["artifact-ambiguous"])


def test_two_of_one_name_with_the_same_bytes_are_one(root: Path) -> None:
    (root / "dist/old/a.whl").write_text("a")
    assert names(root, "dist/**") == (["a.whl", "b.whl"], [])


def test_a_folder_with_a_dot_is_searched_where_it_is_named(root: Path) -> None:
    assert names(root, "dist/.tmp/*.whl") == (["c.whl"], [])


def test_one_that_cannot_be_read_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_stagegate.evidence.artifacts.sha256_of", lambda path: None)
    assert names(root, "dist/b.whl") == ([], ["artifact-unreadable"])


def test_nothing_that_matches_is_no_fault(root: Path) -> None:
    assert names(root, "out/*.whl", "dist/*.tar.gz") == ([], [])
