"""The policy's word on the plan: the table ``[tool.stagegate.plan]``."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.model.links import KINDS
from pytest_stagegate.model.plan import PlanRules

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_KEY: Final = "plan"
_MARKERS: Final = "requirement_markers"
_TAKEN: Final = ("stage", "environment", *KINDS, "parametrize", "skip", "skipif", "xfail", "usefixtures")


def plan_rules(reader: Reader, table: dict[str, Any]) -> PlanRules:
    """Return where the plan lies and which marks link tests to it; what is not in order is noted."""
    written = reader.table(table, (_KEY,))
    reader.no_other(written, (_KEY,), PlanRules._fields)
    files = reader.names(written, (_KEY, "files"))
    for each in files or ():
        path = PurePosixPath(each)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in each:
            reader.mistake((_KEY, "files"), f"has to name files below the root, not {each!r}")
    markers = reader.names(written, (_KEY, _MARKERS)) or ()
    for each in markers:
        if not each.isidentifier() or each in _TAKEN:
            reader.mistake(
                (_KEY, _MARKERS), f"has to name marks of other plugins, for example 'verifies', not {each!r}"
            )
    return PlanRules(files, markers)


def shaping(table: dict[str, Any]) -> dict[str, Any]:
    """Return what of the table shapes a record: which marks link its tests."""
    written = table.get(_KEY)
    markers = written.get(_MARKERS) if isinstance(written, dict) else None
    return {_MARKERS: markers} if markers else {}
