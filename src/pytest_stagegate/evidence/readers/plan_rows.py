"""From a goal as some tool writes it to a `Goal`: the names of columns and keys, and the words for priorities."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.model.links import NAME_LIMIT, is_link_name
from pytest_stagegate.model.plan import PRIORITIES, Goal, Milestone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST: Final = 4_000
"""Characters of a text that are kept."""

NAMES: Final = {
    "id": ("id", "key", "identifier", "issue key"),
    "title": ("title", "summary", "name"),
    "priority": ("priority",),
    "milestone": ("milestone", "release", "fix version"),
    "owner": ("owner", "assignee", "assigned to"),
    "status": ("status", "state"),
    "acceptance": ("acceptance", "acceptance criteria", "acceptance_criteria"),
    "benefit": ("benefit", "rationale"),
    "resources": ("resources", "effort", "estimate"),
    "parent": ("parent",),
}
"""Under which names a goal's fields stand, in lower case; the first that is there counts."""

_DEPENDS_ON: Final = ("depends_on", "depends on")
READ: Final = frozenset({*_DEPENDS_ON, *(key for keys in NAMES.values() for key in keys)})
"""Every name that is read."""
_LISTED: Final = re.compile("[,;]")

_PRIORITY: Final = re.compile(rf"(?:priority\s*(?:::?|/|-)\s*)?({'|'.join(PRIORITIES)})(?:[ -]have)?", re.IGNORECASE)


def priority_of(words: Iterable[str]) -> str:
    """Return the weightiest priority that some words name: ``must``, ``Must have``, ``priority::must``; else empty."""
    found = {match[1].lower() for word in words if (match := _PRIORITY.fullmatch(word.strip()))}
    return next((each for each in PRIORITIES if each in found), "")


def goal_of(name: str, place: str, fields: Mapping[str, Any]) -> Goal:
    """Return a goal from its fields by their names in the file.

    Args:
        name: Name of the file, for messages.
        place: Which goal it is, for messages.
        fields: Its fields; what is no text, number or list of texts says nothing.

    Raises:
        EvidenceError: When its id can be none, or a field stands there twice.
    """
    lower: dict[str, Any] = {}
    for key, value in fields.items():
        known = str(key).strip().lower()
        if known in lower and known in READ:
            raise EvidenceError(f"{name}: {place}: the field {known!r} stands twice, in upper and lower case")
        lower[known] = value
    values = {
        field: next((text for key in keys if (text := _text(lower.get(key)))), "") for field, keys in NAMES.items()
    }
    if values["id"] and not is_link_name(values["id"]):
        rule = f"one printable line of at most {NAME_LIMIT} characters"
        raise EvidenceError(f"{name}: {place}: an id is {rule}; {values['id'][:40]!r} is none")
    values["priority"] = priority_of([values["priority"]])
    listed = next((value for key in _DEPENDS_ON if (value := lower.get(key))), None)
    return Goal(**values, depends_on=_ids(listed))


def milestones_of(stated: Iterable[Mapping[str, Any]], goals: Iterable[Goal]) -> tuple[Milestone, ...]:
    """Return the milestones that a file states, as often as it states them, and those that only its goals name."""
    found: list[Milestone] = []
    for each in stated:
        name = _text(each.get("id")) or _text(each.get("title"))
        if name:
            title = _text(each.get("title")) if each.get("id") else ""
            found.append(Milestone(name, title, day_of(each.get("start")), day_of(each.get("due"))))
    known = {each.id for each in found}
    named = dict.fromkeys(goal.milestone for goal in goals if goal.milestone)
    return (*found, *(Milestone(name) for name in named if name not in known))


def _ids(value: object) -> tuple[str, ...]:
    """Return the ids of a list, or of a text in which commas or semicolons divide them."""
    written = value if isinstance(value, list) else _LISTED.split(_text(value))
    return tuple(dict.fromkeys(filter(None, map(_text, written))))


def _text(value: object) -> str:
    if isinstance(value, list):
        # Lists within lists say nothing: no tool writes them, and they may be nested without end.
        return ", ".join(filter(None, (_text(each) for each in value if not isinstance(each, list))))
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value).strip()[:LONGEST]


def day_of(value: object) -> dt.date | None:
    """Return the day that a date, or a text which begins with one, names; None where it names none."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
