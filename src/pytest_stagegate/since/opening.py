"""Opening an earlier decision: where it lies, and what the record beside it says of its tests."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.rendering import FILES
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import RECORD, sha256_of
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.packing import MAGIC, read_zip
from pytest_stagegate.model.manifest import KEPT
from pytest_stagegate.model.roll import Roll, roll_of_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.decision import Decision

DECISION: Final = FILES["json"]


class Opened(msgspec.Struct, frozen=True):
    """A decision, and what is known of its tests.

    Attributes:
        decision: The decision.
        roll: What became of its tests: of all of them where the decision was kept or its one record lies beside it.
    """

    decision: Decision
    roll: Roll


@contextmanager
def decision_file(path: Path, shown: str) -> Iterator[Path]:
    """Yield the ``decision.json`` to which a path leads, with its folder as it was written.

    Args:
        path: The file itself, an output folder, or a dossier as a folder or as a zip.
        shown: The path, for messages.

    Raises:
        EvidenceError: When there is none.
    """
    if path.is_dir():
        yield _in_folder(path, shown)
        return
    if not path.exists():
        raise EvidenceError(f"{shown}: there is no such file or folder", code="missing")
    if not path.is_file():
        raise EvidenceError(f"{shown}: this is no file")
    if not is_zip(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="stagegate-") as scratch:
        read_zip(path, Path(scratch))
        yield _in_folder(Path(scratch), shown)


def _in_folder(folder: Path, shown: str) -> Path:
    if not (folder / DECISION).is_file():
        raise EvidenceError(f"{shown}: there is no {DECISION} in it", code="missing")
    return folder / DECISION


def is_zip(path: Path) -> bool:
    """Return whether a file is a zip, by its name or by its first bytes.

    Raises:
        EvidenceError: When it can't be read.
    """
    if path.suffix == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise EvidenceError(f"{path.name}: it can't be read: {error.strerror}") from error


def record_of(decision: Decision, folder: Path) -> Path | None:
    """Return the record of a decision, where it is all that the decision knows of tests and lies with it as it was.

    Args:
        decision: The decision.
        folder: The folder of its ``decision.json``: in a dossier, records lie in a folder below.
    """
    tests = [each for each in decision.evidence if each.kind == "tests"]
    if len(tests) != 1 or tests[0].sha256 is None or tests[0].format not in ("", "stagegate"):
        return None
    below = folder / KEPT
    names = sorted(os.listdir(below)) if below.is_dir() else []
    there = [folder / RECORD, *(below / name for name in names if name.endswith(RECORD))]
    return next((path for path in there if path.is_file() and sha256_of(path) == tests[0].sha256), None)


def roll_in(record: Path, decision: Decision) -> Roll | None:
    """Return what the record of a decision says of its tests; None where it can't be read."""
    try:
        return roll_of_tests(read_record(record)[0].tests, decision)
    except EvidenceError:
        return None


def about(decision: Decision) -> tuple[str, str, str | None]:
    """Return what a decision is about: its project, stage and environment; only alike ones are compared."""
    return decision.subject.name, decision.stage, decision.environment


def in_words(what: tuple[str, str, str | None]) -> str:
    """Return what `about` returns as people say it."""
    project, stage, environment = what
    return f"{project} at {stage}{f' against {environment}' if environment else ''}"
