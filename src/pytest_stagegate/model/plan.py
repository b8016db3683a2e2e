"""A plan as values: goals and milestones as files state them, and where those files lie."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

import msgspec

PRIORITIES: Final = ("must", "should", "could")
"""The words for a goal's priority, the weightiest first."""

DEFAULT_PLAN: Final = "stagegate-plan.toml"
"""The plan of a project, where its policy names no other; relative to the root."""

KIND: Final = "goals"
"""Kind of evidence that plans and trackers' exports bring."""

FILE_KIND: Final = "plan"
"""Kind under which a plan of the checkout is listed: nobody hands it over."""

_DONE: Final = frozenset(
    {"accepted", "closed", "complete", "completed", "done", "fixed", "implemented", "released", "resolved", "verified"}
)


class Goal(NamedTuple):
    """One goal, as a plan states it.

    Attributes:
        id: As tests name it; empty where the plan gives none.
        title: In plain words.
        priority: One of `PRIORITIES`; empty where the plan states none of them.
        milestone: Id of its milestone, or empty.
        owner: Who answers for it, or empty.
        status: The plan's own word, or empty.
        acceptance: How one sees that it is met, or empty.
        benefit: What it is good for, or empty.
        resources: What it needs, or empty.
        parent: Id of the goal that it is a part of, or empty.
        depends_on: Ids of goals that have to be verified first.
    """

    id: str
    title: str = ""
    priority: str = ""
    milestone: str = ""
    owner: str = ""
    status: str = ""
    acceptance: str = ""
    benefit: str = ""
    resources: str = ""
    parent: str = ""
    depends_on: tuple[str, ...] = ()


def says_done(status: str) -> bool | None:
    """Return whether a plan's own word says that a goal is done; None where it has none."""
    return status.strip().lower() in _DONE if status else None


class Milestone(NamedTuple):
    """One milestone.

    Attributes:
        id: Unique in the plan.
        title: In plain words.
        start: The first day of the work, or None.
        due: The day on which it has to be done, or None.
    """

    id: str
    title: str = ""
    start: dt.date | None = None
    due: dt.date | None = None


class PlanData(msgspec.Struct, frozen=True):
    """What one file says.

    Attributes:
        goals: In the order of the file.
        milestones: Likewise.
        source: The file, as in the list of evidence; known once it was gathered.
        sha256: Digest of its bytes; likewise.
    """

    goals: tuple[Goal, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    source: str = ""
    sha256: str | None = None


class PlanFile(NamedTuple):
    """A plan of the checkout.

    Attributes:
        path: Relative to the root, with ``/``.
        sha256: Digest of its bytes, or None when they could not be read.
        plan: What it says, or None where it can't be read.
        problem: Why it can't; empty where it can.
        missing: Whether there is no such file.
    """

    path: str
    sha256: str | None
    plan: PlanData | None = None
    problem: str = ""
    missing: bool = False


class PlanRules(NamedTuple):
    """The table ``[tool.stagegate.plan]``.

    Attributes:
        files: The plans of the checkout, relative to the root; None where the policy names none, so that
            `DEFAULT_PLAN` is read if it is there.
        requirement_markers: Further marks that link tests to requirements, by name.
    """

    files: tuple[str, ...] | None = None
    requirement_markers: tuple[str, ...] = ()


class GoalsData(msgspec.Struct, frozen=True):
    """All plans of one decision.

    Attributes:
        plans: Each file that could be read, once, by source.
        files: The plans of the checkout, in the policy's order.
        verified_here: Whether at the stage that is decided goals have to be verified, and not only linked.
        mistakes: What can't be true of the goals together; sentences.
        excused: Ids that are left out of every judgement, while a waiver is tried.
    """

    plans: tuple[PlanData, ...] = ()
    files: tuple[PlanFile, ...] = ()
    verified_here: bool = False
    mistakes: tuple[str, ...] = ()
    excused: frozenset[str] = msgspec.field(default_factory=frozenset)
