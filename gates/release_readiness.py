"""What goes out was found sound without an excuse: no waiver, nothing that only a mild enforcement let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate import Decisions, check, gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate import Check


@gate(
    stage="release",
    title="The tests needed no excuse",
    remedy="Mend what the decision of the stage test excuses, and decide it again.",
)
def released_without_excuses(decisions: Decisions) -> Iterator[Check]:
    """Yield what the decisions of the stage *test* let pass; the gate `upstream` demands that there is one."""
    tested = [each.decision for each in decisions.of("test")]
    waived = tuple(row.gate for decision in tested for row in decision.waivers if row.state == "used")
    excused = tuple(result.gate for decision in tested for result in decision.gates if result.would)
    judged = sum(1 for decision in tested for result in decision.gates if result.verdict == "PASS")
    yield check("gates met", judged, at_least=8, inspected=len(tested), unit="gates")
    yield check("waivers used", len(waived), at_most=0, inspected=len(tested), unit="waivers", where=waived)
    yield check("would have blocked", len(excused), at_most=0, inspected=len(tested), unit="gates", where=excused)
