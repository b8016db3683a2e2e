"""``FORMAT[:PATH]``: which documents a command line asks for; the same for pytest and for ``stagegate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.documents.delivering import DETECTED
from pytest_stagegate.documents.rendering import DEFAULT, FOLDERS, FORMATS, Wanted
from pytest_stagegate.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def documents_wanted(
    option: str, written: Sequence[str] | None, base: Path, environ: Mapping[str, str]
) -> tuple[Wanted, ...]:
    """Return the documents asked for with ``FORMAT[:PATH]``; when nothing was, the default ones and its CI system's.

    Args:
        option: Name of the option, for messages.
        written: What was written; several add up.
        base: Folder that paths are relative to.
        environ: The variables, by which a CI system is known.

    Raises:
        UsageError: For a format that does not exist, or a path that can't be written.
    """
    if not written:
        found = (format for format, (name, value) in DETECTED.items() if environ.get(name) == value)
        return (*DEFAULT, *(Wanted(format) for format in found))
    wanted = []
    for each in written:
        name, _, path = each.partition(":")
        if name not in FORMATS:
            raise UsageError(f"{option}: unknown format {name!r}; {nearest(name, FORMATS)}")
        if path and name == "terminal":
            raise UsageError(f"{option}: the terminal is no file; write just 'terminal'")
        place = (base / path).resolve() if path else None
        if place is not None and place.exists():
            _refuse(option, name, path, place)
        wanted.append(Wanted(name, place))
    return tuple(wanted)


def _refuse(option: str, name: str, path: str, place: Path) -> None:
    if name in FOLDERS and not place.is_dir():
        raise UsageError(f"{option}: {path!r} is there already, and it is no folder, which {name} needs")
    if name not in FOLDERS and not place.is_file():
        # It would be replaced by a file, be it a folder or a device.
        raise UsageError(f"{option}: {path!r} is there already, and it is no file")
