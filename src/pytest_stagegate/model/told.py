"""What the release notes tell, as a gate judges it: recorded with the evidence, so that it is the same ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.numbers import Count, Measure

if TYPE_CHECKING:
    from pytest_stagegate.model.notes import Entry, Notes
    from pytest_stagegate.model.tally import Tally

NOT_ASKED: Final = Absent("no-repository", "nobody has asked git what changed since the release before")
"""What is known where nothing was recorded."""

_TEXTS: Final = 50
_WIDTH: Final = 200
"""How many titles and warnings are kept, and how much of each: commits of a whole history may be anything."""


class EntryCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries are for the very same audiences."""

    audiences: tuple[str, ...]
    count: Count


class ToldData(msgspec.Struct, frozen=True, kw_only=True, tag="told", tag_field="is"):
    """What the notes tell of the changes since the release before.

    Attributes:
        since: Tag of the release before; empty for the beginning of the history.
        version_before: The version that the tag names; empty where it names none.
        implied: By how much the version has to grow at least.
        entries: How many entries there are, by audiences.
        breaking: How many breaking changes there are.
        without_upgrade: How many of them say nothing of what whoever upgrades has to do.
        titles: The first of those, a line each.
        commits: How many commits there are since then.
        warnings: What is odd about the notes, a sentence each; the first ones.
    """

    since: str
    version_before: str
    implied: Literal["major", "minor", "patch", "none"]
    entries: tuple[EntryCount, ...]
    breaking: Count
    without_upgrade: Count
    titles: tuple[str, ...]
    commits: Count
    warnings: tuple[str, ...] = ()


def told_data(notes: Notes, version_before: str) -> ToldData:
    """Return what a gate judges of notes."""
    counts: dict[tuple[str, ...], int] = {}
    for entry in notes.entries:
        audiences = tuple(sorted(set(entry.audiences)))
        counts[audiences] = counts.get(audiences, 0) + 1
    breaking = [entry for entry in notes.entries if entry.breaking]
    silent = [entry for entry in breaking if not entry.upgrade.strip()]
    return ToldData(
        since=notes.since,
        version_before=version_before,
        implied=notes.implied,  # type: ignore[arg-type]
        entries=tuple(EntryCount(audiences=each, count=count) for each, count in sorted(counts.items())),
        breaking=len(breaking),
        without_upgrade=len(silent),
        titles=tuple(map(_title, silent[:_TEXTS])),
        commits=len(notes.fates),
        warnings=tuple(_cut(text) for text in notes.warnings[:_TEXTS]),
    )


def _title(entry: Entry) -> str:
    return _cut(f"{entry.place[:12]}: {entry.text}" if entry.source == "commit" and entry.place else entry.text)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."


class ReleaseNotes:
    """The release notes since the release before, as a gate reads them.

    Attributes:
        absent: Why nothing is known of what changed, or None; then everything else says that there is nothing.
        version: The version that the project declares, or None.
        since: Tag of the release before; empty for the beginning of the history.
        version_before: The version that the tag names; empty where it names none.
        implied: By how much the version has to grow at least: ``major``, ``minor``, ``patch`` or ``none``.
        warnings: What is odd about the notes, a sentence each.
    """

    def __init__(self, data: ToldData | Absent, version: str | None, tally: Tally) -> None:
        self._tally = tally
        self._data = data if isinstance(data, ToldData) else None
        self.absent = data if isinstance(data, Absent) else None
        self.version = version
        self.since = self._data.since if self._data else ""
        self.version_before = self._data.version_before if self._data else ""
        self.implied: str = self._data.implied if self._data else "none"
        self.warnings = self._data.warnings if self._data else ()

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<release notes>"

    @property
    def commits(self) -> int:
        """How many commits there are since the release before."""
        count = self._data.commits if self._data else 0
        self._tally.note(count)
        return count

    def entries(self, *audiences: str) -> Measure:
        """Return how many entries are for any of these audiences; `inspected` is the number of commits.

        Args:
            audiences: ``user``, ``operator``, ``developer``, ``internal``; all entries when none is named.
        """
        rows = self._data.entries if self._data else ()
        count = sum(row.count for row in rows if not audiences or {*row.audiences} & {*audiences})
        return Measure(count, unit="entries", inspected=self.commits)

    @property
    def without_upgrade(self) -> Measure:
        """How many breaking changes don't say what whoever upgrades has to do; `where` has the first titles."""
        count, titles = (self._data.without_upgrade, self._data.titles) if self._data else (0, ())
        return Measure(count, unit="breaking changes", inspected=self.commits, where=titles)
