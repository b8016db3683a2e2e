"""Goals as CSV with a header, as trackers and spreadsheets export them; see `rows_of_csv`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.evidence.readers.plan_rows import NAMES, READ, goal_of, milestones_of
from pytest_stagegate.evidence.readers.rows_of_csv import rows_of_csv
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.plan import PlanData

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, _root: Path) -> Contents:
    """Read a row for each goal.

    Args:
        path: The file; UTF-8, or UTF-16 with a byte order mark.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: As `rows_of_csv`.
    """
    goals = [goal_of(path.name, place, fields) for place, fields in rows_of_csv(path, NAMES["id"], READ)]
    return Contents(goals=PlanData(tuple(goals), milestones_of((), goals)))
