"""Coverage as exact sets of lines and branches for each file, and the face that gates read it through."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec import structs
from msgspec.structs import replace

from pytest_stagegate.model.extent import Extent, Scope, in_source
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.linesets import bits, branch_counts, branches_at, count, written
from pytest_stagegate.model.numbers import Measure, NothingMeasured, Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

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


class CoverageData(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Coverage of one run, or of several that were merged.

    Attributes:
        producer: Who measured, with version, for example ``coverage 7.17.3 (pytest-cov)``.
        measured_branches: Whether branches were measured.
        labelled: Whether coverage was labelled by stage, so that `FileCoverage.stages` is known.
        label_problem: Why it was not, one sentence.
        files: Sorted by path, each path once.
        scopes: What coverage.py was told to measure, of each part that says; sorted, each once.
    """

    producer: str
    measured_branches: bool
    labelled: bool
    label_problem: str = ""
    files: tuple[FileCoverage, ...] = ()
    scopes: tuple[Scope, ...] = ()

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

    def at(self, lines: Mapping[str, str]) -> Coverage:
        """Return the coverage of some lines of some files.

        Args:
            lines: For each path its lines, as ranges ``"3-5, 9"``.
        """
        files = tuple(_at(file, bits(lines[file.path])) for file in self._data.files if file.path in lines)
        return Coverage(replace(self._data, files=files), self._tally, wanted=self._wanted, stage=self._stage)

    def located(self, known: Collection[str]) -> Coverage:
        """Return the same with files of installed packages named by where they lie in the project.

        Args:
            known: Paths of files that are there; one that alone ends in a measured path is that file.
        """
        homes = _homes((file.path for file in self._data.files), known)
        if not homes:
            return self
        files: dict[str, list[FileCoverage]] = {}
        for file in self._data.files:
            home = homes.get(file.path, file.path)
            files.setdefault(home, []).append(structs.replace(file, path=home))
        data = replace(self._data, files=tuple(united(files[path]) for path in sorted(files)))
        return Coverage(data, self._tally, wanted=self._wanted, stage=self._stage)

    def extent(self, known: Collection[str], source: Iterable[str] = ()) -> Extent:
        """Return which files should have been measured.

        Args:
            known: Paths of files that are there.
            source: Folders or packages that stand instead of what coverage.py was told.
        """
        return Extent(self._data.scopes, source, {file.path for file in self._data.files}, known)

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
    def uncovered(self) -> Measure:
        """How many executable lines were not run; `inspected` is the number of executable ones."""
        lines = self.lines
        return Measure(
            sum(file.lines - self._covered(file)[0] for file in self._files),
            unit="lines",
            inspected=lines.inspected,
            where=lines.where,
        )

    @property
    def combined(self) -> Measure:
        """Lines that were run and branches that were taken, of all lines and branches: coverage.py's own total.

        Nothing measured where any part measured no branches.
        """
        files = self._files if self._data.measured_branches else []
        covered = sum(sum(self._covered(file)) for file in files)
        total = sum(file.lines + file.branches for file in files)
        where = (*self.lines.where, *self.branches.where)
        return Measure(Ratio(covered, total), unit="lines and branches", inspected=total, where=where)

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


def united(parts: Sequence[FileCoverage], *, labelled: bool = True) -> FileCoverage:
    """Return what several measurements of one file have run together; its path is that of the first.

    Args:
        parts: At least one.
        labelled: Whether every part is labelled by stage; otherwise no label is kept.

    Raises:
        ValueError: When a set of lines is not written as it should be.
    """
    if len(parts) == 1 and labelled:
        return parts[0]
    executed = _lines(part.executed for part in parts)
    taken = _branches(part.taken for part in parts)
    stages = sorted({stage for part in parts for stage in part.stages}) if labelled else []
    return FileCoverage(
        path=parts[0].path,
        executed=written(executed),
        missing=written(_lines(part.missing for part in parts) & ~executed),
        taken=_sorted(taken),
        untaken=_sorted(_branches(part.untaken for part in parts) - taken),
        stages={stage: _alone_of([part.stages[stage] for part in parts if stage in part.stages]) for stage in stages},
    )


def _alone_of(parts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return written(_lines(lines for lines, _ in parts)), _sorted(_branches(names for _, names in parts))


def _lines(texts: Iterable[str]) -> int:
    found = 0
    for text in texts:
        found |= bits(text)
    return found


def _branches(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in text.split()}


def _sorted(names: Iterable[str]) -> str:
    return " ".join(sorted(names, key=_by_line))


def _by_line(name: str) -> tuple[int, str]:
    digits = len(name) - len(name.lstrip("0123456789"))
    return int(name[:digits] or 0), name


def _at(file: FileCoverage, lines: int) -> FileCoverage:
    return FileCoverage(
        path=file.path,
        executed=written(bits(file.executed) & lines),
        missing=written(bits(file.missing) & lines),
        taken=branches_at(file.taken, lines),
        untaken=branches_at(file.untaken, lines),
        stages={
            stage: (written(bits(ran) & lines), branches_at(taken, lines))
            for stage, (ran, taken) in file.stages.items()
        },
    )


def _homes(measured: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Return for files of installed packages, named by where they are imported from, where they lie in the project.

    Each answer depends on its own path alone: that another file was not measured must not lead this one elsewhere.
    """
    found: dict[str, list[str]] = {path: [] for path in measured if path not in known and "/" in path}
    for path in known if found else ():
        parts = path.split("/")
        for start in range(1, len(parts) - 1):
            if (end := "/".join(parts[start:])) in found:
                found[end].append(path)
    return {path: places[0] for path, places in found.items() if len(places) == 1}


def _shortened(ranges: list[str]) -> str:
    more = len(ranges) - _RANGES
    return ", ".join(ranges[:_RANGES]) + (f", … and {more} more" if more > 0 else "")
