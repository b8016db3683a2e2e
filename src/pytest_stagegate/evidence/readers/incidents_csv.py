"""Incidents as CSV with a header, as trackers and spreadsheets export them; see `rows_of_csv`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.readers.incident_rows import incident_of
from pytest_stagegate.evidence.readers.rows_of_csv import rows_of_csv
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.incidents import IncidentsData

if TYPE_CHECKING:
    from pathlib import Path

NAMES: Final = {
    "id": ("id", "number", "key", "issue key", "incident id", "incident number", "incident_id", "incident_number"),
    "title": ("title", "summary", "name", "description", "message", "short_description", "short description"),
    "severity": ("severity", "priority", "urgency", "impact"),
    "status": ("status", "state"),
    "opened": ("opened", "created", "created at", "created_at", "opened_at", "started", "started_at", "created on"),
    "closed": ("closed", "resolved", "resolved at", "resolved_at", "closed_at", "ended", "resolved on"),
    "service": ("service", "service name", "component", "business_service"),
    "url": ("url", "link", "html_url"),
}
"""Under which names a field stands, in lower case; the first that has something counts."""

_READ: Final = frozenset(name for names in NAMES.values() for name in names)
_OVER: Final = ("closed", "resolved", "done", "completed", "postmortem", "cancelled", "canceled", "fixed")
_NOTHING: Final = "none"
"""What scripts write where nobody states a severity, and elsewhere the word for the lowest one."""

_NO_END: Final = "its header names no column that says whether an incident is over: status or closed"


def read(path: Path, _root: Path) -> Contents:
    """Read a row for each incident.

    Args:
        path: The file; UTF-8, or UTF-16 with a byte order mark.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: As `rows_of_csv`; when no column says whether an incident is over.
    """
    found = []
    for place, row in rows_of_csv(path, NAMES["id"], _READ, (_NO_END, (*NAMES["status"], *NAMES["closed"]))):
        fields = {field: next((row[name] for name in names if row.get(name)), "") for field, names in NAMES.items()}
        severity = fields.pop("severity")
        stated = "" if severity.strip().lower() == _NOTHING else severity
        found.append(incident_of(f"{path.name}: {place}", severity=(stated,), over=_OVER, **fields))
    return Contents(incidents=IncidentsData(tool="", incidents=tuple(found)))
