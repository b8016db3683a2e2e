"""Merging two sides of one baseline file: of each entry the stricter one. Order and grouping make no difference."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.baselines import Stored, other_project
from pytest_stagegate.model.baseline import good_runs, last_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stagegate.model.baseline import Entry, Table


def merged_file(ours: Stored, theirs: Stored) -> Stored:
    """Return what both sides ask together.

    Raises:
        EvidenceError: When they are of different keys or projects, or hold a metric of which nobody can tell which
            number is the stricter.
    """
    if ours.key != theirs.key:
        raise EvidenceError(f"one file is a baseline of {ours.key}, the other of {theirs.key}")
    if other_project(ours.project, theirs.project):
        raise EvidenceError(f"one file is of the project {ours.project!r}, the other of {theirs.project!r}")
    table = _MERGES[ours.key](ours.table, theirs.table)
    return Stored(ours.key, ours.project if ours.project is not None else theirs.project, table)


def _united(choose: Callable[[Entry, Entry], Entry]) -> Callable[[Table, Table], Table]:
    """Keep the names of both sides: a name that is missing would ask nothing."""

    def merge(ours: Table, theirs: Table) -> Table:
        common = {name: choose(entry, theirs[name]) for name, entry in ours.items() if name in theirs}
        return ours | theirs | common

    return merge


def _common(ours: Table, theirs: Table) -> Table:
    """Keep the names that both sides accept, as often as both do."""
    return {name: min(entry, theirs[name]) for name, entry in ours.items() if name in theirs}


def _fewer_uncovered(ours: Entry, theirs: Entry) -> Entry:
    """Return lines and branches of the side that has the lower share of uncovered ones, each by itself."""
    lines = max(ours[:2], theirs[:2], key=_strictness)
    branches = max(ours[2:], theirs[2:], key=_strictness)
    return (*lines, *branches)


def _most(ours: Entry, theirs: Entry) -> Entry:
    """Return for each number the higher one."""
    return tuple(max(pair) for pair in zip(ours, theirs, strict=True))


def _strictness(part: Entry) -> tuple[bool, Fraction, int]:
    """Order pairs of covered and all; where nothing was there nothing is asked. Of equal shares the larger counts."""
    covered, total = (int(value) for value in part)
    return total > 0, Fraction(covered, total) if total else Fraction(0), total


def _metrics(ours: Table, theirs: Table) -> Table:
    differing = sorted(name for name, entry in ours.items() if name in theirs and theirs[name] != entry)
    if differing:
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        text = f"nobody can tell which number of {', '.join(differing[:3])}{more} is the stricter one"
        remedy = "Remove the file, and take it anew from a run of what was merged: stagegate baseline update."
        raise EvidenceError(f"{text}.", remedy=remedy)
    return ours | theirs


def _history(ours: Table, theirs: Table) -> Table:
    """Keep the newest runs of both sides, each run once."""
    merged: Table = {}
    for name in ours | theirs:
        runs = {*good_runs(ours.get(name, ())), *good_runs(theirs.get(name, ()))}
        if len({each.run for each in runs}) < len(runs):
            text = f"the two sides have other numbers of {name} for one run"
            raise EvidenceError(f"{text}.", remedy="Keep the side that you trust: nobody can tell which is right.")
        merged[name] = last_runs(runs)
    return merged


_MERGES: Final[dict[str, Callable[[Table, Table], Table]]] = {
    "coverage": _united(_fewer_uncovered),
    "durations": _united(min),
    "findings": _common,
    "goals": _united(_most),
    "history": _history,
    "metrics": _metrics,
    "skips": _common,
    "tests": _united(min),
    "warnings": _common,
}
