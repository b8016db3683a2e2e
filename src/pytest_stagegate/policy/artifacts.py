"""The policy's word on what is shipped."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader


def artifact_globs(reader: Reader, table: dict[str, Any]) -> tuple[str, ...]:
    """Return the globs of ``artifacts``, relative to the root and below it."""
    globs = reader.names(table, ("artifacts",)) or ()
    for each in globs:
        path = PurePosixPath(each)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            reader.mistake(("artifacts",), f'{each!r} is no glob below the root; write for example "dist/*.whl"')
    return globs
