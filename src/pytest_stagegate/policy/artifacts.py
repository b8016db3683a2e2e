"""The policy's word on what is shipped."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pytest_stagegate.model.artifacts import ArtifactGlobs

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader


def artifact_globs(reader: Reader, table: dict[str, Any]) -> ArtifactGlobs:
    """Return the globs of ``artifacts`` and ``rebuilt_artifacts``, relative to the root and below it."""
    return ArtifactGlobs(*(_globs(reader, table, key) for key in ("artifacts", "rebuilt_artifacts")))


def _globs(reader: Reader, table: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(below_root(reader, each, (key,)) for each in reader.names(table, (key,)) or ())


def below_root(reader: Reader, glob: str, key: tuple[str, ...]) -> str:
    """Return a glob, and note one that is not relative to the root and below it."""
    path = PurePosixPath(glob)
    if glob and (path.is_absolute() or ".." in path.parts or not path.parts):
        reader.mistake(key, f'{glob!r} is no glob below the root; write for example "dist/*.whl"')
    return glob
