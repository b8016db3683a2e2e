"""Times as test tools of all countries write them: durations in seconds, and instants."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_LONGEST: Final = 1_000_000_000.0
_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA_GROUPS: Final = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_DOT_GROUPS: Final = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]*")
_DECIMAL_COMMA: Final = re.compile(r"-?[0-9]*,[0-9]+")
_INSTANT: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)


def microseconds(text: str) -> int | None:
    """Return a duration in whole microseconds, or None when the text is no duration.

    Args:
        text: Decimal seconds. ``1.5e-4``, ``1,234.56``, ``1.234,56`` and ``0,123`` are understood; ``1,234`` has
            thousands, as Maven writes them and junitparser reads them. Anything negative, not finite or above
            1,000,000,000 seconds is no duration.
    """
    if not _PLAIN.fullmatch(text):
        text = _plainly(text.strip())
    seconds = float(text or "nan")
    return int(seconds * 1e6 + 0.5) if 0 <= seconds <= _LONGEST else None


def _plainly(text: str) -> str:
    """Return a number as Python writes it; empty when the text is none."""
    if _COMMA_GROUPS.fullmatch(text):
        return text.replace(",", "")
    if _DOT_GROUPS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    return text if _PLAIN.fullmatch(text) else ""


def instant(text: str) -> dt.datetime | None:
    """Return an instant in UTC, or a local time where the text names no zone; None when it names neither.

    Args:
        text: ISO 8601 in its usual spellings, the date of a mail header, or seconds or milliseconds since 1970.
            Without a zone it stays a time of an unknown place.
    """
    text = text.strip()
    try:
        if match := _INSTANT.fullmatch(text):
            found = _from_parts(*match.groups(default=""))
        elif re.fullmatch("[0-9]{10}(?:[0-9]{3})?", text):
            found = dt.datetime.fromtimestamp(int(text[:10]), dt.timezone.utc)
        else:
            found = _from_mail(text)
        return found.astimezone(dt.timezone.utc) if found.tzinfo is not None else found
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def since_epoch(number: str, *, per_second: int) -> dt.datetime | None:
    """Return an instant in UTC from a number of seconds (or parts of them) since 1970, or None when it is none."""
    try:
        return dt.datetime.fromtimestamp(float(number) / per_second, dt.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def rfc3339(found: dt.datetime | None) -> str | None:
    """Return ``2026-01-31T12:00:00Z``, in whole seconds, without the ``Z`` for a local time; None stays None."""
    if found is None:
        return None
    return found.strftime("%Y-%m-%dT%H:%M:%S") + ("" if found.tzinfo is None else "Z")


def _from_parts(
    year: str, month: str, day: str, hour: str, minute: str, second: str, fraction: str, zone: str
) -> dt.datetime:
    micro = int(fraction[:6].ljust(6, "0"))
    naive = dt.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro)
    if not zone:
        return naive
    offset = dt.timedelta()
    if zone[:1] in ("+", "-"):
        offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:].lstrip(":") or 0))
    return naive.replace(tzinfo=dt.timezone(-offset if zone[:1] == "-" else offset))


def _from_mail(text: str) -> dt.datetime:
    # Rare, and the package is large.
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(text)
