"""Incidents as JSON of our own (schema ``stagegate/incidents/1``), for tools that nobody reads here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.incident_rows import incident_of
from pytest_stagegate.evidence.readers.json_documents import document, refuse_other_schema
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.incidents import SCHEMA, IncidentsData, IncidentsFile
from pytest_stagegate.model.times import rfc3339, utc_time

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "list of incidents"


def read(path: Path, _root: Path) -> Contents:
    """Read an export.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none.
    """
    whole = document(path, IncidentsFile, _WHAT)
    refuse_other_schema(path.name, whole.schema, SCHEMA)
    try:
        made = rfc3339(utc_time(whole.exported)) if whole.exported is not None else None
    except ValueError as error:
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: exported: {error}") from error
    found = tuple(
        incident_of(
            f"{path.name}: incident {number}",
            id=each.id,
            title=each.title,
            severity=(each.severity,),
            status=each.status,
            over=("closed",),
            opened=each.opened,
            service=each.service,
            url=each.url,
        )
        for number, each in enumerate(whole.incidents, start=1)
    )
    return Contents(incidents=IncidentsData(tool=whole.tool, incidents=found), producer=whole.tool, created=made)
