"""Opening decisions for comparing: files, output folders, dossiers, and those that an output folder has kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.readers.decision import read
from pytest_stagegate.keeping.entries import unpacked
from pytest_stagegate.keeping.folder import SUFFIX, cell_of, compact, entries
from pytest_stagegate.model.roll import Roll, roll_of_decision
from pytest_stagegate.model.times import utc_time
from pytest_stagegate.since.opening import Opened, about, decision_file, in_words, record_of, roll_in

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision


def opened(path: Path, out: Path | None = None) -> Opened:
    """Open a decision.

    Args:
        path: A ``decision.json``, an output folder, a dossier as a folder or as a zip, or a kept decision.
        out: An output folder that may have kept the decision too, beside the one in which it lies.

    Raises:
        EvidenceError: When there is none, or it can't be read.
    """
    if path.is_file() and path.name.endswith(SUFFIX):
        return Opened(*unpacked(path))
    with decision_file(path, path.as_posix()) as file:
        return _read(file, out)


def _read(path: Path, out: Path | None) -> Opened:
    decision = read(path, path.parent).decision
    assert decision is not None
    digest = (sha256_of(path) or "")[:12]
    places = (path.parent, *([out] if out is not None else []))
    roll = next((roll for place in places if (roll := _kept_roll(place, digest, decision)) is not None), None)
    if roll is None and (record := record_of(decision, path.parent)) is not None:
        roll = roll_in(record, decision)
    return Opened(decision, roll or roll_of_decision(decision))


def _kept_roll(out: Path, digest: str, decision: Decision) -> Roll | None:
    """Return what an output folder has kept of the tests of a decision."""
    for entry in entries(out):
        if entry.digest == digest:
            try:
                kept, roll = unpacked(entry.path)
            except EvidenceError:
                return None
            return roll if kept == decision else None
    return None


class Earlier(msgspec.Struct, frozen=True):
    """What an output folder has kept of the time before a decision.

    Attributes:
        found: The decision that was asked for; None where there is none.
        passed_over: Why files could not be read.
        oldest: Without one, the day of the oldest decision that was kept after that time, ``YYYY-MM-DD``, or None.
    """

    found: Opened | None
    passed_over: tuple[str, ...]
    oldest: str | None = None


def earlier(now: Decision, out: Path, until: dt.datetime) -> Earlier:
    """Return the latest kept decision about the same project, stage and environment, taken at an instant or before.

    One whose run was narrowed by hand is passed over, unless the present one's was too: of what it left out nothing
    can be compared.

    Args:
        now: The present decision.
        out: The output folder.
        until: The instant.
    """
    cell, own, last = cell_of(now.stage, now.environment), compact(now.as_of), f"{until:%Y%m%dT%H%M%SZ}"
    kept = [each for each in entries(out) if each.cell == cell and each.as_of < own]
    later = [each for each in kept if each.as_of > last]
    passed_over = []
    for entry in kept[len(later) :]:
        try:
            found = Opened(*unpacked(entry.path))
        except EvidenceError as error:
            passed_over.append(error.message)
            continue
        if comparable(found.decision, now) and (_narrowed(now) or not _narrowed(found.decision)):
            return Earlier(found, tuple(passed_over))
    return Earlier(None, tuple(passed_over), later[-1].day if later else None)


def refuse_pair(before: Opened, now: Opened) -> None:
    """Refuse two decisions that can't be compared.

    Raises:
        UsageError: When they are about other things, or the later one stands first.
    """
    one, other = before.decision, now.decision
    if not comparable(one, other):
        raise UsageError(
            "only decisions about the same project, stage and environment are compared; "
            f"OLD is about {clean(in_words(about(one)))}, and NEW about {clean(in_words(about(other)))}"
        )
    if utc_time(one.as_of) > utc_time(other.as_of):
        raise UsageError(f"OLD is of {one.as_of} and NEW of {other.as_of}: name the earlier one first")


def comparable(one: Decision, other: Decision) -> bool:
    """Return whether two decisions are about the same project, stage and environment."""
    return about(one) == about(other)


def _narrowed(decision: Decision) -> bool:
    return any(note.reason == "narrowed" for note in decision.provisional)
