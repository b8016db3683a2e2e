"""What ``git`` says of releases: which was the last one, and what a file was then."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_stagegate.evidence.git import GitError, git

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def last_release(folder: Path, patterns: Sequence[str]) -> str | None:
    """Return the nearest release tag before what is checked out; None without a repository or such a tag.

    A commit that is itself tagged, with nothing changed since, is the release that is being judged: asked for is the
    one before it.

    Args:
        folder: A folder of the work tree.
        patterns: Globs of tags that are releases.
    """
    try:
        here = [] if _changed(folder) else _decoded(git(folder, "tag", "--points-at", "HEAD")).splitlines()
        wanted = [f"--match={pattern}" for pattern in patterns]
        others = [f"--exclude={name}" for name in here]
        answer = git(folder, "describe", "--tags", "--abbrev=0", *wanted, *others, "HEAD")
    except GitError:
        return None
    return _decoded(answer).removesuffix("\n")


def read_at(rootdir: Path, tag: str, path: Path) -> str:
    """Return the text of a file at a tag.

    Raises:
        FileNotFoundError: When it was not there, or git can't say.
        UnicodeDecodeError: When it is not UTF-8.
    """
    name = os.path.relpath(path, rootdir).replace(os.sep, "/")
    try:
        return git(rootdir, "show", f"refs/tags/{tag}:./{name}").decode("utf-8-sig")
    except GitError as error:
        raise FileNotFoundError(2, "it is not at that tag", name) from error


def _changed(folder: Path) -> bool:
    """Return whether a tracked file differs from the commit.

    Raises:
        GitError: When git can't say.
    """
    try:
        git(folder, "diff", "--quiet", "--ignore-submodules", "HEAD")
    except GitError as error:
        if error.status != 1:
            raise
        return True
    return False


def _decoded(answer: bytes) -> str:
    return answer.decode("utf-8", "surrogateescape")
