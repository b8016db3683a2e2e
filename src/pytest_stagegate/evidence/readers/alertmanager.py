"""Alerts of Prometheus Alertmanager, as its API (version 2) lists them under ``/api/v2/alerts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.evidence.readers.incident_rows import incident_of, object_of, objects_of, text_of
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.incidents import IncidentsData

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "list of Alertmanager's alerts"


def read(path: Path, _root: Path) -> Contents:
    """Read a list; an alert that is silenced or inhibited is none that is open.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none.
    """
    listed = objects_of(document(path, list[Any], _WHAT), f"{path.name}: it")
    found = []
    for number, each in enumerate(listed, start=1):
        labels, notes = object_of(each.get("labels")), object_of(each.get("annotations"))
        alert = text_of(labels.get("alertname"))
        found.append(
            incident_of(
                f"{path.name}: alert {number}",
                id=each.get("fingerprint") or alert,
                title=": ".join(filter(None, (alert, text_of(notes.get("summary"))))),
                severity=(labels.get("severity"),),
                status=object_of(each.get("status")).get("state"),
                over=("suppressed",),
                opened=each.get("startsAt"),
                service=labels.get("service") or labels.get("job"),
                url=each.get("generatorURL"),
            )
        )
    return Contents(incidents=IncidentsData(tool="Alertmanager", incidents=tuple(found)), producer="Alertmanager")
