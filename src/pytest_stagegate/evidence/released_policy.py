"""Files as they were at the last release, asked of the ``git`` program."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_SECONDS: Final = 60
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
    except (OSError, ValueError, subprocess.SubprocessError):
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
        return _git(rootdir, "show", f"refs/tags/{tag}:./{name}").decode("utf-8-sig")
    except (OSError, subprocess.SubprocessError) as error:
        raise FileNotFoundError(2, "it is not at that tag", name) from error


def _text(rootdir: Path, *words: str) -> str:
    return _git(rootdir, *words).decode().strip()


def _git(rootdir: Path, *words: str) -> bytes:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    # In a container the folder often belongs to somebody else; what git guards against there, pytest runs anyway.
    command = ["git", "-c", "safe.directory=*", *words]
    done = subprocess.run(
        command, cwd=rootdir, env=environment, capture_output=True, timeout=_TIMEOUT_SECONDS, check=True
    )
    return done.stdout
