"""What an earlier, good run had: the numbers that later ones are held against, and the face that gates read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.model.absent import Absent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.model.tally import Tally

KEYS: Final[dict[str, str]] = {
    "coverage": "covered lines, lines, taken branches and branches of each file",
    "durations": "microseconds of each stage and of each slow test",
    "findings": "how often each fingerprint was found",
    "goals": "whether each goal was described, linked to a test and verified",
    "history": "the lowest and highest number of each metric in each of the last good runs",
    "metrics": "the number of each metric",
    "skips": "the tests, and the modules as a whole, that were skipped",
    "tests": "the tests that were executed",
    "warnings": "how often each category was recorded in each file",
}
"""Each key of a baseline, and what it holds."""

Entry = tuple[int | str, ...]
Table = dict[str, Entry]
"""Name to numbers, for example ``{"src/app.py": (12, 14, 0, 0)}``; a decimal stands as text."""


_COLUMNS: Final = {
    "coverage": ("lines_covered", "lines_total", "branches_covered", "branches_total"),
    "findings": ("findings",),
    "goals": ("described", "linked", "verified"),
    "warnings": ("warnings",),
}
"""What the numbers of an entry add up to, for keys where a sum means something."""


def totals_of(key: str, table: Table) -> dict[str, int]:
    """Return the sums over all entries, by name; none for a key of which no sum means anything."""
    return {
        name: sum(int(entry[column]) for entry in table.values()) for column, name in enumerate(_COLUMNS.get(key, ()))
    }


KEPT_RUNS: Final = 20
"""Good runs of each metric that a baseline keeps, of each environment."""

RUN_TEXTS: Final = 4
"""Texts that stand for one run in an entry of the key ``history``."""


class GoodRun(NamedTuple):
    """One metric in one good run.

    Attributes:
        run: When the run began, its commit and the environment that was decided, if any:
            ``2026-11-23T09:00:00Z c0ffee… production``; in this order the runs are kept.
        lowest: The lowest number of that name, a decimal.
        highest: The highest one.
        unit: Their unit, as far as it is stated.
    """

    run: str
    lowest: str
    highest: str
    unit: str = ""

    @property
    def environment(self) -> str | None:
        """The environment that was decided; None where none was."""
        return (*self.run.split(" ", 2), "", "")[2] or None


def name_of_run(started: str, commit: str | None, environment: str | None) -> str:
    """Return the name of a run as `GoodRun.run` has it."""
    return " ".join((started, commit or "-", environment) if environment else (started, commit or "")).strip()


def good_runs(entry: Entry) -> tuple[GoodRun, ...]:
    """Return the runs of an entry of the key ``history``, the newest last."""
    texts = [str(each) for each in entry]
    return tuple(GoodRun(*texts[at : at + RUN_TEXTS]) for at in range(0, len(texts), RUN_TEXTS))


def last_runs(runs: Iterable[GoodRun]) -> Entry:
    """Return an entry of the key ``history`` with the newest of some runs, of each environment."""
    of: dict[str | None, list[GoodRun]] = {}
    for run in sorted(runs):
        of.setdefault(run.environment, []).append(run)
    return tuple(text for run in sorted(run for each in of.values() for run in each[-KEPT_RUNS:]) for text in run)


class BaselineFile(NamedTuple):
    """The file of one key.

    Attributes:
        source: Where it lies, relative to the root.
        sha256: Digest of its bytes, or None when they could not be read.
    """

    source: str
    sha256: str | None


class BaselineData(msgspec.Struct, frozen=True):
    """The baseline of a project.

    Attributes:
        tables: For each key that has one.
        absent: For each other key why it has none: there is no file, it can't be read, or it is of another project.
        files: For each key that has a file, that file.
        asked: Keys that gates have asked for, noted by the face.
        followed: Metrics of which gates have asked for the last good runs, likewise.
    """

    tables: dict[str, Table] = msgspec.field(default_factory=dict)
    absent: dict[str, Absent] = msgspec.field(default_factory=dict)
    files: dict[str, BaselineFile] = msgspec.field(default_factory=dict)
    asked: set[str] = msgspec.field(default_factory=set)
    followed: set[str] = msgspec.field(default_factory=set)


class Baseline:
    """The baseline as a gate reads it."""

    def __init__(self, data: BaselineData, tally: Tally) -> None:
        self._data = data
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<baseline>"

    def of(self, key: str) -> Table | Absent:
        """Return the entries of one of `KEYS`, or why there are none."""
        self._data.asked.add(key)
        if key in self._data.tables:
            return self._data.tables[key]
        text = f"there is no baseline of {key} yet"
        return self._data.absent.get(key, Absent("no-baseline", text, "Take one: stagegate baseline update."))

    def runs_of(self, metric: str, environment: str | None) -> tuple[GoodRun, ...] | Absent:
        """Return a metric in the last good runs of an environment, the newest last, or why there are none."""
        self._data.followed.add(metric)
        table = self.of("history")
        if isinstance(table, Absent):
            return table
        return tuple(run for run in good_runs(table.get(metric, ())) if run.environment == environment)
