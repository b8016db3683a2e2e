"""Comparing two decisions about one project, stage and environment: two values in, one out, and no text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.comparing.gates import blocker_moves, gate_moves
from pytest_stagegate.comparing.people import manual_moves, waiver_moves
from pytest_stagegate.comparing.plans import goal_moves, milestone_moves
from pytest_stagegate.comparing.results import appeared, moved
from pytest_stagegate.model.comparison import Comparison, Side

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.roll import Roll


def compared(before: Decision, now: Decision, rolls: tuple[Roll, Roll]) -> Comparison:
    """Return what differs between two decisions.

    Args:
        before: The earlier decision.
        now: The later one, about the same project, stage and environment.
        rolls: What is known of the tests of each.
    """
    failed, fails = ({each.path: each for each in one.collection_errors} for one in (before, now))
    return Comparison(
        project=now.subject.name,
        stage=now.stage,
        environment=now.environment,
        before=_side(before),
        now=_side(now),
        tests=moved(before, now, rolls),
        appeared=sum(1 for _ in appeared(*rolls)),
        uncollectable=tuple(error for path, error in fails.items() if path not in failed),
        collectable=tuple(path for path in failed if path not in fails),
        gates=gate_moves(before.gates, now.gates),
        goals=goal_moves(before.goals, now.goals),
        milestones=milestone_moves(before.milestones, now.milestones),
        waivers=waiver_moves(before.waivers, now.waivers),
        manual=manual_moves(before.manual, now.manual),
        blockers=blocker_moves(before.blockers, now.blockers),
    )


def _side(decision: Decision) -> Side:
    return Side(
        decision=decision.decision,
        provisional=decision.provisional,
        incomplete=decision.incomplete,
        as_of=decision.as_of,
        version=decision.subject.version,
        commit=decision.subject.commit,
        policy_sha256=decision.policy.sha256,
        tests=decision.tests,
    )
