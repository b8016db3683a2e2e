"""What GitHub's and GitLab's issues have in common: labels, people, milestones, and acceptance criteria in the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.evidence.readers.plan_rows import LONGEST, day_of, priority_of
from pytest_stagegate.model.plan import Goal, Milestone

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADING: Final = re.compile(r"^#{1,6}[ \t](.*)$", re.MULTILINE)
_ACCEPTANCE: Final = re.compile(r"acceptance(?: criteria| criterion)?:?", re.IGNORECASE)


def issue(number: object, entry: dict[str, Any], body: object) -> Goal:
    """Return an issue as a goal: ``#12``, its labels' priority, the first to whom it is assigned, its milestone."""
    return Goal(
        id=f"#{number}",
        title=text(entry.get("title")),
        priority=priority_of(labels(entry.get("labels"))),
        milestone=text(part(entry.get("milestone"), "title")),
        owner=next(iter(people(entry.get("assignees"))), ""),
        status=text(entry.get("state")).lower(),
        acceptance=acceptance(body),
    )


def milestones(named: Iterable[Any], due: tuple[str, ...]) -> tuple[Milestone, ...]:
    """Return milestones, each once by its title.

    Args:
        named: As the tracker writes them; what is no milestone is left out.
        due: Under which names their day stands.
    """
    found: dict[str, Milestone] = {}
    for each in named:
        title = text(part(each, "title"))
        if title:
            last = next((day for key in due if (day := day_of(part(each, key)))), None)
            found.setdefault(title, Milestone(title, "", day_of(part(each, "start_date")), last))
    return tuple(found.values())


def labels(value: object) -> list[str]:
    """Return the names of labels: texts, or objects with a ``name``."""
    listed = value if isinstance(value, list) else []
    return [text(part(each, "name") if isinstance(each, dict) else each) for each in listed]


def people(value: object) -> list[str]:
    """Return the names of people: ``login`` (GitHub) or ``username`` (GitLab)."""
    listed = value if isinstance(value, list) else []
    names = [text(part(each, "login")) or text(part(each, "username")) for each in listed]
    return [name for name in names if name]


def acceptance(body: object) -> str:
    """Return what stands below a heading *Acceptance* or *Acceptance criteria* of a text in Markdown."""
    written = body.replace("\r\n", "\n") if isinstance(body, str) else ""
    headings = [*_HEADING.finditer(written)]
    for number, each in enumerate(headings):
        if _ACCEPTANCE.fullmatch(each[1].strip().rstrip("#").strip()):
            end = headings[number + 1].start() if number + 1 < len(headings) else len(written)
            return written[each.end() : end].strip()[:LONGEST]
    return ""


def part(value: object, key: str) -> object:
    """Return a member of an object; None where it is no object."""
    return value.get(key) if isinstance(value, dict) else None


def text(value: object) -> str:
    """Return a text without blanks around it; empty for what is none."""
    return value.strip()[:LONGEST] if isinstance(value, str) else ""
