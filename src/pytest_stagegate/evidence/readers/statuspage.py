"""Incidents of a Statuspage: those of its public page (``/api/v2/incidents.json``), or the list of its REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.evidence.readers.incident_rows import incident_of, object_of, objects_of
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.incidents import IncidentsData

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "list of a Statuspage's incidents"
_PAGES: Final = (50, 100)
"""How many a page has at most: the public one, and one of the REST API."""
_IMPACTS: Final = {"critical": "critical", "major": "high", "minor": "medium", "none": "low", "maintenance": "low"}


def read(path: Path, _root: Path) -> Contents:
    """Read a list.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none.
    """
    whole: Any = document(path, Any, _WHAT)
    listed = objects_of(whole if isinstance(whole, list) else object_of(whole).get("incidents"), f"{path.name}: it")
    found = tuple(
        incident_of(
            f"{path.name}: incident {number}",
            id=each.get("id"),
            title=each.get("name"),
            severity=(_IMPACTS.get(str(each.get("impact")), ""),),
            status=each.get("status"),
            over=("resolved", "postmortem", "completed"),
            opened=each.get("started_at") or each.get("created_at"),
            service=_component(each),
            url=each.get("shortlink"),
        )
        for number, each in enumerate(listed, start=1)
    )
    cut = f"it has {len(listed)} incidents, and a page has no more" if len(listed) in _PAGES else ""
    return Contents(incidents=IncidentsData(tool="Statuspage", incidents=found, cut=cut), producer="Statuspage")


def _component(incident: dict[str, Any]) -> object:
    components = incident.get("components")
    named = [object_of(each).get("name") for each in components] if isinstance(components, list) else []
    return named[0] if len(named) == 1 else ""
