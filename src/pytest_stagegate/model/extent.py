"""How far coverage reaches: which files it should have measured, so that one it has never seen is noticed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

PYTHON: Final = ".py"

_TOKENS: Final = re.compile(r"\*\*/|/\*+$|\*|\?|\[[^\]]+\]|[^*?\[/]+|.", re.DOTALL)
_MEANING: Final = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]", "/*": "/.*", "/**": "/.*"}


class Scope(msgspec.Struct, frozen=True, order=True):
    """What coverage.py was told to measure; names and patterns as its configuration writes them.

    One without anything stands for a part of the evidence that doesn't say what was to be measured.

    Attributes:
        source: Folders, relative to the root, and importable packages.
        include: Patterns of which a file has to match one; empty where none is asked for.
        omit: Patterns of files that are left out.
    """

    source: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()

    def leaves_out(self, path: str) -> bool:
        """Return whether a file is left out, wherever the source lies."""
        left_out = any(_pattern(each)(path) for each in self.omit)
        return left_out or (bool(self.include) and not any(_pattern(each)(path) for each in self.include))


@lru_cache(maxsize=256)
def _pattern(written: str) -> Callable[[str], bool]:
    """Return a test by a pattern of coverage.py's ``omit`` or ``include``.

    Rules: https://coverage.readthedocs.io/en/latest/source.html#file-patterns
    """
    # A name alone, and what begins with a star and a slash, is found at any depth.
    whole = written if "/" in written else f"**/{written}"
    tokens = _TOKENS.findall(re.sub(r"^\*+/", "**/", whole.removeprefix("./")))
    meaning = "".join(_MEANING.get(each) or (each if _is_set(each) else re.escape(each)) for each in tokens)
    compiled = re.compile(meaning, re.DOTALL)
    return lambda path: compiled.fullmatch(path) is not None


def _is_set(token: str) -> bool:
    return len(token) > 2 and token.startswith("[")


class Extent:
    """Which files coverage should have measured.

    Args:
        scopes: What coverage.py was told, of each part of a run that says.
        source: Folders or packages that the policy names; they stand instead of the scopes' own.
        measured: Paths of all measured files.
        known: Paths of files that are there.
    """

    def __init__(
        self, scopes: Collection[Scope], source: Iterable[str], measured: Collection[str], known: Collection[str]
    ) -> None:
        self._scopes = scopes
        self._languages = {PYTHON, *map(_suffix, measured)}
        self._asked = [_within(name, measured, known) for name in source]
        told = [scope for scope in scopes if scope != Scope()]
        self._told = [(scope, [_within(name, measured, known) for name in scope.source]) for scope in told]
        self._open = len(told) < len(scopes) or not told

    def holds(self, path: str) -> bool | None:
        """Return whether a file should have been measured, or None where nothing says.

        A file of a language of which nothing was measured is none; coverage.py's scopes speak of Python alone.
        """
        language = _suffix(path)
        if language not in self._languages:
            return False
        python = language == PYTHON
        if self._asked:
            left_out = python and bool(self._scopes) and all(scope.leaves_out(path) for scope in self._scopes)
            return not left_out and any(within(path) for within in self._asked)
        held = any(
            (not places or any(within(path) for within in places)) and not scope.leaves_out(path)
            for scope, places in self._told
        )
        return (python and held) or (None if self._open or not python else False)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix


def _within(name: str, measured: Collection[str], known: Collection[str]) -> Callable[[str], bool]:
    """Return a test for files of a folder, or of a package where there is no folder of that name.

    Where the package lies is seen from its measured files: tests are often laid out in folders of the same names.
    """
    folder = name.removeprefix("./").rstrip("/")
    if folder in ("", "."):
        return lambda path: True
    if any(path == folder or path.startswith(f"{folder}/") for path in known):
        return lambda path: path == folder or path.startswith(f"{folder}/")
    package = f"/{name.replace('.', '/')}"
    heads = {head for path in measured if (head := _head(f"/{path}", package)) is not None}
    if not heads:
        return lambda path: in_source(name, path)
    return lambda path: _head(f"/{path}", package) in heads


def _head(path: str, package: str) -> str | None:
    head, found, _ = path.partition(f"{package}/")
    if found:
        return head
    return path.removesuffix(f"{package}.py") if path.endswith(f"{package}.py") else None


def in_source(name: str, path: str) -> bool:
    """Return whether a file belongs to a folder or an importable package or module of that name."""
    folder = name.removeprefix("./").rstrip("/")
    package = name.replace(".", "/")
    return (
        folder in ("", ".")
        or path == folder
        or path.startswith((f"{folder}/", f"{package}/"))
        or path == f"{package}.py"
        or f"/{package}/" in path
        or path.endswith(f"/{package}.py")
    )
