"""What tests did between two decisions, in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.documents.standup_parts import Section, item, section
from pytest_stagegate.model.moves import Group
from pytest_stagegate.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_stagegate.documents.standup_parts import Item
    from pytest_stagegate.model.comparison import Comparison
    from pytest_stagegate.model.moves import Moved, Moves

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


class Modules(NamedTuple):
    """Test modules that moved.

    Attributes:
        broken: Those that can't be collected any more, each with its message.
        sound: Those that can be collected again, or are gone.
        more: How many more of each there are.
    """

    broken: tuple[tuple[str, str], ...]
    sound: tuple[str, ...]
    more: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, found: Comparison) -> Modules:
        """Return the modules that moved between two decisions."""
        return cls(tuple((each.path, each.message) for each in found.uncollectable), found.collectable)


def result_sections(
    found: Moves, modules: Modules, omitted: Mapping[str, int] = MappingProxyType({})
) -> Iterator[Section]:
    """Yield what tests did, and what can't be told of them.

    Args:
        found: What moved.
        modules: Test modules that moved.
        omitted: How many more tests there are, by the name of their group.
    """
    by_group = {
        group: section(
            map(_item, found.of(group)),
            one,
            many,
            style,
            omitted.get(group.value, 0),
            standing=group is Group.STILL_FAILING,
        )
        for group, one, many, style in _TOLD
    }
    yield from by_group.pop(Group.NEWLY_FAILING)
    broken = (item(path, _last_line(message)) for path, message in modules.broken)
    one, many = "test module can't be collected any more.", "test modules can't be collected any more."
    yield from section(broken, one, many, "no-go", modules.more[0])
    yield from by_group.pop(Group.STILL_FAILING)
    yield from _failing_since_when(found.of(Group.UNTOLD))
    yield from by_group.pop(Group.FIXED)
    sound = map(item, modules.sound)
    one, many = "test module no longer fails to be collected.", "test modules no longer fail to be collected."
    yield from section(sound, one, many, "go", modules.more[1])
    yield from _perhaps_fixed(found.of(Group.UNTOLD))
    for rest in by_group.values():
        yield from rest
    yield from _untold(found.of(Group.UNTOLD), omitted.get(Group.UNTOLD.value, 0))


def _failing_since_when(tests: Sequence[Moved]) -> Iterator[Section]:
    one, many = "test is failing; since when can't be told.", "tests are failing; since when can't be told."
    yield from section((_item(each) for each in tests if _FAILING.issuperset(each.now)), one, many, "no-go")


def _perhaps_fixed(tests: Sequence[Moved]) -> Iterator[Section]:
    one = "test that failed is not among the failures now: fixed or not run, that can't be told."
    many = "tests that failed are not among the failures now: fixed or not run, that can't be told."
    yield from section((_item(each) for each in tests if _FAILING.issuperset(each.before)), one, many, "conditional")


def _untold(tests: Sequence[Moved], more: int) -> Iterator[Section]:
    """Yield how many tests neither failed nor fail for sure, and may have done anything."""
    rest = more + sum(not any(map(_FAILING.issuperset, (each.now, each.before))) for each in tests)
    if rest:
        count = "1 more test" if rest == 1 else f"{rest} more tests"
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
