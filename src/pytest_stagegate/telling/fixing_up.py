"""Commits that ask to be squashed into an earlier one: ``fixup!``, ``squash!`` and ``amend!``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.telling.messages import TO_BE_SQUASHED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.changes import Commit

_SHORTEST = 7


def fixed_by(commits: Sequence[Commit]) -> dict[str, str]:
    """Return for each such commit of a range the one that it belongs to: by its title, the title's beginning or its id.

    Args:
        commits: The range, newest first; what is fixed up is older.
    """
    found: dict[str, str] = {}
    older: dict[str, str] = {}
    for commit in reversed(commits):
        subject = commit.message.subject
        title = TO_BE_SQUASHED.sub("", subject, count=1)
        if title == subject:
            older[subject] = commit.id
        elif target := older.get(title) or _beginning(title, older):
            found[commit.id] = target
    return found


def _beginning(title: str, older: dict[str, str]) -> str:
    fits = [id_ for subject, id_ in older.items() if title and subject.startswith(title)]
    named = [id_ for id_ in older.values() if len(title) >= _SHORTEST and id_.startswith(title)]
    return next(iter((*fits[::-1], *named)), "")
