"""The log of a project's exercises (schema ``stagegate/drills/1``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document, refuse_other_schema
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.drills import SCHEMA, DrillEntry, DrillsFile
from pytest_stagegate.model.links import is_link_name
from pytest_stagegate.model.times import parsed, rfc3339, utc_time

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "log of drills"


def read(path: Path, _root: Path) -> Contents:
    """Read a log.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and entry, when it is none or says what no log can.
    """
    entries = entries_in(path)
    last = max((parsed(each.at) for each in entries), default=None)
    return Contents(drills=entries, created=None if last is None else rfc3339(last))


def entries_in(path: Path) -> tuple[DrillEntry, ...]:
    """Return every exercise of a log, with its time in UTC; raises as `read` does."""
    whole = document(path, DrillsFile, _WHAT)
    refuse_other_schema(path.name, whole.schema, SCHEMA)
    return tuple(_sound(each, f"{path.name}: drill {number}") for number, each in enumerate(whole.drills, start=1))


def _sound(entry: DrillEntry, place: str) -> DrillEntry:
    if not is_link_name(entry.drill):
        raise EvidenceError(f"{place}: {entry.drill[:100]!r} is no name of a kind of drills")
    if not entry.test.strip() and not entry.by.strip():
        raise EvidenceError(f"{place}: it names neither its test nor who did it")
    try:
        return msgspec.structs.replace(entry, at=rfc3339(utc_time(entry.at)))
    except ValueError as error:
        raise EvidenceError(f"{place}: at: {error}") from error
