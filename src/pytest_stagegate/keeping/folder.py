"""The folder with kept decisions: which of them stay, and which of them are asked for."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.keeping.entries import packed
from pytest_stagegate.model.roll import roll_of_tests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.tests import TestData

HISTORY: Final = "history"
"""The folder, below the output folder."""

LATEST: Final = 20
DAYS: Final = 30
"""Of each stage and environment stay so many, and beside them the last one of each of so many days."""

SUFFIX: Final = ".jsonl.gz"
_NAME: Final = re.compile(rf"(\d{{8}}T\d{{6}}Z)_(.+)_([0-9a-f]{{12}}){re.escape(SUFFIX)}")
_NOT_IN_NAMES: Final = re.compile(r"[^\w.+-]", re.ASCII)
_LONGEST: Final = 60
_DIGITS: Final = 8


class Entry(NamedTuple):
    """A kept decision, as its file's name tells it.

    Attributes:
        as_of: Its instant, ``YYYYMMDDTHHMMSSZ``.
        cell: Stage and environment, without what a file's name can't hold.
        digest: The first 12 digits of the SHA-256 of its ``decision.json``.
        path: The file.
    """

    as_of: str
    cell: str
    digest: str
    path: Path

    @property
    def day(self) -> str:
        """The day of the decision, ``YYYY-MM-DD``, UTC."""
        return f"{self.as_of[:4]}-{self.as_of[4:6]}-{self.as_of[6:8]}"


def keep(decision: Decision, digest: str, tests: TestData, out: Path) -> None:
    """Keep a decision, and let go of those that are too many; what can't be written is not kept, and nobody is asked.

    Of one instant there is one decision at a stage and environment: the last that was made.

    Args:
        decision: The decision.
        digest: SHA-256 of its ``decision.json``.
        tests: What became of its tests.
        out: The output folder.
    """
    folder = out / HISTORY
    instant, cell = compact(decision.as_of), cell_of(decision.stage, decision.environment)
    path = folder / f"{instant}_{cell}_{digest[:12]}{SUFFIX}"
    try:
        if not path.is_file():
            # Restored alone, as from a cache, it must not make the work tree dirty.
            ignore_folder(folder)
            write_whole(path, packed(decision, roll_of_tests(tests, decision)))
        for each in _surplus(entries(out), path):
            each.path.unlink(missing_ok=True)
    except (OSError, ValueError):
        # What is kept is a convenience; no run fails for the want of it.
        return


def compact(instant: str) -> str:
    """Return an instant of RFC 3339 in UTC as a file's name has it; of two the earlier is the smaller."""
    return instant.replace("-", "").replace(":", "")


def cell_of(stage: str, environment: str | None) -> str:
    """Return stage and environment as a part of a file's name; different ones never have the same."""
    parts = (stage, environment) if environment is not None else (stage,)
    return "@".join(map(_in_names, parts))


def _in_names(word: str) -> str:
    plain = _NOT_IN_NAMES.sub("_", word)[:_LONGEST]
    return plain if plain == word else f"{plain}~{hashlib.sha256(word.encode()).hexdigest()[:_DIGITS]}"


def entries(out: Path) -> list[Entry]:
    """Return what is kept in an output folder, the latest first."""
    try:
        names = os.listdir(out / HISTORY)
    except OSError:
        return []
    found = [(match, out / HISTORY / name) for name in names if (match := _NAME.fullmatch(name))]
    return sorted((Entry(match[1], match[2], match[3], path) for match, path in found), reverse=True)


def _surplus(kept: Iterable[Entry], written: Path) -> list[Entry]:
    """Return what does not stay; the latest decisions come first."""
    by_cell: dict[str, list[Entry]] = defaultdict(list)
    gone: list[Entry] = []
    own = next((each for each in kept if each.path == written), None)
    for each in kept:
        replaced = own is not None and each != own and (each.as_of, each.cell) == (own.as_of, own.cell)
        (gone if replaced else by_cell[each.cell]).append(each)
    for same in by_cell.values():
        last_of_day = {each.as_of[:8]: each for each in reversed(same)}
        days = {last_of_day[day] for day in sorted(last_of_day, reverse=True)[:DAYS]}
        gone += [each for each in same[LATEST:] if each not in days]
    return gone
