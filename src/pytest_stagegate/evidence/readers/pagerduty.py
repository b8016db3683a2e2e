"""Incidents of PagerDuty, as its REST API (version 2) lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.evidence.readers.incident_rows import incident_of, object_of, objects_of
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.incidents import IncidentsData

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "list of PagerDuty's incidents"


def read(path: Path, _root: Path) -> Contents:
    """Read a list; a priority counts before an urgency.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none.
    """
    whole = document(path, dict[str, Any], _WHAT)
    found = tuple(
        incident_of(
            f"{path.name}: incident {number}",
            id=each.get("incident_number") or each.get("id"),
            title=each.get("title") or each.get("summary"),
            severity=(object_of(each.get("priority")).get("summary"), each.get("urgency")),
            status=each.get("status"),
            over=("resolved",),
            opened=each.get("created_at"),
            service=object_of(each.get("service")).get("summary"),
            url=each.get("html_url"),
        )
        for number, each in enumerate(objects_of(whole.get("incidents"), f"{path.name}: incidents"), start=1)
    )
    return Contents(incidents=IncidentsData(tool="PagerDuty", incidents=found, cut=_cut(whole)), producer="PagerDuty")


def _cut(whole: dict[str, Any]) -> str:
    if whole.get("offset"):
        return "it does not begin with the first (offset)"
    if "more" not in whole:
        return "it does not say whether there are more than it lists (more)"
    return "it says that there are more than it lists (more)" if whole["more"] is not False else ""
