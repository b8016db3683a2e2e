"""Tests that were flaky in any decision of a trend, and what they were in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.since import FlakyTest, Mark
from pytest_stagegate.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.roll import Roll
    from pytest_stagegate.model.since import TrendDecision

_DID_NOT_RUN: Final = frozenset({Standing.SKIPPED, Standing.DESELECTED, Standing.LOST, Standing.ABSENT})


def mark(may_be: frozenset[Standing]) -> Mark:
    """Return what a test was in one decision, of which is known what it may have been."""
    if Standing.FLAKY in may_be:
        return Mark.FLAKY if len(may_be) == 1 else Mark.UNKNOWN
    return Mark.NOT_RUN if may_be <= _DID_NOT_RUN else Mark.NOT_FLAKY


def flaky_tests(
    past: Sequence[TrendDecision], known: Sequence[FlakyTest], rolls: tuple[Roll, Roll]
) -> tuple[FlakyTest, ...]:
    """Return the tests that were flaky in an earlier decision or are now; those that were so last come first.

    Args:
        past: The earlier decisions.
        known: Tests that were flaky in any of them, with a mark for each.
        rolls: What is known of the tests of the last of them, and of those now.
    """
    marks = {each.id: each.marks for each in known}
    older = tuple(_of_unlisted(decision, number, known) for number, decision in enumerate(past[:-1]))
    names = {*marks, *_flaky_in(rolls[0]), *_flaky_in(rolls[1])}
    found = (
        FlakyTest(
            id=name,
            marks=(*marks.get(name, (*older, mark(rolls[0].of(name)))), mark(rolls[1].of(name))),
        )
        for name in names
    )
    return tuple(sorted((each for each in found if Mark.FLAKY in each.marks), key=_order))


def _of_unlisted(decision: TrendDecision, number: int, known: Sequence[FlakyTest]) -> Mark:
    """Return what a test was that is not listed: not flaky where all that were flaky are."""
    listed = sum(each.marks[number] is Mark.FLAKY for each in known)
    return Mark.NOT_FLAKY if listed >= decision.flaky else Mark.UNKNOWN


def _flaky_in(roll: Roll) -> list[str]:
    return [name for name, standing in roll.known.items() if standing is Standing.FLAKY]


def _order(test: FlakyTest) -> tuple[int, int, str]:
    return test.marks[::-1].index(Mark.FLAKY), -test.marks.count(Mark.FLAKY), test.id
