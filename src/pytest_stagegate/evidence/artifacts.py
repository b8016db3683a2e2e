"""What is shipped: the files that the policy's ``artifacts`` match, their digests, and what each of them is."""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.archives import differences
from pytest_stagegate.evidence.artifact_contents import described
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.model.decision import Artifact, Note, Rebuilt
from pytest_stagegate.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.artifacts import ArtifactGlobs
    from pytest_stagegate.model.decision import Subject

_WILD: Final = frozenset("*?")


def artifacts_of(
    rootdir: Path, globs: ArtifactGlobs, project: str | None = None
) -> tuple[tuple[Artifact, ...], tuple[Note, ...]]:
    """Return the artifacts that are there, by name, and why the list is not to be relied on.

    Args:
        rootdir: The project's root.
        globs: Where they lie. Below the folders that they name, folders of tools (``.git``) are not searched.
        project: The name that the project declares, or None.

    Returns:
        Two files of one name and the same bytes are one artifact; with different bytes both are listed, and told.
    """
    again = _all_matched(rootdir, globs.rebuilt)
    shipped, notes = _digested(rootdir, [each for each in _all_matched(rootdir, globs.shipped) if each not in again])
    rebuilt, unread = _digested(rootdir, again)
    by_name: dict[str, list[str]] = defaultdict(list)
    found = {}
    for (name, digest), path in shipped.items():
        by_name[name].append(path)
        second = [(twin, place) for (other, twin), place in rebuilt.items() if other == name]
        found[name, digest] = Artifact(
            name=name,
            sha256=digest,
            rebuilt=_rebuilt(rootdir, path, digest, second),
            **described(rootdir / path, project)._asdict(),
        )
    notes += [*unread, *(_twice(paths) for paths in by_name.values() if len(paths) > 1)]
    return tuple(found[each] for each in sorted(found)), tuple(notes)


def _all_matched(rootdir: Path, globs: Iterable[str]) -> list[str]:
    return sorted({path for glob in globs for path in files_matching(rootdir, glob)})


def _digested(rootdir: Path, paths: Iterable[str]) -> tuple[dict[tuple[str, str], str], list[Note]]:
    """Return the first of the files by name and digest, and those that can't be read."""
    found: dict[tuple[str, str], str] = {}
    notes = []
    for path in paths:
        # A name that is no UTF-8 can stand in no record; and a pipe would wait for ever for somebody to write.
        told = path.encode("utf-8", "replace").decode()
        digest = sha256_of(rootdir / path) if told == path and (rootdir / path).is_file() else None
        if digest is None:
            text = f"{told}: this artifact can't be read, so it is not known what is shipped."
            notes.append(Note(reason="artifact-unreadable", text=text))
        else:
            found.setdefault((path.rpartition("/")[2], digest), path)
    return found, notes


def _rebuilt(rootdir: Path, path: str, digest: str, second: Sequence[tuple[str, str]]) -> Rebuilt | None:
    """Return what a second build made of an artifact; of several files of its name one that differs."""
    other = next(((twin, place) for twin, place in second if twin != digest), None)
    if other is not None:
        return Rebuilt(sha256=other[0], differs=differences(rootdir / path, rootdir / other[1]))
    return Rebuilt(sha256=digest) if second else None


def _twice(paths: list[str]) -> Note:
    text = f"Artifacts of one name differ: {', '.join(sorted(paths))}. Artifacts are told apart by their file names."
    return Note(reason="artifact-ambiguous", text=text)


def files_matching(rootdir: Path, glob: str) -> Iterator[str]:
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


def unlisted(recorded: Subject, present: Subject) -> tuple[Note, ...]:
    """Return which artifacts lie here and are not among those that the runs name."""
    listed = {each.name for each in recorded.artifacts}
    more = sorted({each.name for each in present.artifacts} - listed)
    if not more:
        return ()
    text = f"Artifacts lie here that no recorded run names, and that this decision is not about: {', '.join(more)}."
    return (Note(reason="artifact-unlisted", text=text),)
