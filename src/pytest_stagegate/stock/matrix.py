"""``matrix``: does every cell that the policy expects have evidence?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from pytest_stagegate.hooks import GateOptions, Matrix, gate
from pytest_stagegate.model.numbers import Measure, Ratio
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator


class MatrixOptions(GateOptions, frozen=True):
    """Limits of the gate ``matrix``.

    Attributes:
        min_executed: How many tests have to be executed in each cell.
    """

    min_executed: Annotated[int, msgspec.Meta(ge=1)] = 1


@gate(
    name="matrix",
    title="Every expected stage, environment and shard has evidence",
    options=MatrixOptions,
    remedy="See why so few tests ran in the cells listed under 'where', or lower min_executed.",
)
def matrix(expected: Matrix, options: MatrixOptions) -> Iterator[Check]:
    """Checks how many expected cells have evidence, and the number of tests in the one that has the fewest."""
    if not expected.cells:
        nothing = no_evidence("cells", "not-declared", "the policy expects no cell of the stages that are decided")
        yield msgspec.structs.replace(nothing, verdict=Verdict.NOT_APPLICABLE, shown="")
        return
    filled = [(cell, executed) for cell, executed in expected.cells if executed]
    empty = tuple(str(cell) for cell, executed in expected.cells if not executed)
    share = Measure(Ratio(len(filled), len(expected.cells)), unit="cells", inspected=len(expected.cells), where=empty)
    cells = check("cells", share, at_least="100 %")
    if empty:
        cells = msgspec.structs.replace(cells, verdict=Verdict.NO_EVIDENCE, reason="cell-missing")
    yield cells
    small = tuple(f"{cell} ({executed})" for cell, executed in filled if executed < options.min_executed)
    fewest = min((executed for _, executed in filled), default=0)
    yield check(
        "executed", Measure(fewest, unit="tests", inspected=len(filled), where=small), at_least=options.min_executed
    )
