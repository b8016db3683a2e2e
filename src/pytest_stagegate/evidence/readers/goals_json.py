"""Goals as JSON: a list of objects, or an object with ``goals`` and ``milestones``; the fields are the plan's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pytest_stagegate.evidence.readers.json_documents import decoded, text_of
from pytest_stagegate.evidence.readers.plan_rows import goal_of, milestones_of
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.plan import PlanData

if TYPE_CHECKING:
    from pathlib import Path


class _Document(msgspec.Struct):
    goals: list[dict[str, Any]] = []
    milestones: list[dict[str, Any]] = []


def read(path: Path, _root: Path) -> Contents:
    """Read the goals of a JSON document.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no list of objects, or an id can be none.
    """
    what = "list of goals"
    text = text_of(path, what)
    if text.lstrip().startswith("["):
        whole = _Document(goals=decoded(text, list[dict[str, Any]], what, path.name))
    else:
        whole = decoded(text, _Document, what, path.name)
    found = tuple(goal_of(path.name, f"goal {number}", each) for number, each in enumerate(whole.goals, start=1))
    return Contents(goals=PlanData(found, milestones_of(whole.milestones, found)))
