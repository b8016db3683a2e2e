"""What several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER: Final = click.Path(file_okay=False, path_type=Path)
FILE: Final = click.Path(dir_okay=False, path_type=Path)


def known(option: str, name: str | None, names: Iterable[str]) -> None:
    """Refuse a name that is not declared; None is always right.

    Raises:
        UsageError: With the nearest valid name.
    """
    names = tuple(names)
    if name is not None and name not in names:
        raise UsageError(f"{option}: unknown name {name!r}; {nearest(name, names)}")


def short(path: Path) -> str:
    """Return a path for people: relative to the working directory where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
