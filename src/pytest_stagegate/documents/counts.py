"""The counts of a run as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Cell, Tests

_COUNTED: Final = (
    "collected",
    "executed",
    "passed",
    "failed",
    "errors",
    "skipped",
    "xfailed",
    "xpassed",
    "flaky",
    "deselected",
    "lost",
)

_LABELS: Final = {
    "skipped_files": "files skipped as a whole",
    "not_selected": "deselected by stage or environment",
    "manual": "left to people",
    "untagged": "without a stage of their own",
    "subtests": "subtests",
}

MATRIX_HEAD: Final = ("stage", "environment", *_COUNTED)
"""Column heads of the matrix."""


def totals(tests: Tests) -> tuple[tuple[str, str], ...]:
    """Return label and value of every count; tests that are left to people only where there are some."""
    names = [name for name in (*_COUNTED, *_LABELS) if name != "manual" or tests.manual]
    return tuple((_LABELS.get(name, name), str(getattr(tests, name))) for name in names)


def matrix_row(cell: Cell) -> tuple[str, ...]:
    """Return the row of one stage and environment."""
    return (cell.stage, cell.environment or "–", *(str(getattr(cell, name)) for name in _COUNTED))
