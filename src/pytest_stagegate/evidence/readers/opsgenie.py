"""Incidents and alerts of Opsgenie, as its REST API lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from pytest_stagegate.evidence.readers.incident_rows import incident_of, object_of, objects_of, text_of
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.incidents import IncidentsData

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "list of Opsgenie's incidents or alerts"


def read(path: Path, _root: Path) -> Contents:
    """Read a list.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none.
    """
    whole = document(path, dict[str, Any], _WHAT)
    found = tuple(
        incident_of(
            f"{path.name}: entry {number}",
            id=each.get("tinyId") or each.get("id"),
            title=each.get("message"),
            severity=(each.get("priority"),),
            status=each.get("status"),
            over=("closed", "resolved"),
            opened=each.get("createdAt"),
            service=each.get("entity"),
            url=object_of(each.get("links")).get("web"),
        )
        for number, each in enumerate(objects_of(whole.get("data"), f"{path.name}: data"), start=1)
    )
    cut = _cut(object_of(whole.get("paging")))
    return Contents(incidents=IncidentsData(tool="Opsgenie", incidents=found, cut=cut), producer="Opsgenie")


def _cut(paging: dict[str, Any]) -> str:
    """Return why a page is not all; see https://docs.opsgenie.com/docs/pagination."""
    if paging.get("next"):
        return "it names a next page"
    if paging.get("prev"):
        return "it names a page before it"
    begins = parse_qs(text_of(paging.get("last")).partition("?")[2]).get("offset", ["0"])
    return "the last page that it names is not the first" if begins != ["0"] else ""
