"""``rollback``: was the way back rehearsed with this very version?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.drills_face import Drills
from pytest_stagegate.model.numbers import EnvironmentName
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class RollbackOptions(GateOptions, frozen=True):
    """Options of the gate ``rollback``.

    Attributes:
        kind: The kind of exercises that a rehearsal is.
        environments: Where it has to be rehearsed; anywhere when empty.
    """

    kind: str = "rollback"
    environments: list[EnvironmentName] = []  # noqa: RUF012 - msgspec copies it for each instance


@gate(
    name="rollback",
    title="The way back was rehearsed with this version",
    stage="deploy",
    options=RollbackOptions,
    remedy="Rehearse the way back with this version: in a test with the mark drill, or by hand, and log it.",
)
def rollback(found: Drills, options: RollbackOptions) -> Iterator[Check]:
    """Checks that a rehearsal with the version that is decided passed, and none failed."""
    passed, failed = found.rehearsed(options.kind, options.environments)
    if not passed.inspected:
        where = f" in {' or '.join(options.environments)}" if options.environments else ""
        text = f"no {options.kind} with this version is known{where}"
        yield no_evidence("rehearsed", "drill-missing", text, unit="drills")
        return
    yield check("rehearsed", passed, at_least=1)
    yield check("failed", failed, at_most=0)
