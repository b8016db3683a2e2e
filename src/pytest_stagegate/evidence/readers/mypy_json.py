"""mypy's JSON lines, ``mypy --output json`` (from 1.11): an error or a note a line, and nothing where all is well.

Format: https://mypy.readthedocs.io/en/stable/command_line.html#cmdoption-mypy-O
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.found import Stated, ToolRun, contents, line_of
from pytest_stagegate.evidence.readers.json_documents import decoded, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_WHAT: Final = "JSON line of mypy"
_SYNTAX: Final = "syntax"


class _Line(msgspec.Struct):
    file: str
    line: int
    message: str
    severity: Literal["error", "note"]
    code: str | None = None


def read(path: Path, root: Path) -> Contents:
    """Read the errors and notes of mypy.

    Args:
        path: The file. Without any line, empty too, it is a run that found nothing.
        root: The project's root, in which mypy ran: paths are relative to where it did.

    Raises:
        EvidenceError: With file and line, when a line is not one of mypy's, as its own error messages are.
    """
    run = ToolRun("mypy", "mypy")
    text = _text(path)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        each = decoded(line, _Line, _WHAT, path.name, number)
        if each.code == _SYNTAX:
            run.faults.append((each.file, "mypy stopped at a syntax error, so it checked nothing else"))
        run.stated.append(Stated(each.code or "", each.severity, each.file, line_of(each.line), each.message))
    warnings = [] if text.strip() else ["nothing stands in it: mypy found nothing, or it did not run"]
    return contents(path, root, [run], warnings=warnings)


def _text(path: Path) -> str:
    try:
        return text_of(path, "output of mypy")
    except EvidenceError as error:
        if error.code == "empty":
            return ""
        raise
