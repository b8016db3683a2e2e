"""Coverage as exact sets of lines and branches for each file, and the face that gates read it through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.linesets import branch_counts, count
from pytest_stagegate.model.numbers import Measure, NothingMeasured, Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_stagegate.model.tally import Tally


_RANGES: Final = 8
"""How many ranges of missing lines stand in one place."""


class FileCoverage(msgspec.Struct, frozen=True, array_like=True):
    """Coverage of one file, as sets, so that parts of a run can be merged exactly.

    Attributes:
        path: Relative to the root, with ``/``.
        executed: Executable lines that were run, as ranges ``"3-5, 9"``.
        missing: Executable lines that were not run, likewise; none of them is in `executed`.
        taken: Branches that were taken, as names divided by blanks; empty when branches were not measured.
            ``12>15`` is the jump from line 12 to line 15 (a negative number leaves the block that begins there),
            ``12:0:1`` a branch as its tool names it, ``12#0`` one of a line whose branches are only counted.
        untaken: Branches that were not taken, likewise.
        stages: For each stage label what that stage's tests alone have run: lines and branches, written likewise.
    """

    path: str
    executed: str
    missing: str
    taken: str = ""
    untaken: str = ""
    stages: dict[str, tuple[str, str]] = {}


class Row(NamedTuple):
    """The exact integers of one file.

    Attributes:
        path: Relative to the root, with ``/``.
        lines: Executable lines.
        covered: Of these, lines that were run.
        branches: Branches; 0 when branches were not measured.
        taken: Of these, branches that were taken.
        missing: Lines that were not run, as ranges.
        stages: For each stage label covered lines and taken branches of that stage's tests alone.
    """

    path: str
    lines: int
    covered: int
    branches: int
    taken: int
    missing: str
    stages: dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class CoverageData:
    """Coverage of one run, or of several that were merged.

    Attributes:
        producer: Who measured, with version, for example ``coverage 7.17.3 (pytest-cov)``.
        measured_branches: Whether branches were measured.
        labelled: Whether coverage was labelled by stage, so that `FileCoverage.stages` is known.
        label_problem: Why it was not, one sentence.
        files: Sorted by path, each path once.
    """

    producer: str
    measured_branches: bool
    labelled: bool
    label_problem: str = ""
    files: tuple[FileCoverage, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return the integers of each file; counted once.

        Raises:
            ValueError: When a set of lines or branches is not written as it should be.
        """
        return tuple(_row(file) for file in self.files)


def _row(file: FileCoverage) -> Row:
    covered = count(file.executed)
    branches, taken = branch_counts(file.taken, file.untaken)
    return Row(
        file.path,
        covered + count(file.missing),
        covered,
        branches,
        taken,
        file.missing,
        {stage: (count(lines), branch_counts(arcs, "")[1]) for stage, (lines, arcs) in file.stages.items()},
    )


class ContextsUnavailable(NothingMeasured):
    """Raised when a stage's own coverage is asked for and coverage was not labelled by stage."""


class Coverage:
    """Coverage as a gate reads it; narrow with `under` and `by_stage`.

    `lines` and `branches` are measures of two integers. Where there are none, they are no evidence.
    """

    def __init__(
        self,
        data: CoverageData,
        tally: Tally,
        *,
        wanted: Callable[[str], bool] = lambda path: True,
        stage: str | None = None,
    ) -> None:
        self._data = data
        self._tally = tally
        self._wanted = wanted
        self._stage = stage
        self._files = [row for row in data.rows if wanted(row.path)]

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<coverage of {len(self._files)} files>"

    def under(self, pattern: str) -> Coverage:
        """Return the coverage of a file, of everything under a folder, or of what a glob matches.

        Args:
            pattern: Relative to the root with ``/``; ``**`` crosses folders, ``*`` does not.
        """
        inside = matches(pattern)
        return Coverage(
            self._data, self._tally, wanted=lambda path: self._wanted(path) and inside(path), stage=self._stage
        )

    def of_source(self, names: Iterable[str]) -> Coverage:
        """Return the coverage of some folders or packages, named as coverage's ``source`` names them."""
        wanted = tuple(names)
        return Coverage(
            self._data,
            self._tally,
            wanted=lambda path: self._wanted(path) and any(in_source(name, path) for name in wanted),
            stage=self._stage,
        )

    def by_stage(self, stage: str) -> Coverage:
        """Return what the tests of one stage cover by themselves; imports and collection are in no stage's share.

        Raises:
            ContextsUnavailable: When coverage was not labelled by stage.
        """
        if not self._data.labelled:
            raise ContextsUnavailable(self._data.label_problem or "coverage was not labelled by stage")
        return Coverage(self._data, self._tally, wanted=self._wanted, stage=stage)

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the measured files, relative to the root."""
        return tuple(file.path for file in self._files)

    @property
    def measured_branches(self) -> bool:
        """Whether branches were measured at all."""
        return self._data.measured_branches

    @property
    def by_file(self) -> dict[str, tuple[int, int, int, int]]:
        """For each file covered lines, lines, taken branches and branches, as a baseline has them."""
        self._tally.note(sum(file.lines for file in self._files))
        rows = ((file, *self._covered(file)) for file in self._files)
        return {file.path: (covered, file.lines, taken, file.branches) for file, covered, taken in rows}

    @property
    def lines(self) -> Measure:
        """Lines that were run, of the executable ones; `where` has ``file:lines`` that were not."""
        covered = sum(self._covered(file)[0] for file in self._files)
        total = sum(file.lines for file in self._files)
        self._tally.note(total)
        short = sorted(self._files, key=lambda file: (self._covered(file)[0] - file.lines, file.path))
        where = [self._gap(file) for file in short if self._covered(file)[0] < file.lines]
        return Measure(Ratio(covered, total), unit="lines", inspected=total, where=tuple(where))

    @property
    def branches(self) -> Measure:
        """Branches that were taken, of all; nothing measured where any part measured no branches."""
        files = self._files if self._data.measured_branches else []
        taken = sum(self._covered(file)[1] for file in files)
        total = sum(file.branches for file in files)
        self._tally.note(total)
        short = sorted(files, key=lambda file: (self._covered(file)[1] - file.branches, file.path))
        where = [
            f"{file.path} ({file.branches - self._covered(file)[1]} not taken)"
            for file in short
            if self._covered(file)[1] < file.branches
        ]
        return Measure(Ratio(taken, total), unit="branches", inspected=total, where=tuple(where))

    def _covered(self, file: Row) -> tuple[int, int]:
        if self._stage is None:
            return file.covered, file.taken
        lines, branches = file.stages.get(self._stage, (0, 0))
        return lines, branches

    def _gap(self, file: Row) -> str:
        if self._stage is None:
            return f"{file.path}:{_shortened(file.missing.split(', '))}"
        return f"{file.path} ({file.lines - self._covered(file)[0]} lines not run by {self._stage})"


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


def _shortened(ranges: list[str]) -> str:
    more = len(ranges) - _RANGES
    return ", ".join(ranges[:_RANGES]) + (f", … and {more} more" if more > 0 else "")
