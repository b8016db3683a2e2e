"""What git says of the sources under decision: which files there are, and which lines changed since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.linesets import count

if TYPE_CHECKING:
    from pytest_stagegate.model.tally import Tally


class ChangedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file that is there now and was not, or not like this, before.

    Attributes:
        path: Relative to the root, with ``/``; of a renamed file its new path.
        lines: Lines of the present file that were added or changed, as ranges ``"3-5, 9"``; empty for a file that
            was only renamed, lost lines only, or is not text.
    """

    path: str
    lines: str


class Diff(msgspec.Struct, frozen=True, kw_only=True, tag="diff", tag_field="is"):
    """What changed since a point of the history, up to the work tree.

    Attributes:
        since: That point as people call it: a branch, a tag, or ``the beginning``.
        commit: Its commit; for a branch the merge base with it; empty for the beginning.
        files: Changed and new files, untracked ones too, sorted by path; deleted ones and submodules are not.
    """

    since: str
    commit: str
    files: tuple[ChangedFile, ...]

    @property
    def lines(self) -> int:
        """How many lines were added or changed."""
        return sum(count(file.lines) for file in self.files)


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Who made one commit.

    Attributes:
        commit: Its full id.
        addresses: E-mail addresses of its authors, co-authors and committer, sorted.
    """

    commit: str
    addresses: tuple[str, ...]


class RepositoryData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What git says.

    Attributes:
        branch: What changed since the branch that this work goes into, or why that is not known.
        release: What changed since the last release tag, or why that is not known.
        tracked: Source files that git lists, sorted, relative to the root; None when it could not say.
        people: Who made the commit that is checked out; None when it could not say.
    """

    branch: Diff | Absent
    release: Diff | Absent
    tracked: tuple[str, ...] | None
    people: People | None = None


NO_REPOSITORY = Absent("no-repository", "there is no git repository, so nothing is known of what changed")
UNKNOWN = RepositoryData(branch=NO_REPOSITORY, release=NO_REPOSITORY, tracked=None)
"""What is known where there is no repository."""


class Repository:
    """The repository as a gate reads it.

    Attributes:
        branch: What changed since the branch that this work goes into, or why that is not known.
        release: What changed since the last release tag, or why that is not known.
        tracked: Source files that git lists, or None when it could not say.
    """

    def __init__(self, data: RepositoryData, tally: Tally) -> None:
        self._tally = tally
        self.branch = data.branch
        self.release = data.release
        self.tracked = data.tracked

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<repository>"
