"""From links between requirements and tests to a row for each requirement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.links import REQUIREMENT
from pytest_stagegate.model.requirements import LINKED_LIMIT, LinkedTest, RequirementRow
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.manual import ManualRow
    from pytest_stagegate.model.tests import TestData

_BAD: Final = (Outcome.FAILED, Outcome.ERROR)
_WORST_FIRST: Final = (
    *_BAD,
    Outcome.LOST,
    Outcome.SKIPPED,
    Outcome.XFAILED,
    Outcome.XPASSED,
    Outcome.DESELECTED,
    Outcome.PASSED,
)

_MANUAL: Final = {
    "failed": Outcome.FAILED,
    "blocked": Outcome.FAILED,
    "pending": Outcome.DESELECTED,
    "stale": Outcome.DESELECTED,
    "passed": Outcome.PASSED,
}
"""What the outcome of a manual test is worth among others."""


def requirement_rows(data: TestData, manual: Sequence[ManualRow] = ()) -> tuple[RequirementRow, ...]:
    """Return a row for each requirement that a test is linked to, by id.

    A test that was left out in one environment counts where it ran in another.

    Args:
        data: Tests and their links.
        manual: The manual tests of the decision.
    """
    by_hand: dict[str, list[ManualRow]] = defaultdict(list)
    for row in manual:
        for name in row.requirements:
            by_hand[name].append(row)
    linked = data.links.of(REQUIREMENT)
    return tuple(_row(data, name, linked.get(name, ()), by_hand[name]) for name in sorted({*linked, *by_hand}))


def _row(data: TestData, name: str, indexes: Sequence[int], manual: Sequence[ManualRow]) -> RequirementRow:
    ran = {data.plain_id(index) for index in indexes if data.outcomes[index] != Outcome.DESELECTED}
    counting = [i for i in indexes if data.outcomes[i] != Outcome.DESELECTED or data.plain_id(i) not in ran]
    linked = sorted([*(_linked(data, index) for index in counting), *map(_by_hand, manual)], key=_place)
    outcomes = {Outcome(data.outcomes[index]) for index in counting} | {_MANUAL[row.outcome] for row in manual}
    executed = any(data.executed(index) for index in counting) or any(row.outcome == "passed" for row in manual)
    kept = tuple(linked[:LINKED_LIMIT])
    return RequirementRow(id=name, outcome=_word(outcomes, executed), tests=kept, tests_omitted=len(linked) - len(kept))


def _word(outcomes: set[Outcome], executed: bool) -> str:
    if not outcomes.isdisjoint(_BAD):
        return "failed"
    if outcomes == {Outcome.PASSED}:
        return "passed"
    return "partial" if executed else "not-run"


def _linked(data: TestData, index: int) -> LinkedTest:
    tag = data.tags[data.tag_of[index]]
    return LinkedTest(
        id=data.plain_id(index),
        stage=tag.stage,
        environment=tag.ran_in,
        shard=tag.shard,
        outcome=Outcome(data.outcomes[index]).word,
    )


def _by_hand(row: ManualRow) -> LinkedTest:
    return LinkedTest(
        id=row.id, stage=row.stage, environment=row.environment, shard=None, outcome=row.outcome, manual=True
    )


def _place(test: LinkedTest) -> tuple[int, str, str, str, str]:
    rank = _WORST_FIRST.index(_MANUAL[test.outcome] if test.manual else Outcome[test.outcome.upper()])
    return rank, test.id, test.stage, test.environment or "", test.shard or ""
