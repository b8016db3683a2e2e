"""Which release was the last one, asked of the ``git`` program."""

from __future__ import annotations

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
