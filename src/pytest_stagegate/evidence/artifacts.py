"""What is shipped: the files that the policy's ``artifacts`` match, and their digests."""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.model.decision import Artifact, Note
from pytest_stagegate.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WILD: Final = frozenset("*?")


def artifacts_of(rootdir: Path, globs: Iterable[str]) -> tuple[tuple[Artifact, ...], tuple[Note, ...]]:
    """Return the artifacts that are there, by name, and why the list is not to be relied on.

    Args:
        rootdir: The project's root.
        globs: Relative to it. Below the folders that they name, folders of tools (``.git``) are not searched.

    Returns:
        Two files of one name and the same bytes are one artifact; with different bytes both are listed, and told.
    """
    found: dict[Artifact, str] = {}
    notes = []
    for path in sorted({path for glob in globs for path in matched(rootdir, glob)}):
        digest = sha256_of(rootdir / path)
        if digest is None:
            text = f"{path}: this artifact can't be read, so it is not known what is shipped."
            notes.append(Note(reason="artifact-unreadable", text=text))
        else:
            found.setdefault(Artifact(name=path.rpartition("/")[2], sha256=digest), path)
    by_name: dict[str, list[str]] = defaultdict(list)
    for artifact, path in found.items():
        by_name[artifact.name].append(path)
    notes += [_twice(paths) for paths in by_name.values() if len(paths) > 1]
    return tuple(sorted(found, key=lambda each: (each.name, each.sha256))), tuple(notes)


def _twice(paths: list[str]) -> Note:
    text = f"Artifacts of one name differ: {', '.join(sorted(paths))}. Artifacts are told apart by their file names."
    return Note(reason="artifact-ambiguous", text=text)


def matched(rootdir: Path, glob: str) -> Iterator[str]:
    """Yield the files that a glob matches, and folders below it that can't be opened."""
    matched = matches(glob)
    literal = "/".join(takewhile(lambda part: not _WILD & set(part), glob.removeprefix("./").rstrip("/").split("/")))
    start = rootdir / literal
    if start.is_file():
        yield literal
    closed: list[OSError] = []
    for folder, inner, names in os.walk(start, onerror=closed.append):
        inner[:] = [name for name in inner if not name.startswith(".") and name != "__pycache__"]
        below = Path(folder).relative_to(rootdir)
        yield from (path for name in names if matched(path := (below / name).as_posix()))
    for error in closed:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            yield Path(error.filename).relative_to(rootdir).as_posix()
