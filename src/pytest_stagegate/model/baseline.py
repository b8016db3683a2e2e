"""What an earlier, good run had: the numbers that later ones are held against, and the face that gates read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.absent import Absent

if TYPE_CHECKING:
    from pytest_stagegate.model.tally import Tally

KEYS: Final[dict[str, str]] = {
    "coverage": "covered lines, lines, taken branches and branches of each file",
    "durations": "microseconds of each stage and of each slow test",
    "findings": "how often each fingerprint was found",
    "metrics": "the number of each metric",
    "skips": "the tests that were skipped",
    "tests": "the tests that were executed",
    "warnings": "how often each category was recorded in each file",
}
"""Each key of a baseline, and what it holds."""

Entry = tuple[int | str, ...]
Table = dict[str, Entry]
"""Name to numbers, for example ``{"src/app.py": (12, 14, 0, 0)}``; a decimal stands as text."""


@dataclass(frozen=True)
class BaselineData:
    """The baseline of a project.

    Attributes:
        tables: For each key that has one.
        absent: For each other key why it has none: there is no file, it can't be read, or it is of another project.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    absent: dict[str, Absent] = field(default_factory=dict)


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
        if key in self._data.tables:
            return self._data.tables[key]
        text = f"there is no baseline of {key} yet"
        return self._data.absent.get(key, Absent("no-baseline", text, "Take one: stagegate baseline update."))
