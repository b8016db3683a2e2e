"""Links to files in a terminal (OSC 8): written only where the terminal is known to show them as links.

Source: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.places import path_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORCED: Final = "FORCE_HYPERLINK"
"""Variable that decides alone: ``0`` for no links, anything else for links; as other tools take it."""

_ANY: Final = ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")
_PROGRAMS: Final = frozenset({"ghostty", "Hyper", "iTerm.app", "rio", "tabby", "vscode", "WezTerm"})
_TERMS: Final = frozenset({"alacritty", "foot", "xterm-ghostty", "xterm-kitty"})
_OLDEST_VTE: Final = 5001
"""The first of GNOME's terminals with links that does not crash on them, as its variable says it."""

_START: Final = "\x1b]8;;"
_END: Final = "\x1b\\"


def takes_links(environ: Mapping[str, str], *, tty: bool) -> bool:
    """Return whether a stream takes links.

    Args:
        environ: The variables, by which terminals are known.
        tty: Whether the stream is a terminal.
    """
    if FORCED in environ:
        return environ[FORCED] != "0"
    if not tty or environ.get("CI") or environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    if environ.get("TERM_PROGRAM") in _PROGRAMS or environ.get("TERM") in _TERMS:
        return True
    version = environ.get("VTE_VERSION", "")
    return any(map(environ.get, _ANY)) or (version.isdecimal() and int(version) >= _OLDEST_VTE)


def linked(line: str, part: str, file: Path | None) -> str:
    """Return a line in which a part leads to a file; as it is without a file, or where the part is not whole."""
    if file is None or not part or part not in line:
        return line
    return line.replace(part, f"{_START}{file.as_uri()}{_END}{part}{_START}{_END}", 1)


def file_of(part: str, root: Path) -> Path | None:
    """Return the file below the root that a place names, or None where there is none."""
    path = path_in(part)
    file = root.resolve() / path
    try:
        return file if path and file.is_file() else None
    except OSError:  # a name that is too long for a file names none
        return None
