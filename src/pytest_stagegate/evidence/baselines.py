"""Baselines as files, one for each key and a line for each entry, so that git merges them.

A file (schema ``stagegate/baseline/1``) begins with a line that says what it is; each further line is a JSON array of
a name and its numbers, sorted by name: ``["src/app.py",12,14,0,0]``. No time and no commit stands in it, as
they would be a conflict in every merge; only the key ``history`` says which runs its numbers are of.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import KEPT_RUNS, KEYS, RUN_TEXTS, BaselineData, BaselineFile, GoodRun, good_runs
from pytest_stagegate.model.metrics import exact
from pytest_stagegate.model.numbers import NotANumber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_stagegate.model.baseline import Entry, Table

SCHEMA: Final = "stagegate/baseline/1"
LARGEST: Final = 1 << 30
"""Bytes that a file may have."""

_CONFLICT: Final = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")
_MEND: Final = "Take the file from git again, or merge its two sides: stagegate baseline merge."


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of a file.

    Attributes:
        schema: `SCHEMA`.
        key: One of `KEYS`.
        project: The declared name of the project, or None when it declares none.
    """

    schema: str
    key: str
    project: str | None


class Stored(NamedTuple):
    """What one file holds.

    Attributes:
        key: One of `KEYS`.
        project: The declared name of the project, or None.
        table: Its entries.
    """

    key: str
    project: str | None
    table: Table


def path_of(folder: Path, key: str) -> Path:
    """Return where the file of a key lies."""
    return folder / f"{key}.jsonl"


def read_baseline(root: Path, folder: str, project: str | None) -> BaselineData:
    """Read the baseline of a project.

    Args:
        root: The project's root.
        folder: Folder of the files, relative to it.
        project: The project's declared name, or None when it declares none; a file that states another is refused.
    """
    data = BaselineData()
    for key in KEYS:
        path, name = path_of(root / folder, key), f"{folder}/{key}.jsonl"
        if not os.path.lexists(path):
            continue
        content = None
        try:
            content = read_bounded(path, LARGEST, f"the file is larger than {LARGEST >> 20} MiB")
            stored = parsed_file(content, name, key)
            if other_project(stored.project, project):
                text = f"{name}: it is of the project {stored.project!r}, and this one is {project!r}"
                data.absent[key] = Absent("other-project", text, "Remove it, and take a baseline of this project.")
            else:
                data.tables[key] = stored.table
        except EvidenceError as error:
            data.absent[key] = Absent("unreadable", str(error).rstrip("."), _MEND)
        data.files[key] = BaselineFile(name, None if content is None else hashlib.sha256(content).hexdigest())
    return data


def other_project(one: str | None, other: str | None) -> bool:
    """Return whether two names are of different projects; where one is not stated nobody can tell."""
    return one is not None and other is not None and one != other


def baseline_lines(key: str, table: Table, project: str | None) -> bytes:
    """Return the bytes of a file; the same table always gives the same."""
    header = Header(schema=SCHEMA, key=key, project=project)
    rows = [msgspec.json.encode(header), *(msgspec.json.encode((name, *table[name])) for name in sorted(table))]
    return b"\n".join(rows) + b"\n"


def parsed_file(content: bytes, name: str, key: str | None = None) -> Stored:
    """Return what a file holds.

    Args:
        content: Its bytes.
        name: Its name, for messages.
        key: The key that it has to be of, or None for any.

    Raises:
        EvidenceError: With ``name:line`` of the first thing that is wrong; nothing of such a file is used.
    """
    rows = content.split(b"\n")
    for number, row in enumerate(rows, start=1):
        if row.startswith(_CONFLICT):
            raise EvidenceError(f"{name}:{number}: the conflict of a merge is not resolved")
    if rows.pop():
        raise EvidenceError(f"{name}:{len(rows) + 1}: the last line has no end, so the file was cut off")
    header = _header(rows[0], name) if rows else None
    if header is None:
        raise EvidenceError(f"{name}: the file is empty")
    if key not in (None, header.key):
        raise EvidenceError(f"{name}:1: it is a baseline of {header.key}, not of {key}")
    table: Table = {}
    last = ""
    for number, (entry_name, entry) in enumerate(_entries(rows[1:], header.key, name), start=2):
        if table and entry_name <= last:
            wrong = "stands twice" if entry_name in table else "is not in its place in the order of names"
            raise EvidenceError(f"{name}:{number}: {entry_name!r} {wrong}")
        table[entry_name] = entry
        last = entry_name
    return Stored(header.key, header.project, table)


def _header(row: bytes, name: str) -> Header:
    try:
        header = msgspec.json.decode(row, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{name}:1: it does not say that it is a baseline: {error}") from error
    if header.schema != SCHEMA:
        raise EvidenceError(f"{name}:1: its schema is {header.schema!r}; this version reads {SCHEMA!r}")
    if header.key not in KEYS:
        raise EvidenceError(f"{name}:1: unknown key {header.key!r}; known: {', '.join(KEYS)}")
    return header


def _entries(rows: list[bytes], key: str, name: str) -> Iterator[tuple[str, Entry]]:
    decode = msgspec.json.Decoder(list).decode
    fits = _FITS[key]
    for number, row in enumerate(rows, start=2):
        try:
            written: list[Any] = decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EvidenceError(f"{name}:{number}: the line can't be read: {error}") from error
        if not written or type(written[0]) is not str or not fits(written[1:]):
            raise EvidenceError(f"{name}:{number}: the line has to be a name and {_HOLDS[key]}")
        yield written[0], tuple(written[1:])


def is_decimal(text: object) -> bool:
    """Return whether a text is a decimal that a gate can compare with."""
    try:
        return isinstance(text, str) and exact("", text) is not None
    except NotANumber:
        return False


def _counts(values: list[Any], how_many: int, least: int = 0) -> bool:
    return len(values) == how_many and all(type(value) is int and value >= least for value in values)


def _coverage(values: list[Any]) -> bool:
    return _counts(values, 4) and values[0] <= values[1] and values[2] <= values[3]


def _goal(values: list[Any]) -> bool:
    return _counts(values, 3) and max(values) <= 1


def _history(values: list[Any]) -> bool:
    if not values or len(values) % RUN_TEXTS or not all(type(each) is str for each in values):
        return False
    runs = good_runs(tuple(values))
    names = [each.run for each in runs]
    most = max(Counter(each.environment for each in runs).values())
    return names == sorted(set(names)) and most <= KEPT_RUNS and all(map(_is_range, runs))


def _is_range(run: GoodRun) -> bool:
    return is_decimal(run.lowest) and is_decimal(run.highest) and exact("", run.lowest) <= exact("", run.highest)


_FITS: Final[dict[str, Callable[[list[Any]], bool]]] = {
    "coverage": _coverage,
    "durations": lambda values: _counts(values, 1),
    "findings": lambda values: _counts(values, 1, least=1),
    "goals": _goal,
    "history": _history,
    "metrics": lambda values: len(values) == 1 and is_decimal(values[0]),
    "skips": lambda values: not values,
    "tests": lambda values: not values,
    "warnings": lambda values: _counts(values, 1, least=1),
}
_HOLDS: Final = {
    "coverage": "covered lines, lines, taken branches and branches, none of them below 0 or above its whole",
    "durations": "microseconds, not below 0",
    "findings": "how often it was found, at least once",
    "goals": "1 or 0 for whether it was described, linked and verified",
    "history": (
        f"for each of 1 to {KEPT_RUNS} runs of an environment, in order, its name, its lowest and its highest decimal, "
        "and their unit as text"
    ),
    "metrics": "a finite decimal as text",
    "skips": "nothing else",
    "tests": "nothing else",
    "warnings": "how often it was recorded, at least once",
}
