"""coverage.py's data files (SQLite), as ``coverage combine`` and ``coverage json`` would read them.

API: https://coverage.readthedocs.io/en/latest/api_coverage.html. A data file says which lines and jumps ran, not
which there are: coverage finds those in the sources, which have to be on this machine. Paths of other machines are
led to them by ``[paths]`` in the project's own coverage configuration
(https://coverage.readthedocs.io/en/latest/config.html#paths); whatever is relative there is relative to the root.

Data files are copied before coverage opens them, so that the user's are neither changed nor locked. What a made-up
database could do (views that never end, numbers that need all memory) is looked for first, in the tables that
https://coverage.readthedocs.io/en/latest/dbschema.html describes.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import coverage
from coverage.exceptions import CoverageException, CoverageWarning

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.coverage_report import read_coverage
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.linesets import LAST_LINE
from pytest_stagegate.model.texts import without_folders

LIMIT: Final = 1 << 30
"""Bytes that a data file may have; coverage reads it whole to find copies of the same one."""

MAGIC: Final = b"SQLite format 3\0"
_CONFIGURATIONS: Final = (
    (".coveragerc", ""),
    (".coveragerc.toml", ""),
    ("setup.cfg", r"(?m)^\[coverage:"),
    ("tox.ini", r"(?m)^\[coverage:"),
    ("pyproject.toml", r"(?m)^\s*(\[\s*tool\s*\.\s*coverage\b|\[\s*tool\s*\])"),
)
_OF_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_LARGEST_CONFIGURATION: Final = 1 << 20
_NO_LABELS: Final = "labels in coverage.py data files are not read as stages"
_SOURCES_NEEDED: Final = (
    "Coverage data needs the sources, or [paths] in the project's coverage configuration that lead to them."
)
_ODD: Final = """
    SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'
    UNION ALL
    SELECT m.name FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.hidden != 0
    LIMIT 1
"""


def read(path: Path, root: Path) -> Contents:
    """Read the lines and branches of a coverage.py data file.

    Args:
        path: The file; it is left as it is.
        root: The project's root, with its coverage configuration and its sources.

    Raises:
        EvidenceError: When the file is no data file, when a source is not here, or when coverage can't read it.
    """
    with tempfile.TemporaryDirectory(prefix="stagegate-") as name:
        folder = Path(name)
        copy, written = _checked_copy(path, folder)
        data, told = _combined(path.name, copy, root, folder)
    return Contents(coverage=data, producer=written.producer, created=written.created, warnings=tuple(told))


class _Written(NamedTuple):
    """Who wrote a data file, and when."""

    producer: str
    created: str | None


def _checked_copy(path: Path, folder: Path) -> tuple[Path, _Written]:
    """Copy a data file into a folder and look at the copy before coverage does."""
    copy = folder / "part"
    try:
        with path.open("rb") as file:
            begin = file.read(len(MAGIC))
        if not begin:
            raise EvidenceError(f"{path.name}: the file is empty", code="empty")
        if begin != MAGIC:
            raise EvidenceError(f"{path.name}: this is no data file of coverage.py: it is no SQLite database")
        if path.stat().st_size > LIMIT:
            raise EvidenceError(f"{path.name}: the file is larger than {LIMIT >> 30} GiB")
        shutil.copyfile(path, copy)
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}") from error
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            return copy, _inspected(path.name, database)
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise EvidenceError(f"{path.name}: this is no data file of coverage.py: {error}") from error


def _inspected(name: str, database: sqlite3.Connection) -> _Written:
    if odd := database.execute(_ODD).fetchone():
        raise EvidenceError(f"{name}: this is no data file of coverage.py: {str(odd[0])[:40]!r} is no plain table")
    longest = database.execute("SELECT max(length(numbits)) FROM line_bits").fetchone()[0] or 0
    if longest > LAST_LINE // 8 + 1:
        raise EvidenceError(f"{name}: table line_bits: a line number is above {LAST_LINE}")
    meta = {key: str(value) for key, value in database.execute("SELECT key, value FROM meta LIMIT 100")}
    return _Written(f"coverage {meta.get('version', '')[:40]}".strip(), rfc3339(instant(meta.get("when", ""))))


def _combined(name: str, copy: Path, root: Path, folder: Path) -> tuple[CoverageData, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            _probe(copy, name)
            data, told = _reported(copy, root, folder, name)
        # The project's configuration may name plugins, which are anybody's code.
        except Exception as error:
            if isinstance(error, EvidenceError):
                raise
            raise EvidenceError(f"{name}: coverage can't read it: {without_folders(str(error), folder)}") from error
    said = [
        without_folders(str(each.message), root, folder)
        for each in caught
        if issubclass(each.category, CoverageWarning)
    ]
    return data, [*said, *told]


def _probe(part: Path, name: str) -> None:
    """Refuse a file that coverage can't read: when it combines, it would only warn and pass it over."""
    data = coverage.CoverageData(basename=str(part))
    try:
        data.read()
    except CoverageException as error:
        text = str(error).replace(str(part), name)
        raise EvidenceError(f"{name}: this is no data file of coverage.py: {text}") from error
    finally:
        data.close()


def _reported(copy: Path, root: Path, folder: Path, name: str) -> tuple[CoverageData, list[str]]:
    cov = _coverage(folder / "combined", root)
    try:
        # Combining is what leads the paths of other machines to the sources.
        cov.combine([str(copy)], strict=True, keep=True)
        if not all(map(os.path.isabs, cov.get_data().measured_files())):
            cov = _absolute(cov, folder / "absolute", root)
        return _answer(cov, root, name)
    finally:
        # A report with mapped paths leaves its data in memory.
        cov.get_data().close(force=True)


def _answer(cov: coverage.Coverage, root: Path, name: str) -> tuple[CoverageData, list[str]]:
    data = cov.get_data()
    measured = sorted(data.measured_files())
    odd = next((each for each in measured if os.path.exists(each) and not os.path.isfile(each)), None)
    if odd is not None:
        raise EvidenceError(f"{name}: {_shown(odd, root)!r} is measured, but it is no file")
    missing = [_shown(each, root) for each in measured if not os.path.exists(each)]
    branches = data.has_arcs()
    answer = read_coverage(cov, root, measured_by="data file", stages=(), label_problem=_NO_LABELS)
    if isinstance(answer, CoverageData):
        ignored = missing if cov.get_option("report:ignore_errors") else []
        return answer, [f"{_sources(ignored)}, and is left out as report:ignore_errors says"] if ignored else []
    if answer.reason == "nothing-covered":
        return _nothing(branches=branches), ["the file holds no executable line"]
    if missing:
        raise EvidenceError(f"{name}: {_sources(missing)}", remedy=_SOURCES_NEEDED)
    raise EvidenceError(f"{name}: {answer.text}")


def _sources(missing: list[str]) -> str:
    more = f" and of {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"the source of {missing[0]!r}{more} is not on this machine"


def _shown(path: str, root: Path) -> str:
    return path.removeprefix(f"{root.absolute()}{os.sep}")


def _nothing(*, branches: bool) -> CoverageData:
    return CoverageData(
        producer=f"coverage {coverage.__version__} (data file)",
        measured_branches=branches,
        labelled=False,
        label_problem=_NO_LABELS,
    )


def _coverage(data_file: Path, root: Path) -> coverage.Coverage:
    """Return a `coverage.Coverage` with the project's configuration, whatever the working directory is."""
    cov = coverage.Coverage(data_file=str(data_file), config_file=_configuration(root))
    paths: Any = cov.get_option("paths") or {}
    cov.set_option("paths", {name: [_based(each, root) for each in places] for name, places in paths.items()})
    for option in ("report:include", "report:omit"):
        patterns: Any = cov.get_option(option)
        if patterns:
            cov.set_option(option, [_based(each, root) for each in patterns])
    cov.set_option("run:relative_files", False)
    return cov


def _based(path: str, root: Path) -> str:
    """Return a path or pattern that does not depend on the working directory."""
    anywhere = path.startswith(("*", "?")) or os.path.isabs(path) or _OF_WINDOWS.match(path)
    return path if anywhere else os.path.normpath(os.path.join(root.absolute(), path))


def _absolute(cov: coverage.Coverage, data_file: Path, root: Path) -> coverage.Coverage:
    """Return the same data with every relative path taken from the root."""
    data = coverage.CoverageData(basename=str(data_file))
    data.update(cov.get_data(), map_path=lambda path: _based(path, root))
    data.close()
    cov.get_data().close()
    based = _coverage(data_file, root)
    based.load()
    return based


def _configuration(root: Path) -> str | bool:
    """Return the file that coverage would be configured from if it ran in the root, or False."""
    for name, section in _CONFIGURATIONS:
        path = root / name
        if path.is_file() and (not section or re.search(section, _text(path))):
            return str(path)
    return False


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_LARGEST_CONFIGURATION)
