"""Files as they were at the last release, asked of the ``git`` program."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.git import GitError, git

if TYPE_CHECKING:
    from pathlib import Path

_DESCRIBED: Final = re.compile(r"(?P<tag>.+)-(?P<commits>\d+)-g[0-9a-f]+(?P<dirty>-dirty)?")


def last_release(rootdir: Path) -> str | None:
    """Return the tag of the last release before what is checked out; None without a repository or a tag.

    A commit that is itself tagged, with nothing changed since, is a release: asked for is the one before it.

    Args:
        rootdir: A folder of the work tree.
    """
    try:
        told = _DESCRIBED.fullmatch(_text(rootdir, "describe", "--tags", "--long", "--dirty"))
        if told is not None and told["commits"] == "0" and not told["dirty"]:
            told = _DESCRIBED.fullmatch(_text(rootdir, "describe", "--tags", "--long", "HEAD^"))
    except (GitError, UnicodeDecodeError):
        return None
    return told["tag"] if told is not None else None


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


def _text(rootdir: Path, *words: str) -> str:
    return git(rootdir, *words).decode().strip()
