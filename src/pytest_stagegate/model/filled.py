"""How far the cells that must have evidence are filled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_stagegate.model.expected import ExpectedRow
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_stagegate.model.expected import Expected
    from pytest_stagegate.model.tags import Tag
    from pytest_stagegate.model.tests import TestData


def expected_rows(cells: Iterable[Expected], tests: TestData) -> tuple[ExpectedRow, ...]:
    """Return the cells with how many of their tests were executed, each once, in their order."""
    once = dict.fromkeys(cells)
    executed = executed_by_tag(tests) if once else {}
    return tuple(
        ExpectedRow(
            stage=cell.stage, environment=cell.environment, shard=cell.shard, executed=executed_in(cell, executed)
        )
        for cell in once
    )


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
