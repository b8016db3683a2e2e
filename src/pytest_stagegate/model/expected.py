"""The cells of stage, environment and shard that must have evidence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.model.tags import Tag
    from pytest_stagegate.model.tests import TestData


class Expected(NamedTuple):
    """A cell that must have evidence, from ``[[tool.stagegate.expect]]``.

    Attributes:
        stage: A stage of which tests must have been executed.
        environment: The environment the run has to be against, or None for any.
        shard: The shard that has to bring it, or None for any.
    """

    stage: str
    environment: str | None
    shard: str | None

    def __str__(self) -> str:
        """Return the cell in words."""
        where = f" in {self.environment}" if self.environment else ""
        return f"stage {self.stage}{where}" + (f" from shard {self.shard}" if self.shard else "")


def executed_by_tag(tests: TestData) -> dict[Tag, int]:
    """Return how many tests of each tag were executed; tags of which none was are left out."""
    executed: Counter[int] = Counter(
        tag for index, tag in enumerate(tests.tag_of) if tests.outcomes[index] != Outcome.LOST and tests.executed(index)
    )
    executed.update({tag: len(passed) for tag, passed in tests.unnamed.items()})
    return {tests.tags[tag]: count for tag, count in executed.items() if count}


def executed_in(cell: Expected, executed: Mapping[Tag, int]) -> int:
    """Return how many tests of a cell were executed.

    A shard fills its cell with any test that it executed, if the cell's stage was executed in the same environment at
    all: how a suite is split over shards does not depend on stages.
    """
    there = {tag: count for tag, count in executed.items() if cell.environment in (None, tag.ran_in)}
    of_stage = sum(count for tag, count in there.items() if tag.stage == cell.stage)
    if cell.shard is None or not of_stage:
        return of_stage
    return sum(count for tag, count in there.items() if tag.shard == cell.shard)
