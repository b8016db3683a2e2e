"""Bandit's JSON, ``bandit -f json``.

Format: https://bandit.readthedocs.io/en/latest/formatters/json.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.evidence.readers.found import Stated, ToolRun, contents, line_of
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_LEVELS: Final = {"HIGH": "error", "MEDIUM": "warning", "LOW": "note"}


class _Issue(msgspec.Struct):
    filename: str
    issue_severity: str
    issue_text: str
    test_id: str
    line_number: int | None = None


class _Error(msgspec.Struct):
    filename: str
    reason: str


class _Report(msgspec.Struct):
    results: list[_Issue]
    errors: list[_Error]
    metrics: dict[str, dict[str, Any]]
    generated_at: str = ""


def read(path: Path, root: Path) -> Contents:
    """Read the issues of a Bandit report.

    Args:
        path: The file.
        root: The project's root; paths in the report are relative to it.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    report = document(path, _Report, "JSON report of Bandit")
    run = ToolRun("bandit", "bandit")
    # A severity that Bandit does not define weighs as the highest.
    run.stated = [
        Stated(
            each.test_id,
            _LEVELS.get(each.issue_severity, "error"),
            each.filename,
            line_of(each.line_number),
            each.issue_text,
        )
        for each in report.results
    ]
    run.faults = [(each.filename, each.reason) for each in report.errors]
    if not any(name != "_totals" for name in report.metrics):
        run.faults.append(("", "it looked at no file"))
    return contents(path, root, [run], created=rfc3339(instant(report.generated_at)))
