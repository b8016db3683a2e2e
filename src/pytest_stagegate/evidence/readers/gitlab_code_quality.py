"""GitLab's code quality report, a JSON array of Code Climate issues.

Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

The format names no tool: its findings are those of a tool called ``gitlab-code-quality``, unless an attachment says
who made the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.evidence.readers.found import Stated, ToolRun, contents, line_of, not_parsed
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.ruff_json import SYNTAX

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

TOOL: Final = "gitlab-code-quality"
"""Stands for the tool, which the format does not name."""

_LEVELS: Final = {"blocker": "error", "critical": "error", "major": "error", "minor": "warning", "info": "note"}


class _At(msgspec.Struct):
    line: int


class _Lines(msgspec.Struct):
    begin: int | _At | None = None


class _Location(msgspec.Struct):
    path: str
    lines: _Lines | None = None
    positions: _Lines | None = None


class _Issue(msgspec.Struct):
    description: str
    location: _Location
    fingerprint: str | None = None
    severity: str | None = None
    check_name: str | None = None


def read(path: Path, root: Path) -> Contents:
    """Read the issues of a code quality report; an empty array is a run that found nothing.

    Args:
        path: The file.
        root: The project's root; paths in the report are relative to it.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    run = ToolRun(TOOL)
    unknown: dict[str, None] = {}
    for each in document(path, list[_Issue], "code quality report"):
        severity = (each.severity or "").lower()
        if severity not in _LEVELS:
            unknown[severity[:40]] = None
        rule = each.check_name or ""
        if rule == SYNTAX:
            run.faults.append(not_parsed(each.location.path))
        run.stated.append(
            Stated(
                rule,
                _LEVELS.get(severity, "error"),
                each.location.path,
                _line(each.location),
                each.description,
                each.fingerprint or "",
            )
        )
    told = ", ".join(repr(word) for word in list(unknown)[:5])
    warnings = [f"the format does not know the severity {told}, which counts as an error"] if unknown else []
    return contents(path, root, [run], warnings=warnings)


def _line(location: _Location) -> int:
    begin = (location.lines or location.positions or _Lines()).begin
    return line_of(begin.line if isinstance(begin, _At) else begin)
