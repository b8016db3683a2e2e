"""What moved between two decisions, as values: no sentence, no rounding, nothing of how it is shown."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.verdicts import Verdict


class Group(str, enum.Enum):
    """What a test did between two decisions; a test is in at most one group, or in none where nothing changed."""

    NEWLY_FAILING = "newly-failing"
    STILL_FAILING = "still-failing"
    FIXED = "fixed"
    NEWLY_FLAKY = "newly-flaky"
    NO_LONGER_FLAKY = "no-longer-flaky"
    NEWLY_SKIPPED = "newly-skipped"
    NEWLY_XFAILED = "newly-xfailed"
    NOT_RUN = "not-run"
    GONE = "gone"
    BACK = "back"
    UNTOLD = "untold"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value


class Direction(str, enum.Enum):
    """Which way something went; the order is that in which people are told."""

    WORSE = "worse"
    REMOVED = "removed"
    OTHER = "other"
    ADDED = "added"
    BETTER = "better"
    SAME = "same"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A test and what it did.

    Attributes:
        id: Node id, as the decisions list it.
        group: What it did; ``untold`` where what is known leaves that open.
        before: What it was; several where that can't be told.
        now: What it is; likewise.
        reason: First line of the failure, or reason of the skip or expected failure, as it is now; empty where none
            is given, None where the decision does not list the test.
        serves: The goals of the plan that it is linked to, id and owner.
    """

    id: str
    group: Group
    before: tuple[Standing, ...]
    now: tuple[Standing, ...]
    reason: str | None = None
    serves: tuple[tuple[str, str], ...] = ()


class CheckMove(msgspec.Struct, frozen=True, kw_only=True):
    """A check of a gate that measured something else than before, or has another limit.

    Attributes:
        name: The check.
        before: What was measured, for people; empty where the check was not there.
        now: What is measured; empty where it is not there any more.
        limit_before: The limit, for people; empty for none.
        limit_now: Likewise.
        value: Which way the value went, seen from the limit; ``other`` where that can't be said.
        limit: ``worse`` where less is demanded, ``better`` where more is.
    """

    name: str
    before: str
    now: str
    limit_before: str
    limit_now: str
    value: Direction
    limit: Direction


class GateMove(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that moved.

    Attributes:
        gate: Its id in the policy.
        environment: The environment that it judged, or None.
        owner: Who answers for it now; may be empty.
        before: Its verdict; None where it did not judge.
        now: Likewise.
        enforcement_before: How strictly it was taken; empty where it did not judge.
        enforcement_now: Likewise.
        direction: Which way its verdict went; ``added`` and ``removed`` for a gate that judged only once.
        checks: What moved in it.
    """

    gate: str
    environment: str | None
    owner: str
    before: Verdict | None
    now: Verdict | None
    enforcement_before: str
    enforcement_now: str
    direction: Direction
    checks: tuple[CheckMove, ...] = ()


class GoalMove(msgspec.Struct, frozen=True, kw_only=True):
    """A goal of the plan that advanced, fell back, came or went.

    Attributes:
        id: Its id; may be empty.
        title: In plain words.
        owner: Who answers for it; may be empty.
        before: What its tests said; empty where the plan had no such goal.
        now: Likewise.
        done_before: Whether it was done.
        done_now: Likewise.
        direction: ``better`` for one that advanced, ``worse`` for one that fell back.
    """

    id: str
    title: str
    owner: str
    before: str
    now: str
    done_before: bool
    done_now: bool
    direction: Direction


class MilestoneMove(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone with other progress, another day or another state than before.

    Attributes:
        id: Its id.
        title: In plain words.
        due: The day on which it has to be done now; None where none is stated.
        due_before: Likewise, as it was.
        goals: How many goals it has.
        done: How many of them are done.
        done_before: How many were.
        state: As in the decision; empty where it is gone.
        state_before: As it was; empty where it is new.
    """

    id: str
    title: str
    due: str | None
    due_before: str | None
    goals: int
    done: int
    done_before: int
    state: str
    state_before: str


class WaiverMove(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver that somebody has to know of.

    Attributes:
        kind: ``expired`` (since the decision before), ``expiring`` (within 14 days), ``newly-used``, or
            ``still-expired`` for one that had expired before.
        gate: The gate's id.
        subject: What it is about; empty for whatever the gate finds.
        owner: Who answers for it.
        expires: The last day on which it holds, ``YYYY-MM-DD``.
        days_left: Days from the later decision to that day.
        reason: Why.
    """

    kind: str
    gate: str
    subject: str
    owner: str
    expires: str
    days_left: int
    reason: str


class ManualMove(msgspec.Struct, frozen=True, kw_only=True):
    """A manual test that was done, or that still has to be.

    Attributes:
        kind: ``newly-failed`` (or blocked), ``newly-passed``, or ``open`` for one that nobody did, or whose result
            does not count any more.
        id: Its id.
        title: In plain words.
        environment: Where it has to be done, or None.
        outcome: As in the decision.
        who: Who did it; may be empty.
    """

    kind: str
    id: str
    title: str
    environment: str | None
    outcome: str
    who: str


STANDING_TESTS: Final = (Group.STILL_FAILING, Group.UNTOLD)
STANDING: Final = ("expiring", "still-expired", "open", "known")
"""What is told although it is no change."""


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """What moved between two decisions about one project, stage and environment.

    Attributes:
        tests: Tests that did something, by group and id.
        appeared: How many tests are known to be new.
        gates: Gates that moved, worse first.
        goals: Goals that moved, worse first.
        milestones: Milestones with other progress.
        waivers: Waivers that somebody has to know of.
        manual: Manual tests that were done or have to be.
    """

    tests: tuple[Moved, ...] = ()
    appeared: int = 0
    gates: tuple[GateMove, ...] = ()
    goals: tuple[GoalMove, ...] = ()
    milestones: tuple[MilestoneMove, ...] = ()
    waivers: tuple[WaiverMove, ...] = ()
    manual: tuple[ManualMove, ...] = ()

    def of(self, group: Group) -> tuple[Moved, ...]:
        """Return the tests of one group."""
        return tuple(each for each in self.tests if each.group is group)

    @property
    def moved(self) -> bool:
        """Whether anything moved; what only stands still, or can't be told, did not."""
        return (
            bool(self.appeared or self.gates or self.goals or self.milestones)
            or any(each.group not in STANDING_TESTS for each in self.tests)
            or any(each.kind not in STANDING for each in self.waivers)
            or any(each.kind not in STANDING for each in self.manual)
        )
