"""Asking the ``git`` program: one way to call it, whatever a user or a hook has configured."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_SECONDS: Final = 60
_STEERING: Final = (
    "GIT_COMMON_DIR",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIFF_OPTS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
"""Variables that would change what a diff looks like, or point to another repository, as git sets them for hooks."""


class GitError(Exception):
    """git gave no answer; the text is a part of a sentence that says why.

    Attributes:
        status: The exit status, or None where git did not come to its end.
        there: Whether there is such a program.
    """

    def __init__(self, text: str, *, status: int | None = None, there: bool = True) -> None:
        super().__init__(text)
        self.status = status
        self.there = there


def git(folder: Path, *words: str) -> bytes:
    """Return what git prints when it is called in a folder.

    Args:
        folder: Where it is called.
        words: Command and arguments; a word of the user's must not stand where git expects an option.

    Raises:
        GitError: When there is no git, it takes too long, or it ends with another status than 0.
    """
    # In a container the folder often belongs to somebody else; what git guards against there, pytest runs anyway.
    command = ["git", "-c", "safe.directory=*", *words]
    environment = {name: value for name, value in os.environ.items() if name not in _STEERING}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        answer = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        text = said[-1] if said else f"it ended with status {error.returncode}"
        raise GitError(text, status=error.returncode) from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"it gave no answer within {_TIMEOUT_SECONDS} s") from error
    # A word of the policy may hold what no argument can.
    except (OSError, ValueError) as error:
        raise GitError(f"it can't be called: {error}", there=not isinstance(error, FileNotFoundError)) from error
    return answer.stdout
