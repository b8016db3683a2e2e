"""From links between requirements and tests to a row for each requirement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.requirements import LINKED_LIMIT, LinkedTest, RequirementRow
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def requirement_rows(data: TestData) -> tuple[RequirementRow, ...]:
    """Return a row for each requirement that a test is linked to, by id.

    A test that was left out in one environment counts where it ran in another.
    """
    return tuple(_row(data, name, indexes) for name, indexes in data.links)


def _row(data: TestData, name: str, indexes: Sequence[int]) -> RequirementRow:
    ran = {data.plain_id(index) for index in indexes if data.outcomes[index] != Outcome.DESELECTED}
    counting = [i for i in indexes if data.outcomes[i] != Outcome.DESELECTED or data.plain_id(i) not in ran]
    linked = sorted((_linked(data, index) for index in counting), key=_place)
    outcomes = {Outcome(data.outcomes[index]) for index in counting}
    executed = any(data.executed(index) for index in counting)
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


def _place(test: LinkedTest) -> tuple[int, str, str, str, str]:
    rank = _WORST_FIRST.index(Outcome[test.outcome.upper()])
    return rank, test.id, test.stage, test.environment or "", test.shard or ""
