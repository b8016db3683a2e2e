"""Go cover profiles: ``go test -coverprofile``, modes set, count and atomic.

Format: https://pkg.go.dev/golang.org/x/tools/cover and https://go.dev/src/cmd/cover/doc.go. Every line after
``mode:`` is a block, ``file:line.column,line.column statements count``.

Go counts statements and does not say on which lines they stand; gates count lines. So the definition is: a line is
executable when it lies in a block that has statements, from the line where the block begins to the line where it
ends; it runs when one of those blocks did. The share of lines is therefore not the share of statements that
``go tool cover -func`` prints: a long block weighs more, blank lines and comments inside a block weigh with it.

A file is named by its import path; the module lines of ``go.mod`` in the root, and in the folders that ``go.work``
uses, say which folder that is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.line_hits import Hits, contents, line_number, text_lines, whole_number
from pytest_stagegate.evidence.readers.source_paths import Damage

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_MODES: Final = ("set", "count", "atomic")
_BLOCK: Final = re.compile(r"(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)", re.ASCII)
_MODULE: Final = re.compile(r'(?m)^\s*module\s+"?([^\s"]+)"?')
_USED: Final = re.compile(r'(?m)^\s*(?:use\s+)?"?(\.{1,2}(?:/[^\s"()]*)?)"?\s*(?://.*)?$')
_LARGEST_MODULE_FILE: Final = 1 << 20
_MOST_LINES: Final = 20_000_000


def read(path: Path, root: Path) -> Contents:
    """Read the lines of a Go cover profile.

    Args:
        path: The file.
        root: The project's root.

    Raises:
        EvidenceError: With file and line, when the file is no profile, or is cut short.
    """
    profile = _Profile(path.name)
    for number, text, ended in text_lines(path):
        try:
            profile.take(text, ended=ended)
        except Damage as error:
            raise EvidenceError(f"{path.name}:{number}: {error}") from error
    modules = _modules(root)
    files = profile.hits.gathered(root, lambda stated: (_below(stated, modules),))
    return contents(profile.hits, files, producer="go cover", holder="Go cover profiles", measured_branches=False)


class _Profile:
    """A profile as it comes in."""

    def __init__(self, name: str) -> None:
        self.hits = Hits(name)
        self._mode = ""
        self._spanned = 0

    def take(self, text: str, *, ended: bool) -> None:
        if not self._mode:
            self._begin(text)
        else:
            self._block(text)
        if not ended:
            raise Damage("the file ends within a line; it is cut short")

    def _begin(self, text: str) -> None:
        self._mode = text.removeprefix("mode: ").strip()
        if self._mode not in _MODES or not text.startswith("mode: "):
            raise Damage(f"{text[:40]!r} is not how a Go cover profile begins: 'mode: set', 'count' or 'atomic'")

    def _block(self, text: str) -> None:
        found = _BLOCK.fullmatch(text)
        if found is None:
            raise Damage(f"{text[:80]!r} is no block: file:line.column,line.column statements count")
        first, last = line_number(found[2]), line_number(found[4])
        if last < first:
            raise Damage(f"the block ends in line {last}, before it begins in line {first}")
        file = self.hits.file(found[1])
        if not whole_number(found[6], "the number of statements"):
            return
        ran = whole_number(found[7], "the count") > 0
        self._spanned += last - first + 1
        if self._spanned > _MOST_LINES:
            raise Damage(f"the blocks span more than {_MOST_LINES} lines")
        for line in range(first, last + 1):
            file.line(line, ran=ran)


def _modules(root: Path) -> dict[str, str]:
    """Return for each module path of the project its folder, relative to the root; longest module path first."""
    folders = dict.fromkeys([".", *_USED.findall(_text(root / "go.work"))])
    found: dict[str, str] = {}
    for folder in folders:
        if module := _MODULE.search(_text(root / folder / "go.mod")):
            found.setdefault(module[1], folder)
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def _below(stated: str, modules: dict[str, str]) -> str:
    module = next((each for each in modules if stated.startswith(f"{each}/")), None)
    return stated if module is None else f"{modules[module]}/{stated[len(module) + 1 :]}"


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST_MODULE_FILE)
    except OSError:
        return ""
