"""The policy's word on what is shipped."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader


def artifact_globs(reader: Reader, table: dict[str, Any]) -> tuple[str, ...]:
    """Return the globs of ``artifacts``, relative to the root and below it."""
    globs = reader.names(table, ("artifacts",)) or ()
    return tuple(below_root(reader, each, ("artifacts",)) for each in globs)


def below_root(reader: Reader, glob: str, key: tuple[str, ...]) -> str:
    """Return a glob, and note one that is not relative to the root and below it."""
    path = PurePosixPath(glob)
    if glob and (path.is_absolute() or ".." in path.parts or not path.parts):
        reader.mistake(key, f'{glob!r} is no glob below the root; write for example "dist/*.whl"')
    return glob
