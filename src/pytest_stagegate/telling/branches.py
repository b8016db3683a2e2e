"""Which merge brought a commit into the line of history that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_stagegate.model.changes import Commit


def brought_by(commits: Mapping[str, Commit], last: str) -> dict[str, str]:
    """Return for each commit of a range the innermost merge that brought it; none for those of the main line.

    Args:
        commits: The range, by id.
        last: Its newest commit.
    """
    seen: set[str] = set()
    owner: dict[str, str] = {}
    waiting: list[Iterator[tuple[str, str]]] = [_line(commits, last, "", seen, owner)]
    while waiting:
        branch = next(waiting[-1], None)
        if branch is None:
            waiting.pop()
        else:
            waiting.append(_line(commits, *branch, seen, owner))
    return owner


def _line(
    commits: Mapping[str, Commit], head: str, merge: str, seen: set[str], owner: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Take the first parents from a head on, and yield the branches that they join, the oldest first.

    Oldest first, because what a later merge brings again came with the earlier one.
    """
    line = []
    at = head
    while at in commits and at not in seen:
        seen.add(at)
        if merge:
            owner[at] = merge
        line.append(at)
        at = commits[at].parents[0] if commits[at].parents else ""
    for id_ in reversed(line):
        for parent in commits[id_].parents[1:]:
            yield parent, id_
