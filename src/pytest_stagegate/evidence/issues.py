"""What users ask for: issues of GitHub, GitLab or a table as CSV, with how many people want each.

GitHub's REST API counts ``reactions`` (https://docs.github.com/rest/issues), ``gh issue list --json reactionGroups``
likewise by kind; GitLab counts ``upvotes`` (https://docs.gitlab.com/api/issues/); a table has a column ``votes``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.evidence.readers.json_documents import document, text_of
from pytest_stagegate.evidence.readers.plan_rows import NAMES, READ
from pytest_stagegate.evidence.readers.rows_of_csv import rows_of_csv
from pytest_stagegate.evidence.readers.tracked import part, text
from pytest_stagegate.model.feedback import Issue
from pytest_stagegate.model.plan import says_done

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_stagegate.model.plan import Goal

FORMATS: Final = ("github-issues", "gitlab-issues", "goals-csv")
_ADDRESSES: Final = ("html_url", "web_url", "url")
_VOTES: Final = ("votes", "upvotes", "reactions", "+1")
"""Columns of a table that count people, in lower case; the first that is there counts."""

_NONE: Final = "[]"
"""What an export holds where nothing is open, which tells no format."""

_THUMBS_UP: Final = "THUMBS_UP"
_DIGITS: Final = 9


def read_issues(path: Path) -> tuple[Issue, ...]:
    """Return the issues of an export that are not done.

    Args:
        path: The file.

    Raises:
        EvidenceError: With file and place, when it is no such export.
    """
    if not path.is_file():
        raise EvidenceError(f"{path.as_posix()}: there is no such file", code="missing")
    if text_of(path, "a list of issues").strip() == _NONE:
        return ()
    format_ = _format_of(path)
    if format_ not in FORMATS:
        told = f"it is {format_}" if format_ else "its content is no list of issues"
        raise EvidenceError(f"{path.name}: {told}; issues are read as {', '.join(FORMATS)}")
    plan = read_file(path, path.parent, format_).goals
    if plan is None or not plan.goals:
        return ()
    if format_ == "goals-csv":
        entries: list[Mapping[str, Any]] = [fields for _, fields in rows_of_csv(path, NAMES["id"], {*READ, *_VOTES})]
    else:
        listed = document(path, list[dict[str, Any]], "list of issues")
        entries = [each for each in listed if "pull_request" not in each]
    pairs = zip(plan.goals, entries, strict=True)
    return tuple(_issue(goal, entry, format_, path.name) for goal, entry in pairs if not says_done(goal.status))


def _format_of(path: Path) -> str:
    """Return the format that a file's content tells; empty where it tells none."""
    try:
        found = detect(path)
    except EvidenceError as error:
        if error.code != "unknown-format":
            raise
        return ""
    # A table of issues may well have a column for their severity.
    return "goals-csv" if found == "incidents-csv" else found


def _issue(goal: Goal, entry: Mapping[str, Any], format_: str, source: str) -> Issue:
    address = next((found for key in _ADDRESSES if (found := text(entry.get(key)))), "")
    return Issue(
        id=goal.id,
        key=address or f"{format_} {goal.id}",
        title=goal.title,
        priority=goal.priority,
        owner=goal.owner,
        benefit=goal.benefit,
        resources=goal.resources,
        votes=_votes(entry),
        source=source,
    )


def _votes(entry: Mapping[str, Any]) -> int | None:
    """Return how many people want it; None where the entry does not say it."""
    groups = entry.get("reactionGroups")
    if isinstance(groups, list):
        ups = [each for each in groups if part(each, "content") == _THUMBS_UP]
        return sum(_count(part(part(each, "users"), "totalCount")) or 0 for each in ups)
    counted = part(entry.get("reactions"), "+1")
    if counted is not None:
        return _count(counted)
    return next((votes for key in _VOTES if (votes := _count(entry.get(key))) is not None), None)


def _count(value: object) -> int | None:
    """Return a count that is written as a number or its digits; None for anything else."""
    if isinstance(value, str):
        digits = value.strip()
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS else None
    return value if type(value) is int and value >= 0 else None
