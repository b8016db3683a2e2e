from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from pytest_stagegate.evidence.trailers import trailers_of
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.reviews import Person, TrailersData

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")
DANA: Final = Person("Dana", "dana@example.org")
ERIN: Final = Person("Erin", "erin@example.org")
BY_ERIN: Final = "Reviewed-by: Erin <erin@example.org>"


def git(folder: Path, *words: str, person: Person = DANA) -> str:
    mine = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _values(person)}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **mine, **who}, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def _values(person: Person) -> tuple[tuple[str, str], ...]:
    return (("NAME", person.name), ("EMAIL", person.mail))


def commit(folder: Path, name: str, *trailers: str, person: Person = DANA) -> str:
    (folder / name).write_text(name, encoding="utf-8")
    git(folder, "add", "-A")
    message = f"{name}\n\nWhy.\n" + ("\n" + "\n".join(trailers) + "\n" if trailers else "")
    git(folder, "commit", "-q", "-m", message, person=person)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--initial-branch=main")
    commit(tmp_path, "first")
    return tmp_path


def found(folder: Path, base: str | None = None) -> TrailersData:
    data = trailers_of(folder, base, {})
    assert isinstance(data, TrailersData), data
    return data


def test_the_commits_since_the_branch_are_read_with_their_people(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    commit(repository, "a", BY_ERIN, "Co-authored-by: Gil <gil@example.org>")
    commit(repository, "b", "Reviewed-by: Frank\n  von Ulm <frank@example.org> # on paper", person=ERIN)
    data = found(repository)
    assert (data.since, data.merge) == ("main", None)
    assert [each.authors for each in data.commits] == [(ERIN,), (DANA, Person("Gil", "gil@example.org"))]
    assert [each.reviewers for each in data.commits] == [(Person("Frank von Ulm", "frank@example.org"),), (ERIN,)]


def test_on_the_branch_itself_one_commit_is_asked_about(repository: Path) -> None:
    commit(repository, "a")
    tip = commit(repository, "b", BY_ERIN)
    assert [each.commit for each in found(repository).commits] == [tip]


def test_the_very_first_commit_stands_for_itself(repository: Path) -> None:
    assert (len(found(repository).commits), found(repository).since) == (1, "")


def test_what_stands_in_the_text_is_no_trailer(repository: Path) -> None:
    git(repository, "commit", "-q", "--allow-empty", "-m", f"b\n\n{BY_ERIN}\n\nand more")
    assert found(repository).commits[0].reviewers == ()


def test_settings_of_the_user_change_no_trailer(repository: Path) -> None:
    git(repository, "config", "trailer.separators", "#")
    git(repository, "config", "log.showSignature", "true")
    commit(repository, "a", BY_ERIN)
    assert found(repository).commits[0].reviewers == (ERIN,)


def test_a_merge_speaks_for_what_it_merges_and_has_nothing_of_its_own(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    work = commit(repository, "a")
    git(repository, "checkout", "-q", "main")
    commit(repository, "c")
    git(repository, "merge", "-q", "--no-ff", "-m", f"merge\n\n{BY_ERIN}", "work")
    data = found(repository)
    assert [each.commit for each in data.commits] == [work]
    assert data.merge is not None
    assert data.merge.reviewers == (ERIN,)


def test_a_merge_that_changes_something_itself_has_to_be_reviewed_too(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    commit(repository, "a")
    git(repository, "checkout", "-q", "main")
    commit(repository, "c")
    git(repository, "merge", "-q", "--no-ff", "--no-commit", "work")
    (repository / "a").write_text("something else", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "evil")
    assert len(found(repository).commits) == 2


def test_a_mailmap_names_authors_by_all_their_names(repository: Path) -> None:
    (repository / ".mailmap").write_text("Dana Moss <dana@example.org> <old@example.org>\n", encoding="utf-8")
    commit(repository, "a", person=Person("D", "old@example.org"))
    assert set(found(repository).commits[0].authors) == {
        Person("D", "old@example.org"),
        Person("Dana Moss", "dana@example.org"),
    }


def test_hostile_trailers_are_kept_short_and_few(repository: Path) -> None:
    commit(repository, "a", *(f"Reviewed-by: {'x' * 600} <r{number}@example.org>" for number in range(150)))
    reviewers = found(repository).commits[0].reviewers
    assert len(reviewers) == 100
    assert max(len(each.name) for each in reviewers) <= 200


def test_a_shallow_clone_without_the_branch_says_nothing(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    commit(repository, "a", BY_ERIN)
    git(repository, "checkout", "-q", "main")
    copy = tmp_path / "copy"
    git(repository, "clone", "-q", "--depth=1", "--branch=work", repository.as_uri(), str(copy))
    data = trailers_of(copy, None, {})
    assert isinstance(data, Absent)
    assert data.reason == "base-unknown"


def test_a_side_that_a_shallow_clone_cuts_off_is_not_taken_for_all(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    for name in "abcd":
        commit(repository, name)
    git(repository, "checkout", "-q", "-b", "side", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", "m", "work")
    copy = tmp_path / "copy"
    git(repository, "clone", "-q", "--depth=2", "--no-single-branch", "--branch=side", repository.as_uri(), str(copy))
    assert isinstance(trailers_of(copy, "origin/main", {}), Absent)


def test_no_repository_is_said(tmp_path: Path) -> None:
    data = trailers_of(tmp_path, None, {})
    assert isinstance(data, Absent)
    assert data.reason == "no-repository"


def test_a_trailer_of_a_megabyte_of_blanks_is_read_at_once(repository: Path) -> None:
    (repository / "message").write_text(f"why\n\nReviewed-by: a{' ' * (1 << 20)}x\n{BY_ERIN}\n", encoding="utf-8")
    git(repository, "commit", "-q", "--allow-empty", "--file", "message")
    assert [each.mail for each in found(repository).commits[0].reviewers] == ["", "erin@example.org"]
