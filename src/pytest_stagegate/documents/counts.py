"""The counts of a run as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.signs import CellView
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.decision import Cell, Decision, Tests
    from pytest_stagegate.model.expected import ExpectedRow

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
        rows: Each stage with a cell for each environment; a cell without tests says whether any were needed.
        broad: Whether a sheet of paper is too narrow for them side by side.
        missing: Each cell that must have tests and has none, in words.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]
    broad: bool
    missing: tuple[str, ...]


_WORSE: Final = ("failed", "errors", "lost")
_LESS: Final = ("skipped", "xfailed", "xpassed", "flaky")
_ABREAST: Final = 3
"""Environments that a sheet of paper has room for side by side."""


def grid(decision: Decision) -> GridView:
    """Return how the tests of each stage ended in each environment."""
    cells = {(cell.stage, cell.environment): cell for cell in decision.matrix}
    missing = tuple(each for each in decision.expected if not each.executed)
    named = (each.environment for each in decision.expected if each.environment is not None)
    environments = tuple(dict.fromkeys([*(cell.environment for cell in decision.matrix), *named]))
    if missing and not environments:
        environments = (decision.environment,)
    flow, tested = (row.stage for row in decision.stages), (cell.stage for cell in decision.matrix)
    stages = dict.fromkeys([*flow, *tested, *(each.stage for each in decision.expected)])
    return GridView(
        head=tuple(clean(each or "no environment") for each in environments),
        rows=tuple(
            (
                clean(stage),
                tuple(_grid_cell(cells.get((stage, each)), _lacks(missing, stage, each)) for each in environments),
            )
            for stage in stages
        ),
        broad=len(environments) > _ABREAST,
        missing=tuple(clean(str(each)) for each in missing),
    )


def _lacks(missing: Sequence[ExpectedRow], stage: str, environment: str | None) -> tuple[str, ...]:
    """Return what a cell must have and lacks, in words; it lacks what is needed anywhere as well."""
    here = [each for each in missing if each.stage == stage and each.environment in (None, environment)]
    anywhere = {True: "missing in any environment", False: "missing"}
    return tuple(
        f"{anywhere[each.environment is None]}{f': shard {clean(each.shard)}' if each.shard else ''}" for each in here
    )


def _grid_cell(cell: Cell | None, lacks: tuple[str, ...]) -> CellView:
    told = (*(_told(cell) if cell is not None else ()), *lacks)
    if lacks and not (cell is not None and any(getattr(cell, name) for name in _WORSE)):
        return CellView("?", "hold", ", ".join(told))
    if cell is None:
        return CellView("–", "quiet unasked", "not required")
    if cell.collected == cell.deselected:
        return CellView("–", "quiet", ", ".join(told))
    if any(getattr(cell, name) for name in _WORSE):
        return CellView("✘", "no-go", ", ".join(told))
    if not cell.passed:
        return CellView("?", "hold", ", ".join(told))
    return CellView("✔", "quiet" if len(told) > 1 else "go", ", ".join(told))


def _told(cell: Cell) -> tuple[str, ...]:
    wanted = cell.collected - cell.deselected
    if not wanted:
        return (f"{cell.deselected} left out",)
    not_passed = (f"{getattr(cell, name)} {name}" for name in (*_WORSE, *_LESS) if getattr(cell, name))
    return (f"{cell.passed} of {wanted} passed", *not_passed)
