"""Keeping the evidence of a decision beside it, where later runs overwrite the files that were named."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.model.manifest import KEPT
from pytest_stagegate.verifying.locating import located, stated_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.model.decision import Decision


def keep_evidence(decision: Decision, folder: Path, root: Path, given: Iterable[Path]) -> None:
    """Copy each file that the decision states with a digest, and that is there with these bytes.

    Args:
        decision: The decision.
        folder: The folder that it lies in.
        root: The project's root.
        given: Files that were handed over, wherever they lie.

    Raises:
        OSError: When a copy can't be written.
    """
    found = located(decision, folder, root, (each for each in given if each.is_file()))
    taken: list[str] = []
    for source, digest in dict.fromkeys(stated_in(decision)):
        path = found.path(digest)
        if path is None or path.parent in (folder, folder / KEPT):
            continue
        name = PurePosixPath(source).name
        number = sum(each.casefold() == name.casefold() for each in taken)
        taken.append(name)
        write_whole(folder / KEPT / (f"{number + 1}-{name}" if number else name), path.read_bytes())
