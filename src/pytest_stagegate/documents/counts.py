"""The counts of a run as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.signs import EMPTY_CELL, CellView
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Cell, Decision, Tests

COUNTED: Final = (
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
"""The counts of tests, in the order in which people are told."""

_LABELS: Final = {
    "skipped_files": "files skipped as a whole",
    "not_selected": "deselected by stage or environment",
    "manual": "left to people",
    "untagged": "without a stage of their own",
    "subtests": "subtests",
}

MATRIX_HEAD: Final = ("stage", "environment", *COUNTED)
"""Column heads of the matrix."""


def totals(tests: Tests) -> tuple[tuple[str, str], ...]:
    """Return label and value of every count; tests that are left to people only where there are some."""
    names = [name for name in (*COUNTED, *_LABELS) if name != "manual" or tests.manual]
    return tuple((_LABELS.get(name, name), str(getattr(tests, name))) for name in names)


def matrix_row(cell: Cell) -> tuple[str, ...]:
    """Return the row of one stage and environment."""
    return (clean(cell.stage), clean(cell.environment or "–"), *(str(getattr(cell, name)) for name in COUNTED))


class GridView(msgspec.Struct, frozen=True):
    """Stages by environments.

    Attributes:
        head: The environments.
        rows: Each stage with a cell for each environment.
        broad: Whether a sheet of paper is too narrow for them side by side.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]
    broad: bool


_WORSE: Final = ("failed", "errors", "lost")
_LESS: Final = ("skipped", "xfailed", "xpassed", "flaky")
_ABREAST: Final = 3
"""Environments that a sheet of paper has room for side by side."""


def grid(decision: Decision) -> GridView:
    """Return how the tests of each stage ended in each environment; stages without any test stay empty."""
    cells = {(cell.stage, cell.environment): cell for cell in decision.matrix}
    environments = tuple(dict.fromkeys(cell.environment for cell in decision.matrix))
    stages = dict.fromkeys([*(row.stage for row in decision.stages), *(cell.stage for cell in decision.matrix)])
    return GridView(
        head=tuple(clean(each or "no environment") for each in environments),
        rows=tuple(
            (clean(stage), tuple(_grid_cell(cells.get((stage, each))) for each in environments)) for stage in stages
        ),
        broad=len(environments) > _ABREAST,
    )


def _grid_cell(cell: Cell | None) -> CellView:
    if cell is None:
        return EMPTY_CELL
    wanted = cell.collected - cell.deselected
    if not wanted:
        return CellView("–", "quiet", f"{cell.deselected} left out")
    told = [f"{getattr(cell, name)} {name}" for name in (*_WORSE, *_LESS) if getattr(cell, name)]
    text = ", ".join([f"{cell.passed} of {wanted} passed", *told])
    if any(getattr(cell, name) for name in _WORSE):
        return CellView("✘", "no-go", text)
    if not cell.passed:
        return CellView("?", "hold", text)
    return CellView("✔", "quiet" if told else "go", text)
