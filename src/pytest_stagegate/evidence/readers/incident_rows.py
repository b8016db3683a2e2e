"""From an incident as some tool writes it to an `Incident`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.incidents import Incident, severity_of
from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LONGEST: Final = 300
"""Characters of a title that are kept."""

_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")
"""What a day has, in whatever order it is written; a word for yes or no has none."""


def incident_of(
    place: str,
    *,
    id: object,
    title: object,
    severity: Sequence[object],
    status: object,
    over: Collection[str],
    opened: object = None,
    closed: object = None,
    service: object = "",
    url: object = "",
) -> Incident:
    """Return an incident.

    Args:
        place: File and place, for messages.
        id: What it is called by.
        title: What it is about.
        severity: Words for its severity, the most telling first.
        status: A word; what is none of `over` leaves the incident open.
        over: The words that say that an incident is over, in lower case.
        opened: When it began.
        closed: The day on which it ended; counts only where there is no status.
        service: What it is about.
        url: Where people see more of it.

    Raises:
        EvidenceError: When it has no id.
    """
    name = text_of(id)
    if not name:
        raise EvidenceError(f"{place} has no id")
    word = text_of(status).lower()
    return Incident(
        id=shortened(name, LONGEST),
        title=shortened(text_of(title), LONGEST),
        severity=severity_of(*map(text_of, severity)),
        open=word not in over if word else _YEAR.search(text_of(closed)) is None,
        opened=_utc(text_of(opened)),
        service=shortened(text_of(service), LONGEST),
        url=shortened(text_of(url), LONGEST),
    )


def text_of(value: object) -> str:
    """Return a text or a number as one line of text; anything else says nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return " ".join(str(value).split())


def object_of(value: object) -> dict[str, Any]:
    """Return an object of JSON; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object, place: str) -> list[dict[str, Any]]:
    """Return a list of objects of JSON.

    Raises:
        EvidenceError: When it is none.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise EvidenceError(f"{place} is no list of objects")
    return value


def _utc(written: str) -> str | None:
    found = instant(written) if written else None
    return rfc3339(found) if found is not None and found.tzinfo is not None else None
