"""Whom release notes tell what: the entries for one audience, in the order in which they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pytest_stagegate.model.notes import Entry, Notes


def for_audience(notes: Notes, audience: str) -> Notes:
    """Return the notes with the entries for one audience; a section that is left without any is gone.

    A breaking change stays whomever it is written for: who is surprised by it was not asked.

    Args:
        notes: The notes for everybody.
        audience: Of `AUDIENCES`.
    """
    kept = (
        msgspec.structs.replace(section, entries=tuple(each for each in section.entries if is_for(each, audience)))
        for section in notes.sections
    )
    return msgspec.structs.replace(notes, sections=tuple(section for section in kept if section.entries))


def is_for(entry: Entry, audience: str) -> bool:
    """Return whether an entry is told to an audience."""
    return entry.breaking or audience in entry.audiences
