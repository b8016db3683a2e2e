"""Taking a baseline: what of a good run's evidence later runs are held against. No clock, no files."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.baselines import is_decimal
from pytest_stagegate.model.baseline import GoodRun, good_runs, last_runs, name_of_run
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.findings import Findings
from pytest_stagegate.model.goals_face import standing
from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_stagegate.model.absent import Absent
    from pytest_stagegate.model.baseline import Entry, Table
    from pytest_stagegate.model.evidence import Evidence, WarningLine
    from pytest_stagegate.model.goals import GoalRow
    from pytest_stagegate.model.metrics import MetricsData
    from pytest_stagegate.model.tests import TestData

SLOW: Final = 1_000_000
"""Microseconds from which on the duration of a test is kept."""


def taken(evidence: Evidence, goals: Sequence[GoalRow] = (), environment: str | None = None) -> dict[str, Table]:
    """Return the tables of a baseline; none for a key of which there is no evidence.

    Tests whose names are not kept (see `TestData.unnamed`) are in the durations of their stage and nowhere else.

    Args:
        evidence: Everything known about the run.
        goals: How far each goal is.
        environment: The environment that was decided.
    """
    executed = evidence.tests.counts().executed > 0
    found: dict[str, Table | None] = {
        "coverage": _coverage(evidence.coverage),
        "durations": _durations(evidence.tests) if executed else None,
        "findings": _findings(evidence) if evidence.findings else None,
        "goals": _goals(goals, evidence) or None,
        "history": _history(evidence, environment),
        "metrics": _metrics(evidence.metrics) if evidence.metrics else None,
        "skips": _skips(evidence.tests) if executed else None,
        "tests": _tests(evidence.tests) or None,
        "warnings": _warnings(evidence.warnings) if executed and evidence.warnings_recorded else None,
    }
    return {key: table for key, table in found.items() if table is not None}


def _coverage(coverage: CoverageData | Absent) -> Table | None:
    if not isinstance(coverage, CoverageData) or not coverage.rows:
        return None
    return {row.path: (row.covered, row.lines, row.taken, row.branches) for row in coverage.rows}


def _durations(tests: TestData) -> Table:
    """Return the sum of each stage of which a test was executed, and each slow test."""
    by_tag: Counter[int] = Counter({tag: sum(passed) for tag, passed in tests.unnamed.items()})
    ran = {tag for tag, passed in tests.unnamed.items() if passed}
    table: Table = {}
    for index, microseconds in enumerate(tests.durations):
        by_tag[tests.tag_of[index]] += microseconds
        if tests.executed(index):
            ran.add(tests.tag_of[index])
            if microseconds >= SLOW:
                table[f"test:{tests.ids[index]}"] = (microseconds,)
    stages: Counter[str] = Counter()
    for tag, microseconds in by_tag.items():
        stages[tests.tags[tag].stage] += microseconds
    executed = {tests.tags[tag].stage for tag in ran}
    table.update({f"stage:{stage}": (stages[stage],) for stage in executed})
    return table


def _findings(evidence: Evidence) -> Table:
    found = Findings(evidence.findings, Tally()).fingerprints()
    return {fingerprint: (count,) for fingerprint, count in found.items()}


def _goals(goals: Sequence[GoalRow], evidence: Evidence) -> Table:
    """Return how far each goal is; where none has to be verified yet, what was verified before stays so."""
    before = evidence.baseline.tables.get("goals", {})
    return {
        name: (*entry[:2], entry[2] if evidence.goals.verified_here else before.get(name, (0, 0, 0))[2])
        for name, entry in standing(goals).items()
    }


def _metrics(reports: Iterable[MetricsData]) -> Table:
    """Return the finite numbers; of several of one name nobody can tell which is the stricter, so none is kept."""
    every = [metric for report in reports for metric in report.metrics]
    times = Counter(metric.name for metric in every)
    return {each.name: (each.value,) for each in every if times[each.name] == 1 and is_decimal(each.value)}


def _history(evidence: Evidence, environment: str | None) -> Table | None:
    """Return the good runs of before with this one behind them, of the metrics that gates follow."""
    before = evidence.baseline.tables.get("history", {})
    run = name_of_run(evidence.started, evidence.subject.commit, environment)
    now: dict[str, GoodRun] = {}
    for name in sorted(evidence.baseline.followed):
        found = [each for report in evidence.metrics for each in report.metrics if each.name == name]
        units = sorted({each.unit for each in found} - {""})
        if found and len(units) < 2 and all(is_decimal(each.value) for each in found):
            ordered = sorted((each.value for each in found), key=lambda value: (Fraction(value), value))
            now[name] = GoodRun(run, ordered[0], ordered[-1], "".join(units))
    if not now:
        return None
    added = {
        name: last_runs([*(each for each in good_runs(before.get(name, ())) if each.run != run), this])
        for name, this in now.items()
    }
    return {**before, **added}


def _skips(tests: TestData) -> Table:
    skipped = [name for name, outcome in zip(tests.ids, tests.outcomes, strict=True) if outcome == Outcome.SKIPPED]
    return dict.fromkeys([*skipped, *tests.skipped_files], ())


def _tests(tests: TestData) -> Table:
    return dict.fromkeys(tests.executed_ids(), ())


def _warnings(recorded: Iterable[WarningLine]) -> Table:
    counts: Counter[str] = Counter()
    for each in recorded:
        counts[f"{each.category} {each.file}"] += each.count
    return {name: (count,) for name, count in counts.items()}


# ---- what is not worth a change


def settled(key: str, stored: Table, fresh: Table, tolerance: Fraction | None) -> Table:
    """Return the new table of a key, in which an entry that hardly moved stays as it was.

    Args:
        key: One of `KEYS`.
        stored: The present table.
        fresh: What the evidence says now; its names are the names of the new table.
        tolerance: By how much an entry may have moved, as a share; None for a key whose entries are exact.
    """
    if tolerance is None:
        return fresh
    near = _NEAR[key]
    return {
        name: stored[name] if name in stored and near(stored[name], entry, tolerance) else entry
        for name, entry in fresh.items()
    }


def _near_coverage(stored: Entry, fresh: Entry, tolerance: Fraction) -> bool:
    """Return whether the old numbers of a file may stay: no stricter than the new ones, and close to them.

    A file that lost a line has to be written, or the sum of all files could stand above the run that was accepted.
    """
    old, new = _integers(stored), _integers(fresh)
    return all(_near_part(old[at : at + 2], new[at : at + 2], tolerance) for at in (0, 2))


def _near_part(old: list[int], new: list[int], tolerance: Fraction) -> bool:
    if old == new:
        return True
    if 0 in (old[1], new[1]) or new[1] - new[0] > old[1] - old[0]:
        return False
    rates = abs(Fraction(new[0], new[1]) - Fraction(old[0], old[1]))
    return rates <= tolerance and abs(new[1] - old[1]) <= tolerance * old[1]


def _near_number(stored: Entry, fresh: Entry, tolerance: Fraction) -> bool:
    old, new = Fraction(stored[0]), Fraction(fresh[0])
    return abs(new - old) <= tolerance * abs(old)


def _integers(entry: Entry) -> list[int]:
    return [int(value) for value in entry]


_NEAR: Final[Mapping[str, Callable[[Entry, Entry, Fraction], bool]]] = {
    "coverage": _near_coverage,
    "durations": _near_number,
    "metrics": _near_number,
}
