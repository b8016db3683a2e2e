"""Writing the record: streamed, flushed often enough that a crash loses at most one batch."""

from __future__ import annotations

import os
import time
from array import array
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.evidence.lines import ITEMS_PER_LINE, OF_LINKS, Items, LeftOut, Line, Passed, Run, Tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_stagegate.model.tags import Tag

BATCH: Final = 500
FLUSH_SECONDS: Final = 0.5

# Bound here, so that a test that replaces them does not reach the record.
_lseek, _write, _monotonic = os.lseek, os.write, time.monotonic
_pwrite = getattr(os, "pwrite", None)

_LAST_LINE: Final = 1 << 12
"""More bytes than the last line of a record ever has."""

_STARTED_HEAD: Final = b'{"record":"started","item":'
_STARTED_WIDTH: Final = 12


class RecordWriter:
    """Writes one run's record from its first moment.

    Args:
        path: The file; written anew.
        run: The first line.

    Attributes:
        lines: How many lines were written so far.

    Raises:
        OSError: When the file can't be written, here and in every method.
    """

    def __init__(self, path: Path, run: Run) -> None:
        self.path = path
        self.lines = 0
        self._encoder = msgspec.json.Encoder()
        self._file = path.open("wb")
        self._identity = _identity(os.fstat(self._file.fileno()))
        # Started marks are written in place through a handle of their own, so that they never move the stream.
        self._marks = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        self._mark_of: dict[int, int] = {}
        self._free: deque[int] = deque()
        self._items = array("L")
        self._microseconds = array("Q")
        self._next_flush = _monotonic() + FLUSH_SECONDS
        self.line(run)
        self._file.flush()

    def line(self, line: Line) -> None:
        """Append one line; it reaches the disk with the next flush."""
        self.lines += 1
        self._file.write(self._encoder.encode(line))
        self._file.write(b"\n")

    def collected(self, ids: Sequence[str], tag_of: Sequence[int], tags: Sequence[Tag], *, first: int = 0) -> None:
        """Write down what is expected, before any test runs; `first` is the index of the first of the ids."""
        self.line(Tags(tags=tuple((tag.stage, tag.environments, tag.tagged) for tag in tags)))
        for start in range(0, len(ids), ITEMS_PER_LINE):
            part = slice(start, start + ITEMS_PER_LINE)
            self.line(Items(first=first + start, ids=tuple(ids[part]), tags=tuple(tag_of[part])))
        self._file.flush()

    def linked(self, links: Mapping[str, Mapping[str, Sequence[int]]], *, first: int = 0) -> None:
        """Write down which collected tests are linked to what; numbers are counted from `first` on."""
        for kind, line in OF_LINKS.items():
            for name, items in sorted(links.get(kind, {}).items()):
                self.line(line(id=name, items=tuple(first + item for item in items)))

    def left_out(self, by: str, items: Sequence[int]) -> None:
        """Write down which collected tests were taken out, and by whom."""
        if items:
            self.line(LeftOut(by=by, items=tuple(items)))

    def started(self, item: int) -> None:
        """Mark a test as running, on the disk, at once."""
        if not self._free:
            self._new_mark()
        position = self._free.popleft()
        self._mark_of[item] = position
        self._write_mark(position, item)

    def finished(self, item: int) -> None:
        """Take back the mark of a test; the next start writes over it."""
        position = self._mark_of.pop(item, None)
        if position is not None:
            self._free.appendleft(position)

    def passed(self, item: int, microseconds: int) -> None:
        """Record a plainly passed test in the current batch."""
        self._items.append(item)
        self._microseconds.append(microseconds)
        if len(self._items) >= BATCH or _monotonic() >= self._next_flush:
            self.flush()

    def flush(self) -> None:
        """Write the current batch and everything before it to the disk."""
        if self._items:
            self.line(Passed(items=tuple(self._items), us=tuple(self._microseconds)))
            del self._items[:]
            del self._microseconds[:]
        self._file.flush()
        self._next_flush = _monotonic() + FLUSH_SECONDS

    def idle(self) -> None:
        """Write to the disk that nothing is running any more, where that is so."""
        if not self._mark_of:
            for position in self._free:
                self._write_mark(position, -1)

    def still_there(self) -> bool:
        """Return whether the file at the path is the one that was written here."""
        try:
            return _identity(self.path.stat()) == self._identity
        except OSError:
            return False

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._file.close()
        os.close(self._marks)

    def _new_mark(self) -> None:
        self._file.flush()
        self._free.append(self._file.tell() + len(_STARTED_HEAD))
        self.lines += 1
        self._file.write(_STARTED_HEAD + b"-1".rjust(_STARTED_WIDTH) + b"}\n")
        self._file.flush()

    def _write_mark(self, position: int, item: int) -> None:
        mark = b"%12d" % item
        if _pwrite is not None:
            _pwrite(self._marks, mark, position)
        else:
            _lseek(self._marks, position, os.SEEK_SET)
            _write(self._marks, mark)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def replace_last_line(path: Path, line: Line) -> None:
    """Write another last line over that of a record that has been closed.

    The old one goes first, so that a process that dies in between leaves a record without an end, and no byte at
    which the file could be cut leaves a record that looks whole and says something else.

    Raises:
        OSError: When the record can't be written.
    """
    with path.open("r+b") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _LAST_LINE)
        file.seek(start)
        tail = file.read()
        file.seek(start + tail.rstrip(b"\n").rfind(b"\n") + 1)
        file.truncate()
        file.flush()
        file.write(msgspec.json.encode(line) + b"\n")
