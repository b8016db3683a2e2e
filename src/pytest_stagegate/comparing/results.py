"""What each test did between two decisions; where what is known leaves that open, nothing is claimed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.moves import Group, Moved
from pytest_stagegate.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.roll import Roll

_FAILING: Final = frozenset({Standing.FAILED, Standing.ERROR})
_PASSING: Final = frozenset({Standing.PASSED, Standing.XPASSED})
_OUT: Final = frozenset({Standing.LOST, Standing.DESELECTED})
_SET_ASIDE: Final = frozenset({Standing.SKIPPED, Standing.XFAILED})
_GROUPS: Final = list(Group)


def moved(before: Decision, now: Decision, rolls: tuple[Roll, Roll]) -> tuple[Moved, ...]:
    """Return the tests that did something, by group and id."""
    reasons = {row.id: row.reason for row in now.not_passed}
    serves = {**_serves(before), **_serves(now)}
    found = [
        Moved(
            id=test,
            group=group,
            before=tuple(sorted(was)),
            now=tuple(sorted(may)),
            reason=reasons.get(test),
            serves=serves.get(test, ()),
        )
        for test, was, may in _pairs(*rolls)
        if (group := group_of(was, may)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (_GROUPS.index(each.group), each.id)))


def appeared(before: Roll, now: Roll) -> Iterator[str]:
    """Yield the tests that are known to be new."""
    absent = frozenset({Standing.ABSENT})
    return (test for test in now.known if test not in now.closed and before.of(test) == absent)


def _pairs(before: Roll, now: Roll) -> Iterator[tuple[str, frozenset[Standing], frozenset[Standing]]]:
    for test in {**before.known, **now.known}:
        yield test, before.of(test), now.of(test)


@lru_cache(maxsize=1000)
def group_of(before: frozenset[Standing], now: frozenset[Standing]) -> Group | None:
    """Return what a test did, of which is known what it may have been and may be.

    Only what holds for each of the possibilities is claimed; where they differ it is ``untold``.
    """
    possible = {_group(one, other) for one in before for other in now}
    return next(iter(possible)) if len(possible) == 1 else Group.UNTOLD


def _group(before: Standing, now: Standing) -> Group | None:
    if now in _FAILING:
        return Group.STILL_FAILING if before in _FAILING else Group.NEWLY_FAILING
    if now in _PASSING:
        return _now_passing(before)
    if now in _OUT or now is Standing.ABSENT:
        left_out = Group.NOT_RUN if now in _OUT else Group.GONE
        return None if before in _OUT or before is Standing.ABSENT else left_out
    if before is now:
        return None
    new = {Standing.FLAKY: Group.NEWLY_FLAKY, Standing.SKIPPED: Group.NEWLY_SKIPPED}
    return new.get(now, Group.NEWLY_XFAILED)


def _now_passing(before: Standing) -> Group | None:
    if before in _FAILING:
        return Group.FIXED
    if before is Standing.FLAKY:
        return Group.NO_LONGER_FLAKY
    return Group.BACK if before in _SET_ASIDE or before in _OUT else None


def _serves(decision: Decision) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the goals that tests are linked to, with who answers for them, by the test's id."""
    owners = {row.id: row.owner for row in decision.goals}
    found: dict[str, dict[tuple[str, str], None]] = {}
    for row in decision.requirements:
        for test in row.tests:
            found.setdefault(test.id, {})[row.id, owners.get(row.id, "")] = None
    return {test: tuple(goals) for test, goals in found.items()}
