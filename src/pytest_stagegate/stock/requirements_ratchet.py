"""``requirements-ratchet``: is no goal further from being met than it once was?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.stock._comparing import without_baseline
from pytest_stagegate.stock._goals import without_goals
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class RequirementsRatchetOptions(GateOptions, frozen=True):
    """Limits of the gate ``requirements-ratchet``.

    Attributes:
        max_fallen: How many goals may be further from being met than they were.
    """

    max_fallen: Count = 0


@gate(
    name="requirements-ratchet",
    title="No goal is described, linked or verified less than it once was",
    stage=("plan", "test"),
    options=RequirementsRatchetOptions,
    remedy=(
        "Put back what the goals under 'where' had. Where a step down is meant: "
        "stagegate baseline update --accept GATE, with the name of this gate."
    ),
)
def requirements_ratchet(goals: Goals, baseline: Baseline, options: RequirementsRatchetOptions) -> Iterator[Check]:
    """Checks each goal of the baseline by its id; new goals are no step down."""
    lacking = tuple(without_goals(goals))
    yield from lacking
    if not goals.rows:
        return
    stored = baseline.of("goals")
    if isinstance(stored, Absent):
        yield without_baseline("fallen", stored, unit="goals")
    else:
        yield check("fallen", goals.fallen(stored), at_most=options.max_fallen)
