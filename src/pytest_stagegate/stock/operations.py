"""``operations``: is everything written that people need to roll the release out, run it and take it back?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.operations import Operations
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class OperationsOptions(GateOptions, frozen=True):
    """Limits of the gate ``operations``.

    Attributes:
        documents: The documents of which nothing may be left open.
    """

    documents: list[Literal["runbook", "rollout", "rollback", "hand-over"]] = msgspec.field(default_factory=list)

    def declares_a_limit(self) -> bool:
        """Return whether any document is asked for."""
        return bool(self.documents)


@gate(
    name="operations",
    title="Operators have all they need to roll out, run and take back the release",
    stage="release",
    options=OperationsOptions,
    remedy=(
        "Write what is listed under 'where' into [tool.stagegate.operations], and let the test that rehearses the "
        "rollback run and pass."
    ),
)
def operations(written: Operations, tests: TestResults, options: OperationsOptions) -> Iterator[Check]:
    """Checks the open points of each document, and for the rollback the test that rehearses it."""
    for document in dict.fromkeys(options.documents):
        points = written.points(document)
        where = tuple(f"{key} ({lack})" for key, lack in points.items() if lack)
        measure = Measure(len(where), unit="open points", inspected=len(points), where=where)
        yield check(document, measure, at_most=0)
    if "rollback" in options.documents and written.rehearsed_by:
        yield _rehearsal(written.rehearsed_by, tests)


def _rehearsal(pattern: str, tests: TestResults) -> Check:
    """Return whether every test of a pattern passed; one that was not executed rehearsed nothing."""
    found = tests.matching(pattern)
    if found.bad:
        inspected = found.passed + len(found.bad) + len(found.unproven)
        measure = Measure(len(found.bad), unit="tests", inspected=inspected, where=found.bad)
        return check("rehearsal", measure, at_most=0)
    if found.unproven or not found.passed:
        text = f"the rollback is not rehearsed: no test {pattern} was executed"
        if found.unproven:
            text = f"the rollback is not rehearsed: {found.unproven[0]}"
        return no_evidence("rehearsal", "required-missing", text, unit="tests", where=found.unproven)
    return check("rehearsal", Measure(0, unit="tests", inspected=found.passed), at_most=0)
