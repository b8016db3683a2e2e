"""What tests did between two decisions, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.standup_parts import Section, item, section
from pytest_stagegate.model.comparison import Group
from pytest_stagegate.model.roll import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.documents.standup_parts import Item
    from pytest_stagegate.model.comparison import Comparison, Moved

_FAILING: Final = {Standing.FAILED, Standing.ERROR}
_NOT_RUN: Final = {Standing.DESELECTED: "left out of the run", Standing.LOST: "it has no result"}
_PAST: Final = {
    Standing.ABSENT: "a new test",
    Standing.SKIPPED: "it was skipped before",
    Standing.XFAILED: "it was expected to fail before",
    Standing.FLAKY: "it was flaky before",
    Standing.DESELECTED: "it was left out before",
    Standing.LOST: "it had no result before",
    Standing.FAILED: "it failed before",
    Standing.ERROR: "it failed before",
}
"""What is worth saying of a test's past; of one that just passed nothing."""

_PAST_IS_SAID: Final = (Group.STILL_FAILING, Group.FIXED, Group.NO_LONGER_FLAKY, Group.UNTOLD)

_TOLD: Final = (
    (Group.NEWLY_FAILING, "test is newly failing.", "tests are newly failing.", "no-go"),
    (Group.STILL_FAILING, "test is still failing.", "tests are still failing.", "no-go"),
    (Group.FIXED, "test is fixed.", "tests are fixed.", "go"),
    (Group.NEWLY_FLAKY, "test is newly flaky.", "tests are newly flaky.", "conditional"),
    (Group.NO_LONGER_FLAKY, "test is no longer flaky.", "tests are no longer flaky.", "go"),
    (Group.NEWLY_SKIPPED, "test is newly skipped.", "tests are newly skipped.", "conditional"),
    (Group.NEWLY_XFAILED, "test is newly expected to fail.", "tests are newly expected to fail.", "conditional"),
    (Group.NOT_RUN, "test did not run any more.", "tests did not run any more.", "conditional"),
    (Group.GONE, "test is gone: it was not collected.", "tests are gone: they were not collected.", "conditional"),
    (Group.BACK, "test is back, and passed.", "tests are back, and passed.", "go"),
)


def result_sections(found: Comparison) -> Iterator[Section]:
    """Yield what tests did, and what can't be told of them."""
    by_group = {group: section(map(_item, found.of(group)), one, many, style) for group, one, many, style in _TOLD}
    yield from by_group.pop(Group.NEWLY_FAILING)
    broken = (item(each.path, _last_line(each.message)) for each in found.uncollectable)
    one, many = "test module can't be collected any more.", "test modules can't be collected any more."
    yield from section(broken, one, many, "no-go")
    yield from by_group.pop(Group.STILL_FAILING)
    yield from _failing_since_when(found.of(Group.UNTOLD))
    yield from by_group.pop(Group.FIXED)
    sound = map(item, found.collectable)
    one, many = "test module no longer fails to be collected.", "test modules no longer fail to be collected."
    yield from section(sound, one, many, "go")
    yield from _perhaps_fixed(found.of(Group.UNTOLD))
    for rest in by_group.values():
        yield from rest
    yield from _untold(found.of(Group.UNTOLD))


def _failing_since_when(tests: Sequence[Moved]) -> Iterator[Section]:
    one, many = "test is failing; since when can't be told.", "tests are failing; since when can't be told."
    yield from section((_item(each) for each in tests if _FAILING.issuperset(each.now)), one, many, "no-go")


def _perhaps_fixed(tests: Sequence[Moved]) -> Iterator[Section]:
    one = "test that failed is not among the failures now: fixed or not run, that can't be told."
    many = "tests that failed are not among the failures now: fixed or not run, that can't be told."
    yield from section((_item(each) for each in tests if _FAILING.issuperset(each.before)), one, many, "conditional")


def _untold(tests: Sequence[Moved]) -> Iterator[Section]:
    """Yield how many tests neither failed nor fail for sure, and may have done anything."""
    rest = [each for each in tests if not any(map(_FAILING.issuperset, (each.now, each.before)))]
    if rest:
        count = "1 more test" if len(rest) == 1 else f"{len(rest)} more tests"
        yield Section(f"What became of {count} can't be told: too little is known.", "")


def _item(test: Moved) -> Item:
    served = (f"verifies {goal}, {owner}" if owner else f"verifies {goal}" for goal, owner in test.serves)
    return item(test.id, *_texts(test), owner="; ".join(served))


def _texts(test: Moved) -> Iterator[str]:
    silent = "no reason is given" if test.group in (Group.NEWLY_SKIPPED, Group.NEWLY_XFAILED) else ""
    yield "" if test.reason is None else test.reason or silent
    if len(test.now) == 1:
        yield _NOT_RUN.get(test.now[0], "")
    if len(test.before) == 1 and test.group not in _PAST_IS_SAID:
        yield _PAST.get(test.before[0], "")


def _last_line(message: str) -> str:
    """Return the line of a collection error that says what it was."""
    rows = [row.strip() for row in message.splitlines() if row.strip()]
    return rows[-1].removeprefix("E ").strip() if rows else ""
