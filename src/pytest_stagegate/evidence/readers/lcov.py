"""LCOV tracefiles, of lcov and geninfo 1.x and 2.x and of all the tools that write their format.

Format: geninfo(1), TRACEFILE FORMAT, https://github.com/linux-test-project/lcov/blob/master/docs/man/geninfo.rst.

A line runs where its ``DA`` count is above 0. A branch is ``line:block:branch`` as ``BRDA`` names it; ``-`` (never
reached) and 0 are not taken. The marks that lcov 2 puts before the block are no part of the name, so that a branch
has the same one in every version; those that it marks as unreachable (``U``) are no branches, as its own totals have
it. Functions and MC/DC are not read. A section that does not end in ``end_of_record`` is a truncated file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.line_hits import FileHits, Hits, contents, line_number, ran, text_lines
from pytest_stagegate.evidence.readers.source_paths import Damage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_LINE: Final = re.compile(r"([^,]*),([^,]*)(?:,.*)?")
_BRANCH: Final = re.compile(r"([^,]*),([efU]*)([0-9]+),(.*),([^,]+)", re.DOTALL)
_TOTALS: Final = ("LF", "LH", "BRF", "BRH")
_UNREAD: Final = frozenset(("VER", "FN", "FNDA", "FNF", "FNH", "FNL", "FNA", "MCDC", "MCF", "MCH"))


def read(path: Path, root: Path) -> Contents:
    """Read the lines and branches of an LCOV tracefile.

    Args:
        path: The file.
        root: The project's root; ``SF`` paths are absolute or relative to it.

    Raises:
        EvidenceError: With file and line, when the file is no tracefile, or is cut short.
    """
    trace = _Trace(path.name)
    last = 0, "", True
    for last in text_lines(path):
        number, text, _ = last
        try:
            trace.take(text.strip())
        except Damage as error:
            raise EvidenceError(f"{path.name}:{number}: {error}") from error
    number, text, ended = last
    if not ended and text.strip() != "end_of_record":
        raise EvidenceError(f"{path.name}:{number}: the file ends within a line; it is cut short")
    if trace.source is not None:
        raise EvidenceError(
            f"{path.name}:{number}: the section of {trace.source!r} has no end_of_record; it is cut short"
        )
    files = trace.hits.gathered(root)
    return contents(trace.hits, files, producer="", holder="LCOV tracefiles")


class _Trace:
    """A tracefile as it comes in."""

    def __init__(self, name: str) -> None:
        self.hits = Hits(name)
        self.source: str | None = None
        self._file: FileHits | None = None
        self._stated: dict[str, str] = {}
        self._lines: dict[int, bool] = {}
        self._branches: dict[tuple[int, str], bool] = {}
        self._records: dict[str, Callable[[str], None]] = {"SF": self._begin, "DA": self._line, "BRDA": self._branch}

    def take(self, record: str) -> None:
        kind, colon, value = record.partition(":")
        known = self._records.get(kind) if colon else None
        if known is not None and (self._file is not None or kind == "SF"):
            known(value)
        elif record == "end_of_record":
            self._end()
        elif record and record[0] != "#" and kind != "TN":
            self._other(record, kind, value, named=bool(colon))

    def _other(self, record: str, kind: str, value: str, *, named: bool) -> None:
        if not named or not re.fullmatch("[A-Z]{2,8}", kind):
            raise Damage(f"{record[:40]!r} is no record of an LCOV tracefile")
        if self._file is None:
            raise Damage(f"{kind} stands outside a section; SF begins one")
        if kind in _TOTALS:
            self._stated[kind] = value
        elif kind not in _UNREAD:
            self.hits.warnings.add(f"records of the kind {kind} are not known and not read")

    def _begin(self, value: str) -> None:
        if self.source is not None:
            raise Damage(f"a section begins, but that of {self.source!r} has no end_of_record")
        self.source = value.strip()
        self._file = self.hits.file(self.source)

    def _line(self, value: str) -> None:
        found = _LINE.fullmatch(value)
        if found is None:
            raise Damage(f"DA is {value[:40]!r} instead of line,count")
        number, count = line_number(found[1]), ran(found[2], self.hits.warnings)
        self._lines[number] = self._lines.get(number, False) or count

    def _branch(self, value: str) -> None:
        found = _BRANCH.fullmatch(value)
        if found is None:
            raise Damage(f"BRDA is {value[:40]!r} instead of line,block,branch,taken")
        marks, block, name = found[2], found[3], found[4]
        taken = found[5] != "-" and ran(found[5], self.hits.warnings)
        if "U" not in marks:
            key = line_number(found[1]), f"{block}:{name}"
            self._branches[key] = self._branches.get(key, False) or taken

    def _end(self) -> None:
        if self._file is None:
            raise Damage("end_of_record stands outside a section; SF begins one")
        for number, hit in self._lines.items():
            self._file.line(number, ran=hit)
        for (number, name), taken in self._branches.items():
            self._file.branch(number, ":", name, taken=taken)
        counted = {
            "LF": len(self._lines),
            "LH": sum(self._lines.values()),
            "BRF": len(self._branches),
            "BRH": sum(self._branches.values()),
        }
        for kind, number in counted.items():
            self.hits.warnings.differ(kind, self._stated.get(kind), number, file=self.source or "")
        self.source = self._file = None
        for each in (self._stated, self._lines, self._branches):
            each.clear()
