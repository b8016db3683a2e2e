"""What gates over goals share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.thresholds import no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.goals_face import Goals
    from pytest_stagegate.model.verdicts import Check


def without_goals(goals: Goals) -> Iterator[Check]:
    """Yield that a plan can't be read, or that there is no goal at all."""
    if goals.problems:
        yield no_evidence("plan", goals.problem_reason, "; ".join(goals.problems))
    elif not goals.rows:
        yield no_evidence("plan", "goals-missing", "there is no plan, or no goal in it")
