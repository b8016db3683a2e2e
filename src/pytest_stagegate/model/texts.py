"""Texts of any length, kept short: the beginning and the end, and how much lies between."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE_LIMIT: Final = 4096
"""Characters kept of a failure's text: the beginning and the end."""

REASON_LIMIT: Final = 300
"""Characters kept of a reason that stands in one line."""

_NO_REASON: Final = frozenset(
    ("Skipped", "[NOTRUN]", "<Skipped instance>", "unconditional skip", "unittest.case.SkipTest")
)
"""What pytest writes where nobody gave a reason."""

_NOTE: Final = 40


class Excerpt:
    """A text that comes in pieces and may be of any size; memory stays near the limit.

    Args:
        limit: Characters to keep.
    """

    __slots__ = ("_half", "_head", "_limit", "_size", "_tail")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._half = (limit - _NOTE) // 2
        self._head: list[str] = []
        self._tail = ""
        self._size = 0

    def add(self, piece: str) -> None:
        """Append a piece of the text."""
        if self._size <= self._limit:
            self._head.append(piece)
        else:
            self._tail = (self._tail + piece)[-self._half :]
        self._size += len(piece)

    def skip(self, count: int) -> None:
        """Leave out so many characters, where more than the limit was added already."""
        self._size += count

    def text(self) -> str:
        """Return the text, cut in the middle where it is longer than the limit."""
        whole = "".join(self._head)
        if self._size <= self._limit:
            return whole
        head, tail = whole[: self._half], (whole + self._tail)[-self._half :]
        return f"{head} … {self._size - 2 * self._half} characters left out … {tail}"


def writable(text: str) -> str:
    """Return a text without lone surrogates, which can't be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def shortened(text: str, limit: int) -> str:
    """Return a text that is cut in the middle where it is longer than `limit`, and says so."""
    if len(text) <= limit and text.isascii():
        return text
    excerpt = Excerpt(limit)
    excerpt.add(writable(text))
    return excerpt.text()


def without_folders(text: str, *folders: Path) -> str:
    """Return a text without folders of this machine that paths in it begin with."""
    for folder in folders:
        text = text.replace(f"{folder.absolute()}{os.sep}", "")
    return text


def first_line(text: str) -> str:
    """Return the first line that is not blank, shortened; empty where there is none."""
    stripped = text.lstrip()
    end = stripped.find("\n")
    return shortened((stripped if end < 0 else stripped[:end]).rstrip(), REASON_LIMIT)


def given_reason(text: str) -> str:
    """Return the reason of a skip or an expected failure, shortened; empty where it is pytest's word for none."""
    reason = text.removeprefix("Skipped: ").removeprefix("reason: ").strip()
    return "" if reason in _NO_REASON else shortened(reason, REASON_LIMIT)
