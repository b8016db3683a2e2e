"""Texts without folders: a file loses its folders, a test its file; words between which there is a stroke stay.

Where nobody can tell whether it is a path, it is taken for one as soon as its folder is named anywhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD: Final = re.compile(r"[^\s,;()“”'\"`]+")
_STROKE: Final = re.compile(r"[/\\]")
_FOLDERS: Final = re.compile(r"^(?:[A-Za-z]:)?(?:[^/\\]*[/\\])+(?=[^/\\])")
_PLACED: Final = re.compile(r"^(?:[A-Za-z]:)?[/\\]|^[.~]|[*\\]|/.*/")
"""What only a path has: it begins at a root or at a dot, has more than one stroke, or one of Windows."""
_FILE: Final = re.compile(r"\.[A-Za-z]")
"""What tells a file from a word or a version: a suffix that begins with a letter."""
_VERSION: Final = r"v?\d+(?:\.(?:\d+|x))*(?:(?:a|b|rc|\.dev|\.post)\d+)?"
_NO_PATH: Final = re.compile(
    rf"(?i:https?://).*|\d[\d./]*|{_VERSION}/{_VERSION}[.:]?|SHA256:[A-Za-z0-9+/]{{43}}=?"
    r"|CVSS:\d\.\d(?:/[A-Za-z]{1,3}:[A-Za-z]{1,2})+|application/vnd\.[\w.+-]+",
    re.DOTALL,
)
"""Addresses, dates and counts, versions, fingerprints of keys, vectors of vulnerabilities, types of content."""
_TEST: Final = re.compile(r"(?P<file>(?:[A-Za-z]:)?[^:\[]*[./\\][^:\[]*::)(?P<outer>[^\[]*::)?(?P<name>.+)", re.DOTALL)
_WHOLE: Final = re.compile(r"(?:[A-Za-z]:)?(?:[^/\\:]*[/\\])+(?P<file>[^/\\]*\.[A-Za-z]\w*(?::\d+(?:-\d+)?)*)")
"""A text that is a path from its beginning to its end, with blanks in its folders perhaps."""
_WARNING: Final = re.compile(r"(?P<place>.+:\d+: \w+ \(\d+\)): .*", re.DOTALL)
"""A warning as the gate of that name tells it: its place, its category, how often, and what the test made of it."""
_PLACES: Final = ("where", "id")
"""Fields that hold places and nothing else."""


class Folders:
    """The folders that a view names, taken out of it.

    Args:
        view: A view, with all its strings.
    """

    def __init__(self, view: msgspec.Struct) -> None:
        self._known = frozenset(
            folder for text in _texts(view) for word in _WORD.findall(text) for folder in _certain(word)
        )

    def without(self, value: Any) -> Any:
        """Return a value in which no string names a folder."""
        if isinstance(value, str):
            return _WORD.sub(lambda match: self._last(match[0]), value)
        if isinstance(value, tuple):
            return tuple(map(self.without, value))
        if isinstance(value, msgspec.Struct):
            return replace(value, **{name: self._field(name, getattr(value, name)) for name in value.__struct_fields__})
        return value

    def place(self, text: str) -> str:
        """Return the name of a test, in which there may be blanks and strokes, or a place without folders."""
        test = _TEST.fullmatch(text)
        if test:
            return test["name"]
        whole = _WHOLE.fullmatch(text)
        return whole["file"] if whole else str(self.without(_WARNING.sub(r"\g<place>", text)))

    def _field(self, name: str, value: Any) -> Any:
        if name not in _PLACES:
            return self.without(value)
        return tuple(map(self.place, value)) if isinstance(value, tuple) else self.place(value)

    def _last(self, word: str) -> str:
        """Return a file without its folders, and a test without its file; all else stays."""
        if _NO_PATH.fullmatch(word):
            return word
        test = _TEST.fullmatch(word)
        if test:
            return test["name"]
        return _FOLDERS.sub("", word) if _PLACED.search(word) or self._is_file(word) else word

    def _is_file(self, word: str) -> bool:
        folder, *names = _STROKE.split(word)
        return bool(names) and (folder in self._known or _FILE.search(names[-1]) is not None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)


def _certain(word: str) -> Iterator[str]:
    """Yield the folders of a word that is a path beyond doubt: it names a file, or begins at a root."""
    test = _TEST.fullmatch(word)
    path = test["file"].removesuffix("::") if test else word
    *folders, file = _STROKE.split(path)
    if folders and not _NO_PATH.fullmatch(word) and (test or _FILE.search(file) or not folders[0]):
        yield from (each for each in folders if any(letter.isalpha() for letter in each))
