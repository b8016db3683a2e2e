"""Goals of a plan and how far they are, in the shape of ``decision.json``."""

from __future__ import annotations

import msgspec


class GoalCell(msgspec.Struct, frozen=True, kw_only=True):
    """How far a goal is verified at one stage in one environment.

    Attributes:
        stage: Stage of the linked tests.
        environment: The environment that they ran in; None where none was named.
        outcome: ``passed``, ``failed``, ``partial`` or ``not-run``.
        tests: How many linked tests there are, manual ones among them.
        manual: How many of them are manual.
    """

    stage: str
    environment: str | None
    outcome: str
    tests: int
    manual: int = 0


class GoalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One goal of the plan.

    Attributes:
        id: Id, as tests name it in ``@pytest.mark.requirement``.
        title: The goal in plain words.
        priority: ``must``, ``should`` or ``could``; empty when it is not stated.
        milestone: Id of its milestone; empty for none.
        owner: Who answers for it; may be empty.
        status: The plan's own word for how far it is; may be empty.
        outcome: ``passed``, ``failed``, ``partial``, ``not-run`` or ``waived``, over all cells; of a goal with children
            that must be met also over theirs.
        lacks: What the plan does not say of it, by key (``owner``, ``acceptance`` …).
        cells: Its linked tests by stage and environment.
        acceptance: How one sees that it is met; may be empty.
        benefit: What it is good for; may be empty.
        resources: What it needs; may be empty.
        source: The evidence file that has it, as in the list of evidence.
        parent: Id of the goal that it is a part of; may be empty.
        depends_on: Ids of goals that have to be verified first.
        waits_for: Those of them that are not verified.
    """

    id: str
    title: str
    priority: str
    milestone: str
    owner: str
    status: str
    outcome: str
    lacks: tuple[str, ...] = ()
    cells: tuple[GoalCell, ...] = ()
    acceptance: str = ""
    benefit: str = ""
    resources: str = ""
    source: str = ""
    parent: str = ""
    depends_on: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


class MilestoneRow(msgspec.Struct, frozen=True, kw_only=True):
    """One milestone of the plan.

    Attributes:
        id: Id, unique in the plan.
        title: In plain words.
        start: The first day of the work, ``YYYY-MM-DD``; None where none is stated.
        due: The day on which it has to be done; likewise.
        goals: How many goals it has.
        done: How many of them are done: the plan's own word says so, or, where it has none, linked tests passed.
        verified: How many of them have linked tests that all passed.
        forecast: The day on which it will be done at the pace so far; None where that can't be told.
        state: ``done``, ``overdue`` (past its day and not done), ``late`` (at the pace so far done after its day; while
            nothing is done, if that would be so with one goal done), ``open`` otherwise, ``empty`` without a goal.
        text: The same in a sentence for people.
    """

    id: str
    title: str
    start: str | None = None
    due: str | None
    goals: int
    done: int
    verified: int = 0
    forecast: str | None = None
    state: str = "open"
    text: str = ""
