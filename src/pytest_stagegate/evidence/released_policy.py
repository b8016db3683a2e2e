"""Files as they were at a release, asked of the ``git`` program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_stagegate.evidence.git import GitError, git

if TYPE_CHECKING:
    from pathlib import Path


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
