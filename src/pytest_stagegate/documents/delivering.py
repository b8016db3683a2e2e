"""Handing over to a CI system what it takes from files of its own and from the standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.github import GITHUB_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

DETECTED: Final = {"github": ("GITHUB_ACTIONS", "true"), "gitlab": ("GITLAB_CI", "true")}
"""Format to the variable, and its value, by which the system is known that takes it."""

_SUMMARY, _OUTPUTS, _ANNOTATIONS = GITHUB_FILES
_APPENDED: Final = {_SUMMARY: "GITHUB_STEP_SUMMARY", _OUTPUTS: "GITHUB_OUTPUT"}


def delivered(files: Mapping[Path, bytes], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Hand over what was written for GitHub; nothing where it was not asked for.

    Args:
        files: Content of each document by its path.
        environ: The variables; they name the files to which GitHub wants summary and outputs added.

    Returns:
        Lines for the standard output.

    Raises:
        OSError: When one of these files can't be written.
    """
    by_name = {path.name: content for path, content in files.items()}
    for name, variable in _APPENDED.items():
        if name in by_name and environ.get(variable):
            with Path(environ[variable]).open("ab") as file:
                file.write(by_name[name])
    return tuple(by_name.get(_ANNOTATIONS, b"").decode().splitlines())
