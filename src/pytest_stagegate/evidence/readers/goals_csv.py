"""Goals as CSV with a header, as trackers and spreadsheets export them: RFC 4180, also with semicolons or tabs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import text_of
from pytest_stagegate.evidence.readers.plan_rows import NAMES, goal_of, milestones_of
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.plan import PlanData

if TYPE_CHECKING:
    from pathlib import Path

_SEPARATORS: Final = ",;\t"


def read(path: Path, _root: Path) -> Contents:
    """Read a row for each goal.

    Args:
        path: The file; UTF-8, or UTF-16 with a byte order mark.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and line, when it has no column with ids, a name stands twice in its header, or a row
            has another number of fields than the header.
    """
    goals = [goal_of(path.name, place, fields) for place, fields in rows(path)]
    return Contents(goals=PlanData(tuple(goals), milestones_of((), goals)))


def rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return each row that is not blank: its place, and its fields by the names of the header in lower case.

    Raises:
        EvidenceError: As `read`.
    """
    text = text_of(path, "CSV")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_SEPARATORS, key=head.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader)]
        if not set(NAMES["id"]) & set(names):
            raise EvidenceError(f"{path.name}: its header names no column with ids: id or key")
        twice = next((name for name in names if name and names.count(name) > 1), None)
        if twice is not None:
            raise EvidenceError(f"{path.name}: its header names the column {twice[:40]!r} twice")
        found = []
        for row in reader:
            place = f"line {reader.line_num}"
            if row and len(row) != len(names):
                raise EvidenceError(f"{path.name}: {place} has {len(row)} fields, and the header {len(names)}")
            if any(field.strip() for field in row):
                found.append((place, dict(zip(names, row, strict=True))))
    except (csv.Error, StopIteration) as error:
        raise EvidenceError(f"{path.name}: this is no CSV: {error}") from error
    return found
