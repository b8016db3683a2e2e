"""Handing over to a CI system what it takes from files of its own and from the standard output."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.github import GITHUB_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

DETECTED: Final = {"github": ("GITHUB_ACTIONS", "true"), "gitlab": ("GITLAB_CI", "true")}
"""Format to the variable, and its value, by which the system is known that takes it."""

_LARGEST: Final = 1024 * 1024
"""Bytes that the summary of one step may have."""
_NO_ROOM: Final = b"\n\nThe summary of this step has no room for more of it: see report.html.\n"
_COMMAND: Final = re.compile(r"^(\s*:)(?=:)|(##)(?=\[)", re.MULTILINE)
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
            path = Path(environ[variable])
            content = by_name[name] if name != _SUMMARY else _with_room(by_name[name], path)
            with path.open("ab") as file:
                file.write(content)
    return tuple(line for line in by_name.get(_ANNOTATIONS, b"").decode().split("\n") if line)


def _with_room(summary: bytes, path: Path) -> bytes:
    """Return as much of a summary as the step's file still takes; one that is too large is not shown at all."""
    taken = path.stat().st_size if path.is_file() else 0
    if taken + len(summary) <= _LARGEST:
        return summary
    head = summary.partition(b"\n## ")[0].strip() + _NO_ROOM
    return head if taken + len(head) <= _LARGEST else b""


def inert(text: str, environ: Mapping[str, str]) -> str:
    """Return a text of which GitHub takes no line for a command to itself; elsewhere it is as it was.

    A command is a line that begins with two colons behind blanks, or one that holds two hashes and a bracket anywhere.
    Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs

    Args:
        text: What people are shown, with words of tests in it.
        environ: The variables, which tell where this is.
    """
    variable, value = DETECTED["github"]
    return _COMMAND.sub(lambda found: f"{found[0]} ", text) if environ.get(variable) == value else text
