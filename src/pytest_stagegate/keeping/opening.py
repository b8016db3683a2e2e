"""Opening decisions for comparing: files, output folders, dossiers, and those that an output folder has kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.rendering import FILES
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import RECORD, sha256_of
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.packing import MAGIC, read_zip
from pytest_stagegate.evidence.readers.decision import read
from pytest_stagegate.keeping.entries import unpacked
from pytest_stagegate.keeping.folder import SUFFIX, cell_of, compact, entries
from pytest_stagegate.model.roll import Roll, roll_of_decision, roll_of_tests
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    import datetime as dt

    from pytest_stagegate.model.decision import Decision

_DECISION: Final = FILES["json"]


class Opened(msgspec.Struct, frozen=True):
    """A decision, and what is known of its tests.

    Attributes:
        decision: The decision.
        roll: What became of its tests: of all of them where the decision was kept or its one record lies beside it.
    """

    decision: Decision
    roll: Roll


def opened(path: Path, out: Path | None = None) -> Opened:
    """Open a decision.

    Args:
        path: A ``decision.json``, an output folder, a dossier as a folder or as a zip, or a kept decision.
        out: An output folder that may have kept the decision too, beside the one in which it lies.

    Raises:
        EvidenceError: When there is none, or it can't be read.
    """
    if path.is_dir():
        return _of_folder(path, path / _DECISION, out)
    if not path.exists():
        raise EvidenceError(f"{path.as_posix()}: there is no such file or folder", code="missing")
    if not path.is_file():
        raise EvidenceError(f"{path.as_posix()}: this is no file")
    if path.name.endswith(SUFFIX):
        return Opened(*unpacked(path))
    if path.suffix == ".zip" or _is_zip(path):
        with tempfile.TemporaryDirectory() as scratch:
            read_zip(path, Path(scratch))
            return _of_folder(path, Path(scratch, _DECISION), out)
    return _read(path, out)


def _of_folder(asked: Path, path: Path, out: Path | None) -> Opened:
    if not path.is_file():
        raise EvidenceError(f"{asked.as_posix()}: there is no {_DECISION} in it", code="missing")
    return _read(path, out)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise EvidenceError(f"{path.as_posix()}: can't be read: {error.strerror}") from error


def _read(path: Path, out: Path | None) -> Opened:
    decision = read(path, path.parent).decision
    assert decision is not None
    digest = (sha256_of(path) or "")[:12]
    places = (path.parent, *([out] if out is not None else []))
    kept = next((roll for place in places if (roll := _kept_roll(place, digest, decision)) is not None), None)
    return Opened(decision, kept or _recorded_roll(path, decision) or roll_of_decision(decision))


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


def _recorded_roll(path: Path, decision: Decision) -> Roll | None:
    """Return what the record beside a decision says of its tests, where it is all that the decision knows of tests."""
    record = path.with_name(RECORD)
    tests = [each for each in decision.evidence if each.kind == "tests"]
    if len(tests) != 1 or tests[0].sha256 is None or sha256_of(record) != tests[0].sha256:
        return None
    try:
        return roll_of_tests(read_record(record)[0].tests, decision)
    except EvidenceError:
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
            f"OLD is about {_told(one)}, and NEW about {_told(other)}"
        )
    if utc_time(one.as_of) > utc_time(other.as_of):
        raise UsageError(f"OLD is of {one.as_of} and NEW of {other.as_of}: name the earlier one first")


def _told(decision: Decision) -> str:
    where = f" against {decision.environment}" if decision.environment else ""
    return clean(f"{decision.subject.name} at {decision.stage}{where}")


def comparable(one: Decision, other: Decision) -> bool:
    """Return whether two decisions are about the same project, stage and environment."""
    return _about(one) == _about(other)


def _about(decision: Decision) -> tuple[str, str, str | None]:
    return decision.subject.name, decision.stage, decision.environment


def _narrowed(decision: Decision) -> bool:
    return any(note.reason == "narrowed" for note in decision.provisional)
