"""What all readers of coverage share: lines and branches gathered per file, numbers, and text that comes in lines.

A reader tells `Hits` what its format says, record by record; `gathered` makes exact sets of it. A file that is told
several times is one file: a line that ran once has run, a branch that was taken once is taken.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.source_paths import Damage, place
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.linesets import LAST_LINE, branch_counts, count, ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping
    from pathlib import Path

    Claims = Callable[[str], tuple[str, ...]]

MOST_BRANCHES: Final = 5_000_000
"""A file that counts more branches than this is taken for damage: counts cost no space, their names do."""

_LONGEST_TEXT_LINE: Final = 1 << 20
_SHOWN: Final = 10
_INTEGER: Final = re.compile("[0-9]{1,40}")
_DIGITS: Final = re.compile("[0-9]+")
_BLANKS: Final = re.compile(r"[%\s]")


class FileHits:
    """What was told about one file; four bytes a line, and the name of each branch."""

    __slots__ = ("_counted", "_lines", "_named", "_total")

    def __init__(self, total: list[int]) -> None:
        self._lines = array("I")
        self._counted = array("I")
        self._named = bytearray()
        self._total = total

    def __bool__(self) -> bool:
        """Return whether any line or branch is known."""
        return bool(self._lines or self._counted or self._named)

    def line(self, number: int, *, ran: bool) -> None:
        """Note an executable line, 0 to `LAST_LINE`."""
        self._lines.append(number * 2 + ran)

    def branch(self, line: int, scheme: str, name: str, *, taken: bool) -> None:
        """Note a branch that has a name of its own.

        Args:
            line: Where it starts.
            scheme: ``>`` where the name is the line it leads to, ``:`` where it is the tool's own.
            name: Blanks and ``%`` in it are written as ``%20``, ``%25`` and so on.
            taken: Whether it was taken.
        """
        escaped = _BLANKS.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)
        self._named += f"{'+' if taken else '-'}{line}{scheme}{escaped} ".encode()

    def branches(self, line: int, total: int, taken: int) -> None:
        """Note that a line has so many branches, of which so many were taken.

        Raises:
            Damage: When more were taken than there are, or when there are more than `MOST_BRANCHES`.
        """
        if taken > total:
            raise Damage(f"line {line} has {taken} branches taken of {total}")
        self._total[0] += total
        if self._total[0] > MOST_BRANCHES:
            raise Damage(f"there are more than {MOST_BRANCHES} branches")
        self._counted.extend((line, total, taken))

    def add(self, other: FileHits) -> None:
        """Take over what was told about the same file under another name."""
        self._lines.extend(other._lines)
        self._counted.extend(other._counted)
        self._named += other._named

    def sets(self, path: str) -> FileCoverage:
        """Return the exact sets."""
        executed = {told >> 1 for told in self._lines if told & 1}
        missing = {told >> 1 for told in self._lines if not told & 1} - executed
        taken, untaken = self._branches()
        return FileCoverage(path, ranges(sorted(executed)), ranges(sorted(missing)), taken, untaken)

    def _branches(self) -> tuple[str, str]:
        names = self._named.decode().split()
        taken = {name[1:] for name in names if name[0] == "+"}
        untaken = {name[1:] for name in names if name[0] == "-"} - taken
        most: dict[int, tuple[int, int]] = {}
        told = iter(self._counted)
        for line, total, hit in zip(told, told, told, strict=True):
            known = most.get(line, (0, 0))
            most[line] = max(total, known[0]), max(hit, known[1])
        taken.update(f"{line}#{each}" for line, (_, hit) in most.items() for each in range(hit))
        untaken.update(f"{line}#{each}" for line, (all_, hit) in most.items() for each in range(hit, all_))
        return _in_order(taken), _in_order(untaken)


def _in_order(names: Iterable[str]) -> str:
    return " ".join(sorted(names, key=lambda name: ([int(each) for each in _DIGITS.findall(name[:80])], name)))


class Hits:
    """All files of one report, by the names that the report gives them.

    Args:
        name: The report's own file name, for faults.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.warnings = Warnings()
        self.paths: dict[str, str] = {}
        self._files: dict[str, FileHits] = {}
        self._total = [0]

    def file(self, stated: str) -> FileHits:
        """Return where to tell about the file that the report calls so."""
        if stated not in self._files:
            self._files[stated] = FileHits(self._total)
        return self._files[stated]

    def gathered(
        self,
        root: Path,
        claims: Claims = lambda stated: (stated,),
        *,
        exact: bool = False,
        twice: Container[str] = frozenset(),
    ) -> tuple[FileCoverage, ...]:
        """Return the files, sorted by path, each path once; can be asked once, since it gives the memory back.

        Args:
            root: The project's root.
            claims: Answers a stated name with the paths where the file may lie, absolute or relative to the root.
            exact: Whether a name that leads to several files of the project is a fault, lest they be taken for one.
            twice: Names that have to lead to exactly one file of the project.

        Raises:
            EvidenceError: When a path can't be one, or where a name does not lead to one file as it should.
        """
        try:
            placed = place({stated: claims(stated) for stated in self._files}, root)
        except Damage as error:
            raise EvidenceError(f"{self._name}: {error}") from error
        for stated, found in placed.found.items():
            if self._files[stated] and ((exact and len(found) > 1) or (stated in twice and not found)):
                which = ", ".join(found) or "it is told twice, and none exists here"
                raise EvidenceError(f"{self._name}: {stated!r} stands for several files ({which})")
        self.paths = placed.paths
        for sentence in placed.warnings:
            self.warnings.add(sentence)
        files: dict[str, FileHits] = {}
        for stated, path in placed.paths.items():
            told = self._files.pop(stated)
            if path in files:
                files[path].add(told)
            else:
                files[path] = told
        made = [hits.sets(path) for path, hits in sorted(files.items())]
        if not any(each.executed or each.missing for each in made):
            self.warnings.add("the file holds no executable line")
        return tuple(made)


def totals(files: Iterable[FileCoverage]) -> tuple[int, int, int, int]:
    """Return how many lines, executed lines, branches and taken branches files have."""
    executed = missing = branches = taken = 0
    for file in files:
        executed += count(file.executed)
        missing += count(file.missing)
        both = branch_counts(file.taken, file.untaken)
        branches, taken = branches + both[0], taken + both[1]
    return executed + missing, executed, branches, taken


class Warnings:
    """Sentences about what is odd; the first ten are kept and the others counted."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, str]] = []
        self._more = 0

    def add(self, sentence: str, *, file: str = "") -> None:
        """Keep a sentence, or count it; the same one is kept once.

        Args:
            sentence: Without an end.
            file: What it is about, by the name that the report gives it; empty when it is about the report.
        """
        if (file, sentence) in self._kept:
            return
        if len(self._kept) < _SHOWN:
            self._kept.append((file, sentence))
        else:
            self._more += 1

    def differ(self, what: str, stated: str | None, counted: int, *, file: str = "") -> None:
        """Note that a number that the report states is not what its own lines add up to.

        Args:
            what: The number's name in the report, for example ``LF``.
            stated: As it stands in the report; no number is no statement. ``1.0`` is taken as 1.
            counted: What the lines say.
            file: As `add` has it.
        """
        number = re.fullmatch(r"([0-9]{1,40})(\.0*)?", (stated or "").strip())
        if number and int(number[1]) != counted:
            text = f"{what} is stated as {number[1]}, but the lines add up to {counted}; the lines are taken"
            self.add(text, file=file)

    def told(self, paths: Mapping[str, str]) -> tuple[str, ...]:
        """Return what was kept, and how many more there were.

        Args:
            paths: For each stated name the file's path.
        """
        kept = [f"{paths.get(file, file)}: {sentence}" if file else sentence for file, sentence in self._kept]
        return tuple([*kept, f"and {self._more} more"] if self._more else kept)


def contents(
    hits: Hits,
    files: tuple[FileCoverage, ...],
    *,
    producer: str,
    holder: str,
    created: str | None = None,
    measured_branches: bool | None = None,
) -> Contents:
    """Return a reader's answer.

    Args:
        hits: Has the warnings.
        files: As `Hits.gathered` returns them.
        producer: Tool and version as the file states them; may be empty.
        holder: What such files are called, for example ``LCOV tracefiles``.
        created: RFC 3339 in UTC, or None.
        measured_branches: Whether branches were measured; None: when any branch is there.
    """
    if measured_branches is None:
        measured_branches = any(each.taken or each.untaken for each in files)
    coverage = CoverageData(
        producer=producer or holder,
        measured_branches=measured_branches,
        labelled=False,
        label_problem=f"{holder} hold no stage labels",
        files=files,
    )
    return Contents(coverage=coverage, producer=producer, created=created, warnings=hits.warnings.told(hits.paths))


def whole_number(text: str | None, what: str) -> int:
    """Return a number that is not negative.

    Raises:
        Damage: When the text is missing or is no such number.
    """
    if text is None:
        raise Damage(f"{what} is missing")
    digits = text.strip()
    if not _INTEGER.fullmatch(digits):
        raise Damage(f"{what} is {text[:40]!r}, which is no whole number")
    return int(digits)


def line_number(text: str | None) -> int:
    """Return the number of a line, 0 to `LAST_LINE`; a few tools call 0 what they can't place.

    Raises:
        Damage: When it is none.
    """
    number = whole_number(text, "the line number")
    if number > LAST_LINE:
        raise Damage(f"the line number {number} is above {LAST_LINE}")
    return number


def ran(text: str | None, warnings: Warnings) -> bool:
    """Return whether a count of executions says that something ran.

    Args:
        text: Digits, or a decimal number as tools write it that count beyond 2 ** 53.
        warnings: Told about a negative count, which overflow leaves behind and which is taken as not run.

    Raises:
        Damage: When it is missing or no number.
    """
    if text is None:
        raise Damage("the count is missing")
    if _INTEGER.fullmatch(text):
        return text.strip("0") != ""
    if not re.fullmatch(r"[-+]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?", text):
        raise Damage(f"the count is {text[:40]!r}, which is no number")
    if text[0] == "-" and float(text) < 0:
        warnings.add(f"a count is negative ({text[:40]}); what it counts is taken as not run")
    return float(text) > 0


def text_lines(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Stream a text file's lines: number, text without its end, and whether it had an end.

    Args:
        path: UTF-8, with or without byte order mark; lines of up to 1 MiB.

    Raises:
        EvidenceError: When the file can't be read, is empty, or is not such a text.
    """
    number = 0
    try:
        with path.open("rb") as file:
            while raw := file.readline(_LONGEST_TEXT_LINE + 1):
                number += 1
                if len(raw) > _LONGEST_TEXT_LINE:
                    raise EvidenceError(f"{path.name}:{number}: the line is longer than 1 MiB")
                if b"\0" in raw:
                    raise EvidenceError(f"{path.name}:{number}: this is no text: it holds a zero byte")
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                yield number, text.rstrip("\r\n"), text.endswith("\n")
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path.name}:{number}: this is no UTF-8 text") from error
    if not number:
        raise EvidenceError(f"{path.name}: the file is empty", code="empty")
