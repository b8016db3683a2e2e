"""``needs.json`` of Sphinx-Needs: https://sphinx-needs.readthedocs.io/en/latest/builders.html#needs.

Of the versions in it the current one is read. Needs of the default types for how something is done (``spec``, ``impl``,
``test``) are no goals, and neither are those of other projects; all others are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.plan_rows import goal_of, milestones_of
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.plan import PlanData

if TYPE_CHECKING:
    from pathlib import Path

_NO_GOALS: Final = ("spec", "impl", "test")


class _Creator(msgspec.Struct):
    program: str = ""
    version: str = ""


class _Version(msgspec.Struct):
    needs: dict[str, dict[str, Any]]
    created: str = ""
    creator: _Creator = msgspec.field(default_factory=_Creator)


class _Document(msgspec.Struct):
    versions: dict[str, _Version]
    current_version: str = ""
    created: str = ""


def _is_goal(need: dict[str, Any]) -> bool:
    return need.get("type") not in _NO_GOALS and not need.get("is_external")


def _relations(need: dict[str, Any], left_out: frozenset[str]) -> dict[str, Any]:
    """Return what a need is a part of and depends on; needs that are no goals are left out."""
    above, first = need.get("parent_needs"), need.get("depends_on")
    listed = {
        key: [each for each in value if isinstance(each, str) and each not in left_out]
        if isinstance(value, list)
        else []
        for key, value in (("parent", above), ("depends_on", first))
    }
    return {"parent": next(iter(listed["parent"]), ""), "depends_on": listed["depends_on"]}


def read(path: Path, _root: Path) -> Contents:
    """Read the needs of the current version.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no ``needs.json``, or lacks its current version.
    """
    whole = document(path, _Document, "needs.json")
    current = whole.versions.get(whole.current_version)
    if current is None:
        raise EvidenceError(f"{path.name}: it has no version {whole.current_version[:40]!r}, which it says is current")
    left_out = frozenset(name for name, each in current.needs.items() if not _is_goal(each))
    goals = []
    for name, need in current.needs.items():
        if _is_goal(need):
            fields = {**need, "id": need.get("id", name), **_relations(need, left_out)}
            goals.append(goal_of(path.name, f"need {name[:40]}", fields))
    made = instant(current.created or whole.created)
    return Contents(
        goals=PlanData(tuple(goals), milestones_of((), goals)),
        producer=f"{current.creator.program} {current.creator.version}".strip(),
        created=rfc3339(made),
    )
