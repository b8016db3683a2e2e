"""The policy's word on manual tests: the table ``[tool.stagegate.manual]``."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_KEY: Final = "manual"


def manual_folder(reader: Reader, table: dict[str, Any]) -> str | None:
    """Return the folder with manual tests in Markdown, relative to the root and below it; None where there is none."""
    written = reader.table(table, (_KEY,))
    reader.no_other(written, (_KEY,), ("folder",))
    if "folder" not in written:
        return None
    folder = reader.text_of(written, (_KEY, "folder"))
    path = PurePosixPath(folder)
    if folder and (path.is_absolute() or ".." in path.parts or not path.parts or "\\" in folder):
        reader.mistake((_KEY, "folder"), f"has to be a folder below the root, not {folder!r}")
        return None
    return path.as_posix() if folder else None
