"""``requirements``: is it clear what has to be delivered, and do tests show it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.numbers import EnvironmentName, Share
from pytest_stagegate.stock._goals import without_goals
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check

_ALL = Share.parse("100 %")


class RequirementsOptions(GateOptions, frozen=True):
    """Limits of the gate ``requirements``.

    Attributes:
        complete: Share of *must* goals of which the plan has to say id, priority, owner and acceptance.
        linked: Share of *must* goals that a test has to be linked to.
        verified: Share of *must* goals whose linked tests have to have passed; from the stage *test* on.
        environments: Environments in each of which they have to have passed.
    """

    complete: Share = _ALL
    linked: Share = _ALL
    verified: Share = _ALL
    environments: list[EnvironmentName] = []  # noqa: RUF012 - msgspec copies it for each instance


@gate(
    name="requirements",
    title="Every goal that must be met is described, linked to a test, and verified",
    stage=("plan", "test"),
    options=RequirementsOptions,
    remedy=(
        "Write into the plan what is missing, and link a test to each goal under 'where': "
        '@pytest.mark.requirement("ID"). From the stage test on, its tests have to pass, those by hand too.'
    ),
)
def requirements(goals: Goals, options: RequirementsOptions) -> Iterator[Check]:
    """Checks what the plan says of each goal, its links, its results, and that ids are known and unique."""
    lacking = tuple(without_goals(goals))
    yield from lacking
    if not goals.rows:
        return
    yield check("complete", goals.complete, at_least=options.complete)
    yield check("linked", goals.linked, at_least=options.linked)
    if goals.verified_here:
        yield check("verified", goals.verified(options.environments), at_least=options.verified)
    yield check("orphans", goals.orphans, at_most=0)
    yield check("duplicates", goals.duplicates, at_most=0)
