"""The waivers of a decision as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.waivers import EXPIRING_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.waivers import WaiverRow

WAIVERS_HEAD: Final = ("gate", "about", "state", "until", "owner", "reason")
"""Column heads."""


def waiver_row(row: WaiverRow) -> tuple[str, ...]:
    """Return a waiver's cells, in the order of `WAIVERS_HEAD`."""
    left = f"{row.expires} ({_days(row.days_left)})"
    where = ", ".join((*row.stages, *row.environments))
    about = f"{row.subject or 'all of it'} ({where})" if where else row.subject or "all of it"
    return tuple(clean(each) for each in (row.gate, about, row.state, left, row.owner, row.reason))


def _days(left: int) -> str:
    if left < 0:
        return f"{plural(-left, 'day')} ago"
    return "the last day" if left == 0 else f"{plural(left, 'day')} left"


def waiver_notes(rows: Sequence[WaiverRow]) -> tuple[str, ...]:
    """Return a sentence for each waiver that somebody has to look at."""
    return tuple(clean(note) for row in rows if (note := waiver_note(row)))


def waiver_note(row: WaiverRow) -> str:
    """Return what somebody has to know of a waiver; empty when there is nothing to do."""
    name = f"{row.gate} ({row.subject})" if row.subject else row.gate
    whose = f"the waiver of {row.owner} for {name}"
    if row.state == "expired":
        return f"{whose} expired on {row.expires} and covers nothing."
    if row.state == "too-long":
        return f"{whose} reaches until {row.expires}, further than the policy allows, and covers nothing."
    if row.state == "not-enough":
        return f"{whose} does not cover all that falls short, so it helps nothing."
    if row.state == "unused":
        return f"{whose} is not needed: nothing that it covers falls short."
    if row.state == "used" and row.days_left <= EXPIRING_DAYS:
        return f"{whose} ends on {row.expires} ({_days(row.days_left)})."
    return ""
