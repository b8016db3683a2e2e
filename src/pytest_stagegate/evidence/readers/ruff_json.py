"""Ruff's JSON, ``ruff check --output-format json``: one array, a rule violation an object.

Ruff knew no severities for long, and everything that it reports made it end with 1; so a violation is an error where
it does not state another ``severity``. Format: https://docs.astral.sh/ruff/settings/#output-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.evidence.readers.found import Stated, ToolRun, contents, line_of, not_parsed
from pytest_stagegate.evidence.readers.json_documents import document

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

SYNTAX: Final = "invalid-syntax"
"""What Ruff calls its rule for a file that it can't parse; before 0.12 the rule had no code."""

_LEVELS: Final = {"error": "error", "fatal": "error", "warning": "warning", "info": "note", "help": "note"}


class _Location(msgspec.Struct):
    row: int


class _Violation(msgspec.Struct):
    message: str
    code: str | None
    filename: str
    location: _Location | None
    severity: str | None = None


def read(path: Path, root: Path) -> Contents:
    """Read the violations of a Ruff JSON report; an empty array is a run that found nothing.

    Args:
        path: The file.
        root: The project's root; paths in the report are absolute.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    run = ToolRun("ruff", "ruff")
    for each in document(path, list[_Violation], "JSON report of Ruff"):
        rule = each.code or SYNTAX
        if rule == SYNTAX:
            run.faults.append(not_parsed(each.filename))
        level = _LEVELS.get(each.severity or "error", "error")
        line = line_of(each.location.row if each.location else None)
        run.stated.append(Stated(rule, level, each.filename, line, each.message))
    return contents(path, root, [run])
