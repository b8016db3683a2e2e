"""The files with texts for the operational documents."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.model.operations import NO_SUCH_FILE, OperationsData, OperationsFile

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.operations import OperationsPlan

LARGEST: Final = 1 << 18
"""Bytes that a text may have."""


def read_operations(root: Path, plan: OperationsPlan) -> OperationsData:
    """Return a plan with the texts of the files that it names.

    Args:
        root: The project's root; a file that lies elsewhere, by a link too, is not read.
        plan: The policy's table.
    """
    return OperationsData(plan, {path: _read(root, path) for path in plan.files})


def _read(root: Path, path: str) -> OperationsFile:
    file = root / path
    if not file.exists():
        return OperationsFile(path, None, problem=NO_SUCH_FILE)
    if not file.resolve().is_relative_to(root.resolve()) or not file.is_file():
        return OperationsFile(path, None, problem="it is no file below the root")
    try:
        return text_of(path, read_bounded(file, LARGEST, f"the text is larger than {LARGEST >> 10} KiB"))
    except EvidenceError as error:
        return OperationsFile(path, None, problem=str(error).partition(": ")[2])


def text_of(path: str, content: bytes) -> OperationsFile:
    """Return what a file's bytes say."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        return OperationsFile(path, digest, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return OperationsFile(path, digest, problem="it is not text in UTF-8")
