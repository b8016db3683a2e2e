"""Reverts: which commits of a range are taken back, and which take back."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.telling.references import pull_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_stagegate.model.changes import Commit

_QUOTED: Final = re.compile(r'(?:revert:?\s+)"(?P<title>.+)"(?:\s+\([#!]\d+\))?', re.I)
_AGAIN: Final = re.compile(r'(?:revert:?|reapply)\s+".+', re.I)
_REVERTS_PULL: Final = re.compile(r"^Reverts\s+(?:\S+(?=[#!]))?(?P<id>[#!]\d+)\s*$", re.I | re.M)


class Reverted(NamedTuple):
    """What reverts do within a range.

    Attributes:
        back: For each commit that is taken back, the one that does so.
        reverts: Commits that do nothing but take back commits of the range.
    """

    back: dict[str, str]
    reverts: dict[str, str]


def reverted_in(commits: Sequence[Commit], owner: Mapping[str, str]) -> Reverted:
    """Return what is reverted; a revert that was itself reverted does nothing.

    Args:
        commits: The range, newest first.
        owner: For each commit the merge that brought it.
    """
    find = _Finder(commits, owner)
    back: dict[str, str] = {}
    reverts: dict[str, str] = {}
    for position, commit in enumerate(commits):
        if commit.id in back or commit.earlier:
            continue
        targets, whole = find.targets(commit, position)
        for target in targets:
            back.setdefault(target, commit.id)
        if targets and whole and not _breaks_itself(commit):
            reverts[commit.id] = targets[0]
    return Reverted(back, reverts)


def _breaks_itself(commit: Commit) -> bool:
    """Return whether a revert is marked as a breaking change, and not only the title that it quotes."""
    message = commit.message
    quotes = message.unusual and not message.breaks and _AGAIN.fullmatch(message.subject) is not None
    return message.breaking and not quotes


class _Finder:
    """Finds what a revert names: by id, by pull request, by title."""

    def __init__(self, commits: Sequence[Commit], owner: Mapping[str, str]) -> None:
        self._position = {commit.id: index for index, commit in enumerate(commits)}
        self._commits = commits
        self._sorted = sorted(self._position)
        self._titles: dict[str, list[int]] = {}
        self._pulls: dict[str, list[int]] = {}
        self._brought: dict[str, list[str]] = {}
        for index, commit in enumerate(commits):
            self._titles.setdefault(commit.message.subject, []).append(index)
            if pull := pull_of(commit.message):
                self._pulls.setdefault(pull, []).append(index)
        for id_, merge in owner.items():
            self._brought.setdefault(merge, []).append(id_)

    def targets(self, commit: Commit, position: int) -> tuple[list[str], bool]:
        """Return the commits that one takes back, and whether they are all that it takes back."""
        message = commit.message
        named = [self._by_id(sha) for sha in message.reverts] or [self._by_words(commit, position)]
        found = [id_ for id_ in named if id_ and self._position[id_] > position and not self._released(id_)]
        return [each for id_ in found for each in self._whole(id_)], len(found) == len(named)

    def _released(self, id_: str) -> bool:
        """Return whether a commit is in the earlier release too: to take it back is a change since then."""
        return self._commits[self._position[id_]].earlier

    def _by_id(self, beginning: str) -> str:
        at = bisect_left(self._sorted, beginning)
        fits = at < len(self._sorted) and self._sorted[at].startswith(beginning)
        return self._sorted[at] if fits else ""

    def _by_words(self, commit: Commit, position: int) -> str:
        """Return the commit of the pull request, or of the title, that a revert names without an id."""
        quoted = _QUOTED.fullmatch(commit.message.subject)
        if quoted is None:
            return ""
        pull = _REVERTS_PULL.search(commit.message.body)
        older: Iterable[int] = (at for at in self._pulls.get(pull["id"], ()) if at > position) if pull else ()
        at = next(iter(older), None)
        if at is None:
            at = next((each for each in self._titles.get(quoted["title"], ()) if each > position), None)
        return self._commits[at].id if at is not None else ""

    def _whole(self, id_: str) -> list[str]:
        """Return a commit with everything that it brought, where it is a merge, however deep."""
        found, waiting = [id_], list(self._brought.get(id_, ()))
        while waiting:
            each = waiting.pop()
            found.append(each)
            waiting += self._brought.get(each, ())
        return found
