"""What became of every test of a decision, by its id, as far as it is known; and never further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.tests import Outcome, TestData

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision, TestRow


_NEVER_LISTED: Final = frozenset({Standing.PASSED, Standing.DESELECTED, Standing.ABSENT})
"""What a decision by itself lists no test of."""

_COUNTED: Final = {
    Standing.FAILED: "failed",
    Standing.ERROR: "errors",
    Standing.FLAKY: "flaky",
    Standing.SKIPPED: "skipped",
    Standing.XFAILED: "xfailed",
    Standing.XPASSED: "xpassed",
    Standing.LOST: "lost",
}
"""What a decision lists, to the name of its count; it lists at most 500 tests."""


_NO_RESULT: Final = frozenset({Standing.LOST})


class Roll(msgspec.Struct, frozen=True):
    """What became of the tests.

    Attributes:
        known: The standing of each test that is listed, by its id.
        unlisted: What a test may be that is not listed; ``{ABSENT}`` alone where every test is.
        closed: Modules that could not be collected, or were skipped as a whole: what is in them has no result.
    """

    known: dict[str, Standing]
    unlisted: frozenset[Standing]
    closed: frozenset[str] = frozenset()

    def of(self, test: str) -> frozenset[Standing]:
        """Return what a test may be."""
        standing = self.known.get(test)
        if standing is not None:
            return frozenset((standing,))
        return _NO_RESULT if test.partition("::")[0] in self.closed else self.unlisted


def roll_of_decision(decision: Decision) -> Roll:
    """Return what a decision by itself tells: tests that did not plainly pass, and of these as many as it lists."""
    known = {row.id: _standing(row) for row in decision.not_passed}
    listed = list(known.values())
    short = {each for each, name in _COUNTED.items() if listed.count(each) < getattr(decision.tests, name)}
    return Roll(known, _NEVER_LISTED | short, _broken(decision))


def _standing(row: TestRow) -> Standing:
    return Standing.FLAKY if row.outcome == Standing.PASSED.value and row.reruns else Standing(row.outcome)


def roll_of_tests(tests: TestData, decision: Decision) -> Roll:
    """Return what the evidence of a decision tells: every test, but for those whose names no reader has kept.

    A module that was skipped as a whole stands for its tests, as a test that was skipped.

    Args:
        tests: What became of each.
        decision: What was decided on them.
    """
    known = {name: _of(tests, index) for index, name in enumerate(tests.ids)}
    skipped = dict.fromkeys(tests.skipped_files, Standing.SKIPPED)
    passed = {Standing.PASSED} if any(map(len, tests.unnamed.values())) else set()
    return Roll({**skipped, **known}, frozenset({Standing.ABSENT} | passed), _broken(decision) | skipped.keys())


def _broken(decision: Decision) -> frozenset[str]:
    return frozenset(each.path for each in decision.collection_errors)


def _of(tests: TestData, index: int) -> Standing:
    outcome = tests.outcomes[index]
    if outcome == Outcome.PASSED and index in tests.details and tests.details[index].reruns:
        return Standing.FLAKY
    return _STANDINGS[outcome]


_STANDINGS: Final = {outcome.value: Standing(outcome.word) for outcome in Outcome}
