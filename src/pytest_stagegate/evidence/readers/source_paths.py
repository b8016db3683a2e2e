"""Where the files of a report lie in the project: paths of this machine, of another one, or of no known place.

The rules, in this order, for every file of a report:

1. A file of an installed package is named by where it is imported from, as in a live run: by what follows
   ``site-packages``.
2. A path below the root is cut to what lies below it. Where a report leaves several possibilities, the one that
   exists is taken; where several exist, none is.
3. A report none of whose files is found that way, and none of which lies beside the root, as another project of one
   repository does, was made elsewhere. Its absolute paths are mapped when one prefix, and no other, leads to the
   project: every path below that prefix, with the prefix taken off, is a file below the root. Anything less certain
   leaves the paths as they are.
4. Everything else keeps its stated name.

Nothing is opened; only whether a file exists is asked.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.evidence.readers.hardened_xml import BadXml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_LONGEST: Final = 4096
_DEEPEST: Final = 100
_DRIVE: Final = re.compile("[A-Za-z]:/")
_INSTALLED: Final = re.compile("(?:.*?/)?site-packages/(.+)")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Damage(BadXml):
    """What is wrong with one record of a report; one sentence without the place, which the reader adds."""


class Placed(NamedTuple):
    """The answer of `place`.

    Attributes:
        paths: For each stated name the path relative to the root, or the stated name where none is known.
        found: For each stated name the files of the project that it leads to; none, one or several.
        warnings: Sentences.
    """

    paths: dict[str, str]
    found: dict[str, list[str]]
    warnings: list[str]


def place(claims: Mapping[str, tuple[str, ...]], root: Path) -> Placed:
    """Find the files of a report below the root.

    Args:
        claims: For each stated name the paths where the file may lie, absolute or relative to the root.
        root: The project's root.

    Raises:
        Damage: When a path is empty, longer than 4096 characters or holds control characters.
    """
    ground = _Ground(root)
    wanted = {stated: [normal(each) for each in paths] for stated, paths in claims.items()}
    inside = {stated: ground.inside(paths) for stated, paths in wanted.items()}
    found = {stated: [each for each in paths if ground.has(each)] for stated, paths in inside.items()}
    paths = {stated: each[0] for stated, each in found.items() if len(each) == 1}
    if not paths and not any(found.values()) and not ground.beside(wanted.values()):
        paths = ground.moved(wanted)
        found.update({stated: [path] for stated, path in paths.items()})
    for stated in claims:
        if stated not in paths:
            paths[stated] = inside[stated][0] if len(wanted[stated]) == len(inside[stated]) == 1 else normal(stated)
    return Placed(paths, found, _told(paths.values()))


def normal(path: str) -> str:
    """Return a path with ``/``, without ``.``, ``..`` and doubled separators, and without its ``site-packages``.

    Raises:
        Damage: When it can be no path.
    """
    if not path.strip() or len(path) > _LONGEST or _CONTROL.search(path):
        raise Damage(f"{path[:80]!r} can't be the path of a source file")
    if re.match(r"[A-Za-z]:[\\/]", path) or "/" not in path:
        path = path.replace("\\", "/")
    path = re.sub("^//", "/", posixpath.normpath(path))
    installed = _INSTALLED.fullmatch(path)
    return installed[1] if installed else path


def is_absolute(path: str) -> bool:
    """Return whether a path with ``/`` is absolute on any system."""
    return path.startswith("/") or _DRIVE.match(path) is not None


class _Ground:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._bases = tuple({root.absolute().as_posix().rstrip("/") + "/", root.resolve().as_posix().rstrip("/") + "/"})

    def inside(self, paths: list[str]) -> list[str]:
        cut = [self._cut(each) for each in paths]
        return list(dict.fromkeys(each for each in cut if each))

    def _cut(self, path: str) -> str | None:
        if not is_absolute(path):
            return None if path.startswith("../") or path in (".", "..") else path
        base = next((each for each in self._bases if path.startswith(each)), None)
        return path[len(base) :] if base else None

    def has(self, relative: str) -> bool:
        return os.path.isfile(os.path.join(self._root, relative))

    def beside(self, wanted: Iterable[list[str]]) -> bool:
        """Return whether a path lies in the folder that the root lies in."""
        above = tuple(f"{folder}/" for base in self._bases if (folder := posixpath.dirname(base.rstrip("/"))) != "/")
        return any(path.startswith(above) for paths in wanted for path in paths)

    def moved(self, wanted: Mapping[str, list[str]]) -> dict[str, str]:
        """Return the paths that one prefix, and no other, leads to."""
        absolute = {stated: [each for each in paths if is_absolute(each)] for stated, paths in wanted.items()}
        top = self._top()
        fits: dict[str, dict[str, str]] = {}
        for stated, paths in absolute.items():
            for path in paths:
                parts = path.split("/", _DEEPEST)
                for cut in (each for each in range(1, len(parts)) if parts[each] in top):
                    relative = "/".join(parts[cut:])
                    if self.has(relative):
                        fits.setdefault("/".join(parts[:cut]), {})[stated] = relative
        explained = {stated for files in fits.values() for stated in files}
        whole = [
            (prefix, files)
            for prefix, files in fits.items()
            if files.keys() == explained
            and all(stated in files for stated, paths in absolute.items() if _any_below(prefix, paths))
        ]
        return whole[0][1] if len(whole) == 1 else {}

    def _top(self) -> frozenset[str]:
        try:
            return frozenset(os.listdir(self._root))
        except OSError:
            return frozenset()


def _any_below(prefix: str, paths: list[str]) -> bool:
    return any(path.startswith(f"{prefix}/") for path in paths)


def _told(paths: Iterable[str]) -> list[str]:
    outside = sorted(path for path in paths if is_absolute(path) or path.startswith("../"))
    if not outside:
        return []
    one = len(outside) == 1
    what = "1 file lies" if one else f"{len(outside)} files lie"
    return [f"{what} outside the project's root and {'keeps its' if one else 'keep their'} stated path: {outside[0]}"]
