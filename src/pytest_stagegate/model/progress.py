"""How far the rollout of one version is, as the log of its steps says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.commits import differ
from pytest_stagegate.model.rings import COMPLETE, HALT, OPEN, RESUME, Ring, RingRow, RolloutStep
from pytest_stagegate.model.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.decision import Subject


class Progress(msgspec.Struct, frozen=True):
    """How far the rollout of one version is.

    Attributes:
        rows: Every ring, in order.
        next: The ring that opens next; ``complete`` where the last is open; empty where all is done.
        left: The ring that is left for it, or None where it is the first.
        halted: The step that halted the rollout, or None.
        completed: When the release was completed, or None.
    """

    rows: tuple[RingRow, ...]
    next: str
    left: Ring | None
    halted: RolloutStep | None
    completed: str | None


def steps_of(steps: Iterable[RolloutStep], subject: Subject) -> list[RolloutStep]:
    """Return the steps of the version and commit that are decided."""
    return [each for each in steps if _same(each, subject)]


def under(steps: Iterable[RolloutStep], policy_sha256: str) -> tuple[RolloutStep, ...]:
    """Return the steps that count under a policy: its own, and every word of people.

    What another policy asked of a ring, nobody can tell from the log.
    """
    return tuple(each for each in steps if each.step != OPEN or each.policy == policy_sha256)


def _same(step: RolloutStep, subject: Subject) -> bool:
    if step.commit is None or subject.commit is None or differ(step.commit, subject.commit):
        return False
    if step.version is None or subject.version is None:
        return step.version == subject.version
    return same_version(step.version, subject.version)


def progress(rings: Sequence[Ring], steps: Iterable[RolloutStep], subject: Subject) -> Progress:
    """Return how far the rollout of what is decided is, as its log says."""
    mine = steps_of(steps, subject)
    names = [*(ring.name for ring in rings), COMPLETE]
    opened: dict[str, RolloutStep] = {}
    for each in mine:
        # A ring counts as open only behind all that come before it.
        if each.opened and len(opened) < len(names) and each.ring == names[len(opened)]:
            opened[each.ring] = each
    last = {each.ring: each.decision for each in mine if each.step == OPEN}
    halting = [each for each in mine if each.step in (HALT, RESUME)]
    position = min(len(opened), len(rings))
    coming = names[len(opened)] if len(opened) < len(names) else ""
    done = opened.get(COMPLETE)
    return Progress(
        rows=tuple(
            RingRow(
                ring=ring.name,
                audience=ring.audience,
                percent=ring.percent,
                environment=ring.environment,
                soak=ring.soak,
                opened=opened[ring.name].at if ring.name in opened else None,
                decision=last.get(ring.name, ""),
            )
            for ring in rings
        ),
        next=coming,
        left=rings[position - 1] if position else None,
        halted=halting[-1] if halting and halting[-1].step == HALT else None,
        completed=done.at if done is not None else None,
    )
