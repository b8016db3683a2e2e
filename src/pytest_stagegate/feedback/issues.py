"""What users ask for: issues of a tracker, weighed by how many people want them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.feedback.wording import TITLE, one_line
from pytest_stagegate.model.feedback import FeedbackItem, feedback_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.feedback import Issue

MANY: Final = 10
"""Votes from which on an issue without a priority of its own should be met."""


def of_issues(issues: Iterable[Issue]) -> Iterator[FeedbackItem]:
    """Yield an item for each issue."""
    for issue in issues:
        votes = "nobody says how many want it"
        if issue.votes is not None:
            votes = "1 person wants it" if issue.votes == 1 else f"{issue.votes} people want it"
        yield FeedbackItem(
            id=feedback_id("issue", issue.key),
            kind="issue",
            title=one_line(issue.title or issue.id, TITLE),
            why=one_line(f"issue {issue.id} in {issue.source}: {votes}"),
            priority=issue.priority or ("should" if (issue.votes or 0) >= MANY else "could"),
            owner=one_line(issue.owner, TITLE),
            benefit=one_line(issue.benefit),
            resources=one_line(issue.resources),
            votes=issue.votes,
            goal=one_line(issue.id, TITLE),
        )
