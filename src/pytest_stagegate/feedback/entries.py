"""Items as entries of ``stagegate-plan.toml``: what is there stays as it was written, and new text stands behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.feedback import NEW
from pytest_stagegate.model.plan import Goal
from pytest_stagegate.model.toml import toml_string

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.feedback import FeedbackItem

_DROPPED: Final = re.compile(r"^[ \t]*#[ \t]*[Dd]ropped:?[ \t]+(FB-[0-9a-f]{10})\b", re.MULTILINE)
_KEYS: Final = ("id", "title", "priority", "owner", "benefit", "resources")


def dropped_in(text: str) -> frozenset[str]:
    """Return the ids that comments of a plan say were dropped: ``# dropped FB-0123456789: why``."""
    return frozenset(match[1] for match in _DROPPED.finditer(text))


def goals_to_add(items: Iterable[FeedbackItem]) -> tuple[Goal, ...]:
    """Return the goals that a plan does not have yet; how one sees that they are met is left to people."""
    return tuple(map(_goal, (each for each in items if each.state == NEW and each.kind != "goal")))


def _goal(item: FeedbackItem) -> Goal:
    benefit = f"{item.benefit}. {item.why}" if item.benefit else item.why
    return Goal(
        id=item.id,
        title=item.title,
        priority=item.priority,
        owner=item.owner,
        benefit=benefit,
        resources=item.resources,
    )


def written_behind(text: str, goals: Sequence[Goal]) -> str:
    """Return what has to stand behind a plan's text so that it has these goals too."""
    end = "\r\n" if "\r\n" in text else "\n"
    blocks = [end.join(["[[goal]]", *_lines(goal), ""]) for goal in goals]
    gap = ("" if text.endswith("\n") else end) + end if text else ""
    return gap + end.join(blocks)


def _lines(goal: Goal) -> Iterable[str]:
    values = {key: getattr(goal, key) for key in _KEYS}
    return (f"{key} = {toml_string(value)}" for key, value in values.items() if value)
