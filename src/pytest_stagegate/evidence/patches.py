"""Reading a patch that ``git diff --unified=0`` wrote: which lines of which present files it adds or changes.

Format: https://git-scm.com/docs/diff-format#generate_patch_text_with_p
"""

from __future__ import annotations

import io
import re
from typing import Final

import msgspec

_SECTION: Final = b"diff --git "
_HUNK: Final = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS: Final = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SYMLINK: Final = b" 120000"


class Section(msgspec.Struct):
    """What a patch says of one file.

    Attributes:
        path: As git names it: relative to the top of the repository, of a renamed file its new path.
        runs: First line and number of lines of each run that was added or changed, as the file is now.
        deleted: Whether the file is gone.
        binary: Whether git shows no lines of it.
        link: Whether it is a symbolic link now.
    """

    path: bytes
    runs: list[tuple[int, int]] = msgspec.field(default_factory=list)
    deleted: bool = False
    binary: bool = False
    link: bool = False

    def take(self, row: bytes) -> int:
        """Take in one row that is no content, and return how many rows of content follow it."""
        if hunk := _HUNK.match(row):
            before, first, after = hunk.groups(b"1")
            if int(after):
                self.runs.append((int(first), int(after)))
            return int(before) + int(after)
        if row.startswith((b"rename to ", b"copy to ")):
            self.path = _unquoted(row.split(b" to ", 1)[1])
        elif row.startswith(b"deleted file mode"):
            self.deleted = True
        elif row.startswith((b"Binary files ", b"GIT binary patch")):
            self.binary = True
        elif row.startswith((b"new ", b"index ")) and row.endswith(_SYMLINK):
            self.link = True
        return 0


def sections_of(patch: bytes) -> list[Section]:
    """Return what a patch says, file by file; prefixes have to be ``a/`` and ``b/``."""
    found: list[Section] = []
    content = 0
    for row in io.BytesIO(patch):
        if content:
            # "\ No newline at end of file" is no line of either side.
            content -= row[:1] in (b"+", b"-")
        elif row.startswith(_SECTION):
            found.append(Section(_named(row[len(_SECTION) :].rstrip(b"\n"))))
        elif found:
            content = found[-1].take(row.rstrip(b"\n"))
    return found


def _named(both: bytes) -> bytes:
    """Return the path of a section's first row, where both sides have the same; others are named in rows below."""
    return _unquoted(both[: len(both) // 2])[2:]


def _unquoted(name: bytes) -> bytes:
    if not name.startswith(b'"'):
        return name
    return _ESCAPE.sub(_meant, name[1:-1])


def _meant(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _LETTERS.get(code, code)
