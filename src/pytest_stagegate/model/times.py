"""Instants as they stand in records, attachments and documents: RFC 3339, https://www.rfc-editor.org/rfc/rfc3339."""

from __future__ import annotations

import datetime as dt
from typing import Final

_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9000
"""A time before the one or beyond the other can't be computed with."""


def rfc3339(instant: dt.datetime, timespec: str = "seconds") -> str:
    """Return an instant in UTC, for example ``2026-01-31T12:00:00Z``; `timespec` as in `datetime.isoformat`."""
    return instant.astimezone(dt.timezone.utc).isoformat(timespec=timespec).replace("+00:00", "Z")


def parsed(written: str) -> dt.datetime:
    """Return the time that a text states; without a zone where the text has none.

    Raises:
        ValueError: When it states no time.
    """
    return dt.datetime.fromisoformat(written.replace("Z", "+00:00"))


def utc_time(written: str) -> dt.datetime:
    """Return the time that a text states with its zone.

    Raises:
        ValueError: When it states none; ages are computed from it.
    """
    found = parsed(written)
    if found.tzinfo is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"{written!r} is not a time with its zone")
    return found
