"""GitHub's issues or milestones.

``gh issue list --json number,title,state,labels,milestone,assignees,body`` (https://cli.github.com/manual/gh_issue_list),
or what the REST API answers at ``/issues`` and ``/milestones`` (https://docs.github.com/rest/issues). Pull requests,
which that list holds too, are no goals.
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

_DUE = ("due_on", "dueOn")


def read(path: Path, _root: Path) -> Contents:
    """Read issues as goals, with the milestones that they name; or milestones alone.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no such list, or an issue has no number.
    """
    entries = document(path, list[dict[str, Any]], "list of GitHub's issues")
    if entries and all("open_issues" in each for each in entries):
        return Contents(goals=PlanData(milestones=tracked.milestones(entries, _DUE)))
    issues = [each for each in entries if "pull_request" not in each]
    for place, each in enumerate(entries, start=1):
        if type(each.get("number")) is not int:
            raise EvidenceError(f"{path.name}: issue {place} of the list has no number")
    goals = tuple(tracked.issue(each["number"], each, each.get("body")) for each in issues)
    named = (each.get("milestone") for each in issues)
    return Contents(goals=PlanData(goals, tracked.milestones(named, _DUE)))
