"""Coverage where a mistake would let software pass that must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate import Coverage, check, gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate import Check

DECIDING = ("decide.py", "thresholds.py", "judging.py", "stock/**")


@gate(
    stage="test",
    title="The code that decides is covered best",
    remedy="Add the missing case to tests/unit, beside the table that it belongs to.",
)
def deciding_code_covered(coverage: Coverage) -> Iterator[Check]:
    """Yield lines and branches of each part that turns evidence into a decision."""
    for part in DECIDING:
        measured = coverage.under(f"**/pytest_stagegate/{part}")
        yield check(f"{part} lines", measured.lines, at_least="98 %")
        yield check(f"{part} branches", measured.branches, at_least="90 %")
