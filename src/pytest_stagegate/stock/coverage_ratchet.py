"""``coverage-ratchet``: do the tests cover no less than they once did?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.numbers import Measure, Ratio, Share
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._comparing import without_baseline
from pytest_stagegate.thresholds import check, no_evidence, show_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.verdicts import Check

_NAMED: Final = 5
"""How many files a sentence names."""


class CoverageRatchetOptions(GateOptions, frozen=True):
    """Options of the gate ``coverage-ratchet``.

    Attributes:
        tolerance: By how many percentage points the rate may lie below that of the baseline.
    """

    leeway: ClassVar[tuple[str, ...]] = ("tolerance",)

    tolerance: Share = Share.parse("0 %")


class _Part(NamedTuple):
    """What is compared: lines or branches, and where their numbers stand in an entry."""

    name: str
    unit: str
    covered: int
    total: int


_LINES: Final = _Part("line", "lines", 0, 1)
_BRANCHES: Final = _Part("branch", "branches", 2, 3)


@gate(
    name="coverage-ratchet",
    title="The tests cover no less of the code than they once did",
    stage=("code", "test"),
    options=CoverageRatchetOptions,
    remedy=(
        "Cover what is listed under 'where'. Where a step down is meant: "
        "stagegate baseline update --accept GATE, with the name of this gate."
    ),
)
def coverage_ratchet(
    measured: Coverage, baseline: Baseline, repository: Repository, options: CoverageRatchetOptions
) -> Iterator[Check]:
    """Checks lines, and branches where the baseline has some, against the baseline."""
    stored = baseline.of("coverage")
    if isinstance(stored, Absent):
        yield without_baseline(_LINES.name, stored, unit=_LINES.unit)
        return
    now: Table = dict(measured.by_file)
    missing = _not_deleted([path for path in sorted(stored) if path not in now], repository.tracked)
    if missing:
        yield no_evidence("files", "files-missing", _told(missing, known=repository.tracked is not None), unit="files")
        return
    before = {path: entry for path, entry in stored.items() if path in now}
    if not _sum(before, _LINES.total):
        text = "no file of the baseline with a line in it is there any more, so there is nothing to compare with"
        yield no_evidence(_LINES.name, "no-baseline", text, unit=_LINES.unit)
        return
    yield _compared(_LINES, now, before, options.tolerance, measured.lines.where)
    if not _sum(before, _BRANCHES.total):
        return
    if measured.measured_branches:
        yield _compared(_BRANCHES, now, before, options.tolerance)
    else:
        text = "branches were not measured, and the baseline has them"
        yield no_evidence(_BRANCHES.name, "branches-not-measured", text, unit=_BRANCHES.unit)


def _not_deleted(gone: list[str], tracked: tuple[str, ...] | None) -> list[str]:
    """Return the files that were not measured and of which git does not say that they are deleted.

    Where git lists no file of a kind, it says nothing about files of that kind.
    """
    if tracked is None:
        return gone
    there = set(tracked)
    kinds = {PurePosixPath(path).suffix for path in there}
    return [path for path in gone if path in there or PurePosixPath(path).suffix not in kinds]


def _told(missing: list[str], *, known: bool) -> str:
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    files = f"{', '.join(missing[:_NAMED])}{more}"
    why = "git does not say that they were deleted" if known else "git can't be asked whether they were deleted"
    text = f"{len(missing)} of the baseline's files were not measured, and {why}: {files}"
    return f"{text}. Where that is meant: stagegate baseline update --accept GATE"


def _sum(table: Table, column: int) -> int:
    return sum(int(entry[column]) for entry in table.values())


def _compared(part: _Part, now: Table, before: Table, tolerance: Share, lines: tuple[str, ...] = ()) -> Check:
    """Compare the rates; where the rate fell, the numbers of what is not covered.

    Whoever takes out code that was covered lowers the rate, and leaves no more uncovered code than there was.
    """
    had = Ratio(_sum(before, part.covered), _sum(before, part.total))
    has = Ratio(_sum(now, part.covered), _sum(now, part.total))
    measure = Measure(has, unit=part.unit, inspected=has.denominator, where=_places(part, now, before, lines))
    floor = Share(max(Fraction(had.numerator, had.denominator) - tolerance.value, Fraction(0)))
    rate = check(part.name, measure, at_least=floor)
    if measure.value is None:
        return rate
    uncovered, limit = has.denominator - has.numerator, had.denominator - had.numerator
    if rate.verdict is Verdict.FAIL and uncovered <= limit:
        return check(
            f"uncovered-{part.unit}", uncovered, at_most=limit, inspected=has.denominator, unit=f"uncovered {part.unit}"
        )
    was = f"baseline {had.numerator} of {had.denominator}"
    return msgspec.structs.replace(rate, limit_shown=f"≥ {show_share(floor.value, measure.value)} ({was})")


def _places(part: _Part, now: Table, before: Table, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files of which more is uncovered than in the baseline, most first, with the lines where known."""
    with_lines = {place.rpartition(":")[0]: place for place in lines}
    found = []
    for path, entry in now.items():
        was = _uncovered(before[path], part) if path in before else 0
        grown = _uncovered(entry, part) - was
        if grown > 0:
            earlier = f"{was} in the baseline" if path in before else "not in the baseline"
            place = f"{with_lines.get(path, path)} (uncovered {part.unit}: {_uncovered(entry, part)}, {earlier})"
            found.append((-grown, place))
    return tuple(place for _, place in sorted(found))


def _uncovered(entry: tuple[int | str, ...], part: _Part) -> int:
    return int(entry[part.total]) - int(entry[part.covered])
