"""``notes``: does the version fit what changed, and is everything told?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count, Measure
from pytest_stagegate.model.told import ReleaseNotes
from pytest_stagegate.model.versions import grown, reaches, version_from
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class NotesOptions(GateOptions, frozen=True):
    """Limits of the gate ``notes``; its table alone asks for those that stand here.

    Attributes:
        min_entries: Least number of entries that are told to the audiences.
        audiences: For whom an entry has to be to count.
        require_upgrade: Whether every breaking change has to say what whoever upgrades has to do.
    """

    min_entries: Count = 1
    audiences: list[Literal["user", "operator", "developer", "internal"]] = msgspec.field(
        default_factory=lambda: ["user", "operator", "developer"]
    )
    require_upgrade: bool = True

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield that nobody is told anything."""
        if not self.audiences:
            yield ("audiences",), "names nobody to whom entries are told"


@gate(
    name="notes",
    title="The version fits what changed, and everything is told",
    stage="release",
    options=NotesOptions,
    remedy=(
        "Raise the version as far as the changes ask for, tell what changed, and say for each breaking change what "
        "whoever upgrades has to do."
    ),
)
def notes(told: ReleaseNotes, options: NotesOptions) -> Iterator[Check]:
    """Checks the version against the one before, the number of entries, and the upgrade texts."""
    if told.absent is not None:
        yield no_evidence("history", told.absent.reason, told.absent.text)
        return
    if not told.commits:
        text = f"there is no commit since {told.since or 'the beginning'}"
        yield no_evidence("entries", "nothing-changed", text, unit="entries")
        return
    yield _version(told)
    yield check("entries", told.entries(*options.audiences), at_least=options.min_entries, where=told.warnings)
    if options.require_upgrade:
        yield check("upgrade", told.without_upgrade, at_most=0)


def _version(told: ReleaseNotes) -> Check:
    """Return whether the declared version has grown as the changes ask for."""
    declared, before = version_from(told.version), version_from(told.version_before)
    if declared is None:
        wrong = f"{told.version!r} is no version" if told.version else "the project declares no version"
        return no_evidence("version", "version-unknown", wrong, unit="versions")
    if told.since and before is None:
        text = f"the tag {told.since} names no version to compare {declared} with"
        return no_evidence("version", "version-unknown", text, unit="versions")
    if before is None:
        return _fits(told, f"{declared}, with no release before it", fits=True)
    least = grown(before, told.implied)
    fits = reaches(declared, least)
    asked = f"{least} ({told.implied} since {before})" if told.implied != "none" else f"{least}"
    return _fits(told, f"{declared} is {'at least' if fits else 'less than'} {asked}", fits=fits)


def _fits(told: ReleaseNotes, text: str, *, fits: bool) -> Check:
    made = check("version", Measure(int(fits), unit="versions", inspected=told.commits), at_least=1)
    return msgspec.structs.replace(made, text=text)
