"""Which sources there are beside the commits: those that the policy names, else those that are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.evidence.changes.changelog import changelog
from pytest_stagegate.evidence.changes.exported import git_cliff, labels
from pytest_stagegate.evidence.changes.fragments import scriv, towncrier
from pytest_stagegate.evidence.changes.yaml_files import reno
from pytest_stagegate.telling.references import pull_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_stagegate.evidence.changes.drafted import Reading
    from pytest_stagegate.model.changes import Commit, Told


def sources_of(reading: Reading, commits: Sequence[Commit]) -> tuple[Told, ...]:
    """Return what other sources than the commits tell; a changelog only where nothing else is gathered into it.

    Raises:
        EvidenceError: When one can't be read.
    """
    ids = frozenset(commit.id for commit in commits)
    readers: dict[str, Callable[[], Told | None]] = {
        "towncrier": lambda: towncrier(reading),
        "scriv": lambda: scriv(reading),
        "reno": lambda: reno(reading),
        "labels": lambda: labels(reading, ids),
        "git-cliff": lambda: git_cliff(reading, ids),
    }
    named = reading.rules.sources
    found = [
        told for name, read in readers.items() if (named is None or name in named) and (told := read()) is not None
    ]
    if (named is None and not found) or (named is not None and "changelog" in named):
        told = changelog(reading)
        found += [told] if told is not None else []
    return tuple(found)


def pulls_of(commits: Sequence[Commit]) -> dict[str, tuple[str, ...]]:
    """Return for each pull request that is named in a range the commits that name it."""
    found: dict[str, tuple[str, ...]] = {}
    for commit in commits:
        if pull := pull_of(commit.message):
            found[pull] = (*found.get(pull, ()), commit.id)
    return found
