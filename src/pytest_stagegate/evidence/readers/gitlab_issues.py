"""GitLab's issues or milestones, as its REST API answers.

https://docs.gitlab.com/api/issues/ and https://docs.gitlab.com/api/milestones/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers import tracked
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.plan import PlanData

if TYPE_CHECKING:
    from pathlib import Path

_DUE = ("due_date",)


def read(path: Path, _root: Path) -> Contents:
    """Read issues as goals, with the milestones that they name; or milestones alone.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no such list, or an issue has no number.
    """
    entries = document(path, list[dict[str, Any]], "list of GitLab's issues")
    if entries and not any("labels" in each for each in entries):
        return Contents(goals=PlanData(milestones=tracked.milestones(entries, _DUE)))
    for place, each in enumerate(entries, start=1):
        if type(each.get("iid")) is not int:
            raise EvidenceError(f"{path.name}: issue {place} of the list has no number (iid)")
    goals = tuple(tracked.issue(each["iid"], each, each.get("description")) for each in entries)
    named = (each.get("milestone") for each in entries)
    return Contents(goals=PlanData(goals, tracked.milestones(named, _DUE)))
